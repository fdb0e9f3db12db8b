/** Expressions of the state machines with one thing of each other than it is, in the syntax tree. */

/** A node of JSONata's syntax tree, as far as it is changed here. */
interface Node {
  type?: string;
  value?: unknown;
  position?: number;
  condition?: unknown;
}

/** One change. */
export interface Mutant {
  /** What becomes of what: `= to !=`. */
  what: string;
  /** Where the changed token ends in the text. */
  position: number;
  apply: () => void;
  undo: () => void;
}

const operators: Record<string, string[]> = {
  ...{ '=': ['!='], '!=': ['='], and: ['or'], or: ['and'], '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'] },
  ...{ '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'] },
};
const functions: Record<string, string[]> = { not: ['boolean'], min: ['max'], max: ['min'], floor: ['ceil'] };

/** The mutants of a syntax tree: operators, conditions, constants and some functions; no sentences that people read. */
export function mutantsOf(syntax: object): Mutant[] {
  return nodesIn(syntax).flatMap((node) => {
    const { type, value, position = 0 } = node;
    const changed = (others: unknown[] = []) =>
      others.map((other) => mutant(`${String(value)} to ${String(other)}`, position, node, { value: other }));
    switch (type) {
      case 'binary':
        return changed(operators[String(value)]);
      case 'number':
        return changed([Number(value) + 1]);
      case 'value':
        return typeof value === 'boolean' ? changed([!value]) : [];
      case 'string':
        return /^\w{2,}$/.test(String(value)) ? changed(['?']) : [];
      case 'variable':
        return changed(functions[String(value)]);
      case 'condition':
        return [true, false].map((other) =>
          mutant(`condition to ${other}`, position, node, { condition: { type: 'value', value: other } }),
        );
      default:
        return [];
    }
  });
}

function mutant(what: string, position: number, node: Node, change: Partial<Node>): Mutant {
  const before = { ...node };
  return { what, position, apply: () => Object.assign(node, change), undo: () => Object.assign(node, before) };
}

function nodesIn(value: unknown, seen = new Set<unknown>()): Node[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  const inside = Object.values(value).flatMap((one) => nodesIn(one, seen));
  return Array.isArray(value) ? inside : [value, ...inside];
}
