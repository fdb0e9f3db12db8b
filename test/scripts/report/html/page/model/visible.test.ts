import fc from 'fast-check';
import { visible } from '../../../../../../scripts/report/html/page/model/visible';

describe('text from outside', () => {
  test.each([
    ['loses the colours of a terminal', '\u001b[1;31mred\u001b[0m', 'red'],
    ['loses links and titles of a terminal', '\u001b]8;;https://a.example\u0007a\u001b]8;;\u001b\\b', 'ab'],
    ['loses what C1 begins', '\u009b31mred\u009d0;title\u009c', 'red'],
    ['keeps its lines and tabs', 'a\tb\nc', 'a\tb\nc'],
    ['has a line for each carriage return', 'a\r\nb\rc', 'a\nb\nc'],
    ['shows what reorders it', 'a\u202eb', 'a⟨U+202E⟩b'],
    ['shows what takes no room', 'config\u200b_1\ufeff', 'config⟨U+200B⟩_1⟨U+FEFF⟩'],
    ['shows other control characters', '\u0000\u0007\u001b', '⟨U+0000⟩⟨U+0007⟩⟨U+001B⟩'],
    ['keeps other scripts and emoji', 'שלום 👩‍🚀 中文', 'שלום 👩‍🚀 中文'],
  ])('%s', (_, text, expected) => {
    expect(visible(text)).toBe(expected);
  });

  test('has nothing hidden left, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex -- they are what must not be there
        expect(visible(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
