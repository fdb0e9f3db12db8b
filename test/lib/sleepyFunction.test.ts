import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SleepyFunction, type SleepyFunctionProps } from '../../lib';

function synthesize(props?: SleepyFunctionProps): Template {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Stack');
  new SleepyFunction(stack, 'Sleepy', props);
  return Template.fromStack(stack);
}

describe('SleepyFunction', () => {
  it('sleeps 1 to 10 s and fails 15 in 100, on a small arm64 machine that is traced', () => {
    const template = synthesize();
    template.hasResourceProperties('AWS::Lambda::Function', {
      Architectures: ['arm64'],
      MemorySize: 128,
      // Longer than the longest sleep.
      Timeout: 15,
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { SLEEP_MIN_SECONDS: '1', SLEEP_MAX_SECONDS: '10', FAILURE_PERCENT: '15' } },
    });
    expect(Object.values(template.findResources('AWS::Logs::LogGroup'))).toMatchObject([
      { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' },
    ]);
  });

  it('behaves as it is told', () => {
    const template = synthesize({
      minSeconds: 2,
      maxSeconds: 3,
      failurePercent: 0,
      seed: 'demo',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 8,
      Environment: {
        Variables: { SLEEP_MIN_SECONDS: '2', SLEEP_MAX_SECONDS: '3', FAILURE_PERCENT: '0', SEED: 'demo' },
      },
    });
    expect(Object.values(template.findResources('AWS::Logs::LogGroup'))).toMatchObject([{ DeletionPolicy: 'Retain' }]);
  });

  it.each<[SleepyFunctionProps, string]>([
    [{ minSeconds: -1 }, 'Expected minSeconds of Stack to be an integer from 0 to 10, got -1.'],
    [{ minSeconds: 4, maxSeconds: 3 }, 'Expected minSeconds of Stack to be an integer from 0 to 3, got 4.'],
    [{ maxSeconds: 601 }, 'Expected maxSeconds of Stack to be an integer from 0 to 600, got 601.'],
    [{ maxSeconds: -1 }, 'Expected maxSeconds of Stack to be an integer from 0 to 600, got -1.'],
    [{ failurePercent: 101 }, 'Expected failurePercent of Stack to be an integer from 0 to 100, got 101.'],
  ])('refuses %j', (props, message) => {
    expect(() => synthesize(props)).toThrow(message);
  });
});
