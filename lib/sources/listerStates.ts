import { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { InvokeFunction, retryPolicy } from '../stateMachine/invokeFunction';
import { transientErrors } from '../stateMachine/invocationRules';
import { jsonata } from '../stateMachine/jsonata';
import * as listing from '../stateMachine/listingExpressions';

/** What the states that list configurations need to know of the system test. */
export interface ListingProps {
  readonly retryAttempts: number;
  readonly maxConfigurations: number;
}

/**
 * The states that ask a lister for the configurations, page by page, before `next`:
 *
 *     Begin list → List configurations → All listed? → next | List configurations | Listing failed
 *
 * They hand on the input of the execution. Two state transitions a page, and one.
 */
export function listerStates(
  scope: Construct,
  lister: IFunction,
  next: sfn.IChainable,
  { retryAttempts, maxConfigurations }: ListingProps,
): sfn.IChainable {
  const failed = sfn.Fail.jsonata(scope, 'Listing failed', {
    comment: 'Nothing was tested: the Cause names the lister and what is wrong with its answer',
    error: 'SystemTestListingFailed',
    cause: jsonata('$listing.refusal'),
  });
  // The optimised integration waits for the lister's end, and its answer is no log of the function under test.
  const list = new InvokeFunction(scope, 'List configurations', {
    queryLanguage: sfn.QueryLanguage.JSONATA,
    comment: 'Asks the lister for the next page',
    function: lister,
    event: listing.listerEvent,
    logTail: false,
    assign: { listing: listing.addPage(maxConfigurations) },
    outputs: jsonata('$states.input'),
  });
  const caught = { assign: { listing: listing.listerError }, outputs: jsonata('$states.input') };
  list
    .addRetry(retryPolicy([...transientErrors], retryAttempts))
    // States.ALL leaves this one out: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    .addCatch(failed, { errors: ['States.DataLimitExceeded'], ...caught })
    .addCatch(failed, { errors: ['States.ALL'], ...caught });
  return sfn.Pass.jsonata(scope, 'Begin list', {
    comment: 'Nothing is listed yet',
    assign: {
      listing: { lister: lister.functionArn, pages: 0, configurations: [], next_token: null },
    },
  })
    .next(list)
    .next(
      sfn.Choice.jsonata(scope, 'All listed?', { comment: 'Goes on with the next page, or with the whole list' })
        .when(sfn.Condition.jsonata(listing.listingRefused), failed)
        .when(sfn.Condition.jsonata(listing.nextPage), list)
        .otherwise(next),
    );
}
