import {
  isJsonObject,
  type Configuration,
  type ConfigurationResult,
  type Json,
  type ResultsLocation,
} from '../../lib/wire';
import { parseConfiguration, parseConfigurationResult, parseResultsLocation } from '../../lib/wire/parsers';
import type { HistoryEvent } from '../aws/stepFunctions';
import { toleratedCount } from '../result/tally';
import type { BegunConfiguration, RunProgress } from '../terminal/runProgress';
import { ExecutionUsage } from './executionUsage';
import { parseJson } from './jsonText';
import { wholeResult } from './wholeResult';

/** How an execution ended, as its last event says. */
export interface ExecutionEnd {
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  at: Date;
  error?: string;
  cause?: string;
  /** JSON text, of a succeeded execution. */
  output?: string;
}

/** A configuration that was started. */
interface Iteration {
  /** The input of its first state: the configuration. */
  input?: Json;
  startedAt: Date;
  /** Undefined while it runs. */
  stoppedAt?: Date;
  done: boolean;
  result?: ConfigurationResult;
  /** The same before it was cut, where the history has it. */
  whole?: ConfigurationResult;
  /** What Lambda answered last, as JSON text, until the iteration is over. */
  answer?: string;
  /** The output of the last state that was left: the result, once the iteration is over. */
  output?: string;
}

/**
 * Makes sense of an execution's history as it comes in: which configurations run, what became of them, how the
 * execution ended. An event of an iteration doesn't say which one it belongs to: it follows from the chain of
 * `previousEventId`s that begins with the MapIterationStarted.
 */
export class ExecutionTracker {
  readonly usage = new ExecutionUsage();
  startedAt: Date | undefined;
  /** Of the execution, as JSON text. */
  input: string | undefined;
  /** Whether it was redriven: what the iterations came to before need not be in their chains of events then. */
  redriven = false;
  end: ExecutionEnd | undefined;
  /** What the Fail state got that ended the execution, as JSON text. */
  failInput: string | undefined;
  /** The Map's input, which holds the configurations and the concurrency, defaults included. */
  private mapInput: Json | undefined;
  /** How many iterations the Map has. */
  total: number | undefined;
  /** Of the Distributed Map. Undefined where there was none. */
  mapRunArn: string | undefined;
  /** Which versions of the function ran, as Lambda's answers say. */
  private readonly versions = new Set<string>();
  /** What the machine made of its input: the variable `checked`. */
  private checked: Json | undefined;
  /** The index of the configuration that each iteration tests, where they are not started in their own order. */
  private order: number[] | undefined;
  /** Whether it has begun to list the configurations, or looked at its input. */
  private isSystemTest = false;
  private readonly iterations = new Map<number, Iteration>();
  /** In the order in which they came. */
  private readonly resultsSoFar: ConfigurationResult[] = [];
  /** The index of the iteration that an event belongs to, by the event's id. */
  private readonly indexOfEvent = new Map<number, number>();

  /** Takes in events, oldest first, each once. */
  apply(events: readonly HistoryEvent[]): void {
    for (const event of events) {
      this.applyOne(event);
    }
  }

  /** Whether every iteration of the Map has begun. */
  get allBegun(): boolean {
    return this.total !== undefined && this.mapRunArn === undefined && this.iterations.size >= this.total;
  }

  progress(): RunProgress {
    const iterations = [...this.iterations.values()];
    const done = iterations.filter((iteration) => iteration.done);
    const count = (status: string) => done.filter(({ result }) => result?.status === status).length;
    return {
      total: this.total,
      done: done.length,
      passed: count('PASSED'),
      failed: count('FAILED'),
      errored: count('ERRORED'),
      running: iterations.length - done.length,
      results: this.resultsSoFar,
      doneMs: done.reduce(
        (sum, { startedAt, stoppedAt = startedAt }) => sum + Number(stoppedAt) - Number(startedAt),
        0,
      ),
      begun: this.begun(iterations),
      tolerated: toleratedCount(this.toleratedFailures() ?? 0, this.total ?? 0),
    };
  }

  /**
   * The configurations that are tested, the construct's own included, without those that are none by the rules of today;
   * undefined where the history doesn't tell them.
   */
  configurations(): Configuration[] | undefined {
    return this.items()?.flatMap((one) => parsedIf(one, parseConfiguration) ?? []);
  }

  /** The configurations as the Map got them; undefined where the history doesn't tell. */
  items(): Json[] | undefined {
    const named = this.inputValue('configurations');
    return Array.isArray(named) ? named : undefined;
  }

  /** Whether the history is that of a system test, as far as its first state. */
  showsSystemTest(): boolean {
    return this.isSystemTest || this.items() !== undefined || this.end?.error?.startsWith('SystemTest') === true;
  }

  /** The configuration that the iteration at an index got. */
  inputAt(index: number): Json | undefined {
    return this.iterations.get(index)?.input;
  }

  /** The results of the configurations that are done, by their index, as the state machine cut them. */
  results(): Map<number, ConfigurationResult> {
    return new Map(
      [...this.iterations].flatMap(([index, { done, result }]) => (done && result ? [[index, result]] : [])),
    );
  }

  /** The result of the configuration at an index, if it is done; before it was cut, where the history has that. */
  wholeResult(index: number): ConfigurationResult | undefined {
    return this.iterations.get(index)?.whole;
  }

  /** When the configuration at an index began and ended, as far as it has. */
  times(index: number): { started_at?: string; stopped_at?: string } {
    const { startedAt, stoppedAt } = this.iterations.get(index) ?? {};
    return {
      ...(startedAt && { started_at: startedAt.toISOString() }),
      ...(stoppedAt && { stopped_at: stoppedAt.toISOString() }),
    };
  }

  /**
   * The identifiers of all configurations, in order, as far as they are known: from the Map's input, from the input of
   * what was started, else undefined.
   */
  identifiers(): (string | undefined)[] {
    const listed = this.items()?.map(identifierIn) ?? [];
    const length = Math.max(this.total ?? 0, listed.length);
    return Array.from({ length }, (_, index) => listed[index] ?? identifierIn(this.inputAt(index)));
  }

  /** The concurrency that was asked for, as the Map's input says. */
  maxConcurrency(): number | undefined {
    const value = this.inputValue('max_concurrency');
    return typeof value === 'number' ? value : undefined;
  }

  /** How many failures are tolerated, as the Map's input says: a count, or a share such as `5%`. */
  toleratedFailures(): number | string | undefined {
    const value = this.inputValue('tolerated_failures');
    return typeof value === 'number' || typeof value === 'string' ? value : undefined;
  }

  /** The version of the function that ran, several with commas between; undefined where no answer tells it. */
  functionVersion(): string | undefined {
    return [...this.versions].filter((one) => one !== '').join(', ') || undefined;
  }

  /**
   * Whether the history tells which iteration tests which configuration: all are started in their own order, or in one
   * that holds each of them once.
   */
  isOrdered(): boolean {
    const told = isJsonObject(this.checked) && this.checked.order !== undefined;
    return !told || this.order?.length === this.items()?.length;
  }

  /** Where a distributed execution leaves its results, as it said before it tested anything. */
  resultsLocation(): ResultsLocation | undefined {
    const location = isJsonObject(this.checked) ? this.checked.results : undefined;
    return parsedIf(location, (value) => parseResultsLocation(value, 'results'));
  }

  /** What runs, in the order in which it was started. */
  private begun(iterations: Iteration[]): BegunConfiguration[] {
    return iterations.flatMap(({ done, stoppedAt, input, startedAt }) => {
      const identifier = identifierIn(input);
      if (done || stoppedAt || identifier === undefined || !this.startedAt) return [];
      return { identifier, startedAfterMs: startedAt.getTime() - this.startedAt.getTime() };
    });
  }

  private inputValue(key: string): Json | undefined {
    const [input, checked] = [this.mapInput, this.checked];
    return (isJsonObject(input) ? input[key] : undefined) ?? (isJsonObject(checked) ? checked[key] : undefined);
  }

  private applyOne(event: HistoryEvent): void {
    const at = event.timestamp ?? new Date(0);
    const index = this.indexOf(event);
    const iteration = index === undefined ? undefined : this.iterations.get(index);
    this.usage.apply(event);
    const { checked, listing } = event.stateExitedEventDetails?.assignedVariables ?? {};
    this.isSystemTest ||= checked !== undefined || listing !== undefined;
    const made = parseJson(checked);
    if (made !== undefined) {
      this.checked = made;
      this.order = isJsonObject(made) ? permutation(made.order) : undefined;
    }
    switch (event.type) {
      case 'ExecutionStarted':
        this.startedAt = at;
        this.input = event.executionStartedEventDetails?.input;
        break;
      case 'MapStateEntered':
        this.mapInput ??= parseJson(event.stateEnteredEventDetails?.input);
        break;
      case 'MapStateStarted':
        this.total ??= event.mapStateStartedEventDetails?.length;
        break;
      case 'MapIterationStarted':
        if (index !== undefined) {
          this.iterations.set(index, { done: false, startedAt: at });
        }
        break;
      case 'MapIterationSucceeded':
      case 'MapIterationFailed':
      case 'MapIterationAborted':
        this.finish(iteration, at, event.type === 'MapIterationSucceeded');
        break;
      case 'MapRunStarted':
        this.mapRunArn = event.mapRunStartedEventDetails?.mapRunArn;
        break;
      case 'FailStateEntered':
        this.failInput = event.stateEnteredEventDetails?.input;
        break;
      case 'ExecutionRedriven':
        // It goes on where it failed, was stopped or timed out, with the same ARN and history.
        this.redriven = true;
        this.end = undefined;
        this.failInput = undefined;
        break;
      case 'ExecutionSucceeded':
        this.end = { status: 'SUCCEEDED', at, output: event.executionSucceededEventDetails?.output };
        break;
      case 'ExecutionFailed':
        this.end = { status: 'FAILED', at, ...event.executionFailedEventDetails };
        break;
      case 'ExecutionTimedOut':
        this.end = { status: 'TIMED_OUT', at, ...event.executionTimedOutEventDetails };
        break;
      case 'ExecutionAborted':
        this.end = { status: 'ABORTED', at, ...event.executionAbortedEventDetails };
        break;
      default:
        this.applyToIteration(iteration, event);
    }
  }

  /** What the states of an iteration say: the first input names the configuration, the last output is the result. */
  private applyToIteration(iteration: Iteration | undefined, event: HistoryEvent): void {
    if (iteration && event.stateEnteredEventDetails) {
      iteration.input ??= parseJson(event.stateEnteredEventDetails.input);
    }
    if (iteration && event.taskSucceededEventDetails) {
      iteration.answer = event.taskSucceededEventDetails.output;
      this.versions.add(versionIn(parseJson(iteration.answer)));
    }
    if (iteration && event.stateExitedEventDetails) {
      iteration.output = event.stateExitedEventDetails.output;
    }
  }

  private finish(iteration: Iteration | undefined, at: Date, succeeded: boolean): void {
    if (!iteration) return;
    iteration.done = succeeded;
    iteration.stoppedAt = at;
    if (succeeded) {
      iteration.result = parsedIf(parseJson(iteration.output), parseConfigurationResult);
      iteration.whole = iteration.result && wholeResult(iteration.result, iteration.answer);
      this.resultsSoFar.push(...(iteration.result ? [iteration.result] : []));
    }
    iteration.output = undefined;
    iteration.answer = undefined;
  }

  private indexOf(event: HistoryEvent): number | undefined {
    const details =
      event.mapIterationStartedEventDetails ??
      event.mapIterationSucceededEventDetails ??
      event.mapIterationFailedEventDetails ??
      event.mapIterationAbortedEventDetails;
    const index = details
      ? (this.order?.[details.index ?? 0] ?? details.index)
      : this.indexOfEvent.get(event.previousEventId ?? 0);
    if (index !== undefined && event.id !== undefined && event.type !== 'MapIterationSucceeded') {
      this.indexOfEvent.set(event.id, index);
    }
    return index;
  }
}

/** The value, if it holds each number from 0 up to its length once. */
function permutation(value: Json | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.filter((one): one is number => Number.isInteger(one) && Number(one) >= 0);
  return new Set(numbers.filter((one) => one < value.length)).size === value.length ? numbers : undefined;
}

/** The identifier of a configuration, whatever the rest of it is: what was tested has a name in the report. */
export function identifierIn(value: unknown): string | undefined {
  const identifier = isJsonObject(value) ? value.configuration_identifier : value;
  return typeof identifier === 'string' ? identifier : undefined;
}

/** The version that Lambda ran, from its answer to either integration; empty where it says none. */
function versionIn(answer: unknown): string {
  const version = isJsonObject(answer) ? answer.ExecutedVersion : undefined;
  return typeof version === 'string' ? version : '';
}

/** Undefined where it can't be parsed: the history of somebody else's machine must not stop the trigger. */
function parsedIf<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  try {
    return parse(value);
  } catch {
    return undefined;
  }
}
