import { InvokeCommand, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { cleanUp, deployed, serveLambda, type ServedLambda } from './lambdaFixture';

const waiting = 'exports.handler = async ({ wait = 0 }) => new Promise((resolve) => setTimeout(resolve, wait, "done"))';

let lambda: ServedLambda | undefined;
afterEach(() => lambda?.close());
afterAll(cleanUp);

/** The outcomes of calls at the same time: `done`, or the reason for a refusal. */
async function outcomes(calls: Promise<{ payload: unknown }>[]): Promise<unknown[]> {
  return Promise.all(
    calls.map((call) =>
      call.then(
        ({ payload }) => payload,
        (error: unknown) => (error instanceof TooManyRequestsException ? error.Reason : error),
      ),
    ),
  );
}

test('a function may run as often at once as is reserved for it', async () => {
  const served = (lambda = await serveLambda([deployed(waiting, { reservedConcurrentExecutions: 2 })]));
  await served.invoke({});
  const calls = [300, 300, 0].map((wait) => served.invoke({ wait }));
  expect((await outcomes(calls)).sort()).toEqual(['ReservedFunctionConcurrentInvocationLimitExceeded', 'done', 'done']);
  expect(await outcomes([served.invoke({})])).toEqual(['done']);
});

test('a function with nothing reserved for it never runs', async () => {
  lambda = await serveLambda([deployed(waiting, { reservedConcurrentExecutions: 0 })]);
  const error = await lambda.client.send(new InvokeCommand({ FunctionName: 'reports' })).catch((e: unknown) => e);
  expect(error).toMatchObject({
    name: 'TooManyRequestsException',
    message: 'Rate Exceeded.',
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
    $metadata: { httpStatusCode: 429 },
  });
});

test('functions without a reservation share what the account has left', async () => {
  const served = (lambda = await serveLambda(
    [
      deployed(waiting),
      deployed(waiting, { functionName: 'second' }),
      deployed(waiting, { functionName: 'reserved', reservedConcurrentExecutions: 3 }),
    ],
    { concurrency: 5 },
  ));
  const calls = ['reports', 'second', 'reports', 'reserved', 'reserved', 'reserved'].map((FunctionName) =>
    served.invoke({ wait: 500 }, { FunctionName }),
  );
  const seen = await outcomes(calls);
  expect(seen.slice(0, 3).sort()).toEqual(['ConcurrentInvocationLimitExceeded', 'done', 'done']);
  expect(seen.slice(3)).toEqual(['done', 'done', 'done']);
});

test('a crash frees its place', async () => {
  const served = (lambda = await serveLambda([
    deployed('exports.handler = async () => process.exit(1)', { reservedConcurrentExecutions: 1 }),
  ]));
  await served.invoke();
  expect((await served.invoke()).functionError).toBe('Unhandled');
});

test('a dry run takes no place', async () => {
  lambda = await serveLambda([deployed(waiting, { reservedConcurrentExecutions: 0 })]);
  expect((await lambda.invoke({}, { InvocationType: 'DryRun' })).status).toBe(204);
});
