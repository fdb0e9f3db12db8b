/**
 * The JSON that travels between the trigger, the state machine and the function, with its limits and parsers.
 * Snake case, as in the function's event. Imports neither the SDK nor the CDK.
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/** Limits of AWS and of the contract. */
export const limits = {
  /** Bytes of UTF-8 in the input or output of a state, task or execution (AWS Step Functions quotas). */
  payloadBytes: 262_144,
  /** Concurrent iterations of an inline Map (AWS Step Functions developer guide, "Map state processing modes"). */
  inlineConcurrency: 40,
  /** Child executions of a Distributed Map at once (AWS Step Functions quotas, "Distributed Map Run"). */
  distributedConcurrency: 10_000,
  /** Configurations in a batch. */
  batchSize: 100,
  /** Events in the history of one Standard execution (AWS Step Functions quotas). */
  historyEvents: 25_000,
  /** Characters in the name of an execution. */
  executionNameLength: 80,
  /** Seconds of a task's timeout (https://states-language.net/spec.html#task-state). */
  taskSeconds: 99_999_999,
  /** Characters of a Fail state's Cause. */
  causeLength: 32_768,
  /** Characters (Unicode code points) in a configuration's identifier. */
  identifierLength: 1024,
} as const;

/** What an execution's input may hold, as regular expressions for JavaScript and for JSONata, also on a JVM. */
export const patterns = {
  /** An identifier needs such a character: none of space, tab, line feed and carriage return. */
  notBlank: String.raw`[^ \x09\x0a\x0d]`,
  /** A share of tolerated failures, from 0% to 100%. */
  share: String.raw`^0*(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%$`,
} as const;

// eslint-disable-next-line no-control-regex -- the service's rule names them
const forbiddenInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;

/**
 * Whether a text can be the name of an execution.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function isExecutionName(text: string): boolean {
  return text !== '' && text.length <= limits.executionNameLength && !forbiddenInNames.test(text);
}

/**
 * One configuration: its identifier (1 to 1,024 characters, not only spaces, tabs and line breaks), or an object that
 * carries it with further keys for the function's event. `system_test` is not among them: it is always `true`.
 */
export type Configuration = string | (JsonObject & { configuration_identifier: string });

/** The input of an execution. Every key is optional; the construct's props are the defaults. */
export type SystemTestInput = {
  /** Those that are identifiers alone have the keys of the construct's configuration of that identifier, if there is one. */
  configurations?: Configuration[];
  /** 1 to 40, or to 10,000 in a Distributed Map; what the construct's `maxConcurrency` doesn't allow is lowered to it. */
  max_concurrency?: number;
  /** How many configurations may fail: a count (`2`) or a share of all (`"5%"`, rounded down). */
  tolerated_failures?: number | string;
  /**
   * Whether identifiers that the construct does not know are tested all the same; default false: where the construct has
   * configurations, one that is named by its identifier alone has to be among them.
   */
  allow_unknown?: boolean;
  /**
   * Identifiers of those that are started first, in this order; the others follow in theirs. It selects nothing: all are
   * tested, their results stand in the order of the configurations, and what is none of them means nothing. At most 10,000.
   * A Distributed Map starts all in their own order. Default: none.
   */
  start_first?: string[];
};

/** The keys of an input; what else it has is refused, as it is most likely misspelt. */
export const inputKeys: readonly string[] = [
  'configurations',
  'max_concurrency',
  'tolerated_failures',
  'allow_unknown',
  'start_first',
] satisfies (keyof SystemTestInput)[];

/**
 * What became of a configuration: `PASSED`, `FAILED` (the configuration or the code is bad) or `ERRORED` (it could not
 * be tested: the platform is bad).
 */
export type ConfigurationStatus = 'PASSED' | 'FAILED' | 'ERRORED';

/** The result of one configuration. */
export interface ConfigurationResult {
  configuration_identifier: string;
  status: ConfigurationStatus;
  /** Milliseconds that the function ran, as in its REPORT log line; those of the task where there is no log. */
  duration_ms?: number;
  /** Milliseconds that Lambda bills. */
  billed_ms?: number;
  /** What the function returned. */
  response?: Json;
  error?: { type: string; message: string };
  /** The end of the function's log, at most 4 KiB. */
  log_tail?: string;
  /** `true` where log, message or response were cut to keep the whole result within the payload quota. */
  truncated?: boolean;
}

/** The output of the state machine: all results in input order, counted. */
export interface AggregatedResult {
  schema_version: 1;
  total: number;
  passed: number;
  failed: number;
  errored: number;
  max_concurrency: number;
  /** How many failures were tolerated, as a count. */
  tolerated_failures: number;
  results: ConfigurationResult[];
}

/** Where the results of a distributed execution are: one object for each child execution, `PREFIX(not_)passed/CHILD.json`. */
export interface ResultsLocation {
  bucket: string;
  /** Ends with the name of the execution and a slash. */
  prefix: string;
}

/** The output of the state machine where a Distributed Map tested: counts, and where the results are. */
export interface DistributedResult extends Omit<AggregatedResult, 'results'> {
  mode: 'DISTRIBUTED';
  results_location: ResultsLocation;
}

/** The status of an execution, as Step Functions names it. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

/**
 * What the run says to the pipeline: `PASSED`, `FAILED` (more configurations failed than are tolerated) or `ERRORED`
 * (no verdict: something could not be tested, or the execution did not end by itself).
 */
export type Verdict = 'PASSED' | 'FAILED' | 'ERRORED';

/** One outcome of a configuration, with what only the trigger knows. */
export interface Outcome extends ConfigurationResult {
  /** When its iteration began and ended, from the execution's history: ISO 8601, UTC. Absent where it can't be had. */
  started_at?: string;
  stopped_at?: string;
}

/** What became of a configuration in a run. */
export interface RunConfigurationResult extends Outcome {
  /**
   * What the configuration holds beside its identifier. Absent where that is nothing; and where a Distributed Map read
   * the list by itself, as then nobody else knows it.
   */
  configuration?: JsonObject;
  /** Its outcomes before it was run again, the oldest first. */
  earlier?: Outcome[];
  /** `true` where it passed only when it was run again. */
  flaky?: boolean;
  /** Where the list of known failures names it: the reason, the last day that counts (YYYY-MM-DD), and whether that is over. */
  known?: { reason: string; expires: string; expired: boolean };
}

/** What a run costs by the public price list, without free tiers, discounts and taxes. */
export interface RunCost {
  currency: 'USD';
  /** `false` where it ran on this machine: what it would cost on AWS. Else absent. */
  charged?: false;
  /** The Region of the prices, and the day they were looked up (YYYY-MM-DD). */
  price_region: string;
  price_date: string;
  /** Whose price of a GB-second is taken. A run can't see the function's own, so it takes the higher one, of x86_64. */
  architecture: 'x86_64' | 'arm64';
  lambda_requests: number;
  lambda_gb_seconds: number;
  lambda_usd: number;
  /** Absent where no state machine ran. */
  state_transitions?: number;
  state_transitions_usd?: number;
  total_usd: number;
}

/** Where a run comes from. All but the version of the tool is absent where nothing tells it. */
export interface RunOrigin {
  /** Of the command that made the result. */
  tool_version: string;
  /** As the CI server names them that ran the command. */
  commit?: string;
  branch?: string;
  pipeline?: string;
  build?: string;
  /** http or https. */
  build_url?: string;
  /** That Lambda says it ran, such as `7` or `$LATEST`; `7, 8` where there were several. Not known of a Distributed Map. */
  function_version?: string;
}

/** Results that are read one by one, as they may be more than fit in memory; what could not be tested and what failed first. */
export interface AllResults extends Iterable<RunConfigurationResult> {
  readonly length: number;
  /** @param index from 0 up */
  at(index: number): RunConfigurationResult;
  /** Milliseconds that all outcomes together took. */
  readonly totalMs: number;
}

/** What is new in a run, beside the last outcomes of its configurations before. Texts are identifiers. */
export interface RunComparison {
  /** The newest run before with some of these configurations, and where it is: the execution, or the file with its result. */
  with: { execution_arn?: string; file?: string; started_at: string; verdict: Verdict };
  /** Did not pass, and passed before. */
  newly_failing: string[];
  /** Did not pass, nor before: since the run that started then, in so many runs in a row, this one included. */
  still_failing: { configuration_identifier: string; since: string; runs: number }[];
  /** Passed, and did not before. */
  fixed: string[];
  /** Only this run has it, only the one before. Absent where either tested a selection. */
  added?: string[];
  gone?: string[];
  /** Passed both times, and took over 50 % and over a second longer; the worst first. */
  slower: { configuration_identifier: string; before_ms: number; duration_ms: number }[];
}

/** The result of a run: the aggregated result and what the trigger adds. The base of every report. */
export interface RunResult extends AggregatedResult {
  /** The last one where configurations were run again. Empty in direct mode; its JSON report leaves it out. */
  execution_arn: string;
  /** Path of the construct, such as `Feeds/SystemTest`. Absent where only the state machine or the function is known. */
  test?: string;
  status: ExecutionStatus;
  verdict: Verdict;
  /** ISO 8601, UTC. */
  started_at: string;
  /** ISO 8601, UTC. */
  stopped_at: string;
  duration_seconds: number;
  results: RunConfigurationResult[];
  /** Absent where it was no Distributed Map that tested. */
  mode?: 'DISTRIBUTED';
  results_location?: ResultsLocation;
  /**
   * Of a distributed execution: all results, of which `results` holds the first ones. No key of the JSON report, whose
   * `results` are these.
   */
  all?: AllResults;
  /**
   * Where the result of the execution differs from its history or from what was asked for: such a run has no verdict, and
   * its results are those of the history. Absent: nowhere.
   */
  disagreement?: string;
  /**
   * Of a run that was stopped early, as so many configurations failed (`--max-failures`): it is `FAILED`, or has no verdict.
   * Absent: it was not.
   */
  max_failures?: number;
  /** Of the passed ones: how many passed only when they were run again. Absent: none. */
  flaky?: number;
  /** How many failed as known; they are not among `failed`. Absent: none. */
  known?: number;
  /** Where a person looks at the execution. Absent on a local endpoint. */
  console_url?: string;
  cost?: RunCost;
  /** Why there is no `cost` although it was asked for. */
  cost_unknown?: string;
  /** What is to do about the list of known failures, a sentence each. Absent: nothing. */
  known_failure_notes?: string[];
  /** The last run's where configurations were run again. Absent in results of versions that did not tell it. */
  origin?: RunOrigin;
  /** Absent where there is nothing to compare with. */
  comparison?: RunComparison;
}

/** Whether a value says how many failures are tolerated: a count from 0 up or a share such as `5%`. */
export function isToleratedFailures(value: unknown): value is number | string {
  return typeof value === 'string'
    ? new RegExp(patterns.share).test(value)
    : Number.isSafeInteger(value) && Number(value) >= 0;
}

/** The identifier of a configuration. */
export function identifierOf(configuration: Configuration): string {
  return typeof configuration === 'string' ? configuration : configuration.configuration_identifier;
}

/** Whether a configuration is no more than its identifier: the state machine adds the keys that the construct has for it. */
export function isIdentifierAlone(configuration: Configuration): boolean {
  return typeof configuration === 'string' || Object.keys(configuration).length === 1;
}

/** Whether a value is a plain JSON object, so neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
