import type { ExprNode } from 'jsonata';
import { heldBytes } from './jsonataValues';

/** What one evaluation of an expression may use. */
export interface EvaluationLimits {
  /**
   * Milliseconds of one evaluation; default 10,000. The developer guide ("Transforming data with JSONata") says a
   * second, but what takes a second here takes AWS's implementation less: the bound is for what never ends.
   */
  milliseconds: number;
  /** How deeply the expression may nest; default 100, as AWS refuses 101 (measured). */
  depth: number;
  /** Bytes that a value may hold; default 6,990,256, with which AWS takes `[1..873782]` and not one more (measured). */
  bytes: number;
  /** Milliseconds that never go back; default: those that this process had a processor, whatever else the machine does. */
  now: () => number;
}

export const defaultEvaluationLimits: EvaluationLimits = {
  milliseconds: 10_000,
  depth: 100,
  bytes: 6_990_256,
  now: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

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
 * Bounds one evaluation by depth, memory and time, through the hooks that jsonata calls before and after each node of
 * an expression (jsonata documentation, "Embedding JSONata", time-boxing).
 *
 * jsonata starts the items of a list and the values of an object at once. Here they take turns, so that the depth is
 * counted as on AWS, whose implementation evaluates one after the other.
 */
export class EvaluationBudget {
  private depth = 0;
  private nodes = 0;
  private readonly batches: Batch[] = [];
  private batchIsOpen = false;
  /** Undefined up to the first look. */
  private startedAt: number | undefined;
  private turnStartedAt = 0;

  constructor(
    private readonly limits: EvaluationLimits,
    /** The nodes that jsonata starts together with others. */
    private readonly siblings: ReadonlySet<ExprNode>,
  ) {}

  /** Before a node. jsonata waits for the promise. */
  enter(node: ExprNode): Promise<void> | undefined {
    if (this.siblings.has(node)) {
      // All of a batch enter before anything else can run.
      if (this.batchIsOpen) return this.waitForTurn();
      this.openBatch();
    }
    return this.begin();
  }

  /**
   * After a node, with its value.
   * @throws an error for a value over the bound of memory
   */
  leave(node: ExprNode, value: unknown): void {
    if (!passesOn(node as SyntaxNode) && heldBytes(value) > this.limits.bytes) throw memoryLimitExceeded();
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
      const advice = 'Check for non-terminating recursive function. Consider rewriting as tail-recursive';
      throw new Error(`Stack overflow error: ${advice}`);
    }
    return this.nodes % nodesBetweenLooks === 0 ? this.look() : undefined;
  }

  private look(): Promise<void> | undefined {
    const now = this.limits.now();
    if (this.startedAt === undefined) this.startedAt = this.turnStartedAt = now;
    if (now - this.startedAt > this.limits.milliseconds) {
      // No recording has AWS's words after the colon; these are JSONata's own.
      throw new Error('Expression evaluation timeout: Check for infinite loop');
    }
    if (now - this.turnStartedAt < turnMilliseconds) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.turnStartedAt = this.limits.now();
        resolve();
      });
    });
  }
}

/** As AWS words it (measured). */
export function memoryLimitExceeded(): Error {
  return new Error('Expression evaluation memory limit exceeded: Check for excessive memory usage');
}

/** Nodes whose value is written in the expression, or is that of another node, which was counted there. */
const passing = new Set(['variable', 'name', 'string', 'number', 'value', 'lambda', 'condition', 'block', 'bind']);

function passesOn(node: SyntaxNode): boolean {
  return passing.has(node.type as string) && node.group === undefined;
}

/** The members of nodes that count here; the typings of jsonata say less. */
interface SyntaxNode {
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
    const { type, value, expressions = [], lhs, group } = node as SyntaxNode;
    if (type === 'unary' && value === '[') for (const item of expressions) found.add(item);
    const pairs = type === 'unary' && value === '{' ? (lhs ?? []) : [];
    for (const [, member] of [...pairs, ...(group?.lhs ?? [])]) found.add(member);
    Object.values(node).forEach(visit);
  };
  visit(syntax);
  return found;
}
