import { parseTimestamp } from '../../../io/timestamp';
import type { Reach } from '../integrations/integration';
import type { TemplateCompiler } from '../payloadTemplate';
import type { AvailableStates } from '../references';
import type {
  ChoiceRule,
  ChoiceState,
  Exit,
  MapState,
  ParallelState,
  State,
  StateGraph,
  WaitState,
} from './definition';
import { readDistributed } from './distributedMap';
import { readRecoverable } from './errorHandling';
import type { Fields } from './fields';
import { readTask } from './task';
import { onlyInput, readAssign, readInteger, readTemplate, readTyped, withResult } from './templateFields';

/** The longest wait, in seconds. */
export const maxWaitSeconds = 99_999_999;

/** What the readers of states need beside the fields. */
export interface StateReading {
  compile: TemplateCompiler;
  /** Default: what the tasks name isn't looked for. */
  reach?: Reach;
  /** Reads the states inside a Map or Parallel. */
  readGraph: (fields: Fields) => StateGraph;
}

/** Reads one state; everything that it says and that isn't supported is refused. */
export function readState(name: string, fields: Fields, reading: StateReading): State {
  fields.comment();
  const state = readByType(name, fields, reading);
  fields.finish();
  return state;
}

function readByType(name: string, fields: Fields, reading: StateReading): State {
  const { compile } = reading;
  const type = fields.string('Type');
  switch (type) {
    case 'Task':
      return {
        name,
        ...readTask(fields, compile, reading.reach),
        ...readExit(fields, compile, withResult),
        ...readRecoverable(fields, compile),
      };
    case 'Pass':
      return { type, name, ...readExit(fields, compile, onlyInput) };
    case 'Choice':
      return readChoice(name, fields, compile);
    case 'Map':
      return readMap(name, fields, reading);
    case 'Wait':
      return readWait(name, fields, compile);
    case 'Parallel':
      return readParallel(name, fields, reading);
    case 'Succeed':
      return { type, name, output: readTemplate(fields, 'Output', compile) };
    case 'Fail':
      return {
        type,
        name,
        error: readTyped(fields, 'Error', 'string', compile),
        cause: readTyped(fields, 'Cause', 'string', compile),
      };
    default:
      return fields.reject(
        'Type',
        `expected Task, Pass, Choice, Map, Wait, Parallel, Succeed or Fail, got ${JSON.stringify(type)}`,
      );
  }
}

function readChoice(name: string, fields: Fields, compile: TemplateCompiler): ChoiceState {
  const rules = fields.optionalObjects('Choices') ?? [];
  if (rules.length === 0) fields.reject('Choices', 'at least one rule is required');
  const next = fields.optionalString('Default');
  const output = readTemplate(fields, 'Output', compile);
  const assign = readAssign(fields, compile, onlyInput);
  return {
    type: 'Choice',
    name,
    choices: rules.map((rule) => readRule(rule, compile)),
    default: next === undefined ? undefined : { next, output, assign },
  };
}

function readRule(fields: Fields, compile: TemplateCompiler): ChoiceRule {
  fields.comment();
  fields.required('Condition');
  const rule: ChoiceRule = {
    condition: readTyped(fields, 'Condition', 'boolean', compile) ?? fields.reject('Condition', 'is missing'),
    next: fields.string('Next'),
    output: readTemplate(fields, 'Output', compile),
    assign: readAssign(fields, compile, onlyInput),
  };
  fields.finish();
  return rule;
}

function readMap(name: string, fields: Fields, reading: StateReading): MapState {
  const { compile } = reading;
  const processor = fields.objectAt('ItemProcessor');
  const distributed = readDistributed(fields, processor, reading);
  return {
    type: 'Map',
    name,
    items: readTyped(fields, 'Items', 'array', compile),
    itemSelector: readTemplate(fields, 'ItemSelector', compile),
    maxConcurrency: readInteger(fields, 'MaxConcurrency', { min: 0, max: Number.MAX_SAFE_INTEGER }, compile),
    itemProcessor: reading.readGraph(processor),
    distributed,
    ...readExit(fields, compile, withResult),
    ...readRecoverable(fields, compile),
  };
}

function readWait(name: string, fields: Fields, compile: TemplateCompiler): WaitState {
  const seconds = readInteger(fields, 'Seconds', { min: 0, max: maxWaitSeconds }, compile);
  const timestamp = readTyped(fields, 'Timestamp', 'string', compile);
  if ((seconds === undefined) === (timestamp === undefined)) {
    fields.reject('Seconds', 'a Wait state takes either Seconds or Timestamp');
  }
  if (typeof timestamp?.constant === 'string' && parseTimestamp(timestamp.constant) === undefined) {
    const value = JSON.stringify(timestamp.constant);
    fields.reject('Timestamp', `expected a time in RFC 3339 such as 2030-01-31T12:00:00Z, got ${value}`);
  }
  return { type: 'Wait', name, seconds, timestamp, ...readExit(fields, compile, onlyInput) };
}

function readParallel(name: string, fields: Fields, reading: StateReading): ParallelState {
  const branches = fields.optionalObjects('Branches') ?? [];
  if (branches.length === 0) fields.reject('Branches', 'at least one branch is required');
  return {
    type: 'Parallel',
    name,
    arguments: readTemplate(fields, 'Arguments', reading.compile),
    branches: branches.map((branch) => reading.readGraph(branch)),
    ...readExit(fields, reading.compile, withResult),
    ...readRecoverable(fields, reading.compile),
  };
}

/** Next or End, Output and Assign. */
function readExit(fields: Fields, compile: TemplateCompiler, available: AvailableStates): Exit {
  const next = fields.optionalString('Next');
  const end = fields.optional('End');
  if (end !== undefined && end !== true) fields.reject('End', `expected true, got ${JSON.stringify(end)}`);
  if ((next === undefined) === (end === undefined)) fields.reject('Next', 'either Next or End is required');
  return {
    next,
    output: readTemplate(fields, 'Output', compile, available),
    assign: readAssign(fields, compile, available),
  };
}
