/**
 * What an execution takes in each mode, counted by formulas: those of docs/scale.md, which names the source of each. All of
 * them where everything passes at the first attempt.
 */
import { plainExecution } from '../../lib/stateMachine/executionBudget';

/** The kind of a Distributed Map's child executions. */
export type ChildType = 'STANDARD' | 'EXPRESS';

/** How the configurations are distributed: a child execution for each batch, 1 to 100 configurations in each. */
export interface Distribution {
  batchSize: number;
  executionType: ChildType;
}

/** What an execution takes. */
export interface ExecutionCounts {
  /** Child executions; 0 inline. */
  children: number;
  /** Events in the history of the execution itself. */
  events: number;
  /** State transitions that are charged for, those of the children included: those of EXPRESS ones are not. */
  stateTransitions: number;
  /** Bytes that the Map puts out at the most; 0 inline, where each result is cut to its share. */
  outputBytes: number;
  /** Requests to S3: an object for each child, which the command lists and reads. */
  s3: { puts: number; lists: number; gets: number };
}

/** Children that a Map Run starts in a second at the most (AWS Step Functions quotas, "Distributed Map Run"). */
export const startsPerSecond: Record<ChildType, number> = { STANDARD: 100, EXPRESS: 1000 };

/** Milliseconds that an EXPRESS execution may take (AWS Step Functions quotas). */
export const longestExpressMs = 300_000;

/** Megabytes in which the memory of an EXPRESS execution is billed; one chunk holds 50 MB and up to 14 MB of data. */
const expressMemoryMb = 64;
/** Milliseconds in which its duration is billed. */
const expressDurationMs = 100;

/** MapRunStarted and MapRunSucceeded. */
const eventsOfMapRun = 2;
/** Objects in a page of ListObjectsV2. */
const objectsPerPage = 1000;

/**
 * What testing some configurations takes.
 * @param distribution undefined: inline
 */
export function executionCounts(configurations: number, distribution?: Distribution): ExecutionCounts {
  if (!distribution) {
    return {
      ...plainExecution(configurations),
      children: 0,
      outputBytes: 0,
      s3: { puts: 0, lists: 0, gets: 0 },
    };
  }
  const { batchSize, executionType } = distribution;
  const children = Math.ceil(configurations / batchSize);
  const { events, stateTransitions } = plainExecution(0);
  const inChildren = executionType === 'EXPRESS' ? 0 : childTransitions(configurations, children, batchSize > 1);
  return {
    children,
    events: events + eventsOfMapRun,
    stateTransitions: stateTransitions + inChildren,
    outputBytes: 1 + children * bytesOfChild(batchSize),
    s3: { puts: children, lists: Math.ceil(children / objectsPerPage), gets: children },
  };
}

/**
 * State transitions of STANDARD children: one for each configuration, `Write results` of each child, and where it has a
 * batch, the Map over it.
 */
export function childTransitions(configurations: number, children: number, batches: boolean): number {
  return configurations + (batches ? 2 : 1) * children;
}

/**
 * Bytes that a child puts out at the most, with a comma: the counts of its results are the digits of one number to the
 * base `batchSize + 1`, passed + failed × base + errored × base².
 */
export function bytesOfChild(batchSize: number): number {
  return String(batchSize * (batchSize + 1) ** 2).length + 1;
}

/** GB-seconds of an EXPRESS execution (https://aws.amazon.com/step-functions/pricing/). */
export function expressGbSeconds(ms: number): number {
  return ((Math.ceil(ms / expressDurationMs) * expressDurationMs) / 1000) * (expressMemoryMb / 1024);
}
