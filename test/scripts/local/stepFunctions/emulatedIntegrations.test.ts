import { listen, type Listener } from '../../../../scripts/local/http/listener';
import { JsonClient } from '../../../../scripts/local/http/jsonClient';
import type { ServiceRequest } from '../../../../scripts/local/http/service';
import { madeUpAccess } from '../../../../scripts/local/lambda/functionAccess';
import { loadDefinition } from '../../../../scripts/local/stepFunctions/definition/loadDefinition';
import { systemClock } from '../../../../scripts/io/clock';
import { machine, outputOf, runMachine } from './fixture';

const ssm = 'arn:aws:states:::aws-sdk:ssm:getParametersByPath';
const dynamoDb = 'arn:aws:states:::aws-sdk:dynamodb:scan';

let emulator: Listener;
let asked: ServiceRequest[] = [];
let answer: { status: number; headers?: Record<string, string>; body: string };
beforeAll(async () => {
  emulator = await listen((request) => {
    asked.push(request);
    return Promise.resolve({ headers: {}, ...answer });
  });
});
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: '{}' };
});
afterAll(() => emulator.close());

function run(Resource: string, values: object, url = emulator.url) {
  const definition = machine({ Call: { Type: 'Task', Resource, Arguments: values, End: true } });
  return runMachine(definition, {}, { emulator: new JsonClient(url, madeUpAccess(), 'eu-west-1') });
}

it.each([
  [ssm, { Path: '/feeds/', Recursive: true, NextToken: null }, 'ssm', 'AmazonSSM.GetParametersByPath', '1.1'],
  [dynamoDb, { TableName: 'Tenants', ExclusiveStartKey: null }, 'dynamodb', 'DynamoDB_20120810.Scan', '1.0'],
])('%s asks the endpoint for what is given, signed', async (resource, values, service, target, version) => {
  expect((await run(resource, values)).status).toBe('SUCCEEDED');

  const [{ headers, body, method, path }] = asked as [ServiceRequest];
  expect({ method, path }).toEqual({ method: 'POST', path: '/' });
  expect(headers).toMatchObject({ 'x-amz-target': target, 'content-type': `application/x-amz-json-${version}` });
  expect(headers.authorization).toMatch(
    new RegExp(
      `^AWS4-HMAC-SHA256 Credential=local/\\d{8}/eu-west-1/${service}/aws4_request, .*Signature=[0-9a-f]{64}$`,
    ),
  );
  expect(headers['x-amz-security-token']).toBe('local');
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  expect(JSON.parse(body.toString())).toEqual(given);
});

test('parameters come with the date of their last change', async () => {
  const Parameter = { Name: '/feeds/one', Type: 'String', Value: 'x', Version: 1 };
  answer.body = JSON.stringify({ Parameters: [{ ...Parameter, LastModifiedDate: 1_700_000_000.5 }], NextToken: 't' });

  expect(outputOf(await run(ssm, { Path: '/feeds/' }))).toEqual({
    Parameters: [{ ...Parameter, LastModifiedDate: '2023-11-14T22:13:20.500Z' }],
    NextToken: 't',
  });
});

test('items come as DynamoDB gives them', async () => {
  const page = { Count: 1, Items: [{ id: { S: 'a' } }], ScannedCount: 1, LastEvaluatedKey: { id: { S: 'a' } } };
  answer.body = JSON.stringify(page);

  expect(outputOf(await run(dynamoDb, { TableName: 'Tenants' }))).toEqual(page);
});

const type = (__type: string, message?: string) => ({ status: 400, body: JSON.stringify({ __type, message }) });
const notFound = 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException';

it.each<[string, string, typeof answer, string, string]>([
  ['a missing table', dynamoDb, type(notFound, 'Gone'), 'DynamoDb.ResourceNotFoundException', 'Gone'],
  ['bad arguments', dynamoDb, type('x#ValidationException', 'Bad'), 'DynamoDb.DynamoDbException', 'Bad'],
  ['a denied access', ssm, type('AccessDeniedException', 'No'), 'Ssm.SsmException', 'No'],
  [
    'an error without a word',
    ssm,
    type('InvalidKeyId'),
    'Ssm.InvalidKeyIdException',
    'Service returned error code InvalidKeyId',
  ],
  [
    'an error that a header names',
    ssm,
    { status: 400, headers: { 'x-amzn-errortype': 'InternalServerError:http://x' }, body: '' },
    'Ssm.InternalServerErrorException',
    'Service returned error code InternalServerError',
  ],
])('%s fails as on AWS', async (_, resource, given, error, message) => {
  answer = given;
  const service = resource === ssm ? 'Ssm' : 'DynamoDb';
  const ended = await run(resource, resource === ssm ? { Path: '/' } : { TableName: 'T' });

  expect(ended.error).toBe(error);
  expect(ended.cause).toMatch(
    new RegExp(`^${message} \\(Service: ${service}, Status Code: 400, Request ID: [\\w-]{36}\\)$`),
  );
});

test('an endpoint that has gone, or gives no JSON, is the failure of the client', async () => {
  const gone = await listen(() => Promise.reject(new Error('never')));
  await gone.close();
  expect(await run(ssm, { Path: '/' }, gone.url)).toMatchObject({
    error: 'Ssm.SdkClientException',
    cause: expect.stringMatching(/^Unable to execute HTTP request: .*ECONNREFUSED/),
  });
  answer.body = '<html>';
  expect(await run(dynamoDb, { TableName: 'T' })).toMatchObject({
    error: 'DynamoDb.SdkClientException',
    cause: 'Unable to execute HTTP request: DynamoDB_20120810.Scan was answered with what is no JSON object',
  });
});

it.each<[string, object | string, boolean, string]>([
  [dynamoDb, {}, true, 'field "Arguments/TableName": is required but missing.'],
  [dynamoDb, { TableName: 'T', Limit: '1' }, true, 'field "Arguments/Limit": expected a number, got "1".'],
  [ssm, { Path: '/', Recursive: 'yes' }, true, 'field "Arguments/Recursive": expected a boolean, got "yes".'],
  [ssm, { Path: '/', Names: [] }, true, 'field "Arguments/Names": is not supported; expected Path, Recursive, '],
  [
    ssm,
    '{% {"Path": "/"} %}',
    false,
    'state "Call", field "Resource": Systems Manager is not served here, but by an emulator of AWS that ' +
      '--function-endpoint-url URL names.',
  ],
])('%s with %j and an emulator: %j is refused when it is loaded', (Resource, values, hasEmulator, message) => {
  const text = JSON.stringify(machine({ Call: { Type: 'Task', Resource, Arguments: values, End: true } }));
  const reach = { bucketProblem: () => undefined, hasEmulator };

  expect(() => loadDefinition('Machine', text, { clock: systemClock, random: Math.random, reach })).toThrow(message);
});
