import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expectIntegerWithin } from './validation';

const folder = join(__dirname, '..', 'lambda');

/** Properties of a `SleepyFunction`. */
export interface SleepyFunctionProps {
  /**
   * The shortest sleep in whole seconds, 0 to `maxSeconds`.
   *
   * @default 1
   */
  readonly minSeconds?: number;

  /**
   * The longest sleep in whole seconds, up to 600.
   *
   * @default 10
   */
  readonly maxSeconds?: number;

  /**
   * How many of a hundred invocations fail, 0 to 100.
   *
   * @default 15
   */
  readonly failurePercent?: number;

  /**
   * Makes the fate of a configuration depend on its identifier alone, so that a demonstration can be repeated. Empty:
   * none.
   *
   * @default - every invocation draws anew
   */
  readonly seed?: string;

  /**
   * The runtime.
   *
   * @default nodejs24.x, of a `SleepyPythonFunction` python3.13
   */
  readonly runtime?: lambda.Runtime;

  /**
   * Whether the log group goes with the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** A function that sleeps a while and fails now and then: stands in for a configuration-driven function. */
export class SleepyFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: SleepyFunctionProps = {}) {
    super(scope, id, { ...code(), ...sleepyProps(scope, id, { runtime: lambda.Runtime.NODEJS_24_X, ...props }) });
  }
}

/** The same function in Python. */
export class SleepyPythonFunction extends lambda.Function {
  constructor(scope: Construct, id: string, props: SleepyFunctionProps = {}) {
    super(scope, id, {
      handler: 'sleepy.handler',
      code: lambda.Code.fromAsset(folder, { exclude: ['*', '!sleepy.py'] }),
      ...sleepyProps(scope, id, { runtime: lambda.Runtime.PYTHON_3_13, ...props }),
    });
  }
}

type WithRuntime = SleepyFunctionProps & { readonly runtime: lambda.Runtime };

function sleepyProps(scope: Construct, id: string, props: WithRuntime) {
  const { minSeconds = 1, maxSeconds = 10, failurePercent = 15, seed, runtime } = props;
  expectIntegerWithin(scope, 'maxSeconds', maxSeconds, 0, 600);
  expectIntegerWithin(scope, 'minSeconds', minSeconds, 0, maxSeconds);
  expectIntegerWithin(scope, 'failurePercent', failurePercent, 0, 100);
  return {
    description: 'Sleeps a while and fails now and then, as a function under test might',
    runtime,
    architecture: lambda.Architecture.ARM_64,
    memorySize: 128,
    timeout: Duration.seconds(maxSeconds + 5),
    environment: {
      SLEEP_MIN_SECONDS: String(minSeconds),
      SLEEP_MAX_SECONDS: String(maxSeconds),
      FAILURE_PERCENT: String(failurePercent),
      ...(seed ? { SEED: seed } : {}),
    },
    tracing: lambda.Tracing.ACTIVE,
    logGroup: new logs.LogGroup(scope, `${id}LogGroup`, {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY,
    }),
  };
}

/** What NodejsFunction bundles, or in the published package its bundle, so that nobody there needs a bundler. */
function code(): Pick<NodejsFunctionProps, 'entry' | 'code' | 'handler'> {
  const source = join(folder, 'sleepy.ts');
  return existsSync(source)
    ? { entry: source }
    : { code: lambda.Code.fromAsset(join(folder, 'sleepy')), handler: 'index.handler' };
}
