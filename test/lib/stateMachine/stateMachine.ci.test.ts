import { Duration } from 'aws-cdk-lib';
import { maxConfigurations } from '../../../lib/stateMachine/executionBudget';
import type { ConfigurationResult, Json } from '../../../lib/wire';
import { behaviours, behavingSystemTest } from '../../behaviours';
import { deployLocally, impatientClock, type LocalSystemTest } from '../../localSystemTest';
import { resultOf, serveDefinition } from './servedDefinition';

function configurations(count: number, name = 'config'): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}

describe.each([true, false])('the state machine (log tail: %s)', (logTail) => {
  let test: LocalSystemTest;
  beforeAll(async () => {
    const deployed = await deployLocally(behavingSystemTest(logTail));
    // What the function does is in names that the construct does not know.
    test = { ...deployed, run: (input) => deployed.run({ allow_unknown: true, ...input }) };
  });
  afterAll(() => test.close());

  it('refuses one that the construct does not know, names the one that is meant, and invokes nothing', async () => {
    const { error, cause, events } = await test.run({ configurations: ['config 0', 'confg 0'], allow_unknown: false });
    expect(error).toBe('SystemTestInputRefused');
    expect(cause).toBe(
      'Expected configurations that the construct has, got "confg 0": did you mean "config 0"? Put "allow_unknown": true in the input (--allow-unknown) to test what the construct does not know.',
    );
    expect((await events()).filter(({ type }) => type === 'TaskScheduled')).toEqual([]);
  });

  it.each([1, 2, 40, 41])('passes %d configurations and keeps their order', async (count) => {
    const { status, result } = await test.run({ configurations: configurations(count) });
    expect(status).toBe('SUCCEEDED');
    expect(result).toMatchObject({ schema_version: 1, total: count, passed: count, failed: 0, errored: 0 });
    expect(result.results.map((each) => each.configuration_identifier)).toEqual(configurations(count));
    expect(new Set(result.results.map((each) => each.status))).toEqual(new Set(['PASSED']));
  });

  it('starts some first, tests all the same, and keeps the order of the results', async () => {
    const input = {
      configurations: ['hangs', 'a', 'raises', 'b'],
      start_first: ['b', 'x', 'raises', 'b'],
      max_concurrency: 2,
    };
    const { result, events } = await test.run(input);
    expect(result.results.map((each) => each.configuration_identifier)).toEqual(input.configurations);
    expect(result.results.map((each) => each.status)).toEqual(['FAILED', 'PASSED', 'FAILED', 'PASSED']);
    const started = (await events()).filter(({ type }) => type === 'TaskStateEntered');
    expect(started.map((each) => JSON.parse(each.stateEnteredEventDetails!.input!) as Json)).toEqual([
      'b',
      'raises',
      'hangs',
      'a',
    ]);
  });

  it.each([1, 41])('fails with all of %d configurations failed', async (count) => {
    const { status, error, cause, result } = await test.run({ configurations: configurations(count, 'raises') });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'SystemTestFailed' });
    expect(cause).toContain(`${count} of ${count} configurations failed the system test: raises 0`);
    expect(result).toMatchObject({ total: count, passed: 0, failed: count, errored: 0 });
    expect(result.results.filter((each) => each.error?.message !== 'Something went wrong!')).toEqual([]);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(240_000);
  });

  it('takes one transition a configuration and five for the execution', async () => {
    const { events } = await test.run({ configurations: configurations(10) });
    expect((await events()).filter(({ type }) => type!.endsWith('StateEntered'))).toHaveLength(15);
  });

  it.each<[string, ConfigurationResult['status'], string, RegExp | string]>([
    ['raises', 'FAILED', 'Error', 'Something went wrong!'],
    ['hangs', 'FAILED', 'Sandbox.Timedout', /Task timed out after 1\.00 seconds/],
    ['crashes', 'FAILED', 'Runtime.ExitError', /Runtime exited with error: exit status 1/],
    ['returns-nothing', 'FAILED', 'SystemTestUnsuccessful', /got null\.$/],
    ['returns-a-list', 'FAILED', 'SystemTestUnsuccessful', /got \[\{"configuration_identifier"/],
    ['returns-6-MB', 'ERRORED', 'States.DataLimitExceeded', /size exceeding the maximum number of bytes/],
    ['returns-7-MB', 'FAILED', 'Function.ResponseSizeTooLarge', /exceeded maximum allowed payload size/],
    ['returns-300-kB', 'ERRORED', 'States.DataLimitExceeded', /size exceeding the maximum number of bytes/],
    ['échoue', 'FAILED', 'Error', 'ünïcödé ✗ 🎉'],
    ['logs-a-lot', 'FAILED', 'Error', 'after 8 kB of log'],
  ])('keeps one that %s from the others: %s, %s', async (identifier, status, type, message) => {
    const { result } = await test.run({ configurations: ['config 0', identifier, 'config 1'] });
    expect(result.results.map((each) => each.status)).toEqual(['PASSED', status, 'PASSED']);
    expect(result.results[1]!.error).toEqual({ type, message: expect.stringMatching(message) });
  });

  it('sends the function its configuration with system_test: true', async () => {
    const configuration = { configuration_identifier: 'echoes', region: 'eu' };
    const { result } = await test.run({ configurations: [configuration] });
    expect(result.results[0]!.response).toMatchObject({
      event: { configuration_identifier: 'echoes', region: 'eu', table: 't', system_test: true },
    });
  });

  it('gives a configuration that is only named the keys that the construct has for it', async () => {
    const { result } = await test.run({ configurations: ['echoes something else', 'echoes by default'] });
    const [other, known] = result.results.map(({ response }) => (response as { event: object }).event);
    expect(other).toEqual({ configuration_identifier: 'echoes something else', table: 't', system_test: true });
    expect(known).toEqual({
      configuration_identifier: 'echoes by default',
      region: 'eu',
      table: 't',
      system_test: true,
    });
  });

  it('leaves a configuration with keys of its own as it is, even where the construct has others for it', async () => {
    const own = { configuration_identifier: 'echoes by default', zone: 'a' };
    const { result } = await test.run({ configurations: [own] });
    expect(result.results[0]!.response).toMatchObject({ event: { ...own, table: 't', system_test: true } });
    expect(result.results[0]!.response).not.toHaveProperty('event.region');
  });

  it.each(['constructor', 'toString', '__proto__'])('tests one that is named %s like any other', async (name) => {
    const { status, result } = await test.run({ configurations: [name, 'config 0'] });
    expect(status).toBe('SUCCEEDED');
    expect(result.results.map((each) => each.configuration_identifier)).toEqual([name, 'config 0']);
  });

  it("takes the construct's defaults for what the input leaves out", async () => {
    const { status, result } = await test.run({});
    expect(status).toBe('SUCCEEDED');
    expect(result).toMatchObject({ total: 2, max_concurrency: 20, tolerated_failures: 0 });
  });

  it.each([
    [3, 3],
    [40, 20],
  ])('runs %d at once where asked to, within the limit of the construct: %d', async (asked, given) => {
    const { result, events } = await test.run({ configurations: configurations(60), max_concurrency: asked });
    expect(result.max_concurrency).toBe(given);
    let running = 0;
    let most = 0;
    for (const { type } of await events()) {
      running += type === 'MapIterationStarted' ? 1 : type === 'MapIterationSucceeded' ? -1 : 0;
      most = Math.max(most, running);
    }
    expect(most).toBe(given);
  });

  it.each<[number | string, string]>([
    [1, 'FAILED'],
    [2, 'SUCCEEDED'],
    ['49%', 'FAILED'],
    ['50%', 'SUCCEEDED'],
  ])('tolerates %s failures of 2 in 4: %s', async (tolerated, status) => {
    const input = { configurations: ['raises 1', 'config 1', 'raises 2', 'config 2'], tolerated_failures: tolerated };
    const ended = await test.run(input);
    expect(ended.status).toBe(status);
    expect(ended.result.failed).toBe(2);
  });

  it('never tolerates what could not be tested', async () => {
    const ended = await test.run({ configurations: ['config 0', 'returns-300-kB'], tolerated_failures: 2 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'SystemTestErrored' });
  });

  it('has failed, whatever could not be tested beside it', async () => {
    const ended = await test.run({ configurations: ['raises', 'returns-300-kB'] });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'SystemTestFailed', result: { failed: 1, errored: 1 } });
  });

  it.each<[string, object, RegExp]>([
    ['no configurations', { configurations: [] }, /^Expected at least one configuration, got none/],
    ['a text', { configurations: 'config_0' }, /^Expected configurations to be a list, got string\.$/],
    ['a number among them', { configurations: ['a', 5] }, /^Expected configurations\[1\] to be a string/],
    ['more than all', { tolerated_failures: '100.5%' }, /got 100\.5%\.$/],
    [
      'a long identifier',
      { configurations: ['x'.repeat(1025)] },
      /^Expected configurations\[0\] to be a string of 1 to/,
    ],
    ['an empty identifier', { configurations: [''] }, /^Expected configurations\[0\] to be a string/],
    [
      'one that would override system_test',
      { configurations: ['a', { configuration_identifier: 'b', system_test: false }] },
      /^Expected configurations\[1\] to be a string .* and no system_test\.$/,
    ],
    ['one twice', { configurations: ['a', 'b', 'a'] }, /^Expected each configuration once, got a more than once\.$/],
    ['41 at once', { max_concurrency: 41 }, /^Expected max_concurrency to be an integer from 1 to 40, got 41\.$/],
    ['none at once', { max_concurrency: 0 }, /got 0\.$/],
    ['ten at once', { max_concurrency: 'ten' }, /got ten\.$/],
    ['-1 failures', { tolerated_failures: -1 }, /^Expected tolerated_failures to be an integer from 0 up .* got -1\.$/],
    [
      '999 of them',
      { configurations: configurations(999) },
      /^Expected at most 998 configurations, got 999: .* distributed mode\.$/,
    ],
    [
      'too long identifiers',
      { configurations: configurations(250).map((name) => name.padEnd(1000, '_')) },
      /^Expected the identifiers to take at most \d+ bytes/,
    ],
  ])('refuses %s and invokes nothing', async (_, input, cause) => {
    const ended = await test.run(input);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'SystemTestInputRefused' });
    expect(ended.cause).toMatch(cause);
    expect((await ended.events()).filter(({ type }) => type === 'TaskScheduled')).toEqual([]);
  });
});

describe('the state machine with the log tail', () => {
  let test: LocalSystemTest;
  beforeAll(async () => {
    test = await deployLocally({
      code: behaviours,
      function: { reservedConcurrentExecutions: 1 },
      clock: impatientClock,
    });
  });
  afterAll(() => test.close());

  it('keeps the end of the log of what failed, and the durations', async () => {
    const { result } = await test.run({ configurations: ['logs-a-lot'] });
    expect(result.results[0]!.log_tail).toMatch(/^x{1000,}[^]* the end\n[^]*REPORT RequestId: /);
    expect(result.results[0]).toMatchObject({ duration_ms: expect.any(Number), billed_ms: expect.any(Number) });
  });

  it('retries what is throttled, and says ERRORED when that does not end', async () => {
    // Only one invocation may run at a time, and the first one hangs until it times out.
    const { status, error, result, events } = await test.run({
      configurations: ['hangs', 'config 0', 'config 1'],
      max_concurrency: 2,
    });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'SystemTestFailed' });
    expect(result.results.map((each) => each.error?.type)).toEqual([
      'Sandbox.Timedout',
      'Lambda.TooManyRequestsException',
      'Lambda.TooManyRequestsException',
    ]);
    expect(result).toMatchObject({ failed: 1, errored: 2 });
    expect((await events()).filter(({ type }) => type === 'TaskFailed')).toHaveLength(2 * 6);
  });
});

describe('a response that is no JSON, which a custom runtime can return,', () => {
  it('fails its configuration alone, in as many events as an execution has room for', async () => {
    const payload = (event: Json) =>
      JSON.stringify(event).includes('odd') ? '{"a":' : '{"system_test_successful":true}';
    const served = await serveDefinition({}, (event) => ({ payload: Buffer.from(payload(event)) }));
    const [one, two] = [
      await served.run({ configurations: ['good', 'odd'] }),
      await served.run({ configurations: ['good', 'odd', 'odd 2'] }),
    ];
    await served.close();
    expect(resultOf(one).results).toMatchObject([
      { status: 'PASSED' },
      {
        status: 'FAILED',
        error: {
          type: 'States.QueryEvaluationError',
          message: expect.stringMatching(
            /^Expected the function to return JSON\. The expression for the field 'Output' .{0,80}D3137: Invalid JSON$/,
          ),
        },
      },
    ]);
    const perIteration = two.events.length - one.events.length;
    expect(maxConfigurations(0)).toBe(Math.floor((25_000 - 40) / perIteration));
  });
});

describe('the state machine where Step Functions stops waiting for a function', () => {
  let test: LocalSystemTest;
  beforeAll(async () => {
    test = await deployLocally({
      code: behaviours,
      function: { timeout: Duration.minutes(5) },
      clock: impatientClock,
      sdkReadTimeoutSeconds: 50,
    });
  });
  afterAll(() => test.close());

  it('does not invoke it again, as it may still run, and names the way out', async () => {
    const { error, result, events } = await test.run({ configurations: ['hangs'] });
    expect((await events()).filter(({ type }) => type === 'TaskScheduled')).toHaveLength(1);
    expect(error).toBe('SystemTestErrored');
    expect(result.results[0]).toMatchObject({
      error: {
        type: 'Lambda.SdkClientException',
        message: expect.stringMatching(/^Step Functions got no answer \(logTail: false .* Read timed out$/),
      },
      status: 'ERRORED',
    });
  });
});
