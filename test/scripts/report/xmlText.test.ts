import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { xmlAttribute, xmlText } from '../../../scripts/report/xmlText';
import { externalTool } from '../externalTool';
import { hostileText } from '../runResults';

const python = externalTool('python3', 'PYTHON');
const xmllint = externalTool('xmllint');

/** What a reader sees of a text: all that XML allows. */
function readable(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 && !'\t\n\r'.includes(character)) {
      return String.fromCodePoint(0x2400 + code);
    }
    return (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff ? '\ufffd' : character;
  }).join('');
}

const documentOf = (texts: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><all>${texts.map((text) => `<one at="${xmlAttribute(text)}">${xmlText(text)}</one>`).join('')}</all>`;

describe('untrusted text in XML', () => {
  test('shows control characters instead of breaking the file', () => {
    expect(xmlText('a\u0000\u001b[31m]]>\ud800\uffff')).toBe('a␀␛[31m]]&gt;\ufffd\ufffd');
    expect(xmlAttribute('a"b\n\tc')).toBe('a&quot;b&#10;&#9;c');
  });

  test('is read as it was written', () => {
    const parser = new XMLParser({
      ...{ ignoreAttributes: false, parseTagValue: false, trimValues: false, htmlEntities: true },
      processEntities: { enabled: true, maxTotalExpansions: 1e6, maxExpandedLength: 1e9 },
    });
    fc.assert(
      fc.property(hostileText, (text) => {
        const { all } = parser.parse(documentOf([text])) as {
          all: { one: string | { '#text'?: string; '@_at': string } };
        };
        const one = typeof all.one === 'string' ? { '#text': all.one, '@_at': '' } : all.one;
        expect(one['#text'] ?? '').toBe(readable(text));
      }),
    );
  });
});

const samples = fc.sample(hostileText, { numRuns: 2000, seed: 7 });

python.describe('for Python, untrusted text in XML', () => {
  test('is read as it was written', () => {
    const script =
      'import sys, json, xml.etree.ElementTree as e\n' +
      'print(json.dumps([[o.get("at"), o.text or ""] for o in e.fromstring(sys.stdin.buffer.read())]))';
    const read = JSON.parse(python.run(['-c', script], documentOf(samples))) as unknown;
    expect(read).toEqual(samples.map((text) => [readable(text), readable(text)]));
  });
});

xmllint.describe('for xmllint, untrusted text in XML', () => {
  test('is well-formed', () => {
    expect(xmllint.run(['--noout', '-'], documentOf(samples))).toBe('');
  });
});
