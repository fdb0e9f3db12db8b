import type { Json, JsonObject } from '../../../lib/wire';

const choices: Record<string, string[]> = {
  InvocationType: ['RequestResponse', 'Event', 'DryRun'],
  LogType: ['None', 'Tail'],
};

const supported = new Set(['FunctionName', 'Payload', 'Qualifier', ...Object.keys(choices)]);

/** What is wrong in the Arguments of a task that invokes Lambda. */
export interface ArgumentProblem {
  field: string;
  text: string;
}

/**
 * Checks the Arguments of both Lambda integrations, which are the members of Lambda's Invoke. When a definition is
 * loaded, the values of members with JSONata expressions are still unknown and count as right.
 */
export function argumentProblem(values: JsonObject): ArgumentProblem | undefined {
  const unknown = Object.keys(values).find((field) => !supported.has(field));
  if (unknown !== undefined) return { field: unknown, text: `is not supported; expected ${[...supported].join(', ')}` };
  if (values.FunctionName === undefined) return { field: 'FunctionName', text: 'is required but missing' };
  for (const field of ['FunctionName', 'Qualifier', ...Object.keys(choices)]) {
    const text = valueProblem(values[field], choices[field]);
    if (text !== undefined) return { field, text };
  }
  return undefined;
}

function valueProblem(value: Json | undefined, allowed: string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') return `expected a string, got ${JSON.stringify(value)}`;
  if (allowed === undefined || value.startsWith('{%') || allowed.includes(value)) return undefined;
  return `expected ${allowed.join(', ')}, got ${JSON.stringify(value)}`;
}
