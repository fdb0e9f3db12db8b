import { printable, printableLine } from '../../../scripts/terminal/printable';

describe('text from outside', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a window title', '\u001b]0;owned\u0007text', 'text'],
    ['a link', '\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['a device control string', 'a\u001bPq#0;2\u001b\\b', 'ab'],
    ['a change of the character set', '\u001b(0lqk\u001b(B', 'lqk'],
    ['the beginning of a sequence that has no end', 'a\u001b]0;b', 'a]0;b'],
    ['cursor movements', 'a\u001b[2J\u001b[1;1Hb', 'ab'],
    ['a lone escape', 'a\u001bb', 'ab'],
    ['eight-bit controls', 'a\u009b31mb', 'ab'],
    ['carriage returns, which overwrite a line', 'evil\rgood\r\n', 'evilgood\n'],
    ['backspaces and bells', 'a\b\u0007b', 'ab'],
    ['reordering of bidirectional text', 'a\u202egnp.exe\u2066b', 'agnp.exeb'],
  ])('is printed without %s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test('keeps lines, tabs, accents and emoji', () => {
    expect(printable('a\tb\nGrüße 👩‍🚀 ✓')).toBe('a\tb\nGrüße 👩‍🚀 ✓');
  });

  test('stays on one line where it has to', () => {
    expect(printableLine(' a\n\tb\u2028c ')).toBe('a b c');
  });
});
