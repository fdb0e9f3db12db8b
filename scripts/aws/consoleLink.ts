import { consoleHost, executionPage } from '../../lib/operation/consoles';

/**
 * The page of an execution in the Step Functions console; undefined for a partition whose console is not known.
 * @param executionArn `arn:PARTITION:states:REGION:ACCOUNT:execution:MACHINE:NAME`
 */
export function consoleLink(executionArn: string): string | undefined {
  const [, partition = '', , region = ''] = executionArn.split(':');
  const host = consoleHost(partition);
  // As the console's own links are; the page is the same without the Region in front.
  return host && executionPage(partition === 'aws' ? `${region}.${host}` : host, region, executionArn);
}

/** Whether an endpoint is one of AWS, those in a VPC included, so that the console knows of what was started there. */
export function isAwsHost(host: string): boolean {
  return /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws|api\.amazonwebservices\.com\.cn)$/.test(host);
}
