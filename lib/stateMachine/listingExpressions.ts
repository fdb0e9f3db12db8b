/**
 * The expressions that list the configurations before an execution's input is checked, page by page, into the variable
 * `listing`: `{lister, pages, configurations, next_token}` and, where nothing is to be tested, `refusal`, a sentence.
 * They are shown as they stand in the Step Functions console, so they are written to be read there.
 */
import { aConfiguration, configurationChecks, jsonata, messageIn, shown, size, start } from './jsonata';
import { limits } from '../wire';

/** Bounds of a list that is read at each execution, beside those of any configurations. */
export const listingLimits = {
  /** Each takes two state transitions and a part of the history. */
  pages: 50,
  /** Of the list as JSON. A variable of an execution may have 256 KiB (AWS Step Functions quotas). */
  bytes: limits.payloadBytes / 2,
  /** Characters of a next_token. */
  tokenLength: 2048,
} as const;

/** The event of the lister; `next_token` is null for the first page. */
export const listerEvent = jsonata(
  '{"list_configurations": true, "system_test": true, "next_token": $listing.next_token}',
);

/** Whether the list is refused; else, whether there is another page. */
export const listingRefused = jsonata('$exists($listing.refusal)');
export const nextPage = jsonata('$type($listing.next_token) = "string"');

/**
 * The listing with the page that the lister returned. Anything that is not a page is refused, other keys too: what is
 * listed by a misspelt `next_token` would be a part, and its test a pass without the rest.
 */
export function addPage(maxConfigurations: number): string {
  return jsonata(String.raw`(
  ${size}
  ${start}
  ${shown}
  ${configurationChecks}
  $page := $states.result.Payload;
  $number := $listing.pages + 1;
  $isObject := $type($page) = "object";
  $others := $isObject ? [$filter([$keys($page)], function($key) { $not($key in ["configurations", "next_token"]) })] : [];
  $list := $isObject ? $page.configurations;
  $listType := $exists($list) ? $type($list) : "none";
  $token := $isObject ? $page.next_token;
  $last := $not($exists($token)) or $type($token) = "null" or $token = "";
  $isToken := $last ? true : $type($token) != "string" ? false : $length($token) <= ${listingLimits.tokenLength};
  $refusal :=
    $not($isObject) ? "to return an object with configurations and next_token, got " & ($exists($page) ? $type($page) : "nothing") :
    $count($others) > 0 ? "to return configurations and next_token and no more, got \"" & $shown($others[0]) & "\"" :
    $listType != "array" ? "to return configurations as a list, got " & $listType :
    $not($isToken) ? "to return a next_token of at most ${listingLimits.tokenLength} characters, or null on the last page, got " & $shown($token) :
    $last ? "" :
    $token = $listing.next_token ? "to go on after page " & $listing.pages & ", got the same next_token again" :
    $number >= ${listingLimits.pages} ? "to end within ${listingLimits.pages} pages, got a next_token on page ${listingLimits.pages}" :
    "";
  $all := $append($listing.configurations, $refusal = "" ? $list : []);
  $refusal := $refusal != "" ? $refusal :
    $count($all) > ${maxConfigurations} ? "to list at most ${maxConfigurations} configurations, got " & $count($all) & " on " & $number & ($number = 1 ? " page" : " pages") :
    $size($all) > ${listingLimits.bytes} ? "to list at most ${listingLimits.bytes} bytes of JSON, got " & $size($all) :
    "";
  $index := $faulty($namesOf($refusal = "" ? $list : []));
  $refusal := $refusal != "" ? $refusal : $exists($index) ?
    "to return ${aConfiguration}, got something else as configurations[" & $index & "] of page " & $number : "";
  $repeated := $twice($namesOf($refusal = "" and $last ? $all : []));
  $refusal := $refusal != "" ? $refusal :
    $exists($repeated) ? "to list each configuration once, got " & $repeated & " more than once" :
    $last and $count($all) = 0 ? "to list at least one configuration, got none" :
    "";
  {
    "lister": $listing.lister,
    "pages": $number,
    "configurations": $refusal = "" ? $all : [],
    "next_token": $last ? null : $token,
    "refusal": $refusal != "" ? "Expected the lister " & $listing.lister & " " & $refusal & "."
  }
)`);
}

/** The listing where the lister returned nothing: it raised, timed out, or could not be invoked. */
export const listerError = jsonata(String.raw`(
  ${start}
  ${messageIn}
  $cause := $exists($states.errorOutput.Cause) ? $string($states.errorOutput.Cause) : "";
  $raised := $messageIn($cause);
  $message := $start($exists($raised) ? $raised : $cause, 1000);
  $merge([$listing, {
    "refusal": "Expected the lister " & $listing.lister & " to return configurations, got " & $states.errorOutput.Error
      & ($message = "" ? "." : ": " & $message)
  }])
)`);
