/** What one evaluation of an expression may use. */
export interface EvaluationLimits {
  /** Milliseconds of one evaluation; default 5,000. */
  milliseconds: number;
  /** How deeply the expression may nest; default 100, as AWS refuses 101. */
  depth: number;
}

export const defaultEvaluationLimits: EvaluationLimits = { milliseconds: 5_000, depth: 100 };

/** An endless expression would hold the server: let others have a turn this often. */
const turnMilliseconds = 20;
/** Looking at the time for every node of an expression would cost more than the node. */
const nodesBetweenLooks = 1_000;

/**
 * Bounds one evaluation by depth and time, through the hooks that JSONata calls before and after each node of an expression
 * (jsonata documentation, "Embedding JSONata", time-boxing).
 */
export class EvaluationBudget {
  private depth = 0;
  private nodes = 0;
  private readonly startedAt = performance.now();
  private turnStartedAt = this.startedAt;

  constructor(private readonly limits: EvaluationLimits) {}

  enter(): Promise<void> | undefined {
    this.depth += 1;
    this.nodes += 1;
    if (this.depth > this.limits.depth) {
      throw new Error(
        'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive. ' +
          `Depth=${this.depth} max=${this.limits.depth}`,
      );
    }
    return this.nodes % nodesBetweenLooks === 0 ? this.look() : undefined;
  }

  leave(): void {
    this.depth -= 1;
  }

  private look(): Promise<void> | undefined {
    const now = performance.now();
    if (now - this.startedAt > this.limits.milliseconds) {
      throw new Error(`Expression evaluation timeout: ${this.limits.milliseconds}ms. Check for infinite loop`);
    }
    if (now - this.turnStartedAt < turnMilliseconds) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.turnStartedAt = performance.now();
        resolve();
      });
    });
  }
}
