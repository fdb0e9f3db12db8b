import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RunConfigurationResult, RunResult, Verdict } from '../../../lib/wire';
import { builtFile } from '../../io/builtFile';
import { configurationText } from '../configurationText';
import { jsonEscaped } from '../json';

/** Characters of what a configuration holds beside its identifier. */
const mostOfKeys = 4000;

/**
 * The result as one HTML page that needs nothing else: no server, no network, no other file. The result stands in it as
 * JSON, and the page's own script builds everything from that, so no text of the result is ever parsed as HTML.
 * @throws Error where the package was not built
 */
export function renderHtml(result: RunResult): string {
  const [script, styles] = [built('reportPage.js'), built('reportPage.css')];
  // Nothing but this script and these styles runs, and nothing is loaded from anywhere.
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(styles)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const headline = `${verdictOf(result)}: ${result.passed} of ${result.total} passed`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${headline} – system test</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>
<noscript><p>${headline}. Allow this page its own script to see more; it loads nothing.</p></noscript>
<script type="application/json" id="result">${embeddedJson(result)}</script>
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
function embeddedJson(result: RunResult): string {
  const results = result.results.map(withShortKeys);
  return jsonEscaped(JSON.stringify({ ...result, results, all: undefined }), /[<\u2028\u2029]/g);
}

/** A configuration may hold 100 KB, which nobody reads on a page, and there may be a thousand of them. */
function withShortKeys(one: RunConfigurationResult): RunConfigurationResult {
  const { configuration } = one;
  return configuration && JSON.stringify(configuration).length > mostOfKeys
    ? { ...one, configuration: { '(cut)': configurationText(configuration, mostOfKeys) } }
    : one;
}

/** A source expression of the Content Security Policy: https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function sourceHash(source: string): string {
  return `sha256-${createHash('sha256').update(source).digest('base64')}`;
}

/** Only these words stand in the page outside of its JSON. */
function verdictOf({ verdict }: RunResult): Verdict {
  return verdict === 'PASSED' || verdict === 'FAILED' ? verdict : 'ERRORED';
}
