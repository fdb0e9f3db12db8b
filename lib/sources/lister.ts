import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { QueryLanguage } from 'aws-cdk-lib/aws-stepfunctions';
import { Listing } from './listing';
import { expectInvocableLister } from '../functionLocation';
import { transientErrors } from '../stateMachine/invocationRules';
import { InvokeFunction } from '../stateMachine/invokeFunction';
import { jsonata } from '../stateMachine/jsonata';
import { PageExpressions } from '../stateMachine/listingExpressions';

/** Characters of a next_token. */
const tokenLength = 2048;

/** The event of the lister; `next_token` is null for the first page. */
export const listerEvent = jsonata(
  '{"list_configurations": true, "system_test": true, "next_token": $listing.next_token}',
);

/**
 * Anything that is not a page is refused, other keys too: what is listed by a misspelt `next_token` would be a part, and
 * its test a pass without the rest.
 */
export const listerPage: PageExpressions = {
  read: String.raw`$page := $states.result.Payload;
  $isObject := $type($page) = "object";
  $others := $isObject ? [$filter([$keys($page)], function($key) { $not($key in ["configurations", "next_token"]) })] : [];
  $items := $isObject ? $page.configurations;
  $itemsType := $exists($items) ? $type($items) : "none";
  $token := $isObject ? $page.next_token;
  $token := $exists($token) ? $token = "" ? null : $token : null;
  $isToken := $type($token) = "null" ? true : $type($token) != "string" ? false : $length($token) <= ${tokenLength};
  $refusal :=
    $not($isObject) ? "to return an object with configurations and next_token, got " & ($exists($page) ? $type($page) : "nothing") :
    $count($others) > 0 ? "to return configurations and next_token and no more, got \"" & $shown($others[0]) & "\"" :
    $itemsType != "array" ? "to return configurations as a list, got " & $itemsType :
    $not($isToken) ? "to return a next_token of at most ${tokenLength} characters, or null on the last page, got " & $shown($token) :
    "";`,
  place: '"configurations[" & $index & "] of page " & $number',
};

/** The pages that a function returns. */
export function listerListing(lister: IFunction): Listing {
  return {
    name: `the lister ${lister.functionArn}`,
    maxPages: 50,
    page: listerPage,
    transientErrors,
    validate: (scope) => expectInvocableLister(scope, lister),
    // The optimised integration waits for the lister's end, and its answer is no log of the function under test.
    task: (scope, id, props) =>
      new InvokeFunction(scope, id, {
        ...props,
        queryLanguage: QueryLanguage.JSONATA,
        function: lister,
        event: listerEvent,
        logTail: false,
      }),
  };
}
