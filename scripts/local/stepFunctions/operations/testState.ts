import { randomUUID } from 'node:crypto';
import type { InspectionData, TestStateOutput } from '@aws-sdk/client-sfn';
import { type Json, type JsonObject, limits } from '../../../../lib/wire';
import { UserError } from '../../../io/userError';
import { ServiceError } from '../../http/service';
import { Branch } from '../branch';
import type { State } from '../definition/definition';
import { allStates } from '../definition/graph';
import { loadDefinition, loadState } from '../definition/loadDefinition';
import { Document } from '../document';
import { checkInput } from '../executions';
import { BranchEnded, StateFailure } from '../failure';
import { History } from '../history';
import { type Tried, tryState } from '../interpreter';
import { parseJson } from '../parseJson';
import { checkArnPrefix } from '../stateMachines';
import { arnLimits, type Operation, type OperationContext } from './operation';
import { checkReaderData, contextOf, holding, invalid, longText, mockOf, objectOf } from './stateMock';

/** How a state is called that comes without a name (recorded). */
const unnamed = 'StateName';

/** The longest time that it takes (API reference). */
const maxSeconds = 300;

/**
 * Runs one state, once. What is answered, and the words of what is refused, were recorded on AWS by LocalStack's tests
 * (tests/aws/services/stepfunctions/v2/test_state of localstack/localstack, November 2025 to February 2026) where they are
 * not in the API reference; sentences that begin with "The local endpoint" or "Expected" are ours.
 * @throws ValidationException, InvalidDefinition, InvalidArn and InvalidExecutionInput
 */
export const testState: Operation = async (members, context) => {
  const definition = members.text('definition', { max: 1_048_576 });
  const stateName = members.optionalText('stateName', { max: limits.executionNameLength });
  const roleArn = members.optionalText('roleArn', arnLimits);
  const input = members.optionalText('input', longText) ?? '{}';
  const level = members.optionalChoice('inspectionLevel', ['INFO', 'DEBUG', 'TRACE']) ?? 'INFO';
  const variables = objectOf(members, 'variables') ?? {};
  const configuration = members.optionalMembers('stateConfiguration', [
    'retrierRetryCount',
    'errorCausedByState',
    'mapIterationFailureCount',
    'mapItemReaderData',
  ]);
  const count = (name: string) => configuration?.optionalNumber(name, { integer: true }) ?? 0;
  // Nothing that is answered tells of it.
  configuration?.optionalText('errorCausedByState', { max: limits.executionNameLength });
  const readerData = configuration?.optionalText('mapItemReaderData', longText);
  if (roleArn !== undefined) checkArnPrefix(roleArn);
  checkInput(input);
  const state = stateOf(definition, stateName, context);
  const mock = mockOf(members, state);
  if (state.type === 'Task' && !mock && roleArn === undefined) {
    throw invalid('RoleArn must be specified when testing a Task state');
  }
  checkReaderData(state, readerData);
  const document = new Document(parseJson(input));
  const inspection: InspectionData = { input: document.text };
  const trial = {
    mock,
    context: contextOf(members, mock !== undefined),
    retryCount: count('retrierRetryCount'),
    failedIterations: count('mapIterationFailureCount'),
    inspection,
  };
  const { account, surroundings } = context;
  const { clock, region } = surroundings;
  const branch = new Branch(new History(clock, false), 0, variables);
  const name = randomUUID();
  const machine = `${region}:${account}:stateMachine:${name}`;
  const runtime = {
    ...surroundings,
    ...(readerData !== undefined && { objects: holding(readerData) }),
    startMapRun: () => {
      throw new Error('A Map is tested with a mock, which starts no Map Run.');
    },
    context: {
      Execution: {
        Id: `arn:aws:states:${region}:${account}:express:${name}:${name}`,
        Input: document.value,
        StartTime: new Date(clock.now()).toISOString(),
        Name: name,
        ...(roleArn !== undefined && { RoleArn: roleArn }),
      },
      StateMachine: { Id: `arn:aws:states:${machine}`, Name: name },
    },
  };
  const tried = await inTime(branch, mock !== undefined, context, () =>
    tryState(state, document, branch, runtime, trial),
  );
  const all = allVariables(branch);
  if (Object.keys(all).length > 0) inspection.variables = JSON.stringify(all);
  const errorDetails = errorDetailsOf(tried);
  if (errorDetails) inspection.errorDetails = errorDetails;
  return { ...answerOf(tried), ...(level !== 'INFO' && { inspectionData: inspection }) };
};

/** The state in a machine, or in a state of it, by its name; else the definition is that of a state. */
function stateOf(definition: string, stateName: string | undefined, { surroundings }: OperationContext): State {
  try {
    if (stateName === undefined) return loadState(unnamed, definition, surroundings);
    const machine = loadDefinition('TestState', definition, surroundings);
    const found = allStates(machine).find(({ name }) => name === stateName);
    if (found) return found;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new ServiceError('InvalidDefinition', 400, `Invalid State Machine Definition: '${error.message}'`);
  }
  throw invalid('State not found in definition');
}

/** Ends a state that takes too long, as one that times out. A mock takes no time. */
async function inTime(
  branch: Branch,
  isMocked: boolean,
  { surroundings: { clock } }: OperationContext,
  run: () => Promise<Tried>,
): Promise<Tried> {
  if (isMocked) return run();
  const timer = new AbortController();
  void clock.sleep(maxSeconds * 1000, timer.signal).then(
    () => branch.end(),
    () => undefined,
  );
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof BranchEnded)) throw error;
    return { failure: new StateFailure('States.Timeout') };
  } finally {
    timer.abort(new Error('The state has ended.'));
  }
}

/** Those of an outer scope as well. */
function allVariables({ variables }: Branch): JsonObject {
  const all: JsonObject = {};
  for (const name in variables) all[name] = variables[name] as Json;
  return all;
}

function errorDetailsOf({ retry, catchIndex }: Tried): InspectionData['errorDetails'] {
  if (!retry && catchIndex === undefined) return undefined;
  // Recorded without jitter only. It is a whole number.
  const seconds = retry?.delay === undefined ? undefined : Math.round(retry.delay);
  return { catchIndex, retryIndex: retry?.index, retryBackoffIntervalSeconds: seconds };
}

function answerOf({ transition, failure, retry }: Tried): TestStateOutput {
  const isRetriable = retry?.delay !== undefined;
  const status = !failure ? 'SUCCEEDED' : transition ? 'CAUGHT_ERROR' : isRetriable ? 'RETRIABLE' : 'FAILED';
  return {
    status,
    output: transition?.output.text,
    nextState: transition?.next,
    error: failure?.errorName,
    cause: failure?.causeText,
  };
}
