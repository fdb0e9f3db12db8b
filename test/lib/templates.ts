import { Template } from 'aws-cdk-lib/assertions';

/** A statement of an IAM policy. */
export interface Statement {
  Action: string | string[];
  Effect: string;
  Resource: unknown;
}

/** The statements of the policies whose logical id starts with `prefix`. */
export function statementsOf(template: Template, prefix: string): Statement[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')) as [
    string,
    { Properties: { PolicyDocument: { Statement: Statement[] } } },
  ][];
  return policies
    .filter(([logicalId]) => logicalId.startsWith(prefix))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

/** A value with `<LogicalId>` or `<Attribute>` in the place of references, as text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[name, argument]] = Object.entries(value as object) as [[string, unknown]];
  if (name === 'Fn::Join') {
    return (argument as [string, unknown[]])[1].map(textOf).join('');
  }
  const parts = [argument].flat(3).map((part: unknown) => (typeof part === 'number' ? part : textOf(part)));
  return `<${parts.join(',')}>`;
}
