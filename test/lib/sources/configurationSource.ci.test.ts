import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import validateAsl from 'asl-validator';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration, ConfigurationSource, SystemTest, SystemTestHook, type SystemTestProps } from '../../../lib';
import { maxConfigurations } from '../../../lib/stateMachine/executionBudget';
import { isJsonObject, type AggregatedResult, type Json, type JsonObject, type RunResult } from '../../../lib/wire';
import type { InvokeResult } from '../../../scripts/local/lambda/invoke';
import { ServiceError } from '../../../scripts/local/http/service';
import { inProcess } from '../../scripts/command';
import { type Ended, invokerOf, serveMachines, stateMachine } from '../../scripts/local/stepFunctions/fixture';
import { statementsOf, textOf } from '../templates';
import { newDeployment } from '../templateVariants';

const directory = mkdtempSync(join(tmpdir(), 'source-'));
afterAll(() => rmSync(directory, { recursive: true }));

const arnOf = (name: string) => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;
const listerArn = arnOf('List:live');
const env = { account: '123456789012', region: 'eu-central-1' };

function synthesize(props: (stack: Stack) => Partial<SystemTestProps>): Template {
  const stack = new Stack(new App(), 'Stack', { env });
  const tested = lambda.Function.fromFunctionArn(stack, 'Tested', arnOf('Feeds'));
  new SystemTest(stack, 'SystemTest', { function: tested, ...props(stack) });
  return Template.fromStack(stack);
}

const lister = (stack: Stack, arn = listerArn) => lambda.Function.fromFunctionArn(stack, 'List', arn);
const listed = synthesize((stack) => ({ source: ConfigurationSource.lister(lister(stack)), maxConcurrency: 3 }));

function definitionOf(template: Template): string {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine')) as {
    Properties: { DefinitionString: unknown };
  }[];
  return textOf(machine!.Properties.DefinitionString).replaceAll('<AWS::Partition>', 'aws');
}

/** What a function that raised gives. */
class Raised implements Partial<InvokeResult> {
  readonly functionError = 'Unhandled';
  readonly payload: Buffer;

  constructor(errorType: string, errorMessage: string) {
    this.payload = Buffer.from(JSON.stringify({ errorType, errorMessage, trace: ['at list'] }));
  }
}

type Answer = Json | Raised;

/** Serves the machine; `answer` is the lister's, for each page; the function fails for `bad`. */
async function serve(answer: (event: JsonObject) => Answer, tested: (event: JsonObject) => boolean = isGood) {
  const events: JsonObject[] = [];
  const invoker = invokerOf((event, { functionName }) => {
    if (!isJsonObject(event)) throw new Error('Expected an object.');
    events.push(event);
    if (!event.list_configurations) {
      return { payload: Buffer.from(JSON.stringify({ system_test_successful: tested(event) })) };
    }
    if (functionName !== listerArn) throw new Error(`Expected the lister to be invoked, got ${functionName}.`);
    const answered = answer(event);
    return answered instanceof Raised ? answered : { payload: Buffer.from(JSON.stringify(answered)) };
  });
  return { ...(await serveMachines([stateMachine(definitionOf(listed))], { invoker })), received: events };
}

function isGood({ configuration_identifier: identifier }: JsonObject): boolean {
  return identifier !== 'bad';
}

async function runOnce(answer: (event: JsonObject) => Answer, input: Json = {}) {
  const served = await serve(answer);
  try {
    return { ...(await served.run(input)), received: served.received };
  } finally {
    await served.close();
  }
}

function resultOf({ output }: Ended): AggregatedResult {
  return JSON.parse(output ?? 'null') as AggregatedResult;
}

const statesEntered = ({ events }: Ended) => events.filter(({ type }) => type!.endsWith('StateEntered')).length;
const one = (...configurations: Json[]) => ({ configurations, next_token: null });
const names = ({ results }: AggregatedResult) => results.map((each) => each.configuration_identifier);
const feeds = one('feed_1', { configuration_identifier: 'feed_2', region: 'eu' }, 'feed_3');

describe('a system test whose configurations a function lists', () => {
  it('tests what it lists, with the keys that it gives, and takes three state transitions more', async () => {
    const ended = await runOnce(() => feeds);
    expect(resultOf(ended)).toMatchObject({ total: 3, passed: 3, max_concurrency: 3 });
    expect(names(resultOf(ended))).toEqual(['feed_1', 'feed_2', 'feed_3']);
    expect(ended.received[0]).toEqual({ list_configurations: true, system_test: true, next_token: null });
    expect(ended.received).toContainEqual({ configuration_identifier: 'feed_2', region: 'eu', system_test: true });
    expect(statesEntered(ended)).toBe(3 + 5 + 3);
  });

  it('reads page after page, two state transitions each', async () => {
    const pages: Record<string, Json> = {
      null: { configurations: ['a', 'b'], next_token: '1' },
      '"1"': { configurations: [], next_token: '2' },
      '"2"': { configurations: ['c'] },
    };
    const ended = await runOnce(({ next_token: token }) => pages[JSON.stringify(token)]!);
    expect(names(resultOf(ended))).toEqual(['a', 'b', 'c']);
    expect(statesEntered(ended)).toBe(3 + 5 + 7);
    const { events } = await runOnce(() => one('a', 'b', 'c'));
    const eventsPerPage = (ended.events.length - events.length) / 2;
    expect(maxConfigurations(0, 50)).toBe(Math.floor((25_000 - 40 - 50 * eventsPerPage) / 10));
  });

  it('tests one of those that it lists, with its keys, where the input names that one', async () => {
    const ended = await runOnce(() => feeds, { configurations: ['feed_2'] });
    expect(names(resultOf(ended))).toEqual(['feed_2']);
    expect(ended.received.slice(1)).toEqual([{ configuration_identifier: 'feed_2', region: 'eu', system_test: true }]);
  });

  it('refuses one that it does not list, with the nearest one, unless that is permitted', async () => {
    const input = { configurations: ['fed_1'] };
    const { error, cause, received } = await runOnce(() => feeds, input);
    expect(error).toBe('SystemTestInputRefused');
    expect(cause).toBe(
      `Expected configurations that the lister ${listerArn} lists, got "fed_1": did you mean "feed_1"? Put "allow_unknown": true in the input (--allow-unknown) to test what it does not list.`,
    );
    expect(received).toHaveLength(1);
    expect(names(resultOf(await runOnce(() => feeds, { ...input, allow_unknown: true })))).toEqual(['fed_1']);
  });

  const timedOut = '2026-01-01T00:00:00.000Z 5c9b Task timed out after 3.00 seconds';
  const endless = (token: unknown) => ({
    configurations: [`feed_${String(token)}`],
    next_token: `${Number(token) + 1}`,
  });
  const missing = () => {
    throw new ServiceError('ResourceNotFoundException', 404, `Function not found: ${listerArn}`);
  };

  it.each<[string, (event: JsonObject) => Answer, string]>([
    ['lists nothing', () => one(), 'to list at least one configuration, got none.'],
    ['raises', () => new Raised('KeyError', 'no "TABLE"'), 'to list configurations, got KeyError: no "TABLE"'],
    [
      'times out',
      () => new Raised('Sandbox.Timedout', timedOut),
      `to list configurations, got Sandbox.Timedout: ${timedOut}`,
    ],
    ['is not there', missing, 'to list configurations, got Lambda.ResourceNotFoundException: Function not found'],
    [
      'returns more than Step Functions takes',
      () => one('x'.repeat(262_144)),
      'to list configurations, got States.DataLimitExceeded: ',
    ],
    ['returns the list alone', () => ['a'], 'to return an object with configurations and next_token, got array.'],
    ['returns nothing', () => null, 'to return an object with configurations and next_token, got null.'],
    [
      'misspells its next_token',
      () => ({ configurations: ['a'], nextToken: '1' }),
      'to return configurations and next_token and no more, got "nextToken".',
    ],
    ['returns no list', () => ({ configurations: 'a' }), 'to return configurations as a list, got string.'],
    ['leaves out the list', () => ({ next_token: null }), 'to return configurations as a list, got none.'],
    [
      'counts its pages',
      () => ({ configurations: ['a'], next_token: 2 }),
      'to return a next_token of at most 2048 characters, or null on the last page, got 2.',
    ],
    ['lists a number', () => one('a', 5), 'got something else as configurations[1] of page 1.'],
    ['sets system_test', () => one({ configuration_identifier: 'a', system_test: false }), 'as configurations[0]'],
    ['lists one twice', () => one('a', 'b', 'a'), 'to list each configuration once, got a more than once.'],
    [
      'gives the same token again',
      () => ({ configurations: [], next_token: 'again' }),
      'to go on after page 1, got the same next_token again.',
    ],
    ['never ends', ({ next_token: token }) => endless(token), 'to end within 50 pages, got a next_token on page 50.'],
    [
      'lists more than an execution can test',
      () => one(...Array.from({ length: 955 }, (_, index) => `feed_${index}`)),
      'to list at most 954 configurations, got 955 on 1 page.',
    ],
    [
      'lists more than a variable holds',
      () => one('a', { configuration_identifier: 'b', padding: 'x'.repeat(131_072) }),
      'to list at most 131072 bytes of JSON, got ',
    ],
  ])('tests nothing and names the lister where it %s', async (_, answer, expected) => {
    const ended = await runOnce(answer);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'SystemTestListingFailed' });
    expect(ended.cause).toContain(expected);
    expect(ended.cause).toMatch(new RegExp(`^Expected the lister ${listerArn} to `));
    expect(ended.received.filter((event) => !event.list_configurations)).toEqual([]);
    expect(ended.received.length).toBeLessThanOrEqual(50);
  });

  it('is invoked again where it is throttled', async () => {
    let asked = 0;
    const throttled = () => {
      if (asked++ < 2) throw new ServiceError('TooManyRequestsException', 429, 'Rate Exceeded.');
      return feeds;
    };
    const ended = await runOnce(throttled);
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.events.filter(({ type }) => type === 'TaskFailed')).toHaveLength(2);
  });
});

describe('the command, with a lister,', () => {
  const machineArn = stateMachine('').stateMachineArn;
  const command = async (served: { url: string }, ...args: string[]) => {
    const flags = ['--state-machine', machineArn, '--endpoint-url', served.url, '--region', 'eu-central-1'];
    return await inProcess(['run', ...flags, '--report', 'json', ...args]);
  };

  it('runs what is listed and again what failed, with its keys', async () => {
    const flaky = { configuration_identifier: 'flaky', region: 'eu' };
    let failures = 0;
    const served = await serve(
      () => one('a', flaky),
      ({ configuration_identifier: name }) => name !== 'flaky' || failures++ > 0,
    );
    const { code, stdout } = await command(served, '--retries', '1');
    await served.close();
    expect(code).toBe(0);
    expect(JSON.parse(stdout) as RunResult).toMatchObject({ total: 2, passed: 2, flaky: 1 });
    expect(served.received.at(-1)).toEqual({ ...flaky, system_test: true });
  });

  it('finds what an execution tested behind a list of many pages', async () => {
    const served = await serve(({ next_token: token }) =>
      token === '12'
        ? one('a', { configuration_identifier: 'bad', region: 'eu' })
        : { configurations: [], next_token: `${Number(token) + 1}` },
    );
    const file = join(directory, 'result.json');
    await command(served, '--report', `json=${file}`);
    const again = await command(served, '--rerun-failed', file);
    await served.close();
    expect(again).toMatchObject({ code: 1, stderr: expect.not.stringContaining("can't be looked up") });
    expect(served.received.at(-1)).toMatchObject({ configuration_identifier: 'bad', region: 'eu' });
  });

  it('runs both functions on this machine', async () => {
    const outdir = join(directory, 'app');
    const app = new App({ outdir, analyticsReporting: false });
    const stack = new Stack(app, 'SystemTest');
    const made = (id: string, returned: string) =>
      new lambda.Function(stack, id, {
        runtime: lambda.Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: lambda.Code.fromInline(`exports.handler = async () => (${returned})`),
      });
    const source = ConfigurationSource.lister(made('List', '{ configurations: ["a", "b"] }'));
    new SystemTest(stack, 'SystemTest', { function: made('Tested', '{ system_test_successful: true }'), source });
    app.synth();
    const { code, stdout } = await inProcess(['run', '--local', '--app', outdir, '--report', 'json']);
    expect(code).toBe(0);
    expect(names(JSON.parse(stdout) as RunResult)).toEqual(['a', 'b']);
  });

  it('ends with exit code 3 and the reason where nothing could be listed', async () => {
    const served = await serve(() => one());
    const { code, stdout, stderr } = await command(served);
    await served.close();
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      `The state machine could not list the configurations: Expected the lister ${listerArn} to list at least one`,
    );
  });
});

describe('ConfigurationSource', () => {
  it('permits to invoke exactly the function and the lister, as they are given', () => {
    const onLambda = statementsOf(listed, 'SystemTest').filter(({ Action }) => String(Action).includes('lambda:'));
    expect(new Set(onLambda.flatMap(({ Action }) => Action))).toEqual(new Set(['lambda:InvokeFunction']));
    expect(onLambda.flatMap(({ Resource }) => Resource)).toEqual([listerArn, arnOf('Feeds')]);
  });

  it('makes a definition that passes an independent validator, with a comment for each state', () => {
    const definition = JSON.parse(definitionOf(listed).replaceAll(/(?<!\\)\\n/g, ' ')) as {
      States: Record<string, { Comment?: string }>;
    };
    expect(validateAsl(definition)).toMatchObject({ isValid: true, errors: [] });
    expect(Object.values(definition.States).filter(({ Comment }) => !Comment)).toEqual([]);
  });

  it('is enough for what runs the test, which then has to bring no configurations', () => {
    const stack = new Stack(new App(), 'Stack');
    const { alias, deploymentGroup } = newDeployment(stack);
    const source = ConfigurationSource.lister(alias);
    const systemTest = new SystemTest(stack, 'SystemTest', { function: alias.version, source });
    expect(() => new SystemTestHook(stack, 'Hook', { alias, deploymentGroup, systemTest })).not.toThrow();
  });

  it('makes of a list what the prop configurations makes', () => {
    const configurations = ['a', Configuration.of('b', { region: 'eu' })];
    const short = synthesize(() => ({ configurations }));
    expect(synthesize(() => ({ source: ConfigurationSource.list(configurations) })).toJSON()).toEqual(short.toJSON());
  });

  it.each<[string, (stack: Stack) => Partial<SystemTestProps>, string]>([
    [
      'a source and configurations',
      (stack) => ({ configurations: ['a'], source: ConfigurationSource.lister(lister(stack)) }),
      'Expected Stack/SystemTest to have configurations or a source, got both',
    ],
    [
      'a list that is empty',
      () => ({ source: ConfigurationSource.list([]) }),
      'Expected configurations of Stack/SystemTest to be 1 to 998, got 0.',
    ],
    [
      'a lister in another Region',
      (stack) => ({
        source: ConfigurationSource.lister(lister(stack, listerArn.replace('eu-central-1', 'us-east-1'))),
      }),
      'Expected lister of Stack/SystemTest to be in eu-central-1, where its stack is, got one in us-east-1',
    ],
    [
      'a lister in another account',
      (stack) => ({
        source: ConfigurationSource.lister(lister(stack, listerArn.replace('123456789012', '222222222222'))),
      }),
      'Expected lister of Stack/SystemTest to be in account 123456789012, where its stack is, got one in 222222222222.',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => synthesize(props)).toThrow(message);
  });
});
