import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { compileFunction } from 'node:vm';
import { SystemTest, SystemTestOnDeployment } from '../../../lib';
import type { JsonObject } from '../../../lib/wire';
import { ServiceError } from '../../../scripts/local/http/service';
import type { InvokeResult } from '../../../scripts/local/lambda/invoke';
import { impatientClock } from '../../localSystemTest';
import { type FaultOf, type Proxy, startProxy } from '../../proxy';
import {
  type Fixture,
  functionArn,
  invokerOf,
  serveMachines,
  stateMachine,
} from '../../scripts/local/stepFunctions/fixture';
import { byInvocations, startExecutionSync } from '../beforeTraffic/hookInterpreter';
import { textOf } from '../templates';
import { newFunction } from '../templateVariants';

/** An answer of the function to CloudFormation. */
interface Answer {
  Status: string;
  Reason?: string;
  PhysicalResourceId: string;
}

/** What CloudFormation has at the end of its pre-signed URLs: each takes answers, some of them at the second attempt. */
async function startCloudFormation() {
  const answers: (Answer & JsonObject)[] = [];
  const contentTypes: (string | undefined)[] = [];
  let refusals = 0;
  let answered: () => unknown = () => undefined;
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const isRefused = refusals > 0;
      refusals -= 1;
      if (!isRefused) {
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
        answers.push(JSON.parse(body) as Answer & JsonObject);
        contentTypes.push(request.headers['content-type']);
      }
      response.writeHead(isRefused ? 503 : 200).end();
      if (!isRefused) answered();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/arn?X-Amz-Signature=0`,
    answers,
    contentTypes,
    refuse: (times: number) => (refusals = times),
    /** Resolves with the next answer. */
    next: () => new Promise<void>((resolve) => (answered = resolve)).then(() => answers.at(-1)!),
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** The definitions and the function's code of a deployment that is tested with these configurations. */
function synthesize(): { code: string; systemTest: string; onDeployment: string } {
  const stack = new Stack(new App(), 'Stack');
  const systemTest = new SystemTest(stack, 'SystemTest', { function: newFunction(stack), configurations: ['a', 'b'] });
  const onDeployment = new SystemTestOnDeployment(stack, 'OnDeployment', { systemTest });
  const definitionOf = ({ stateMachine: { node } }: SystemTest | SystemTestOnDeployment) =>
    textOf(stack.resolve((node.defaultChild as sfn.CfnStateMachine).definitionString)).replaceAll(
      '<AWS::Partition>',
      'aws',
    );
  const { code } = onDeployment.function.node.defaultChild as lambda.CfnFunction;
  return {
    code: (code as lambda.CfnFunction.CodeProperty).zipFile!,
    systemTest: definitionOf(systemTest).replace(/<Tested\w+,Arn>/, functionArn),
    onDeployment: byInvocations(
      definitionOf(onDeployment).replace(/<SystemTestStateMachine\w+>/, stateMachine({}, 'SystemTest').stateMachineArn),
    ),
  };
}

const SystemTestArn = stateMachine({}, 'SystemTest').stateMachineArn;
const StateMachineArn = stateMachine({}, 'OnDeployment').stateMachineArn;
let requests = 0;

/** A request of CloudFormation, with an id of its own. */
function requestOf(ResponseURL: string, more: JsonObject = {}): JsonObject {
  requests += 1;
  return {
    RequestType: 'Create',
    RequestId: `5c9b7b8e-0000-4000-8000-${String(requests).padStart(12, '0')}`,
    StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/Feeds/1',
    LogicalResourceId: 'OnDeployment',
    ResponseURL,
    ResourceProperties: { StateMachineArn, SystemTestArn },
    ...more,
  };
}

const executionOf = ({ RequestId }: JsonObject) =>
  `arn:aws:states:eu-central-1:123456789012:execution:SystemTest:${RequestId as string}`;

describe('A deployment that is tested', () => {
  let fixture: Fixture;
  let aws: Proxy;
  let cloudFormation: Awaited<ReturnType<typeof startCloudFormation>>;
  let handler: (event: JsonObject) => Promise<unknown>;
  let faultOf: FaultOf = () => undefined;
  /** Of the function under test, for each configuration. */
  let tested: (configuration: string) => Partial<InvokeResult>;

  beforeAll(async () => {
    const { code, systemTest, onDeployment } = synthesize();
    const invoker = invokerOf(async (payload, { functionName }) => {
      const event = payload as JsonObject;
      if (functionName === 'states:startExecution.sync:2') return await startExecutionSync(fixture.client, event);
      if (functionName !== 'lambda:invoke') return tested(event.configuration_identifier as string);
      try {
        await handler(event.Payload as JsonObject);
        return {};
      } catch (error) {
        return { functionError: 'Unhandled', payload: Buffer.from(JSON.stringify({ errorMessage: String(error) })) };
      }
    });
    fixture = await serveMachines(
      [stateMachine(systemTest, 'SystemTest'), stateMachine(onDeployment, 'OnDeployment')],
      {
        invoker,
        clock: impatientClock,
      },
    );
    aws = await startProxy(fixture.url, (call) => faultOf(call));
    cloudFormation = await startCloudFormation();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    jest.spyOn(console, 'log').mockImplementation();
    const load = compileFunction(`${code}; return exports.handler;`, ['require', 'exports', 'console']) as (
      ...scope: unknown[]
    ) => typeof handler;
    handler = load(require, {}, console);
  });
  beforeEach(() => {
    faultOf = () => undefined;
    tested = () => ({ payload: Buffer.from('{"system_test_successful":true}') });
  });
  afterAll(async () => {
    await aws.close();
    await cloudFormation.close();
    await fixture.close();
  });

  /** Asks for the resource, and resolves with the answer. */
  async function deploy(request = requestOf(cloudFormation.url)) {
    const next = cloudFormation.next();
    await handler(request);
    return { request, answer: await next };
  }

  const raises = () => ({
    functionError: 'Unhandled',
    payload: Buffer.from('{"errorType":"Error","errorMessage":"no"}'),
  });

  it('goes on after a test that passed', async () => {
    const { request, answer } = await deploy();
    const { RequestId, StackId, LogicalResourceId } = request;
    expect(answer).toEqual({
      ...{ Status: 'SUCCESS', RequestId, StackId, LogicalResourceId },
      PhysicalResourceId: executionOf(request),
    });
    expect(cloudFormation.contentTypes.at(-1)).toBe('');
  });

  it('fails after a test that failed, with what failed, where to look, and what to run', async () => {
    tested = (configuration) =>
      configuration === 'b' ? raises() : { payload: Buffer.from('{"system_test_successful":true}') };
    const { request, answer } = await deploy();
    const execution = executionOf(request);
    expect(answer).toMatchObject({
      Status: 'FAILED',
      Reason: `The system test failed: 1 of 2 configurations failed the system test: b. See https://console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${execution} or run: system-test report ${execution}`,
      PhysicalResourceId: execution,
    });
  });

  it('fails without blaming the function where it could not be tested', async () => {
    tested = () => {
      throw new ServiceError('AccessDeniedException', 403, 'not you');
    };
    const { answer } = await deploy();
    expect(answer.Status).toBe('FAILED');
    expect(answer.Reason).toMatch(
      /^The system test gave no verdict, which says nothing about the function: SystemTestErrored: 0 of 2 configurations failed the system test and 2 could not be tested: a, b\. See /,
    );
  });

  it('tests once for a request that comes twice, and answers once', async () => {
    const request = requestOf(cloudFormation.url);
    const before = cloudFormation.answers.length;
    const next = cloudFormation.next();
    await Promise.all([handler(request), handler(request)]);
    await next;
    await handler(request);
    expect(cloudFormation.answers.slice(before)).toMatchObject([{ Status: 'SUCCESS' }]);
  });

  it('tries again to answer where CloudFormation does not take it', async () => {
    cloudFormation.refuse(3);
    expect(await deploy()).toMatchObject({ answer: { Status: 'SUCCESS' } });
  });

  it('tests nothing when the resource is deleted, as in a rollback', async () => {
    const started = aws.count('StartExecution');
    const { answer } = await deploy(
      requestOf(cloudFormation.url, { RequestType: 'Delete', PhysicalResourceId: 'former' }),
    );
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'former' });
    expect(aws.count('StartExecution')).toBe(started);
  });

  it('tests as well where somebody changes a property of the resource by hand', async () => {
    tested = raises;
    const { answer } = await deploy(
      requestOf(cloudFormation.url, { RequestType: 'Update', PhysicalResourceId: 'former' }),
    );
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'former' });
  });

  it('fails at once where the test cannot be started', async () => {
    faultOf = ({ operation }) =>
      operation === 'StartExecution'
        ? { answer: 400, type: 'AccessDeniedException', message: 'not\u001b[2J you' }
        : undefined;
    expect(await deploy()).toMatchObject({
      answer: { Status: 'FAILED', Reason: 'The system test could not be started: AccessDeniedException: not [2J you.' },
    });
  });

  describe('at its end', () => {
    const noVerdict = 'The system test gave no verdict, which says nothing about the function: ';
    const disagrees = `${noVerdict}its execution succeeded, but what it says does not agree.`;
    const results = [{ status: 'PASSED' }, { status: 'FAILED' }];
    const counts = { total: 2, passed: 1, failed: 1, errored: 0 };
    const succeeded = (output?: object) => ({
      status: 'SUCCEEDED',
      output: output && JSON.stringify({ ...counts, results, ...output }),
    });
    const distributed = { results: undefined, results_location: { bucket: 'results', prefix: 'x/' } };

    /** What CloudFormation is answered where Step Functions says this of the execution, and that of the task. */
    async function told(described: object, failure: JsonObject = {}): Promise<string> {
      const request = requestOf(cloudFormation.url);
      const body = { executionArn: executionOf(request), ...described };
      faultOf = () => ({ status: 200, contentType: 'application/x-amz-json-1.0', body: JSON.stringify(body) });
      const next = cloudFormation.next();
      await handler({ request, failure });
      const { Status, Reason } = await next;
      return Reason ?? Status;
    }

    it.each<[string, object, string, JsonObject?]>([
      ['within its tolerance', succeeded({}), 'SUCCESS'],
      ['in a Distributed Map', succeeded(distributed), 'SUCCESS'],
      ['after the task gave it up', succeeded({}), 'SUCCESS', { Error: 'States.DataLimitExceeded', Cause: 'x' }],
      ['without an output', succeeded(), disagrees],
      ['with an output that is no JSON', { status: 'SUCCEEDED', output: '{' }, disagrees],
      ['with nothing tested', succeeded({ total: 0, passed: 0, failed: 0, results: [] }), disagrees],
      ['with one that could not be tested', succeeded({ total: 3, errored: 1 }), disagrees],
      ['with counts that do not add up', succeeded({ total: 3 }), disagrees],
      ['with counts that are none', succeeded({ passed: '1', failed: null }), disagrees],
      ['with fewer failures than it has results that failed', succeeded({ passed: 2, failed: 0 }), disagrees],
      ['without results', succeeded({ results: undefined }), disagrees],
      ['with a result missing', succeeded({ results: [{ status: 'PASSED' }] }), disagrees],
      ['of another execution', { ...succeeded({}), executionArn: `${SystemTestArn}:other` }, disagrees],
      ['stopped by somebody', { status: 'ABORTED' }, `${noVerdict}its execution is ABORTED.`],
      ['timed out', { status: 'TIMED_OUT' }, `${noVerdict}its execution is TIMED_OUT.`],
      [
        'stopped by the timeout',
        { status: 'ABORTED' },
        `${noVerdict}it took longer than its timeout, and was stopped.`,
        { Error: 'States.Timeout' },
      ],
      [
        'still running when the timeout is over',
        { status: 'RUNNING' },
        `${noVerdict}it took longer than its timeout, and was stopped.`,
        { Error: 'States.Timeout' },
      ],
      [
        'lost by the state machine',
        { status: 'RUNNING' },
        `${noVerdict}its execution is RUNNING: States.TaskFailed.`,
        { Error: 'States.TaskFailed' },
      ],
      ['refused its input', { status: 'FAILED', error: 'InvalidInput', cause: 'no' }, `${noVerdict}InvalidInput: no.`],
      ['failed for no reason', { status: 'FAILED' }, `${noVerdict}it failed.`],
      // As a rest, since Jest takes a parameter more than a row has for its callback.
    ])('tells the verdict of a test %s', async (_, ...[described, expected, failure]) => {
      const said = await told(described, failure);
      expect(said === 'SUCCESS' ? said : said.replace(/ See https:.*$/, '')).toBe(expected);
    });

    it('holds the longest and oddest cause in what CloudFormation takes', async () => {
      const cause = '\u2028\n"\\🎉'.repeat(5_000);
      const said = await told({ status: 'FAILED', error: 'SystemTestFailed', cause });
      expect(said).toMatch(/^The system test failed: [ "\\🎉]+…\. See [^\n\u2028\ufffd]+$/u);
    });

    it('asks again where Step Functions does not know of the end yet', async () => {
      await expect(told({ status: 'RUNNING' })).rejects.toThrow('Expected the execution to have ended, got RUNNING.');
    });

    it.each([
      ['never started', { Error: 'StepFunctions.AccessDenied', Cause: 'no' }, 'StepFunctions.AccessDenied: no'],
      ['gone', {}, 'ExecutionDoesNotExist: Execution Does Not Exist:'],
    ])('fails where the execution was %s', async (_, failure, expected) => {
      const request = requestOf(cloudFormation.url);
      const next = cloudFormation.next();
      await handler({ request, failure });
      expect((await next).Reason).toContain(noVerdict + expected);
    });
  });
});
