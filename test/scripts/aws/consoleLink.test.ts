import { consoleLink, isAwsHost } from '../../../scripts/aws/consoleLink';

describe('the console link of an execution', () => {
  test.each([
    ['aws', 'eu-west-1', 'eu-west-1.console.aws.amazon.com'],
    ['aws-cn', 'cn-north-1', 'console.amazonaws.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'console.amazonaws-us-gov.com'],
  ])('leads to the console of the partition %s', (partition, region, host) => {
    const arn = `arn:${partition}:states:${region}:123456789012:execution:SystemTest:run`;

    expect(consoleLink(arn)).toBe(`https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`);
  });

  test('is left out for a partition without a known console', () => {
    expect(consoleLink('arn:aws-iso:states:us-iso-east-1:123456789012:execution:SystemTest:run')).toBeUndefined();
  });
});

describe('an execution is in the console', () => {
  test.each([
    'states.eu-west-1.amazonaws.com',
    'states.cn-north-1.amazonaws.com.cn',
    'states.eu-west-1.api.aws',
    'vpce-0123-abcd.states.eu-west-1.vpce.amazonaws.com',
  ])('when it was started at %s', (host) => {
    expect(isAwsHost(host)).toBe(true);
  });

  test.each(['127.0.0.1', 'localhost', 'localhost.localstack.cloud', 'amazonaws.com.example.org', 'evilamazonaws.com'])(
    'but not when it was started at %s',
    (host) => {
      expect(isAwsHost(host)).toBe(false);
    },
  );
});
