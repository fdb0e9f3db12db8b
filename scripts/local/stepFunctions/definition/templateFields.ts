import { isJsonObject } from '../../../../lib/wire';
import { shown } from '../../../../lib/wire/parsers';
import { jsonType } from '../expression';
import type { Template, TemplateCompiler } from '../payloadTemplate';
import type { AvailableStates } from '../references';
import type { Assignment } from './definition';
import type { Fields } from './fields';

export const onlyInput: AvailableStates = { result: false, errorOutput: false };
export const withResult: AvailableStates = { result: true, errorOutput: false };
export const withErrorOutput: AvailableStates = { result: false, errorOutput: true };

/** A field that takes any JSON with expressions in it. */
export function readTemplate(
  fields: Fields,
  field: string,
  compile: TemplateCompiler,
  available: AvailableStates = onlyInput,
): Template | undefined {
  const value = fields.optional(field);
  return value === undefined ? undefined : compile(value, fields.nameOf(field), available);
}

/** A field that takes a value of a type, or an expression that gives one. */
export function readTyped(
  fields: Fields,
  field: string,
  type: 'array' | 'boolean' | 'number' | 'string',
  compile: TemplateCompiler,
): Template | undefined {
  const template = readTemplate(fields, field, compile);
  const value = fields.optional(field);
  if (value !== undefined && template?.expression === undefined && jsonType(value) !== type) {
    fields.reject(field, `expected type ${type} or a JSONata expression, got ${shown(value)}`);
  }
  return template;
}

/** A field that takes an integer in a range, or an expression whose result is checked when it is known. */
export function readInteger(
  fields: Fields,
  field: string,
  range: { min: number; max: number },
  compile: TemplateCompiler,
): Template | undefined {
  const template = readTyped(fields, field, 'number', compile);
  const value = template?.constant;
  if (typeof value === 'number' && !(Number.isInteger(value) && value >= range.min && value <= range.max)) {
    fields.reject(field, `expected an integer from ${range.min} to ${range.max}, got ${value}`);
  }
  return template;
}

/** The variables that a state assigns when it is left this way. */
export function readAssign(
  fields: Fields,
  compile: TemplateCompiler,
  available: AvailableStates,
): Assignment | undefined {
  const value = fields.optional('Assign');
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) return fields.reject('Assign', `expected an object, got ${shown(value)}`);
  const field = fields.nameOf('Assign');
  return { field, names: Object.keys(value), template: compile(value, field, available) };
}
