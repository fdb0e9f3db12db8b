import type { ExprNode } from 'jsonata';

/**
 * What an expression refers to that Step Functions refuses when a machine is created: names without a context item
 * (measured: `Reference to 'phone' at the top level is not supported.`), `$$`, and members of `$states` where they don't
 * exist (developer guide, "Passing data between states with variables").
 */
export function findUnsupportedReference(
  syntax: ExprNode,
  available: { result: boolean; errorOutput: boolean },
): string | undefined {
  return visit(syntax, true, available);
}

type Node = ExprNode & Record<string, unknown>;

/** Members of a syntax node whose nodes see another context item than the node itself. */
const innerMembers = new Set(['stages', 'predicate', 'group', 'terms', 'pattern', 'update', 'delete']);

function visit(
  node: unknown,
  topLevel: boolean,
  available: { result: boolean; errorOutput: boolean },
): string | undefined {
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

function checkNode(
  node: Node,
  topLevel: boolean,
  available: { result: boolean; errorOutput: boolean },
): string | undefined {
  if (topLevel && (node.type === 'name' || node.type === 'wildcard' || node.type === 'descendant')) {
    return `Reference to '${String(node.value)}' at the top level is not supported.`;
  }
  if (node.type === 'variable' && node.value === '$') return "Reference to '$$' is not supported.";
  if ((node.type as string) !== 'path') return undefined;
  const [first, second] = node.steps ?? [];
  if (first?.type !== 'variable' || first.value !== 'states' || second?.type !== 'name') return undefined;
  const member = String(second.value);
  if ((member === 'result' && !available.result) || (member === 'errorOutput' && !available.errorOutput)) {
    return `Reference to '$states.${member}' is not supported here.`;
  }
  return undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function firstOf<T>(list: T[], find: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of list.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
