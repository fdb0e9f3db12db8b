/** How JSON goes into the jsonata package and what its values are there. */
import type { Json, JsonObject } from '../../../lib/wire';

/** Members by which the package knows its functions. Data may have them as well. */
const functionMarks = ['_jsonata_lambda', '_jsonata_function'];

/** Whether a value of an expression is a function. */
export function isFunction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'function';
  const { _jsonata_lambda, _jsonata_function } = value as Record<string, unknown>;
  return _jsonata_lambda === true || _jsonata_function === true;
}

/** Of large values: what was admitted before. They are never changed once they are there. */
const admitted = new WeakMap<object, Json>();

/**
 * Data for an expression. Where it has a mark of a function it is a copy whose marks are Boolean objects, which the
 * package takes for no mark, and which are `true` again as JSON.
 */
export function admit(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  const known = admitted.get(value);
  if (known !== undefined) return known;
  const safe = hasMark(value) ? unmarked(value) : value;
  if (heldBytes(value) > rememberedBytes) admitted.set(value, safe);
  return safe;
}

function hasMark(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isFunction(value) || Object.values(value).some(hasMark);
}

function unmarked(value: Json): Json {
  return JSON.parse(JSON.stringify(value), (key, member: unknown) =>
    member === true && functionMarks.includes(key) ? new Boolean(true) : member,
  ) as Json;
}

/** To look at a value that holds less again takes less than to remember it. */
const rememberedBytes = 1_000;

/** What a number, a boolean or a null counts: with 5 to 9 bytes, both bounds that were measured on AWS come out. */
const scalarBytes = 8;

/** Of large values: what was counted before. */
const counted = new WeakMap<object, number>();

/** The bytes that a value of an expression holds, as AWS bounds them: a character counts as one. */
export function heldBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || isFunction(value)) return scalarBytes;
  let bytes = counted.get(value);
  if (bytes !== undefined) return bytes;
  bytes = 0;
  if (Array.isArray(value)) for (const item of value as unknown[]) bytes += heldBytes(item);
  else for (const [name, member] of Object.entries(value)) bytes += name.length + heldBytes(member);
  if (bytes > rememberedBytes) counted.set(value, bytes);
  return bytes;
}

/** Members of an object, each of them admitted. */
export function admitMembers(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, member]) => [name, admit(member)]));
}
