/** The items that an ItemReader finds in S3 (developer guide, "ItemReader (Map)"). */
import { isJsonObject, type Json } from '../../../../lib/wire';
import { ServiceError } from '../../http/service';
import type { ObjectStore } from '../../s3/objectStore';
import type { CsvSource, ItemReader } from '../definition/definition';
import { StateFailure } from '../failure';
import { parseJson } from '../parseJson';
import { CsvRows } from './csvRows';

/** Where the items are; the prefix or key of an ItemReader. */
export interface ItemLocation {
  bucket: string;
  key?: string;
  prefix?: string;
}

/** What `$states.context.Map.Item.Source` says (developer guide, "Accessing execution data from the Context object"). */
export function sourceName({ bucket, key }: ItemLocation): string {
  return key === undefined ? `s3://${bucket}` : `s3://${bucket}/${key}`;
}

/** What the Arguments of an ItemReader or ResultWriter say; undefined where they are no such texts. */
export function locationOf(value: Json): ItemLocation | undefined {
  const { Bucket: bucket, Key: key, Prefix: prefix } = isJsonObject(value) ? value : {};
  const isText = (member: Json | undefined): member is string | undefined =>
    member === undefined || typeof member === 'string';
  return typeof bucket === 'string' && isText(key) && isText(prefix) ? { bucket, key, prefix } : undefined;
}

/** The items in parts, read as they are asked for. Throws a StateFailure `States.ItemReaderFailed`. */
export async function* readItems(
  { source }: Pick<ItemReader, 'source'>,
  location: ItemLocation,
  maxItems: number,
  objects: ObjectStore,
): AsyncGenerator<Json[]> {
  let left = maxItems;
  try {
    const parts = source.type === 'LIST' ? listItems(location, objects) : objectItems(source, location, objects);
    for await (const items of parts) {
      yield items.length > left ? items.slice(0, left) : items;
      left -= items.length;
      if (left <= 0) return;
    }
  } catch (error) {
    if (error instanceof StateFailure) throw error;
    const { name, message } = error as Error;
    const reason = error instanceof ServiceError ? `${name}: ${message}` : message;
    // AWS's own words are not recorded.
    throw new StateFailure('States.ItemReaderFailed', `Reading ${sourceName(location)} failed. ${reason}`);
  }
}

async function* listItems({ bucket, prefix }: ItemLocation, objects: ObjectStore): AsyncGenerator<Json[]> {
  for await (const page of objects.listObjects(bucket, { prefix })) {
    yield page.map(({ key, size, etag, lastModified }) => ({
      Etag: etag,
      Key: key,
      LastModified: Math.floor(lastModified.getTime() / 1000),
      Size: size,
      StorageClass: 'STANDARD',
    }));
  }
}

async function* objectItems(
  source: Exclude<ItemReader['source'], { type: 'LIST' }>,
  { bucket, key = '' }: ItemLocation,
  objects: ObjectStore,
): AsyncGenerator<Json[]> {
  const { content } = await objects.getObject(bucket, key);
  const text = decoded(content);
  if (source.type === 'CSV') yield* csvItems(source, text);
  else if (source.type === 'JSONL') yield* lines(text);
  else yield await arrayItems(text);
}

async function* decoded(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  // It drops a byte order mark.
  const decoder = new TextDecoder();
  for await (const part of content) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}

async function* csvItems({ headers, delimiter }: CsvSource, text: AsyncIterable<string>): AsyncGenerator<Json[]> {
  const rows = new CsvRows(delimiter);
  let header = headers;
  const itemsOf = (found: string[][]): Json[] => {
    header ??= found.shift();
    const names = header ?? [];
    return found.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
  };
  for await (const part of text) yield itemsOf(rows.push(part));
  yield itemsOf(rows.end());
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<Json[]> {
  let count = 0;
  const itemsOf = (found: string[]): Json[] =>
    found.flatMap((line) => {
      count += 1;
      if (line.trim() === '') return [];
      try {
        return [parseJson(line)];
      } catch (error) {
        throw new Error(`Line ${count} is no JSON: ${(error as Error).message}`, { cause: error });
      }
    });
  let rest = '';
  for await (const part of text) {
    const found = (rest + part).split('\n');
    rest = found.pop() ?? '';
    yield itemsOf(found);
  }
  yield itemsOf([rest]);
}

/** Read whole: what takes memory is what the children leave, not this. */
async function arrayItems(text: AsyncIterable<string>): Promise<Json[]> {
  const parts: string[] = [];
  for await (const part of text) parts.push(part);
  const value = parseJson(parts.join(''));
  if (Array.isArray(value)) return value;
  throw new Error('The local endpoint reads an array of items, and this JSON is none.');
}
