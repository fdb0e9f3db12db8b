import { Token } from 'aws-cdk-lib';
import { CfnFunction, IFunction, IVersion } from 'aws-cdk-lib/aws-lambda';

/** Seconds that Lambda gives a function that sets no timeout. */
const lambdaDefault = 3;

/** How many seconds the function, version or alias may run; undefined where the app doesn't know: one that was imported. */
export function functionTimeout(tested: IFunction): number | undefined {
  const { lambda: versioned = tested } = tested as Partial<IVersion>;
  const resource = versioned.node.defaultChild;
  if (!(resource instanceof CfnFunction)) return undefined;
  const { timeout = lambdaDefault } = resource;
  return Token.isUnresolved(timeout) ? undefined : timeout;
}
