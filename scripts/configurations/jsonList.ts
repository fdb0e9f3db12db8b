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
  ) {
    super(`${what}, which it stops to be at line ${line}, column ${column}`);
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
 * @throws ListSyntaxError where the text isn't JSON or no list, and where it nests too deep
 */
export function parseJsonList(text: string): ListElement[] {
  const lines: number[] = [];
  let depth = 0;
  const begin = (line: number) => {
    if (depth === 1) {
      lines.push(line + 1);
    }
  };
  const open = (_offset: number, _length: number, line: number, column: number) => {
    begin(line);
    depth++;
    // The parser calls itself for each level, so it would run out of stack.
    if (depth > maxDepth.configuration + 1) {
      throw new ListSyntaxError(line + 1, column + 1, deepest('JSON'));
    }
  };
  const close = () => {
    depth--;
  };
  visit(
    text,
    {
      onArrayBegin: open,
      onObjectBegin: open,
      onArrayEnd: close,
      onObjectEnd: close,
      onLiteralValue: (_value, _offset, _length, line) => begin(line),
      onError: (_error, _offset, _length, line, column) => {
        throw new ListSyntaxError(line + 1, column + 1, 'JSON');
      },
    },
    { disallowComments: true },
  );
  const values = JSON.parse(text) as unknown;
  if (!Array.isArray(values)) {
    throw new ListSyntaxError(1, 1, 'a JSON list');
  }
  return values.map((value: unknown, index) => ({ value, line: lines[index] ?? 1 }));
}

/** What a list that may not nest deeper is, for the message. */
export function deepest(what: string): string {
  return `${what} that nests at most ${maxDepth.configuration} deep`;
}
