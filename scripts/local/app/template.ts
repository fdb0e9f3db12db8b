/** A CloudFormation template, checked for its shape once. */
import { isJsonObject, type Json, type JsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';

export interface Template {
  description?: string;
  parameters: Record<string, TemplateParameter>;
  mappings: Record<string, JsonObject>;
  conditions: Record<string, Json>;
  resources: Record<string, TemplateResource>;
  outputs: Record<string, TemplateOutput>;
  /** Whether it declares the transform `AWS::LanguageExtensions`. */
  languageExtensions: boolean;
  /** The other transforms that it declares. They aren't applied here. */
  otherTransforms: string[];
}

export interface TemplateParameter {
  type: string;
  default?: Json;
}

export interface TemplateResource {
  type: string;
  properties: JsonObject;
  metadata: JsonObject;
  dependsOn: string[];
  condition?: string;
}

export interface TemplateOutput {
  value: Json;
  description?: string;
  exportName?: Json;
  condition?: string;
}

/** Reads a template. Throws a UserError that names `where` (`the template of stack X`) for what isn't one. */
export function parseTemplate(value: unknown, where: string): Template {
  const template = object(value, where);
  const transforms = [template.Transform ?? []].flat().map((transform) => JSON.stringify(transform));
  const extensions = '"AWS::LanguageExtensions"';
  return {
    description: typeof template.Description === 'string' ? template.Description : undefined,
    parameters: section(template, 'Parameters', where, (parameter) => ({
      type: typeof parameter.Type === 'string' ? parameter.Type : 'String',
      default: parameter.Default,
    })),
    mappings: section(template, 'Mappings', where, (mapping) => mapping),
    conditions: object(template.Conditions ?? {}, `${where}, section Conditions`),
    resources: section(template, 'Resources', where, parseResource),
    outputs: section(template, 'Outputs', where, (output, place) => ({
      value: output.Value ?? null,
      description: typeof output.Description === 'string' ? output.Description : undefined,
      exportName: output.Export === undefined ? undefined : object(output.Export, `${place}, Export`).Name,
      condition: optionalString(output.Condition, `${place}, Condition`),
    })),
    languageExtensions: transforms.includes(extensions),
    otherTransforms: transforms.filter((transform) => transform !== extensions),
  };
}

function parseResource(resource: JsonObject, where: string): TemplateResource {
  if (typeof resource.Type !== 'string') {
    throw new UserError(`Expected a string as Type in ${where}, got ${shown(resource.Type)}.`);
  }
  const dependsOn = [resource.DependsOn ?? []].flat();
  return {
    type: resource.Type,
    properties: object(resource.Properties ?? {}, `${where}, Properties`),
    metadata: object(resource.Metadata ?? {}, `${where}, Metadata`),
    dependsOn: dependsOn.map((name) => optionalString(name, `${where}, DependsOn`) ?? ''),
    condition: optionalString(resource.Condition, `${where}, Condition`),
  };
}

function section<T>(
  template: JsonObject,
  name: string,
  where: string,
  parse: (entry: JsonObject, place: string) => T,
): Record<string, T> {
  const place = `${where}, section ${name}`;
  const entries = Object.entries(object(template[name] ?? {}, place));
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, parse(object(entry, `${place}, ${key}`), `${place}, ${key}`)]),
  );
}

function object(value: unknown, where: string): JsonObject {
  if (!isJsonObject(value)) throw new UserError(`Expected a JSON object in ${where}, got ${shown(value)}.`);
  return value;
}

function optionalString(value: Json | undefined, where: string): string | undefined {
  if (value !== undefined && typeof value !== 'string') {
    throw new UserError(`Expected a string in ${where}, got ${shown(value)}.`);
  }
  return value;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
