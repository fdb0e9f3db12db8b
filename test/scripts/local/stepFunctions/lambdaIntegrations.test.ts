import type { Json } from '../../../../lib/wire';
import type { InvokeRequest, InvokeResult } from '../../../../scripts/local/lambda/invoke';
import { ServiceError } from '../../../../scripts/local/http/service';
import {
  type Ended,
  functionArn,
  invokerOf,
  machine,
  optimizedResource,
  outputOf,
  runMachine,
  sdkResource,
} from './fixture';

function invoke(
  resource: string,
  answer: (event: Json, request: InvokeRequest) => Partial<InvokeResult>,
  values: object | string = { FunctionName: functionArn },
): Promise<Ended> {
  const task = { Type: 'Task', Resource: resource, Arguments: values, End: true };
  return runMachine(machine({ Invoke: task }), { a: 1 }, { invoker: invokerOf(answer) });
}

const json = (value: Json) => ({ payload: Buffer.from(JSON.stringify(value)) });
const raised = (payload: Json) => ({ ...json(payload), functionError: 'Unhandled' });
const failed = ({ status, error, cause }: Ended) => ({ status, error, cause });

describe.each([sdkResource, optimizedResource])('the integration %s', (resource) => {
  it.each<[string, object, Partial<InvokeRequest>, Json]>([
    ['an object', { Payload: { x: '{% $states.input.a %}' } }, {}, { x: 1 }],
    ['nothing, which becomes an empty object', {}, {}, {}],
    [
      'the other members of the API',
      { Qualifier: 'live', LogType: 'Tail', InvocationType: 'RequestResponse', Payload: [] },
      { qualifier: 'live', logType: 'Tail', invocationType: 'RequestResponse' },
      [],
    ],
  ])('passes on %s', async (_, values, expected, event) => {
    const seen: { event: Json; request: InvokeRequest }[] = [];
    const answer = (given: Json, request: InvokeRequest) => {
      seen.push({ event: given, request });
      return {};
    };
    const ended = await invoke(resource, answer, { FunctionName: functionArn, ...values });

    expect(ended.status).toBe('SUCCEEDED');
    expect(seen).toEqual([{ event, request: expect.objectContaining({ functionName: functionArn, ...expected }) }]);
  });

  it('takes its arguments from an expression, and checks what it gives', async () => {
    const run = (text: string) => invoke(resource, () => ({}), text);

    expect((await run(`{% {"FunctionName": "${functionArn}"} %}`)).status).toBe('SUCCEEDED');
    expect(failed(await run('{% {"Function": 1} %}'))).toEqual({
      status: 'FAILED',
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'Invoke' (entered at the event id #2). The field 'Function' is not " +
        'supported; expected FunctionName, Payload, Qualifier, InvocationType, LogType.',
    });
    expect(failed(await run('{% [1, 2] %}'))).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining("Expected 'object', but was 'array' for value: [1,2]"),
    });
  });

  it.each([
    ['TooManyRequestsException', 'Lambda.TooManyRequestsException'],
    ['ResourceNotFoundException', 'Lambda.ResourceNotFoundException'],
    ['KMSAccessDenied', 'Lambda.KMSAccessDeniedException'],
  ])('names the %s of the platform %s', async (name, error) => {
    const ended = await invoke(resource, () => {
      throw new ServiceError(name, 404, 'Function not found: x');
    });

    expect(ended).toMatchObject({ status: 'FAILED', error });
    const sdkCause = /^Function not found: x \(Service: Lambda, Status Code: 404, Request ID: [0-9a-f-]{36}\)$/;
    const optimizedCause =
      /^Function not found: x \(Service: AWSLambda; Status Code: 404; Error Code: \w+; Request ID: [0-9a-f-]{36}; Proxy: null\)$/;
    expect(ended.cause).toMatch(resource === sdkResource ? sdkCause : optimizedCause);
  });
});

it.each<[string, Json, Json]>([
  [sdkResource, '{"a": 1}', '{"a": 1}'],
  [sdkResource, null, null],
  [optimizedResource, '{"a": 1}', { a: 1 }],
  [optimizedResource, null, {}],
])('the integration %s makes of the Payload %j the event %j', async (resource, payload, event) => {
  const seen: Json[] = [];
  await invoke(resource, (given) => ({ ...json(seen.push(given)) }), { FunctionName: functionArn, Payload: payload });

  expect(seen).toEqual([event]);
});

describe('the SDK integration', () => {
  it('gives the response with the payload as a text', async () => {
    const ended = await invoke(sdkResource, () => ({ ...json({ b: 2 }), executedVersion: '7', logResult: 'TE9H' }));

    expect(outputOf(ended)).toEqual({ ExecutedVersion: '7', LogResult: 'TE9H', Payload: '{"b":2}', StatusCode: 200 });
  });

  it('gives an error of the function as data', async () => {
    const ended = await invoke(sdkResource, () => ({
      ...raised({ errorType: 'E', errorMessage: 'm' }),
      logResult: 'TE9H',
    }));

    expect(ended.status).toBe('SUCCEEDED');
    expect(outputOf(ended)).toEqual({
      ExecutedVersion: '$LATEST',
      FunctionError: 'Unhandled',
      LogResult: 'TE9H',
      Payload: '{"errorType":"E","errorMessage":"m"}',
      StatusCode: 200,
    });
  });

  it('gives the status of an asynchronous call', async () => {
    const ended = await invoke(
      sdkResource,
      () => ({ statusCode: 202, executedVersion: '', payload: Buffer.alloc(0) }),
      { FunctionName: functionArn, InvocationType: 'Event' },
    );

    expect(outputOf(ended)).toEqual({ Payload: '', StatusCode: 202 });
  });
});

describe('the optimised integration', () => {
  it('gives the payload as JSON, and what the SDK knows about the call', async () => {
    const ended = await invoke(optimizedResource, () => ({ ...json({ b: 2 }), requestId: 'the-id' }));
    const headers = {
      'X-Amz-Executed-Version': '$LATEST',
      'x-amzn-Remapped-Content-Length': '0',
      Connection: 'keep-alive',
      'x-amzn-RequestId': 'the-id',
      'Content-Length': '7',
      Date: 'Thu, 01 Jan 2026 00:00:00 GMT',
      'Content-Type': 'application/json',
    };

    expect(outputOf(ended)).toEqual({
      ExecutedVersion: '$LATEST',
      Payload: { b: 2 },
      SdkHttpMetadata: {
        AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
        HttpHeaders: headers,
        HttpStatusCode: 200,
      },
      SdkResponseMetadata: { RequestId: 'the-id' },
      StatusCode: 200,
    });
    expect(ended.events[2]!.taskScheduledEventDetails).toMatchObject({ resource: 'invoke', resourceType: 'lambda' });
  });

  it('fails with the error type of the function, and its payload as the cause', async () => {
    const payload = { errorType: 'TypeError', errorMessage: 'x is not a function', trace: [] };

    expect(failed(await invoke(optimizedResource, () => raised(payload)))).toEqual({
      status: 'FAILED',
      error: 'TypeError',
      cause: JSON.stringify(payload),
    });
  });

  it.each<[Json]>([[{ errorMessage: 'timed out' }], [{ errorType: '' }], ['text'], [null]])(
    'fails with Lambda.Unknown where the function gives no error type: %j',
    async (payload) => {
      expect(failed(await invoke(optimizedResource, () => raised(payload)))).toEqual({
        status: 'FAILED',
        error: 'Lambda.Unknown',
        cause:
          'The cause could not be determined because Lambda did not return an error type. Returned payload: ' +
          JSON.stringify(payload),
      });
    },
  );

  it('names its own result when it is too large', async () => {
    expect((await invoke(optimizedResource, () => json('x'.repeat(262_144)))).cause).toBe(
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    );
  });
});
