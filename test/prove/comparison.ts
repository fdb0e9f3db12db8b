/** What came back of a case, in a form that can be compared, and how two of them differ. */
import type { InspectionData, TestStateOutput } from '@aws-sdk/client-sfn';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '../../lib/wire';
import type { Pattern, Shown } from './case';

const inspected = [
  'afterArguments',
  'afterItemSelector',
  'afterItemBatcher',
  'variables',
] as const satisfies (keyof InspectionData)[];
const counted = ['maxConcurrency', 'toleratedFailureCount', 'toleratedFailurePercentage'] as const;

/**
 * Leaves out of an answer what says nothing of the states: the input, the mocked result, the seconds before a retry (their
 * jitter is drawn). The name of the test's own execution, the number of an event in a cause and a duration that is taken from
 * the clock are replaced by their kind.
 * @param isTimed whether durations are taken from the clock, rather than from a log
 */
export function comparable(answer: TestStateOutput, isTimed: boolean): Shown {
  const { status, error, cause, nextState, output, inspectionData = {} } = answer;
  const { errorDetails = {} } = inspectionData;
  const shown: Record<string, Json | undefined> = { status, error, cause, nextState };
  if (output !== undefined) shown.output = JSON.parse(output) as Json;
  for (const name of inspected) {
    const text = inspectionData[name];
    if (text !== undefined) shown[name] = JSON.parse(text) as Json;
  }
  for (const name of counted) shown[name] = inspectionData[name];
  shown.catchIndex = errorDetails.catchIndex;
  shown.retryIndex = errorDetails.retryIndex;
  return masked(withoutUndefined(shown), isTimed) as Shown;
}

function withoutUndefined(object: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function masked(value: Json, isTimed: boolean, key = ''): Json {
  if (typeof value === 'string') {
    return value.replace(/(entered at the event id #)\d+/g, '$1N').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'NAME');
  }
  if (isTimed && key === 'duration_ms' && typeof value === 'number') return 'CLOCK';
  if (Array.isArray(value)) return value.map((item) => masked(item, isTimed));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, masked(member, isTimed, name)]));
}

/** One place in which two answers differ. */
export interface Difference {
  /** `output.results[3].status` */
  path: string;
  /** Undefined: it isn't there. */
  one?: Json;
  other?: Json;
}

/** Where two answers differ; of one that is refused, nothing else is there to compare. */
export function shownDifferences(one: Shown, other: Shown): Difference[] {
  const isRefused = one.refused !== undefined || other.refused !== undefined;
  const all = differences(one as Json, other as Json);
  return isRefused ? all.filter(({ path }) => path === 'status' || path === 'refused') : all;
}

/** Innermost. */
function differences(one: Json | undefined, other: Json | undefined, path = ''): Difference[] {
  if (isDeepStrictEqual(one, other)) return [];
  const [a, b] = [membersOf(one), membersOf(other)];
  if (!a || !b || Array.isArray(one) !== Array.isArray(other)) return [{ path, one, other }];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(a[key], b[key], placeOf(path, key, Array.isArray(one))),
  );
}

function membersOf(value: Json | undefined): Record<string, Json> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, Json>) : undefined;
}

function placeOf(path: string, key: string, isList: boolean): string {
  if (isList) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** Where a value lacks what is expected of it. */
export function lacking(value: Json | undefined, expected: Pattern, path = ''): Difference[] {
  if (expected instanceof RegExp) {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    return expected.test(text) ? [] : [{ path, one: value, other: String(expected) }];
  }
  if (expected === undefined || expected === null || typeof expected !== 'object') {
    return value === expected ? [] : [{ path, one: value, other: expected }];
  }
  const members = membersOf(value);
  if (!members || Array.isArray(value) !== Array.isArray(expected)) {
    return [{ path, one: value, other: JSON.stringify(expected) }];
  }
  const isList = Array.isArray(expected);
  const missing = isList && (value as Json[]).length !== expected.length;
  if (missing) return [{ path: `${path}.length`, one: (value as Json[]).length, other: expected.length }];
  return Object.entries(expected).flatMap(([key, pattern]) =>
    lacking(members[key], pattern, placeOf(path, key, isList)),
  );
}
