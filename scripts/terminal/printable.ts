/**
 * Escape sequences (ECMA-48): strings with their terminator (OSC, DCS, SOS, PM, APC), then CSI, then those that choose
 * a character set. No sequence can start within another's, so the time taken grows with the text. That of Node.js 24's
 * own `stripVTControlCharacters` and of the packages that do the same grows with its square.
 */
const strings = String.raw`(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\|\u009c)`;
const sequences = String.raw`(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[#%(-/][0-~]`;

/**
 * C0 but newline and tab, DEL, C1, the controls that reorder bidirectional text (Unicode UAX #9), and what nobody can
 * see: zero-width spaces, invisible operators, tags. The joiners stay, as emoji and several scripts need them.
 */
const control = String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]`;
export const controls = new RegExp(control, 'gu');

/** All that a terminal doesn't show as text. */
export const unseen = new RegExp(`${strings}|${sequences}|${control}`, 'gu');

/** The same, but what a string sequence holds is left: a file has it still. */
export const unseenButStrings = new RegExp(`${sequences}|${control}`, 'gu');

/**
 * Text from outside, safe to print: identifiers, errors and logs must not be able to move the cursor, recolour or
 * reorder what a terminal shows. Escape sequences and control characters go; newlines and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(unseen, '');
}

/** The same on one line: each run of line breaks and tabs becomes a space. */
export function printableLine(text: string): string {
  return printable(text)
    .replace(/[\n\t\u2028\u2029]+/g, ' ')
    .trim();
}

/** The text, cut to so many UTF-16 units, the last of which then is an ellipsis, without halving a surrogate pair. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
