import { Composer, isCollection, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, visit, type CST } from 'yaml';
import { maxDepth } from '../io/jsonDepth';
import { deepest, ListSyntaxError, type ListElement } from './jsonList';

/** What the parser has open beside nested lists and mappings: the document, and the list of configurations. */
const outerLevels = 2;

type Refuse = (offset: number | undefined, expected: string) => ListSyntaxError;

/**
 * Parses a YAML list of what JSON can hold: no key twice, no tags of one's own, no infinite numbers. An anchor has at
 * most a hundred aliases (the library's bound), none within itself.
 * @throws ListSyntaxError where the text is none, where it nests too deep, and where YAML reads an identifier as
 * something else than a text: `007` would become 7
 */
export function parseYamlList(text: string): ListElement[] {
  const lines = new LineCounter();
  const refuse: Refuse = (offset = 0, expected) => {
    const { line, col } = lines.linePos(offset);
    return new ListSyntaxError(line, col, expected);
  };
  const composer = new Composer({ prettyErrors: false, stringKeys: true, resolveKnownTags: false, merge: true });
  const [document, second] = composer.compose(shallowTokens(text, lines, refuse), true, text.length);
  const [problem] = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  if (problem) throw refuse(problem.pos[0], `YAML (${problem.message})`);
  if (second) throw refuse(second.range[0], 'one YAML document');
  const list = document?.contents;
  if (!document || !list) return [];
  if (!isSeq(list)) throw refuse(list.range[0], 'a YAML list');
  visit(list, {
    Scalar: (_, { value, range }) => {
      if (typeof value === 'number' && !Number.isFinite(value)) throw refuse(range?.[0], 'YAML with finite numbers');
    },
    Alias: (_, { source, range }, path) => {
      if (path.some((one) => isCollection(one) && one.anchor === source)) {
        throw refuse(range?.[0], 'YAML without an alias of what is around it');
      }
    },
  });
  for (const item of list.items) {
    const identifier = isMap(item) ? item.get('configuration_identifier', true) : item;
    if (isScalar(identifier) && typeof identifier.value !== 'string' && identifier.source) {
      throw refuse(identifier.range?.[0], `YAML with texts as identifiers (in quotes, "${identifier.source}")`);
    }
  }
  try {
    const values = document.toJS() as unknown[];
    return values.map((value, index) => ({ value, line: lines.linePos(list.items[index]?.range[0] ?? 0).line }));
  } catch (error) {
    throw refuse(list.range[0], `YAML (${(error as Error).message})`);
  }
}

/** The tokens of a text that does not nest too deep: what composes them calls itself for each level. */
function* shallowTokens(text: string, lines: LineCounter, refuse: Refuse): Generator<CST.Token> {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > maxDepth.configuration + outerLevels) throw refuse(parser.offset, `YAML${deepest}`);
  }
  yield* parser.end();
}
