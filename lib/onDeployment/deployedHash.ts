import { CfnElement, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { createHash } from 'node:crypto';

/** True while a hash is taken: what is hashed may name the very resources whose ids the hash goes into. */
let isHashing = false;

/**
 * The logical id of a resource that is another one in each deployment that changes something in these stacks: CloudFormation
 * creates it then, and removes the former one at the end. So a rollback deletes what the failed deployment created, and
 * asks nothing of the former.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
export function logicalIdOfDeployment(baseId: string, scopes: IConstruct[], revision: string): string {
  if (isHashing) return baseId;
  isHashing = true;
  try {
    const stacks = new Set(scopes.map((scope) => Stack.of(scope)));
    const hash = createHash('sha256').update(revision);
    for (const element of [...stacks]
      .flatMap((stack) => stack.node.findAll())
      .filter((one) => CfnElement.isCfnElement(one))) {
      hash.update(JSON.stringify(element.stack.resolve(templateOf(element))));
    }
    return `${baseId}${hash.digest('hex').slice(0, 10)}`;
  } finally {
    isHashing = false;
  }
}

/** What it adds to the template, which the CDK shows to its own constructs only (those of API Gateway hash it as well). */
function templateOf(element: CfnElement): object {
  return (element as unknown as { _toCloudFormation(): object })._toCloudFormation();
}
