/** Parameters, items and objects that another implementation of AWS has. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JsonObject } from '../../../../lib/wire';
import { JsonClient } from '../../../../scripts/local/http/jsonClient';
import { madeUpAccess } from '../../../../scripts/local/lambda/functionAccess';
import { RemoteStore } from '../../../../scripts/local/s3/remoteStore';
import { describeWith } from '../clientFixture';
import { machine, outputOf, runMachine } from './fixture';

describeWith('moto', 'python3', ['-c', 'import moto.server'])('of moto', () => {
  let moto: ChildProcess;
  let emulator: JsonClient;
  let objects: RemoteStore;
  beforeAll(async () => {
    const program = join(__dirname, '..', '..', '..', 'python', 'emulator.py');
    moto = spawn('python3', [program], { stdio: ['pipe', 'pipe', 'ignore'] });
    const [url] = (await once(moto.stdout!, 'data')) as [Buffer];
    const place = [url.toString().trim(), madeUpAccess(), 'us-east-1'] as const;
    emulator = new JsonClient(...place);
    objects = new RemoteStore(...place);
  });
  afterAll(async () => {
    moto.stdin!.end();
    await once(moto, 'exit');
  });

  const run = (call: string, values: object) => {
    const Call = { Type: 'Task', Resource: `arn:aws:states:::aws-sdk:${call}`, Arguments: values, End: true };
    return runMachine(machine({ Call }), {}, { emulator, objects });
  };

  it.each<[string, JsonObject, [string, string], (page: JsonObject) => string[]]>([
    [
      'ssm:getParametersByPath',
      { Path: '/tenants/', MaxResults: 2 },
      ['NextToken', 'NextToken'],
      ({ Parameters }) => (Parameters as { Name: string }[]).map(({ Name }) => Name.slice(9)),
    ],
    [
      'dynamodb:scan',
      { TableName: 'tenants', Limit: 2, ProjectionExpression: '#i', ExpressionAttributeNames: { '#i': 'id' } },
      ['ExclusiveStartKey', 'LastEvaluatedKey'],
      ({ Items }) => (Items as { id: { S: string } }[]).map(({ id }) => id.S),
    ],
  ])('%s lists all, page by page', async (call, values, [given, next], names) => {
    const first = outputOf(await run(call, { ...values, [given]: null })) as JsonObject;
    const second = outputOf(await run(call, { ...values, [given]: first[next]! })) as JsonObject;

    expect([names(first).length, second[next]]).toEqual([2, undefined]);
    expect([...names(first), ...names(second)].sort()).toEqual(['tenant_1', 'tenant_2', 'tenant_3']);
  });

  it('a parameter has the date of its last change', async () => {
    const { Parameters } = outputOf(await run('ssm:getParametersByPath', { Path: '/tenants/' })) as JsonObject;

    expect((Parameters as JsonObject[])[0]!.LastModifiedDate).toMatch(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('objects are listed and read', async () => {
    const Bucket = 'real-tenants';
    const { Contents } = outputOf(await run('s3:listObjectsV2', { Bucket, Prefix: 'tenant_' })) as JsonObject;
    const keys = (Contents as { Key: string }[]).map(({ Key }) => Key);

    expect(keys).toEqual(['tenant_1.json', 'tenant_2.json']);
    expect(outputOf(await run('s3:getObject', { Bucket, Key: keys[0] }))).toMatchObject({ Body: '{"country": "FR"}' });
    expect((await run('s3:getObject', { Bucket, Key: 'none' })).error).toBe('S3.NoSuchKeyException');
  });

  it('a missing table fails as on AWS', async () => {
    expect(await run('dynamodb:scan', { TableName: 'none' })).toMatchObject({
      error: 'DynamoDb.ResourceNotFoundException',
      cause: expect.stringMatching(/^Requested resource not found.* \(Service: DynamoDb, Status Code: 400, /),
    });
  });
});
