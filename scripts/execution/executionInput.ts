import { detailBytes, maxConfigurations } from '../../lib/stateMachine/executionBudget';
import { identifierOf, isJsonObject, limits, type Configuration, type SystemTestInput } from '../../lib/wire';
import { grouped } from '../cost/cost';
import { UserError } from '../io/userError';
import { parseJson, sameJson } from './jsonText';

/**
 * Bytes of `start_first`. Each state before the Map has it in its events, and it is the longest that decide how long a run
 * takes: the names of the others may be left out.
 */
const startFirstBytes = 16_384;

/** What an execution is asked for. */
export interface InputOptions {
  maxConcurrency?: number;
  /** A count, or a share such as `5%`. */
  toleratedFailures?: number | string;
  /** Whether identifiers that the construct does not know are tested all the same. */
  allowUnknown?: boolean;
}

interface ConfigurationsInput extends InputOptions {
  /** Undefined leaves them to the construct. */
  configurations?: Configuration[];
  /** Identifiers of what is started first; as many of them as there is room for. Default: none. */
  startFirst?: string[];
}

/**
 * The execution's input as JSON. What is undefined is left to the defaults of the construct.
 * @throws UserError for more bytes than Step Functions takes. Whether so many configurations fit in one execution, only the
 *   state machine knows, by its mode
 */
export function executionInput(options: ConfigurationsInput): string {
  const input = inputOf(options);
  const bytes = Buffer.byteLength(JSON.stringify(input));
  checkBytes(Math.max(bytes, completedBytes(input)));
  const room = Math.min(startFirstBytes, limits.payloadBytes - bytes) - Buffer.byteLength(',"start_first":[]');
  const first = fitting(options.startFirst ?? [], room);
  return JSON.stringify({ ...input, ...(first.length > 0 && { start_first: first }) });
}

/** Whether two inputs ask for the same, in whatever order it is started. */
export function sameRequest(one: string, other: string): boolean {
  return sameJson(withoutOrder(one), withoutOrder(other));
}

/** The input without what it starts first. */
export function withoutOrder(input: string): string {
  const value = parseJson(input);
  return isJsonObject(value) ? JSON.stringify({ ...value, start_first: undefined }) : input;
}

/** The first of the names, as many as fit in so many bytes of JSON. */
function fitting(names: string[], room: number): string[] {
  let left = room;
  const end = names.findIndex((name) => (left -= Buffer.byteLength(JSON.stringify(name)) + 1) < 0);
  return end < 0 ? names : names.slice(0, end);
}

/** The same, however large it is. */
export function inputJson(options: ConfigurationsInput): string {
  return JSON.stringify(inputOf(options));
}

function inputOf({ configurations, ...options }: ConfigurationsInput): SystemTestInput {
  const { maxConcurrency, toleratedFailures, allowUnknown } = options;
  return {
    ...(configurations && { configurations }),
    ...(maxConcurrency !== undefined && { max_concurrency: maxConcurrency }),
    ...(toleratedFailures !== undefined && { tolerated_failures: toleratedFailures }),
    ...(allowUnknown && { allow_unknown: true }),
  };
}

/** Bytes that the input has at the least once the state machine has filled in the defaults: the Map gets it then. */
function completedBytes({ configurations, max_concurrency = 1, tolerated_failures = 0 }: SystemTestInput): number {
  return Buffer.byteLength(JSON.stringify({ configurations, max_concurrency, tolerated_failures }));
}

function checkBytes(bytes: number): void {
  if (bytes > limits.payloadBytes) {
    throw new UserError(
      `Expected the input to have at most ${grouped(limits.payloadBytes)} bytes, which is what Step Functions takes, got ${grouped(bytes)}: ` +
        'give fewer configurations or fewer keys in each, and spread them over several runs.',
    );
  }
}

/**
 * Refuses what no inline Map has room for. How many fit depends on the construct's `retryAttempts`; none fits more than
 * without retries.
 * @throws UserError for more configurations or longer identifiers
 */
export function checkFitsInline(configurations: Configuration[]): void {
  const most = maxConfigurations(0);
  if (configurations.length > most) {
    throw new UserError(
      `Expected at most ${grouped(most)} configurations, got ${grouped(configurations.length)}: more do not fit in the history of an execution.`,
    );
  }
  if (detailBytes(configurations.map(identifierOf)) < 0) {
    throw new UserError('Expected shorter identifiers: their results do not fit in the output of an execution.');
  }
}
