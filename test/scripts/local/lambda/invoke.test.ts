import { rmSync } from 'node:fs';
import {
  GetFunctionCommand,
  ListAliasesCommand,
  type InvocationType,
  LambdaServiceException,
} from '@aws-sdk/client-lambda';
import { cleanUp, deployed, serveLambda, type ServedLambda } from './lambdaFixture';

const echo = `exports.handler = async (event, context) => ({ event, context, n: context.awsRequestId.length })`;

let lambda: ServedLambda;
beforeAll(async () => {
  lambda = await serveLambda([
    deployed(echo, { versions: ['1', '2'], aliases: { live: '2' } }),
    deployed('exports.handler = async ({ n, text = "a" }) => text.repeat(n)', { functionName: 'large', memoryMb: 512 }),
  ]);
});
afterAll(cleanUp);

/** The error that a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<LambdaServiceException> {
  const answered = new Error('The call was answered.');
  const error = await call.then<unknown, unknown>(
    () => answered,
    (reason: unknown) => reason,
  );
  if (error instanceof LambdaServiceException) return error;
  throw error;
}

describe('Invoke', () => {
  test('answers with what the handler returned, the version that ran and the log', async () => {
    const answer = await lambda.invoke({ configuration_identifier: 'config_0' });
    expect(answer).toMatchObject({ status: 200, functionError: undefined, executedVersion: '$LATEST' });
    expect(answer.payload).toMatchObject({ event: { configuration_identifier: 'config_0' } });
    expect(answer.log).toMatch(/^END RequestId: /m);
  });

  test('gives no log to a caller that does not ask for it', async () => {
    expect((await lambda.invoke({}, { LogType: undefined })).log).toBe('');
  });

  test('gives the handler an empty object where the caller sends nothing', async () => {
    expect((await lambda.invoke()).payload).toMatchObject({ event: {} });
  });

  test("gives the handler the caller's client context", async () => {
    const context = Buffer.from('{"custom":{"a":1}}').toString('base64');
    expect((await lambda.invoke({}, { ClientContext: context })).payload).toMatchObject({
      context: { clientContext: { custom: { a: 1 } } },
    });
  });

  test.each([
    ['null', null],
    ['a list', [1, 'zwei', [3]]],
    ['a string with unicode', 'Größe: 5 µm – 漢字 🎉 \u2028 \u0000'],
    ['a number', 17.5],
  ])('carries %s there and back', async (_name, event) => {
    expect((await lambda.invoke(event)).payload).toMatchObject({ event });
  });

  test.each([
    ['DryRun', 204],
    ['Event', 202],
  ])('answers %s with %i and nothing else', async (InvocationType, status) => {
    const type = InvocationType as InvocationType;
    expect(await lambda.invoke({}, { InvocationType: type })).toEqual({
      status,
      functionError: undefined,
      executedVersion: undefined,
      payload: undefined,
      log: '',
    });
  });

  test.each([
    ['reports', '$LATEST', ''],
    ['reports:1', '1', ':1'],
    ['reports:live', '2', ':live'],
    ['123456789012:function:reports', '$LATEST', ''],
    ['arn:aws:lambda:eu-central-1:123456789012:function:reports', '$LATEST', ''],
    ['arn:aws:lambda:eu-central-1:123456789012:function:reports:$LATEST', '$LATEST', ':$LATEST'],
    ['arn:aws:lambda:eu-central-1:123456789012:function:reports:live', '2', ':live'],
  ])('finds the function by %s', async (FunctionName, version, suffix) => {
    const answer = await lambda.invoke({}, { FunctionName });
    expect(answer.executedVersion).toBe(version);
    expect(answer.payload).toMatchObject({
      context: {
        functionVersion: version,
        invokedFunctionArn: `arn:aws:lambda:eu-central-1:123456789012:function:reports${suffix}`,
      },
    });
  });

  test('takes the qualifier as a parameter of its own', async () => {
    expect((await lambda.invoke({}, { Qualifier: 'live' })).executedVersion).toBe('2');
  });

  test('carries a response just below the limit of 6 MB', async () => {
    const answer = await lambda.invoke({ n: 6_291_554 }, { FunctionName: 'large' });
    expect(answer.functionError).toBeUndefined();
    expect(answer.payload).toHaveLength(6_291_554);
  });

  test('refuses a response above it, and the function lives on', async () => {
    const answer = await lambda.invoke({ n: 6_291_555 }, { FunctionName: 'large' });
    expect(answer.functionError).toBe('Unhandled');
    expect(answer.payload).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect((await lambda.invoke({ n: 1 }, { FunctionName: 'large' })).payload).toBe('a');
  });

  test('measures a response in bytes, not in characters', async () => {
    const euros = (n: number) => lambda.invoke({ n, text: '€' }, { FunctionName: 'large' });
    expect((await euros(2_097_184)).payload).toHaveLength(2_097_184);
    expect((await euros(2_097_185)).payload).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  test('takes a request of exactly 6 MB', async () => {
    const Payload = `"${'a'.repeat(6_291_456 - 2)}"`;
    const { payload } = await lambda.invoke({}, { FunctionName: 'large', Payload });
    expect(payload).toBe('');
  });
});

describe('a call that Lambda would refuse', () => {
  const notFound = 'Function not found: arn:aws:lambda:eu-central-1:';
  test.each([
    [
      'an unknown function',
      { FunctionName: 'nobody' },
      'ResourceNotFoundException',
      404,
      `${notFound}123456789012:function:nobody`,
    ],
    [
      'an unknown version',
      { Qualifier: '3' },
      'ResourceNotFoundException',
      404,
      `${notFound}123456789012:function:reports:3`,
    ],
    [
      'an unknown alias',
      { FunctionName: 'reports:constructor' },
      'ResourceNotFoundException',
      404,
      `${notFound}123456789012:function:reports:constructor`,
    ],
    [
      'another account',
      { FunctionName: '210987654321:function:reports' },
      'ResourceNotFoundException',
      404,
      `${notFound}210987654321:function:reports`,
    ],
    [
      'another Region',
      { FunctionName: 'arn:aws:lambda:us-east-1:123456789012:function:reports' },
      'ResourceNotFoundException',
      404,
      "Functions from 'us-east-1' are not reachable in this region ('eu-central-1')",
    ],
    [
      'two qualifiers',
      { FunctionName: 'reports:1', Qualifier: '2' },
      'InvalidParameterValueException',
      400,
      'The derived qualifier from the function name does not match the specified qualifier.',
    ],
    [
      'a name that is none',
      { FunctionName: 're ports' },
      'ValidationException',
      400,
      "1 validation error detected: Value 're ports' at 'functionName' failed",
    ],
    ['a qualifier that is none', { Qualifier: 'a b' }, 'ValidationException', 400, "Value 'a b' at 'qualifier' failed"],
    [
      'an unknown invocation type',
      { InvocationType: 'Later' as InvocationType },
      'ValidationException',
      400,
      'Member must satisfy enum value set: [RequestResponse, Event, DryRun]',
    ],
    [
      'a payload that is not JSON',
      { Payload: '{"a":' },
      'InvalidRequestContentException',
      400,
      'Could not parse request body into json: Could not parse payload into json: ',
    ],
    [
      'a payload that is not UTF-8',
      { Payload: Buffer.from([0x22, 0xff, 0x22]) },
      'InvalidRequestContentException',
      400,
      'Invalid UTF-8',
    ],
    [
      'a client context that is not JSON',
      { ClientContext: 'bm8=' },
      'InvalidRequestContentException',
      400,
      'Client context must be a valid Base64-encoded JSON object.',
    ],
    [
      'more than 6 MB',
      { Payload: `"${'a'.repeat(6_291_455)}"` },
      'RequestEntityTooLargeException',
      413,
      'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    ],
    [
      'an event of more than 1 MB',
      { InvocationType: 'Event' as const, Payload: `"${'a'.repeat(1_048_575)}"` },
      'RequestEntityTooLargeException',
      413,
      '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    ],
  ])('is refused in its words: %s', async (_name, input, name, status, message) => {
    const error = await refusal(lambda.invoke({}, input));
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect(error.message).toContain(message);
  });

  test('is refused by name where the local endpoint does not serve the call', async () => {
    const error = await refusal(lambda.client.send(new ListAliasesCommand({ FunctionName: 'reports' })));
    expect(error.name).toBe('UnknownOperationException');
    expect(error.message).toContain('not GET /2015-03-31/functions/reports/aliases');
  });

  test('says who is at fault, as Lambda does', async () => {
    const response = await fetch(`${lambda.url}/2015-03-31/functions/nobody/invocations`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(response.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(await response.json()).toEqual({
      Type: 'User',
      Message: 'Function not found: arn:aws:lambda:eu-central-1:123456789012:function:nobody',
    });
  });
});

describe('the service', () => {
  test('says which runtime it does not serve', async () => {
    const other = await serveLambda([deployed('', { functionName: 'gem', runtime: 'ruby3.4' })]);
    const error = await refusal(other.invoke());
    expect(error).toMatchObject({ name: 'ServiceException', $metadata: { httpStatusCode: 500 } });
    expect(error.message).toBe(
      'The function gem could not be run: its runtime is ruby3.4, which is not served here: test it on AWS.',
    );
    await other.close();
  });

  test('says which code is missing', async () => {
    const gone = deployed('');
    rmSync(gone.codeDirectory, { recursive: true });
    const other = await serveLambda([gone]);
    const error = await refusal(other.invoke());
    expect(error).toMatchObject({ name: 'ServiceException', $metadata: { httpStatusCode: 500 } });
    expect(error.message).toBe(
      `The function reports could not be run: its code directory ${gone.codeDirectory} is missing.`,
    );
    await other.close();
  });

  test('refuses what is asked of it when it is closing', async () => {
    const other = await serveLambda([deployed(echo)]);
    await other.service.close();
    const error = await refusal(other.invoke());
    expect(error.message).toBe('The local endpoint is closing.');
    await other.client.send(new GetFunctionCommand({ FunctionName: 'reports' }));
    await other.close();
  });
});
