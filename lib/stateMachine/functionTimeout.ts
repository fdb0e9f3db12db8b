import { Token } from 'aws-cdk-lib';
import { CfnFunction, IFunction, IVersion } from 'aws-cdk-lib/aws-lambda';

/** Seconds that Lambda gives a function that sets no timeout. */
const lambdaDefault = 3;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const lambdaMaximum = 900;

/** How many seconds the function, version or alias may run; what Lambda allows where the app doesn't know. */
export function functionTimeout(tested: IFunction): number {
  const { lambda: versioned = tested } = tested as Partial<IVersion>;
  const resource = versioned.node.defaultChild;
  if (!(resource instanceof CfnFunction)) return lambdaMaximum;
  const { timeout = lambdaDefault } = resource;
  return Token.isUnresolved(timeout) ? lambdaMaximum : timeout;
}
