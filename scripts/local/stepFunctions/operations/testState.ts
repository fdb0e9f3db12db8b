import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { InspectionData, TestStateOutput } from '@aws-sdk/client-sfn';
import { isJsonObject, type Json, type JsonObject, limits } from '../../../../lib/wire';
import { UserError } from '../../../io/userError';
import { ServiceError } from '../../http/service';
import { noSuchKey } from '../../s3/errors';
import type { ObjectStore } from '../../s3/objectStore';
import { Branch } from '../branch';
import { isDistributed, type State } from '../definition/definition';
import { allStates } from '../definition/graph';
import { loadDefinition, loadState } from '../definition/loadDefinition';
import { Document } from '../document';
import { checkInput } from '../executions';
import { BranchEnded, StateFailure } from '../failure';
import { History } from '../history';
import { type Tried, tryState } from '../interpreter';
import type { Members } from '../members';
import { parseJson } from '../parseJson';
import { checkArnPrefix } from '../stateMachines';
import { arnLimits, type Operation, type OperationContext } from './operation';

/** How a state is called that comes without a name (recorded). */
const unnamed = 'StateName';

/** The longest time that it takes (API reference). */
const maxSeconds = 300;

const longText = { min: 0, max: limits.payloadBytes };

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

/** What takes the place of the state's work. */
function mockOf(members: Members, state: State): (() => Json) | undefined {
  const mock = members.optionalMembers('mock', ['result', 'errorOutput', 'fieldValidationMode']);
  const isComposite = state.type === 'Map' || state.type === 'Parallel';
  const reveal = members.optionalFlag('revealSecrets');
  if (!mock) {
    if (!isComposite) return undefined;
    const supported = 'Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]';
    throw new ServiceError(
      'InvalidDefinition',
      400,
      `TestState API does not support Map or Parallel states. ${supported}`,
    );
  }
  if (!isComposite && state.type !== 'Task') {
    throw invalid(`State type '${state.type}' is not supported when a mock is specified`);
  }
  if (reveal) throw invalid('TestState does not support RevealSecrets when a mock is specified.');
  const text = mock.optionalText('result', longText);
  const errorOutput = mock.optionalMembers('errorOutput', ['error', 'cause']);
  const mode = mock.optionalChoice('fieldValidationMode', ['STRICT', 'PRESENT', 'NONE']) ?? 'STRICT';
  if ((text === undefined) === (errorOutput === undefined)) {
    throw invalid('A test mock should have only one of the following fields: [result, errorOutput].');
  }
  if (errorOutput) {
    const error = errorOutput.text('error', { min: 0, max: 256 });
    const cause = errorOutput.optionalText('cause', { min: 0, max: limits.causeLength });
    return () => {
      throw new StateFailure(error, cause);
    };
  }
  const result = jsonOf(text ?? '', 'Mocked result must be valid JSON');
  checkResult(result, state, mode);
  return () => result;
}

/** A mocked result has the form of a real one. */
function checkResult(result: Json, state: State, mode: 'STRICT' | 'PRESENT' | 'NONE'): void {
  if (isDistributed(state) && state.distributed.writer?.arguments) {
    if (!isJsonObject(result)) throw invalid('Mocked result must be a JSON object.');
  } else if (state.type === 'Map' || state.type === 'Parallel') {
    if (!Array.isArray(result)) throw invalid('Mocked result must be an array.');
    if (state.type === 'Parallel' && result.length !== state.branches.length) {
      throw invalid('Mocked result must contain the same number of items as number of Parallel branches.');
    }
  } else if (state.type === 'Task' && mode !== 'NONE') {
    const { resourceType, resource, result: model } = state.integration;
    if (!model) {
      const known = 'The local endpoint knows the model of a result of Lambda only';
      throw invalid(`${known}, not of ${resourceType}:${resource}: send the fieldValidationMode NONE.`);
    }
    if (!isJsonObject(result)) throw invalid('Mocked result must be a JSON object.');
    for (const [field, type] of Object.entries(model)) {
      if (result[field] === undefined || typeof result[field] === type) continue;
      throw invalid(`Mock result schema validation error: Field '${field}' must be a ${type}`);
    }
  }
}

/** What an ItemReader would read has to be said, and in a form that is known: that of a list of objects is not documented. */
function checkReaderData(state: State, data: string | undefined): void {
  const reader = isDistributed(state) ? state.distributed.reader : undefined;
  if (reader && (data === undefined || reader.source.type === 'LIST')) {
    const taken = 'of a Map with an ItemReader that reads one object';
    throw invalid(`The local endpoint tests a Map with an ItemReader by the mapItemReaderData ${taken}.`);
  }
}

/** S3 in which each object is this text. */
function holding(text: string): ObjectStore {
  const content = Buffer.from(text);
  const facts = { size: content.length, etag: '""', lastModified: new Date(0) };
  const refuse = () => {
    throw noSuchKey('');
  };
  return {
    getObject: () => Promise.resolve({ ...facts, content: Readable.from([content]) }),
    putObject: refuse,
    listObjects: refuse,
  };
}

/** The members of the context object that can be given, and the type of each. */
const contextMembers: Record<string, Record<string, string>> = {
  Execution: {
    Id: 'string',
    Input: '',
    Name: 'string',
    RedriveCount: 'number',
    RoleArn: 'string',
    StartTime: 'string',
  },
  State: { EnteredTime: 'string', Name: 'string', RetryCount: 'number' },
  StateMachine: { Id: 'string', Name: 'string' },
};

function contextOf(members: Members, isMocked: boolean): JsonObject | undefined {
  const context = objectOf(members, 'context');
  if (!context) return undefined;
  if (!isMocked) throw invalid('Expected a context with a mock only, got one without.');
  const refuse = (problem: string) => {
    throw invalid(`Invalid Context object provided: ${problem}`);
  };
  for (const [name, value] of Object.entries(context)) {
    const known = contextMembers[name];
    if (name === 'Map') refuse("'Map' field is not supported when mocking a Context object");
    if (name === 'Task') {
      const pattern = "a Task state with a '.sync' or '.waitForTaskToken' service integration pattern";
      refuse(`Context object contains 'Task' when state is not ${pattern}`);
    }
    if (!known) return refuse(`Field '${name}' is not allowed`);
    if (!isJsonObject(value)) return refuse(`${name} must be an object`);
    for (const [field, inner] of Object.entries(value)) {
      const type = known[field];
      if (type === undefined) refuse(`Field '${field}' is not allowed`);
      if (type && typeof inner !== type) refuse(`${name}.${field} must be a ${type}`);
    }
  }
  return context;
}

/** A member that is the JSON text of an object. */
function objectOf(members: Members, name: string): JsonObject | undefined {
  const text = members.optionalText(name, longText);
  if (text === undefined) return undefined;
  const value = jsonOf(text, `Expected ${name} to be the JSON text of an object, got text that is no JSON.`);
  if (isJsonObject(value)) return value;
  throw invalid(`Expected ${name} to be the JSON text of an object, got ${JSON.stringify(value).slice(0, 100)}.`);
}

function jsonOf(text: string, problem: string): Json {
  try {
    return parseJson(text);
  } catch {
    throw invalid(problem);
  }
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

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', 400, message);
}
