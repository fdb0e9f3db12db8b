/**
 * The expressions of a Distributed Map: what its children get, and what is made of what they say. They are shown as they
 * stand in the Step Functions console, so they are written to be read there.
 *
 * A child says how its configurations ended by one number, so that the output of 100,000 children fits in an execution:
 * passed + failed * b + errored * b * b, where b is one more than the configurations of a child.
 */
import { bareResultBytes, outputBytes } from './executionBudget';
import { listingFailed } from './invocationRules';
import { aConfiguration, identifier, isConfiguration, jsonata, jsonataText, start } from './jsonata';
import type { IterationPlace } from './resultExpressions';
import { limits } from '../wire';

/** Where the results of an execution are; the name of the execution completes the prefix. */
export interface ResultsPlace {
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * Where an iteration in a child finds its configuration. The results of a child share its output; a character of an
 * identifier takes at most six bytes of it.
 */
export function placeInChild(batchSize: number): IterationPlace {
  const share = Math.floor(outputBytes / batchSize) - bareResultBytes;
  return {
    item: '$states.input.configuration',
    refusal: '$states.input.refusal',
    detailBytes: `${share} - 6 * $length($name)`,
  };
}

/** What the child gets of an item that the state machine has checked; `prefix` where it is the whole input. */
export function checkedItem(withPrefix: boolean): string {
  return jsonata(`{"configuration": $states.context.Map.Item.Value${prefixMember(withPrefix)}}`);
}

function prefixMember(withPrefix: boolean): string {
  return withPrefix ? ', "prefix": $checked.results.prefix' : '';
}

/**
 * The same of an item that the Map reads by itself. What is no configuration goes on with a refusal, by which it is not
 * tested, and which is its result.
 *
 * @param name the source, as messages name it
 * @param configuration see `ItemReading`
 */
export function readItem(name: string, configuration: string | undefined, withPrefix: boolean): string {
  const prefix = prefixMember(withPrefix);
  return jsonata(String.raw`(
  $item := $states.context.Map.Item.Value;${configuration === undefined ? '' : `\n  $item := (${configuration.trim()});`}
  $name := ${identifier};
  (${isConfiguration}) ? {"configuration": $item${prefix}} : (
    ${start}
    $item := $states.context.Map.Item.Value;
    $place := "item " & ($states.context.Map.Item.Index + 1) & " of " & ${jsonataText(name)};
    $keys := $type($item) = "object" ? $start("" & $join($keys($item), ", "), 200);
    $got := $exists($keys) ? "an object with the keys [" & $keys & "]" : $type($item);
    {"configuration": $place, "refusal": "Expected " & $place & " to be ${aConfiguration}, got " & $got & "."${prefix}}
  )
)`);
}

/** Where a child writes its results: beside each other those that passed, and those that did not. */
export const resultsKey = jsonata(
  '$prefix & ($count([$states.input[status != "PASSED"]]) = 0 ? "passed/" : "not_passed/") & $states.context.Execution.Name & ".json"',
);

/** Its results, as a list. */
export const childResults = jsonata('[$states.input]');

/** What it says of them. */
export function childOutput(batchSize: number): string {
  const base = batchSize + 1;
  const count = (status: string) => `$count([$states.input[status = "${status}"]])`;
  return jsonata(`${count('PASSED')} + ${base} * ${count('FAILED')} + ${base * base} * ${count('ERRORED')}`);
}

/**
 * The output of the Map, `$states.result`, as the aggregated result. A child that failed is an object there, as with the
 * Transformation NONE (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html): all of its
 * configurations count as errored, as does what is no number of a child, and what is missing where it is known how many
 * there are.
 *
 * Equal numbers are counted together, in a text: a function for each of 100,000 takes seconds.
 */
export function distributedResult(batchSize: number, isReader: boolean): string {
  const base = batchSize + 1;
  const lostItems =
    batchSize === 1
      ? '$count($lost)'
      : '$sum([$map($lost, function($child) { $max([$count($parse($string($child.Input)).Items), 1]) })])';
  return jsonata(String.raw`(
  $outputs := [$states.result];
  $distinct := [$distinct($outputs)];
  $lost := [$filter($distinct, function($output) { $type($output) = "object" })];
  $said := [$filter($distinct, function($output) { $type($output) = "number" })];
  $numbers := $count($said) = $count($distinct) ? $outputs : [$filter($outputs, function($output) { $type($output) = "number" })];
  $text := $replace($replace($replace($string($numbers), ",", ",,"), "[", ","), "]", ",");
  $counts := [$map($said, function($number) {(
    $errored := $floor($number / ${base * base});
    $failed := $floor($number / ${base}) - ${base} * $errored;
    $passed := $number - ${base} * $failed - ${base * base} * $errored;
    $tested := $passed + $failed + $errored;
    $children := $count($split($text, "," & $string($number) & ",")) - 1;
    $number = $floor($number) and $number > 0 and $tested <= ${batchSize} ?
      {"children": $children, "passed": $children * $passed, "failed": $children * $failed, "errored": $children * $errored}
  )})];
  $passed := $sum([$counts.passed]);
  $failed := $sum([$counts.failed]);
  $unclear := $count($outputs) - $sum([$counts.children]) - $count($lost);
  $errored := $sum([$counts.errored]) + ${lostItems} + $unclear;${
    isReader
      ? ''
      : '\n  $errored := $errored + $abs($count($states.input.configurations) - $passed - $failed - $errored);'
  }
  $total := $passed + $failed + $errored;
  $tolerated := $checked.tolerated_failures;
  {
    "schema_version": 1,
    "mode": "DISTRIBUTED",
    "total": $total,
    "passed": $passed,
    "failed": $failed,
    "errored": $errored,
    "max_concurrency": $checked.max_concurrency,
    "tolerated_failures": $type($tolerated) = "string" ? $floor($number($substringBefore($tolerated, "%")) * $total / 100) : $tolerated,
    "results_location": $checked.results
  }
)`);
}

/** The error and the sentence where the Map failed as a whole. */
export const distributionError = jsonata(
  `$states.input.Error = "States.ItemReaderFailed" ? "${listingFailed}" : "SystemTestErrored"`,
);
/** It has no characters that a message can't hold which quotes it, as `failedCause`. */
export function distributionCause(sourceName: string | undefined): string {
  const reading = sourceName === undefined ? '' : ` of ${sourceName}`;
  return jsonata(String.raw`(
  ${start}
  $problem := $states.input.Error & ($states.input.Cause ? ": " & $states.input.Cause);
  $place := "s3://" & $checked.results.bucket & "/" & $checked.results.prefix;
  $cause := $states.input.Error = "States.ItemReaderFailed" ?
    ${jsonataText(`Expected a list${reading} that the Map can read, got `)} & $problem :
    "The configurations could not all be tested: " & $problem & ". The results so far are in " & $place;
  $start($replace($cause, /["\x5c\x00-\x1f\x7f]/, " "), ${limits.causeLength - 1})
)`);
}
