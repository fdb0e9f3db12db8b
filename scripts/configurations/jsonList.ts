/** Where a JSON text breaks the grammar. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  constructor(
    /** Counted from 0, in UTF-16 units. */
    readonly offset: number,
  ) {
    super(`Not JSON at offset ${offset}`);
  }
}

/** A top-level element of a list, with the line (from 1) in which it starts. */
export interface JsonElement {
  value: unknown;
  line: number;
}

const token =
  // eslint-disable-next-line no-control-regex -- JSON's grammar excludes them
  /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[[\]{},:]/y;
const lineBreak = /\r\n|\n|\r/;
const whitespace = /[ \t\r\n]*/y;

/**
 * Parses a JSON list and says where each element starts, which `JSON.parse` doesn't; nor does it say reliably where a
 * text stops being JSON (its messages differ between the versions of Node.js).
 * @throws JsonSyntaxError where the text isn't JSON, or no list
 */
export function parseJsonList(text: string): JsonElement[] {
  const offsets = elementOffsets(text);
  const values = JSON.parse(text) as unknown[];
  const lines = linesAt(text, offsets);
  return values.map((value, index) => ({ value, line: lines[index] ?? 1 }));
}

/** The line and the column, from 1, of an offset in a text. Takes time in proportion to the offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(lineBreak);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** The lines of several offsets, in one walk through the text. */
function linesAt(text: string, offsets: number[]): number[] {
  let line = 1;
  let counted = 0;
  return offsets.map((offset) => {
    line += text.slice(counted, offset).split(lineBreak).length - 1;
    counted = offset;
    return line;
  });
}

/**
 * Walks through the tokens. After each token a set of kinds may follow: a value, a key, a colon, a comma or the end of
 * what is open.
 */
function elementOffsets(text: string): number[] {
  const open: ('[' | '{')[] = [];
  const offsets: number[] = [];
  let expected = '[';
  let position = 0;
  for (;;) {
    position = skip(text, position);
    if (expected === 'end') {
      if (position < text.length) {
        throw new JsonSyntaxError(position);
      }
      return offsets;
    }
    token.lastIndex = position;
    const found = token.exec(text)?.[0];
    const kind = found === undefined ? undefined : kindOf(found);
    if (found === undefined || kind === undefined || !allowed(expected, kind)) {
      throw new JsonSyntaxError(position);
    }
    if (open.length === 1 && open[0] === '[' && expected.includes('v') && kind !== ']') {
      offsets.push(position);
    }
    position += found.length;
    expected = next(expected, kind, open);
  }
}

/** The token's own character for punctuation, `s` for a string, `l` for another literal. */
function kindOf(found: string): string {
  if (found.startsWith('"')) {
    return 's';
  }
  return '[]{},:'.includes(found) ? found : 'l';
}

/** `expected` lists kinds; `v` in it stands for any start of a value. */
function allowed(expected: string, kind: string): boolean {
  return expected.includes(kind) || (expected.includes('v') && '[{sl'.includes(kind));
}

function next(expected: string, kind: string, open: ('[' | '{')[]): string {
  switch (kind) {
    case '[':
      open.push('[');
      return 'v]';
    case '{':
      open.push('{');
      return 's}';
    case ']':
    case '}':
      open.pop();
      break;
    case ':':
      return 'v';
    case ',':
      return open.at(-1) === '{' ? 's' : 'v';
    case 's':
      if (open.at(-1) === '{' && !expected.includes('v')) {
        return ':';
      }
      break;
  }
  const inner = open.at(-1);
  return inner === undefined ? 'end' : inner === '[' ? ',]' : ',}';
}

function skip(text: string, position: number): number {
  whitespace.lastIndex = position;
  return position + (whitespace.exec(text)?.[0].length ?? 0);
}
