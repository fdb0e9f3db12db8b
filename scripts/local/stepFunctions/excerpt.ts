/** Characters of an expression that a message quotes: enough to find the place, and no screenful. */
const mostCharacters = 80;

/**
 * Where in an expression something is, with the text around it on one line:
 * `in line 12, column 8 of the JSONata expression, near '…$sum($prices)], 'total': ) }'`.
 * @param offset 0 for the first character
 */
export function placeIn(source: string, offset: number): string {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return `in line ${line}, column ${column} of the JSONata expression, near '${excerpt(source, offset)}'`;
}

/**
 * A part of a text, on one line, with an ellipsis where it was cut.
 * @param offset what has to be in it
 */
export function excerpt(text: string, offset = 0): string {
  const before = onOneLine(text.slice(0, offset)).trimStart();
  const after = onOneLine(text.slice(offset)).trimEnd();
  const room = mostCharacters - Math.min(after.length, mostCharacters / 2);
  const start = before.length <= room ? before : `…${before.slice(1 - room)}`;
  const left = mostCharacters - start.length;
  return start + (after.length <= left ? after : `${after.slice(0, left - 1)}…`);
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
