import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Configuration, ConfigurationSource, SystemTest, SystemTestMode, type SystemTestProps } from '../../lib';
import { partitionOf } from '../../scripts/local/app/environment';

/** The function of all machines. It need not exist: what it would answer is in the cases. */
export const functionName = 'arn:aws:lambda:us-east-1:123456789012:function:Tested';

/** What the construct has, and what an execution may select from. */
export const configurations = ['config_0', Configuration.of('config_1', { region: 'eu' })];

type Props = Omit<SystemTestProps, 'function'>;

/** The state machines whose states are tested: together they have every state that the construct makes, by name. */
const machineProps = {
  /**
   * An inline Map for up to 1,134 configurations. The function may answer after the client of the SDK integration has given
   * up.
   */
  inline: () => ({ configurations, payload: { purpose: 'proof' }, maxConcurrency: 20, retryAttempts: 4 }),
  /** With the optimised integration, and a limit to each invocation. */
  optimised: () => ({ configurations, logTail: false, configurationTimeout: Duration.seconds(20) }),
  /** Chooses between an inline Map and a Distributed one. */
  distributed: (stack) => ({
    configurations,
    mode: SystemTestMode.AUTO,
    distributed: { bucket: s3.Bucket.fromBucketName(stack, 'Results', 'results') },
  }),
  /** Reads the configurations from S3, tests them in batches. */
  batched: (stack) => ({
    source: ConfigurationSource.s3Object(s3.Bucket.fromBucketName(stack, 'Source', 'lists'), 'feeds.csv'),
    mode: SystemTestMode.DISTRIBUTED,
    distributed: { batchSize: 2, bucket: s3.Bucket.fromBucketName(stack, 'Results', 'results') },
  }),
} satisfies Record<string, (stack: Stack) => Props>;

/** The names of the machines. */
export type MachineName = keyof typeof machineProps;

/** The definitions of the machines as JSON texts, as they would be deployed to a Region. */
export function synthesizeMachines(region: string): Record<MachineName, string> {
  const definitions = Object.entries<(stack: Stack) => Props>(machineProps).map(([name, props]) => {
    const stack = new Stack(new App({ analyticsReporting: false }), name);
    const tested = lambda.Function.fromFunctionAttributes(stack, 'Tested', {
      functionArn: functionName,
      sameEnvironment: true,
    });
    new SystemTest(stack, 'SystemTest', { function: tested, ...props(stack) });
    const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
    return [name, definitionText((machine as Found).Properties.DefinitionString, region)];
  });
  return Object.fromEntries(definitions) as Record<MachineName, string>;
}

interface Found {
  Properties: { DefinitionString: { 'Fn::Join': [string, (string | { Ref: string })[]] } };
}

/** Joined. The partition is all that the account still has to say. */
function definitionText({ 'Fn::Join': [, parts] }: Found['Properties']['DefinitionString'], region: string): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.Ref === 'AWS::Partition') return partitionOf(region);
      throw new Error(`Expected the definition to refer to nothing but the partition, got ${part.Ref}.`);
    })
    .join('');
}
