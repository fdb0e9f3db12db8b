import { deployed } from './lambdaFixture';
import { testBehaviours } from './runtimeBehaviours';

/** Does what its event says. */
const source = `
  const onLoad = { raise: () => { throw new RangeError('Bäd'); }, exit7: () => process.exit(7) };
  onLoad[process.env.ON_LOAD]?.();
  let invocations = 0;
  const acts = {
    print: () => { console.error('two'); console.log('Größe'); },
    context: (context) => ({
      requestId: context.awsRequestId,
      arn: context.invokedFunctionArn,
      deadline: Date.now() + context.getRemainingTimeInMillis(),
      stage: process.env.STAGE,
      taskRoot: process.env.LAMBDA_TASK_ROOT,
      folder: process.cwd(),
    }),
    raise: () => { throw new RangeError('Bäd'); },
    crash: () => { setImmediate(() => { throw new RangeError('Bäd'); }); return new Promise(() => setTimeout(() => {}, 5000)); },
    exit0: () => process.exit(0),
    exit7: () => process.exit(7),
    killed: () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => setTimeout(() => {}, 5000)); },
    hang: () => { for (;;); },
    memory: () => { for (const kept = []; ;) kept.push(Buffer.alloc(1e6, 1)); },
    tooLarge: () => 'x'.repeat(6_291_556),
  };
  exports.handler = async (event, context) => {
    invocations += 1;
    console.log('one');
    return (await acts[event]?.(context)) ?? { system_test_successful: true, invocations };
  };
`;

describe('a function in Node.js', () => {
  testBehaviours({
    deployed: (overrides) => deployed(source, overrides),
    raised: 'RangeError',
    crashed: { errorType: 'RangeError', errorMessage: 'Bäd' },
    raisedOnLoad: { errorType: 'RangeError', errorMessage: 'Bäd' },
  });
});
