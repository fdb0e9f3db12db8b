import { isDeepStrictEqual } from 'node:util';

/** A value that an answer may hold. */
type Value = unknown;

/** One field of an answer, falsified. */
export interface Lie {
  /** Where and how: `history.events.7.type: ExecutionSucceeded`. */
  name: string;
  /** The last key of the path, without the indices of lists. */
  field: string;
  /** The whole answer with the lie. */
  answer: Value;
}

/** Values of which each may stand for each other. */
const kinds = [
  ['PASSED', 'FAILED', 'ERRORED'],
  ['SUCCEEDED', 'FAILED', 'RUNNING', 'TIMED_OUT', 'ABORTED'],
  ['SystemTestFailed', 'SystemTestErrored', 'SystemTestInputRefused', 'SystemTestListingFailed', 'States.Runtime'],
  [
    ...['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionTimedOut', 'ExecutionAborted', 'ExecutionRedriven'],
    ...['MapIterationStarted', 'MapIterationSucceeded', 'MapIterationFailed', 'TaskStateExited', 'FailStateEntered'],
  ],
];

/** An answer with each of its fields falsified once, in each way that its type allows; JSON in a text is walked too. */
export function lies(answer: Value, name: string): Lie[] {
  return falsified(answer).map(({ path, how, value }) => ({
    name: `${[name, ...path].join('.')}: ${how}`,
    field: path.filter((key) => !/^\d+$/.test(key)).at(-1) ?? name,
    answer: value,
  }));
}

interface Falsified {
  path: string[];
  how: string;
  /** With the lie at the path. */
  value: Value;
}

function falsified(value: Value): Falsified[] {
  return [...own(value).map(([how, other]) => ({ path: [], how, value: other })), ...inside(value)].filter(
    (lie) => !isDeepStrictEqual(lie.value, value),
  );
}

/** Other values of the same type. */
function own(value: Value): [string, Value][] {
  if (Array.isArray(value)) {
    return [
      ['emptied', []],
      ['first dropped', value.slice(1)],
      ['last dropped', value.slice(0, -1)],
      ['first doubled', [value[0], ...value]],
      ['first in place of last', [...value.slice(0, -1), value[0]]],
      ['turned round', [...value].reverse()],
    ];
  }
  switch (typeof value) {
    case 'string':
      return [
        ...kinds
          .filter((kind) => kind.includes(value))
          .flatMap((kind): [string, Value][] => kind.map((one) => [one, one])),
        ['emptied', ''],
        ['another', `${value}x`],
      ];
    case 'number':
      return [
        ['one more', value + 1],
        ['zero', 0],
      ];
    case 'boolean':
      return [['the contrary', !value]];
    default:
      return value instanceof Date ? [['an hour later', new Date(value.getTime() + 3_600_000)]] : [];
  }
}

function inside(value: Value): Falsified[] {
  if (typeof value === 'string') {
    const json = parsed(value);
    return json === undefined
      ? []
      : falsified(json).map(({ path, how, value: other }) => ({ path, how, value: JSON.stringify(other) }));
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return [];
  }
  return Object.entries(value).flatMap(([key, one]) => {
    const within = (other: Value): Value => {
      const copy = (Array.isArray(value) ? [...(value as Value[])] : { ...value }) as Record<string, Value>;
      copy[key] = other;
      return copy;
    };
    const lost: Falsified[] = Array.isArray(value) ? [] : [{ path: [key], how: 'lost', value: without(value, key) }];
    const all = falsified(one).map(({ path, how, value: other }) => ({
      path: [key, ...path],
      how,
      value: within(other),
    }));
    return [...lost, ...all];
  });
}

function without(value: object, key: string): Value {
  return Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
}

/** Of a list or an object in a text. */
function parsed(text: string): Value {
  try {
    return /^[[{]/.test(text) ? (JSON.parse(text) as Value) : undefined;
  } catch {
    return undefined;
  }
}
