/**
 * The expressions that list the configurations before an execution's input is checked, page by page, into the variable
 * `listing`: `{source, pages, configurations, next_token}` and, where nothing is to be tested, `refusal`, a sentence;
 * `large` is true where that is because there is too much of it. They are shown as they stand in the Step Functions
 * console, so they are written to be read there.
 */
import { aConfiguration, configurationChecks, jsonata, messageIn, shown, size, start } from './jsonata';
import { limits } from '../wire';

/** Bytes of a list as JSON that is read at each execution. A variable may have 256 KiB (AWS Step Functions quotas). */
export const maxListedBytes = limits.payloadBytes / 2;

/** JSONata that tells what a page of one kind of source comes to. */
export interface PageExpressions {
  /**
   * Of the answer, `$states.result`, it sets `$items`; `$token`, by which the next page is asked for, null on the last
   * one; and `$refusal`, what was expected and what is there instead, or `""`.
   */
  readonly read: string;
  /** By which one of them, `$item`, becomes a configuration, `false` where it can't. Default: it is one. */
  readonly configuration?: string;
  /** A text that says where `$items[$index]` is, on page `$number`. */
  readonly place: string;
  /** What was expected where the answer is text that can't be parsed. */
  readonly parsed?: string;
  /** What a denied call may mean as well. */
  readonly denied?: string;
}

/**
 * The listing before its first page.
 * @param onlyNamed whether it counts as large where the input names no configurations, so that it is not listed
 */
export function emptyListing(source: string, onlyNamed: boolean): unknown {
  const listing = { source, pages: 0, configurations: [], next_token: null };
  return onlyNamed ? { ...listing, large: jsonata('$not($exists($states.input.configurations))') } : listing;
}

/** Whether there is too much to be listed. */
export const isLarge = jsonata('$listing.large = true');

/** Whether the list is refused; else, whether there is another page. */
export function listingRefused(mayBeLarge = false): string {
  return jsonata(
    mayBeLarge ? '$exists($listing.refusal) and $not($listing.large = true)' : '$exists($listing.refusal)',
  );
}
export const nextPage = jsonata('$type($listing.next_token) != "null"');

/** The listing with the page that was read. */
export function addPage(
  { read, configuration, place }: PageExpressions,
  { maxPages, maxConfigurations }: { maxPages: number; maxConfigurations: number },
): string {
  const converted = `[$map($items, function($item) {${configuration}})]`;
  return jsonata(String.raw`(
  ${size}
  ${start}
  ${shown}
  ${configurationChecks}
  $number := $listing.pages + 1;
  ${read}
  $last := $type($token) = "null";
  $refusal := $refusal = "" and $not($last) and $token = $listing.next_token ?
    "to go on after page " & $listing.pages & ", got the same next_token again" : $refusal;
  $items := $refusal = "" ? $items : [];
  $total := $count($listing.configurations) + $count($items);
  $large := $refusal != "" ? "" :
    $not($last) and $number >= ${maxPages} ? "to end within ${maxPages} pages, got a next_token on page ${maxPages}" :
    $total > ${maxConfigurations} ? "to list at most ${maxConfigurations} configurations, got " & $total & " on " & $number & ($number = 1 ? " page" : " pages") :
    "";
  $items := $large = "" ? $items : [];
  $list := ${configuration === undefined ? '$items' : converted};
  $all := $append($listing.configurations, $list);
  $large := $refusal & $large != "" ? $large :
    $size($all) > ${maxListedBytes} ? "to list at most ${maxListedBytes} bytes of JSON, got " & $size($all) : "";
  $refusal := $refusal & $large;
  $index := $faulty($namesOf($refusal = "" ? $list : []));
  $refusal := $refusal != "" ? $refusal : $exists($index) ?
    "to list ${aConfiguration}, got something else as " & ${place} : "";
  $repeated := $twice($namesOf($refusal = "" and $last ? $all : []));
  $refusal := $refusal != "" ? $refusal :
    $exists($repeated) ? "to list each configuration once, got " & $repeated & " more than once" :
    $last and $count($all) = 0 ? "to list at least one configuration, got none" :
    "";
  {
    "source": $listing.source,
    "pages": $number,
    "configurations": $refusal = "" ? $all : [],
    "next_token": $refusal = "" ? $token : null,
    "large": $large != "" ? true,
    "refusal": $refusal != "" ? "Expected " & $listing.source & " " & $refusal & "."
  }
)`);
}

/** The listing where there is no page to add: the call failed, or its answer is too large or can't be read. */
export function listingError({ parsed, denied }: PageExpressions): string {
  const hint = denied === undefined ? '' : String.raw` & ($contains($cause, "Status Code: 403") ? " ${denied}")`;
  const expected =
    parsed === undefined
      ? ''
      : String.raw`
    $states.errorOutput.Error = "States.QueryEvaluationError" ? "to hold ${parsed}, got text that can't be read as such." :`;
  return jsonata(String.raw`(
  ${start}
  ${messageIn}
  $cause := $exists($states.errorOutput.Cause) ? $string($states.errorOutput.Cause) : "";
  $raised := $messageIn($cause);
  $message := $start($exists($raised) ? $raised : $cause, 1000);
  $refusal := ${expected}
    "to list configurations, got " & $states.errorOutput.Error & ($message = "" ? "." : ": " & $message)${hint};
  $merge([$listing, {
    "configurations": [],
    "next_token": null,
    "large": $states.errorOutput.Error = "States.DataLimitExceeded" ? true,
    "refusal": "Expected " & $listing.source & " " & $refusal
  }])
)`);
}
