import { type HistoryEvent, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../../lib/wire';
import { behavingSystemTest } from '../../behaviours';
import { comparable } from '../../comparableResult';
import { describeWithLocalStack, type Interpreter, startLocalStack } from '../../localStack';
import { type FaultOf, type Proxy, startProxy } from '../../proxy';
import { deployLocally, ended, type Ended, type LocalSystemTest } from '../../localSystemTest';

/** What the function does is in names that the construct does not know. */
const permitted = { allow_unknown: true };
const forty = Array.from({ length: 40 }, (_, index) => `config ${index}`);

describe.each([true, false])('The state machine (log tail: %s),', (logTail) => {
  describeWithLocalStack("executed by LocalStack's interpreter, comes to the same as here", () => {
    let local: LocalSystemTest;
    let aws: Proxy;
    let faultOf: FaultOf = () => undefined;
    let other: Interpreter;
    let machine: Awaited<ReturnType<Interpreter['deploy']>>;

    beforeAll(async () => {
      local = await deployLocally(behavingSystemTest(logTail));
      aws = await startProxy(local.endpoint.url, (call) => faultOf(call));
      other = await startLocalStack(aws.url);
      machine = await other.deploy(local.endpoint.deployment.stateMachines[0]!.definition);
    });
    afterAll(async () => {
      await other.close();
      await aws.close();
      await local.close();
    });

    /** Executes it there. */
    async function run(input: Record<string, unknown>): Promise<Ended> {
      const { client, stateMachineArn } = machine;
      // It gives no name by itself.
      const start = { stateMachineArn, name: randomUUID(), input: JSON.stringify({ ...permitted, ...input }) };
      const { executionArn } = await client.send(new StartExecutionCommand(start));
      return await ended(client, executionArn!);
    }

    it.each<[string, Record<string, unknown>]>([
      ['the defaults of the construct', {}],
      ['forty configurations', { configurations: forty }],
      [
        'configurations that fail in every way',
        {
          configurations: ['config', 'raises', 'hangs', 'crashes', 'returns-nothing', 'returns-a-list', 'returns-7-MB'],
        },
      ],
      ['keys of their own', { configurations: [{ configuration_identifier: 'echoes', region: 'eu', table: 'own' }] }],
      ['one of the construct by its name alone', { configurations: ['constructor', 'echoes by default'] }],
      ['text that is not ASCII, and more log than is kept', { configurations: ['échoue', 'logs-a-lot'] }],
      ['failures that are tolerated', { configurations: ['raises', 'config'], tolerated_failures: '50%' }],
      ['failures beyond what is tolerated', { configurations: ['raises', 'config'], tolerated_failures: 0 }],
      ['some of them first', { configurations: ['a', 'raises', 'b'], start_first: ['b', 'x', 'raises', 'b'] }],
      ['the only one first', { configurations: ['a'], start_first: ['a'] }],
      ['a text to start first', { configurations: ['a'], start_first: 'a' }],
      ['no configurations', { configurations: [] }],
      ['a text for configurations', { configurations: 'config' }],
      ['a number among them', { configurations: ['a', 5] }],
      ['one twice', { configurations: ['a', 'b', 'a'] }],
      ['one that is mistyped', { configurations: ['config 0', 'confg 0'], allow_unknown: false }],
      ['too many at once', { max_concurrency: 41 }],
      ['a share that is none', { tolerated_failures: '101%' }],
    ])('with %s', async (_, input) => {
      const elsewhere = comparable(await run(input));
      expect(elsewhere).toEqual(comparable(await local.run({ ...permitted, ...input })));
    });

    it('with the same history, event by event', async () => {
      const input = { configurations: ['config 1', 'raises', 'config 2'], max_concurrency: 1 };
      const elsewhere = await (await run(input)).events();
      const here = await (await local.run({ ...permitted, ...input })).events();
      expect(elsewhere.map(outline)).toEqual(here.map(outline));
    });

    it.each([
      ['throttled for ever', 429, 'TooManyRequestsException', 6],
      // An error that Invoke's model lacks is Lambda.LambdaException to the SDK integration, which may pass by itself.
      ['not permitted', 403, 'AccessDeniedException', logTail ? 6 : 1],
      ['of a function that is gone', 404, 'ResourceNotFoundException', 1],
    ] as const)('where an invocation is %s: ERRORED, and the others go on', async (identifier, answer, type, times) => {
      faultOf = ({ operation, body }) => (asks(operation, body, identifier) ? { answer, type } : undefined);
      const { status, error, result } = await run({ configurations: ['config', identifier] });
      expect({ status, error }).toEqual({ status: 'FAILED', error: 'SystemTestErrored' });
      expect(result.results).toMatchObject([
        { status: 'PASSED' },
        { status: 'ERRORED', error: { type: expect.stringMatching(/^Lambda\.[A-Z]\w*Exception$/) } },
      ]);
      expect(aws.calls.filter(({ operation, body }) => asks(operation, body, identifier))).toHaveLength(times);
    });

    it('where an invocation is throttled for a while: it is invoked again', async () => {
      let calls = 0;
      faultOf = ({ operation, body }) =>
        asks(operation, body, 'soon') && (calls += 1) < 3
          ? { answer: 429, type: 'TooManyRequestsException' }
          : undefined;
      const { status, result } = await run({ configurations: ['soon'] });
      expect({ status, passed: result.passed, calls }).toEqual({ status: 'SUCCEEDED', passed: 1, calls: 3 });
    });
  });
});

/** An event: what came before it, which state or iteration it is of, and what is called. */
function outline(event: HistoryEvent) {
  const { id, previousEventId, type, stateEnteredEventDetails: entered, taskScheduledEventDetails: scheduled } = event;
  const { name } = entered ?? event.stateExitedEventDetails ?? event.mapIterationStartedEventDetails ?? {};
  return {
    id,
    previousEventId,
    type,
    name,
    index: event.mapIterationStartedEventDetails?.index,
    length: event.mapStateStartedEventDetails?.length,
    scheduled: scheduled && { ...scheduled, parameters: JSON.parse(scheduled.parameters!) as Json },
    failure: event.executionFailedEventDetails,
    // Before the Map: what comes after it has times in it.
    input: entered && id! < 10 ? (JSON.parse(entered.input!) as Json) : undefined,
  };
}

/** Whether a call invokes the function with this configuration. */
function asks(operation: string, body: string, identifier: string): boolean {
  return operation === 'Invoke' && (JSON.parse(body) as JsonObject).configuration_identifier === identifier;
}
