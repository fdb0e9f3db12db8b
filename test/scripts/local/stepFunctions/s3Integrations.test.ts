import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../../lib/wire';
import { systemClock } from '../../../../scripts/io/clock';
import { listen } from '../../../../scripts/local/http/listener';
import { ServiceError } from '../../../../scripts/local/http/service';
import { madeUpAccess } from '../../../../scripts/local/lambda/functionAccess';
import { ObjectFolder } from '../../../../scripts/local/s3/folder';
import { FolderStore } from '../../../../scripts/local/s3/folderStore';
import type { ObjectStore } from '../../../../scripts/local/s3/objectStore';
import { RemoteStore } from '../../../../scripts/local/s3/remoteStore';
import { S3Service } from '../../../../scripts/local/s3/service';
import { loadDefinition } from '../../../../scripts/local/stepFunctions/definition/loadDefinition';
import { newDirectory, removeDirectories } from '../cloudAssembly';
import { type Ended, machine, outputOf, runMachine } from './fixture';

const Bucket = 'things';
let directory: string;
let objects: ObjectStore;

beforeAll(async () => {
  directory = newDirectory();
  const folder = await ObjectFolder.at(directory);
  folder.makeBucket(Bucket);
  objects = new FolderStore(folder);
});
afterAll(removeDirectories);

const stateOf = (resource: string, values: object, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:s3:${resource}`,
  Arguments: values,
  End: true,
  ...more,
});

function run(resource: string, values: object, more: object = {}): Promise<Ended> {
  const states = { Call: stateOf(resource, { Bucket, ...values }, more) };
  const caught = { Caught: { Type: 'Succeed' } };
  return runMachine(machine('Catch' in more ? { ...states, ...caught } : states), { text: 'né' }, { objects });
}

const resultOf = async (...call: Parameters<typeof run>) => outputOf(await run(...call)) as JsonObject;
const stored = (key: string) => readFileSync(join(directory, Bucket, key), 'utf8');

it.each<[string, Json, string]>([
  ['an object', { a: [1] }, '{"a":[1]}'],
  ['a text, with its quotes', 'text data', '"text data"'],
  ['an expression', '{% $states.input.text %}', '"né"'],
])('putObject stores %s as JSON', async (_, Body, text) => {
  const Key = 'results/one.json';
  const ended = await run('putObject', { Key, Body, ContentType: 'application/json' });

  expect(outputOf(ended)).toEqual({ ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/), ServerSideEncryption: 'AES256' });
  expect(stored(Key)).toBe(text);
  const resource = { resource: 'putObject', resourceType: 'aws-sdk:s3' };
  expect(ended.events[2]!.taskScheduledEventDetails).toMatchObject({ ...resource, region: 'eu-central-1' });
  expect(ended.events[4]!.taskSucceededEventDetails).toMatchObject(resource);
});

test('putObject stores an empty object where it has no Body, and does not take null for one', async () => {
  await run('putObject', { Key: 'empty' });
  await run('putObject', { Key: 'null', Body: null });

  expect([stored('empty'), stored('null')]).toEqual(['', 'null']);
});

test('getObject gives the content as a text, with what AWS was seen to give', async () => {
  writeFileSync(join(directory, Bucket, 'one'), 'text data');

  expect(await resultOf('getObject', { Key: 'one' })).toEqual({
    AcceptRanges: 'bytes',
    ContentLength: 9,
    ContentType: 'binary/octet-stream',
    ETag: '"332eec544317a6d340b8e77da7fe54ad"',
    LastModified: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    Metadata: {},
    ServerSideEncryption: 'AES256',
    Body: 'text data',
  });
});

test.each([262_145, 262_000])('an object of %i bytes is more than a state may hold', async (size) => {
  writeFileSync(join(directory, Bucket, 'large'), 'x'.repeat(size));

  expect(await run('getObject', { Key: 'large' })).toMatchObject({
    error: 'States.DataLimitExceeded',
    cause:
      "The state/task 'aws-sdk:s3' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
});

test('of an object that is far too large the rest is not read', async () => {
  const content = async function* () {
    yield await Promise.resolve(Buffer.from('x'));
    throw new Error('It was read on.');
  };
  const large = { size: 5_000_000, etag: '""', lastModified: new Date(0), content: content() };
  const states = { Call: stateOf('getObject', { Bucket, Key: 'k' }) };
  const getObject = () => Promise.resolve(large);

  expect((await runMachine(machine(states), {}, { objects: { ...objects, getObject } })).error).toBe(
    'States.DataLimitExceeded',
  );
});

test('an object that fills what a state may hold is read whole', async () => {
  writeFileSync(join(directory, Bucket, 'large'), 'x'.repeat(261_000));

  expect((await resultOf('getObject', { Key: 'large' })).Body).toHaveLength(261_000);
});

const ids = ', Request ID: [0-9A-F]{16}, Extended Request ID: [\\w+/=]{76}\\)$';

it.each<[string, string, JsonObject, string, string]>([
  ['a bucket', 'getObject', { Bucket: 'other', Key: 'k' }, 'NoSuchBucket', 'The specified bucket does not exist'],
  ['a bucket', 'putObject', { Bucket: 'other', Key: 'k' }, 'NoSuchBucket', 'The specified bucket does not exist'],
  ['a bucket', 'listObjectsV2', { Bucket: 'other' }, 'NoSuchBucket', 'The specified bucket does not exist'],
  ['a key', 'getObject', { Key: 'no' }, 'NoSuchKey', 'The specified key does not exist.'],
])('where there is no such %s %s fails as on AWS', async (_, resource, values, name, message) => {
  const { error, cause } = await run(resource, values);

  expect(error).toBe(`S3.${name}Exception`);
  expect(cause).toMatch(new RegExp(`^${message} \\(Service: S3, Status Code: 404${ids}`));
});

it.each<[string, JsonObject, RegExp]>([
  ['putObject', { Key: 'a//b', Body: 1 }, /a\/\/b.*Status Code: 501/],
  ['getObject', { Bucket: 'No_Bucket', Key: 'k' }, /^The specified bucket is not valid\. .*Status Code: 400/],
])('what the model of S3 does not know is its own exception: %s %j', async (resource, values, cause) => {
  expect(await run(resource, values)).toMatchObject({ error: 'S3.S3Exception', cause: expect.stringMatching(cause) });
});

test("an access that is denied is S3's own exception", async () => {
  const denied = new ServiceError('AccessDenied', 403, 'Access Denied');
  const states = { Call: stateOf('getObject', { Bucket, Key: 'k' }) };
  const ended = await runMachine(
    machine(states),
    {},
    { objects: { ...objects, getObject: () => Promise.reject(denied) } },
  );

  expect(ended).toMatchObject({ error: 'S3.S3Exception', cause: expect.stringMatching(/^Access Denied .*Code: 403/) });
});

test('a bucket of others fails as one that is here, and without an answer as the client does', async () => {
  const s3 = new S3Service({ folder: await ObjectFolder.at(directory), account: '123456789012', region: 'eu-west-1' });
  const streaming = { takes: () => true, handle: s3.handle.bind(s3) };
  const other = await listen(() => Promise.reject(new Error('none')), { streaming });
  const objects = new RemoteStore(other.url, madeUpAccess(), 'eu-west-1');
  const failureOf = async (resource: string, values: object) => {
    const { error, cause } = await runMachine(machine({ Call: stateOf(resource, values) }), {}, { objects });
    return [error, cause];
  };
  const failures = [
    await failureOf('getObject', { Bucket, Key: 'no' }),
    await failureOf('listObjectsV2', { Bucket: 'other' }),
    await failureOf('putObject', { Bucket, Key: 'k' }),
  ];
  await other.close();

  expect(failures).toEqual([
    [
      'S3.NoSuchKeyException',
      expect.stringMatching(/^The specified key does not exist\. \(Service: S3, Status Code: 404/),
    ],
    [
      'S3.NoSuchBucketException',
      expect.stringMatching(/^The specified bucket does not exist \(Service: S3, Status Code/),
    ],
    ['S3.S3Exception', expect.stringContaining("writing to things, which is not the app's")],
  ]);
  expect(await failureOf('getObject', { Bucket, Key: 'no' })).toEqual([
    'S3.SdkClientException',
    expect.stringMatching(/^Unable to execute HTTP request: .*ECONNREFUSED/),
  ]);
});

test('a list of others that is cut without a token for the rest is no list', async () => {
  const body = `<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a</Key></Contents></ListBucketResult>`;
  const other = await listen(() =>
    Promise.resolve({ status: 200, headers: { 'content-type': 'application/xml' }, body }),
  );
  const objects = new RemoteStore(other.url, madeUpAccess(), 'eu-west-1');
  const ended = await runMachine(machine({ Call: stateOf('listObjectsV2', { Bucket }) }), {}, { objects });
  await other.close();

  const cause = expect.stringContaining('The list of things is cut, without a token for the rest.');
  expect(ended).toMatchObject({ error: 'S3.S3Exception', cause });
});

test('a failure is retried and caught by the name of its exception', async () => {
  const Retry = [{ ErrorEquals: ['S3.NoSuchKeyException'], MaxAttempts: 2 }];
  const Catch = [{ ErrorEquals: ['S3.NoSuchKeyException'], Next: 'Caught', Output: '{% $states.errorOutput.Error %}' }];
  const ended = await run('getObject', { Key: 'no' }, { Retry, Catch });

  expect(outputOf(ended)).toBe('S3.NoSuchKeyException');
  expect(ended.events.filter(({ type }) => type === 'TaskFailed')).toHaveLength(3);
});

test('listObjectsV2 gives the objects of a prefix page by page, each once', async () => {
  for (const name of ['b', 'a/1', 'a/2', 'a-3', 'c']) {
    await objects.putObject(Bucket, `list/${name}`, Buffer.from(name));
  }
  const pages: JsonObject[] = [];
  do {
    const ContinuationToken = pages.at(-1)?.NextContinuationToken ?? null;
    pages.push(await resultOf('listObjectsV2', { Prefix: 'list/', MaxKeys: 2, ContinuationToken }));
  } while (pages.at(-1)!.IsTruncated);

  const keys = pages.map(({ Contents }) => (Contents as { Key: string }[]).map(({ Key }) => Key.slice(5)));
  expect(keys).toEqual([['a-3', 'a/1'], ['a/2', 'b'], ['c']]);
  expect(pages[0]).toMatchObject({ IsTruncated: true, KeyCount: 2, MaxKeys: 2, Name: Bucket, Prefix: 'list/' });
  expect((pages[2]!.Contents as Json[])[0]).toEqual({
    ETag: '"4a8a08f09d37b73795649038408b5f33"',
    Key: 'list/c',
    LastModified: expect.any(String),
    Size: 1,
    StorageClass: 'STANDARD',
  });
});

it.each<[JsonObject, number, boolean]>([
  [{ Prefix: 'list/', StartAfter: 'list/a/2' }, 2, false],
  [{ Prefix: 'list/', MaxKeys: 5 }, 5, false],
  [{ Prefix: 'list/', MaxKeys: 4 }, 4, true],
  [{ Prefix: 'list/', MaxKeys: 0 }, 0, false],
  [{ Prefix: 'nothing' }, 0, false],
])('listObjectsV2 with %j gives %i objects', async (values, KeyCount, IsTruncated) => {
  expect(await resultOf('listObjectsV2', values)).toMatchObject({ KeyCount, IsTruncated });
});

it.each<[string, object, string]>([
  ['getObject', { Key: 'k' }, 'field "Arguments/Bucket": is required but missing.'],
  ['getObject', { Bucket, Key: '' }, 'field "Arguments/Key": expected a string, got "".'],
  ['getObject', { Bucket, Key: 1 }, 'field "Arguments/Key": expected a string, got 1.'],
  ['putObject', { Bucket, Key: 'k', ACL: 'private' }, 'is not supported; expected Bucket, Key, Body, ContentType.'],
  ['listObjectsV2', { Bucket, MaxKeys: '2' }, 'field "Arguments/MaxKeys": expected a number, got "2".'],
  ['getObject', { Bucket: 'mine', Key: 'k' }, 'field "Arguments/Bucket": mine is out of reach.'],
])('%s with the Arguments %j is refused when it is loaded', (resource, values, message) => {
  const text = JSON.stringify(machine({ Call: stateOf(resource, values) }));
  const bucketProblem = (bucket: string) => (bucket === Bucket ? undefined : `${bucket} is out of reach`);
  const reach = { bucketProblem, hasEmulator: false };

  expect(() => loadDefinition('Machine', text, { clock: systemClock, random: Math.random, reach })).toThrow(message);
});

test('a bucket that only an expression names is looked for when the task runs', () => {
  const text = JSON.stringify(machine({ Call: stateOf('getObject', { Bucket: '{% "mine" %}', Key: 'k' }) }));
  const reach = { bucketProblem: () => 'no', hasEmulator: false };

  expect(loadDefinition('Machine', text, { clock: systemClock, random: Math.random, reach }).startAt).toBe('Call');
});
