import fc from 'fast-check';
import { repairLogTail } from '../../../scripts/execution/logTail';

const asBytes = (text: string) => Buffer.from(text).toString('latin1');

describe('a log tail', () => {
  test.each(['', 'plain\n', 'Grüße', '✓ passed', '👩‍🚀 in space', '\ufeffmarked'])(
    'that is UTF-8 is decoded: %j',
    (text) => {
      expect(repairLogTail(asBytes(text))).toBe(text);
    },
  );

  test('loses only the half characters at its ends', () => {
    const bytes = asBytes('👩ab👩');

    expect(repairLogTail(bytes.slice(1, -1))).toBe('ab');
    expect(repairLogTail(bytes.slice(3, -3))).toBe('ab');
    expect(repairLogTail(bytes.slice(4, -1))).toBe('ab');
    expect(repairLogTail(bytes.slice(1))).toBe('ab👩');
  });

  test.each([
    ['decoded text', 'Grüße ✓'],
    ['Latin-1 bytes', 'Gr\u00fc\u00dfe'],
    ['nothing but a continuation', '\u0080\u0080\u0080\u0080\u0080'],
  ])('that is %s stays as it is', (_, text) => {
    expect(repairLogTail(text)).toBe(text);
  });

  test('comes back whole wherever it was cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(20), fc.nat(20), (text, start, end) => {
        const bytes = asBytes(text);
        const cut = bytes.slice(start, Math.max(start, bytes.length - end));
        const repaired = repairLogTail(cut);
        expect(repaired === cut || text.includes(repaired)).toBe(true);
      }),
    );
  });
});
