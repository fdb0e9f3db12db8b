import { jsonataText } from '../stateMachine/jsonata';

/**
 * JSONata that reads `$text` as CSV with a header (RFC 4180). It sets `$items`, the rows, and `$refusal`; `$rowOf(item)` is
 * a row as an object. Between quotation marks are the odd parts of the text, outside of them the even ones, of which one
 * without a character is a doubled quotation mark. Outside, commas and the ends of lines become control characters that
 * the text has not, by which it is split: a regular expression of whole fields would overflow Java's stack.
 */
export function csvText(identifier = 'configuration_identifier'): string {
  const column = jsonataText(identifier);
  return String.raw`$parts := $split($isBlank ? ${column} : $text, "\"");
  $end := $count($parts) - 1;
  $misplaced := [$filter($parts, function($part, $n) {
    $n % 2 = 0 and $part != "" and (
      $n > 0 and $not($contains("\"" & $part, /"[,\r\n]/)) or $n < $end and $not($contains($part & "\"", /[,\r\n]"/))
    )
  })];
  $refusal := $refusal != "" ? $refusal :
    $contains($text, /[\x1e\x1f]/) ? "to hold CSV without the control characters U+001E and U+001F, got one of them" :
    $end % 2 = 1 ? "to hold CSV with pairs of quotation marks, got " & $end & " of them" :
    $count($misplaced) > 0 ? "to hold CSV whose quotation marks enclose whole fields, got one beside \"" & $shown($misplaced[0]) & "\"" :
    "";
  $rows := $split($join([$map($parts, function($part, $n) {
    $n % 2 = 1 ? $part : $part = "" and $n > 0 and $n < $end ? "\"" : $replace($replace($part, /[\r\n]+/, "\u001e"), ",", "\u001f")
  })], ""), "\u001e");
  $first := $contains($parts[0], /^[\r\n]/) ? 1 : 0;
  $after := $count($rows) - ($contains($parts[$end] & "\"", /[\r\n]"/) ? 1 : 0);
  $rows := [$filter($rows, function($row, $n) { $n >= $first and $n < $after })];
  $fieldsOf := function($row) { $split($row, "\u001f") };
  $header := [$fieldsOf($rows[0])];
  $width := $count($header);
  $doubled := $twice($header);
  $items := [$filter($rows, function($row, $n) { $n > 0 })];
  $odd := [$map($items, function($row, $n) { $count($fieldsOf($row)) != $width ? $n })][0];
  $refusal := $refusal != "" ? $refusal :
    $not(${column} in $header) ? "to have a column " & ${column} & ", got " & $shown($join($header, ", ")) :
    $exists($doubled) ? "to have each column once, got " & $doubled & " more than once" :
    $exists($odd) ? "to have " & $width & ($width = 1 ? " field" : " fields") & " in each row, as in the header, got " & $count($fieldsOf($items[$odd])) & " in item " & ($odd + 1) :
    "";
  $rowOf := function($row) {(
    $fields := [$fieldsOf($row)];
    $merge([$map($header, function($name, $n) { {$name: $fields[$n]} })])
  )};`;
}
