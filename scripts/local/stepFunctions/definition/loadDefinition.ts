import { isJsonObject, type JsonObject } from '../../../../lib/wire';
import { UserError } from '../../../io/userError';
import type { ExpressionSettings } from '../expression';
import type { Reach } from '../integrations/integration';
import { parseJson } from '../parseJson';
import { templateCompiler } from '../payloadTemplate';
import type { State, StateGraph, StateMachineDefinition } from './definition';
import { Fields, type Refuse } from './fields';
import { checkStateNames, checkTransitions, checkVariables } from './graph';
import { readState } from './states';
import { maxTimeoutSeconds } from './task';

/**
 * Reads a state machine's definition in the Amazon States Language and compiles its expressions.
 *
 * Supported: JSONata; Task with the integrations of integrations.ts, Pass, Choice, Map (inline or distributed), Wait, Parallel, Succeed, Fail,
 * with Retry, Catch, Assign, Output, Arguments and TimeoutSeconds. Everything else is refused with a UserError that
 * names the machine, the state and the field; with a `reach`, what the tasks can't reach as well.
 */
export function loadDefinition(
  machineName: string,
  text: string,
  settings: ExpressionSettings & { reach?: Reach },
): StateMachineDefinition {
  const refuse =
    (state: string): Refuse =>
    (field, problem) => {
      const where = state === '' ? '' : `, state "${state}"`;
      throw new UserError(`State machine "${machineName}"${where}, field "${field}": ${problem}.`);
    };
  const fields = new Fields(parseObject(machineName, text), '', refuse(''));
  fields.comment();
  fields.optionalString('Version');
  const queryLanguage = readQueryLanguage(fields);
  const timeoutSeconds = fields.optionalNumber('TimeoutSeconds', { min: 1, max: maxTimeoutSeconds, integer: true });
  const graph = new GraphReader(settings, queryLanguage, refuse).read(fields, 'the machine');
  checkStateNames(graph, refuse);
  checkVariables(graph, refuse);
  return { ...graph, timeoutSeconds };
}

/** Reads the definition of one state, whose transitions may lead anywhere. @throws UserError */
export function loadState(name: string, text: string, settings: ExpressionSettings): State {
  const refuse = (): Refuse => (field, problem) => {
    throw new UserError(`State "${name}", field "${field}": ${problem}.`);
  };
  const states = new Fields({ [name]: parseObject(name, text) }, '', refuse());
  return new GraphReader(settings, 'JSONPath', refuse).readState(name, states);
}

/** Reads graphs: the machine's and, by way of the states, those inside them. */
class GraphReader {
  constructor(
    private readonly settings: ExpressionSettings & { reach?: Reach },
    private readonly queryLanguage: string,
    private readonly refuse: (state: string) => Refuse,
  ) {}

  read(fields: Fields, graphName: string): StateGraph {
    const startAt = fields.string('StartAt');
    const states = fields.objectAt('States');
    const graph: StateGraph = {
      startAt,
      states: new Map(states.names().map((name) => [name, this.readState(name, states)])),
    };
    fields.finish();
    checkTransitions(graph, graphName, this.refuse);
    return graph;
  }

  readState(name: string, states: Fields): State {
    const refuse = this.refuse(name);
    const value = states.required(name);
    const fields = isJsonObject(value) ? new Fields(value, '', refuse) : refuse('States', 'a state is an object');
    // A state inside a Map or Parallel falls back to the machine's language, not to the one of the state around it.
    if (readQueryLanguage(fields, this.queryLanguage) !== 'JSONata') {
      refuse('QueryLanguage', 'only JSONata is supported, and without this field a state machine is JSONPath');
    }
    const compile = templateCompiler(this.settings, refuse);
    const { reach } = this.settings;
    return readState(name, fields, { compile, reach, readGraph: (inner) => this.read(inner, `state "${name}"`) });
  }
}

function readQueryLanguage(fields: Fields, fallback = 'JSONPath'): string {
  const language = fields.optionalString('QueryLanguage') ?? fallback;
  if (language === 'JSONata' || language === 'JSONPath') return language;
  return fields.reject('QueryLanguage', `expected JSONata, got ${JSON.stringify(language)}`);
}

function parseObject(machineName: string, text: string): JsonObject {
  try {
    const value = parseJson(text);
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw new UserError(`State machine "${machineName}": the definition is not JSON: ${(error as Error).message}`);
  }
  throw new UserError(`State machine "${machineName}": the definition is not a JSON object.`);
}
