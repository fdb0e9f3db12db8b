import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { encryptExecutions, expectKey } from './encryption';
import { maxConfigurations } from './stateMachine/executionBudget';
import { expectInvocable } from './functionLocation';
import { ImportedSystemTest, SystemTestAttributes } from './importedSystemTest';
import { DistributedAttributes, ISystemTest } from './iSystemTest';
import { retryRule } from './stateMachine/invocationRules';
import { outputDescriptions } from './stackOutputs';
import { acknowledgeNagFindings } from './nagFindings';
import { ConfigurationSource, sourceOf } from './sources/configurationSource';
import { stateMachineDefinition } from './stateMachine/definition';
import { maxItems } from './stateMachine/inputExpressions';
import { StateMachineLog } from './stateMachine/stateMachineLog';
import { Distribution } from './stateMachine/distribution';
import { SystemTestBase } from './systemTestBase';
import { SystemTestMode } from './systemTestMode';
import { SystemTestProps } from './systemTestProps';
import { expectIntegerWithin, expectKnown, expectPayload } from './validation';
import { Configuration, limits } from './wire';

export type { SystemTestAlarmOptions, SystemTestProps } from './systemTestProps';

/**
 * Tests a Lambda function against each of its configurations: a Standard state machine whose Map invokes the function
 * once for each, at most `maxConcurrency` at once, and ends in one verdict.
 *
 * Throws a `RangeError` or `TypeError` that names the property, the value and the range, when a property is wrong.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { Configuration, SystemTest, ToleratedFailures } from 'lambda-system-test';
 *
 * declare const stack: Stack;
 * declare const reports: lambda.Function;
 *
 * new SystemTest(stack, 'SystemTest', {
 *   function: reports,
 *   configurations: [Configuration.of('customer_1'), Configuration.of('customer_2', { region: 'eu' })],
 *   maxConcurrency: 20,
 *   toleratedFailures: ToleratedFailures.percent(5),
 * });
 */
export class SystemTest extends SystemTestBase {
  /**
   * A system test that is there already, by the ARN of its state machine (no version or alias of it). See
   * `fromSystemTestAttributes` for what nobody knows of it.
   */
  public static fromStateMachineArn(scope: Construct, id: string, stateMachineArn: string): ISystemTest {
    return new ImportedSystemTest(scope, id, { stateMachineArn });
  }

  /** The same by the name of its state machine, in the account and Region of the stack. */
  public static fromStateMachineName(scope: Construct, id: string, stateMachineName: string): ISystemTest {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    const arn = { service: 'states', resource: 'stateMachine', resourceName: stateMachineName, arnFormat };
    return SystemTest.fromStateMachineArn(scope, id, Stack.of(scope).formatArn(arn));
  }

  /**
   * A system test that is there already, with what its ARN doesn't tell. Without the attributes of a test that is
   * encrypted, or distributes, those whom it is granted to can't read its executions, or its results. Nobody knows its
   * configurations, so that its state machine alone finds out whether an input fits; nor its stack, so a grant
   * permits to run it by its ARN, not by `--stack`.
   *
   * @throws RangeError unless the ARN is one of a state machine
   */
  public static fromSystemTestAttributes(scope: Construct, id: string, attributes: SystemTestAttributes): ISystemTest {
    return new ImportedSystemTest(scope, id, attributes);
  }

  /** The function under test. */
  public readonly function: IFunction;
  /** Where an execution with the input `{}` has its configurations from; undefined where each has to bring them. */
  public readonly source?: ConfigurationSource;
  /**
   * Those of the source; undefined where there is none, or it is read at each execution.
   * @internal
   */
  public readonly _configurations?: readonly Configuration[];
  /** The state machine that tests it. */
  public readonly stateMachine: sfn.IStateMachine;
  /** The role that the state machine runs by. */
  public readonly role: iam.IRole;
  /** Where the state machine logs its errors. */
  public readonly logGroup: logs.ILogGroup;
  /** The customer managed key that encrypts the executions; undefined where there is none. */
  public readonly encryptionKey?: kms.IKey;
  /** Where the results of distributed executions go; undefined with the mode INLINE. */
  public readonly resultsBucket?: s3.IBucket;
  /**
   * What an execution may ask for as its max_concurrency.
   * @internal
   */
  public readonly _mostAtOnce: number;
  public readonly distributed?: DistributedAttributes;
  public readonly testedFunction?: IFunction;
  public readonly stateMachineLogGroup?: logs.ILogGroup;
  public readonly hasConfigurations?: boolean;

  constructor(scope: Construct, id: string, props: SystemTestProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const retryAttempts = props.retryAttempts ?? retryRule.attempts;
    const maxConcurrency = props.maxConcurrency ?? 10;
    const toleratedFailures = props.toleratedFailures?._json ?? 0;
    const timeout = props.timeout ?? Duration.hours(1);
    expectKnown(this, 'retryAttempts', retryAttempts);
    expectIntegerWithin(this, 'retryAttempts', retryAttempts, 0, 20);
    if (props.retryInterval) {
      // What follows is at most `maxDelaySeconds`, which has to be greater.
      const most = retryRule.maxDelaySeconds - 1;
      expectIntegerWithin(this, 'retryInterval in seconds', secondsOf(props.retryInterval), 1, most);
    }
    if (props.configurationTimeout) {
      const seconds = secondsOf(props.configurationTimeout);
      expectKnown(this, 'configurationTimeout', seconds);
      expectIntegerWithin(this, 'configurationTimeout in seconds', seconds, 1, limits.taskSeconds);
    }
    const mode = props.mode ?? SystemTestMode.INLINE;
    const isInline = mode === SystemTestMode.INLINE;
    this._mostAtOnce = isInline ? limits.inlineConcurrency : limits.distributedConcurrency;
    expectIntegerWithin(this, 'maxConcurrency', maxConcurrency, 1, this._mostAtOnce);
    expectPayload(this, props.payload ?? {});
    expectIntegerWithin(this, 'timeout in seconds', secondsOf(timeout), 1, 31_536_000);
    const source = sourceOf(this, props);
    const most = maxConfigurations(retryAttempts, source?._maxPages);
    source?._validate(this, isInline ? most : maxItems);

    if (props.encryptionKey) {
      expectKey(this, props.encryptionKey);
    }
    expectInvocable(this, props.function, props.invokeRole);

    this.function = props.function;
    this.testedFunction = props.function;
    this.source = source;
    this._configurations = source?._configurations;
    this.hasConfigurations = source !== undefined;
    this.encryptionKey = props.encryptionKey;
    if (isInline && props.distributed) {
      throw new TypeError(
        `Expected ${this.node.path} to have the mode DISTRIBUTED or AUTO with the prop distributed, got INLINE.`,
      );
    }
    const distributed = isInline ? undefined : new Distribution(this, props.encryptionKey, props.distributed);
    this.distributed = distributed;
    this.resultsBucket = distributed?.bucket;
    this.logGroup = props.logGroup ?? new StateMachineLog(this, 'LogGroup', props);
    this.stateMachineLogGroup = this.logGroup;
    const stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: props.stateMachineName,
      comment: props.comment ?? 'Invokes a function once for each of its configurations with system_test: true',
      role: props.role,
      queryLanguage: sfn.QueryLanguage.JSONATA,
      definitionBody: sfn.DefinitionBody.fromChainable(
        stateMachineDefinition(this, {
          function: props.function,
          invokeRole: props.invokeRole,
          source,
          mode,
          distributed: distributed?.map,
          maxConfigurations: most,
          maxConcurrency,
          toleratedFailures,
          payload: stack.toJsonString(props.payload ?? {}),
          logTail: props.logTail ?? true,
          retryAttempts,
          retryInterval: props.retryInterval,
          configurationTimeout: props.configurationTimeout,
        }),
      ),
      timeout,
      logs: {
        destination: this.logGroup,
        level: props.logLevel ?? sfn.LogLevel.ERROR,
        includeExecutionData: false,
      },
      tracingEnabled: props.tracingEnabled ?? true,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY,
    });
    this.stateMachine = stateMachine;
    this.role = stateMachine.role;
    if (props.encryptionKey) {
      encryptExecutions(this, stateMachine, props.encryptionKey);
    }

    new CfnOutput(this, 'StateMachineArn', {
      description: `${outputDescriptions.stateMachine}: ${this.node.path}`,
      value: this.stateMachine.stateMachineArn,
    });
    new CfnOutput(this, 'FunctionArn', {
      description: `${outputDescriptions.function}: ${this.node.path}`,
      // The name of an imported function lacks its version or alias.
      value: props.function.functionArn,
    });
  }

  /**
   * Acknowledges what cdk-nag's AwsSolutions checks find in every `SystemTest`, for those who run them and agree with the
   * reasons. Nothing is acknowledged without this call.
   */
  public acknowledgeNagFindings(): void {
    acknowledgeNagFindings(this);
  }

  /** @internal */
  protected override _stackStatements(): iam.PolicyStatement[] {
    const stack = Stack.of(this);
    return [
      new iam.PolicyStatement({
        actions: ['cloudformation:DescribeStacks'],
        // By name: IAM checks the call against any stack that has it, or had it.
        resources: [
          stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stack.stackName}/*` }),
        ],
      }),
    ];
  }
}

/** Not rounded. */
function secondsOf(duration: Duration): number {
  return duration.toSeconds({ integral: false });
}
