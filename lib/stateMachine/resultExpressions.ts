/**
 * The expressions of an iteration and of the aggregated result. They are shown as they stand in the Step Functions
 * console, so they are written to be read there.
 *
 * None may fail, whatever the function says: where the Output of a catcher fails, the whole execution does.
 */
import { listingFailed, reportPatterns, unanswered, unknownErrorType, unsuccessful } from './invocationRules';
import { identifier, jsonata, jsonataText, messageIn, size, start } from './jsonata';
import { limits } from '../wire';

/**
 * `$shorten(text, room, atEnd)`: as much of the text as fits in `room` bytes of JSON; its end (a log) or its start.
 * A character takes six bytes at most, so the last resort always fits. A long text is cut before it is measured.
 */
const shorten = String.raw`${start}
  $shorten := function($text, $room, $atEnd) {(
    $keep := function($count) {
      $atEnd and $count > 0 and $count < $length($text) ? $substringAfter($text, $start($text, $length($text) - $count)) : $start($text, $count)
    };
    $most := $keep($room);
    $bytes := $size($most);
    $bytes <= $room ? $most : $room < 40 ? "" : (
      $guess := $keep($floor(0.9 * $room * $length($most) / $bytes));
      $size($guess) <= $room ? $guess : $keep($floor($room / 6) - 1)
    )
  )};`;

/** Where an iteration finds what it tests. */
export interface IterationPlace {
  /** The configuration. */
  readonly item: string;
  /** Bytes that its result may take beyond its identifier and status; `$name` is the identifier. */
  readonly detailBytes: string;
  /** Why it is not tested, where that may be so. */
  readonly refusal?: string;
}

/** Of an inline Map, whose items are configurations that were checked. */
export const inlinePlace: IterationPlace = { item: '$states.input', detailBytes: '$checked.detail_bytes' };

/** The event that the function gets. `payload` is a JSON object; `system_test` can't be overridden. */
export function functionEvent(payload: string, { item, refusal } = inlinePlace): string {
  const refused = refusal === undefined ? '' : `\n  $exists(${refusal}) ? $error(${refusal});`;
  return jsonata(`(
  $item := ${item};${refused}
  $merge([${payload}, $type($item) = "object" ? $item : {"configuration_identifier": $item}, {"system_test": true}])
)`);
}

/**
 * Builds the result of one configuration within its share of the output. Expects `$name`, `$status`, `$times`,
 * `$errorType` and `$errorMessage` (undefined where it passed), `$response` and `$log` (or undefined). What does not fit
 * is given up in this order: the start of the log, the response, the end of the message.
 */
const result = ({ detailBytes }: IterationPlace) => String.raw`$most := ${detailBytes};
  $room := $most - $size($times);
  $shortType := $exists($errorType) ? $shorten($errorType, $min([$room - 60, 200]), false) : "";
  $shortMessage := $shortType != "" ? $shorten($errorMessage, $room - 40 - $size($shortType), false);
  $error := $shortType != "" ? {"error": {"type": $shortType, "message": $shortMessage}} : {};
  $room := $room - $size($error);
  $fits := $exists($response) and $size($response) + 13 <= $room;
  $room := $room - ($fits ? $size($response) + 13 : 0);
  $logTail := $exists($log) ? $shorten($log, $room - 15, true) : "";
  $merge([
    {"configuration_identifier": $name, "status": $status},
    $size($times) <= $most ? $times : {},
    $error,
    $fits ? {"response": $response} : {},
    $logTail != "" ? {"log_tail": $logTail} : {},
    $shortType != $errorType or $shortMessage != $errorMessage or $logTail != $log or $exists($response) and $not($fits) ? {"truncated": true} : {}
  ])`;

/**
 * The result of an invocation that reached the function.
 *
 * `$states.result` is Lambda's answer. From the SDK integration `Payload` is text, a function error is data and the log
 * tail is Base64; from the optimised one `Payload` is JSON and the duration is that of the task. It fails where the
 * text is no JSON, which nothing in JSONata can tell beforehand.
 */
export function invocationResult(logTail: boolean, place = inlinePlace): string {
  const [[duration, durationInJson], [billed, billedInJson]] = [reportPatterns.duration, reportPatterns.billed];
  const answer = logTail
    ? String.raw`
  $text := $states.result.Payload;
  $returned := $type($text) = "string" ? $parse($text);
  $encoded := $states.result.LogResult;
  $log := $type($encoded) != "string" ? "" :
    $length($encoded) % 4 = 0 and $contains($encoded, /^[A-Za-z0-9+\/]*=?=?(?![\s\S])/) ? $base64decode($encoded) : "";
  $lines := $match($log, /${duration}${billed}/);
  $reported := function($pattern) {(
    $found := $match($log, $pattern);
    $exists($found) ? $number($found[-1].groups[0])
  )};
  $duration := $exists($lines) ? $number($lines[-1].groups[0]) : $reported(/${durationInJson}/);
  $billed := $exists($lines) ? $number($lines[-1].groups[1]) : $reported(/${billedInJson}/);`
    : String.raw`
  $returned := $states.result.Payload;
  $text := $string($returned);
  $duration := $millis() - $toMillis($states.context.State.EnteredTime);`;
  // Most results are short and fit without a closer look: a number with an exponent may take more than in the answer.
  return jsonata(String.raw`(
  $item := ${place.item};
  $name := ${identifier};${answer}
  $passed := $type($returned) = "object" and $returned.system_test_successful = true and $not($exists($states.result.FunctionError));
  ($passed ? $length($duration & $billed & $text) + 44 <= ${place.detailBytes} and $not($contains($text, /[^\x00-\x7f]|[0-9][eE][-+0-9]/)) : false) ? {
    "configuration_identifier": $name,
    "status": "PASSED",
    "duration_ms": $duration,
    "billed_ms": $billed,
    "response": $returned
  } : (
  ${size}
  ${shorten}
  $times := {"duration_ms": $duration, "billed_ms": $billed};
  $raised := $exists($states.result.FunctionError);
  $object := $type($returned) = "object";
  $said := $exists($returned) ? $string($returned) : "nothing";
  $status := $passed ? "PASSED" : "FAILED";
  $raisedType := $object ? $string($returned.errorType) : "";
  $errorType := $not($passed) ? ($not($raised) ? "${unsuccessful.type}" : $raisedType ? $raisedType : "${unknownErrorType}");
  $errorMessage := $not($passed) ? (
    $not($raised) ? ${JSON.stringify(unsuccessful.message)} & $start($said, ${unsuccessful.shownCharacters}) & "." :
    $object and $exists($returned.errorMessage) ? $string($returned.errorMessage) : $said
  );
  $response := $not($raised) ? $returned;
  $log := $not($passed) ? $log;
  ${result(place)}
  )
)`);
}

/**
 * The result of an invocation that Step Functions reports as an error. Errors of the platform (`States.*` and
 * `Lambda.*Exception`) make it `ERRORED`; all others are the function's own, so `FAILED`.
 *
 * An expression fails where the response is no JSON, which is the function's fault, and where it is over a limit of Step
 * Functions (depth, memory, time), which says nothing about the configuration. The cause tells them apart:
 * "D3137: Invalid JSON" was recorded on AWS for `$parse` (JsonataEvaluator of floci-io/floci).
 *
 * Such a cause quotes the whole expression, some 4 KB, which tells nobody anything: what is left is what follows it.
 *
 * @param o.mayRunOn whether a function that gave no answer was not invoked again, as it may still run
 * @param o.timeout how long the task waits for the answer, and after how long Lambda ends the function. Where that is
 * sooner, the function can't be what took longer; else it took longer than its owner lets it, as with Lambda's own timeout.
 */
export function errorResult(
  { mayRunOn, timeout }: { mayRunOn: boolean; timeout?: { seconds: number; functionSeconds: number } },
  place = inlinePlace,
): string {
  const { item, refusal } = place;
  const refused =
    refusal === undefined
      ? ''
      : `\n  $refused := $exists(${refusal});
  $errorType := $refused ? "${listingFailed}" : $errorType;`;
  const unheard = mayRunOn
    ? `\n    $errorType in ${JSON.stringify(unanswered.errors)} ? ${JSON.stringify(unanswered.message)} & $cause :`
    : '';
  const isFunctions = timeout && timeout.seconds <= timeout.functionSeconds;
  const overdue = timeout
    ? `\n    $errorType = "States.Timeout" ? ${JSON.stringify(
        `Expected the function to answer within ${timeout.seconds} s (configurationTimeout), got no answer${isFunctions ? '. It may still run.' : `, although Lambda ends it after ${timeout.functionSeconds} s.`}`,
      )} :`
    : '';
  return jsonata(String.raw`(
  ${size}
  ${shorten}
  $item := ${item};
  $name := ${identifier};
  $errorType := $states.errorOutput.Error ? $string($states.errorOutput.Error) : "${unknownErrorType}";${refused}
  $cause := $start($exists($states.errorOutput.Cause) ? $string($states.errorOutput.Cause) : "", ${limits.causeLength});
  $evaluation := $errorType = "States.QueryEvaluationError";
  $parts := $split($cause, "' specified for ");
  $problem := ($count($parts) > 1 ? "The expression for " : "") & $parts[$count($parts) - 1];
  $unreadable := $evaluation and $contains($cause, "during evaluation. D3137: Invalid JSON");
  $platform := ${refusal === undefined ? '' : '$refused or '}$not($unreadable) and ${isFunctions ? '$errorType != "States.Timeout" and ' : ''}$contains($errorType, /^States\.|^Lambda\.[A-Za-z0-9]*Exception(?![\s\S])/);
  $status := $platform ? "ERRORED" : "FAILED";
  ${messageIn}
  $raised := $not($platform) ? $messageIn($cause);
  $errorMessage :=${unheard}${overdue}${refusal === undefined ? '' : `\n    $refused ? ${refusal} :`}
    $unreadable ? "Expected the function to return JSON. " & $problem : $evaluation ? $problem :
    $exists($raised) ? $raised : $cause;
  $times := {"duration_ms": $status = "FAILED" ? $millis() - $toMillis($states.context.State.EnteredTime)};
  ${result(place)}
)`);
}

/** The configurations as they are started. */
export const startedItems = jsonata(`(
  $items := $states.input.configurations;
  $exists($checked.order) ? (
    $at := $merge($map($items, function($item, $index) { {$string($index): $item} }));
    [$map($checked.order, function($index) { $lookup($at, $string($index)) })]
  ) : $items
)`);

/** All results, in the order of the input, counted: the output of the Map and of the execution. */
export function aggregatedResult(): string {
  const count = (status: string) => `$count($results[status = "${status}"])`;
  return jsonata(`(
  $results := [$states.result];
  $results := $exists($checked.order) ? (
    $at := $merge($map($results, function($result, $place) { {$string($place): $result} }));
    $places := $merge($map($checked.order, function($index, $place) { {$string($index): $string($place)} }));
    [$map([0..$count($results) - 1], function($index) { $lookup($at, $lookup($places, $string($index))) })]
  ) : $results;
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

/** Whether the execution passes: something was tested, nothing errored, and no more failed than is tolerated. */
export const allPassed = jsonata(
  '$states.input.total > 0 and $states.input.errored = 0 and $states.input.failed <= $states.input.tolerated_failures',
);

/** The Error of the Fail state: a failed configuration, or trouble that says nothing about the configurations. */
export const failedError = jsonata(
  `$states.input.total = 0 ? "${listingFailed}" : $states.input.failed > $states.input.tolerated_failures ? "SystemTestFailed" : "SystemTestErrored"`,
);

/**
 * The Cause of the Fail state: one sentence that names the first ten identifiers, cut to the limit of a Cause. It has no
 * quotation marks, backslashes and control characters, which EventBridge doesn't escape when a notification quotes it.
 *
 * @param sourceName what a Distributed Map may read by itself, so that the list may have been empty
 */
export function failedCause(sourceName?: string): string {
  const none = sourceName === undefined ? '' : ` of ${sourceName}`;
  return jsonata(String.raw`(
  ${start}
  $names := [$states.input.results[status != "PASSED"].configuration_identifier];
  $first := $replace($join($names[[0..9]], ", "), /["\x5c\x00-\x1f\x7f]/, " ");
  $location := $states.input.results_location;
  $start($states.input.total = 0 ? $replace(${jsonataText(`Expected at least one configuration${none}, got none.`)}, /["\x5c\x00-\x1f\x7f]/, " ") : $states.input.failed & " of " & $states.input.total & " configurations failed the system test"
    & ($states.input.errored > 0 ? " and " & $states.input.errored & " could not be tested" : "")
    & ": " & ($exists($location) ? "see s3://" & $location.bucket & "/" & $location.prefix & "not_passed/") & $first & ($count($names) > 10 ? " and " & ($count($names) - 10) & " more" : "") & ".", ${limits.causeLength - 1})
)`);
}
