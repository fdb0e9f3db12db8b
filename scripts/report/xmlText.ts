/**
 * Untrusted text in XML 1.0. fast-xml-builder is not used for it: it passes on characters that XML doesn't allow, which
 * makes the file unreadable, and writes line breaks in attributes as they are, which parsers read as spaces.
 */

/** All that XML 1.0 allows: https://www.w3.org/TR/xml/#charsets (half a surrogate pair is among what it doesn't). */
const disallowed = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text as the content of an element. What XML doesn't allow is shown: `␀` for U+0000, `�` for the others. */
export function xmlText(text: string): string {
  // Every > is escaped, so ]]> can't occur. A parser would read a bare carriage return as a line feed.
  return allowed(text).replace(/[&<>\r]/g, entity);
}

/** Text as the value of an attribute in double quotes; tabs and line breaks survive the parser's normalization. */
export function xmlAttribute(text: string): string {
  return allowed(text).replace(/[&<>"'\t\n\r]/g, entity);
}

function allowed(text: string): string {
  return text.replace(disallowed, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

function entity(character: string): string {
  return entities[character] ?? character;
}
