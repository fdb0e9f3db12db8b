/** Reads a saved result again: `report`, `--rerun-failed` and `--longest-first` take the file of `--report json=FILE`. */
import {
  type ExecutionStatus,
  type Json,
  type JsonObject,
  type Outcome,
  type RunComparison,
  type RunConfigurationResult,
  type RunCost,
  type RunOrigin,
  type RunResult,
  type Verdict,
} from '../../lib/wire';
import {
  objectAt,
  parseAggregatedResult,
  parseConfigurationResult,
  parseResultsLocation,
  shown,
  WireFormatError,
} from '../../lib/wire/parsers';
import { parseTimestamp } from '../io/timestamp';
import { isDeeper, maxDepth } from '../io/jsonDepth';
import { UserError } from '../io/userError';
import { indexed, manyResults } from './allResults';
import { isBuildUrl } from './originText';
import { tally } from './tally';

const statuses: ExecutionStatus[] = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];
const verdicts: Verdict[] = ['PASSED', 'FAILED', 'ERRORED'];

/**
 * Parses the JSON report of a run. Keys that a later version may have added are left out.
 * @param fileName as the user gave it, for messages
 * @throws UserError with file, key and value
 */
export function parseRunResult(text: string, fileName: string): RunResult {
  try {
    const value = JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
    // What is around a response is less than another ten deep.
    if (isDeeper(value, maxDepth.payload + 10)) {
      throw new WireFormatError(`Expected responses that nest at most ${maxDepth.payload} deep, got more`);
    }
    return runResultOf(value);
  } catch (error) {
    if (error instanceof SyntaxError) {
      // The message quotes the text, line breaks included.
      const problem = error.message.replace(/\s+/g, ' ');
      throw new UserError(`Expected ${fileName} to be the JSON report of a run, got no JSON: ${problem}.`, {
        cause: error,
      });
    }
    if (error instanceof WireFormatError) {
      throw new UserError(`Expected ${fileName} to be the JSON report of a run. ${error.message}.`, { cause: error });
    }
    throw error;
  }
}

function runResultOf(value: unknown): RunResult {
  const aggregated = parseAggregatedResult(value);
  const object = objectAt(value, 'the result');
  const results = object.results as Json[];
  if (aggregated.total !== results.length) {
    throw new WireFormatError(`Expected total to be the number of results, ${results.length}, got ${aggregated.total}`);
  }
  if (results.length === 0) throw new WireFormatError('Expected the result of at least one configuration, got none');
  checkUnique(aggregated.results.map((one) => one.configuration_identifier));
  const { execution_arn: arn, console_url: link, cost, cost_unknown: costUnknown, known_failure_notes: notes } = object;
  const { mode, results_location: location, comparison } = object;
  const result: RunResult = {
    ...aggregated,
    // Absent in direct mode, where there is no execution.
    execution_arn: arn === undefined ? '' : stringAt(object, 'execution_arn'),
    ...(object.test === undefined ? {} : { test: stringAt(object, 'test') }),
    status: oneOf(object, 'status', statuses),
    verdict: oneOf(object, 'verdict', verdicts),
    started_at: timeAt(object, 'started_at'),
    stopped_at: timeAt(object, 'stopped_at'),
    duration_seconds: amountAt(object, 'duration_seconds'),
    ...(object.disagreement === undefined ? {} : { disagreement: stringAt(object, 'disagreement') }),
    ...(object.max_failures === undefined ? {} : { max_failures: amountAt(object, 'max_failures') }),
    ...(object.flaky === undefined ? {} : { flaky: amountAt(object, 'flaky') }),
    ...(object.known === undefined ? {} : { known: amountAt(object, 'known') }),
    ...(link === undefined ? {} : { console_url: stringAt(object, 'console_url') }),
    ...(cost === undefined ? {} : { cost: costAt(object) }),
    ...(costUnknown === undefined ? {} : { cost_unknown: stringAt(object, 'cost_unknown') }),
    ...(notes === undefined ? {} : { known_failure_notes: textsAt(object, 'known_failure_notes') }),
    ...(object.origin === undefined ? {} : { origin: originAt(object) }),
    ...(comparison === undefined ? {} : { comparison: comparisonOf(comparison) }),
    ...(mode === undefined ? {} : { mode: oneOf<'DISTRIBUTED'>(object, 'mode', ['DISTRIBUTED']) }),
    ...(location === undefined ? {} : { results_location: parseResultsLocation(location, 'results_location') }),
    results: results.map((one, index) => configurationResultOf(one, `results[${index}]`)),
  };
  checkVerdict(result);
  return mode === undefined ? result : { ...result, ...manyResults(result.results.length, indexed(result).at) };
}

/** Whether the counts are those of the results, and the verdict one that they and the status allow. */
function checkVerdict(result: RunResult): void {
  const { verdict, status, disagreement, results, max_failures: maxFailures } = result;
  const counted = tally(result);
  for (const key of ['passed', 'failed', 'errored', 'flaky', 'known'] as const) {
    if ((result[key] ?? 0) !== (counted[key] ?? 0)) {
      throw new WireFormatError(
        `Expected ${key} to be ${counted[key] ?? 0} as in its results, got ${result[key] ?? 0}`,
      );
    }
  }
  // What was run again, or is excused, may have another verdict than its last execution.
  const rerun = results.some(({ earlier }) => earlier !== undefined);
  const fits = {
    PASSED: status === 'SUCCEEDED' || (status === 'FAILED' && (rerun || counted.known !== undefined)),
    FAILED: status === 'FAILED' || rerun || (status === 'ABORTED' && maxFailures !== undefined),
    // An execution may be stopped or time out when all has passed.
    ERRORED: status !== 'SUCCEEDED' || result.errored > 0 || disagreement !== undefined || rerun,
  };
  if (
    maxFailures !== undefined &&
    !(status === 'ABORTED' && result.failed + (result.known ?? 0) >= maxFailures && maxFailures >= 1)
  ) {
    throw new WireFormatError(
      `Expected max_failures to be from 1 to as many as failed of a run that was stopped, got ${maxFailures} with the status ${status} and ${result.failed} failed`,
    );
  }
  const strict = tally(result, { strict: true });
  if (!fits[verdict] || ![counted.verdict, strict.verdict].includes(verdict)) {
    throw new WireFormatError(
      `Expected a verdict that fits the status ${status} and ${result.failed} failed and ${result.errored} errored of ${result.total}, got ${verdict}`,
    );
  }
}

function configurationResultOf(value: Json, where: string): RunConfigurationResult {
  const object = objectAt(value, where);
  const { configuration, earlier, flaky, known } = object;
  if (earlier !== undefined && !Array.isArray(earlier)) {
    throw new WireFormatError(`Expected earlier of ${where} to be a list, got ${shown(earlier)}`);
  }
  return {
    ...outcomeOf(object, where),
    ...(configuration === undefined ? {} : { configuration: ownKeysAt(configuration, where) }),
    ...(earlier ? { earlier: earlier.map((one, index) => outcomeOf(one, `${where}.earlier[${index}]`)) } : {}),
    ...(flaky === true ? { flaky } : {}),
    ...(known === undefined ? {} : { known: knownAt(object, where) }),
  };
}

/** It goes into the event of the function again, of which these are not its own. */
function ownKeysAt(value: Json, where: string): JsonObject {
  const configuration = objectAt(value, `configuration of ${where}`);
  for (const key of ['configuration_identifier', 'system_test']) {
    if (key in configuration) throw new WireFormatError(`Expected no ${key} in configuration of ${where}`);
  }
  return configuration;
}

function outcomeOf(value: Json, where: string): Outcome {
  const object = objectAt(value, where);
  return {
    ...parseConfigurationResult(object, where),
    ...(object.started_at === undefined ? {} : { started_at: timeAt(object, 'started_at', where) }),
    ...(object.stopped_at === undefined ? {} : { stopped_at: timeAt(object, 'stopped_at', where) }),
  };
}

function knownAt(result: JsonObject, where: string): NonNullable<RunConfigurationResult['known']> {
  const inside = `known of ${where}`;
  const known = objectAt(result.known, inside);
  if (typeof known.expired !== 'boolean') {
    throw new WireFormatError(`Expected expired of ${inside} to be true or false, got ${shown(known.expired)}`);
  }
  return {
    reason: stringAt(known, 'reason', inside),
    expires: stringAt(known, 'expires', inside),
    expired: known.expired,
  };
}

function costAt(result: JsonObject): RunCost {
  const cost = objectAt(result.cost, 'cost');
  if (cost.currency !== 'USD') {
    throw new WireFormatError(`Expected currency of cost to be USD, got ${shown(cost.currency)}`);
  }
  const amount = (key: string) => amountAt(cost, key, 'cost');
  return {
    currency: 'USD',
    ...(cost.charged === false && { charged: false }),
    price_region: stringAt(cost, 'price_region', 'cost'),
    price_date: stringAt(cost, 'price_date', 'cost'),
    architecture: cost.architecture === 'arm64' ? 'arm64' : 'x86_64',
    lambda_requests: amount('lambda_requests'),
    lambda_gb_seconds: amount('lambda_gb_seconds'),
    lambda_usd: amount('lambda_usd'),
    ...(cost.state_transitions === undefined
      ? {}
      : {
          state_transitions: amount('state_transitions'),
          state_transitions_usd: amount('state_transitions_usd'),
        }),
    total_usd: amount('total_usd'),
  };
}

function originAt(result: JsonObject): RunOrigin {
  const origin = objectAt(result.origin, 'origin');
  const told = (key: keyof RunOrigin) => (origin[key] === undefined ? {} : { [key]: stringAt(origin, key, 'origin') });
  if (typeof origin.build_url === 'string' && !isBuildUrl(origin.build_url)) {
    throw new WireFormatError(
      `Expected build_url of origin to be an address on the web, got ${shown(origin.build_url)}`,
    );
  }
  return {
    tool_version: stringAt(origin, 'tool_version', 'origin'),
    ...told('commit'),
    ...told('branch'),
    ...told('pipeline'),
    ...told('build'),
    ...told('build_url'),
    ...told('function_version'),
  };
}

function comparisonOf(value: Json | undefined): RunComparison {
  const where = 'comparison';
  const object = objectAt(value, where);
  const before = objectAt(object.with, `with of ${where}`);
  const { added, gone } = object;
  const optional = (key: 'execution_arn' | 'file') =>
    before[key] === undefined ? {} : { [key]: stringAt(before, key, `with of ${where}`) };
  const named = <T>(key: string, read: (one: JsonObject, inside: string) => T) =>
    listAt(object, key, where).map((one, index) => {
      const inside = `${key}[${index}] of ${where}`;
      const entry = objectAt(one, inside);
      return { configuration_identifier: stringAt(entry, 'configuration_identifier', inside), ...read(entry, inside) };
    });
  return {
    with: {
      ...optional('execution_arn'),
      ...optional('file'),
      started_at: timeAt(before, 'started_at', `with of ${where}`),
      verdict: oneOf(before, 'verdict', verdicts),
    },
    newly_failing: textsAt(object, 'newly_failing', where),
    still_failing: named('still_failing', (one, inside) => ({
      since: timeAt(one, 'since', inside),
      runs: amountAt(one, 'runs', inside),
    })),
    fixed: textsAt(object, 'fixed', where),
    ...(added === undefined ? {} : { added: textsAt(object, 'added', where) }),
    ...(gone === undefined ? {} : { gone: textsAt(object, 'gone', where) }),
    slower: named('slower', (one, inside) => ({
      before_ms: amountAt(one, 'before_ms', inside),
      duration_ms: amountAt(one, 'duration_ms', inside),
    })),
  };
}

function checkUnique(identifiers: string[]): void {
  const seen = new Set<string>();
  for (const identifier of identifiers) {
    if (seen.has(identifier)) {
      throw new WireFormatError(`Expected each configuration once, got ${shown(identifier)} twice`);
    }
    seen.add(identifier);
  }
}

function stringAt(object: JsonObject, key: string, where = 'the result'): string {
  const value = object[key];
  if (typeof value !== 'string') {
    throw new WireFormatError(`Expected ${key} of ${where} to be a string, got ${shown(value)}`);
  }
  return value;
}

function listAt(object: JsonObject, key: string, where: string): Json[] {
  const value = object[key];
  if (!Array.isArray(value)) {
    throw new WireFormatError(`Expected ${key} of ${where} to be a list, got ${shown(value)}`);
  }
  return value;
}

function textsAt(object: JsonObject, key: string, where = 'the result'): string[] {
  return listAt(object, key, where).map((one) => {
    if (typeof one !== 'string') {
      throw new WireFormatError(`Expected ${key} of ${where} to hold strings, got ${shown(one)}`);
    }
    return one;
  });
}

function timeAt(object: JsonObject, key: string, where = 'the result'): string {
  const value = object[key];
  if (typeof value !== 'string' || parseTimestamp(value) === undefined) {
    throw new WireFormatError(`Expected ${key} of ${where} to be a time in ISO 8601, got ${shown(value)}`);
  }
  return value;
}

function amountAt(object: JsonObject, key: string, where = 'the result'): number {
  const value = object[key];
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new WireFormatError(`Expected ${key} of ${where} to be a number from 0 up, got ${shown(value)}`);
  }
  return value;
}

function oneOf<T extends string>(object: JsonObject, key: string, allowed: T[]): T {
  const value = allowed.find((one) => one === object[key]);
  if (value === undefined) {
    throw new WireFormatError(`Expected ${key} to be one of ${allowed.join(', ')}, got ${shown(object[key])}`);
  }
  return value;
}
