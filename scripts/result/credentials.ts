/**
 * Where a text holds what looks like a credential. All of it takes time in proportion to the text: what is searched
 * starts with something fixed, what repeats can't overlap what follows it, and what may fail after a repetition is
 * bounded.
 */
import { isCredential, isCredentialName, isOpaque, mayNameCredential } from './credentialNames';
import { prefixedToken } from './credentialTokens';

/** From the first character on, up to but without the last one. */
export type Range = readonly [from: number, to: number];

interface Rule {
  /** Group 1, where there is one, says what follows it: the secret begins after it. */
  pattern: RegExp;
  accepts?: (secret: string) => boolean;
}

const rules: Rule[] = [
  { pattern: prefixedToken },
  {
    pattern: /(\bBearer\s{1,8})[A-Za-z0-9._~+/=-]{6,}/gi,
    accepts: (secret) => /\d/.test(secret) || secret.length > 23,
  },
  { pattern: /(\bBasic\s{1,8})[A-Za-z0-9+/_-]{6,}={0,2}/gi, accepts: isUserAndPassword },
  // Headers whose parameters are in quotes.
  {
    pattern:
      /(\bauthorization["']?\s{0,8}[:=]\s{0,8})(?:Digest|OAuth|Hawk|Signature)\s(?:[^\r\n"'\\]|"[^"\r\n]{0,1024}")+/gi,
  },
  // Signed URLs of Azure, Google and CloudFront; keys and codes in a query.
  { pattern: /([?&;](?:sig|(?:x-goog-)?signature)=)[^\s&"'<>\\]+/gi },
  { pattern: /([?&](?:key|code)=)[^\s&"'<>\\]+/gi, accepts: isOpaque },
  { pattern: /(\bhooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]+/g },
  { pattern: /(\bdiscord(?:app)?\.com\/api\/webhooks\/\d{1,24}\/)[A-Za-z0-9_-]+/g },
  { pattern: /(\.webhook\.office\.com\/webhookb2\/)[^\s"'<>\\]+/g },
  // curl -u user:password, and data source names of Go and Oracle.
  {
    pattern: /((?<![\w-])(?:-u|--(?:proxy-)?user)[\s=]{1,4}["']?(?!arn:)[^\s:"'=]{1,128}:)[^\s"']+/g,
    accepts: (secret) => !/^\d+$/.test(secret) && isCredential('password', secret),
  },
  { pattern: /(:)[^\s"'/():]{1,256}(?=@(?:tcp|unix)\()/g },
  { pattern: /(\bjdbc:oracle:thin:[\w.-]{1,64}\/)[^\s"'@]{1,256}(?=@)/gi },
  // SQL and .netrc
  {
    pattern: /(\b(?:password|identified by)\s{1,4}["'])[^"'\r\n]+/gi,
    accepts: (secret) => isCredential('password', secret),
  },
  { pattern: /(\blogin\s{1,4}\S{1,128}\s{1,4}password\s{1,4})\S+/gi },
];

/** What is a secret in the text, in no order; ranges may overlap. */
export function credentialsIn(text: string): Range[] {
  const found = rules.flatMap(({ pattern, accepts }) =>
    [...text.matchAll(pattern)].flatMap((match): Range[] => {
      const from = match.index + (match[1]?.length ?? 0);
      const to = match.index + match[0].length;
      return !accepts || accepts(text.slice(from, to)) ? [[from, to]] : [];
    }),
  );
  return [...found, ...passwordsOfUrls(text), ...namedValues(text), ...privateKeys(text)];
}

/** Base64 of `user:password`, or what is padded like base64; no sentence about basic things. */
function isUserAndPassword(text: string): boolean {
  return text.endsWith('=') || /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(text, 'base64').toString('latin1'));
}

/** In `scheme://user:password@host`, where the password may hold `@`, `/` and `:`. */
function passwordsOfUrls(text: string): Range[] {
  return [...text.matchAll(/:\/\/((?:[^\s"'<>`\\:]|:(?!\/\/))*)/g)].flatMap(({ index, 1: rest = '' }): Range[] => {
    // A host and its port look the same up to the slash; `/@scope` is a path.
    const [, user, password] = /^([^/:@?#]*:)(?!\d{1,5}(?:[/?#]|$))(.*[^/])@/.exec(rest) ?? [];
    const from = index + 3 + (user?.length ?? 0);
    return password === undefined || !isCredential('password', password) ? [] : [[from, from + password.length]];
  });
}

/** A name, how it ends where it names a credential, and what leads to its value. */
const named = new RegExp(
  String.raw`(?:pass(?:word|wd|phrase|code)?|pwd|psw|pw|otp|secret(?:_?string|_?value|_?text)?|credential|token|key(?:_base)?|auth|authorization|cookie|session_?id|sess_?id|signature)(?:s|[_-]?ids?)?` +
    String.raw`(?:` +
    [
      // name = value, "name": value, also within JSON text, name["x"] = value
      String.raw`(?:\\{0,7}["'\`]\]?)?[^\S\r\n]{0,8}(?:=>|->|:=|={1,3}|:)[^\S\r\n]{0,8}`,
      // { "name": "DB_PASSWORD", "value": "x" }, key="password" value="x", ParameterKey=x,ParameterValue=y
      String.raw`\\{0,7}["']?[^\S\r\n]{0,8},?[^\S\r\n]{0,8}\\{0,7}["']?(?:Parameter)?Value\\{0,7}["']?[^\S\r\n]{0,8}[:=][^\S\r\n]{0,8}`,
      // <Password type="x">value</Password>
      String.raw`(?<xml>["']?(?:\s[^<>]{0,200})?>)`,
      // --password value, "--password", "value", token 4f…
      String.raw`(?<flag>(?:["'],)?[^\S\r\n]{1,8}(?!-))`,
    ].join('|') +
    ')',
  'gi',
);

/** What a value without quotes may hold: punctuation only where no other value, tag or text follows it. */
const bare =
  /(?:\$?\{[^{}\s"']{0,64}\}|\(["']?[^()\s"']{0,64}["']?\)|\[["'][^"'\]\r\n]{0,64}["']\]|[^\s"'`,;&<>)\]}\\]|'(?![\s,;:)\]}]|$)|[,;](?![\s"']|$|[\w.-]{1,40}[=:]|[A-Z]\w{1,20} [A-Z]\w{1,20}=)|&(?![\w.%-]{1,40}=|(?:amp|lt|gt|quot|#\w{1,4});|\s|$)|[)\]}](?![\s,;.:)\]}"'<]|$)|<(?![/\w!])|\\(?!["'\\nrtux])|>)+/y;

/** Characters of a value that is none, up to which another one is searched in it. */
const maxRead = 1024;

/** The values of names that say that they are secret. */
function namedValues(text: string): Range[] {
  const found: Range[] = [];
  let done = 0;
  for (const match of text.matchAll(named)) {
    if (match.index < done) continue;
    const { xml, flag } = match.groups ?? {};
    const before = text.slice(Math.max(done, match.index - 64), match.index);
    const start = /[\w$.-]*$/.exec(before)?.[0] ?? '';
    const lead = before.slice(0, before.length - start.length);
    const rest = /^[\w-]+/.exec(match[0])?.[0] ?? '';
    // "API key: x" is written with a blank.
    const first =
      /\b(?:api|access|secret|private|signing|encryption|subscription|licen[cs]e|shared) $/i.exec(lead)?.[0] ?? '';
    const name = `${first}${start}${rest}`;
    if (
      !mayNameCredential(name) ||
      (xml !== undefined && !/<(?:\w{1,20}:)?$|\s(?:key|name)=["']$/i.test(lead)) ||
      /(?:unexpected|illegal) $|\barn:[^\s"',;?&=]*$/i.test(lead)
    ) {
      continue;
    }
    const value = valueAt(text, match.index + match[0].length, name, xml !== undefined);
    // Without a sign between them, only an option names what follows, or that looks like a key.
    const isNamed = flag === undefined || start.startsWith('--') || isOpaque(text.slice(...value));
    const isSecret = isNamed && isSecretAt(text, value, name);
    if (isSecret) {
      found.push(value);
    }
    if (isSecret || value[1] - value[0] > maxRead) {
      done = value[1];
    }
  }
  return found;
}

/** Lists and objects are secret as a whole, so only a name that is sure counts. */
function isSecretAt(text: string, [from, to]: Range, name: string): boolean {
  const value = text.slice(from, to);
  const isWhole = /^[[{]\s*[^\s\]}]/.test(value) && isCredentialName(name) && isCredential('password', value);
  return to > from && (isWhole || isCredential(name, value));
}

/** Where the value reaches that begins there. */
function valueAt(text: string, from: number, name: string, isXml: boolean): Range {
  const matching = (pattern: RegExp) => {
    pattern.lastIndex = from;
    return pattern.exec(text)?.[0] ?? '';
  };
  // Python writes b'…' and f"…".
  const [opening, slashes = '', quote] =
    /^(?:[bfru]{1,2}(?=["']))?(\\{0,7})(["'`])/.exec(text.slice(from, from + 8)) ?? [];
  if (isXml) return [from, from + matching(/<!\[CDATA\[[^\]]*|[^<]*/y).length];
  if (opening && quote) return [from + opening.length, quoteEnd(text, from + opening.length, quote, slashes.length)];
  if (/[[{]/.test(text.charAt(from))) return [from, bracketEnd(text, from)];
  if (/(?:authorization|cookies?)$/i.test(name)) {
    return [from, from + matching(/[^\r\n"'\\]{0,1024}/y).trimEnd().length];
  }
  return [from, from + matching(bare).replace(/[.,;:]$/, '').length];
}

/** The place of the quote that ends a text; or the end of the line. In JSON text within JSON text quotes have backslashes. */
function quoteEnd(text: string, from: number, quote: string, slashes: number): number {
  const ends = /(?<!\\)(\\*)(["'`])|[\r\n]|$/g;
  ends.lastIndex = from;
  for (;;) {
    const match = ends.exec(text);
    const escapes = match?.[1]?.length ?? 0;
    if (!match || match[2] === undefined) return match?.index ?? text.length;
    if (match[2] === quote && escapes >= slashes && (escapes - slashes) % (2 * (slashes + 1)) === 0) {
      return match.index + escapes - slashes;
    }
  }
}

/** Characters in which a list or an object has to end. */
const maxBracketed = 2000;

/** After the bracket that closes the one there; where it is missing, the end of the line. */
function bracketEnd(text: string, from: number): number {
  let depth = 0;
  const end = Math.min(text.length, from + maxBracketed);
  for (let index = from; index < end; index++) {
    // Brackets and braces differ in one bit.
    const sign = text.charCodeAt(index) | 0x20;
    depth += sign === 0x7b ? 1 : sign === 0x7d ? -1 : 0;
    if (depth === 0) return index + 1;
  }
  const line = /[\r\n]|$/g;
  line.lastIndex = from;
  return line.exec(text)?.index ?? text.length;
}

const keyBorder = /-----(BEGIN|END) (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** What a key consists of, with line breaks that may be escaped; it stops at any other punctuation. */
const keyStart = /^[A-Za-z0-9+/=\s\\:,-]*/;
const notOfKey = /[^A-Za-z0-9+/=\s\\]/;

/**
 * Private keys in PEM form, and what is left of one where the start or the end of the text was cut off.
 * Not a pattern, as one that finds both ends takes quadratic time where there are only starts.
 */
function privateKeys(text: string): Range[] {
  const borders = [...text.matchAll(keyBorder)];
  const found: Range[] = [];
  let done = 0;
  borders.forEach((border, index) => {
    if (border.index < done) {
      // The end of the key that the BEGIN before it took.
      return;
    }
    const end = border.index + border[0].length;
    const next = borders[index + 1];
    const from = border[1] === 'END' ? keyStartBefore(text, border.index, done) : border.index;
    const cut = () => end + (keyStart.exec(text.slice(end, next?.index))?.[0].length ?? 0);
    done = border[1] === 'END' ? end : next?.[1] === 'END' ? next.index + next[0].length : cut();
    found.push([from, done]);
  });
  return found;
}

/** Where the key's lines begin that end at `end`, not before `from`. */
function keyStartBefore(text: string, end: number, from: number): number {
  let start = end;
  while (start > from && !notOfKey.test(text.charAt(start - 1))) {
    start--;
  }
  return start;
}
