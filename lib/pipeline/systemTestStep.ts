import { Duration } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as pipelines from 'aws-cdk-lib/pipelines';
import { ISystemTest } from '../iSystemTest';
import { expectConfigurationsFor, expectNoVariable } from '../validation';
import { plannedStateMachineArn, plannedRunStatements } from './pipelineTarget';

/** Properties of a `SystemTestStep`. */
export interface SystemTestStepProps {
  /** The system test of the stage that the pipeline deploys, which needs a `stateMachineName`; or an imported one. */
  readonly systemTest: ISystemTest;

  /** The files that the install commands need, such as the source with its package.json. */
  readonly input: pipelines.IFileSetProducer;

  /**
   * Installs the command.
   *
   * @default ['npm ci']
   */
  readonly installCommands?: string[];

  /**
   * What runs the command.
   *
   * @default 'npx --no -- system-test'
   */
  readonly command?: string;

  /**
   * Further words of the command line, as a shell reads them: `--tolerated-failures 5%`, identifiers of configurations.
   *
   * @default - none
   */
  readonly arguments?: string[];

  /**
   * The build environment. A build image that is not one of CodeBuild's brings its own Node.js, 20 or later; it has to be
   * given here even if all builds of the pipeline have it.
   *
   * @default - that of the pipeline, with an image of CodeBuild's
   */
  readonly buildEnvironment?: codebuild.BuildEnvironment;

  /**
   * After how long CodeBuild stops the build, 5 minutes to 36 hours. Longer than the system test's own timeout, which
   * ends with a report.
   *
   * @default Duration.hours(2)
   */
  readonly timeout?: Duration;
}

/**
 * A step of CDK Pipelines that runs a system test by the trigger in CodeBuild: with the report in the build's log and as
 * a CodeBuild test report, failures with their logs. In the pipeline's own account.
 *
 * Its role may run this state machine and nothing else. The trigger's exit code is that of the build, so a failed
 * configuration (1) and a test without a verdict (3) both stop the pipeline.
 *
 * Throws a `TypeError` where the system test has no `stateMachineName`, an `encryptionKey` that is not imported, or no
 * configurations while `arguments` are none either; a `RangeError` for the timeout.
 *
 * @example
 * import { Stage } from 'aws-cdk-lib';
 * import * as pipelines from 'aws-cdk-lib/pipelines';
 * import { ISystemTest, SystemTestStep } from 'lambda-system-test';
 *
 * declare const pipeline: pipelines.CodePipeline;
 * declare const source: pipelines.CodePipelineSource;
 * declare const production: Stage;
 * declare const systemTest: ISystemTest;
 *
 * pipeline.addStage(production, {
 *   post: [new SystemTestStep('Test', { systemTest, input: source })],
 * });
 */
export class SystemTestStep extends pipelines.CodeBuildStep {
  constructor(id: string, props: SystemTestStepProps) {
    const { systemTest, command = 'npx --no -- system-test', timeout = Duration.hours(2) } = props;
    if (timeout.toMinutes({ integral: false }) < 5 || timeout.toHours({ integral: false }) > 36) {
      throw new RangeError(
        `Expected timeout of the step ${id} to be 5 minutes to 36 hours, got ${timeout.toHumanString()}.`,
      );
    }
    // The arguments may name configurations.
    expectConfigurationsFor(`the step ${id}`, props.arguments, systemTest);
    expectNoVariable(`the arguments of the step ${id}`, props.arguments ?? []);
    super(id, {
      input: props.input,
      installCommands: props.installCommands ?? ['npm ci'],
      env: { STATE_MACHINE_ARN: plannedStateMachineArn(systemTest) },
      commands: ['mkdir -p reports', [command, runArguments, ...(props.arguments ?? [])].join(' ')],
      partialBuildSpec: codebuild.BuildSpec.fromObject({ ...nodejsOf(props.buildEnvironment), ...reports }),
      rolePolicyStatements: plannedRunStatements(systemTest),
      buildEnvironment: props.buildEnvironment,
      timeout,
    });
  }
}

const runArguments = 'run --state-machine "$STATE_MACHINE_ARN" --report text --report junit=reports/junit.xml';

/**
 * An image of one's own has the Node.js that it has; CodeBuild selects runtimes in its own images only.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/runtime-versions.html
 */
function nodejsOf({ buildImage }: codebuild.BuildEnvironment = {}): object {
  const ofCodeBuild = buildImage?.imageId.startsWith('aws/codebuild/') ?? true;
  return ofCodeBuild ? { phases: { install: { 'runtime-versions': { nodejs: '22' } } } } : {};
}

const reports = {
  reports: {
    'system-test': { files: ['junit.xml'], 'base-directory': 'reports', 'file-format': 'JUNITXML' },
  },
};
