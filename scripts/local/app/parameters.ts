/** The parameters of a template, its own and CloudFormation's pseudo parameters. */
import type { Json } from '../../../lib/wire';
import { UserError } from '../../io/userError';
import { partitionOf, urlSuffixOf, type Environment } from './environment';
import type { TemplateParameter } from './template';

/** What a parameter's Ref gives; undefined where it has no value. */
export function parameterValue(
  name: string,
  { type, default: fallback }: TemplateParameter,
  given?: Json,
): Json | undefined {
  const value = given ?? fallback;
  // The value names a Systems Manager parameter then, and what that holds is in the account.
  if (type.startsWith('AWS::SSM::Parameter::Value<')) return `value-of-${asText(value ?? name)}`;
  const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
  return isList && typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
}

/**
 * The value of a pseudo parameter; undefined for `AWS::NoValue`.
 * @throws a UserError for an unknown one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
 */
export function pseudoParameter(
  name: string,
  { stackName, stackId, environment }: { stackName: string; stackId: string; environment: Environment },
  where: string,
): Json | undefined {
  const { account, region } = environment;
  switch (name) {
    case 'AWS::AccountId':
      return account;
    case 'AWS::Region':
      return region;
    case 'AWS::Partition':
      return partitionOf(region);
    case 'AWS::URLSuffix':
      return urlSuffixOf(region);
    case 'AWS::StackName':
      return stackName;
    case 'AWS::StackId':
      return stackId;
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return undefined;
    default:
      throw new UserError(`There is no pseudo parameter ${name}, which ${where} refers to.`);
  }
}

/** The value of a parameter or an output as text: CloudFormation has no other type for them. */
export function asText(value: Json): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(asText).join(',') : JSON.stringify(value);
}
