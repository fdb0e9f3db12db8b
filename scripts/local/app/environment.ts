/** Where a stack is deployed to: account, Region, and what follows from them. */
import { regionIn } from '../../io/region';
import { UserError } from '../../io/userError';

/** An account and a Region. */
export interface Environment {
  /** Twelve digits. */
  account: string;
  region: string;
}

/** The partition of a Region: `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** The domain of a Region's service endpoints (`AWS::URLSuffix`). */
export function urlSuffixOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

/** The account of a run where nothing else is said: the one of the examples in AWS's documentation. */
const localAccount = '123456789012';

/**
 * What stands for the profile's account and Region, by the variables that the CDK CLI would set or read: the account of
 * CDK_DEFAULT_ACCOUNT, else 123456789012; the Region of CDK_DEFAULT_REGION, AWS_REGION or AWS_DEFAULT_REGION, else
 * us-east-1.
 * @throws a UserError for an account or a Region that can't be one
 */
export function localEnvironment(env: NodeJS.ProcessEnv): Environment {
  const account = env.CDK_DEFAULT_ACCOUNT || localAccount;
  if (!/^\d{12}$/.test(account)) {
    throw new UserError(
      `Expected CDK_DEFAULT_ACCOUNT to be an account of twelve digits, got ${JSON.stringify(account)}.`,
    );
  }
  const region = regionIn(env, 'CDK_DEFAULT_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION') ?? 'us-east-1';
  return { account, region };
}
