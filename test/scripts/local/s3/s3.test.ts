import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import files from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  type GetObjectCommandOutput,
  type ListObjectsV2CommandInput,
} from '@aws-sdk/client-s3';
import { listen, type Listener } from '../../../../scripts/local/http/listener';
import { isForS3 } from '../../../../scripts/local/http/router';
import { ObjectFolder } from '../../../../scripts/local/s3/folder';
import { S3Service } from '../../../../scripts/local/s3/service';
import { newDirectory, removeDirectories } from '../cloudAssembly';

let folder: string;
let listener: Listener;
let client: S3Client;
const Bucket = 'things';

beforeAll(async () => {
  folder = join(newDirectory(), 'served');
  for (const bucket of [Bucket, 'empty', 'many']) mkdirSync(join(folder, bucket), { recursive: true });
  mkdirSync(join(folder, 'No_Bucket'));
  writeFileSync(join(folder, '..', 'secret'), 'secret');
  writeFileSync(join(folder, Bucket, 'ten'), '0123456789');
  const s3 = new S3Service({ folder: await ObjectFolder.at(folder), account: '123456789012', region: 'eu-west-1' });
  const streaming = { takes: isForS3, handle: s3.handle.bind(s3) };
  listener = await listen(() => Promise.resolve({ status: 418, headers: {}, body: 'not S3' }), { streaming });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new S3Client({ endpoint: listener.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await listener.close();
  removeDirectories();
});

const put = (Key: string, Body = 'x') => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const textOf = ({ Body }: GetObjectCommandOutput) => Body!.transformToString();
const ten = { Bucket, Key: 'ten' };
const tenTag = `"${createHash('md5').update('0123456789').digest('hex')}"`;
const left = () => readdirSync(folder).filter((name) => name.startsWith('.upload'));

/** The answer to a request as it stands, which no client would send. */
function ask(
  method: string,
  path: string,
  headers: NodeJS.Dict<string> = {},
  body: string | Buffer = '',
  agent?: Agent,
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const asked = request(listener.url, { method, path, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString(), headers: response.headers }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

test('an object comes back as it was stored, with its ETag, and is a file of the folder', async () => {
  const stored = await put('a/b c/ü+&.json', '{"a": 1}');
  expect(readFileSync(join(folder, Bucket, 'a/b c/ü+&.json'), 'utf8')).toBe('{"a": 1}');
  const found = await client.send(new GetObjectCommand({ Bucket, Key: 'a/b c/ü+&.json' }));
  expect(await textOf(found)).toBe('{"a": 1}');
  expect(found).toMatchObject({ ETag: stored.ETag, ContentLength: 8, ServerSideEncryption: 'AES256' });
  const { ETag, ContentLength, LastModified } = await client.send(new HeadObjectCommand(ten));
  expect({ ETag, ContentLength }).toEqual({ ETag: tenTag, ContentLength: 10 });
  expect(LastModified!.getTime()).toBeLessThanOrEqual(Date.now());
});

test('a page of a browser, under a name of its own, neither reads nor writes', async () => {
  for (const headers of [
    { host: 'evil.example' },
    { origin: 'http://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    expect(await ask('GET', `/${Bucket}/ten`, headers as NodeJS.Dict<string>)).toMatchObject({ status: 403 });
    expect(await ask('PUT', `/${Bucket}/evil`, headers as NodeJS.Dict<string>, 'x')).toMatchObject({ status: 403 });
  }
  expect(existsSync(join(folder, Bucket, 'evil'))).toBe(false);
});

test('a file that was changed by hand is read anew', async () => {
  writeFileSync(join(folder, Bucket, 'by-hand'), 'one');
  const { ETag } = await client.send(new HeadObjectCommand({ Bucket, Key: 'by-hand' }));
  writeFileSync(join(folder, Bucket, 'by-hand'), 'another');
  const changed = await client.send(new GetObjectCommand({ Bucket, Key: 'by-hand' }));
  expect(changed.ETag).not.toBe(ETag);
  expect(await textOf(changed)).toBe('another');
});

test.each([
  ['bytes=2-4', '234', 'bytes 2-4/10'],
  ['bytes=7-', '789', 'bytes 7-9/10'],
  ['bytes=-2', '89', 'bytes 8-9/10'],
  ['bytes=-200', '0123456789', 'bytes 0-9/10'],
  ['bytes=5-500', '56789', 'bytes 5-9/10'],
  ['bytes=4-2', '0123456789', undefined],
  ['bytes=0-1,3-4', '0123456789', undefined],
])('the range %s is %s', async (Range, text, ContentRange) => {
  const found = await client.send(new GetObjectCommand({ ...ten, Range }));
  expect(await textOf(found)).toBe(text);
  expect(found.ContentRange).toBe(ContentRange);
});

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  'an upload is held to its %s',
  async (ChecksumAlgorithm) => {
    const Key = `sum-${ChecksumAlgorithm}`;
    const answer = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'content', ChecksumAlgorithm }));
    expect(answer).toHaveProperty(`Checksum${ChecksumAlgorithm}`);
    const header = `x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`;
    const wrong = await ask('PUT', `/${Bucket}/wrong`, { [header]: 'AAAAAA==', 'content-length': '7' }, 'content');
    expect(wrong).toMatchObject({ status: 400, text: expect.stringContaining('<Code>BadDigest</Code>') });
    expect(existsSync(join(folder, Bucket, 'wrong'))).toBe(false);
  },
);

test.each([ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC64NVME])(
  'a stream of the SDK for JavaScript, with its %s behind it, is stored whole, and comes back as large',
  async (ChecksumAlgorithm) => {
    const chunk = Buffer.alloc(65_536, 'large ');
    const Body = Readable.from(Array.from({ length: 160 }, () => chunk));
    const large = { Bucket, Key: 'large' };
    const stored = await client.send(
      new PutObjectCommand({ ...large, Body, ContentLength: 160 * chunk.length, ChecksumAlgorithm }),
    );
    expect(stored).toHaveProperty(`Checksum${ChecksumAlgorithm}`);
    const found = await client.send(new GetObjectCommand(large));
    const bytes = Buffer.from(await found.Body!.transformToByteArray());
    expect(bytes.equals(Buffer.concat(Array.from({ length: 160 }, () => chunk)))).toBe(true);
    expect(found.ETag).toBe(stored.ETag);
  },
);

test('an upload in chunks, with a trailer, is stored without them, however it is cut', async () => {
  const body = Buffer.from(
    '5;chunk-signature=ab\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n',
  );
  const headers = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '11',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-encoding': 'aws-chunked',
    'content-length': String(body.length),
  };
  expect(await ask('PUT', `/${Bucket}/chunked`, headers, body)).toMatchObject({
    status: 200,
    headers: { 'x-amz-checksum-crc32': 'DUoRhQ==' },
  });
  expect(readFileSync(join(folder, Bucket, 'chunked'), 'utf8')).toBe('hello world');

  const service = new S3Service({ folder: await ObjectFolder.at(folder), account: '', region: 'eu-west-1' });
  const signal = new AbortController().signal;
  const head = { method: 'PUT', path: `/${Bucket}/cut`, query: new URLSearchParams(), headers, signal };
  const bytes = async function* () {
    for (const byte of await Promise.resolve(body)) yield Buffer.from([byte]);
  };
  expect(await service.handle(head, bytes(), 'a-b')).toMatchObject({ status: 200 });
  expect(readFileSync(join(folder, Bucket, 'cut'), 'utf8')).toBe('hello world');

  const cut = { ...headers, 'content-length': '40' };
  const short = await ask('PUT', `/${Bucket}/short`, cut, body.subarray(0, 40));
  expect(short).toMatchObject({ status: 400, text: expect.stringContaining('<Code>IncompleteBody</Code>') });
  const lying = await ask('PUT', `/${Bucket}/short`, { ...headers, 'x-amz-decoded-content-length': '12' }, body);
  expect(lying.text).toContain('<Code>IncompleteBody</Code>');
  expect(existsSync(join(folder, Bucket, 'short'))).toBe(false);
  expect(left()).toEqual([]);
});

describe('a refusal', () => {
  const Key = 'ten';
  test.each([
    [
      'no such key',
      () => client.send(new GetObjectCommand({ Bucket, Key: 'none' })),
      'NoSuchKey',
      404,
      'The specified key does not exist.',
    ],
    ['a folder as a key', () => client.send(new GetObjectCommand({ Bucket, Key: 'a' })), 'NoSuchKey', 404, /./],
    ['no such bucket', () => client.send(new GetObjectCommand({ Bucket: 'none', Key })), 'NoSuchBucket', 404, /./],
    [
      'a bucket that is a file',
      () => client.send(new ListObjectsV2Command({ Bucket: 'none' })),
      'NoSuchBucket',
      404,
      /./,
    ],
    [
      'no bucket name',
      () => client.send(new ListObjectsV2Command({ Bucket: 'No_Bucket' })),
      'InvalidBucketName',
      400,
      /./,
    ],
    [
      'no range',
      () => client.send(new GetObjectCommand({ ...ten, Range: 'bytes=10-' })),
      'InvalidRange',
      416,
      /not satisfiable/,
    ],
    [
      'another ETag',
      () => client.send(new GetObjectCommand({ ...ten, IfMatch: '"x"' })),
      'PreconditionFailed',
      412,
      /pre-conditions/,
    ],
    [
      'a change',
      () => client.send(new GetObjectCommand({ ...ten, IfUnmodifiedSince: new Date(0) })),
      'PreconditionFailed',
      412,
      /./,
    ],
    [
      'to replace',
      () => client.send(new PutObjectCommand({ ...ten, Body: 'x', IfNoneMatch: '*' })),
      'PreconditionFailed',
      412,
      /./,
    ],
    [
      'to replace another',
      () => client.send(new PutObjectCommand({ ...ten, Body: 'x', IfMatch: '"x"' })),
      'PreconditionFailed',
      412,
      /./,
    ],
    [
      'to replace none',
      () => client.send(new PutObjectCommand({ Bucket, Key: 'none', Body: 'x', IfMatch: '"x"' })),
      'NoSuchKey',
      404,
      /./,
    ],
    [
      'to delete another',
      () => client.send(new DeleteObjectCommand({ ...ten, IfMatch: '"x"' })),
      'PreconditionFailed',
      412,
      /./,
    ],
    [
      'another owner',
      () => client.send(new GetObjectCommand({ ...ten, ExpectedBucketOwner: '1' })),
      'AccessDenied',
      403,
      'Access Denied',
    ],
    [
      'no token',
      () => client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'x' })),
      'InvalidArgument',
      400,
      /token/,
    ],
    [
      'no number',
      () => client.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 })),
      'InvalidArgument',
      400,
      /max-keys/,
    ],
    [
      'a long key',
      () => client.send(new GetObjectCommand({ Bucket, Key: 'k'.repeat(1025) })),
      'KeyTooLongError',
      400,
      /./,
    ],
    [
      'metadata',
      () => client.send(new PutObjectCommand({ ...ten, Body: 'x', Metadata: { a: 'b' } })),
      'NotImplemented',
      501,
      /x-amz-meta-a of PutObject/,
    ],
    [
      'an encoding',
      () => client.send(new PutObjectCommand({ ...ten, Body: 'x', ContentEncoding: 'gzip' })),
      'NotImplemented',
      501,
      /Content-Encoding gzip/,
    ],
    [
      'a key',
      () => client.send(new PutObjectCommand({ ...ten, Body: 'x', ServerSideEncryption: 'aws:kms' })),
      'NotImplemented',
      501,
      /aws:kms/,
    ],
    [
      'a version',
      () => client.send(new GetObjectCommand({ ...ten, VersionId: '1' })),
      'NotImplemented',
      501,
      /versionId of GetObject/,
    ],
    [
      'a copy',
      () => client.send(new CopyObjectCommand({ ...ten, CopySource: 'a/b' })),
      'NotImplemented',
      501,
      /CopyObject of S3/,
    ],
    [
      'a new bucket',
      () => client.send(new CreateBucketCommand({ Bucket: 'new' })),
      'NotImplemented',
      501,
      /a bucket is a folder/,
    ],
    ['parts', () => client.send(new CreateMultipartUploadCommand(ten)), 'NotImplemented', 501, /multipart_threshold/],
    [
      'the first list',
      () => client.send(new ListObjectsCommand({ Bucket })),
      'NotImplemented',
      501,
      /serve ListObjects of S3 \(use ListObjectsV2\); it serves/,
    ],
    [
      'versioning',
      () => client.send(new GetBucketVersioningCommand({ Bucket })),
      'NotImplemented',
      501,
      /GET \?versioning for a bucket/,
    ],
  ])('for %s is in the words of S3', async (_, send, name, httpStatusCode, message) => {
    const refusal: unknown = await send().catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      name,
      message: expect.stringMatching(message),
      $metadata: {
        httpStatusCode,
        requestId: expect.stringMatching(/^[0-9A-F]{16}$/),
        extendedRequestId: expect.any(String),
      },
    });
    expect(readFileSync(join(folder, Bucket, 'ten'), 'utf8')).toBe('0123456789');
  });

  test('of a HEAD is its status alone', async () => {
    expect(await ask('HEAD', `/${Bucket}/none`)).toMatchObject({ status: 404, text: '' });
    await expect(client.send(new HeadBucketCommand({ Bucket: 'none' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test.each([
    ['an unknown length', { 'transfer-encoding': 'chunked' }, 411, 'MissingContentLength'],
    ['too much', { 'content-length': '2', 'x-amz-decoded-content-length': '5368709121' }, 400, 'EntityTooLarge'],
    ['another MD5', { 'content-length': '2', 'content-md5': 'AAAA' }, 400, 'BadDigest'],
    [
      'another SHA-256',
      { 'content-length': '2', 'x-amz-content-sha256': '0'.repeat(64) },
      400,
      'XAmzContentSHA256Mismatch',
    ],
  ])('of an upload with %s stores nothing', async (_, headers, status, code) => {
    const answer = await ask('PUT', `/${Bucket}/refused`, headers, '{}');
    expect(answer).toMatchObject({ status, text: expect.stringContaining(`<Code>${code}</Code>`) });
    expect(existsSync(join(folder, Bucket, 'refused'))).toBe(false);
  });
});

test('the connection lives on after an upload that was refused before it was read', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const large = Buffer.alloc(4_000_000);
  expect(await ask('PUT', '/none/large', {}, large, agent)).toMatchObject({ status: 404 });
  expect(await ask('PUT', `/${Bucket}/large`, { 'content-encoding': 'aws-chunked' }, large, agent)).toMatchObject({
    status: 400,
  });
  expect(await ask('GET', `/${Bucket}/ten`, {}, '', agent)).toMatchObject({ status: 200, text: '0123456789' });
  expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
  agent.destroy();
});

test('what was not modified is not sent again', async () => {
  const conditions = { 'if-none-match': tenTag, 'if-modified-since': new Date().toUTCString() };
  for (const [name, value] of Object.entries(conditions)) {
    expect(await ask('GET', `/${Bucket}/ten`, { [name]: value })).toMatchObject({
      status: 304,
      text: '',
    });
  }
  expect(await ask('GET', `/${Bucket}/ten`, { 'if-none-match': '"x"' })).toMatchObject({ status: 200 });
});

test('of several that create the same object at once, one does', async () => {
  const one = (Body: string) => client.send(new PutObjectCommand({ Bucket, Key: 'once', Body, IfNoneMatch: '*' }));
  const done = await Promise.allSettled(['a', 'b', 'c', 'd'].map(one));
  expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

describe('no path leads out of the folder', () => {
  beforeAll(() => {
    symlinkSync(join(folder, '..'), join(folder, Bucket, 'up'));
    symlinkSync(join(folder, '..', 'secret'), join(folder, Bucket, 'link'));
    symlinkSync(join(folder, '..'), join(folder, 'linked-bucket'));
  });

  test.each([
    `/${Bucket}/../../secret`,
    `/${Bucket}/%2e%2e/%2E%2E/secret`,
    `/${Bucket}/..%2f..%2fsecret`,
    `/${Bucket}//etc/passwd`,
    `/${Bucket}/%2Fetc%2Fpasswd`,
    `/${Bucket}/ten%00`,
    `/${Bucket}/a/%00/../ten`,
    `/${Bucket}/up/secret`,
    `/${Bucket}/link`,
    `/${Bucket}/ten/`,
    `/${Bucket}/./ten`,
    '/../secret',
    '/%2e%2e/secret',
    '/linked-bucket/secret',
    '/%00/secret',
    `/${Bucket}/%E0%A4%A`,
    '/.upload-x/secret',
  ])('%s', async (path) => {
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/s3/aws4_request' };
    const read = await ask('GET', path, headers);
    expect(`${read.status} ${read.text}`).toMatch(
      /^40[04] .*<Code>(NoSuchKey|NoSuchBucket|InvalidBucketName|InvalidURI)</s,
    );
    await ask('PUT', path, { ...headers, 'content-length': '4' }, 'evil');
    await ask('DELETE', path, headers);
    expect(readFileSync(join(folder, '..', 'secret'), 'utf8')).toBe('secret');
    expect(readdirSync(join(folder, '..')).sort()).toEqual(['secret', 'served']);
  });

  test.each(['folder/', 'a//b', '../x', '.', 'ten/below', 'a', 'up/x', 'n'.repeat(256)])(
    'the key %j, which is no path of a file here, is refused by name when it is written',
    async (Key) => {
      await expect(put(Key)).rejects.toMatchObject({
        name: 'NotImplemented',
        message: expect.stringContaining(JSON.stringify(Key)),
      });
      expect(left()).toEqual([]);
    },
  );
});

test('a deleted object is gone, with the folders that were made for it, and one that is not there can be deleted', async () => {
  await put('deep/er/one');
  for (let time = 0; time < 2; time += 1) await client.send(new DeleteObjectCommand({ Bucket, Key: 'deep/er/one' }));
  expect(existsSync(join(folder, Bucket, 'deep'))).toBe(false);
  await put('deep');
});

test('the buckets are the folders with names of buckets', async () => {
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  expect(Buckets.map(({ Name }) => Name)).toEqual(['empty', 'many', Bucket]);
  expect(Buckets[0]!.CreationDate).toBeInstanceOf(Date);
  const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket }));
  const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket }));
  expect([BucketRegion, LocationConstraint]).toEqual(['eu-west-1', 'eu-west-1']);
});

describe('a listing', () => {
  const keys = Array.from({ length: 2500 }, (_, index) => `n/${String(index).padStart(4, '0')}`);
  const others = ['a', 'b-c', 'b.c', 'b/c', 'b/d e+', 'b0', 'z/<&>', 'z/\u{1f600}', 'z/\uff5e'];

  beforeAll(() => {
    for (const name of ['n', 'b', 'z', 'bare/bare']) mkdirSync(join(folder, 'many', name), { recursive: true });
    for (const key of [...keys, ...others]) writeFileSync(join(folder, 'many', key), '');
  });

  async function pagesOf(input: Partial<ListObjectsV2CommandInput>): Promise<string[][]> {
    const pages: string[][] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket: 'many', ...input })) {
      const { Contents = [], CommonPrefixes = [], KeyCount } = page;
      pages.push([...Contents.map(({ Key }) => Key!), ...CommonPrefixes.map(({ Prefix }) => Prefix!)]);
      expect(pages.at(-1)).toHaveLength(KeyCount!);
    }
    return pages;
  }

  test('of 2,500 keys comes in three pages, each key once', async () => {
    const pages = await pagesOf({ Prefix: 'n/' });
    expect(pages.map((page) => page.length)).toEqual([1000, 1000, 500]);
    expect(pages.flat()).toEqual(keys);
  });

  test.each<[Partial<ListObjectsV2CommandInput>, string[][]]>([
    [{ Prefix: 'b' }, [['b-c', 'b.c', 'b/c', 'b/d e+', 'b0']]],
    [{ Delimiter: '/' }, [['a', 'b-c', 'b.c', 'b0', 'b/', 'n/', 'z/']]],
    [
      { Delimiter: '/', MaxKeys: 4 },
      [
        ['a', 'b-c', 'b.c', 'b/'],
        ['b0', 'n/', 'z/'],
      ],
    ],
    [{ Prefix: 'b', Delimiter: 'c' }, [['b/d e+', 'b0', 'b-c', 'b.c', 'b/c']]],
    [{ Prefix: 'b', StartAfter: 'b/c', EncodingType: 'url' }, [['b/d%20e%2B', 'b0']]],
    [{ Prefix: 'z/' }, [['z/<&>', 'z/\uff5e', 'z/\u{1f600}']]],
    [{ Prefix: 'n/1', MaxKeys: 1000 }, [keys.slice(1000, 2000)]],
    [{ Prefix: '../' }, [[]]],
    [{ Prefix: 'bare', Delimiter: '/' }, [[]]],
    [{ MaxKeys: 0 }, [[]]],
    [{ Bucket: 'empty' }, [[]]],
  ])('with %j is in the order of S3', async (input, expected) => {
    expect(await pagesOf(input)).toEqual(expected);
  });

  test('of many pages reads a folder once, and once more where it was changed', async () => {
    const read = jest.spyOn(files, 'readdir');
    const old = new Date(Date.now() - 10_000);
    for (const name of ['', 'n']) utimesSync(join(folder, 'many', name), old, old);
    expect((await pagesOf({ Prefix: 'n/2', MaxKeys: 10 })).flat()).toEqual(keys.slice(2000));
    expect(read).toHaveBeenCalledTimes(1);
    writeFileSync(join(folder, 'many', 'n', '2500'), '');
    expect((await pagesOf({ Prefix: 'n/24', MaxKeys: 1000 })).flat()).toEqual(keys.slice(2400));
    expect((await pagesOf({ Prefix: 'n/25' })).flat()).toEqual(['n/2500']);
    read.mockRestore();
    rmSync(join(folder, 'many', 'n', '2500'));
  });

  test('tells the size, the ETag and the time of each', async () => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'ten' }));
    expect(Contents).toEqual([
      { Key: 'ten', Size: 10, ETag: tenTag, StorageClass: 'STANDARD', LastModified: expect.any(Date) },
    ]);
  });
});
