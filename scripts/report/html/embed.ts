import type { Json } from '../../../lib/wire';
import { jsonEscaped } from '../json';

/**
 * JSON that stands in a `<script type="application/json">`. Without `<` no text in it can end the element or open a
 * comment (https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements), and
 * `JSON.parse` reads the escapes back. The two line separators are escaped for tools that take it for JavaScript.
 */
export function embeddedJson(value: Json | object): string {
  return jsonEscaped(JSON.stringify(value), /[<\u2028\u2029]/g);
}
