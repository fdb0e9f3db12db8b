/** What a request makes its answer depend on: conditional headers (RFC 9110, section 13) and ranges (section 14). */
import { ServiceError, type RequestHead } from '../http/service';
import { noSuchKey } from './errors';

interface Validators {
  /** In quotes. */
  etag: string;
  lastModified: Date;
}

type Headers = RequestHead['headers'];

/**
 * Whether a read is answered with 304.
 * @throws PreconditionFailed
 */
export function isNotModified(headers: Headers, { etag, lastModified }: Validators): boolean {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!names(ifMatch, etag)) throw failed('If-Match');
  } else if (isSince(headers['if-unmodified-since'], lastModified)) {
    throw failed('If-Unmodified-Since');
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, etag);
  const since = headers['if-modified-since'];
  return since !== undefined && !Number.isNaN(Date.parse(since)) && !isSince(since, lastModified);
}

/**
 * Requires what a write depends on.
 * @param find gives what is stored under the key, which may take reading it
 * @throws PreconditionFailed, and NoSuchKey for If-Match where nothing is stored, as S3
 */
export async function requireForWrite(
  headers: Headers,
  key: string,
  find: () => Promise<{ etag: string } | undefined>,
): Promise<void> {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch === undefined && ifNoneMatch === undefined) return;
  const found = await find();
  if (ifMatch !== undefined && !found) throw noSuchKey(key);
  if (ifMatch !== undefined && found && !names(ifMatch, found.etag)) throw failed('If-Match');
  // S3 takes no other value than * of it.
  if (ifNoneMatch !== undefined && found) throw failed('If-None-Match');
}

/**
 * The bytes asked for, both ends included; undefined: all. S3 gives all for what it can't read and for several ranges.
 * @throws InvalidRange where the object has none of them
 */
export function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if ((first === '' && last === '') || (first !== '' && last !== '' && Number(last) < Number(first))) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last));
  if (start <= end) return { start, end };
  throw new ServiceError('InvalidRange', 416, 'The requested range is not satisfiable', {
    RangeRequested: header ?? '',
    ActualObjectSize: String(size),
  });
}

function names(list: string, etag: string): boolean {
  return list
    .split(',')
    .some((one) => one.trim() === '*' || one.trim().replace(/^(W\/)?"?|"?$/g, '') === etag.slice(1, -1));
}

/** HTTP's dates have no fractions of a second. */
function isSince(date: string | undefined, lastModified: Date): boolean {
  return Math.floor(lastModified.getTime() / 1000) * 1000 > Date.parse(date ?? '');
}

function failed(Condition: string): ServiceError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new ServiceError('PreconditionFailed', 412, message, { Condition });
}
