/** Which names say that their value is a credential, and which values are none whatever their name says. */

/** What stands before `key` where its value is a secret. A `partition_key` or `s3_key` names data. */
const secretKeys = [
  'access|admin|aes|api|auth|authentication|cookie|crypto|decryption|deploy|ed25519|enc|encrypt|encryption|hmac',
  'jwt|licen[cs]e|master|private|rsa|secret|shared|sign|signature|signing|ssh|subscription|webhook',
].join('|');
/** The same, where it may name data too: then the value tells. */
const maybeSecretKeys =
  'account|app|application|client|consumer|functions?|host|ingestion|integration|server|service|session|storage|write';
/** What stands before it where an environment variable names data after all; the value of any other `X_KEY` is a secret. */
const dataKeys = [
  'bucket|business|cache|candidate|composite|config|configuration|customer|dedup|dict|event|feature|file|foreign|group|hash',
  'idempotency|index|item|json|locale|lookup|map|message|natural|object|order|partition|primary|public|range|record|row',
  'routing|s3|search|shard|sort|surrogate|tag|tenant|translation|unique',
].join('|');

/** Of the name in lower case, its words joined by `_`. */
const secretName = new RegExp(
  [
    'pass(?:word|wd|phrase|code)s?$|(?:^|_)(?:pass|pg_?pass|pwd|pw|psw|otp)$|(?:secret|credential)s?$|secret_(?:string|value|text)s?$',
    'token$|(?:access|auth|refresh|api|bearer)_?tokens$|(?:j|php)_?sessi?on_?id$|(?:j|php)_?sess_?id$',
    `(?:${secretKeys}|${maybeSecretKeys})_?keys?(?:_base)?$|access_?key_?ids?$|shared_?access_?signature$|(?:authorization|cookies?|^_auth)$`,
    'x_amz_(?:signature|credential)$',
  ].join('|'),
);
/** Places in a list, and names of errors. */
const harmlessToken =
  /(?:next|page|paging|pagination|continuation|start|starting|resume|sync|previous|prev|last|first|invalid|expired|unexpected|illegal|unknown|missing|idempotency|request|cancellation|stop|[bep]os|pad|unk|mask)_?token$/;
const sureKey = new RegExp(`(?:${secretKeys})_?keys?(?:_base)?$`);
const dataKey = new RegExp(`(?:^|_)(?:${dataKeys})_?key$`);

/** `X-Api-Key`, `dbPassword` and `DB_PASSWORD` as `x_api_key` and `db_password`; a first `_` stays. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$&_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}

/** Whether a name says that all of its value is a secret: `dbPassword`, `aws_secret_access_key`, `STRIPE_KEY`. */
export function isCredentialName(name: string): boolean {
  const words = wordsOf(name);
  return (
    (secretName.test(words) && !harmlessToken.test(words)) || (/^[A-Z0-9_]+_KEY$/.test(name) && !dataKey.test(words))
  );
}

/** Whether a name names a credential, or does so where its value looks like one: `config_key`, `auth`. */
export function mayNameCredential(name: string): boolean {
  return isCredentialName(name) || isUnsure(wordsOf(name));
}

function isUnsure(words: string): boolean {
  return /(?:^|_)auth$|_key$/.test(words) && !dataKey.test(words);
}

/** Whether the value under a name is a secret: `isCredentialName`, and it is not a word such as `undefined`. */
export function isCredential(name: string, value: string): boolean {
  const words = wordsOf(name);
  if (saysNothing(value) || refersTo(words, value) || isCountOrFile(words, value)) return false;
  if (!isCredentialName(name)) return isUnsure(words) && isOpaque(value);
  if (words.endsWith('authorization')) {
    // A scheme and its token, or a token alone; else it is a sentence.
    return (
      /^(?:AWS4|Digest|OAuth|Hawk|Signature|Credential)\b/.test(value) ||
      /^\S+(?:\s+\S*[^a-z\s]\S*)?$/.test(value) ||
      /^[A-Z][\w-]* \S+$/.test(value)
    );
  }
  if (/cookies?$/.test(words)) return /^[^\s=;]+=/.test(value) || isOpaque(value);
  return true;
}

/** `secrets: 5`, `pass: 35`, `signing_key: keys/a.pem`, `USER_KEY=anna-12`, `PWD=/var/task` */
function isCountOrFile(words: string, value: string): boolean {
  return (
    (words.endsWith('s') && !words.endsWith('pass') && /^\d+$/.test(value)) ||
    (words === 'pass' && /^(?:\d+|[A-Za-z]+)$/.test(value)) ||
    (words.endsWith('key') && /^[\w./~-]+\.[a-z]{2,5}$/.test(value)) ||
    (words.endsWith('key') &&
      !sureKey.test(words) &&
      /^(?:\d{1,8}|[A-Za-z]{1,12}(?:[_./-][A-Za-z0-9]{1,8})*)$/.test(value)) ||
    (words.endsWith('pwd') && /^(?:[/~]|[A-Za-z]:\\)/.test(value))
  );
}

/** Whether a text looks random: a key, not a name or a path. */
export function isOpaque(value: string): boolean {
  return (
    /^[A-Za-z0-9+/_=.~-]{16,512}$/.test(value) &&
    /\d/.test(value) &&
    (/^[0-9a-f]{32,}$/i.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value) && !/\.[a-z]{2,4}$/.test(value)))
  );
}

const noValue = new RegExp(
  `^(?:${[
    'undefined|null|none|nil|nan|true|false|yes|no|on|off|empty|missing|invalid|expired|required|unset|unknown|hidden|masked',
    'filtered|redacted|removed|n/a|str|string|int|integer|number|bool|boolean|bytes|object|optional|same-origin|include|omit',
    'await|new|async|function|lambda|ok|failed|denied|provided|present|valid|changed|enabled|disabled|incorrect|wrong|rejected|accepted|rotated|updated|expires',
  ].join('|')})[.!?]?$`,
  'i',
);
/** How a sentence goes on after the name. */
const prose =
  /^(?:is|was|are|were|must|should|shall|will|would|can|cannot|could|may|might|has|have|had|does|do|did|not|too|for|of|in|at|to|and|or|but|if|when|with|by|from|expected|got|received|needs?|requires?|required|missing|invalid|expired|no|the|this|that|your|field|value)(?:\s|$)|^an? /i;
/** Masks, placeholders, references to variables, resources, and what a log writes for an object. */
const placeholder =
  /^(?:[*\u2022.x#-]{3,}|<[^<>]*>|\[(?:redacted|hidden|masked|filtered|object|function|circular|array|getter|setter)[^\]]*\]|\$\{[^{}]*\}|\$[A-Z][A-Z0-9_]*|\{\{.*\}\}|%\(?\w*\)?s|\([a-z ]+\)|[[\](){}]*|arn:aws.*)$/i;
/** A call or a look-up in code. */
const code =
  /^[A-Za-z_][A-Za-z_.]{2,}(?:\([^()\s]*\)|\([a-z_.]{3,}$|\[["'][^\]]*\])[;,.]?$|^(?:process\.env|os\.environ|import\.meta|this|self)\./;

function saysNothing(value: string): boolean {
  return noValue.test(value) || prose.test(value) || placeholder.test(value) || code.test(value);
}

/** Code that hands a value on: `password: options.password`, `--token TOKEN`. */
function refersTo(words: string, value: string): boolean {
  return (
    /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/.test(value) &&
    !/\d/.test(value) &&
    words.endsWith(wordsOf(value.split('.').at(-1) ?? ''))
  );
}
