import { unseen, unseenButStrings } from '../terminal/printable';

/** A text as somebody reads it, with the place in the text itself where each of its characters begins and ends. */
export interface Reading {
  text: string;
  start(index: number): number;
  end(index: number): number;
}

/** `\u0027`, `\x1b`, `%3D`, `&quot;`: how JSON, programs, URLs and XML write a character. */
const escapes =
  /(?<!\\)\\+(?:(?:u00|x)[0-9a-f]{2}|u(?:20[0-6][0-9a-f]|feff|061c)|033|e(?=\[)|\/)|%[2-7][0-9a-f]|&(?:quot|apos|amp|#3[49]|#x2[27]);/gi;
const entities: Record<string, string> = {
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
  '&#34;': '"',
  '&#x27;': "'",
  '&#x22;': '"',
  '&amp;': '&',
};

/**
 * The ways in which a text may be read, each of which may show a secret: as a terminal shows it; with a space in place of
 * what nobody sees, as a key that follows it directly would look like the end of a word; and with its escapes read, as
 * whoever reads the JSON of a log or a URL does.
 */
export function readings(text: string): Reading[] {
  const itself: Reading = { text, start: (index) => index, end: (index) => index + 1 };
  const shown = without(itself, unseen, () => '');
  const spaced = without(itself, unseenButStrings, () => ' ');
  const decoded = without(without(itself, escapes, character), unseen, () => '');
  const bare = without(decoded, /\p{Default_Ignorable_Code_Point}/gu, () => '');
  const all = [shown, spaced, bare];
  return all.filter((reading, index) => all.findIndex((other) => other.text === reading.text) === index);
}

function character(escape: string): string {
  const entity = entities[escape.toLowerCase()];
  if (entity !== undefined) return entity;
  const code = /(?:u|u00|x|%)([0-9a-f]{2,4})$/i.exec(escape)?.[1];
  if (code === undefined) return escape.endsWith('/') ? '/' : '\u001b';
  // A line break within JSON text is none of the log.
  return String.fromCharCode(parseInt(code, 16)).replace(/[\n\t]/, ' ');
}

/** A reading with what the pattern matches left out, or one character in its place. */
function without(of: Reading, pattern: RegExp, stand: (found: string) => string): Reading {
  /** Where in the reading and in the text before it what is kept begins; `ends` where one character stands for many. */
  const pieces: { at: number; from: number; ends?: number }[] = [];
  let done = 0;
  let length = 0;
  const keep = (to: number) => {
    pieces.push({ at: length, from: done });
    length += to - done;
  };
  const text = of.text.replace(pattern, (found: string, ...rest: unknown[]) => {
    const index = rest.find((one) => typeof one === 'number') ?? 0;
    keep(index);
    done = index + found.length;
    const stands = stand(found);
    if (stands !== '') {
      pieces.push({ at: length, from: index, ends: done - 1 });
      length++;
    }
    return stands;
  });
  if (pieces.length === 0) return of;
  keep(of.text.length);
  const pieceAt = (index: number) => {
    let [low, high] = [0, pieces.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      [low, high] = (pieces[middle]?.at ?? 0) <= index ? [middle, high] : [low, middle - 1];
    }
    return pieces[low] ?? { at: 0, from: 0 };
  };
  return {
    text,
    start: (index) => {
      const { at, from, ends } = pieceAt(index);
      return of.start(ends === undefined ? from + index - at : from);
    },
    end: (index) => {
      const { at, from, ends } = pieceAt(index);
      return of.end(ends ?? from + index - at);
    },
  };
}
