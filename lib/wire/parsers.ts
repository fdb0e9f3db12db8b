/** Parsers of the wire types: `unknown` in, the type of `wire.ts` out, or an error that names the key. */
import {
  isJsonObject,
  limits,
  patterns,
  type AggregatedResult,
  type Configuration,
  type ConfigurationResult,
  type ConfigurationStatus,
  type DistributedResult,
  type Json,
  type JsonObject,
  type ResultsLocation,
} from './index';

/** A value that isn't of the expected shape. The message is one sentence that names the key and the value. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError';
}

/**
 * Checks one configuration: a string of at most 1,024 characters that is not blank, or an object with such a
 * `configuration_identifier` and no `system_test`.
 * @param where names the value in errors
 * @throws WireFormatError
 */
export function parseConfiguration(value: unknown, where = 'a configuration'): Configuration {
  if (typeof value === 'string') {
    checkIdentifier(value, where);
    return value;
  }
  if (!isJsonObject(value)) {
    throw new WireFormatError(
      `Expected ${where} to be a string or an object with configuration_identifier, got ${shown(value)}`,
    );
  }
  const identifier = value.configuration_identifier;
  if (identifier === undefined) {
    throw new WireFormatError(`Expected configuration_identifier in ${where}, got ${shown(value)}`);
  }
  checkIdentifier(identifier, `configuration_identifier of ${where}`);
  if ('system_test' in value) {
    throw new WireFormatError(`Expected no system_test in ${where}: it is always true and cannot be set`);
  }
  return { ...value, configuration_identifier: identifier };
}

function checkIdentifier(value: unknown, what: string): asserts value is string {
  if (typeof value !== 'string') throw new WireFormatError(`Expected ${what} to be a string, got ${shown(value)}`);
  if (!new RegExp(patterns.notBlank).test(value)) {
    throw new WireFormatError(`Expected ${what} not to be empty, got ${shown(value)}`);
  }
  const length = Array.from(value).length;
  if (length > limits.identifierLength) {
    throw new WireFormatError(
      `Expected ${what} to have at most ${limits.identifierLength} characters, got ${length}: ${shown(value)}`,
    );
  }
}

/**
 * Checks the output of the state machine.
 * @throws WireFormatError
 */
export function parseAggregatedResult(value: unknown): AggregatedResult {
  const object = objectAt(value, 'the result');
  const results = parseResults(object.results, 'results');
  return { ...countsAt(object), results };
}

/**
 * Checks the output of the state machine where a Distributed Map tested.
 * @throws WireFormatError
 */
export function parseDistributedResult(value: unknown): DistributedResult {
  const object = objectAt(value, 'the result');
  if (object.mode !== 'DISTRIBUTED') {
    throw new WireFormatError(`Expected mode to be DISTRIBUTED, got ${shown(object.mode)}`);
  }
  return {
    ...countsAt(object),
    mode: 'DISTRIBUTED',
    results_location: parseResultsLocation(object.results_location, 'results_location'),
  };
}

/**
 * Checks where the results of a distributed execution are.
 * @param where names the value in errors
 * @throws WireFormatError
 */
export function parseResultsLocation(value: unknown, where: string): ResultsLocation {
  const { bucket, prefix } = objectAt(value, where);
  if (typeof bucket !== 'string' || typeof prefix !== 'string' || bucket === '' || prefix === '') {
    throw new WireFormatError(`Expected ${where} to hold bucket and prefix, got ${shown(value)}`);
  }
  return { bucket, prefix };
}

/**
 * Checks a list of results: all of an execution, or those of one child of a distributed one.
 * @param where names the value in errors
 * @throws WireFormatError
 */
export function parseResults(value: unknown, where: string): ConfigurationResult[] {
  if (!Array.isArray(value)) throw new WireFormatError(`Expected ${where} to be a list, got ${shown(value)}`);
  return value.map((result, index) => parseConfigurationResult(result, `${where}[${index}]`));
}

function countsAt(object: JsonObject): Omit<AggregatedResult, 'results'> {
  if (object.schema_version !== 1) {
    throw new WireFormatError(`Expected schema_version to be 1, got ${shown(object.schema_version)}`);
  }
  return {
    schema_version: 1,
    total: countAt(object, 'total'),
    passed: countAt(object, 'passed'),
    failed: countAt(object, 'failed'),
    errored: countAt(object, 'errored'),
    max_concurrency: countAt(object, 'max_concurrency'),
    tolerated_failures: countAt(object, 'tolerated_failures'),
  };
}

/**
 * Checks the result of one configuration.
 * @param where names the value in errors
 * @throws WireFormatError
 */
export function parseConfigurationResult(value: unknown, where = 'a result'): ConfigurationResult {
  const object = objectAt(value, where);
  const { configuration_identifier: identifier, status, response, error, truncated } = object;
  if (typeof identifier !== 'string') {
    throw new WireFormatError(`Expected configuration_identifier of ${where} to be a string, got ${shown(identifier)}`);
  }
  if (!isStatus(status)) {
    throw new WireFormatError(`Expected status of ${where} to be PASSED, FAILED or ERRORED, got ${shown(status)}`);
  }
  const duration = optionalNumberAt(object, 'duration_ms', where);
  const billed = optionalNumberAt(object, 'billed_ms', where);
  const logTail = optionalStringAt(object, 'log_tail', where);
  return {
    configuration_identifier: identifier,
    status,
    ...(duration === undefined ? {} : { duration_ms: duration }),
    ...(billed === undefined ? {} : { billed_ms: billed }),
    ...(response === undefined ? {} : { response }),
    ...(error === undefined ? {} : { error: parseResultError(error, where) }),
    ...(logTail === undefined ? {} : { log_tail: logTail }),
    ...(truncated === true ? { truncated } : {}),
  };
}

function parseResultError(value: unknown, where: string): { type: string; message: string } {
  const { type, message } = objectAt(value, `error of ${where}`);
  if (typeof type !== 'string' || typeof message !== 'string') {
    throw new WireFormatError(`Expected error of ${where} to hold type and message, got ${shown(value)}`);
  }
  return { type, message };
}

function isStatus(value: Json | undefined): value is ConfigurationStatus {
  return value === 'PASSED' || value === 'FAILED' || value === 'ERRORED';
}

/**
 * The value as an object.
 * @param where names the value in errors
 * @throws WireFormatError
 */
export function objectAt(value: unknown, where: string): JsonObject {
  if (!isJsonObject(value)) throw new WireFormatError(`Expected ${where} to be an object, got ${shown(value)}`);
  return value;
}

function countAt(object: JsonObject, key: string): number {
  const value = object[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new WireFormatError(`Expected ${key} to be an integer from 0 up, got ${shown(value)}`);
  }
  return value;
}

function optionalNumberAt(object: JsonObject, key: string, where: string): number | undefined {
  const value = object[key];
  if (value !== undefined && typeof value !== 'number') {
    throw new WireFormatError(`Expected ${key} of ${where} to be a number, got ${shown(value)}`);
  }
  return value;
}

function optionalStringAt(object: JsonObject, key: string, where: string): string | undefined {
  const value = object[key];
  if (value !== undefined && typeof value !== 'string') {
    throw new WireFormatError(`Expected ${key} of ${where} to be a string, got ${shown(value)}`);
  }
  return value;
}

/** The value as JSON, cut to a length that fits in a sentence. */
export function shown(value: unknown): string {
  const json = value === undefined ? 'nothing' : JSON.stringify(value);
  return json.length <= 60 ? json : `${json.slice(0, 57)}…`;
}
