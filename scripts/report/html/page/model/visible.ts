/** Escape sequences of terminals: OSC up to its end, CSI, and the short ones. */
const sequences =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-Z\\^-~]/g;

/** C0 but newline and tab, DEL, C1; what reorders text (UAX #9); what separates lines or takes no room at all. */
const hidden =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * Text from outside as a person should see it: colours of terminals go, a character that would hide or reorder others
 * shows as its code point (`⟨U+202E⟩`), and each carriage return, with which the Node.js runtime of Lambda joins the
 * lines of one message, starts a new line.
 */
export function visible(text: string): string {
  return text
    .replace(sequences, '')
    .replace(/\r\n?/g, '\n')
    .replace(hidden, (character) => `⟨U+${codePoint(character)}⟩`);
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
