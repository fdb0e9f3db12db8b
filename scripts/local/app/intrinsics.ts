/**
 * CloudFormation's intrinsic functions.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
import { isJsonObject, type Json, type JsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';

/** What the functions of a template refer to. */
export interface Scope {
  /** The value of a parameter, pseudo parameter or resource; undefined for `AWS::NoValue`. Throws for an unknown one. */
  ref(name: string, where: string): Json | undefined;
  getAtt(logicalId: string, attribute: string, where: string): Json;
  condition(name: string, where: string): boolean;
  mapping(name: string, where: string): JsonObject;
  importValue(name: string, where: string): Json;
  /** An output of any stack of the app; in the stack's own Region where none is given. */
  stackOutput(stackName: string, outputName: string, region: string | undefined, where: string): Json;
  /** The zones of a Region; of the stack's own where it is empty. */
  availabilityZones(region: string): string[];
  /** Whether the template declares `AWS::LanguageExtensions`. */
  languageExtensions: boolean;
}

type Intrinsic = (argument: Json, scope: Scope, where: string) => Json | undefined;

/**
 * Replaces the functions in a value, however deep. Undefined where the whole value is `AWS::NoValue`; in objects and
 * lists, such members are left out.
 *
 * @param where names the place for errors: `stack One, resource F, property Code`
 * @throws a UserError for a function that is not served
 */
export function resolve(value: Json, scope: Scope, where: string): Json | undefined {
  if (Array.isArray(value)) {
    return value.map((item, index) => resolve(item, scope, `${where}[${index}]`)).filter((item) => item !== undefined);
  }
  if (!isJsonObject(value)) return value;
  const call = intrinsicCall(value);
  if (!call) {
    const members = Object.entries(value).map(([key, member]) => [key, resolve(member, scope, `${where}.${key}`)]);
    return Object.fromEntries(members.filter(([, member]) => member !== undefined)) as JsonObject;
  }
  const intrinsic = Object.hasOwn(intrinsics, call.name) ? intrinsics[call.name] : undefined;
  if (!intrinsic) {
    throw new UserError(`The function ${call.name} (${where}) isn't supported on the local endpoint.`);
  }
  return intrinsic(call.argument, scope, `${where}, ${call.name}`);
}

/**
 * Evaluates a condition: `Fn::Equals` and so on, or the name of another one.
 * @throws a UserError for what is no condition
 */
export function evaluateCondition(value: Json, scope: Scope, where: string): boolean {
  if (isJsonObject(value) && typeof value.Condition === 'string') return scope.condition(value.Condition, where);
  const call = isJsonObject(value) ? intrinsicCall(value) : undefined;
  const operands = call && Array.isArray(call.argument) ? call.argument : [];
  const all = () => operands.map((operand) => evaluateCondition(operand, scope, where));
  switch (call?.name) {
    case 'Fn::Equals': {
      const [left, right] = operands.map((operand) => resolve(operand, scope, where));
      return JSON.stringify(scalarText(left) ?? left) === JSON.stringify(scalarText(right) ?? right);
    }
    case 'Fn::And':
      return all().every(Boolean);
    case 'Fn::Or':
      return all().some(Boolean);
    case 'Fn::Not':
      return !all()[0];
    default:
      throw new UserError(
        `Expected a condition (Fn::Equals, Fn::And, Fn::Or, Fn::Not) in ${where}, got ${shown(value)}.`,
      );
  }
}

/** The logical names that a value refers to, in the branches that its conditions take. */
export function referencedNames(value: Json, scope: Scope, where: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => referencedNames(item, scope, where));
  if (!isJsonObject(value)) return [];
  const call = intrinsicCall(value);
  if (call?.name === 'Ref') return typeof call.argument === 'string' ? [call.argument] : [];
  if (call?.name === 'Fn::GetAtt') return [getAttArgument(call.argument, where)[0]];
  if (call?.name === 'Fn::If') return referencedNames(chosenBranch(call.argument, scope, where), scope, where);
  if (call?.name === 'Fn::Sub') {
    const { template, variables } = subArgument(call.argument, where);
    const names = placeholders(template).map((name) => name.split('.')[0] ?? name);
    const own = names.filter((name) => !Object.hasOwn(variables, name));
    return [...own, ...Object.values(variables).flatMap((variable) => referencedNames(variable, scope, where))];
  }
  return Object.values(value).flatMap((member) => referencedNames(member, scope, where));
}

const intrinsics: Record<string, Intrinsic> = {
  Ref: (argument, scope, where) => scope.ref(text(argument, where), where),
  'Fn::GetAtt': (argument, scope, where) => {
    const [logicalId, attribute] = getAttArgument(argument, where);
    return scope.getAtt(logicalId, text(resolve(attribute, scope, where), where), where);
  },
  'Fn::Join': (argument, scope, where) => {
    const [separator, items] = list(argument, where, 2);
    const parts = list(resolve(items ?? null, scope, where), where);
    return parts.map((part) => text(part, where)).join(text(separator, where));
  },
  'Fn::Sub': (argument, scope, where) => {
    const { template, variables } = subArgument(argument, where);
    return template.replace(/\$\{(!?)([^}]*)\}/g, (whole, literal: string, expression: string) => {
      if (literal) return `\${${expression}}`;
      const name = expression.trim();
      if (Object.hasOwn(variables, name)) return text(resolve(variables[name] ?? null, scope, where), where);
      const dot = name.indexOf('.');
      return text(
        dot < 0 ? scope.ref(name, where) : scope.getAtt(name.slice(0, dot), name.slice(dot + 1), where),
        `${where}, ${whole}`,
      );
    });
  },
  'Fn::Select': (argument, scope, where) => {
    const [position, items] = list(argument, where, 2).map((part) => resolve(part, scope, where));
    const from = list(items, where);
    const index = Number(text(position, where));
    const item = from[index];
    if (item === undefined) {
      throw new UserError(`Expected an index from 0 to ${from.length - 1} in ${where}, got ${shown(position)}.`);
    }
    return item;
  },
  'Fn::Split': (argument, scope, where) => {
    const [delimiter, source] = list(argument, where, 2).map((part) => resolve(part, scope, where));
    return text(source, where).split(text(delimiter, where));
  },
  'Fn::Base64': (argument, scope, where) =>
    Buffer.from(text(resolve(argument, scope, where), where)).toString('base64'),
  'Fn::If': (argument, scope, where) => resolve(chosenBranch(argument, scope, where), scope, where),
  'Fn::FindInMap': (argument, scope, where) => {
    const [name, top, second, fallback] = list(argument, where).map((part) => resolve(part, scope, where));
    const level = scope.mapping(text(name, where), where)[text(top, where)];
    const value = isJsonObject(level) ? level[text(second, where)] : undefined;
    if (value !== undefined) return value;
    if (isJsonObject(fallback) && fallback.DefaultValue !== undefined) return fallback.DefaultValue;
    throw new UserError(
      `Expected ${shown(top)} with ${shown(second)} in mapping ${shown(name)}; ${where} asks for it.`,
    );
  },
  'Fn::ImportValue': (argument, scope, where) => scope.importValue(text(resolve(argument, scope, where), where), where),
  // How the CDK refers across stacks by its current recommended settings.
  'Fn::GetStackOutput': (argument, scope, where) => {
    const given = resolve(argument, scope, where);
    const { StackName, OutputName, Region } = isJsonObject(given) ? given : {};
    const region = Region === undefined ? undefined : text(Region, where);
    return scope.stackOutput(text(StackName, where), text(OutputName, where), region, where);
  },
  'Fn::GetAZs': (argument, scope, where) => scope.availabilityZones(text(resolve(argument, scope, where), where)),
  'Fn::Length': (argument, scope, where) => list(extension(argument, scope, where), where).length,
  'Fn::ToJsonString': (argument, scope, where) => JSON.stringify(extension(argument, scope, where)),
};

function extension(argument: Json, scope: Scope, where: string): Json | undefined {
  if (!scope.languageExtensions) {
    throw new UserError(`${where} needs the transform AWS::LanguageExtensions, which the template doesn't declare.`);
  }
  return resolve(argument, scope, where);
}

/** An object with one key that is `Ref` or begins with `Fn::`. */
function intrinsicCall(value: JsonObject): { name: string; argument: Json } | undefined {
  const entries = Object.entries(value);
  const [first] = entries;
  if (!first || entries.length > 1) return undefined;
  const [name, argument] = first;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument } : undefined;
}

function chosenBranch(argument: Json, scope: Scope, where: string): Json {
  const [condition, whenTrue, whenFalse] = list(argument, where, 3);
  return (scope.condition(text(condition, where), where) ? whenTrue : whenFalse) ?? null;
}

function getAttArgument(argument: Json, where: string): [string, Json] {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  const [logicalId, attribute] = list(argument, where, 2);
  return [text(logicalId, where), attribute ?? null];
}

function subArgument(argument: Json, where: string): { template: string; variables: JsonObject } {
  const [template, variables] = Array.isArray(argument) ? argument : [argument];
  return { template: text(template, where), variables: isJsonObject(variables) ? variables : {} };
}

function placeholders(template: string): string[] {
  return [...template.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name.trim());
}

function list(value: Json | undefined, where: string, length?: number): Json[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw new UserError(
    `Expected a list${length === undefined ? '' : ` of ${length}`} in ${where}, got ${shown(value)}.`,
  );
}

function text(value: Json | undefined, where: string): string {
  const scalar = scalarText(value);
  if (scalar === undefined) throw new UserError(`Expected a string in ${where}, got ${shown(value)}.`);
  return scalar;
}

/** A string, number or boolean as text: CloudFormation turns them into each other. */
function scalarText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'AWS::NoValue' : JSON.stringify(value).slice(0, 80);
}
