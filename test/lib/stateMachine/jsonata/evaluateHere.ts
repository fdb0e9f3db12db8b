/** Evaluates an expression as the local endpoint does. */
import type { Json } from '../../../../lib/wire';
import { defaultEvaluationLimits } from '../../../../scripts/local/stepFunctions/evaluationBudget';
import { type Bindings, Expression } from '../../../../scripts/local/stepFunctions/expression';

/** An expression of a state, with its `{% %}`, and what it refers to. */
export interface Evaluation {
  expression: string;
  bindings: Omit<Bindings, 'variables'> & Partial<Record<'checked' | 'failure' | 'listing' | 'prefix', Json>>;
}

export type Answer = { value: Json } | { error: string };

/** What `$millis()` gives. */
export const now = Date.parse('2026-01-01T00:00:07.500Z');

/** How long it takes depends on the machine, and is measured by `npm run bench`; what it holds and how deep it goes does not. */
const limits = { ...defaultEvaluationLimits, now: () => 0 };

const compiled = new Map<string, Expression>();

/** An expression as the local endpoint holds it. */
export function compile(expression: string, bounds = limits): Expression {
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  return new Expression(source(expression), 'Output', { clock, random: Math.random, limits: bounds });
}

/** @param one where it is not compiled anew */
export async function evaluateHere(
  { expression, bindings: { states, ...variables } }: Evaluation,
  one = compiled.get(expression) ?? compile(expression),
): Promise<Answer> {
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
