/**
 * JSONata as the state machines use it. Step Functions evaluates JSONata 2.0.6 on a JVM and adds `$parse`:
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html. Its bounds are those of the local
 * endpoint's `EvaluationBudget`. Every expression gives the same in JavaScript, in Python and in Java
 * (test/lib/stateMachine/jsonata), so none
 *
 * - indexes from the end of a list that may be empty, and none repeats a group in a regular expression, which takes
 * Java a
 *   stack frame for each repetition;
 * - asks `$substring` for more characters than there are, or for the end of a text: in Java that fails where one of them
 *   takes two UTF-16 units;
 * - refers to the context by `$`, which LocalStack refuses.
 */

/** Wraps JSONata text as a value of the Amazon States Language. */
export function jsonata(expression: string): string {
  return `{% ${expression.trim()} %}`;
}

/**
 * JSON as text to parse: each value of a literal would be an evaluation of its own, and their depth is bounded. Java
 * reads a text of 100,000 characters in seconds, and ten of a tenth at once. They end at a comma, which no token of the
 * CDK holds.
 */
export function parsed(value: unknown): string {
  const texts = (JSON.stringify(value).match(/.{1,9999}(?:,|$)|.{1,9999}/gsu) ?? []).map(
    (json) => `'${json.replaceAll("'", '\\u0027').replaceAll('\\', '\\\\')}'`,
  );
  return texts.length === 1 ? `$parse(${texts[0]})` : `$parse($join([${texts.join(', ')}]))`;
}

/** `$size(value)`: bytes of UTF-8 of the value as JSON. A character above U+FFFF is one in Java, two in JavaScript. */
export const size = String.raw`$size := function($value) {(
    $fours := $replace($string({"v": $value}), /[\ud800-\udbff][\udc00-\udfff]|[^\x00-\uffff]/, "xxxx");
    $length($replace($replace($fours, /[^\x00-\u07ff]/, "xxx"), /[^\x00-\x7f]/, "xx")) - 6
  )};`;

/** `$start(text, count)`: its first characters, at most so many. */
export const start = String.raw`$start := function($text, $count) {
    $count < 1 ? "" : $count >= $length($text) ? $text : $substring($text, 0, $count)
  };`;

/** The identifier of `$item`, a configuration. */
export const identifier = '$type($item) = "object" ? $item.configuration_identifier : $item';
