import { Duration } from 'aws-cdk-lib';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { distributedMap, DistributedMapProps } from './distributedMap';
import { placeInChild } from './distributedExpressions';
import { functionTimeout } from './functionTimeout';
import * as input from './inputExpressions';
import { transientErrors, unanswered } from './invocationRules';
import { InvokeFunction, retryPolicy } from './invokeFunction';
import { jsonata } from './jsonata';
import * as results from './resultExpressions';
import type { ConfigurationSource } from '../sources/configurationSource';
import { SystemTestMode } from '../systemTestMode';

/** What the definition needs to know; the meaning of each is that of the `SystemTest` prop of the same name. */
export interface StateMachineDefinitionProps {
  readonly function: IFunction;
  readonly invokeRole?: IRole;
  readonly source?: ConfigurationSource;
  readonly mode: SystemTestMode;
  /** How the children test; undefined with the mode INLINE. */
  readonly distributed?: Omit<DistributedMapProps, 'retryAttempts' | 'itemReader'>;
  /** How many configurations fit in one execution with an inline Map. */
  readonly maxConfigurations: number;
  readonly maxConcurrency: number;
  readonly toleratedFailures: number | string;
  /** JSON text of an object. */
  readonly payload: string;
  readonly logTail: boolean;
  readonly retryAttempts: number;
  readonly retryInterval?: Duration;
  readonly configurationTimeout?: Duration;
}

/**
 * The state machine, start to end:
 *
 *     Check input → Input accepted? → Test configurations (Map: Invoke function) → All passed? → Passed | Failed
 *
 * One state transition a configuration (two where Step Functions caught an error), and five for the execution. A source
 * that is read at each execution has its own states before these. Beside the Map, or in its place, is a Distributed Map
 * where the mode asks for one.
 */
export function stateMachineDefinition(scope: Construct, props: StateMachineDefinitionProps): sfn.IChainable {
  const { source, mode, distributed } = props;
  const configurations = source?._configurations;
  const itemReader = distributed && source?._itemReader;
  const mayBeInline = mode !== SystemTestMode.DISTRIBUTED || itemReader !== undefined;
  const defaults = {
    ...props,
    configurations,
    listed: source !== undefined && configurations === undefined,
    ...(distributed && { results: distributed.results }),
    mayBeInline,
    reads: itemReader !== undefined,
  };

  const checkInput = sfn.Pass.jsonata(scope, 'Check input', {
    comment: "Checks the input with the construct's defaults for what it leaves out",
    assign: { checked: input.checkInput(defaults) },
  });

  const refused = sfn.Fail.jsonata(scope, 'Input refused', {
    comment: 'Nothing was tested: the Cause says what to change',
    error: 'SystemTestInputRefused',
    cause: jsonata('$checked.refusal'),
  });

  const passed = sfn.Succeed.jsonata(scope, 'Passed', {
    comment: 'No more failed than is tolerated, and all could be tested. The output is the aggregated result',
  });
  const failed = sfn.Fail.jsonata(scope, 'Failed', {
    comment: 'The input of this state is the aggregated result: every configuration with its error and log',
    error: results.failedError,
    cause: results.failedCause(itemReader?.name),
  });
  const allPassed = sfn.Choice.jsonata(scope, 'All passed?', { comment: 'Within the tolerated failures' })
    .when(sfn.Condition.jsonata(results.allPassed), passed)
    .otherwise(failed);

  const accepted = sfn.Choice.jsonata(scope, 'Input accepted?', {
    comment: "Starts nothing on a bad input, and fills in the construct's defaults in a good one",
  });
  if (distributed) {
    const map = distributedMap(scope, { ...props, ...distributed, itemReader }, (o) =>
      testConfiguration(scope, props, { place: placeInChild(distributed.batchSize), ...o }),
    );
    const condition = sfn.Condition.jsonata(jsonata('$checked.refusal = "" and $checked.mode = "DISTRIBUTED"'));
    accepted.when(condition, map.next(allPassed), {
      outputs: itemReader ? input.readInput : input.completeInput(defaults),
    });
  }
  if (mayBeInline) {
    const map = sfn.Map.jsonata(scope, 'Test configurations', {
      comment: 'Tests each configuration, max_concurrency at once; none stops the others',
      items: sfn.ProvideItems.jsonata(results.startedItems),
      jsonataMaxConcurrency: jsonata('$checked.max_concurrency'),
      outputs: results.aggregatedResult(),
    }).itemProcessor(testConfiguration(scope, props));
    accepted.when(sfn.Condition.jsonata(jsonata('$checked.refusal = ""')), map.next(allPassed), {
      outputs: input.completeInput(defaults),
    });
  }
  const tested = checkInput.next(accepted.otherwise(refused));
  return source?._before(scope, tested, listingProps(props)) ?? tested;
}

/** What is listed may be as much as the Map takes; what a Map can read by itself need not be listed. */
function listingProps({ mode, distributed, source, maxConfigurations, retryAttempts }: StateMachineDefinitionProps) {
  const isReader = distributed !== undefined && source?._itemReader !== undefined;
  return {
    retryAttempts,
    maxConfigurations: distributed && !isReader ? input.maxItems : maxConfigurations,
    mayBeLarge: isReader,
    onlyNamed: isReader && mode === SystemTestMode.DISTRIBUTED,
  };
}

/** An iteration in a child, whose states have other names than those beside it, and go on. */
interface ChildIteration {
  readonly place: results.IterationPlace;
  readonly assign?: Record<string, string>;
  readonly next?: sfn.State;
}

/** One iteration: the invocation, retried on the platform's errors; whatever else happens becomes a result. */
function testConfiguration(
  scope: Construct,
  props: StateMachineDefinitionProps,
  child?: ChildIteration,
): sfn.IChainable {
  const { place = results.inlinePlace, assign, next } = child ?? {};
  const suffix = child ? ' (child)' : '';
  const recordError = sfn.Pass.jsonata(scope, `Record error${suffix}`, {
    comment: "Keeps an error as this configuration's result, so that the others go on",
  });
  const { logTail, retryAttempts, configurationTimeout } = props;
  const functionSeconds = functionTimeout(props.function);
  const mayRunOn = logTail && functionSeconds > unanswered.patienceSeconds;
  const timeout = configurationTimeout && { seconds: configurationTimeout.toSeconds(), functionSeconds };
  const caught = { assign, outputs: results.errorResult({ mayRunOn, timeout }, place) };
  const invoke = new InvokeFunction(scope, `Invoke function${suffix}`, {
    queryLanguage: sfn.QueryLanguage.JSONATA,
    comment: 'Invokes the function with system_test: true; what it raises or returns decides',
    function: props.function,
    invokeRole: props.invokeRole,
    event: results.functionEvent(props.payload, place),
    logTail,
    taskTimeout: configurationTimeout && sfn.Timeout.duration(configurationTimeout),
    assign,
    outputs: results.invocationResult(logTail, place),
  });
  if (next) {
    recordError.next(next);
    invoke.next(next);
  }
  return (
    invoke
      .addRetry(
        retryPolicy(
          transientErrors.filter((error) => !(mayRunOn && unanswered.errors.includes(error))),
          retryAttempts,
          props.retryInterval,
        ),
      )
      // States.ALL leaves this one out: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
      .addCatch(recordError, { errors: ['States.DataLimitExceeded'], ...caught })
      .addCatch(recordError, { errors: ['States.ALL'], ...caught })
  );
}
