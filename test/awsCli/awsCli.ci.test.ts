import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../lib/wire';
import { cleanEnv } from '../scripts/command';
import {
  describeWith,
  echoArn,
  outputOf,
  outputOfProgram,
  serveClients,
  storingArn,
  variousArn,
  waitingArn,
} from '../scripts/local/clientFixture';
import { machine, task } from '../scripts/local/stepFunctions/fixture';

describeWith('the AWS CLI', 'aws', ['--version'])('the AWS CLI can', () => {
  let endpoint: Awaited<ReturnType<typeof serveClients>>;

  beforeAll(async () => {
    endpoint = await serveClients();
  });
  afterAll(() => endpoint.close());

  async function aws(...args: string[]): Promise<JsonObject> {
    const output = await outputOfProgram('aws', [...args, '--output', 'json'], endpoint.env);
    return output === '' ? {} : (JSON.parse(output) as JsonObject);
  }

  async function start(machineArn: string, input = '{}'): Promise<string> {
    const started = await aws('stepfunctions', 'start-execution', '--state-machine-arn', machineArn, '--input', input);
    return started.executionArn as string;
  }

  test('call the endpoint by the line that the README shows, where nothing of AWS is set up', async () => {
    const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
    const [, line = ''] = /^aws (--endpoint-url .*)$/m.exec(readme) ?? [];
    const args = line.replace('http://127.0.0.1:8123', endpoint.url).split(' ');
    const listed = await outputOfProgram('aws', [...args, '--output', 'json'], cleanEnv);
    expect(JSON.parse(listed)).toMatchObject({ stateMachines: expect.any(Array) });
  });

  test('store an object, list it, read it and remove it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'system-test-s3-'));
    const [mine, back] = [join(directory, 'mine'), join(directory, 'back')];
    const s3 = (...args: string[]) => outputOfProgram('aws', ['s3', ...args], endpoint.env);
    writeFileSync(mine, 'one,two');
    await s3('cp', '--quiet', mine, 's3://things/lists/mine.csv');
    expect(await s3('ls', 's3://things', '--recursive')).toMatch(/^20\S+ \S+ +7 lists\/mine\.csv\n$/);
    await s3('mv', '--quiet', 's3://things/lists/mine.csv', back);
    expect(readFileSync(back, 'utf8')).toBe('one,two');
    expect(await s3('ls', 's3://things')).toBe('');
    rmSync(directory, { recursive: true });
  });

  test('read what a state machine stored in a bucket of the app', async () => {
    const arn = await start(storingArn, '{"text": "hi"}');
    expect(await outputOf(endpoint.url, arn)).toContain('"ServerSideEncryption":"AES256"');
    expect(await outputOfProgram('aws', ['s3', 'cp', 's3://results/in.json', '-'], endpoint.env)).toBe('{"text":"hi"}');
  });

  test('start an execution, describe it and read its history page by page', async () => {
    const arn = await start(echoArn, '{"text": "hi"}');
    expect(await outputOf(endpoint.url, arn)).toBe('{"echo":"hi"}');
    const [described, history, page] = await Promise.all([
      aws('stepfunctions', 'describe-execution', '--execution-arn', arn),
      aws('stepfunctions', 'get-execution-history', '--execution-arn', arn, '--page-size', '3'),
      aws('stepfunctions', 'get-execution-history', '--execution-arn', arn, '--max-items', '2', '--reverse-order'),
    ]);
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '{"echo":"hi"}', stateMachineArn: echoArn });
    expect(history.events).toHaveLength(7);
    expect(page).toMatchObject({
      events: [
        { type: 'ExecutionSucceeded', id: 7 },
        { type: 'TaskStateExited', id: 6 },
      ],
      NextToken: expect.any(String),
    });
  });

  test('describe the Map Run of an execution and list the children that failed', async () => {
    const arn = await start(variousArn);
    await outputOf(endpoint.url, arn);
    const { mapRuns } = await aws('stepfunctions', 'list-map-runs', '--execution-arn', arn);
    const [{ mapRunArn }] = mapRuns as [{ mapRunArn: string }];
    const [described, failed] = await Promise.all([
      aws('stepfunctions', 'describe-map-run', '--map-run-arn', mapRunArn),
      aws('stepfunctions', 'list-executions', '--map-run-arn', mapRunArn, '--status-filter', 'FAILED'),
    ]);
    expect(described).toMatchObject({ status: 'SUCCEEDED', itemCounts: { total: 2, succeeded: 1, failed: 1 } });
    expect(failed.executions).toEqual([expect.objectContaining({ mapRunArn, itemCount: 1, status: 'FAILED' })]);
  });

  test('try a state by the lines that docs/prove.md shows', async () => {
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'prove.md'), 'utf8');
    const [, lines = ''] = /```sh\n(export [^`]*)```/.exec(page) ?? [];
    const shell = lines.replace('http://127.0.0.1:8123', endpoint.url);
    const tested = await outputOfProgram('sh', ['-c', shell], { ...cleanEnv, AWS_DEFAULT_OUTPUT: 'json' });
    expect(JSON.parse(tested)).toEqual({ output: '2', status: 'SUCCEEDED' });
  });

  test('try a state with a mock, in a context, after retries', async () => {
    const retried = task({ Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 2 }] });
    const definition = JSON.stringify(machine({ Invoke: retried }));
    const request = {
      ...{ definition, stateName: 'Invoke', context: '{"Execution":{"Name":"mine"}}', inspectionLevel: 'DEBUG' },
      ...{ mock: { errorOutput: { error: 'Busy', cause: 'x' } }, stateConfiguration: { retrierRetryCount: 1 } },
    };
    const env = { ...endpoint.env, AWS_DISABLE_HOST_PREFIX_INJECTION: 'true' };
    const args = ['test-state', '--cli-input-json', JSON.stringify(request), '--output', 'json'];
    const tested: unknown = JSON.parse(await outputOfProgram('aws', ['stepfunctions', ...args], env));
    expect(tested).toMatchObject({
      ...{ status: 'RETRIABLE', error: 'Busy', cause: 'x' },
      inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 2 } },
    });
  });

  test('stop an execution', async () => {
    const arn = await start(waitingArn);
    await aws(
      'stepfunctions',
      'stop-execution',
      '--execution-arn',
      arn,
      '--error',
      'Interrupted',
      '--cause',
      'by hand',
    );
    const listed = await aws('stepfunctions', 'list-executions', '--state-machine-arn', waitingArn);
    expect(listed).toEqual({ executions: [expect.objectContaining({ executionArn: arn, status: 'ABORTED' })] });
  });

  test('list state machines and describe a stack', async () => {
    const [machines, stacks] = await Promise.all([
      aws('stepfunctions', 'list-state-machines'),
      aws('cloudformation', 'describe-stacks', '--stack-name', 'Clients'),
    ]);
    expect(machines.stateMachines).toMatchObject([
      { name: 'echo', type: 'STANDARD' },
      { name: 'storing' },
      { name: 'various' },
      { name: 'waiting' },
    ]);
    expect(stacks.Stacks).toMatchObject([
      { StackName: 'Clients', Description: 'For clients', Outputs: [{ OutputKey: 'Machine', OutputValue: echoArn }] },
    ]);
  });

  test('invoke a function and read the end of its log', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'system-test-aws-'));
    try {
      const [payload, response] = [join(directory, 'payload.json'), join(directory, 'response.json')];
      writeFileSync(payload, '{"text": "hi"}');
      const given = ['--function-name', 'echo', '--log-type', 'Tail', '--payload', `fileb://${payload}`];
      const invoked = await aws('lambda', 'invoke', ...given, response);
      expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
      expect(Buffer.from(invoked.LogResult as string, 'base64').toString()).toContain('got hi');
      expect(readFileSync(response, 'utf8')).toBe('{"echo":"hi"}');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('read the errors of each protocol', async () => {
    const missing = waitingArn.replace('waiting', 'missing');
    await Promise.all([
      expect(start(missing)).rejects.toThrow(/\(StateMachineDoesNotExist\) when calling the StartExecution/),
      expect(aws('cloudformation', 'describe-stacks', '--stack-name', 'Missing')).rejects.toThrow(
        /\(ValidationError\) .* Stack with id Missing does not exist/,
      ),
      expect(aws('lambda', 'get-function', '--function-name', 'missing')).rejects.toThrow(
        /\(ResourceNotFoundException\)/,
      ),
      expect(aws('s3api', 'create-bucket', '--bucket', 'new')).rejects.toThrow(/\(NotImplemented\)/),
    ]);
  });
});
