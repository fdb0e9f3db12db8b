import { isJsonObject, type Json, type JsonObject } from '../../../lib/wire';
import { excerpt, placeIn } from './excerpt';
import { type Bindings, Expression, type ExpressionSettings, jsonType } from './expression';
import { findUnsupportedReference, type AvailableStates } from './references';

/** A field's value with JSONata expressions in it, at any depth, compiled once. */
export interface Template {
  /** The value where it holds no expression. */
  readonly constant?: Json;
  /** The expression where the field is nothing but one. */
  readonly expression?: Expression;
  /** Throws an EvaluationFailure. */
  evaluate(bindings: Bindings): Promise<Json>;
}

/** Compiles templates. */
export type TemplateCompiler = (value: Json, field: string, available: AvailableStates) => Template;

/**
 * Makes a compiler of templates. `refuse` is called with a field and a sentence for what is wrong in it; it has to throw.
 */
export function templateCompiler(
  settings: ExpressionSettings,
  refuse: (field: string, problem: string) => never,
): TemplateCompiler {
  const compileText = (text: string, field: string, available: AvailableStates): Template => {
    const opened = text.startsWith('{%');
    if (opened !== text.endsWith('%}') || (opened && text.length < 4)) {
      refuse(field, `a JSONata expression starts with {% and ends with %}, got ${JSON.stringify(excerpt(text))}`);
    }
    if (!opened) return constantTemplate(text);
    const source = text.slice(2, -2).trim();
    let expression: Expression;
    try {
      expression = new Expression(source, field, settings);
    } catch (error) {
      return refuse(field, syntaxProblem(source, error as SyntaxProblem));
    }
    const unsupported = findUnsupportedReference(expression.syntax, available);
    if (unsupported) refuse(field, `${placeIn(source, unsupported.offset)}: ${unsupported.problem}`);
    return { expression, evaluate: (bindings) => expression.evaluate(bindings) };
  };

  const compile: TemplateCompiler = (value, field, available) => {
    if (typeof value === 'string') return compileText(value, field, available);
    if (Array.isArray(value)) {
      const items = value.map((item, index) => compile(item, `${field}[${index}]`, available));
      return items.every(isConstant) ? constantTemplate(value) : listTemplate(items);
    }
    if (isJsonObject(value)) {
      const members = Object.entries(value).map(
        ([key, member]) => [key, compile(member, `${field}/${key}`, available)] as const,
      );
      return members.every(([, member]) => isConstant(member)) ? constantTemplate(value) : objectTemplate(members);
    }
    return constantTemplate(value);
  };
  return compile;
}

/** What JSONata throws for an expression that it can't parse. */
interface SyntaxProblem extends Error {
  /** Where the token ends that it stumbled over. */
  position?: number;
  /** `(end)` where the expression ends too early. */
  token?: string;
}

function syntaxProblem(source: string, { message, position, token }: SyntaxProblem): string {
  if (position === undefined) return `the JSONata expression '${excerpt(source)}' is not valid: ${excerpt(message)}`;
  const length = token !== undefined && source.endsWith(token, position) ? token.length : 0;
  return `${placeIn(source, position - length)}: ${excerpt(message)}`;
}

function isConstant(template: Template): boolean {
  return template.constant !== undefined;
}

function constantTemplate(constant: Json): Template {
  return { constant, evaluate: () => Promise.resolve(constant) };
}

function listTemplate(items: Template[]): Template {
  return {
    evaluate: async (bindings) => {
      const list: Json[] = [];
      for (const item of items) list.push(item.constant ?? (await item.evaluate(bindings)));
      return list;
    },
  };
}

function objectTemplate(members: (readonly [string, Template])[]): Template {
  return {
    evaluate: async (bindings) => {
      const entries: [string, Json][] = [];
      for (const [key, member] of members) entries.push([key, member.constant ?? (await member.evaluate(bindings))]);
      return Object.fromEntries(entries);
    },
  };
}

/** The JSON types that a field can ask for. */
interface JsonTypes {
  array: Json[];
  boolean: boolean;
  number: number;
  object: JsonObject;
  string: string;
}

/**
 * A template's value, which must be of the type. Throws an EvaluationFailure. A constant's type was checked when the
 * definition was loaded.
 */
export async function evaluateAs<T extends keyof JsonTypes>(
  template: Template,
  type: T,
  bindings: Bindings,
): Promise<JsonTypes[T]> {
  const value = await template.evaluate(bindings);
  if (jsonType(value) !== type && template.expression) throw template.expression.unexpectedType(type, value);
  return value as JsonTypes[T];
}
