import { join } from 'node:path';
import type { JsonObject } from '../../lib/wire';
import {
  describeWith,
  echoArn,
  outputOfProgram,
  serveClients,
  variousArn,
  waitingArn,
} from '../scripts/local/clientFixture';

describeWith('boto3', 'python3', ['-c', 'import boto3'])('boto3 can', () => {
  let endpoint: Awaited<ReturnType<typeof serveClients>>;
  let result: JsonObject;

  beforeAll(async () => {
    endpoint = await serveClients();
    const script = join(__dirname, 'client.py');
    result = JSON.parse(
      await outputOfProgram('python3', ['-B', script, echoArn, variousArn, waitingArn], endpoint.env),
    ) as JsonObject;
  });
  afterAll(() => endpoint.close());

  test('say who it is', () => {
    expect(result.account).toBe('123456789012');
  });

  test('list state machines and executions', () => {
    expect(result.machines).toEqual(['echo', 'storing', 'various', 'waiting']);
    expect(result.listed).toEqual(['SUCCEEDED']);
  });

  test('start an execution once and describe it', () => {
    expect(result.described).toEqual({
      name: 'from-python',
      status: 'SUCCEEDED',
      input: '{"text": "grüße"}',
      output: '{"echo":"grüße"}',
    });
    expect(result.again).toBe('ExecutionAlreadyExists');
  });

  test('read the history of an execution page by page', () => {
    expect(result.pages).toEqual([3, 3, 1]);
    expect(result.history).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(result.latest).toBe('ExecutionSucceeded');
  });

  test('stop an execution', () => {
    expect(result.stopped).toEqual({ status: 'ABORTED', error: 'Interrupted', cause: 'by hand' });
  });

  test('invoke a function and read the end of its log', () => {
    expect(result.invoked).toEqual({
      status: 200,
      version: '$LATEST',
      payload: { echo: 'hi' },
      log: expect.stringMatching(/^START RequestId: [^]*got hi[^]*REPORT RequestId/),
    });
    expect(result.missingFunction).toBe('ResourceNotFoundException');
  });

  test('follow a Map Run and list its children page by page', () => {
    expect(result.mapRun).toEqual({
      counts: { total: 2, succeeded: 1, failed: 1, pending: 0 },
      children: ['FAILED', 'SUCCEEDED'],
      error: 'Two',
      update: 'ValidationException',
      redrive: 'ExecutionNotRedrivable',
      missing: 'ResourceNotFound',
    });
  });

  test('rely on the model of each operation: no member of an answer is missing, unknown or of another type', () => {
    expect(result.checked).toEqual([
      'DescribeExecution',
      'DescribeMapRun',
      'DescribeStackResources',
      'DescribeStacks',
      'DescribeStateMachine',
      'DescribeStateMachineForExecution',
      'GetCallerIdentity',
      'GetExecutionHistory',
      'GetFunction',
      'GetFunctionConfiguration',
      'Invoke',
      'ListExecutions',
      'ListFunctions',
      'ListMapRuns',
      'ListStacks',
      'ListStateMachines',
      'StartExecution',
      'StopExecution',
    ]);
    expect(result.various).toEqual(
      expect.arrayContaining([
        'EvaluationFailed',
        'ExecutionFailed',
        'MapIterationSucceeded',
        'MapRunSucceeded',
        'ParallelStateFailed',
      ]),
    );
    expect(result.problems).toEqual([]);
  });

  test('store objects, also as streams, read them and list them page by page', () => {
    expect(result.storage).toEqual({
      buckets: ['results', 'things'],
      read: ['{"a": 1}', 'a stream', '"a"'],
      pages: [['a/b c+ü.json'], ['stream']],
      errors: ['NoSuchKey', 'NoSuchBucket', '404', 'PreconditionFailed', 'NotImplemented'],
    });
  });

  test('describe a stack', () => {
    expect(result.outputs).toEqual({ Machine: echoArn });
    expect(result.resources).toEqual([
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
      'AWS::S3::Bucket',
      'AWS::StepFunctions::StateMachine',
      'AWS::StepFunctions::StateMachine',
      'AWS::StepFunctions::StateMachine',
      'AWS::StepFunctions::StateMachine',
    ]);
    expect(result.missingStack).toBe('ValidationError');
  });
});
