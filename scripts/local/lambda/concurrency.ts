/** How many invocations run at once, and the throttling of the next (AWS Lambda developer guide, "Function scaling"). */
import type { DeployedFunction } from '../app/deployment';
import { ServiceError } from '../http/service';

/** How many invocations the account may run at once, and so how many children of a Map Run are run. */
export const defaultConcurrency = 100;

/**
 * A function with reserved concurrency has that for itself; all others share what is left of the account's. Nothing
 * queues: an invocation above the limit is throttled.
 */
export class Concurrency {
  private readonly unreserved: number;
  private readonly running = new Map<DeployedFunction, number>();
  private unreservedRunning = 0;

  /** `account`: how many invocations the whole account may run at once. */
  constructor(account: number, functions: readonly DeployedFunction[]) {
    const reserved = functions.reduce((sum, deployed) => sum + (deployed.reservedConcurrentExecutions ?? 0), 0);
    this.unreserved = Math.max(0, account - reserved);
  }

  /**
   * Counts an invocation, and returns what ends it.
   * @throws TooManyRequestsException
   */
  enter(deployed: DeployedFunction): () => void {
    const running = this.running.get(deployed) ?? 0;
    const reserved = deployed.reservedConcurrentExecutions;
    if (reserved !== undefined && running >= reserved) {
      throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    if (reserved === undefined && this.unreservedRunning >= this.unreserved) {
      throw throttled('ConcurrentInvocationLimitExceeded');
    }
    this.count(deployed, 1);
    return () => this.count(deployed, -1);
  }

  private count(deployed: DeployedFunction, change: 1 | -1): void {
    this.running.set(deployed, (this.running.get(deployed) ?? 0) + change);
    if (deployed.reservedConcurrentExecutions === undefined) this.unreservedRunning += change;
  }
}

/** Lambda's throttling error with its `Reason`. */
export function throttled(reason: string): ServiceError {
  return new ServiceError('TooManyRequestsException', 429, 'Rate Exceeded.', { Reason: reason });
}
