/** What TestState is told in the place of what a state would find: a mock, a context, what a reader reads. */
import { Readable } from 'node:stream';
import { isJsonObject, type Json, type JsonObject, limits } from '../../../../lib/wire';
import { ServiceError } from '../../http/service';
import { noSuchKey } from '../../s3/errors';
import type { ObjectStore } from '../../s3/objectStore';
import { isDistributed, type State } from '../definition/definition';
import { StateFailure } from '../failure';
import type { Members } from '../members';
import { parseJson } from '../parseJson';

/** Of a text that may hold a payload. */
export const longText = { min: 0, max: limits.payloadBytes };

/**
 * What takes the place of the state's work.
 * @throws ValidationException, and InvalidDefinition for a Map or Parallel without a mock
 */
export function mockOf(members: Members, state: State): (() => Json) | undefined {
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

/**
 * What an ItemReader would read has to be said, and in a form that is known: that of a list of objects is not documented.
 * @throws ValidationException
 */
export function checkReaderData(state: State, data: string | undefined): void {
  const reader = isDistributed(state) ? state.distributed.reader : undefined;
  if (reader && (data === undefined || reader.source.type === 'LIST')) {
    const taken = 'of a Map with an ItemReader that reads one object';
    throw invalid(`The local endpoint tests a Map with an ItemReader by the mapItemReaderData ${taken}.`);
  }
}

/** S3 in which each object is this text. Nothing else is asked of it. */
export function holding(text: string): ObjectStore {
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

/**
 * The context object that is given.
 * @throws ValidationException
 */
export function contextOf(members: Members, isMocked: boolean): JsonObject | undefined {
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

/**
 * A member that is the JSON text of an object.
 * @throws ValidationException
 */
export function objectOf(members: Members, name: string): JsonObject | undefined {
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

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', 400, message);
}
