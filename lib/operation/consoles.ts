/**
 * The console of each partition; of others, none is known.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
export const consoleHosts = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** The console of a partition; undefined where it is not known. */
export function consoleHost(partition: string): string | undefined {
  return new Map(Object.entries(consoleHosts)).get(partition);
}

/** The page of an execution in the Step Functions console. */
export function executionPage(host: string, region: string, executionArn: string): string {
  return `https://${host}/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}
