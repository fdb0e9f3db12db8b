import { Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SleepyFunction, SleepyFunctionProps } from './sleepyFunction';
import { SystemTest } from './systemTest';

/** Properties of a `SystemTestStack`. */
export interface SystemTestStackProps extends StackProps {
  /**
   * How many configurations are tested at once, 1 to 40.
   *
   * @default 10
   */
  readonly maxConcurrency?: number;

  /**
   * How the sleepy function behaves.
   *
   * @default - sleeps 1 to 10 s, fails 15 in 100, drawn anew each time
   */
  readonly sleepy?: SleepyFunctionProps;
}

/** The sample: the sleepy function and its system test of the 40 configurations `config_0` to `config_39`. */
export class SystemTestStack extends Stack {
  constructor(scope: Construct, id: string, props: SystemTestStackProps = {}) {
    super(scope, id, { description: 'Tests the sleepy function against each of its configurations', ...props });
    new SystemTest(this, 'SystemTest', {
      function: new SleepyFunction(this, 'SleepyFunction', props.sleepy),
      configurations: Array.from({ length: 40 }, (_, index) => `config_${index}`),
      maxConcurrency: props.maxConcurrency,
    });
  }
}
