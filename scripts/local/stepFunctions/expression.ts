import jsonata from 'jsonata';
import type { Json, JsonObject } from '../../../lib/wire';
import { defaultEvaluationLimits, EvaluationBudget, type EvaluationLimits, findSiblings } from './evaluationBudget';
import { EvaluationFailure } from './failure';
import { addStepFunctionsFunctions, type FunctionSources } from './jsonataFunctions';
import { admit, admitMembers, isFunction } from './jsonataValues';
import { maxDepth } from '../../io/jsonDepth';

/** The variables that an execution has assigned. An inner scope inherits from the outer one's object. */
export type Variables = Readonly<Record<string, Json>>;

/** What `$states` offers in a field. */
export interface StatesVariable {
  input: Json;
  context: JsonObject;
  /** In the Output and Assign of a Task, Map or Parallel state. */
  result?: Json;
  /** In the Output and Assign of a Catch. */
  errorOutput?: Json;
}

/** What an expression can refer to. */
export interface Bindings {
  states: StatesVariable;
  variables: Variables;
}

/** Where expressions take their functions and limits from. */
export interface ExpressionSettings extends FunctionSources {
  limits?: EvaluationLimits;
}

/** What jsonata calls before and after each node, and for each new frame of variables; it looks them up by symbol. */
const [entered, left, framed] = ['evaluate_entry', 'evaluate_exit', 'createFrame_push'].map(
  // The typings know names of type string only.
  (name) => Symbol.for(`jsonata.__${name}`) as unknown as string,
) as [string, string, string];

/** One compiled JSONata expression of a state's field. */
export class Expression {
  /** The expression without `{%` and `%}`. */
  readonly source: string;
  private readonly compiled: jsonata.Expression;
  private readonly limits: EvaluationLimits;
  private readonly siblings: ReadonlySet<jsonata.ExprNode>;

  /** Throws an error with JSONata's own message where the syntax is wrong. */
  constructor(
    text: string,
    /** The field's location in its state, as AWS names it: `Output/a/b[0]`. */
    readonly field: string,
    settings: ExpressionSettings,
  ) {
    this.source = text.trim();
    this.limits = settings.limits ?? defaultEvaluationLimits;
    this.compiled = jsonata(this.source);
    addStepFunctionsFunctions(this.compiled, settings);
    this.siblings = findSiblings(this.compiled.ast());
    this.compiled.assign(framed, (_outer: unknown, frame: jsonata.Environment) => this.bound(frame));
  }

  /** The syntax tree. */
  get syntax(): jsonata.ExprNode {
    return this.compiled.ast();
  }

  /** The value as plain JSON. Throws an EvaluationFailure in AWS's words. */
  async evaluate({ states, variables }: Bindings): Promise<Json> {
    const bindings: Record<string, unknown> = {};
    // An inner scope inherits.
    for (const name in variables) bindings[name] = admit(variables[name] as Json);
    const { context, ...payloads } = states;
    bindings.states = { ...admitMembers(payloads), context: admitMembers(context) };
    let result: unknown;
    try {
      result = await this.compiled.evaluate(undefined, bindings);
    } catch (error) {
      throw this.failure(`threw an error during evaluation${describeError(error)}`);
    }
    if (result === undefined) throw this.failure('returned nothing (undefined).');
    const plain = this.toPlainJson(result, maxDepth.payload);
    if (plain === undefined) throw this.failure('returned an unsupported result type.');
    return plain;
  }

  /**
   * A copy without what JSONata adds: its lists carry hidden flags that would change later evaluations. A number that
   * JSON can't express becomes its name (`"Infinity"`), as on AWS. Undefined for a value with a function in it. Throws
   * an EvaluationFailure for one that nests deeper.
   */
  private toPlainJson(value: unknown, levels: number): Json | undefined {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value !== 'object' || isFunction(value)) return undefined;
    if (value instanceof Boolean) return value.valueOf();
    if (levels === 0) throw this.failure(`returned a value that nests deeper than ${maxDepth.payload} levels.`);
    if (Array.isArray(value)) {
      const list = value.map((item) => this.toPlainJson(item, levels - 1));
      return list.includes(undefined) ? undefined : (list as Json[]);
    }
    const members: [string, Json][] = [];
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      const plain = this.toPlainJson(item, levels - 1);
      if (plain === undefined) return undefined;
      members.push([key, plain]);
    }
    // Unlike an assignment, it keeps a key `__proto__`.
    return Object.fromEntries(members);
  }

  /** The failure for a value of another type than the field wants. */
  unexpectedType(expected: string, value: Json): EvaluationFailure {
    const type = jsonType(value);
    return this.failure(
      `returned an unexpected result type. Expected '${expected}', but was '${type}' for value: ${JSON.stringify(value)}`,
    );
  }

  private failure(what: string): EvaluationFailure {
    const where = `The JSONata expression '${this.source}' specified for the field '${this.field}'`;
    return new EvaluationFailure(this.field, `${where} ${what}`);
  }

  /** Bounds the evaluation that begins with this frame. Each inner one has the hooks as well, where they are found at once. */
  private bound(outermost: jsonata.Environment): void {
    const budget = new EvaluationBudget(this.limits, this.siblings);
    const enter = (node: jsonata.ExprNode) => budget.enter(node);
    const leave = (node: jsonata.ExprNode, _input: unknown, _environment: unknown, value: unknown) =>
      budget.leave(node, value);
    const hook = (_outer: unknown, frame: jsonata.Environment): void => {
      frame.bind(entered, enter);
      frame.bind(left, leave);
      frame.bind(framed, hook);
    };
    hook(undefined, outermost);
  }
}

/** The name of a JSON value's type, as JSONata's `$type` gives it. */
export function jsonType(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/**
 * `. T1006: Attempted to invoke a non-function`, or behind a colon where there is no code (measured). JSONata throws
 * plain objects with a code as well as errors.
 */
function describeError(error: unknown): string {
  const { code, message = error } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? `. ${code}: ${String(message)}` : `: ${String(message)}`;
}
