/** Amazon S3 over a folder: its REST protocol in XML, path style, as far as configurations, results and functions use it. */
import { element, type QueryValue } from '../http/queryProtocol';
import { ServiceError, type RequestHead, type ServiceResponse } from '../http/service';
import { isNotModified, rangeOf, requireForWrite } from './conditions';
import { invalidArgument, noSuchKey, notImplemented, storageError } from './errors';
import type { ObjectFolder } from './folder';
import { listPage } from './listing';
import { Upload } from './upload';

export interface S3ServiceOptions {
  folder: ObjectFolder;
  account: string;
  region: string;
}

interface Call {
  /** Empty: none. */
  bucket: string;
  /** Empty: none. */
  key: string;
  head: RequestHead;
  body: AsyncIterable<Buffer>;
}

interface Operation {
  query?: string[];
  /** Of the headers that begin with `x-amz-`; those of the signature and of checksums come with any call. */
  headers?: RegExp;
  run: (call: Call) => Promise<ServiceResponse>;
}

/** Of a call's query: its signature, and the name of the operation from the SDK for JavaScript. */
const anyQuery = /^(x-id|X-Amz-.*|AWSAccessKeyId|Signature|Expires)$/i;
const anyHeader = /^x-amz-(date|content-sha256|security-token|user-agent|expected-bucket-owner|checksum-mode)$/;
/** Whole objects; SSE-S3 is what S3 does anyway. */
const uploadHeader =
  /^x-amz-(checksum-.*|sdk-checksum-algorithm|trailer|decoded-content-length|server-side-encryption)$/;
/** From an operation that isn't served. */
const waysOut: Partial<Record<string, string>> = {
  CreateBucket: ' (a bucket is a folder in that of --s3)',
  CreateMultipartUpload: ' (raise the size from which the client uploads in parts: multipart_threshold)',
  ListObjects: ' (use ListObjectsV2)',
};
const maximumListed = 1000;
const xmlHeaders = { 'content-type': 'application/xml' };
const encrypted = { 'x-amz-server-side-encryption': 'AES256' };

export class S3Service {
  private readonly operations: Record<string, Operation> = {
    ListBuckets: { run: () => this.listBuckets() },
    HeadBucket: {
      run: () => Promise.resolve({ status: 200, headers: { 'x-amz-bucket-region': this.region }, body: '' }),
    },
    GetBucketLocation: { query: ['location'], run: () => Promise.resolve(this.location()) },
    ListObjectsV2: {
      query: [
        'list-type',
        'prefix',
        'delimiter',
        'max-keys',
        'continuation-token',
        'start-after',
        'encoding-type',
        'fetch-owner',
      ],
      run: (call) => this.listObjects(call),
    },
    GetObject: { run: (call) => this.read(call) },
    HeadObject: { run: (call) => this.read(call) },
    PutObject: { headers: uploadHeader, run: (call) => this.put(call) },
    DeleteObject: { run: (call) => this.delete(call) },
  };
  private readonly folder: ObjectFolder;
  private readonly account: string;
  private readonly region: string;

  constructor({ folder, account, region }: S3ServiceOptions) {
    this.folder = folder;
    this.account = account;
    this.region = region;
  }

  /** Answers a request whose body is still to be read. */
  async handle(head: RequestHead, body: AsyncIterable<Buffer>, requestId: string): Promise<ServiceResponse> {
    const id = requestId.replaceAll('-', '').slice(0, 16).toUpperCase();
    const ids = { 'x-amz-request-id': id, 'x-amz-id-2': Buffer.from(requestId).toString('base64') };
    let response: ServiceResponse;
    try {
      response = await this.answer(head, body);
    } catch (error) {
      const known = error instanceof ServiceError ? error : storageError(error as NodeJS.ErrnoException);
      if (!known) throw error;
      const { name: Code, message: Message, members, status } = known;
      const document = element('Error', { Code, Message, ...members, RequestId: id, HostId: ids['x-amz-id-2'] });
      // A HEAD has no room for it: its client knows the status alone.
      response = { status, headers: xmlHeaders, body: head.method === 'HEAD' ? '' : xmlDeclaration + document };
    }
    return { ...response, headers: { ...ids, ...response.headers } };
  }

  private async answer(head: RequestHead, body: AsyncIterable<Buffer>): Promise<ServiceResponse> {
    const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(decoded(head.path)) ?? [];
    const name = operationOf(head, bucket, key);
    const operation = Object.hasOwn(this.operations, name) ? this.operations[name] : undefined;
    if (!operation) {
      const served = Object.keys(this.operations).join(', ');
      throw notImplemented(`${name} of S3${waysOut[name] ?? ''}; it serves ${served}`);
    }
    requireServed(name, operation, head);
    const owner = head.headers['x-amz-expected-bucket-owner'];
    if (owner !== undefined && owner !== this.account) throw new ServiceError('AccessDenied', 403, 'Access Denied');
    if (name !== 'ListBuckets') this.folder.requireBucket(bucket);
    return operation.run({ bucket, key, head, body });
  }

  private async listBuckets(): Promise<ServiceResponse> {
    const buckets = (await this.folder.buckets()).map(({ name, createdAt }) =>
      element('Bucket', { Name: name, CreationDate: seconds(createdAt), BucketRegion: this.region }),
    );
    const owner = element('Owner', { ID: this.account });
    return xml('ListAllMyBucketsResult', `${owner}<Buckets>${buckets.join('')}</Buckets>`);
  }

  /** us-east-1 has no name here (Amazon S3 API reference, GetBucketLocation). */
  private location(): ServiceResponse {
    return xml('LocationConstraint', this.region === 'us-east-1' ? '' : this.region);
  }

  private async listObjects({ bucket, head: { query } }: Call): Promise<ServiceResponse> {
    const asked = (name: string): string | undefined => query.get(name) ?? undefined;
    const encoding = asked('encoding-type');
    if (encoding !== undefined && encoding !== 'url') {
      throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
    }
    if (asked('fetch-owner') === 'true') throw notImplemented('the parameter fetch-owner of ListObjectsV2');
    const encode = encoding === 'url' ? encodeKey : (key: string): string => key;
    const { prefix = '', delimiter = '', 'max-keys': most = String(maximumListed) } = Object.fromEntries(query);
    if (!/^\d{1,10}$/.test(most)) {
      throw invalidArgument('Provided max-keys not an integer or within integer range', 'max-keys', most);
    }
    const maxKeys = Math.min(Number(most), maximumListed);
    const token = asked('continuation-token');
    const startAfter = asked('start-after');
    const start = token === undefined ? { after: startAfter ?? '' } : readToken(token);
    const page = await listPage(this.folder, bucket, { prefix, delimiter, maxKeys, ...start });
    const facts: QueryValue = {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxKeys: maxKeys,
      EncodingType: encoding,
      KeyCount: page.objects.length + page.groups.length,
      IsTruncated: page.next !== undefined,
      ContinuationToken: token,
      NextContinuationToken: page.next && writeToken(page.next),
      StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    };
    const members = Object.entries(facts).flatMap(([name, value]) =>
      value === undefined ? [] : [element(name, value)],
    );
    const contents = page.objects.map(({ key, lastModified, etag, size }) =>
      element('Contents', {
        Key: encode(key),
        LastModified: seconds(lastModified),
        ETag: etag,
        Size: size,
        StorageClass: 'STANDARD',
      }),
    );
    const groups = page.groups.map((group) => element('CommonPrefixes', { Prefix: encode(group) }));
    return xml('ListBucketResult', [...members, ...contents, ...groups].join(''));
  }

  private async read({ bucket, key, head: { method, headers } }: Call): Promise<ServiceResponse> {
    const found = await this.folder.open(bucket, key);
    if (!found) throw noSuchKey(key);
    const { content, size, etag, lastModified } = found;
    let body: ServiceResponse['body'] = '';
    try {
      const facts = { etag, 'last-modified': lastModified.toUTCString(), ...encrypted };
      if (isNotModified(headers, found)) return { status: 304, headers: facts, body };
      const range = rangeOf(headers.range, size);
      const { start, end } = range ?? { start: 0, end: size - 1 };
      if (method === 'GET' && size > 0) {
        body = Buffer.isBuffer(content) ? content.subarray(start, end + 1) : content.createReadStream({ start, end });
      }
      return {
        status: range ? 206 : 200,
        headers: {
          ...facts,
          ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
          'accept-ranges': 'bytes',
          'content-type': 'binary/octet-stream',
          'content-length': String(end - start + 1),
        },
        body,
      };
    } finally {
      // Else the stream closes it.
      if (body === '' && !Buffer.isBuffer(content)) await content.close();
    }
  }

  private async put({ bucket, key, head: { headers }, body }: Call): Promise<ServiceResponse> {
    const encoding = headers['content-encoding']?.replace(/\s*aws-chunked\s*,?\s*/, '') ?? '';
    if (encoding !== '') throw notImplemented(`the Content-Encoding ${encoding} of PutObject, as it stores no headers`);
    const encryption = headers['x-amz-server-side-encryption'] ?? 'AES256';
    if (encryption !== 'AES256') throw notImplemented(`the encryption ${encryption} of PutObject`);
    const upload = new Upload(headers);
    const require = (): Promise<void> => requireForWrite(headers, key, () => this.folder.facts(bucket, key));
    await require();
    let stored: Awaited<ReturnType<Upload['verify']>> | undefined;
    const verify = async () => (stored = await upload.verify());
    await this.folder.put(bucket, key, upload.content(body), { verify, require });
    return {
      status: 200,
      headers: { etag: stored?.etag ?? '', ...stored?.checksums, ...encrypted },
      body: '',
    };
  }

  private async delete({ bucket, key, head: { headers } }: Call): Promise<ServiceResponse> {
    await this.folder.delete(bucket, key, () => requireForWrite(headers, key, () => this.folder.facts(bucket, key)));
    return { status: 204, headers: {}, body: '' };
  }
}

/** S3 tells its operations apart by the method, the path and what is in the query. */
function operationOf({ method, query, headers }: RequestHead, bucket: string, key: string): string {
  if (key !== '') {
    if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
    if (headers['x-amz-copy-source'] !== undefined) return 'CopyObject';
    const known = { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' };
    return Object.hasOwn(known, method) ? known[method as keyof typeof known] : `${method} for an object`;
  }
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : `${method} /`;
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'PUT' && query.size === 0) return 'CreateBucket';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  if (method !== 'GET') return `${method} for a bucket`;
  if (query.has('location')) return 'GetBucketLocation';
  if (query.get('list-type') === '2') return 'ListObjectsV2';
  const [other] = [...query.keys()].filter((name) => !anyQuery.test(name));
  return other === undefined || ['prefix', 'delimiter', 'marker', 'max-keys', 'encoding-type'].includes(other)
    ? 'ListObjects'
    : `GET ?${other} for a bucket`;
}

/** To ignore what a call asks for would be a guess. */
function requireServed(
  name: string,
  { query: served = [], headers: taken }: Operation,
  { query, headers }: RequestHead,
): void {
  const unserved =
    [...query.keys()].find((one) => !served.includes(one) && !anyQuery.test(one)) ??
    Object.keys(headers).find((one) => one.startsWith('x-amz-') && !anyHeader.test(one) && !taken?.test(one));
  if (unserved !== undefined) throw notImplemented(`${unserved} of ${name}`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ServiceError('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}

/** As the SDKs read it, which take a + for a space or for itself. */
function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/');
}

function writeToken({ after, isGroup }: { after: string; isGroup?: boolean }): string {
  return Buffer.from((isGroup ? 'g' : 'k') + after).toString('base64url');
}

function readToken(token: string): { after: string; isGroup: boolean } {
  const [kind, after] = [
    ...Buffer.from(token, 'base64url')
      .toString()
      .matchAll(/^([gk])(.+)$/gs),
  ].flatMap((match) => match.slice(1));
  if (after === undefined) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return { after, isGroup: kind === 'g' };
}

/** S3 keeps no fractions of a second. */
function seconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function xml(root: string, content: string): ServiceResponse {
  const document = `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
  return { status: 200, headers: xmlHeaders, body: xmlDeclaration + document };
}
