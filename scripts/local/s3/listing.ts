/** The keys of a bucket in pages, in S3's order: that of their bytes in UTF-8. */
import { order, type ObjectFacts, type ObjectFolder } from './folder';

/** Objects whose content is read at once for their ETags. */
const readAtOnce = 8;

export interface ListingRequest {
  prefix: string;
  /** Keys are grouped by what comes before the first one after the prefix; empty: they are not. */
  delimiter: string;
  /** 0 to 1,000: of keys and groups. */
  maxKeys: number;
  /** The last key, or the last group, of what came before. */
  after: string;
  isGroup?: boolean;
}

export interface ListingPage {
  objects: (ObjectFacts & { key: string })[];
  groups: string[];
  /** What the next page comes after; undefined: there is none. */
  next?: Pick<ListingRequest, 'after' | 'isGroup'>;
}

export async function listPage(folder: ObjectFolder, bucket: string, request: ListingRequest): Promise<ListingPage> {
  const { prefix, delimiter, maxKeys, after, isGroup } = request;
  const keys: string[] = [];
  const groups: string[] = [];
  let group = isGroup ? after : undefined;
  let next: ListingPage['next'] = { after, isGroup };

  async function* keysIn(directory: string): AsyncGenerator<string> {
    const names = await folder.names(bucket, directory);
    // A page begins amid many thousands of names.
    const first = order(prefix, after) > 0 ? prefix : after;
    for (let index = first.startsWith(directory) ? indexFrom(names, first.slice(directory.length)) : 0; ; index++) {
      const name = names[index];
      if (name === undefined) return;
      const key = directory + name;
      const isFolder = key.endsWith('/');
      if (!key.startsWith(prefix)) return;
      if (group !== undefined && key.startsWith(group)) continue;
      if (order(key, after) <= 0 && !(isFolder && after.startsWith(key))) continue;
      if (isFolder) yield* keysIn(key);
      else yield key;
    }
  }

  let isTruncated = false;
  if (maxKeys > 0) {
    for await (const key of keysIn(prefix.slice(0, prefix.lastIndexOf('/') + 1))) {
      isTruncated = keys.length + groups.length === maxKeys;
      if (isTruncated) break;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (end < 0) {
        keys.push(key);
        next = { after: key };
      } else {
        group = key.slice(0, end + delimiter.length);
        groups.push(group);
        next = { after: group, isGroup: true };
      }
    }
  }
  return { objects: await withFacts(folder, bucket, keys), groups, next: isTruncated ? next : undefined };
}

/** Of names in order, the first that is, or leads to, what is not before a key. */
function indexFrom(names: readonly string[], key: string): number {
  const name = key.slice(0, key.indexOf('/') + 1) || key;
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(names[middle] ?? '', name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What has gone meanwhile is left out. */
async function withFacts(folder: ObjectFolder, bucket: string, keys: string[]): Promise<ListingPage['objects']> {
  const objects: ListingPage['objects'] = [];
  for (let index = 0; index < keys.length; index += readAtOnce) {
    const batch = keys.slice(index, index + readAtOnce);
    const found = await Promise.all(batch.map(async (key) => ({ key, facts: await folder.facts(bucket, key) })));
    for (const { key, facts } of found) if (facts) objects.push({ key, ...facts });
  }
  return objects;
}
