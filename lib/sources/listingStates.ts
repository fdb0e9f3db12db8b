import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { Listing } from './listing';
import { listingFailed } from '../stateMachine/invocationRules';
import { retryPolicy } from '../stateMachine/invokeFunction';
import { jsonata } from '../stateMachine/jsonata';
import * as expressions from '../stateMachine/listingExpressions';

/** What the states that list configurations need to know of the system test. */
export interface ListingProps {
  readonly retryAttempts: number;
  readonly maxConfigurations: number;
  /**
   * Whether the states go on with what is too large to be listed: `listing.large` is true then, `listing.refusal` says
   * why, and `listing.configurations` are none. Default: nothing is tested.
   */
  readonly mayBeLarge?: boolean;
  /** Whether they list only where the input names configurations; else the list counts as large. Default: always. */
  readonly onlyNamed?: boolean;
}

/**
 * The states that list the configurations, page by page, before `next`:
 *
 *     Begin list → List configurations → All listed? → next | List configurations | Listing failed
 *
 * They hand on the input of the execution. Two state transitions a page, and one.
 */
export function listingStates(
  scope: Construct,
  listing: Listing,
  next: sfn.IChainable,
  { retryAttempts, maxConfigurations, mayBeLarge = false, onlyNamed = false }: ListingProps,
): sfn.IChainable {
  const failed = sfn.Fail.jsonata(scope, 'Listing failed', {
    comment: 'Nothing was tested: the Cause names the source and what is wrong with it',
    error: listingFailed,
    cause: jsonata(
      listing.itemReader && !mayBeLarge
        ? '$listing.refusal & ($listing.large = true ? " A Distributed Map reads it in any size.")'
        : '$listing.refusal',
    ),
  });
  const list = listing.task(scope, 'List configurations', {
    queryLanguage: sfn.QueryLanguage.JSONATA,
    comment: 'Asks the source for the next page',
    assign: { listing: expressions.addPage(listing.page, { maxPages: listing.maxPages, maxConfigurations }) },
    outputs: jsonata('$states.input'),
  });
  const caught = { assign: { listing: expressions.listingError(listing.page) }, outputs: jsonata('$states.input') };
  list
    .addRetry(retryPolicy([...listing.transientErrors], retryAttempts))
    // States.ALL leaves this one out: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    .addCatch(mayBeLarge ? sfn.Chain.start(next) : failed, { errors: ['States.DataLimitExceeded'], ...caught })
    .addCatch(failed, { errors: ['States.ALL'], ...caught });
  list.next(
    sfn.Choice.jsonata(scope, 'All listed?', { comment: 'Goes on with the next page, or with the whole list' })
      .when(sfn.Condition.jsonata(expressions.listingRefused(mayBeLarge)), failed)
      .when(sfn.Condition.jsonata(expressions.nextPage), list)
      .otherwise(next),
  );
  return sfn.Pass.jsonata(scope, 'Begin list', {
    comment: 'Nothing is listed yet',
    assign: { listing: expressions.emptyListing(listing.name, onlyNamed) },
  }).next(
    onlyNamed
      ? sfn.Choice.jsonata(scope, 'Names given?', { comment: 'Without any, the Map reads the list by itself' })
          .when(sfn.Condition.jsonata(expressions.isLarge), next)
          .otherwise(list)
      : list,
  );
}
