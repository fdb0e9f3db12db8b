import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { SystemTest, SystemTestMode, type SystemTestProps } from '../../../lib';
import { plannedRunStatements } from '../../../lib/pipeline/pipelineTarget';

const env = { account: '123456789012', region: 'eu-west-1' };
const results = { bucket: (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Mine', 'my-results') };

function systemTest(props: Partial<SystemTestProps> | ((stack: Stack) => Partial<SystemTestProps>)): SystemTest {
  const stack = new Stack(new App(), 'Stack', { env });
  const tested = lambda.Function.fromFunctionArn(stack, 'Tested', 'arn:aws:lambda:eu-west-1:123456789012:function:f');
  const more = typeof props === 'function' ? props(stack) : props;
  return new SystemTest(stack, 'Test', { function: tested, mode: SystemTestMode.DISTRIBUTED, ...more });
}

describe('a distributed system test', () => {
  it.each<[string, Parameters<typeof systemTest>[0], string]>([
    [
      'no configuration a child',
      { distributed: { batchSize: 0 } },
      'batchSize of Stack/Test to be an integer from 1 to 100',
    ],
    ['101 a child', { distributed: { batchSize: 101 } }, 'from 1 to 100, got 101.'],
    ['a prefix without its slash', { distributed: { prefix: 'results' } }, 'that end with a slash, got "results".'],
    ['a prefix of the root', { distributed: { prefix: '/' } }, 'that end with a slash, got "/".'],
    ['half a day', { distributed: { retention: Duration.hours(12) } }, 'retention in days of Stack/Test'],
    ['10,001 at once', { maxConcurrency: 10_001 }, 'maxConcurrency of Stack/Test to be an integer from 1 to 10000'],
    ['41 at once inline', { mode: SystemTestMode.INLINE, maxConcurrency: 41 }, 'from 1 to 40, got 41.'],
    ['options inline', { mode: SystemTestMode.INLINE, distributed: {} }, 'the mode DISTRIBUTED or AUTO'],
    [
      'a bucket in another Region',
      (stack) => ({
        distributed: {
          bucket: s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'us-east-1' }),
        },
      }),
      'the bucket of the results of Stack/Test to be in eu-west-1',
    ],
  ])('is refused with %s', (_, props, message) => {
    expect(() => systemTest(props)).toThrow(message);
  });

  it.each([
    [StateMachineType.STANDARD, 'execution'],
    [StateMachineType.EXPRESS, 'express'],
  ])('lets who reads it follow its %s children and read their results, and nothing else', (executionType, kind) => {
    const test = systemTest((stack) => ({ distributed: { executionType, bucket: results.bucket(stack) } }));
    test.grantRead(new iam.Role(test, 'Trigger', { assumedBy: new iam.AccountRootPrincipal() }));
    const policies = Template.fromStack(Stack.of(test)).findResources('AWS::IAM::Policy');
    const [, policy] = Object.entries(policies).find(([id]) => id.startsWith('TestTrigger'))!;
    const { Statement } = (policy as { Properties: { PolicyDocument: { Statement: object[] } } }).Properties
      .PolicyDocument;
    const named = (service: string) => ({
      'Fn::Join': ['', expect.arrayContaining([expect.stringContaining(`:${service}:`), '/Configurations:*'])],
    });
    const bucket = (rest: string) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::my-results${rest}`]],
    });
    expect(Statement.slice(2, -1)).toEqual([
      { Action: ['states:DescribeMapRun', 'states:ListExecutions'], Effect: 'Allow', Resource: named('mapRun') },
      { Action: ['states:DescribeExecution', 'states:GetExecutionHistory'], Effect: 'Allow', Resource: named(kind) },
      { Action: 's3:GetObject', Effect: 'Allow', Resource: bucket('/system-test/*') },
      {
        Action: 's3:ListBucket',
        Condition: { StringLike: { 's3:prefix': 'system-test/*' } },
        Effect: 'Allow',
        Resource: bucket(''),
      },
    ]);
  });

  it('needs a bucket whose name is known where a pipeline deploys it', () => {
    const statements = (props: Parameters<typeof systemTest>[0]) => () => plannedRunStatements(systemTest(props));
    const stateMachineName = 'test';
    expect(statements({ stateMachineName })).toThrow(/imported by its name .* got one that is only created/);
    const named = (stack: Stack) => ({ stateMachineName, distributed: { bucket: results.bucket(stack) } });
    expect(statements(named)()).toHaveLength(8);
  });
});
