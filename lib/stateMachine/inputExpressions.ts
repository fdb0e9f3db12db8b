/**
 * The expressions that check and complete the input of an execution. They are shown as they stand in the Step Functions
 * console, so they are written to be read there.
 */
import { bareResultBytes, resultsBytes } from './executionBudget';
import { aConfiguration, configurationChecks, identifier, jsonata, parsed, shown, size, start } from './jsonata';
import type { ResultsPlace } from './distributedExpressions';
import { Configuration, inputKeys, limits, patterns } from '../wire';

/** What they need to know of the construct. */
export interface InputDefaults {
  /** Undefined where each execution has to bring its configurations, or where they are listed. */
  configurations?: readonly Configuration[];
  /** Whether they are in the variable `listing`. */
  listed?: boolean;
  maxConcurrency: number;
  toleratedFailures: number | string;
  /** How many configurations fit in one execution with an inline Map. */
  maxConfigurations: number;
  /** Where the results go if a Distributed Map tests; undefined where there is none. */
  results?: ResultsPlace;
  /** Whether an inline Map tests as well. Default: true. */
  mayBeInline?: boolean;
  /** Whether the Distributed Map reads its configurations by itself; else its items are in its input. Default: false. */
  reads?: boolean;
}

/** How many configurations a Distributed Map gets from its input: what more are is for an S3 object. */
export const maxItems = 10_000;

/**
 * Keys that ask for nothing: what the Step Functions console fills in, and what names the execution that starts this one
 * (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html). An event of EventBridge, which has a
 * `detail-type`, has keys of its own.
 */
const passedKeys = ['Comment', 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID'];

/** The input of a Distributed Map that reads its configurations by itself. */
export const readInput = jsonata(
  '{"max_concurrency": $checked.max_concurrency, "tolerated_failures": $checked.tolerated_failures}',
);

/** `$input` with the defaults of the construct: `$list`, `$concurrency`, `$tolerated`. `$defaults` are its configurations. */
function withDefaults({ configurations = [], listed, maxConcurrency, toleratedFailures }: InputDefaults): string {
  return String.raw`$defaults := ${listed ? '$listing.configurations' : parsed(configurations)};
  $input := $type($states.input) = "object" ? $states.input : {};
  $orDefault := function($value, $default) { $exists($value) ? $value : $default };
  $list := $orDefault($input.configurations, $defaults);
  $concurrency := $orDefault($input.max_concurrency, ${maxConcurrency});
  $tolerated := $orDefault($input.tolerated_failures, ${JSON.stringify(toleratedFailures)});
  $first := $orDefault($input.start_first, []);`;
}

/**
 * `$complete(items)`: the input that the Map gets, `{configurations, max_concurrency, tolerated_failures}`. Where it
 * gives no more than the identifier of one of the construct's configurations, the other keys are the construct's.
 */
function complete({ configurations = [], listed }: InputDefaults): string {
  const isKnown = listed === true || configurations.some((one) => typeof one === 'object');
  // Without the sign, __proto__ would be no key in JavaScript.
  const withKeys = String.raw`
    $own := $merge($map($defaults, function($item) { $type($item) = "object" ? {"=" & $item.configuration_identifier: $item} }));
    $configurations := [$map($items, function($item) {
      $bare($item) ? $orDefault($lookup($own, "=" & (${identifier})), $item) : $item
    })];`;
  return String.raw`$bare := function($item) { $type($item) = "string" or $type($item) = "object" and $count($keys($item)) = 1 };
  $complete := function($items) {(${isKnown ? withKeys : '\n    $configurations := $items;'}
    {"configurations": $configurations, "max_concurrency": $concurrency, "tolerated_failures": $tolerated}
  )};`;
}

/** The input of the Map. It is for an input that was not refused. */
export function completeInput(defaults: InputDefaults): string {
  return jsonata(String.raw`(
  ${withDefaults(defaults)}
  ${complete(defaults)}
  $complete($list)
)`);
}

/**
 * `$nearest(wanted, names)`: which of the names is most like a mistyped one: the same but for upper and lower case, or
 * the one with the longest start and end in common (up to 100 characters each), if these are at least half of it; else
 * nothing. It searches all names as one text, which takes no evaluation for each.
 */
const nearest = String.raw`$nearest := function($wanted, $names) {(
    $begin := function($count) { "\n" & $start($wanted, $count) };
    $end := function($count) { $substringAfter($wanted, $start($wanted, $length($wanted) - $count)) & "\n" };
    $shared := function($part, $names) {(
      $lines := "\n" & $join($names, "\n") & "\n";
      $count($filter([1..$min([$length($wanted), 100])], function($count) { $contains($lines, $part($count)) }))
    )};
    $fewer := function($part, $names) {(
      $text := $part($shared($part, $names));
      [$filter($names, function($name) { $contains("\n" & $name & "\n", $text) })]
    )};
    $endFirst := $shared($end, $names) > $shared($begin, $names);
    $likely := $endFirst ? $fewer($begin, $fewer($end, $names)) : $fewer($end, $fewer($begin, $names));
    $same := [$filter($names, function($name) { $lowercase($name) = $lowercase($wanted) })];
    $count($same) > 0 ? $same[0] :
    2 * ($shared($begin, $likely) + $shared($end, $likely)) >= $min([$length($wanted), 100]) ? $likely[0]
  )};`;

/**
 * `$startOrder(names, first)`: the indexes of all names, those of `first` in front, each once; nothing where it has none of
 * them. A list is only gone through from start to end: to look up `[index]` would go through all of it each time.
 */
const startOrder = String.raw`$startOrder := function($names, $first) {(
    $indexes := $merge($map($names, function($name, $index) { {"=" & $name: $index} }));
    $wanted := $reverse([$map($first, function($name) { $lookup($indexes, "=" & $name) })]);
    $last := $merge($map($wanted, function($index, $place) { {$string($index): $place} }));
    $once := [$filter($wanted, function($index, $place) { $lookup($last, $string($index)) = $place })];
    $others := [$filter([0..$count($names) - 1], function($index) { $not($exists($lookup($last, $string($index)))) })];
    $count($once) > 0 ? $append($reverse($once), $others)
  )};`;

/** What an input that was not refused comes to. */
function acceptedInput(defaults: InputDefaults): string {
  const { results, maxConcurrency } = defaults;
  if (!results) {
    return String.raw`{
    "refusal": "",
    "detail_bytes": $floor($room / $total),
    "order": $startOrder($names, $first),
    "max_concurrency": $min([$concurrency, ${maxConcurrency}]),
    "tolerated_failures": $share ? $floor($percent * $total / 100) : $tolerated
  }`;
  }
  return String.raw`(
    $isDistributed := ${isDistributed(defaults)};
    $merge([
      {"refusal": "", "mode": $isDistributed ? "DISTRIBUTED" : "INLINE"},
      $isDistributed ? {"results": {
        "bucket": ${JSON.stringify(results.bucket)},
        "prefix": ${JSON.stringify(results.prefix)} & $states.context.Execution.Name & "/"
      }} : {"detail_bytes": $floor($room / $total), "order": $startOrder($names, $first)},
      {
        "max_concurrency": $min([$concurrency, ${maxConcurrency}, $isDistributed ? ${limits.distributedConcurrency} : ${limits.inlineConcurrency}]),
        "tolerated_failures": $share and $not($isRead) ? $floor($percent * $total / 100) : $tolerated
      }
    ])
  )`;
}

function isDistributed({ mayBeInline = true, reads, maxConfigurations }: InputDefaults): string {
  if (!mayBeInline) return 'true';
  return reads ? '$isRead' : `$total > ${maxConfigurations} or $room < 0`;
}

/**
 * Checks the execution's input. Evaluates to `{refusal, mode, results, detail_bytes, order, max_concurrency,
 * tolerated_failures}`: a sentence or `""`; where there is a Distributed Map, whether it tests and where its results go;
 * for an inline Map, the bytes that each result may take beyond its identifier and status, and where `start_first` names
 * some of them, the indexes of the configurations as they are started; the concurrency within the construct's limit;
 * the tolerated failures as a count, a share where it is not known of how many.
 *
 * It counts first and looks at the configurations only where there are not too many, one thing after the other: `$items`
 * are none as soon as something is refused.
 */
export function checkInput(defaults: InputDefaults): string {
  const { configurations = [], listed, results, reads = false } = defaults;
  const most = results && !reads ? maxItems : defaults.maxConfigurations;
  const concurrency = results ? limits.distributedConcurrency : limits.inlineConcurrency;
  const knows = listed === true || configurations.length > 0;
  const knowing = listed ? '" & $listing.source & " lists' : 'the construct has';
  const unknown = String.raw`
  $known := [$map($defaults, function($item) { ${identifier} })];
  $unknown := $input.allow_unknown = true or $not($exists($input.configurations)) ? [] : [$map($items, function($item) {(
    $name := ${identifier};
    $bare($item) and $not($name in $known) ? $name
  )})];
  $refusal := $refusal != "" ? $refusal : $count($unknown) = 0 ? "" : (
    $similar := $nearest($unknown[0], $known);
    ${reads ? String.raw`$listing.large = true ? "Expected configurations with all their keys, got \"" & $unknown[0] & "\": " & $listing.source & " is too large to select from. Put \"allow_unknown\": true in the input (--allow-unknown) to test what is named as it is." : ` : ''}"Expected configurations that ${knowing}, got \"" & $unknown[0] & "\""
      & ($count($unknown) > 1 ? " and " & ($count($unknown) - 1) & " more")
      & ($exists($similar) ? ": did you mean \"" & $similar & "\"?" : ".")
      & " Put \"allow_unknown\": true in the input (--allow-unknown) to test what ${listed ? 'it does not list' : 'the construct does not know'}."
  );
  $items := $refusal = "" ? $items : [];`;
  const hint = results
    ? 'Put them into an S3 object that the Map reads by itself.'
    : 'Split them over several executions, or use a Map in distributed mode.';
  // What does not fit in an inline Map is for the other one, where there is one that can have it.
  const refusedForSize =
    results && !reads
      ? ''
      : String.raw`
    $room < 0 ? "Expected the identifiers to take at most " & $most & " bytes together, got " & $size($names) & ": more do not fit in the output of an execution with an inline Map. ${hint}" :`;
  const isRead = reads ? '$listing.large = true and $not($exists($input.configurations))' : 'false';
  return jsonata(String.raw`(
  ${size}
  ${start}
  ${withDefaults(defaults)}
  ${complete(defaults)}${knows ? `\n  ${nearest}` : ''}
  ${shown}
  ${configurationChecks}
  $integer := function($value, $least, $most) {
    $type($value) != "number" ? false : $value < $least or $value > $most ? false : $value = $floor($value)
  };
  $texts := function($names) {[$filter($names, function($name) { $type($name) = "string" })]};
  ${startOrder}${results ? `\n  $isRead := ${isRead};` : ''}
  $isEvent := "detail-type" in $keys($input);
  $other := [$filter($keys($input), function($key) { $not($isEvent or $key in ${JSON.stringify([...inputKeys, ...passedKeys])}) })][0];
  $total := $type($list) = "array" ? $count($list) : 0;
  $share := $type($tolerated) != "string" ? false : $contains($tolerated, /${patterns.share}/) and $substringAfter($tolerated, "%") = "";
  $percent := $share ? $number($substringBefore($tolerated, "%"));
  $refusal :=
    $type($states.input) != "object" ? "Expected the input to be an object, such as {\"configurations\": [\"config_0\"]}, got " & $type($states.input) & "." :
    $exists($other) ? "Expected the input to have no keys but ${inputKeys.join(', ')}, got \"" & $shown($other) & "\": check how it is spelt." :
    $type($list) != "array" ? "Expected configurations to be a list, got " & $type($list) & "." :
    $total = 0${reads ? ' and $not($isRead)' : ''} ? "Expected at least one configuration, got none: name them in the input's configurations or in the construct's." :
    $total > ${most} ? "Expected at most ${most} configurations, got " & $total & ": more do not fit in ${results && !reads ? 'the input of a Map' : 'the history of an execution with an inline Map'}. ${hint}" :
    $not($integer($concurrency, 1, ${concurrency})) ? "Expected max_concurrency to be an integer from 1 to ${concurrency}, got " & $shown($concurrency) & "." :
    $not($share or $integer($tolerated, 0, ${Number.MAX_SAFE_INTEGER})) ? "Expected tolerated_failures to be an integer from 0 up or a share such as \"5%\", got " & $shown($tolerated) & "." :
    $exists($input.allow_unknown) and $type($input.allow_unknown) != "boolean" ? "Expected allow_unknown to be true or false, got " & $shown($input.allow_unknown) & "." :
    $type($first) != "array" ? "Expected start_first to be a list of identifiers, got " & $type($first) & "." :
    $count($first) > ${maxItems} ? "Expected start_first to be at most ${maxItems} identifiers, got " & $count($first) & "." :
    $count($texts($first)) < $count($first) ? "Expected start_first to be a list of identifiers, got one that is no text." :
    "";
  $items := $refusal = "" ? $list : [];
  $names := $namesOf($items);
  $refusal := $refusal != "" ? $refusal : $not(false in $names) ? "" :
    "Expected configurations[" & $faulty($names) & "] to be ${aConfiguration}.";
  $items := $refusal = "" ? $items : [];
  $names := $refusal = "" ? $names : [];
  $repeated := $twice($names);
  $refusal := $refusal != "" ? $refusal : $exists($repeated) ? "Expected each configuration once, got " & $repeated & " more than once." : "";
  $items := $refusal = "" ? $items : [];${knows ? unknown : ''}
  $most := ${resultsBytes} - ${bareResultBytes} * $total;
  $room := $most - $size($names);
  $bytes := $refusal = "" ? $size($complete($items)) : 0;
  $refusal := $refusal != "" ? $refusal :${refusedForSize}
    $bytes > ${limits.payloadBytes} ? "Expected the input and what the construct adds to it to take at most ${limits.payloadBytes} bytes, got " & $bytes & ". ${results ? hint : 'Split the configurations over several executions.'}" :
    "";
  $refusal != "" ? {"refusal": $refusal} : ${acceptedInput(defaults)}
)`);
}
