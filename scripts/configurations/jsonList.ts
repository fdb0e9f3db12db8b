import { visit } from 'jsonc-parser';
import { maxDepth } from '../io/jsonDepth';

/** Where a text stops to be what was expected. */
export class ListSyntaxError extends Error {
  override readonly name = 'ListSyntaxError';
  constructor(
    /** Both from 1. */
    readonly line: number,
    readonly column: number,
    /** What was expected, such as `JSON`. */
    what: string,
    /** What is expected of it besides, such as ` with finite numbers`. */
    readonly bound = '',
  ) {
    super(`${what}${bound}, which it stops to be at line ${line}, column ${column}`);
  }
}

/** A top-level element of a list, with the line (from 1) in which it starts. */
export interface ListElement {
  value: unknown;
  line: number;
}

/**
 * Parses a JSON list and says where each element starts, which `JSON.parse` doesn't; nor does it say reliably where a
 * text stops being JSON (its messages differ between the versions of Node.js).
 * @throws ListSyntaxError where the text isn't a list, and as `parseJson` does
 */
export function parseJsonList(text: string): ListElement[] {
  const lines: number[] = [];
  const values = parseJson(text, (depth, line) => depth === 1 && lines.push(line));
  if (!Array.isArray(values)) throw new ListSyntaxError(1, 1, 'a JSON list');
  return values.map((value: unknown, index) => ({ value, line: lines[index] ?? 1 }));
}

/**
 * Parses JSON that a person may have written: `JSON.parse` takes the last of the values that a key has, and infinity for
 * a number that is too large.
 * @param onValue told of each value, in the order of their starts: in how many it lies, and its line, from 1
 * @throws ListSyntaxError where the text isn't JSON, where it nests too deep, for a key that is there twice, and for a
 * number that is too large
 */
export function parseJson(text: string, onValue: (depth: number, line: number) => void = () => undefined): unknown {
  const keysOfOpen: Set<string>[] = [];
  const open = (_offset: number, _length: number, line: number, column: number) => {
    onValue(keysOfOpen.length, line + 1);
    keysOfOpen.push(new Set());
    // The parser calls itself for each level, so it would run out of stack.
    if (keysOfOpen.length > maxDepth.configuration + 1) {
      throw new ListSyntaxError(line + 1, column + 1, 'JSON', deepest);
    }
  };
  const close = () => {
    keysOfOpen.pop();
  };
  visit(
    text,
    {
      onArrayBegin: open,
      onObjectBegin: open,
      onArrayEnd: close,
      onObjectEnd: close,
      onObjectProperty: (key, _offset, _length, line, column) => {
        const keys = keysOfOpen.at(-1);
        if (keys?.has(key)) throw new ListSyntaxError(line + 1, column + 1, 'JSON', ' with each key of an object once');
        keys?.add(key);
      },
      onLiteralValue: (value, _offset, _length, line, column) => {
        // `1e400` would reach the function as null.
        if (typeof value === 'number' && !Number.isFinite(value)) {
          throw new ListSyntaxError(line + 1, column + 1, 'JSON', ' with finite numbers');
        }
        onValue(keysOfOpen.length, line + 1);
      },
      onError: (_error, _offset, _length, line, column) => {
        throw new ListSyntaxError(line + 1, column + 1, 'JSON');
      },
    },
    { disallowComments: true },
  );
  return JSON.parse(text) as unknown;
}

/** Of a list, for the message. */
export const deepest = ` that nests at most ${maxDepth.configuration} deep`;
