/**
 * What looks like a credential. Every pattern takes time in proportion to the text: each starts with something fixed,
 * what repeats can't overlap what follows it, and what may fail after a repetition is bounded.
 */

/** Names whose value is a secret; `_` and `-` may stand where words meet. */
const names = [
  'pass(?:word|wd|phrase|code)',
  'pwd',
  'secret[_-]?access[_-]?key',
  'secret[_-]?key',
  'secret[_-]?string',
  'secret',
  'private[_-]?key',
  'access[_-]?key(?:[_-]?id)?',
  'api[_-]?key',
  'account[_-]?key',
  'shared[_-]?access[_-]?signature',
  'credentials?',
  'token',
  'x-amz-(?:signature|security-token|credential)',
].join('|');

/** A JSON key that ends in such a name: `dbPassword`, `aws_secret_access_key`. */
const credentialKey = new RegExp(`(?:${names}|passwords|secrets)$`, 'i');

interface Rule {
  pattern: RegExp;
  /** Whether the match begins with what names the secret: that is group 1 and stays. */
  keepsStart?: boolean;
}

/** Group 1 is all before the value. The parser's "Unexpected token: x" is no assignment. */
function assignment(quote: string, value: string): RegExp {
  const start = `(?<!unexpected )(?:${names})\\\\{0,3}["']?\\s{0,8}(?:=>|[:=])\\s{0,8}${quote}`;
  return new RegExp(`(${start})${value}`, 'gi');
}

const rules: Rule[] = [
  // AWS access key ids: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  { pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g },
  // AWS session tokens begin with the same bytes.
  { pattern: /(?<![A-Za-z0-9+/])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|FQoDYXdz)[A-Za-z0-9+/=%]*/g },
  // The whole header, whatever its scheme; then a bearer token anywhere.
  { pattern: /(\bauthorization\\{0,3}["']?\s{0,8}[:=]\s{0,8}\\{0,3}["']?)[A-Za-z0-9][^\r\n"'\\]*/gi, keepsStart: true },
  { pattern: /(\bBearer\s{1,8})[A-Za-z0-9._~+/=-]{16,}/gi, keepsStart: true },
  // JSON web tokens.
  { pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?/g },
  // The password of a URL.
  { pattern: /(:\/\/[^\s/:@?#"']{0,256}:)[^\s/@"']{1,1024}(?=@)/g, keepsStart: true },
  // Tokens that say what they are: GitHub, GitLab, Slack, npm, Google, Stripe.
  { pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{20,255})/g },
  { pattern: /\b(?:xox[a-z]-|xapp-|npm_|AIza|[sr]k_(?:live|test)_)[A-Za-z0-9_-]{10,1024}/g },
  { pattern: /(\bhooks\.slack\.com\/(?:services|workflows)\/)[A-Za-z0-9/_-]+/g, keepsStart: true },
  // name = value, name: value, "name": "value", also inside of JSON text; in quotes up to the quote, else one word. A quote
  // within a value is escaped.
  { pattern: assignment('"', String.raw`(?:\\[^\r\n]|[^"\\\r\n])+`), keepsStart: true },
  { pattern: assignment("'", String.raw`(?:\\[^\r\n]|[^'\\\r\n])+`), keepsStart: true },
  { pattern: assignment('\\\\{0,3}"', '[^"\\r\\n]+'), keepsStart: true },
  { pattern: assignment("\\\\{0,3}'", "[^'\\r\\n]+"), keepsStart: true },
  { pattern: assignment('', '[^\\s"\',;&<>{}()[\\]\\\\]+'), keepsStart: true },
];

/** Whether a key of a JSON object says that its value is a secret. */
export function isCredentialKey(key: string): boolean {
  return credentialKey.test(key);
}

/** How often a text is gone through at most; two or three times do, but for a text that was made to need more. */
const maxPasses = 8;

/**
 * The text with `replacement` in place of each credential; what names it, such as `password=`, stays. What one rule leaves
 * may be what another one takes, as in `://u:password=://u:p@h`, so the text is gone through until nothing changes.
 */
export function withoutCredentials(text: string, replacement: string): string {
  let safe = text;
  for (let pass = 0; pass < maxPasses; pass++) {
    const safer = onePass(safe, replacement);
    if (safer === safe) {
      break;
    }
    safe = safer;
  }
  return safe;
}

function onePass(text: string, replacement: string): string {
  return rules.reduce(
    (rest, { pattern, keepsStart }) =>
      rest.replace(pattern, (_: string, start: string) => (keepsStart ? start + replacement : replacement)),
    withoutPrivateKeys(text, replacement),
  );
}

const keyBorder = /-----(BEGIN|END) (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** What a key consists of, with line breaks that may be escaped; it stops at any other punctuation. */
const keyStart = /^[A-Za-z0-9+/=\s\\:,-]*/;
const notOfKey = /[^A-Za-z0-9+/=\s\\]/;

/**
 * Takes out private keys in PEM form, and what is left of one where the start or the end of the text was cut off.
 * Not a pattern, as one that finds both ends takes quadratic time where there are only starts.
 */
function withoutPrivateKeys(text: string, replacement: string): string {
  const borders = [...text.matchAll(keyBorder)];
  let safe = '';
  let done = 0;
  borders.forEach((border, index) => {
    const end = border.index + border[0].length;
    if (border[1] === 'END') {
      // Within the key that the BEGIN before it took, or the end of a key whose start is missing.
      if (border.index >= done) {
        safe += text.slice(done, keyStartBefore(text, border.index, done)) + replacement;
        done = end;
      }
      return;
    }
    if (border.index < done) {
      return;
    }
    const next = borders[index + 1];
    const stop =
      next?.[1] === 'END'
        ? next.index + next[0].length
        : end + (keyStart.exec(text.slice(end, next?.index))?.[0].length ?? 0);
    safe += text.slice(done, border.index) + replacement;
    done = stop;
  });
  return safe + text.slice(done);
}

/** Where the key's lines begin that end at `end`, not before `from`. */
function keyStartBefore(text: string, end: number, from: number): number {
  let start = end;
  while (start > from && !notOfKey.test(text.charAt(start - 1))) {
    start--;
  }
  return start;
}
