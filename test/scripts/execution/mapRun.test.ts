import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HistoryEvent, StepFunctions } from '../../../scripts/aws/stepFunctions';
import { ExecutionTracker } from '../../../scripts/execution/executionTracker';
import { IdentifierSet } from '../../../scripts/execution/identifierSet';
import {
  locationDisagreements,
  mapRunDisagreements,
  type CountedResults,
} from '../../../scripts/execution/mapRunDisagreements';
import { executionCounts } from '../../../scripts/cost/executionCounts';
import { FakeClock } from '../fakeClock';
import { mergeReruns, toRerun } from '../../../scripts/result/rerun';
import { untestedSentence } from '../../../scripts/result/untested';
import { passed, runResultOf } from '../runResults';
import { executionArn } from '../fakeExecution';
import { fakeMapRun, location, reportOf, result, runFake, type FakeMapRun, type RunFake } from '../fakeMapRun';

const seconds = 1000;

/** A Map Run that starts at once and takes its time, seen on a fake clock. */
function inTime(fake: FakeMapRun, lasts: number, given: RunFake = {}) {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const stop = new AbortController();
  const leave = new AbortController();
  const calledAt: number[] = [];
  /** What comes in place of the end, once the execution was told to stop. */
  let aborted: HistoryEvent | undefined;
  const begun = fake.events.findIndex(({ type }) => type === 'MapRunStarted') + 1;
  const describeMapRun: StepFunctions['describeMapRun'] = (...args) => {
    const at = clock.now() - startedAt;
    calledAt.push(at);
    const { total } = fake.mapRun.items;
    const done = Math.min(total, Math.floor((total * at) / lasts));
    const items = { ...fake.mapRun.items, succeeded: done, running: total - done };
    return given.api?.describeMapRun?.(...args) ?? Promise.resolve({ ...fake.mapRun, items });
  };
  const api: Partial<StepFunctions> = {
    history: () => {
      const known = fake.events.slice(0, clock.now() - startedAt < lasts ? begun : undefined);
      return Promise.resolve({ events: aborted ? [...fake.events.slice(0, begun), aborted] : known });
    },
    stop: ({ error, cause }) => {
      aborted = {
        ...{ id: begun + 1, previousEventId: begun, timestamp: new Date(clock.now()) },
        ...{ type: 'ExecutionAborted', executionAbortedEventDetails: { error, cause } },
      };
      return Promise.resolve();
    },
    ...given.api,
    describeMapRun,
  };
  return { clock, calledAt, stop, leave, ended: runFake(fake, { ...given, clock, stop, leave, api }) };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => [result(`config_${index}`)]);

describe('following a Map Run', () => {
  test('shows how far it is, asking no more than once a second', async () => {
    const fake = fakeMapRun(many(200));
    const { calledAt, ended } = inTime(fake, 60 * seconds, { options: { progress: true } });

    const { code, stderr } = await ended;

    expect(code).toBe(0);
    expect(stderr).toContain('Testing in a Map Run, which tells failures at its end.\n');
    expect(stderr).toMatch(/^\d+ of 200 done, \d+ running, \d+s$/m);
    expect(stderr).not.toContain('failed');
    expect(calledAt.length).toBeGreaterThan(10);
    for (const [index, at] of calledAt.entries()) {
      expect(at - (calledAt[index - 1] ?? -Infinity)).toBeGreaterThanOrEqual(seconds);
    }
  });

  test('goes on where it can not be described meanwhile, and asks less often', async () => {
    const fake = fakeMapRun(many(2));
    let failures = 0;
    const describeMapRun = () => {
      failures++;
      return failures < 4 ? Promise.reject(new Error('Rate exceeded')) : Promise.resolve(fake.mapRun);
    };
    const { calledAt, ended } = inTime(fake, 60 * seconds, { api: { describeMapRun } });

    expect((await ended).code).toBe(0);
    expect(calledAt[3]! - calledAt[2]!).toBeGreaterThanOrEqual(8 * seconds);
  });
});

describe('a Map Run that does not come to its end', () => {
  test('is stopped by an interruption, and what is known so far is reported', async () => {
    const fake = fakeMapRun([[result('good')], [result('bad', 'FAILED')]]);
    const named = ['good', 'bad', 'running', 'pending'];
    fake.lost = [{ name: 'x', status: 'ABORTED', items: 1, input: { configuration: 'running', prefix: '' } }];
    Object.assign(fake.mapRun, {
      status: 'ABORTED',
      items: { ...fake.mapRun.items, aborted: 1, pending: 1, total: 4 },
    });
    const describeMapRun = () => Promise.resolve(fake.mapRun);
    const { clock, stop, ended } = inTime(fake, 3600 * seconds, { identifiers: named, api: { describeMapRun } });
    await clock.sleep(10 * seconds);
    stop.abort();

    const { code, stdout, stderr, calls } = await ended;

    expect(code).toBe(130);
    const { results, ...run } = reportOf({ code, stdout, stderr, calls });
    expect(run).toMatchObject({ status: 'ABORTED', verdict: 'ERRORED', total: 4, passed: 1, failed: 1, errored: 2 });
    expect(results.map((one) => [one.configuration_identifier, one.error?.type])).toEqual([
      ['running', 'SystemTest.NotFinished'],
      ['pending', 'SystemTest.NotFinished'],
      ['bad', 'Error'],
      ['good', undefined],
    ]);
    expect(stderr).toContain('so the execution was stopped and there is no verdict');
  });

  test('is left at the second interruption, while its results are read', async () => {
    const fake = fakeMapRun(many(3));
    const { clock, stop, leave, ended } = inTime(fake, 3600 * seconds);
    await clock.sleep(10 * seconds);
    fake.failures.list = () => {
      leave.abort();
      return new Error('aborted');
    };
    stop.abort();

    const { code, stderr } = await ended;

    expect(code).toBe(130);
    expect(stderr).toContain('the reading of the results was interrupted');
  });

  test('has no verdict where an interruption ends the reading of results that all passed', async () => {
    const fake = fakeMapRun(many(3));
    const stop = new AbortController();
    fake.failures.read = () => {
      stop.abort();
      return new Error('aborted');
    };

    const { code, stderr } = await runFake(fake, { stop });

    expect(code).toBe(130);
    expect(stderr).toContain('the reading of the results was interrupted');
  });

  test('tells what those hold beside their identifiers that were named', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'named-')), 'named.jsonl');
    writeFileSync(file, '"config_0"\n{"configuration_identifier": "config_1", "country": "FR"}\n');

    const ended = await runFake(fakeMapRun(many(2)), { options: { configurations: file } });
    rmSync(dirname(file), { recursive: true });

    const keys = reportOf(ended).results.map((one) => [one.configuration_identifier, one.configuration]);
    expect(keys.toSorted()).toEqual([
      ['config_0', undefined],
      ['config_1', { country: 'FR' }],
    ]);
  });

  test.each<[string, Partial<HistoryEvent>, string]>([
    [
      'times out',
      { type: 'ExecutionTimedOut', executionTimedOutEventDetails: {} },
      'There is no verdict, as the execution timed out.',
    ],
    [
      'fails as a whole',
      {
        type: 'ExecutionFailed',
        executionFailedEventDetails: {
          error: 'SystemTestErrored',
          cause: 'The Map Run failed: States.DataLimitExceeded.',
        },
      },
      'There is no verdict, as 1 configuration and the rest of the list could not be tested.',
    ],
  ])('and %s has no verdict, though all passed that was tested', async (_, last, sentence) => {
    const fake = fakeMapRun(many(3));
    fake.events = [...fake.events.slice(0, 6), { ...fake.events[6]!, ...last }];
    fake.lost = [{ name: 'x', status: 'FAILED', items: 1, input: { configuration: 'late', prefix: '' } }];
    fake.mapRun.items = { ...fake.mapRun.items, failed: 1, total: 4 };

    const ended = await runFake(fake, { options: { report: [{ format: 'json' }] } });

    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(sentence);
    const run = reportOf(ended);
    expect(run).toMatchObject({ verdict: 'ERRORED', passed: 3, errored: 2 });

    // Nobody knows what else its list has, so what is run again of it can't make it pass.
    expect(toRerun(run)).toEqual(['late']);
    const rerun = mergeReruns(run, runResultOf([passed('late')]));
    expect(rerun).toMatchObject({ verdict: 'ERRORED', passed: 4, errored: 1 });
    expect(untestedSentence(rerun)).toBe('There is no verdict, as the rest of the list could not be tested.');
  });

  test('says that its list could not be read where it tested nothing, and what it tested where it did', async () => {
    const last: Partial<HistoryEvent> = {
      type: 'ExecutionFailed',
      executionFailedEventDetails: { error: 'SystemTestListingFailed', cause: 's3://b/k can not be read.' },
    };
    const fake = fakeMapRun([]);
    fake.events = [...fake.events.slice(0, 6), { ...fake.events[6]!, ...last }];
    const empty = await runFake(fake);
    expect(empty).toMatchObject({ code: 3, stdout: '' });
    expect(empty.stderr).toContain('The state machine could not list the configurations: s3://b/k can not be read.');

    const partial = fakeMapRun(many(2));
    partial.events = fake.events;
    const ended = await runFake(partial);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('SystemTestListingFailed: s3://b/k can not be read');
    expect(reportOf(ended)).toMatchObject({ verdict: 'ERRORED', passed: 2 });
  });
});

describe('the counts of a Map Run', () => {
  const fake = fakeMapRun(many(2));
  const lagging = { ...fake.mapRun, items: { ...fake.mapRun.items, running: 1, succeeded: 1 } };

  test('are waited for where they lag behind the end of its execution', async () => {
    let looks = 0;
    const describeMapRun = () => Promise.resolve(looks++ < 3 ? lagging : fake.mapRun);

    const { code } = await runFake(fake, { api: { describeMapRun } });

    expect([code, looks]).toEqual([0, 4]);
  });

  test.each<[string, HistoryEvent[], number]>([
    ['no longer than 15 s', fake.events, 15_000],
    [
      'not at all where the execution was stopped',
      [...fake.events.slice(0, 6), { ...fake.events[6]!, type: 'ExecutionAborted' }],
      0,
    ],
  ])('are waited for %s', async (_, events, waits) => {
    const clock = new FakeClock();
    const at: number[] = [];
    const describeMapRun = () => {
      at.push(clock.now());
      return Promise.resolve(lagging);
    };

    const { code } = await runFake({ ...fake, events }, { clock, api: { describeMapRun } });

    expect([code, at.at(-1)! - at[0]!]).toEqual([3, waits]);
  });
});

describe('what is told of a Map Run', () => {
  const fake = fakeMapRun([[result('a')], [result('b', 'FAILED')], [result('c', 'ERRORED')]]);
  const all = ['a', 'b', 'c'];

  interface Told {
    result?: Partial<FakeMapRun['result']>;
    read?: Partial<CountedResults>;
    items?: Partial<FakeMapRun['mapRun']['items']>;
    /** Whose results there are, and which were asked for. */
    has?: string[];
    asked?: string[];
    events?: HistoryEvent[];
  }

  function found({ result: own, read, items, has = all, asked = all, events = fake.events }: Told): string[] {
    const input = JSON.stringify({ configurations: asked });
    const started = { ...events[0]!, executionStartedEventDetails: { input } };
    const tracker = new ExecutionTracker();
    tracker.apply([started, ...events.slice(1)]);
    const identifiers = new IdentifierSet();
    for (const one of has) identifiers.add(one);
    const { passed: ok, failed, errored } = fake.result;
    const description = { ...fake.mapRun, items: { ...fake.mapRun.items, ...items } };
    return mapRunDisagreements(
      { tracker },
      { ...fake.result, ...own },
      { identifiers, unnamed: 0, description, problems: [], counts: { passed: ok, failed, errored }, ...read },
      { executionArn, input },
    );
  }

  test.each<[string, Told]>([
    ['all is told alike', {}],
    [
      'some children were stopped, failed or timed out',
      { items: { succeeded: 0, failed: 1, timedOut: 1, aborted: 1 } },
    ],
    ['the name of one that was lost is not known', { has: ['a', 'b', 'item 1'], read: { unnamed: 1 } }],
  ])('agrees where %s', (_, told) => {
    expect(found(told)).toEqual([]);
  });

  test.each<[string, Told]>([
    ['the history does not show how the execution ended', { events: fake.events.slice(0, -1) }],
    ['the Map Run could not be described', { read: { description: undefined } }],
    [
      'the description is of the Map Run arn:other',
      { read: { description: { ...fake.mapRun, mapRunArn: 'arn:other' } } },
    ],
    [
      'the result counts no configuration',
      {
        ...{ has: [], asked: [], items: { total: 0, succeeded: 0 } },
        result: { total: 0, passed: 0, failed: 0, errored: 0 },
        read: { counts: { passed: 0, failed: 0, errored: 0 } },
      },
    ],
    [
      'the result counts 3 configurations (2 passed, 1 failed, 1 errored), and there are results of 3',
      { result: { passed: 2 } },
    ],
    [
      'the result counts 2 passed, 0 failed and 1 errored, and the results are 1, 1 and 1',
      { result: { passed: 2, failed: 0 } },
    ],
    [
      'the result counts 2 passed, 1 failed and 0 errored, and the results are 1, 1 and 1',
      { result: { passed: 2, errored: 0 } },
    ],
    [
      'the result counts 1 passed, 2 failed and 0 errored, and the results are 1, 1 and 1',
      { result: { failed: 2, errored: 0 } },
    ],
    ['the Map Run counts 4 items, and the result 3', { items: { total: 4 } }],
    ['the Map Run counts items that are not done', { items: { succeeded: 2, running: 1 } }],
    ['"c" was asked for, and there is no result of it', { has: ['a', 'b', 'other'] }],
    ['2 configurations were asked for, and there are results of 3', { asked: ['a', 'b'] }],
  ])('does not: %s', (sentence, told) => {
    expect(found(told)).toContain(sentence);
  });

  test('says nowhere where the results are', () => {
    const asked = { executionArn, input: '{}' };
    expect(locationDisagreements([location], asked)).toEqual([]);
    expect(locationDisagreements([], asked)).toEqual([
      'neither the history nor the result tells where the results are',
    ]);
  });

  test.each([
    ['system-test/not-run/', false],
    ['run/', true],
    ['system-test/run', false],
    ['system-test/run/more/', false],
  ])('may have the results in %s: %p', (prefix, may) => {
    const told = locationDisagreements([{ bucket: 'results', prefix }], { executionArn, input: '{}' });
    expect(told.length === 0).toBe(may);
  });
});

describe('the cost of a distributed run', () => {
  test.each([1, 1000, 1001])('counts the requests that read the results of %d children', async (children) => {
    const { calls } = await runFake(fakeMapRun(many(children)));

    const { s3 } = executionCounts(children, { batchSize: 1, executionType: 'STANDARD' });
    expect({ lists: calls.list, gets: calls.read }).toEqual({ lists: s3.lists, gets: s3.gets });
  });

  test.each([
    ['a child for each', [[result('a')], [result('b', 'FAILED')]], 4],
    ['a child for two', [[result('a'), result('b', 'FAILED')]], 4],
  ])('counts the transitions of the children, %s', async (_, batches, ofChildren) => {
    const { cost } = reportOf(await runFake(fakeMapRun(batches)));

    // Check input, the Map and Failed.
    expect(cost).toMatchObject({ lambda_requests: 2, state_transitions: 3 + ofChildren });
    expect(cost!.lambda_gb_seconds).toBeCloseTo((2 * 3.005 * 128) / 1024);
  });

  test('leaves out the children that were not started', async () => {
    const fake = fakeMapRun([[result('a')], [result('b', 'FAILED')]]);
    fake.events = [...fake.events.slice(0, 6), { ...fake.events[6]!, type: 'ExecutionAborted' }];
    fake.mapRun.items = { ...fake.mapRun.items, pending: 98, total: 100 };

    const { cost } = reportOf(await runFake(fake));

    // Check input and the Map.
    expect(cost).toMatchObject({ lambda_requests: 2, state_transitions: 2 + 4 });
  });

  test('is that of the memory which a child tells, where all passed and left no log', async () => {
    const log = 'REPORT RequestId: 1\tDuration: 3 ms\tBilled Duration: 4 ms\tMemory Size: 512 MB\n';
    const output = JSON.stringify({ LogResult: Buffer.from(log).toString('base64') });
    const fake = fakeMapRun(many(1));
    fake.childHistory = [
      { id: 1, timestamp: new Date(0), type: 'TaskSucceeded', taskSucceededEventDetails: { output } } as HistoryEvent,
    ];

    const { cost } = reportOf(await runFake(fake));

    expect(cost!.lambda_gb_seconds).toBeCloseTo((3.005 * 512) / 1024);
  });

  test.each<[string, (fake: FakeMapRun) => void]>([
    ['there is none', () => undefined],
    [
      'the history of none can be read',
      (fake) => (fake.failures.history = () => new Error('StateMachineTypeNotSupported')),
    ],
  ])('is not known where no child tells the memory, as %s', async (_, change) => {
    const fake = fakeMapRun(many(1));
    change(fake);

    const { code, stdout, stderr, calls } = await runFake(fake);

    expect(code).toBe(0);
    expect(reportOf({ code, stdout, stderr, calls }).cost_unknown).toBe(
      'No log of the function among the results or in the history of a child tells its memory.',
    );
  });
});
