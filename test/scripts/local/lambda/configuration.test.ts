import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListFunctionsCommand,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { cleanUp, deployed, serveLambda, type ServedLambda } from './lambdaFixture';

const layerArn = 'arn:aws:lambda:eu-central-1:123456789012:layer:shared:1';

let lambda: ServedLambda;
beforeAll(async () => {
  const numbered = Array.from({ length: 60 }, (_, n) =>
    deployed('', { functionName: `f-${String(n).padStart(2, '0')}` }),
  );
  const reports = deployed('exports.handler = async () => {}', {
    description: 'Writes reports',
    environment: { STAGE: 'test' },
    versions: ['1'],
    aliases: { live: '1' },
    tags: { team: 'data' },
    reservedConcurrentExecutions: 4,
    logFormat: 'JSON',
    tracing: 'Active',
    layers: [{ arn: layerArn, codeSize: 7 }],
  });
  lambda = await serveLambda([reports, ...numbered.reverse()]);
});
afterAll(cleanUp);

const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:reports';

test('GetFunctionConfiguration describes a function as Lambda does', async () => {
  const { $metadata, ...configuration } = await lambda.client.send(
    new GetFunctionConfigurationCommand({ FunctionName: 'reports' }),
  );
  expect($metadata.httpStatusCode).toBe(200);
  expect(configuration).toEqual({
    FunctionName: 'reports',
    FunctionArn: arn,
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::123456789012:role/reports',
    Handler: 'index.handler',
    CodeSize: 32,
    CodeSha256: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    Description: 'Writes reports',
    Timeout: 10,
    MemorySize: 128,
    LastModified: '2026-07-31T12:00:00.000+0000',
    Version: '$LATEST',
    Environment: { Variables: { STAGE: 'test' } },
    Layers: [{ Arn: layerArn, CodeSize: 7 }],
    TracingConfig: { Mode: 'Active' },
    RevisionId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: ['arm64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    RuntimeVersionConfig: {
      RuntimeVersionArn: expect.stringMatching(/^arn:aws:lambda:eu-central-1::runtime:[0-9a-f]{64}$/),
    },
    LoggingConfig: {
      LogFormat: 'JSON',
      ApplicationLogLevel: 'INFO',
      SystemLogLevel: 'INFO',
      LogGroup: '/aws/lambda/reports',
    },
  });
});

test.each([
  ['1', '1'],
  ['live', '1'],
  ['$LATEST', '$LATEST'],
])('the qualifier %s describes version %s', async (Qualifier, version) => {
  const { FunctionArn, Version } = await lambda.client.send(
    new GetFunctionConfigurationCommand({ FunctionName: 'reports', Qualifier }),
  );
  expect([FunctionArn, Version]).toEqual([`${arn}:${Qualifier}`, version]);
});

test('GetFunction adds where the code is, its tags and its reserved concurrency', async () => {
  const reports = await lambda.client.send(new GetFunctionCommand({ FunctionName: arn }));
  expect(reports).toMatchObject({
    Configuration: { FunctionArn: arn, State: 'Active' },
    Code: { RepositoryType: 'S3', Location: expect.stringMatching(/^file:\/\//) },
    Tags: { team: 'data' },
    Concurrency: { ReservedConcurrentExecutions: 4 },
  });
  const plain = await lambda.client.send(new GetFunctionCommand({ FunctionName: 'f-00' }));
  expect(plain.Tags).toBeUndefined();
  expect(plain.Concurrency).toBeUndefined();
  expect(plain.Configuration?.Environment).toBeUndefined();
});

describe('ListFunctions', () => {
  test('lists all functions by name, a page of at most 50 at a time', async () => {
    const pages: string[][] = [];
    for await (const page of paginateListFunctions({ client: lambda.client }, {})) {
      pages.push((page.Functions ?? []).map(({ FunctionName }) => FunctionName!));
    }
    expect(pages.map(({ length }) => length)).toEqual([50, 11]);
    expect(pages.flat()).toEqual([...pages.flat()].sort());
  });

  test('gives as many as are asked for, without what only the other calls tell', async () => {
    const page = await lambda.client.send(new ListFunctionsCommand({ MaxItems: 2 }));
    expect(page.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['f-00', 'f-01']);
    expect(page.Functions?.[0]?.State).toBeUndefined();
    expect(page.NextMarker).toBeDefined();
  });

  test('lists the versions too where they are asked for', async () => {
    const all = await lambda.client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL', Marker: marker(60) }));
    expect(all.Functions?.map(({ FunctionArn }) => FunctionArn)).toEqual([`${arn}:$LATEST`, `${arn}:1`]);
  });

  test.each([
    [{ MaxItems: 0 }, 'ValidationException', 'Member must have value greater than or equal to 1'],
    [{ MaxItems: 10_001 }, 'ValidationException', 'Member must have value less than or equal to 10000'],
    [{ FunctionVersion: 'SOME' as 'ALL' }, 'ValidationException', 'Member must satisfy enum value set: [ALL]'],
    [{ Marker: 'nonsense' }, 'InvalidParameterValueException', 'The marker nonsense'],
  ])('refuses %j', async (input, name, message) => {
    const error = await lambda.client.send(new ListFunctionsCommand(input)).catch((e: unknown) => e);
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

function marker(position: number): string {
  return Buffer.from(String(position)).toString('base64url');
}

test('shows the variables of the template, not those that the function was given here', async () => {
  const given = deployed('', {
    environment: { STAGE: 'mine', TOKEN: 'secret' },
    declaredEnvironment: { STAGE: 'test' },
  });
  const lambda = await serveLambda([given]);
  const { Environment } = await lambda.client.send(new GetFunctionConfigurationCommand({ FunctionName: 'reports' }));
  expect(Environment).toEqual({ Variables: { STAGE: 'test' } });
  await lambda.close();
});
