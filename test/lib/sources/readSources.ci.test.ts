/** The sources that the state machine reads itself, from the construct to what the function gets. */
import { App, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigurationSource } from '../../../lib';
import type { AggregatedResult, Json } from '../../../lib/wire';
import { systemClock } from '../../../scripts/io/clock';
import { ServiceError } from '../../../scripts/local/http/service';
import { ObjectFolder } from '../../../scripts/local/s3/folder';
import { FolderStore } from '../../../scripts/local/s3/folderStore';
import type { FixtureOptions } from '../../scripts/local/stepFunctions/fixture';
import { FakeClock } from '../../scripts/fakeClock';
import { returning, runMachine } from '../../scripts/local/stepFunctions/fixture';
import { statementsOf, textOf } from '../templates';
import { definitionOf, env, type Source, synthesize } from './synthesizeSource';

const directory = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(directory, { recursive: true }));

const bucket = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Bucket', 'feeds');
const table = (stack: Stack) => dynamodb.Table.fromTableName(stack, 'Table', 'tenants');
const object =
  (key: string, identifier?: string): Source =>
  (stack) =>
    ConfigurationSource.s3Object(bucket(stack), key, { identifier });
const prefix: Source = (stack) => ConfigurationSource.s3Prefix(bucket(stack), 'tenants/');
const path: Source = () => ConfigurationSource.ssmPath('/feeds/');
const values: Source = (stack) => ConfigurationSource.dynamoDb(table(stack), 'tenant_id');

const paths = Array.from({ length: 12 }, (_, n) => `/feeds/${n}`);
const tenants = Array.from({ length: 450 }, (_, n) => `tenant_${n % 120}`);
/** Parameters and items of others, in pages as they are asked for. */
const emulator: FixtureOptions['emulator'] = {
  call: ({ target, body }) => {
    if (target === 'AmazonSSM.GetParametersByPath') {
      const end = Number(body.NextToken ?? 0) + Number(body.MaxResults);
      const Parameters = paths.slice(end - Number(body.MaxResults), end).map((Name) => ({ Name, Value: 'secret' }));
      return Promise.resolve({ Parameters, ...(end < paths.length && { NextToken: String(end) }) });
    }
    if (body.TableName !== 'tenants') {
      return Promise.reject(new ServiceError('ResourceNotFoundException', 400, 'None.'));
    }
    const start = Number((body.ExclusiveStartKey as { n?: { N: string } } | undefined)?.n?.N ?? 0);
    const end = start + Number(body.Limit);
    const Items = tenants.slice(start, end).map((one) => ({ tenant_id: { S: one } }));
    return Promise.resolve({ Items, ...(end < tenants.length && { LastEvaluatedKey: { n: { N: String(end) } } }) });
  },
};

/** Runs a test of what a bucket's files and the emulator have. */
async function run(
  source: Source,
  files: Record<string, string> = {},
  { input = {}, ...more }: FixtureOptions & { input?: Json } = {},
) {
  const root = mkdtempSync(join(directory, 's3-'));
  for (const [key, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'feeds', key)), { recursive: true });
    writeFileSync(join(root, 'feeds', key), text);
  }
  const received: Json[] = [];
  const invoker = returning((event) => {
    received.push(event);
    return { system_test_successful: true };
  });
  const objects = new FolderStore(await ObjectFolder.at(root));
  const ended = await runMachine(definitionOf(source), input, {
    invoker,
    objects,
    emulator,
    clock: systemClock,
    ...more,
  });
  const { results = [] } = JSON.parse(ended.output ?? '{}') as Partial<AggregatedResult>;
  return { ...ended, received, names: results.map((one) => one.configuration_identifier) };
}

const entered = (events: { type?: string }[]) => events.filter(({ type }) => type!.endsWith('StateEntered')).length;
const both = [
  { configuration_identifier: 'a', region: 'eu', system_test: true },
  { configuration_identifier: 'b', region: 'us', system_test: true },
];

describe('a system test whose configurations are in S3', () => {
  it.each<[string, Source, string]>([
    [
      'a JSON array',
      object('list.json'),
      '[{"configuration_identifier":"a","region":"eu"},{"configuration_identifier":"b","region":"us"}]',
    ],
    ['JSON Lines', object('v1/list.jsonl', 'tenant'), '{"tenant":"a","region":"eu"}\n{"tenant":"b","region":"us"}\n'],
    ['NDJSON', object('list.NDJSON', 'tenant'), '{"tenant":"a","region":"eu"}\r\n{"tenant":"b","region":"us"}'],
    ['CSV', object('list.csv', 'tenant'), '\ufefftenant,region\r\n"a",eu\r\nb,us\r\n'],
  ])('tests what is in %s, with its keys, and takes three state transitions more', async (_, source, text) => {
    const key = definitionOf(source).States['List configurations']!.Arguments as { Key: string };
    const { names, received, events } = await run(source, { [key.Key]: text });
    expect(names).toEqual(['a', 'b']);
    expect(received).toEqual(expect.arrayContaining(both));
    expect(entered(events)).toBe(2 + 5 + 3);
  });

  it('tests what objects are named after the prefix, but for folders', async () => {
    const { names } = await run(prefix, { 'tenants/a': '', 'tenants/b/c.json': '', other: '' });
    expect(names).toEqual(['a', 'b/c.json']);
  });

  it('reads 200 objects a page', async () => {
    const files = Object.fromEntries(Array.from({ length: 401 }, (_, n) => [`tenants/${n}`, '']));
    const { names, events } = await run(prefix, files, { input: { configurations: ['400', '99'] } });
    expect(names).toEqual(['400', '99']);
    expect(entered(events)).toBe(2 + 5 + 1 + 2 * 3);
  });

  it('selects from the list, and refuses what is not in it', async () => {
    const files = { 'list.csv': 'configuration_identifier,region\na,eu\nb,us\n' };
    const one = await run(object('list.csv'), files, { input: { configurations: ['b'] } });
    expect(one.received).toEqual([both[1]]);
    const { error, cause } = await run(object('list.csv'), files, { input: { configurations: ['B'] } });
    expect(error).toBe('SystemTestInputRefused');
    expect(cause).toContain('Expected configurations that s3://feeds/list.csv lists, got "B": did you mean "b"?');
  });
});

it('a system test tests what parameters are named after the path, ten a page, and does not use their values', async () => {
  const { names, received, events } = await run(path);
  expect(names).toEqual(paths.map((name) => name.slice('/feeds/'.length)));
  expect(JSON.stringify(received)).not.toContain('secret');
  expect(entered(events)).toBe(12 + 5 + 1 + 2 * 2);
});

it('a system test tests the distinct values of an attribute, 200 items a page', async () => {
  const { names, events } = await run(values, {}, { input: { configurations: ['tenant_119', 'tenant_0'] } });
  expect(names).toEqual(['tenant_119', 'tenant_0']);
  expect(entered(events)).toBe(2 + 5 + 1 + 2 * 3);
});

describe('a system test tests nothing and names the source', () => {
  const file = (text: string) => ({ 'list.json': text, 'list.csv': text, 'list.jsonl': text });
  const json = object('list.json');
  const denied = () => Promise.reject(new ServiceError('AccessDenied', 403, 'Access Denied'));
  const listsNone = (name: string) => `Expected ${name} to list at least one configuration, got none.`;

  it.each<[string, Source, Record<string, string>, string, FixtureOptions?]>([
    [
      'without the bucket',
      json,
      {},
      'Expected s3://feeds/list.json to list configurations, got S3.NoSuchBucketException: The specified bucket does not exist',
    ],
    [
      'without the key',
      json,
      { other: '' },
      'Expected s3://feeds/list.json to list configurations, got S3.NoSuchKeyException: The specified key does not exist.',
    ],
    [
      'where access is denied',
      json,
      {},
      'Expected s3://feeds/list.json to list configurations, got S3.S3Exception: Access Denied (Service: S3, Status Code: 403, ',
      {
        clock: new FakeClock(),
        objects: {
          getObject: denied,
          putObject: denied,
          listObjects: () => {
            throw new Error('None.');
          },
        },
      },
    ],
    [
      'with half a file',
      json,
      file('["a", "b'),
      "Expected s3://feeds/list.json to hold a JSON array of configurations, got text that can't be read as such.",
    ],
    [
      'with half a line',
      object('list.jsonl'),
      file('"a"\n{"b'),
      "Expected s3://feeds/list.jsonl to hold one configuration as JSON in each line, got text that can't be read as such.",
    ],
    ['with another format', json, file('a,b\n'), "got text that can't be read as such."],
    [
      'with an object',
      json,
      file('{}'),
      'Expected s3://feeds/list.json to hold a JSON array of configurations, got object.',
    ],
    ['with an empty file', json, file(''), listsNone('s3://feeds/list.json')],
    ['with an empty array', json, file('[]'), listsNone('s3://feeds/list.json')],
    [
      'with no more than a header',
      object('list.csv'),
      file('configuration_identifier\n'),
      listsNone('s3://feeds/list.csv'),
    ],
    [
      'without the column',
      object('list.csv', 'tenant'),
      file('id,region\na,eu\n'),
      'Expected s3://feeds/list.csv to have a column tenant, got id, region.',
    ],
    [
      'with one twice',
      object('list.jsonl'),
      file('"a"\n"b"\n"a"'),
      'Expected s3://feeds/list.jsonl to list each configuration once, got a more than once.',
    ],
    [
      'with a file that is too large',
      json,
      file(' '.repeat(262_145)),
      'Expected s3://feeds/list.json to list configurations, got States.DataLimitExceeded: ',
    ],
    [
      'with too many',
      object('list.jsonl'),
      file('"a"\n'.repeat(998)),
      'Expected s3://feeds/list.jsonl to list at most 997 configurations, got 998 on 1 page. A Distributed Map reads it in any size.',
    ],
    ['without objects under the prefix', prefix, { other: '' }, listsNone('s3://feeds/tenants/')],
    [
      'without parameters',
      () => ConfigurationSource.ssmPath('/none'),
      {},
      listsNone('the parameters under /none/'),
      { emulator: { call: () => Promise.resolve({ Parameters: [] }) } },
    ],
    [
      'without the table',
      (stack) => ConfigurationSource.dynamoDb(dynamodb.Table.fromTableName(stack, 'Table', 'none'), 'id'),
      {},
      'Expected the table none to list configurations, got DynamoDb.ResourceNotFoundException: None.',
    ],
    [
      'without the attribute',
      (stack) => ConfigurationSource.dynamoDb(table(stack), 'id', { index: 'ByName' }),
      {},
      listsNone('the index ByName of the table tenants'),
    ],
    [
      'with flags in the attribute',
      values,
      {},
      'Expected the table tenants to have texts or numbers in tenant_id, got another type.',
      { emulator: { call: () => Promise.resolve({ Items: [{ tenant_id: { BOOL: true } }] }) } },
    ],
  ])('%s', async (_, source, files, expected, more = {}) => {
    const { error, cause, received } = await run(source, files, more);
    expect({ error, cause }).toEqual({ error: 'SystemTestListingFailed', cause: expect.stringContaining(expected) });
    expect(received).toEqual([]);
  });
});

describe('ConfigurationSource', () => {
  const key = (stack: Stack) => new kms.Key(stack, 'Key');
  const madeTable = (stack: Stack) =>
    new dynamodb.Table(stack, 'Made', {
      partitionKey: { name: 'tenant_id', type: dynamodb.AttributeType.STRING },
      encryptionKey: key(stack),
    });
  const madeBucket = (stack: Stack) => new s3.Bucket(stack, 'Made', { encryptionKey: key(stack) });

  it.each<[string, Source, object[]]>([
    ['an object', object('v1/list.csv'), [{ 's3:GetObject': 'arn:<AWS::Partition>:s3:::feeds/v1/list.csv' }]],
    [
      'an encrypted object',
      (stack) => ConfigurationSource.s3Object(madeBucket(stack), 'list.json'),
      [{ 's3:GetObject': '<Made,Arn>/list.json' }, { 'kms:Decrypt': '<Key,Arn>' }],
    ],
    [
      'objects under a prefix',
      prefix,
      [{ 's3:ListBucket': 'arn:<AWS::Partition>:s3:::feeds', if: { StringEquals: { 's3:prefix': 'tenants/' } } }],
    ],
    [
      'all objects',
      (stack) => ConfigurationSource.s3Prefix(madeBucket(stack), ''),
      [{ 's3:ListBucket': '<Made,Arn>' }],
    ],
    [
      'a path',
      path,
      [{ 'ssm:GetParametersByPath': 'arn:<AWS::Partition>:ssm:eu-central-1:123456789012:parameter/feeds' }],
    ],
    ['a table', values, [{ 'dynamodb:Scan': 'arn:<AWS::Partition>:dynamodb:eu-central-1:123456789012:table/tenants' }]],
    [
      'the index of an encrypted table',
      (stack) => ConfigurationSource.dynamoDb(madeTable(stack), 'id', { index: 'ByName' }),
      [{ 'dynamodb:Scan': '<Made,Arn>/index/ByName' }, { 'kms:Decrypt,kms:DescribeKey': '<Key,Arn>' }],
    ],
  ])('permits to read %s, and no more', (_, source, expected) => {
    const found = statementsOf(synthesize(source), 'SystemTestStateMachineRole') as {
      Action: string | string[];
      Resource: unknown;
      Condition?: object;
    }[];
    const permitted = found
      .filter(({ Action }) => /^(s3|kms|ssm|dynamodb):/.test([Action].flat()[0]!))
      .map(({ Action, Resource, Condition }) => ({
        [String(Action)]: textOf(Resource).replaceAll(/(Made|Key)[0-9A-F]{8}/g, '$1'),
        ...(Condition && { if: Condition }),
      }));
    expect(permitted).toEqual(expected);
  });

  it.each<[string, Source]>([
    ['an object', object('list.json')],
    ['a prefix', prefix],
    ['a path', path],
    ['a table', values],
  ])('comments each state of a definition for %s', (_, source) => {
    const definition = definitionOf(source);
    expect(Object.values(definition.States).filter(({ Comment }) => Comment === undefined)).toEqual([]);
  });

  it.each<[string, Source, object]>([
    [
      'JSON',
      object('list.json'),
      { Resource: 'getObject', ReaderConfig: { InputType: 'JSON' }, Arguments: { Bucket: 'feeds', Key: 'list.json' } },
    ],
    [
      'JSON Lines',
      object('list.ndjson'),
      {
        Resource: 'getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Arguments: { Bucket: 'feeds', Key: 'list.ndjson' },
      },
    ],
    [
      'CSV',
      object('list.csv'),
      {
        Resource: 'getObject',
        ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
        Arguments: { Bucket: 'feeds', Key: 'list.csv' },
      },
    ],
    ['a prefix', prefix, { Resource: 'listObjectsV2', Arguments: { Bucket: 'feeds', Prefix: 'tenants/' } }],
  ])('tells a Distributed Map how to read %s by itself', (_, source, expected) => {
    const stack = new Stack(new App(), 'Stack', { env });
    const reader = source(stack)._itemReader!.reader.render(sfn.QueryLanguage.JSONATA) as { Resource: string };
    expect({ ...reader, Resource: reader.Resource.split(':').at(-1) }).toEqual(expected);
  });

  it.each<[string, Source, string]>([
    [
      'a bucket in another Region',
      (stack) =>
        ConfigurationSource.s3Prefix(
          s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'us-east-1' }),
          '',
        ),
      'Expected the bucket of the source of Stack/SystemTest to be in eu-central-1, where its stack is, got one in us-east-1: Step Functions reads no bucket in another Region.',
    ],
    [
      'a table in another Region',
      (stack) =>
        ConfigurationSource.dynamoDb(
          dynamodb.Table.fromTableArn(stack, 'Far', 'arn:aws:dynamodb:us-east-1:123456789012:table/far'),
          'id',
        ),
      'got one in us-east-1: Step Functions reads no table in another Region.',
    ],
    [
      'a table in another account',
      (stack) =>
        ConfigurationSource.dynamoDb(
          dynamodb.Table.fromTableArn(stack, 'Far', 'arn:aws:dynamodb:eu-central-1:222222222222:table/far'),
          'id',
        ),
      'to be in account 123456789012, where its stack is, got one in 222222222222.',
    ],
    [
      'a format that it does not know',
      object('list.xlsx'),
      'Expected key of the source of Stack/SystemTest to end in .json, .jsonl, .ndjson, .csv, which says what the object holds, got "list.xlsx".',
    ],
    [
      'a key that is JSONata',
      object('{% $x %}.json'),
      'to be a text that does not begin with {%, got "{% $x %}.json".',
    ],
    [
      'a key that is not known yet',
      (stack) => object(`${stack.stackId}.json`)(stack),
      'Expected key of the source of Stack/SystemTest to be known when the app is synthesized',
    ],
    ['a column without a name', object('list.csv', ''), 'to be the column or key of the identifiers, got "".'],
    ['a column that the state machine sets', object('list.csv', 'system_test'), 'got "system_test".'],
    [
      'a path without a slash',
      () => ConfigurationSource.ssmPath('feeds'),
      'Expected path of the source of Stack/SystemTest to be a path of parameters such as "/feeds/", got "feeds".',
    ],
    [
      'an index that is none',
      (stack) => ConfigurationSource.dynamoDb(table(stack), 'id', { index: 'a b' }),
      'to be the name of an index, got "a b".',
    ],
    [
      'an attribute without a name',
      (stack) => ConfigurationSource.dynamoDb(table(stack), ''),
      'Expected attribute of the source of Stack/SystemTest',
    ],
  ])('refuses %s', (_, source, message) => {
    expect(() => synthesize(source)).toThrow(message);
  });
});
