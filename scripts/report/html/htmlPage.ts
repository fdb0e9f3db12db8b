import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { builtFile } from '../../io/builtFile';
import { jsonEscaped } from '../json';

/**
 * One HTML page that needs nothing else: no server, no network, no other file. What it shows stands in it as JSON, and the
 * page's own script builds everything from that, so no text of it is ever parsed as HTML.
 * @param o.name of its script and styles in `dist`
 * @param o.headline of words and numbers of our own: it stands in the page as it is
 * @throws Error where the package was not built
 */
export function htmlPage(o: { name: string; headline: string; title: string; data: object }): string {
  const [script, styles] = [built(`${o.name}.js`), built(`${o.name}.css`)];
  // Nothing but this script and these styles runs, and nothing is loaded from anywhere.
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(styles)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${o.headline} – ${o.title}</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>
<noscript><p>${o.headline}. Allow this page its own script to see more; it loads nothing.</p></noscript>
<script type="application/json" id="result">${embeddedJson(o.data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** A file that the build leaves in `dist`. */
function built(name: string): string {
  return readFileSync(builtFile(name), 'utf8').trim();
}

/**
 * JSON that stands in a `<script type="application/json">`. Without `<` no text in it can end the element or open a
 * comment (https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements), and
 * `JSON.parse` reads the escapes back. The two line separators are escaped for tools that take it for JavaScript.
 */
function embeddedJson(data: object): string {
  return jsonEscaped(JSON.stringify(data), /[<\u2028\u2029]/g);
}

/** A source expression of the Content Security Policy: https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function sourceHash(source: string): string {
  return `sha256-${createHash('sha256').update(source).digest('base64')}`;
}
