/** Checks of props at synthesis: what was expected, the value received, and where. */
import { Token } from 'aws-cdk-lib';
import { IConstruct, Node } from 'constructs';
import { inspect } from 'node:util';
import { parsed } from './stateMachine/jsonata';
import {
  Configuration,
  identifierOf,
  inputKeys,
  isIdentifierAlone,
  isJsonObject,
  isToleratedFailures,
  limits,
  SystemTestInput,
} from './wire';
import { parseConfiguration, shown, WireFormatError } from './wire/parsers';

/** Of the million bytes of a template. */
const maxTemplateShare = 900_000;

/** @throws unless `value` is an integer from `min` to `max`. Tokens pass. */
export function expectIntegerWithin(scope: IConstruct, name: string, value: number, min: number, max: number): void {
  if (Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(
      `Expected ${name} of ${scope.node.path} to be an integer from ${min} to ${max}, got ${value}.`,
    );
  }
}

/** @throws for a token: the state machine's definition depends on the value */
export function expectKnown(scope: IConstruct, name: string, value: unknown): void {
  if (Token.isUnresolved(value)) {
    throw new TypeError(
      `Expected ${name} of ${scope.node.path} to be known when the app is synthesized, got a token that only the deployment resolves.`,
    );
  }
}

/** @throws for a text that the state machine's definition can't hold as it is: a token, none, or what begins as JSONata */
export function expectLiteral(scope: IConstruct, name: string, value: string, { mayBeEmpty = false } = {}): void {
  expectKnown(scope, name, value);
  if ((value === '' && !mayBeEmpty) || value.startsWith('{%')) {
    throw new RangeError(
      `Expected ${name} of ${scope.node.path} to be a text that does not begin with {%, got ${JSON.stringify(value)}.`,
    );
  }
}

/** @throws for what is no input of an execution: it has another key, or configurations that are no list */
export function inputOf(what: string, input: { [key: string]: unknown }): SystemTestInput {
  const { configurations = [] } = input;
  const other = Object.keys(input).find((key) => !inputKeys.includes(key));
  if (other !== undefined) {
    throw new TypeError(`Expected the input of ${what} to hold ${inputKeys.join(', ')}, got ${other}.`);
  }
  if (!Array.isArray(configurations) && !Token.isUnresolved(configurations)) {
    throw new TypeError(`Expected configurations of ${what} to be a list, got ${shown(configurations)}.`);
  }
  return input;
}

/** @throws where an execution would have nothing to test: it is given no configurations, and the construct has none */
export function expectConfigurationsFor(
  what: string,
  given: readonly unknown[] | undefined,
  systemTest: { readonly hasConfigurations?: boolean; readonly node: Node },
): void {
  if (!given?.length && systemTest.hasConfigurations === false) {
    throw new TypeError(
      `Expected ${what} to be given configurations, or its system test ${systemTest.node.path} to have some, got none: there is nothing to test.`,
    );
  }
}

/** @throws for an identifier that the state machine would refuse: its system test tells its configurations, and not this one */
export function expectKnownConfigurations(
  what: string,
  { configurations = [], allow_unknown: allowed }: SystemTestInput,
  systemTest: { readonly _configurations?: readonly Configuration[]; readonly node: Node },
): void {
  const known = systemTest._configurations?.map(identifierOf);
  const unknown = configurations
    .filter(isIdentifierAlone)
    .map(identifierOf)
    .find((identifier) => !known?.includes(identifier) && !isVariable(identifier));
  if (known && !allowed && unknown !== undefined) {
    throw new RangeError(
      `Expected the input of ${what} to name configurations of its system test ${systemTest.node.path}, got ${JSON.stringify(unknown)}: allow_unknown: true permits others.`,
    );
  }
}

/** @throws for a variable of CodePipeline, which is only replaced in the configuration of an action of its own */
export function expectNoVariable(what: string, value: unknown): void {
  const [variable] = /#\{[^"]*?\}/.exec(JSON.stringify(value)) ?? [];
  if (variable !== undefined) {
    throw new RangeError(
      `Expected ${what} without variables of CodePipeline, got ${variable}: nothing replaces it there.`,
    );
  }
}

/** @throws unless `value` matches the pattern as a whole. Tokens pass. */
export function expectMatch(scope: IConstruct, name: string, value: string, pattern: RegExp, expected: string): void {
  if (!Token.isUnresolved(value) && !pattern.test(value)) {
    throw new RangeError(`Expected ${name} of ${scope.node.path} to be ${expected}, got ${JSON.stringify(value)}.`);
  }
}

/** @throws unless `value` is a count from 0 up or a share such as `5%` */
function expectToleratedFailures(scope: IConstruct, value: number | string): void {
  if (!isToleratedFailures(value)) {
    throw new RangeError(
      `Expected tolerated_failures of ${scope.node.path} to be an integer from 0 up or a share such as "5%", got ${JSON.stringify(value)}.`,
    );
  }
}

/** @throws where the payload names what each event gets from the state machine */
export function expectPayload(scope: IConstruct, payload: { [key: string]: unknown }): void {
  for (const key of ['system_test', 'configuration_identifier']) {
    if (key in payload) {
      throw new RangeError(
        `Expected payload of ${scope.node.path} without ${key}, which the state machine sets, got ${JSON.stringify(payload[key])}.`,
      );
    }
  }
}

/**
 * @param o.variables whether an identifier may be one that is only known when a pipeline runs
 * @param o.mostAtOnce what max_concurrency may be, default that of an inline Map
 * @throws unless the configurations are 1 to `max` well-formed and distinct ones that fit in an execution's input
 */
export function expectConfigurations(
  scope: IConstruct,
  configurations: readonly Configuration[],
  max: number,
  { variables = false } = {},
): void {
  const where = `configurations of ${scope.node.path}`;
  if (!variables) {
    expectKnown(scope, 'configurations', configurations);
  }
  if (configurations.length < 1 || configurations.length > max) {
    throw new RangeError(`Expected ${where} to be 1 to ${max}, got ${configurations.length}.`);
  }
  const seen = new Map<string, number>();
  for (const [index, configuration] of configurations.entries()) {
    const identifier = identifierOf(configurationAt(`${where}[${index}]`, configuration));
    if (!variables) {
      expectKnown(scope, `configurations[${index}]`, identifier);
    }
    const first = seen.get(identifier);
    if (first !== undefined) {
      throw new RangeError(
        `Expected ${where} to be distinct, got ${JSON.stringify(identifier)} at [${first}] and at [${index}].`,
      );
    }
    seen.set(identifier, index);
  }
  const bytes = Buffer.byteLength(JSON.stringify(configurations));
  if (bytes > limits.payloadBytes / 2) {
    throw new RangeError(
      `Expected ${where} to take at most ${limits.payloadBytes / 2} bytes of JSON, got ${bytes}: pass them in each execution's input.`,
    );
  }
}

/**
 * @throws where the configurations, which a definition holds twice, leave no room in a template for the rest of it.
 * Template and definition may take 1 MB each:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html and
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
 */
export function expectRoomInTemplate(scope: IConstruct, configurations: readonly Configuration[]): void {
  const bytes = 2 * Buffer.byteLength(JSON.stringify(JSON.stringify(parsed(configurations))));
  if (bytes > maxTemplateShare) {
    throw new RangeError(
      `Expected configurations of ${scope.node.path} to take at most ${maxTemplateShare} bytes of the template, where quotation marks, apostrophes and backslashes take several each, got ${bytes}: pass them in each execution's input.`,
    );
  }
}

/** @throws for what JSON can't hold, which the definition would lack or hold as something else */
function expectJson(where: string, value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      expectJson(`${where}[${index}]`, item);
    });
  } else if (isJsonObject(value) && !Token.isUnresolved(value) && !('toJSON' in value)) {
    Object.entries<unknown>(value)
      .filter(([, of]) => of !== undefined)
      .forEach(([key, of]) => {
        expectJson(`${where}.${key}`, of);
      });
  } else if (value !== null && !['boolean', 'string'].includes(typeof value) && !Number.isFinite(value)) {
    throw new TypeError(`Expected ${where} to be JSON, got ${inspect(value, { depth: 0 })}.`);
  }
}

/** @throws unless the value is a configuration, which JSON can hold */
export function configurationAt(where: string, value: unknown): Configuration {
  try {
    parseConfiguration(value, where);
  } catch (error) {
    throw error instanceof WireFormatError ? new TypeError(`${error.message}.`, { cause: error }) : error;
  }
  expectJson(where, value);
  return value as Configuration;
}

/**
 * @param o.variables whether an identifier may be one that is only known when a pipeline runs
 * @param o.mostAtOnce what max_concurrency may be, default that of an inline Map
 * @throws unless an execution's input is well-formed and takes at most `maxLength` characters of JSON
 */
export function expectInput(
  scope: IConstruct,
  input: SystemTestInput,
  maxLength: number,
  o?: { variables?: boolean; mostAtOnce?: number },
): void {
  const { configurations, max_concurrency: maxConcurrency, tolerated_failures: toleratedFailures } = input;
  if (configurations) {
    // How many fit in one execution is up to the state machine; its input can't hold more than its bytes.
    expectConfigurations(scope, configurations, maxLength, { variables: o?.variables });
  }
  if (maxConcurrency !== undefined) {
    expectIntegerWithin(scope, 'max_concurrency', maxConcurrency, 1, o?.mostAtOnce ?? limits.inlineConcurrency);
  }
  if (toleratedFailures !== undefined && !isVariable(toleratedFailures)) {
    expectToleratedFailures(scope, toleratedFailures);
  }
  const json = JSON.stringify(input);
  if (!Token.isUnresolved(json) && json.length > maxLength) {
    throw new RangeError(
      `Expected the input of ${scope.node.path} to take at most ${maxLength} characters of JSON, got ${json.length}.`,
    );
  }
}

/** Whether the value is only known when the pipeline runs: a token of the CDK or `#{…}` of CodePipeline. */
function isVariable(value: number | string): boolean {
  return Token.isUnresolved(value) || String(value).includes('#{');
}
