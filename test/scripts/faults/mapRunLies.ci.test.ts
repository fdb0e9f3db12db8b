import { isDeepStrictEqual } from 'node:util';
import type { HistoryEvent, StepFunctions } from '../../../scripts/aws/stepFunctions';
import type { RunOptions } from '../../../scripts/commands/run';
import type { ConfigurationResult } from '../../../lib/wire';
import {
  type EndedMapRun,
  eventsOf,
  fakeMapRun,
  location,
  named,
  reportOf,
  result,
  runFake,
  type FakeMapRun,
} from '../fakeMapRun';
import { machineArn } from '../fakeExecution';
import { lies } from './lies';

const good = [result('good-1'), result('good-2')];
const bad = result('bad', 'FAILED');

/** Two children that passed, and one that didn't. */
const oneFailed = () => fakeMapRun([[good[0]!], [good[1]!], [bad]]);
/** Batches of two and of one, all passed. */
const allPassed = () => fakeMapRun([good, [result('good-3')]]);

const key = (name: string) => `${location.prefix}${name}.json`;
const rewrite = (fake: FakeMapRun, name: string, results: unknown) =>
  fake.objects.set(key(name), typeof results === 'string' ? results : JSON.stringify(results));
/** The same under another key. */
const move = (fake: FakeMapRun, from: string, to: string) => {
  fake.objects.set(key(to), fake.objects.get(key(from))!);
  fake.objects.delete(key(from));
  fake.keys = fake.keys.map((one) => (one === key(from) ? key(to) : one));
};
/** The execution as if it had come to this result, and ended so. */
const tell = (fake: FakeMapRun, change: object, error: string | undefined) => {
  fake.events = eventsOf({ ...fake.result, ...change }, error);
};

describe('a distributed run', () => {
  test.each<[string, FakeMapRun, number, Partial<RunOptions>]>([
    ['passes where all passed', allPassed(), 0, {}],
    ['fails where one failed', oneFailed(), 1, {}],
    ['passes where that is tolerated', fakeMapRun([good, [bad]], { tolerated: 1 }), 0, { toleratedFailures: 1 }],
    ['has no verdict where one could not be tested', fakeMapRun([good, [result('out', 'ERRORED')]]), 3, {}],
  ])('%s', async (_, fake, code, options) => {
    const ended = await runFake(fake, { options });

    expect(ended.stderr).not.toContain('does not agree');
    expect(ended.code).toBe(code);
    const { total, passed, failed, errored } = fake.result;
    expect(reportOf(ended)).toMatchObject({ mode: 'DISTRIBUTED', total, passed, failed, errored });
  });
});

describe('what is told of a distributed run that failed is not believed', () => {
  test.each<[string, (fake: FakeMapRun) => void, string]>([
    [
      'where its result says that it passed',
      (fake) => tell(fake, { passed: 3, failed: 0 }, undefined),
      'the result counts 3 passed, 0 failed and 0 errored, and the results are 2, 1 and 0',
    ],
    [
      'where its result leaves out what failed',
      (fake) => tell(fake, { total: 2, failed: 0 }, undefined),
      'the result counts 2 configurations (2 passed, 0 failed, 0 errored), and there are results of 3',
    ],
    [
      'where its result tolerates more',
      (fake) => {
        tell(fake, { tolerated_failures: 1 }, undefined);
        fake.events[2]!.stateExitedEventDetails!.assignedVariables!.checked = JSON.stringify({
          ...{ results: location, max_concurrency: 1000, tolerated_failures: 0 },
        });
      },
      'the result tolerates 1 failures, not 0',
    ],
    [
      'where it ended well with the same result',
      (fake) => tell(fake, {}, undefined),
      'the execution ended with SUCCEEDED, where its result asks for SystemTestFailed',
    ],
    [
      'where the object of what failed is gone, and nobody counts it',
      (fake) => {
        fake.objects.delete(key('not_passed/child-2'));
        fake.keys.pop();
        fake.keys = fake.keys.filter((one) => !one.includes('not_passed'));
        tell(fake, { total: 2, failed: 0 }, undefined);
      },
      'there are results of',
    ],
    [
      'where the object of what failed is gone, and counted by the Map Run alone',
      (fake) => {
        fake.keys = fake.keys.filter((one) => !one.includes('not_passed'));
        tell(fake, { total: 2, failed: 0 }, undefined);
      },
      'the Map Run counts 3 items, and the result 2',
    ],
    [
      'where what failed stands among what passed',
      (fake) => {
        move(fake, 'not_passed/child-2', 'passed/child-2');
        tell(fake, { passed: 3, failed: 0 }, undefined);
      },
      'belongs among those that have not passed',
    ],
    [
      'where what failed is said to have passed, and still has its error',
      (fake) => {
        move(fake, 'not_passed/child-2', 'passed/child-2');
        rewrite(fake, 'passed/child-2', [{ ...bad, status: 'PASSED' }]);
        tell(fake, { passed: 3, failed: 0 }, undefined);
      },
      'the result of "bad" says PASSED, and holds something else',
    ],
    [
      'where what failed is said to have passed, and its response says otherwise',
      (fake) => {
        move(fake, 'not_passed/child-2', 'passed/child-2');
        rewrite(fake, 'passed/child-2', [result('bad', 'PASSED', { response: { system_test_successful: false } })]);
        tell(fake, { passed: 3, failed: 0 }, undefined);
      },
      'the result of "bad" says PASSED, and holds something else',
    ],
    [
      'where another one stands twice in its place',
      (fake) => {
        move(fake, 'not_passed/child-2', 'passed/child-2');
        rewrite(fake, 'passed/child-2', [good[0]]);
        tell(fake, { passed: 3, failed: 0 }, undefined);
      },
      'the configuration "good-1" was tested more than once, as where its list has it twice',
    ],
    [
      'where the Map Run is of another execution',
      (fake) => {
        const other = allPassed();
        Object.assign(fake, { ...other, mapRun: { ...other.mapRun, executionArn: 'arn:other' } });
      },
      'the Map Run is one of arn:other',
    ],
    [
      'where the results are said to be those of another execution',
      (fake) => tell(fake, { results_location: { ...location, prefix: 'system-test/other/' } }, 'SystemTestFailed'),
      'the results are said to be in s3://results/system-test/other/, which is none of this execution',
    ],
    [
      'where two places are told',
      (fake) => tell(fake, { results_location: { ...location, bucket: 'other' } }, 'SystemTestFailed'),
      'the results are said to be in s3://results/system-test/run/ and in s3://other/system-test/run/',
    ],
    [
      'where the result can not be read',
      (fake) => tell(fake, { total: 'three' }, 'SystemTestFailed'),
      `the result of the execution can't be read (Expected total to be an integer from 0 up, got "three")`,
    ],
    [
      'where the Map Run failed',
      (fake) => (fake.mapRun.status = 'FAILED'),
      'the Map Run is described as FAILED, and its execution came to a result',
    ],
  ])('%s', async (_, lie, sentence) => {
    const fake = oneFailed();
    lie(fake);

    const ended = await runFake(fake);

    expect(ended.stderr).toContain(sentence);
    expect(ended.code).toBe(3);
    expect(reportOf(ended)).toMatchObject({ verdict: 'ERRORED' });
  });
});

describe('what is told of a distributed run that passed is not believed', () => {
  test.each<[string, (fake: FakeMapRun) => Partial<StepFunctions>, string]>([
    [
      'where the history is of an execution with another input',
      ({ events: [, ...rest] }) => {
        const started: HistoryEvent = {
          ...{ id: 1, timestamp: new Date(0), type: 'ExecutionStarted' },
          executionStartedEventDetails: { input: '{"configurations":["good-1"]}' },
        };
        return { history: () => Promise.resolve({ events: [started, ...rest] }) };
      },
      'the history is of an execution with another input',
    ],
    [
      'where another execution is described',
      () => ({
        describe: () =>
          Promise.resolve({
            ...{ executionArn: 'arn:other', stateMachineArn: machineArn, status: 'SUCCEEDED', startDate: new Date(0) },
          }),
      }),
      'the description is of arn:other',
    ],
  ])('%s', async (_, lie, sentence) => {
    const fake = allPassed();

    const ended = await runFake(fake, { api: lie(fake) });

    expect(ended.stderr).toContain(sentence);
    expect(ended.code).toBe(3);
  });
});

describe('results that can not be read give no verdict, and a report of those that can', () => {
  test.each<[string, (fake: FakeMapRun) => void, string, string[]]>([
    [
      'an object that is cut in half',
      (fake) => rewrite(fake, 'passed/child-1', JSON.stringify([result('good-3')]).slice(0, 40)),
      'holds no results (it is no JSON, or ends in its middle: ',
      ['good-1', 'good-2'],
    ],
    [
      'an object that is listed and missing',
      (fake) => fake.objects.delete(key('passed/child-1')),
      `the object "${key('passed/child-1')}" is listed among the results, and is not there`,
      ['good-1', 'good-2'],
    ],
    [
      'an object that is none of the results',
      (fake) => {
        fake.keys.push(`${location.prefix}passed/notes/readme.txt`);
        fake.objects.set(`${location.prefix}passed/notes/readme.txt`, 'hello');
      },
      'among the results is none of this execution',
      ['good-1', 'good-2', 'good-3'],
    ],
    ['an empty list', (fake) => rewrite(fake, 'passed/child-1', []), 'holds no result', ['good-1', 'good-2']],
    [
      'a result without a status',
      (fake) => rewrite(fake, 'passed/child-1', [{ configuration_identifier: 'good-3' }]),
      'Expected status of the list of results[0] to be PASSED, FAILED or ERRORED, got nothing',
      ['good-1', 'good-2'],
    ],
    [
      'a bucket whose objects may not be read',
      (fake) => (fake.failures.read = () => named('AccessDenied', 'not authorized to perform: kms:Decrypt', 403)),
      'the trigger may not read the results in s3://results/system-test/run/ (AccessDenied: not authorized to perform: kms:Decrypt)',
      [],
    ],
    [
      'a bucket that may not be listed',
      (fake) => (fake.failures.list = () => named('AccessDenied', 'Access Denied', 403)),
      'the trigger may not list the results in s3://results/system-test/run/ (AccessDenied: Access Denied)',
      [],
    ],
    [
      'a bucket that is not there',
      (fake) => (fake.failures.list = () => named('NoSuchBucket', 'The specified bucket does not exist')),
      'could not list the results in s3://results/system-test/run/ (NoSuchBucket: The specified bucket does not exist)',
      [],
    ],
    [
      'a bucket in another Region',
      (fake) => (fake.failures.list = () => named('PermanentRedirect', 'must be addressed using the endpoint', 301)),
      'could not list the results in s3://results/system-test/run/ (PermanentRedirect: must be addressed using the endpoint)',
      [],
    ],
    [
      'a Map Run that may not be described',
      (fake) => (fake.failures.describeMapRun = () => named('AccessDeniedException', 'not authorized', 400)),
      'the trigger may not describe the Map Run',
      [],
    ],
    [
      'a Map Run that is not done',
      (fake) => (fake.mapRun.items = { ...fake.mapRun.items, running: 1, succeeded: 2 }),
      'the Map Run counts items that are not done',
      ['good-1', 'good-2', 'good-3'],
    ],
  ])('%s', async (_, spoil, sentence, identifiers) => {
    const fake = allPassed();
    spoil(fake);

    const ended = await runFake(fake);

    expect(ended.stderr).toContain(sentence);
    expect(ended.code).toBe(3);
    expect(
      reportOf(ended)
        .results.map((one) => one.configuration_identifier)
        .sort(),
    ).toEqual(identifiers);
  });

  test('what was asked for and has no result is named', async () => {
    const ended = await runFake(allPassed(), { identifiers: ['good-1', 'good-2', 'bad'] });

    expect(ended.stderr).toContain('"bad" was asked for, and there is no result of it');
    expect(ended.code).toBe(3);
  });

  test('what was not asked for is counted', async () => {
    const ended = await runFake(allPassed(), { identifiers: ['good-1', 'good-2'] });

    expect(ended.stderr).toContain('2 configurations were asked for, and there are results of 3');
    expect(ended.code).toBe(3);
  });

  test('too many objects that are none of the results end the reading', async () => {
    const fake = allPassed();
    for (let index = 0; index < 500; index++) fake.keys.unshift(`${location.prefix}other-${index}`);

    const { code, calls } = await runFake(fake);

    expect(code).toBe(3);
    expect(calls.read).toBeLessThan(200);
  });
});

describe('an answer that lies in one of its fields', () => {
  /** What is told, with the texts of the objects as JSON, so that each field of them is falsified, too. */
  const told = ({ events, mapRun, keys, objects }: FakeMapRun) => ({
    ...{ events, mapRun, keys },
    objects: Object.fromEntries([...objects].map(([name, text]) => [name, JSON.parse(text) as unknown])),
  });

  const all = ['good-1', 'good-2', 'bad'];

  test.each<[string, () => FakeMapRun, Partial<RunOptions>, string[]]>([
    ['where one failed', () => fakeMapRun([good, [bad]]), {}, all],
    ['where all passed', () => fakeMapRun([[good[0]!], [good[1]!]]), {}, all.slice(0, 2)],
    ['where one failed and may', () => fakeMapRun([good, [bad]], { tolerated: 1 }), { toleratedFailures: '50%' }, all],
  ])('bends neither exit code nor report of a distributed run %s', async (_, make, options, identifiers) => {
    const given = { identifiers, options: { ...options, timeout: 5, quiet: true } };
    const outcomes = (ended: EndedMapRun) =>
      ended.stdout === ''
        ? []
        : reportOf(ended)
            .results.map((one) => `${one.configuration_identifier} ${one.status}`)
            .sort();
    const truth = await runFake(make(), given);
    for (const [name, answer] of Object.entries(told(make()))) {
      for (const lie of lies(answer, name)) {
        const fake: FakeMapRun = { ...make(), [name]: lie.answer };
        if (name === 'objects') {
          fake.objects = new Map(
            Object.entries(lie.answer as object).map(([at, value]) => [at, JSON.stringify(value)]),
          );
        }
        const ended = await runFake(fake, given);
        const honest = ended.code === truth.code && isDeepStrictEqual(outcomes(ended), outcomes(truth));
        expect([lie.name, honest || [2, 3].includes(ended.code) || ended.code]).toEqual([lie.name, true]);
      }
    }
  });
});

const item = (configuration: string) => ({ configuration, prefix: location.prefix });

describe('children that were lost', () => {
  test.each<[string, Parameters<typeof fakeMapRun>[1], [string, ConfigurationResult['status'], string?][]]>([
    [
      'are told with their error, alone or in a batch',
      {
        lost: [
          { name: 'x', status: 'FAILED', items: 1, input: item('a'), error: 'S3.S3Exception', cause: 'Slow down.' },
          { name: 'y', status: 'TIMED_OUT', items: 2, input: { Items: [item('b'), 'c'], BatchInput: {} } },
        ],
      },
      [
        ['a', 'ERRORED', 'S3.S3Exception'],
        ['b', 'ERRORED', 'States.Timeout'],
        ['c', 'ERRORED', 'States.Timeout'],
        ['good-1', 'PASSED'],
      ],
    ],
    [
      'count even where their input tells no configuration',
      { lost: [{ name: 'x', status: 'FAILED', items: 2, input: 'nothing' }] },
      [
        ['good-1', 'PASSED'],
        ['item 1 of the child execution x', 'ERRORED', 'States.TaskFailed'],
        ['item 2 of the child execution x', 'ERRORED', 'States.TaskFailed'],
      ],
    ],
  ])('%s', async (_, lost, expected) => {
    const ended = await runFake(fakeMapRun([[good[0]!]], lost));

    expect(ended.stderr).not.toContain('does not agree');
    expect(ended.code).toBe(3);
    const told = reportOf(ended).results.map((one) => [
      one.configuration_identifier,
      one.status,
      ...(one.error ? [one.error.type] : []),
    ]);
    expect(told.sort()).toEqual(expected);
  });

  test('are listed page by page, and told although they can not be described', async () => {
    const lost = Array.from({ length: 5 }, (_, index) => ({
      ...{ name: `x${index}`, status: 'FAILED' as const, items: 1, input: item(`a${index}`) },
    }));
    const fake = fakeMapRun([[bad]], { lost });
    fake.failures.describe = () => named('AccessDeniedException', 'not authorized', 400);

    const ended = await runFake(fake);

    expect(ended.code).toBe(1);
    expect(ended.calls.children).toBe(3);
    expect(reportOf(ended)).toMatchObject({ total: 6, failed: 1, errored: 5 });
  });

  test('are not missed by name where nothing tells their names', async () => {
    const fake = fakeMapRun([[good[0]!]], { lost: [{ name: 'x', status: 'FAILED', items: 1, input: 'nothing' }] });

    const { code, stderr } = await runFake(fake, { identifiers: ['good-1', 'lost'] });

    expect(stderr).not.toContain('does not agree');
    expect(code).toBe(3);
  });

  test('are not told twice where they had written their results before', async () => {
    const fake = fakeMapRun([[good[0]!]], { lost: [{ name: 'x', status: 'FAILED', items: 1, input: item('a') }] });
    rewrite(fake, 'passed/x', [result('a')]);
    fake.keys.push(key('passed/x'));

    const ended = await runFake(fake);

    expect(ended.stderr).not.toContain('does not agree');
    expect(reportOf(ended)).toMatchObject({ passed: 1, errored: 1 });
  });
});
