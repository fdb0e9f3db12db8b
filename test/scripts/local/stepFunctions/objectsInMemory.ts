import { createHash } from 'node:crypto';
import { noSuchBucket, noSuchKey } from '../../../../scripts/local/s3/errors';
import type { ListedObject, ObjectStore } from '../../../../scripts/local/s3/objectStore';

/** Buckets as `{ bucket: { key: content } }`, which shows what is written to them. */
export class ObjectsInMemory implements ObjectStore {
  constructor(
    readonly buckets: Record<string, Record<string, string>>,
    /** Bytes that are read at once. */
    private readonly partBytes = 1,
  ) {}

  async getObject(bucket: string, key: string) {
    const text = (await this.bucket(bucket))[key];
    if (text === undefined) throw noSuchKey(key);
    const content = Buffer.from(text);
    return { ...this.facts(text), content: this.parts(content) };
  }

  async putObject(bucket: string, key: string, content: Buffer | AsyncIterable<Buffer>) {
    const objects = await this.bucket(bucket);
    const parts: Buffer[] = [];
    if (Buffer.isBuffer(content)) parts.push(content);
    else for await (const part of content) parts.push(part);
    const text = Buffer.concat(parts).toString();
    objects[key] = text;
    return this.facts(text);
  }

  async *listObjects(bucket: string, { prefix = '' } = {}): AsyncGenerator<ListedObject[]> {
    const objects = Object.entries(await this.bucket(bucket)).filter(([key]) => key.startsWith(prefix));
    for (const [key, text] of objects) yield [{ key, ...this.facts(text) }];
  }

  /** What is stored under a key, as JSON. */
  json(bucket: string, key: string): unknown {
    return JSON.parse(this.buckets[bucket]![key]!);
  }

  private bucket(bucket: string): Promise<Record<string, string>> {
    const objects = this.buckets[bucket];
    return objects ? Promise.resolve(objects) : Promise.reject(noSuchBucket(bucket));
  }

  private facts(text: string) {
    const etag = `"${createHash('md5').update(text).digest('hex')}"`;
    return { size: Buffer.byteLength(text), etag, lastModified: new Date('2026-01-01T00:00:00.250Z') };
  }

  private async *parts(content: Buffer): AsyncGenerator<Buffer> {
    for (let from = 0; from < content.length; from += this.partBytes) {
      yield await Promise.resolve(content.subarray(from, from + this.partBytes));
    }
  }
}
