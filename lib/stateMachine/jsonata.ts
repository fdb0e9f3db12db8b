/**
 * JSONata as the state machines use it. Step Functions evaluates JSONata 2.0.6 on a JVM and adds `$parse`:
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html. Its bounds are those of the local
 * endpoint's `EvaluationBudget`. Every expression gives the same in JavaScript, in Python and in Java
 * (test/lib/stateMachine/jsonata), so none
 *
 * - indexes from the end of a list that may be empty, and none repeats a group in a regular expression, which takes
 *   Java a stack frame for each repetition;
 * - asks `$substring` for more characters than there are, or for the end of a text: in Java that fails where one of them
 *   takes two UTF-16 units;
 * - refers to the context by `$`, which LocalStack refuses.
 */
import { limits, patterns } from '../wire';

/** Wraps JSONata text as a value of the Amazon States Language. */
export function jsonata(expression: string): string {
  return `{% ${expression.trim()} %}`;
}

/** A text as a literal, which JSONata writes as JSON does. */
export function jsonataText(text: string): string {
  return JSON.stringify(text);
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
    $text := $string({"v": $value});
    $text := $contains($text, /[^\x00-\x7f]/) ? (
      $fours := $replace($text, /[\ud800-\udbff][\udc00-\udfff]|[^\x00-\uffff]/, "xxxx");
      $replace($replace($fours, /[^\x00-\u07ff]/, "xxx"), /[^\x00-\x7f]/, "xx")
    ) : $text;
    $length($text) - 6
  )};`;

/** `$start(text, count)`: its first characters, at most so many. */
export const start = String.raw`$start := function($text, $count) {
    $count < 1 ? "" : $count >= $length($text) ? $text : $substring($text, 0, $count)
  };`;

/** The identifier of `$item`, a configuration. */
export const identifier = '$type($item) = "object" ? $item.configuration_identifier : $item';

/** Escaped, as a raw template keeps what it holds: one such character doubles what V8 takes for the bundled command. */
const ellipsis = '\u2026';

/** `$shown(value)`: what a message says of a value: a text of at most 100 characters, a number, else its type. */
export const shown = String.raw`$shown := function($value) {
    $type($value) = "string" ? ($length($value) > 100 ? $start($value, 99) & "${ellipsis}" : $value) :
    $type($value) = "number" ? $string($value) : $type($value)
  };`;

/** Whether `$item` is a configuration; `$name` is its identifier. */
export const isConfiguration = String.raw`$type($name) = "string" ? (
      $length($name) <= ${limits.identifierLength} and $contains($name, /${patterns.notBlank}/)
        and $not($type($item) = "object" and "system_test" in $keys($item))
    ) : false`;

/**
 * `$namesOf(items)`: the identifier of each configuration, `false` in the place of what is none; `$faulty(names)`: the
 * index of the first that is none; `$twice(names)`: an identifier that is there more than once.
 */
export const configurationChecks = String.raw`$namesOf := function($items) {[$map($items, function($item) {(
    $name := ${identifier};
    (${isConfiguration}) ? $name : false
  )})]};
  $faulty := function($names) { [$map($names, function($name, $index) { $name = false ? $index })][0] };
  $twice := function($names) {
    $count($keys($merge($map($names, function($name) { {"=" & $name: true} })))) < $count($names) ? $reduce($sort($names), function($seen, $name) {
      $name = $seen.last ? {"last": $name, "twice": $name} : $merge([$seen, {"last": $name}])
    }, {}).twice
  };`;

/** What a configuration has to be, as a message says it. */
export const aConfiguration = String.raw`a string of 1 to ${limits.identifierLength} characters that is not blank, or an object with such a configuration_identifier and no system_test`;

/**
 * `$messageIn(cause)`: the message of a function that raised; nothing where there is none. The Cause is JSON only then,
 * and may have been cut, so its message is searched, not parsed: it ends at the first quotation mark that is not escaped.
 * What is no escape, or half of one, is left out.
 */
export const messageIn = String.raw`$messageIn := function($cause) {(
    $swap := function($text, $from, $to) { $join($split($text, $from), $to) };
    $rest := $split($cause, /"errorMessage" *: *"/, 2)[1];
    $has := $exists($rest);
    $rest := $has ? $rest : "";
    $end := $length($substringBefore($swap($swap($rest, "\\\\", "__"), "\\\"", "__"), "\""));
    $quoted := $swap($start($rest, $end), "\\\\", "\\u005c");
    $sound := $replace($replace($quoted, /\x5c(?!["\/bfnrt]|u[0-9a-fA-F]{4})/, ""), /[\x00-\x1f]/, "");
    $has ? $parse("\"" & $sound & "\"")
  )};`;
