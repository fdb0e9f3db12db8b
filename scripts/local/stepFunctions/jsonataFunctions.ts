import { createHash, randomUUID } from 'node:crypto';
import type { Expression } from 'jsonata';
import type { Clock } from '../../io/clock';
import { memoryLimitExceeded } from './evaluationBudget';
import { admit } from './jsonataValues';
import { parseJson } from './parseJson';

/** What the functions take from outside, so that a test can know what they give. */
export interface FunctionSources {
  clock: Clock;
  /** From 0 inclusive to 1 exclusive. */
  random: () => number;
}

/** `$range` refuses more, as measured on AWS. */
const maxRangeLength = 360_145;

const hashAlgorithms: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/**
 * Gives an expression the functions that Step Functions adds to JSONata, and takes `$eval` away (Step Functions developer
 * guide, "Transforming data with JSONata"). `$now` and `$millis` follow the injected clock.
 */
export function addStepFunctionsFunctions(expression: Expression, { clock, random }: FunctionSources): void {
  expression.registerFunction('parse', parse, '<s:x>');
  expression.registerFunction('merge', merge, '<a<o>:o>');
  expression.registerFunction('partition', partition, '<an:a>');
  expression.registerFunction('range', range, '<nnn?:x>');
  expression.registerFunction('hash', hash, '<ss?:s>');
  expression.registerFunction('uuid', () => randomUUID(), '<:s>');
  expression.registerFunction('random', (seed?: number) => (seed === undefined ? random() : seeded(seed)), '<n?:n>');
  expression.registerFunction('millis', () => clock.now(), '<:n>');
  expression.registerFunction(
    'now',
    function (picture?: string, timezone?: string): unknown {
      const fromMillis = this.environment.lookup('fromMillis') as { implementation: (...args: unknown[]) => unknown };
      return fromMillis.implementation.call(this, clock.now(), picture, timezone);
    },
    '<s?s?:s>',
  );
  // A call then fails with T1006, "Attempted to invoke a non-function", as on AWS.
  expression.assign('eval', undefined);
}

/** AWS words it so whatever is wrong with the text (measured). */
function parse(text?: string): unknown {
  if (text === undefined) return undefined;
  try {
    return admit(parseJson(text));
  } catch {
    throw errorOf('Invalid JSON');
  }
}

/** JSONata's own loses a key `__proto__`, which is one like any other on a JVM. */
function merge(objects?: object[]): object | undefined {
  return objects && Object.fromEntries(objects.flatMap((one) => Object.entries(one)));
}

/** Fractions are cut off; a chunk size below one and an empty array give nothing, as on AWS. */
function partition(array?: unknown[], chunkSize?: number): unknown[][] | undefined {
  const size = Math.trunc(chunkSize ?? 0);
  if (array === undefined || array.length === 0 || size < 1) return undefined;
  return Array.from({ length: Math.ceil(array.length / size) }, (_, n) => array.slice(n * size, (n + 1) * size));
}

/** From `start` to `end`, both included. Without a step in that direction it gives nothing, as on AWS. */
function range(start?: number, end?: number, step?: number): number[] | undefined {
  if (start === undefined || end === undefined || step === undefined) return undefined;
  const [first, last, increment] = [Math.trunc(start), Math.trunc(end), Math.trunc(step)];
  if (increment === 0) return undefined;
  const length = Math.floor((last - first) / increment) + 1;
  if (length < 1) return undefined;
  if (length > maxRangeLength) throw memoryLimitExceeded();
  return sequence(Array.from({ length }, (_, n) => first + n * increment));
}

/** The algorithm's name counts upper and lower case; without one it gives nothing, as on AWS. */
function hash(text?: string, algorithm?: string): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined;
  const name = Object.hasOwn(hashAlgorithms, algorithm) ? hashAlgorithms[algorithm] : undefined;
  if (name === undefined) {
    throw errorOf(`Hash algorithm '${algorithm}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5`);
  }
  return createHash(name).update(text).digest('hex');
}

/** What `$error(message)` throws, which is how AWS words the failures of its own functions (measured). */
function errorOf(message: string): Error {
  return Object.assign(new Error(message), { code: 'D3137' });
}

/** The same number from 0 to 1 for the same seed; AWS documents no algorithm. This is mulberry32. */
function seeded(seed: number): number {
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
}

/** Marks a list as a JSONata sequence, so that a single element becomes the bare value, as AWS's `$range` gives it. */
function sequence(list: number[]): number[] {
  return Object.defineProperty(list, 'sequence', { value: true });
}
