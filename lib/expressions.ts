/**
 * The JSONata expressions of the state machine. They are shown as they stand in the Step Functions console, so they are
 * written to be read there. Step Functions evaluates JSONata 2.0.6 and adds `$parse`:
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import { bareResultBytes, resultsBytes } from './executionBudget';
import { reportPatterns, unanswered, unknownErrorType, unsuccessful } from './invocationRules';
import { Configuration, limits, patterns } from './wire';

/** Wraps JSONata text as a value of the Amazon States Language. */
export function jsonata(expression: string): string {
  return `{% ${expression.trim()} %}`;
}

/**
 * `$size(value)`: bytes of the value as JSON. Counts three for every UTF-16 unit above ASCII, which is never too few.
 */
const size = String.raw`$size := function($value) { $length($replace($string({"v": $value}), /[^\x00-\x7F]/, "xxx")) - 6 };`;

/**
 * `$shorten(text, room, atEnd)`: as much of the text as fits in `room` bytes of JSON; its end (a log) or its start.
 * A character takes six bytes at most, so the last resort always fits.
 */
const shorten = String.raw`
  $shorten := function($text, $room, $atEnd) {
    $size($text) <= $room ? $text : $room < 40 ? "" : (
      $cut := function($n) { $atEnd ? $substring($text, -$n) : $substring($text, 0, $n) };
      $guess := $cut($floor(0.9 * $room * $length($text) / $size($text)));
      $size($guess) <= $room ? $guess : $cut($floor($room / 6) - 1)
    )
  };`;

const identifier = '$type($item) = "object" ? $item.configuration_identifier : $item';

/** What the first state needs to know of the construct. */
export interface InputDefaults {
  /** Undefined where each execution has to bring its configurations. */
  configurations?: Configuration[];
  maxConcurrency: number;
  toleratedFailures: number | string;
  /** How many configurations fit in one execution. */
  maxConfigurations: number;
}

/**
 * The default configurations as one string to parse: evaluated as a list, each would be an expression of its own, and
 * Step Functions bounds how many an evaluation may hold.
 */
function configurationsOf({ configurations = [] }: InputDefaults): string {
  const json = JSON.stringify(configurations).replaceAll("'", '\\u0027').replaceAll('\\', '\\\\');
  return `$parse('${json}')`;
}

/**
 * The execution's input with the construct's defaults: `{configurations, max_concurrency, tolerated_failures}`. Where it
 * gives no more than the identifier of one of the construct's configurations, the other keys are the construct's.
 */
export function completeInput(defaults: InputDefaults): Record<string, string> {
  const orDefault = (key: string, value: string) =>
    jsonata(`$exists($states.input.${key}) ? $states.input.${key} : ${value}`);
  const withKeys = defaults.configurations?.some((one) => typeof one === 'object');
  return {
    configurations: withKeys
      ? jsonata(String.raw`(
  $defaults := ${configurationsOf(defaults)};
  $withKeys := $filter($defaults, function($item) { $type($item) = "object" });
  $known := $merge($map($withKeys, function($item) { {$item.configuration_identifier: $item} }));
  $given := $states.input.configurations;
  $exists($given) ? [$map($given, function($item) {(
    $default := $type($item) = "string" ? $lookup($known, $item);
    $type($default) = "object" and $default.configuration_identifier = $item ? $default : $item
  )})] : $defaults
)`)
      : orDefault('configurations', configurationsOf(defaults)),
    max_concurrency: orDefault('max_concurrency', String(defaults.maxConcurrency)),
    tolerated_failures: orDefault('tolerated_failures', JSON.stringify(defaults.toleratedFailures)),
  };
}

/**
 * Checks the execution's input. Evaluates to `{refusal, detail_bytes, max_concurrency, tolerated_failures}`: a sentence
 * or `""`; the bytes that each result may take beyond its identifier and status; the concurrency within the construct's
 * limit; the tolerated failures as a count.
 */
export function checkInput(defaults: InputDefaults): string {
  const { maxConcurrency, maxConfigurations } = defaults;
  return jsonata(String.raw`(
  ${size}
  $input := $states.input;
  $list := $exists($input.configurations) ? $input.configurations : ${configurationsOf(defaults)};
  $total := $count($list);
  $named := function($item) {(
    $identifier := ${identifier};
    $type($identifier) = "string" and $contains($identifier, /${patterns.notBlank}/)
      and $length($identifier) <= ${limits.identifierLength} and $not($type($item) = "object" and "system_test" in $keys($item))
  )};
  $wrong := [$map($list, function($item, $index) { $not($named($item)) ? $index })];
  $identifiers := $count($wrong) > 0 ? [] : [$map($list, function($item) { ${identifier} })];
  $repeated := $reduce($sort($identifiers), function($seen, $name) {
    $name = $seen.last ? {"last": $name, "twice": $name} : $merge([$seen, {"last": $name}])
  }, {}).twice;
  $concurrency := $exists($input.max_concurrency) ? $input.max_concurrency : ${maxConcurrency};
  $tolerated := $exists($input.tolerated_failures) ? $input.tolerated_failures : ${JSON.stringify(defaults.toleratedFailures)};
  $percent := $type($tolerated) = "string" and $contains($tolerated, /${patterns.share}/)
    ? $number($substringBefore($tolerated, "%"));
  $room := ${resultsBytes} - $size($identifiers) - ${bareResultBytes} * $total;
  {
    "refusal":
      $type($input) != "object" ? "Expected the input to be an object, such as {\"configurations\": [\"config_0\"]}, got " & $type($input) & "." :
      $type($list) != "array" ? "Expected configurations to be a list, got " & $type($list) & "." :
      $total = 0 ? "Expected at least one configuration, got none: name them in the input's configurations or in the construct's." :
      $count($wrong) > 0 ? "Expected configurations[" & $wrong[0] & "] to be a string of 1 to ${limits.identifierLength} characters that is not blank, or an object with such a configuration_identifier and no system_test." :
      $exists($repeated) ? "Expected each configuration once, got " & $repeated & " more than once." :
      $type($concurrency) != "number" or $concurrency != $floor($concurrency) or $concurrency < 1 or $concurrency > ${limits.inlineConcurrency}
        ? "Expected max_concurrency to be an integer from 1 to ${limits.inlineConcurrency}, got " & $string($concurrency) & "." :
      $not($exists($percent) or $type($tolerated) = "number" and $tolerated >= 0 and $tolerated <= ${Number.MAX_SAFE_INTEGER} and $tolerated = $floor($tolerated))
        ? "Expected tolerated_failures to be an integer from 0 up or a share such as \"5%\", got " & $string($tolerated) & "." :
      $total > ${maxConfigurations} ? "Expected at most ${maxConfigurations} configurations, got " & $total & ": more do not fit in the history of an execution with an inline Map. Split them over several executions, or use a Map in distributed mode." :
      $room < 0 ? "Expected the identifiers to take at most " & (${resultsBytes} - ${bareResultBytes} * $total) & " bytes together, got " & $size($identifiers) & ": more do not fit in the output of an execution with an inline Map. Split them over several executions, or use a Map in distributed mode." :
      "",
    "detail_bytes": $total = 0 ? 0 : $floor($room / $total),
    "max_concurrency": $type($concurrency) = "number" ? $min([$concurrency, ${maxConcurrency}]) : 1,
    "tolerated_failures": $exists($percent) ? $floor($percent * $total / 100) : $type($tolerated) = "number" ? $tolerated : 0
  }
)`);
}

/** The event that the function gets. `payload` is a JSON object; `system_test` can't be overridden. */
export function functionEvent(payload: string): string {
  return jsonata(`(
  $item := $states.input;
  $merge([${payload}, $type($item) = "object" ? $item : {}, {
    "configuration_identifier": ${identifier},
    "system_test": true
  }])
)`);
}

/**
 * Builds the result of one configuration within its share of the output. Expects `$item`, `$status`, `$times`,
 * `$errorType` and `$errorMessage` (undefined where it passed), `$response` and `$log` (or undefined). What does not fit
 * is given up in this order: the start of the log, the response, the end of the message.
 */
const result = String.raw`$room := $checked.detail_bytes - $size($times);
  $shortType := $exists($errorType) ? $shorten($errorType, $min([$room - 60, 200]), false) : "";
  $shortMessage := $shortType != "" ? $shorten($errorMessage, $room - 40 - $size($shortType), false);
  $error := $shortType != "" ? {"error": {"type": $shortType, "message": $shortMessage}} : {};
  $room := $room - $size($error);
  $fits := $exists($response) and $size($response) + 13 <= $room;
  $room := $room - ($fits ? $size($response) + 13 : 0);
  $logTail := $exists($log) ? $shorten($log, $room - 15, true) : "";
  $merge([
    {"configuration_identifier": ${identifier}, "status": $status},
    $size($times) <= $checked.detail_bytes ? $times : {},
    $error,
    $fits ? {"response": $response} : {},
    $logTail != "" ? {"log_tail": $logTail} : {},
    $shortType != $errorType or $shortMessage != $errorMessage or $logTail != $log or $exists($response) and $not($fits) ? {"truncated": true} : {}
  ])`;

/**
 * The result of an invocation that reached the function.
 *
 * `$states.result` is Lambda's answer. From the SDK integration `Payload` is text, a function error is data and the log
 * tail is Base64; from the optimised one `Payload` is JSON and the duration is that of the task.
 */
export function invocationResult(logTail: boolean): string {
  const reported = (patterns: readonly string[]) => patterns.map((pattern) => `$reported(/${pattern}/)`);
  const answer = logTail
    ? String.raw`
  $returned := $parse($states.result.Payload);
  $log := $base64decode($states.result.LogResult);
  $reported := function($pattern) { $number($match($log, $pattern)[-1].groups[0]) };
  $duration := [
    ${reported(reportPatterns.duration).join(',\n    ')}
  ][0];
  $billed := [${reported(reportPatterns.billed).join(', ')}][0];`
    : String.raw`
  $returned := $states.result.Payload;
  $duration := $millis() - $toMillis($states.context.State.EnteredTime);`;
  return jsonata(String.raw`(
  ${size}
  ${shorten}
  $item := $states.input;${answer}
  $times := {"duration_ms": $duration, "billed_ms": $billed};
  $raised := $exists($states.result.FunctionError);
  $object := $type($returned) = "object";
  $passed := $not($raised) and $object and $returned.system_test_successful = true;
  $status := $passed ? "PASSED" : "FAILED";
  $errorType := $not($passed) ? (
    $not($raised) ? "${unsuccessful.type}" :
    $object and $exists($returned.errorType) ? $string($returned.errorType) : "${unknownErrorType}"
  );
  $errorMessage := $not($passed) ? (
    $not($raised) ? ${JSON.stringify(unsuccessful.message)} & $substring($string($returned), 0, ${unsuccessful.shownCharacters}) & "." :
    $object and $exists($returned.errorMessage) ? $string($returned.errorMessage) : $string($returned)
  );
  $response := $not($raised) ? $returned;
  $log := $not($passed) ? $log;
  ${result}
)`);
}

/**
 * The result of an invocation that Step Functions reports as an error. Errors of the platform (`States.*` and
 * `Lambda.*Exception`) make it `ERRORED`; all others are the function's own, so `FAILED`, as is a response that could
 * not be evaluated because it is not JSON.
 *
 * The Cause is JSON only where the function raised, and may have been cut, so its message is searched, not parsed.
 *
 * @param o.mayRunOn whether a function that gave no answer was not invoked again, as it may still run
 */
export function errorResult({ mayRunOn }: { mayRunOn: boolean }): string {
  const unheard = mayRunOn
    ? `$errorType in ${JSON.stringify(unanswered.errors)} ? ${JSON.stringify(unanswered.message)} & $cause :`
    : '';
  return jsonata(String.raw`(
  ${size}
  ${shorten}
  $item := $states.input;
  $errorType := $states.errorOutput.Error;
  $cause := $exists($states.errorOutput.Cause) ? $string($states.errorOutput.Cause) : "";
  $unreadable := $errorType = "States.QueryEvaluationError";
  $platform := $contains($errorType, /^States\./) or $contains($errorType, /^Lambda\..*Exception$/);
  $status := $platform and $not($unreadable) ? "ERRORED" : "FAILED";
  $said := $match($cause, /"errorMessage" *: *("[^"\x5c\x00-\x1f]*(?:\x5c(?:["\x5c\/bfnrt]|u[0-9a-fA-F]{4})[^"\x5c\x00-\x1f]*)*")/)[0].groups[0];
  $errorMessage := ${unheard} $unreadable ? "Expected the function to return JSON: " & $cause :
    $not($platform) and $exists($said) ? $parse($said) : $cause;
  $times := {"duration_ms": $status = "FAILED" ? $millis() - $toMillis($states.context.State.EnteredTime)};
  ${result}
)`);
}

/** All results, counted: the output of the Map and of the execution. */
export function aggregatedResult(): string {
  const count = (status: string) => `$count($results[status = "${status}"])`;
  return jsonata(`(
  $results := [$states.result];
  {
    "schema_version": 1,
    "total": $count($results),
    "passed": ${count('PASSED')},
    "failed": ${count('FAILED')},
    "errored": ${count('ERRORED')},
    "max_concurrency": $checked.max_concurrency,
    "tolerated_failures": $checked.tolerated_failures,
    "results": $results
  }
)`);
}

/** Whether the execution passes: nothing errored, and no more failed than is tolerated. */
export const allPassed = jsonata(
  '$states.input.errored = 0 and $states.input.failed <= $states.input.tolerated_failures',
);

/** The Error of the Fail state: a failed configuration, or trouble that says nothing about the configurations. */
export const failedError = jsonata(
  '$states.input.failed > $states.input.tolerated_failures ? "SystemTestFailed" : "SystemTestErrored"',
);

/**
 * The Cause of the Fail state: one sentence that names the first ten identifiers, cut to the limit of a Cause. It has no
 * quotation marks, backslashes and control characters, which EventBridge doesn't escape when a notification quotes it.
 */
export const failedCause = jsonata(String.raw`(
  $names := [$states.input.results[status != "PASSED"].configuration_identifier.$replace(/["\x5c\x00-\x1f\x7f]/, " ")];
  $substring($states.input.failed & " of " & $states.input.total & " configurations failed the system test"
    & ($states.input.errored > 0 ? " and " & $states.input.errored & " could not be tested" : "")
    & ": " & $join($names[[0..9]], ", ") & ($count($names) > 10 ? " and " & ($count($names) - 10) & " more" : "") & ".", 0, ${limits.causeLength - 1})
)`);
