/** The consoles of the partitions (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html). */
const consoleHosts: Record<string, (region: string) => string> = {
  aws: (region) => `${region}.console.aws.amazon.com`,
  'aws-cn': () => 'console.amazonaws.cn',
  'aws-us-gov': () => 'console.amazonaws-us-gov.com',
};

/**
 * The page of an execution in the Step Functions console; undefined for a partition whose console is not known.
 * @param executionArn `arn:PARTITION:states:REGION:ACCOUNT:execution:MACHINE:NAME`
 */
export function consoleLink(executionArn: string): string | undefined {
  const [, partition = '', , region = ''] = executionArn.split(':');
  const host = consoleHosts[partition]?.(region);
  return host && `https://${host}/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}

/** Whether an endpoint is one of AWS, those in a VPC included, so that the console knows of what was started there. */
export function isAwsHost(host: string): boolean {
  return /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws|api\.amazonwebservices\.com\.cn)$/.test(host);
}
