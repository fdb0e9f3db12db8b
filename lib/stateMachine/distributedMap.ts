import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { IntegrationTask } from './integrationTask';
import * as distributed from './distributedExpressions';
import { retryPolicy } from './invokeFunction';
import { jsonata } from './jsonata';
import { s3TransientErrors } from '../sources/s3Bucket';
import type { ItemReading } from '../sources/listing';

/** What the states need to know that test in the children of a Distributed Map. */
export interface DistributedMapProps {
  /** Configurations of a child. */
  readonly batchSize: number;
  readonly executionType: sfn.StateMachineType;
  readonly results: distributed.ResultsPlace;
  /** What writing the results takes. */
  readonly permits: iam.PolicyStatement[];
  readonly retryAttempts: number;
  /** How the Map reads the configurations by itself; undefined where they are in its input. */
  readonly itemReader?: ItemReading;
}

/** The label of the Map, which is a part of the ARNs of its runs and children. */
export const mapLabel = 'Configurations';

/**
 * The Map that tests each configuration, or each batch, in an execution of its own:
 *
 *     Distribute configurations (Map: [Test batch (Map:)] Invoke function → Write results)
 *
 * Two state transitions a configuration, or two a batch and one a configuration. A child that fails stops no other.
 *
 * @param iteration makes the states of one iteration, and where it goes on
 */
export function distributedMap(
  scope: Construct,
  props: DistributedMapProps,
  iteration: (o?: { assign: Record<string, string>; next: sfn.State }) => sfn.IChainable,
): sfn.DistributedMap {
  const { batchSize, itemReader } = props;
  const isBatched = batchSize > 1;
  const map = sfn.DistributedMap.jsonata(scope, 'Distribute configurations', {
    comment: 'Tests each configuration in the children of a Distributed Map, max_concurrency at once',
    label: mapLabel,
    mapExecutionType: props.executionType,
    ...(itemReader
      ? { itemReader: permitting(itemReader) }
      : { items: sfn.ProvideItems.jsonata(jsonata('$states.input.configurations')) }),
    jsonataMaxConcurrency: jsonata('$checked.max_concurrency'),
    jsonataItemSelector: itemReader
      ? distributed.readItem(itemReader.name, itemReader.configuration, !isBatched)
      : distributed.checkedItem(!isBatched),
    ...(isBatched && {
      itemBatcher: new sfn.ItemBatcher({
        maxItemsPerBatch: batchSize,
        batchInput: { prefix: jsonata('$checked.results.prefix') },
      }),
    }),
    // None of them stops the others: a child that fails counts for what could not be tested.
    toleratedFailurePercentage: 100,
    outputs: distributed.distributedResult(batchSize, itemReader !== undefined),
  });
  const write = writeResults(scope, props);
  map.itemProcessor(
    isBatched
      ? sfn.Map.jsonata(scope, 'Test batch', {
          comment: 'Tests the configurations of the batch, one after the other',
          items: sfn.ProvideItems.jsonata(jsonata('$states.input.Items')),
          maxConcurrency: 1,
          assign: { prefix: jsonata('$states.input.BatchInput.prefix') },
        })
          .itemProcessor(iteration())
          .next(write)
      : iteration({ assign: { prefix: jsonata('$states.input.prefix') }, next: write }),
  );
  const failed = sfn.Fail.jsonata(scope, 'Distribution failed', {
    comment: 'There is no verdict: the Cause says why the Map failed as a whole',
    error: distributed.distributionError,
    cause: distributed.distributionCause(itemReader?.name),
  });
  const caught = { outputs: jsonata('$states.errorOutput') };
  // States.ALL leaves this one out: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
  return map
    .addCatch(failed, { errors: ['States.DataLimitExceeded'], ...caught })
    .addCatch(failed, { errors: ['States.ALL'], ...caught });
}

/** The CDK would permit to read all of the bucket. */
function permitting({ reader, permits }: ItemReading): sfn.IItemReader {
  return Object.assign(Object.create(reader) as sfn.IItemReader, { providePolicyStatements: () => permits });
}

/** Not caught: a child whose results are nowhere has failed. */
function writeResults(
  scope: Construct,
  { batchSize, results, permits, retryAttempts }: DistributedMapProps,
): sfn.State {
  const write = new IntegrationTask(scope, 'Write results', {
    queryLanguage: sfn.QueryLanguage.JSONATA,
    comment: 'Keeps the results of this child in the bucket; its output is their count',
    integration: 'aws-sdk:s3:putObject',
    arguments: {
      Bucket: results.bucket,
      Key: distributed.resultsKey,
      Body: distributed.childResults,
      ContentType: 'application/json',
    },
    permits,
    outputs: distributed.childOutput(batchSize),
  });
  write.addRetry(retryPolicy([...s3TransientErrors], retryAttempts));
  return write;
}
