import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Json, JsonObject } from '../../../lib/wire';
import { FakeClock } from '../../scripts/fakeClock';
import { invokerOf, serveMachines, stateMachine } from '../../scripts/local/stepFunctions/fixture';
import { textOf } from '../templates';
import { newFunction, newSystemTest } from '../templateVariants';
import { resultOf } from './servedDefinition';

/** Serves a test, one configuration at a time, each for 30 s, of a function that may run so many seconds; `hangs` never answers. */
async function serve(functionSeconds: number, logTail: boolean) {
  const { stack } = newSystemTest((scope) => ({
    function: newFunction(scope, { timeout: Duration.seconds(functionSeconds) }),
    configurations: ['hangs', 'answers'],
    configurationTimeout: Duration.seconds(30),
    maxConcurrency: 1,
    logTail,
  }));
  const [resource] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine')) as {
    Properties: { DefinitionString: unknown };
  }[];
  const definition = textOf(resource!.Properties.DefinitionString).replaceAll('<AWS::Partition>', 'aws');
  const invoked: Json[] = [];
  const invoker = invokerOf((event) => {
    const { configuration_identifier: identifier } = event as JsonObject;
    invoked.push(identifier!);
    return identifier === 'hangs'
      ? new Promise(() => undefined)
      : { payload: Buffer.from('{"system_test_successful":true}') };
  });
  const clock = new FakeClock();
  const served = await serveMachines([stateMachine(definition)], { invoker, clock });
  const began = clock.now();
  const ended = await served.run({});
  await served.close();
  return { ended, invoked, seconds: (clock.now() - began) / 1000 };
}

describe.each([true, false])('configurationTimeout (log tail: %s)', (logTail) => {
  it.each([
    [
      'FAILED',
      'may still run',
      60,
      'Expected the function to answer within 30 s (configurationTimeout), got no answer. It may still run.',
    ],
    [
      'ERRORED',
      'has long ended',
      20,
      'Expected the function to answer within 30 s (configurationTimeout), got no answer, although Lambda ends it after 20 s.',
    ],
  ])(
    'frees the place of one that hangs, once, and calls it %s where the function %s',
    async (status, _, seconds, message) => {
      const { ended, invoked, seconds: took } = await serve(seconds, logTail);
      expect(ended.error).toBe(status === 'FAILED' ? 'SystemTestFailed' : 'SystemTestErrored');
      expect(resultOf(ended).results).toEqual([
        expect.objectContaining({ status, error: { type: 'States.Timeout', message } }),
        expect.objectContaining({ status: 'PASSED' }),
      ]);
      expect(invoked).toEqual(['hangs', 'answers']);
      expect(took).toBe(30);
    },
  );
});
