import type { ExprNode } from 'jsonata';

/** What one evaluation of an expression may use. */
export interface EvaluationLimits {
  /** Milliseconds of one evaluation; default 10,000. */
  milliseconds: number;
  /** How deeply the expression may nest; default 100, as AWS refuses 101 (measured). */
  depth: number;
  /** Milliseconds that never go back; default: those of the process. */
  now?: () => number;
}

export const defaultEvaluationLimits: EvaluationLimits = { milliseconds: 10_000, depth: 100 };

/** An endless expression would hold the server: let others have a turn this often. */
const turnMilliseconds = 20;
/** Looking at the time for every node of an expression would cost more than the node. */
const nodesBetweenLooks = 1_000;

/** Nodes that jsonata evaluates all at once: those that wait for the first one, in order. */
interface Batch {
  /** The depth around them. */
  depth: number;
  waiting: (() => void)[];
}

/**
 * Bounds one evaluation by depth and time, through the hooks that jsonata calls before and after each node of an expression
 * (jsonata documentation, "Embedding JSONata", time-boxing).
 *
 * jsonata starts the items of a list and the values of an object at once. Here they take turns, so that the depth is counted
 * as on AWS, whose implementation evaluates one after the other.
 */
export class EvaluationBudget {
  private depth = 0;
  private nodes = 0;
  private readonly batches: Batch[] = [];
  private batchIsOpen = false;
  private readonly now: () => number;
  private readonly startedAt: number;
  private turnStartedAt: number;

  constructor(
    private readonly limits: EvaluationLimits,
    /** The nodes that jsonata starts together with others. */
    private readonly siblings: ReadonlySet<ExprNode>,
  ) {
    this.now = limits.now ?? (() => performance.now());
    this.startedAt = this.now();
    this.turnStartedAt = this.startedAt;
  }

  /** Before a node. jsonata waits for the promise. */
  enter(node: ExprNode): Promise<void> | undefined {
    if (this.siblings.has(node)) {
      // All of a batch enter before anything else can run.
      if (this.batchIsOpen) return this.waitForTurn();
      this.openBatch();
    }
    return this.begin();
  }

  /** After a node. */
  leave(): void {
    this.depth -= 1;
    const batch = this.batches.at(-1);
    if (batch?.depth !== this.depth) return;
    const next = batch.waiting.shift();
    if (next) next();
    else this.batches.pop();
  }

  private openBatch(): void {
    this.batches.push({ depth: this.depth, waiting: [] });
    this.batchIsOpen = true;
    queueMicrotask(() => {
      this.batchIsOpen = false;
    });
  }

  private async waitForTurn(): Promise<void> {
    await new Promise<void>((resolve) => this.batches.at(-1)?.waiting.push(resolve));
    await this.begin();
  }

  private begin(): Promise<void> | undefined {
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

  private look(): Promise<void> | undefined {
    const now = this.now();
    if (now - this.startedAt > this.limits.milliseconds) {
      throw new Error(`Expression evaluation timeout: ${this.limits.milliseconds}ms. Check for infinite loop`);
    }
    if (now - this.turnStartedAt < turnMilliseconds) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.turnStartedAt = this.now();
        resolve();
      });
    });
  }
}

/** The nodes with such members; the typings of jsonata say less. */
interface ListOrObject {
  type?: string;
  value?: unknown;
  /** The items of `[…]`. */
  expressions?: ExprNode[];
  /** The names and values of `{…}`. */
  lhs?: [ExprNode, ExprNode][];
  /** Those of an object that groups: `list{…}`. */
  group?: { lhs: [ExprNode, ExprNode][] };
}

/** The nodes of a syntax tree that jsonata starts together with others: items of a list, values of an object. */
export function findSiblings(syntax: ExprNode): ReadonlySet<ExprNode> {
  const found = new Set<ExprNode>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value, expressions = [], lhs, group } = node as ListOrObject;
    if (type === 'unary' && value === '[') for (const item of expressions) found.add(item);
    const pairs = type === 'unary' && value === '{' ? (lhs ?? []) : [];
    for (const [, member] of [...pairs, ...(group?.lhs ?? [])]) found.add(member);
    Object.values(node).forEach(visit);
  };
  visit(syntax);
  return found;
}
