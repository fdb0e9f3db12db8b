/** The body of an upload, as it streams past: out of its aws-chunked encoding, measured, and held to its checksums. */
import { createHash, type Hash } from 'node:crypto';
import { Crc32, Crc32c, Crc64NvmeJs } from '@aws-sdk/checksums/crc';
import { ServiceError, type RequestHead } from '../http/service';
import { notImplemented } from './errors';

/** Of one PutObject (Amazon S3 user guide, "Uploading objects"). */
const maximumBytes = 5 * 1024 ** 3;
/** Of a chunk's head, with its signature, or of a trailer. */
const maximumLineBytes = 4096;

type Digest = { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> };

/** Those that the SDKs make by themselves, by the end of their header's name. */
const algorithms: Record<string, () => Digest> = {
  crc32: () => new Crc32(),
  crc32c: () => new Crc32c(),
  crc64nvme: () => new Crc64NvmeJs(),
  sha1: () => hashed('sha1'),
  sha256: () => hashed('sha256'),
};
const checksumName = /^x-amz-checksum-(?!type$|algorithm$)/;

function hashed(algorithm: string): Digest {
  const hash = createHash(algorithm);
  return { update: (bytes) => hash.update(bytes), digest: () => Promise.resolve(hash.digest()) };
}

/** One upload. Read its content to the end, then verify. */
export class Upload {
  private readonly md5 = createHash('md5');
  private readonly sha256?: Hash;
  private readonly digests = new Map<string, Digest>();
  /** The checksums that the client sent, by header or trailer. */
  private readonly sent = new Map<string, string>();
  private bytes = 0;

  /** @throws NotImplemented for a checksum that isn't one of a whole object; EntityTooLarge; MissingContentLength */
  constructor(private readonly headers: RequestHead['headers']) {
    const {
      'content-length': length,
      'x-amz-decoded-content-length': decoded = length,
      'x-amz-trailer': trailer = '',
    } = headers;
    if (decoded === undefined) {
      throw new ServiceError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
    }
    this.requireSize(Number(decoded));
    if (/^[0-9a-f]{64}$/.test(headers['x-amz-content-sha256'] ?? '')) this.sha256 = createHash('sha256');
    for (const name of [
      ...Object.keys(headers),
      ...trailer
        .toLowerCase()
        .split(',')
        .map((one) => one.trim()),
    ]) {
      if (!checksumName.test(name)) continue;
      const algorithm = algorithms[name.replace(checksumName, '')];
      if (!algorithm) throw notImplemented(`the header ${name}`);
      this.digests.set(name, algorithm());
      const value = headers[name];
      if (value !== undefined) this.sent.set(name, value);
    }
  }

  /** @throws IncompleteBody, EntityTooLarge */
  async *content(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const { 'x-amz-content-sha256': sha256 = '', 'content-encoding': encoding = '' } = this.headers;
    const isChunked = sha256.startsWith('STREAMING-') || encoding.includes('aws-chunked');
    for await (const bytes of isChunked ? this.unchunked(source) : source) {
      this.bytes += bytes.length;
      this.requireSize(this.bytes);
      for (const digest of [this.md5, this.sha256, ...this.digests.values()]) digest?.update(bytes);
      yield bytes;
    }
  }

  /**
   * The ETag, in quotes, and the checksums as headers.
   * @throws BadDigest and the like, where the content isn't what the client says that it is
   */
  async verify(): Promise<{ etag: string; checksums: Record<string, string> }> {
    const {
      'x-amz-decoded-content-length': decoded,
      'content-md5': md5,
      'x-amz-content-sha256': sha256,
    } = this.headers;
    if (decoded !== undefined && Number(decoded) !== this.bytes) throw incomplete();
    const digest = this.md5.digest();
    if (md5 !== undefined && md5 !== digest.toString('base64')) {
      throw new ServiceError('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
    }
    if (this.sha256 && this.sha256.digest('hex') !== sha256) {
      const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      throw new ServiceError('XAmzContentSHA256Mismatch', 400, message);
    }
    const checksums: Record<string, string> = {};
    for (const [name, digest] of this.digests) {
      checksums[name] = Buffer.from(await digest.digest()).toString('base64');
      if (checksums[name] === this.sent.get(name)) continue;
      const algorithm = name.replace(checksumName, '').toUpperCase();
      throw new ServiceError('BadDigest', 400, `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    if (this.digests.size > 0) checksums['x-amz-checksum-type'] = 'FULL_OBJECT';
    return { etag: `"${digest.toString('hex')}"`, checksums };
  }

  private requireSize(bytes: number): void {
    if (bytes <= maximumBytes) return;
    const message = 'Your proposed upload exceeds the maximum allowed size';
    throw new ServiceError('EntityTooLarge', 400, message, { MaxSizeAllowed: String(maximumBytes) });
  }

  /**
   * `SIZE[;chunk-signature=…]`, that many bytes, and so on to size 0, then trailers (Amazon S3 API reference, "Signature
   * calculations: including trailing headers"). The signatures are not checked: any credentials are good here.
   */
  private async *unchunked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let left = 0;
    let line = Buffer.alloc(0);
    let inTrailers = false;
    for await (let bytes of source) {
      while (bytes.length > 0) {
        if (left > 0) {
          const part = bytes.subarray(0, left);
          left -= part.length;
          bytes = bytes.subarray(part.length);
          yield part;
          continue;
        }
        const end = bytes.indexOf('\n');
        line = Buffer.concat([line, end < 0 ? bytes : bytes.subarray(0, end)]);
        if (line.length > maximumLineBytes) throw incomplete();
        if (end < 0) break;
        bytes = bytes.subarray(end + 1);
        const text = line.toString('latin1').trim();
        line = Buffer.alloc(0);
        if (inTrailers) {
          const [name = '', value = ''] = text.split(/:\s*/, 2);
          if (this.digests.has(name)) this.sent.set(name, value);
        } else if (text !== '') {
          // Before the next head there is the end of the chunk's line.
          if (!/^[0-9a-f]{1,12}(;|$)/i.test(text)) throw incomplete();
          left = parseInt(text, 16);
          inTrailers = left === 0;
        }
      }
    }
    if (!inTrailers) throw incomplete();
  }
}

function incomplete(): ServiceError {
  return new ServiceError('IncompleteBody', 400, 'The request body terminated unexpectedly');
}
