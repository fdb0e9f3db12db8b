import { PassThrough, Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { Connection } from '../../../scripts/aws/connection';
import { stepFunctions, type ExecutionDescription, type HistoryPage } from '../../../scripts/aws/stepFunctions';
import { byExecutions, type RunOptions } from '../../../scripts/commands/run';
import { testAndReport } from '../../../scripts/commands/testAndReport';
import { Configuration } from '../../../lib';
import type { AggregatedResult, ConfigurationResult, RunResult } from '../../../lib/wire';
import type { Call, Fault } from '../../proxy';
import { NoVerdictError } from '../../../scripts/io/noVerdictError';
import { UserError } from '../../../scripts/io/userError';
import { awsEnv } from '../command';
import { FakeClock } from '../fakeClock';
import { deploy, outcomes, run, type DeployedTest } from './faultyLine';
import { lies } from './lies';

/** What the endpoint answered to the calls of a run. */
interface Answers {
  start: { executionArn: string };
  history: HistoryPage;
  describe: ExecutionDescription;
}

/** A run that was recorded. */
interface Recorded {
  identifiers: string[];
  options: Partial<RunOptions>;
  answers: Answers;
  truth: Ended;
}

/** What a pipeline gets from a run: its exit code, and what its report says of each configuration. */
interface Ended {
  code: number;
  /** How many executions it asked to start. */
  starts: number;
  told?: Pick<RunResult, 'total' | 'passed' | 'failed' | 'errored'> & { outcomes: string[] };
}

const runs: [string, string[], Partial<RunOptions>, number][] = [
  ['where one failed', [], {}, 1],
  ['where all passed', ['good-1', 'good-2'], { maxConcurrency: 2, allowUnknown: true }, 0],
  ['where one failed and one may', ['bad', 'good-1'], { toleratedFailures: '50%' }, 0],
];

/** What the verdict rests on: a lie in any of these is found out, at one place of them at the least. */
const decisive = [
  ...['executionArn', 'stateMachineArn', 'events', 'type', 'index', 'length', 'input', 'configurations', 'results'],
  ...['configuration_identifier', 'status', 'total', 'passed', 'failed', 'errored', 'tolerated_failures'],
];

let deployed: DeployedTest;
let recorded: Map<string, Recorded>;
beforeAll(async () => {
  deployed = await deploy({ props: { configurations: ['good-1', Configuration.of('bad', { region: 'eu' })] } });
  recorded = new Map();
  for (const [title, identifiers, options, code] of runs) {
    recorded.set(title, await record(identifiers, options, code));
  }
});
afterAll(() => deployed.close());

async function record(identifiers: string[], options: Partial<RunOptions>, code: number): Promise<Recorded> {
  const name = `recorded-${identifiers.join('-')}`;
  const flags = [
    ...(options.allowUnknown ? ['--allow-unknown'] : []),
    ...(options.maxConcurrency === undefined ? [] : [`--max-concurrency=${options.maxConcurrency}`]),
    ...(options.toleratedFailures === undefined ? [] : [`--tolerated-failures=${options.toleratedFailures}`]),
  ];
  const { result } = await run(deployed, [...identifiers, ...flags, '--given-order', '--name', name]);
  const executionArn = result!.execution_arn;
  const api = stepFunctions({ region: awsEnv.AWS_REGION, endpointUrl: deployed.url });
  const { signal } = new AbortController();
  const history = await api.history({ executionArn, maxResults: 1000 }, signal);
  const describe = await api.describe(executionArn, signal);
  api.close();
  const answers = { start: { executionArn }, history, describe };
  const given = { identifiers, options: { ...options, name }, answers };
  const truth = await replay(given, answers);
  expect(truth.code).toBe(code);
  return { ...given, truth };
}

/** The command, up to the calls of AWS, with answers that were recorded, on a clock that skips all waits. */
async function replay(
  {
    identifiers,
    options,
    answers: {
      start: { executionArn },
    },
  }: Omit<Recorded, 'truth'>,
  answers: Answers,
): Promise<Ended> {
  let stdout = '';
  let starts = 0;
  const io = {
    env: awsEnv,
    cwd: () => process.cwd(),
    stdin: Readable.from([]),
    stdout: new PassThrough().on('data', (chunk: Buffer) => (stdout += chunk.toString())),
    stderr: new PassThrough().resume(),
    clock: new FakeClock(),
    stop: new AbortController().signal,
    leave: new AbortController().signal,
  };
  const all: RunOptions = {
    ...{
      report: [{ format: 'json' }],
      redactCredentials: true,
      cost: true,
      color: false,
      progress: false,
      quiet: true,
    },
    // What never ends is given up.
    ...{ timeout: 5, ...options },
  };
  const connection: Connection = {
    api: {
      start: () => {
        starts++;
        return Promise.resolve(answers.start);
      },
      history: () => Promise.resolve(answers.history),
      describe: () => Promise.resolve(answers.describe),
      describeMapRun: () => Promise.reject(new Error('There is no Map Run.')),
      children: () => Promise.reject(new Error('There is no Map Run.')),
      executions: () => Promise.resolve({ executions: [] }),
      lastEvents: () => Promise.resolve([]),
      definition: () => Promise.resolve('{}'),
      stop: () => Promise.resolve(),
      close: () => undefined,
    },
    stateMachineArn: machineOf(executionArn),
    bucket: () => Promise.reject(new Error('There is no bucket.')),
    isAws: () => false,
    close: () => Promise.resolve(),
  };
  const code = await testAndReport(identifiers, all, io, {
    open: (context) => Promise.resolve(byExecutions(connection, all, context)),
  }).catch((error: unknown) => (error instanceof UserError ? 2 : error instanceof NoVerdictError ? 3 : NaN));
  if (stdout === '') {
    return { code, starts };
  }
  const { total, passed, failed, errored, results } = JSON.parse(stdout) as RunResult;
  const outcomes = results.map((one) => `${one.configuration_identifier} ${one.status}`);
  return { code, starts, told: { total, passed, failed, errored, outcomes } };
}

function machineOf(executionArn: string): string {
  return executionArn.replace(':execution:', ':stateMachine:').replace(/:[^:]+$/, '');
}

/** Whether it is told as it was, or that there is no verdict. */
function isHonest(ended: Ended, truth: Ended): boolean {
  return isDeepStrictEqual(ended, truth) || [2, 3].includes(ended.code);
}

describe('an answer that lies in one of its fields', () => {
  test.each(runs.map(([title]) => title))('bends neither exit code nor report of a run %s', async (title) => {
    const one = recorded.get(title)!;
    const caught = new Set<string>();
    for (const [operation, answer] of Object.entries(one.answers)) {
      for (const lie of lies(answer, operation)) {
        const ended = await replay(one, { ...one.answers, [operation]: lie.answer });
        expect([lie.name, isHonest(ended, one.truth) || ended]).toEqual([lie.name, true]);
        if (ended.code === 3) {
          caught.add(lie.field);
        }
      }
    }

    expect([...caught]).toEqual(expect.arrayContaining(decisive));
  });
});

describe('answers that lie in several fields', () => {
  test.each<[string, (answers: Answers) => Answers]>([
    ['hold no results', withResults(() => [])],
    ['leave out what failed', withResults((results) => results.filter(({ status }) => status === 'PASSED'))],
    ['double what passed in its place', withResults(([first]) => [first!, first!])],
    ['rename all', withResults((results) => results.map((one) => ({ ...one, configuration_identifier: 'good-3' })))],
    ['tell of a ghost', withResults((results) => [...results, { ...results[0]!, configuration_identifier: 'ghost' }])],
    [
      'say that what failed passed',
      withResults((results) => results.map((one) => ({ ...one, status: 'PASSED' as const }))),
    ],
    ['tolerate more', (answers) => succeeded(answers, (result) => ({ ...result, tolerated_failures: 5 }))],
    ['end well with the same result', (answers) => succeeded(answers, (result) => result)],
    [
      'hold the history of another execution',
      ({ start, describe }) => {
        const { history } = recorded.get('where all passed')!.answers;
        return { start, history, describe: { ...describe, status: 'SUCCEEDED', error: undefined } };
      },
    ],
    ['are all of another execution', () => recorded.get('where all passed')!.answers],
  ])('are not believed where they %s', async (_, lie) => {
    const one = recorded.get('where one failed')!;

    const ended = await replay(one, lie(one.answers));

    expect(ended.code).toBe(3);
  });

  test('are run no second time with --retries', async () => {
    const one = recorded.get('where one failed')!;
    const retried = { ...one, options: { ...one.options, retries: 1 } };
    const lie = succeeded(one.answers, (result) => result);

    await expect(replay(retried, lie)).resolves.toMatchObject({ code: 3, starts: 1 });
    expect((await replay(retried, one.answers)).starts).toBeGreaterThan(1);
  });
});

/** The execution as if it had succeeded, with another result wherever its end and its description tell it. */
function succeeded(
  { start, history, describe }: Answers,
  change: (result: AggregatedResult) => AggregatedResult,
): Answers {
  const failed = history.events.find(({ type }) => type === 'FailStateEntered')!.stateEnteredEventDetails!;
  const output = JSON.stringify(change(JSON.parse(failed.input!) as AggregatedResult));
  const events = history.events.map((event) => {
    switch (event.type) {
      case 'FailStateEntered':
        return {
          ...event,
          type: 'SucceedStateEntered' as const,
          stateEnteredEventDetails: { name: 'Passed', input: output },
        };
      case 'ExecutionFailed':
        return { ...event, type: 'ExecutionSucceeded' as const, executionSucceededEventDetails: { output } };
      default:
        return event;
    }
  });
  return { start, history: { events }, describe: { ...describe, status: 'SUCCEEDED', error: undefined, output } };
}

/** The same with other results, whose counts add up. */
function withResults(change: (results: ConfigurationResult[]) => ConfigurationResult[]) {
  return (answers: Answers) =>
    succeeded(answers, (result) => {
      const results = change(result.results);
      const count = (status: string) => results.filter((one) => one.status === status).length;
      const counts = { total: results.length, passed: count('PASSED'), failed: count('FAILED') };
      return { ...result, ...counts, results };
    });
}

/** An object that an endpoint answers with, with another value where it has one. */
function bent(key: string, value: unknown): Fault {
  return { rewrite: (answer: object) => ({ ...answer, ...(key in answer && { [key]: value }) }) };
}

describe('an endpoint that lies', () => {
  const arn = 'arn:aws:states:us-east-1:123456789012:execution:Other:run';

  test('and starts another execution is asked again, and the one that was named is followed', async () => {
    const faultOf = ({ operation, index }: Call) =>
      operation === 'StartExecution' && index === 0 ? bent('executionArn', arn) : undefined;

    const { code, result, proxy } = await run(deployed, ['bad'], { faultOf });

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 1, outcomes: [['bad', 'FAILED']] });
    expect(result?.execution_arn).not.toBe(arn);
    expect(proxy.count('StartExecution')).toBe(2);
  });

  test.each<[string, Fault, string]>([
    ['describes another execution', bent('executionArn', arn), `the description is of ${arn}`],
    ['describes another end', bent('status', 'SUCCEEDED'), 'is described as SUCCEEDED, and ended as FAILED'],
  ])('and %s gets no verdict, but a report of what the history says', async (_, fault, sentence) => {
    const faultOf = ({ operation }: Call) => (operation === 'DescribeExecution' ? fault : undefined);

    const { code, result, stderr } = await run(deployed, ['good-1', 'bad'], { faultOf });

    expect({ code, outcomes: outcomes(result) }).toEqual({
      code: 3,
      outcomes: [
        ['good-1', 'PASSED'],
        ['bad', 'FAILED'],
      ],
    });
    expect(stderr).toContain(sentence);
  });
});
