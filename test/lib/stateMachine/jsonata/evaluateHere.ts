/** Evaluates an expression as the local endpoint does. */
import type { Json } from '../../../../lib/wire';
import { type Bindings, Expression } from '../../../../scripts/local/stepFunctions/expression';

/** An expression of a state, with its `{% %}`, and what it refers to. */
export interface Evaluation {
  expression: string;
  bindings: Omit<Bindings, 'variables'> & Partial<Record<'checked' | 'failure' | 'listing' | 'prefix', Json>>;
}

export type Answer = { value: Json } | { error: string };

/** What `$millis()` gives. */
export const now = Date.parse('2026-01-01T00:00:07.500Z');

const compiled = new Map<string, Expression>();

export async function evaluateHere({ expression, bindings: { states, ...variables } }: Evaluation): Promise<Answer> {
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const one = compiled.get(expression) ?? new Expression(source(expression), 'Output', { clock, random: Math.random });
  compiled.set(expression, one);
  try {
    return { value: await one.evaluate({ states, variables: variables }) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Without `{%` and `%}`. */
export function source(expression: string): string {
  return expression.slice('{%'.length, -'%}'.length);
}
