import { ArnFormat, IResource, Stack, Token } from 'aws-cdk-lib';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

const inThisRegion = 'Step Functions invokes no function in another Region';

/**
 * @throws where Step Functions is known to be unable to invoke the function: one in another Region, or one in another
 * account without a role to assume. What is only known at the deployment passes.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
 */
export function expectInvocable(scope: Construct, tested: IFunction, invokeRole?: IRole): void {
  const { account, region } = locationOf(tested);
  expectRegion(scope, 'function', region, inThisRegion);
  if (differ(account, Stack.of(scope).account) && !invokeRole) {
    throw new TypeError(
      `Expected ${scope.node.path} to have an invokeRole that may invoke its function in account ${account}, got none: Step Functions has to assume a role to invoke a function of another account.`,
    );
  }
}

/** @throws where the lister is known to be one that the state machine's own role can't invoke */
export function expectInvocableLister(scope: Construct, lister: IFunction): void {
  const { account, region } = locationOf(lister);
  expectRegion(scope, 'lister', region, inThisRegion);
  expectAccount(scope, 'lister', account);
}

/** @throws where what a state machine calls by its own role is known to be in another account than its stack */
export function expectAccount(scope: Construct, name: string, account: string | undefined): void {
  const stack = Stack.of(scope);
  if (differ(account, stack.account)) {
    throw new RangeError(
      `Expected ${name} of ${scope.node.path} to be in account ${stack.account}, where its stack is, got one in ${account}.`,
    );
  }
}

/** @throws where what a state machine calls is known to be in another Region than its stack */
export function expectRegion(scope: Construct, name: string, region: string | undefined, reason: string): void {
  const stack = Stack.of(scope);
  if (differ(region, stack.region)) {
    throw new RangeError(
      `Expected ${name} of ${scope.node.path} to be in ${stack.region}, where its stack is, got one in ${region}: ${reason}.`,
    );
  }
}

/** An ARN tells more than the construct: what is imported may count as of the importing stack. */
function locationOf(tested: IFunction): { region?: string; account?: string } {
  return locationByArn(tested, tested.functionArn, ArnFormat.COLON_RESOURCE_NAME);
}

/** Where a resource is, by its ARN where that is known. */
export function locationByArn(
  resource: IResource,
  arn: string,
  format: ArnFormat,
): { region?: string; account?: string } {
  return Token.isUnresolved(arn) ? resource.env : Stack.of(resource).splitArn(arn, format);
}

function differ(one: string | undefined, other: string): one is string {
  return one !== undefined && !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
}
