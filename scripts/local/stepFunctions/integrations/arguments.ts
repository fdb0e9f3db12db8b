import type { Json, JsonObject } from '../../../../lib/wire';
import { jsonType } from '../expression';

/** One argument of an integration, which is a member of the request that the service's API has. */
export interface ArgumentType {
  /** `blob`: any JSON. */
  type: 'string' | 'number' | 'boolean' | 'object' | 'array' | 'blob';
  required?: true;
  /** Default: any. */
  choices?: string[];
  /** Whether a text may be empty; default: it may not. */
  mayBeEmpty?: true;
}

/** By name. What isn't among them is refused: to ignore what a task asks for would be a guess. */
export type ArgumentTypes = Record<string, ArgumentType>;

/** What is wrong in the Arguments of a task. */
export interface ArgumentProblem {
  field: string;
  text: string;
}

/**
 * Checks the Arguments of a task. When a definition is loaded, the values of members with JSONata expressions are still
 * unknown and count as right. A member that is null isn't given (recorded for DynamoDB's Item).
 */
export function argumentProblem(values: JsonObject, types: ArgumentTypes): ArgumentProblem | undefined {
  const names = Object.keys(types);
  const unknown = Object.keys(values).find((field) => !names.includes(field));
  if (unknown !== undefined) return { field: unknown, text: `is not supported; expected ${names.join(', ')}` };
  for (const [field, type] of Object.entries(types)) {
    const text = valueProblem(values[field] ?? undefined, type);
    if (text !== undefined) return { field, text };
  }
  return undefined;
}

function valueProblem(
  value: Json | undefined,
  { type, required, choices, mayBeEmpty }: ArgumentType,
): string | undefined {
  if (type === 'blob') return undefined;
  if (value === undefined) return required ? 'is required but missing' : undefined;
  if (typeof value === 'string' && value.startsWith('{%')) return undefined;
  if (jsonType(value) !== type || (value === '' && !mayBeEmpty)) {
    return `expected ${/^[ao]/.test(type) ? 'an' : 'a'} ${type}, got ${JSON.stringify(value)}`;
  }
  if (choices === undefined || choices.includes(value as string)) return undefined;
  return `expected ${choices.join(', ')}, got ${JSON.stringify(value)}`;
}
