/** Where a stack is deployed to: account, Region, and what follows from them. */

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
 * What stands for the profile's account and Region, as the CDK CLI finds them: the usual variables, else the account
 * 123456789012 and us-east-1.
 */
export function localEnvironment(env: NodeJS.ProcessEnv): Environment {
  return {
    account: env.CDK_DEFAULT_ACCOUNT ?? localAccount,
    region: env.CDK_DEFAULT_REGION ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1',
  };
}
