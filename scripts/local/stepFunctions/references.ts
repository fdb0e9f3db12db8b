import type { ExprNode } from 'jsonata';

/** Which members of `$states` a field can refer to, beside `input` and `context`. */
export interface AvailableStates {
  result: boolean;
  errorOutput: boolean;
}

/**
 * What an expression refers to that Step Functions refuses when a machine is created: names without a context item
 * (measured: `Reference to 'phone' at the top level is not supported.`), `$$`, and members of `$states` where they don't
 * exist (developer guide, "Passing data between states with variables").
 */
export function findUnsupportedReference(
  syntax: ExprNode,
  available: AvailableStates,
): UnsupportedReference | undefined {
  return visit(syntax, true, available);
}

/** A reference that is refused. */
export interface UnsupportedReference {
  /** A sentence in the words of AWS, without its full stop. */
  problem: string;
  /** Where it begins in the expression, 0 for the first character. */
  offset: number;
}

type Node = ExprNode & Record<string, unknown>;

/** Members of a syntax node whose nodes see another context item than the node itself. */
const innerMembers = new Set(['stages', 'predicate', 'group', 'terms', 'pattern', 'update', 'delete']);

function visit(node: unknown, topLevel: boolean, available: AvailableStates): UnsupportedReference | undefined {
  if (Array.isArray(node)) return firstOf(node, (item) => visit(item, topLevel, available));
  if (!isNode(node)) return undefined;
  const own = checkNode(node, topLevel, available);
  if (own !== undefined) return own;
  return firstOf(Object.entries(node), ([member, child]) => {
    if (member === 'steps') {
      return firstOf(child as unknown[], (step, index) => visit(step, topLevel && index === 0, available));
    }
    // The arguments of a lambda are its parameters' names.
    if (member === 'arguments' && node.type === 'lambda') return undefined;
    return visit(child, topLevel && !innerMembers.has(member), available);
  });
}

function checkNode(node: Node, topLevel: boolean, available: AvailableStates): UnsupportedReference | undefined {
  if (topLevel && (node.type === 'name' || node.type === 'wildcard' || node.type === 'descendant')) {
    const name = String(node.value);
    return { problem: `Reference to '${name}' at the top level is not supported`, offset: beginOf(node, name) };
  }
  if (node.type === 'variable' && node.value === '$') {
    return { problem: "Reference to '$$' is not supported", offset: beginOf(node, '$$') };
  }
  if ((node.type as string) !== 'path') return undefined;
  const [first, second] = node.steps ?? [];
  if (first?.type !== 'variable' || first.value !== 'states' || second?.type !== 'name') return undefined;
  const member = String(second.value);
  if ((member === 'result' && !available.result) || (member === 'errorOutput' && !available.errorOutput)) {
    return {
      problem: `Reference to '$states.${member}' is not supported here`,
      offset: beginOf(first, '$states'),
    };
  }
  return undefined;
}

/** A node's position is where its token ends. */
function beginOf({ position = 0 }: ExprNode, token: string): number {
  return Math.max(0, position - token.length);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function firstOf<T, R>(list: T[], find: (item: T, index: number) => R | undefined): R | undefined {
  for (const [index, item] of list.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
