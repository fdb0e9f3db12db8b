/** What is new in a run, for the text report and for Markdown, where it stands first. */
import type { RunComparison } from '../../lib/wire';
import { cut, printableLine } from '../terminal/printable';
import { comparisonLists, comparisonTitle, type ComparisonList } from './comparisonWords';
import { markdownCode } from './markdownText';

const width = 80;
/** How many configurations of a list are named. */
const mostNamed = 20;
/** Characters of an identifier in Markdown, where the whole report has its limit. */
const identifierLength = 100;

/** A title and a list in each line, wrapped; nothing where there was nothing to compare with. */
export function comparisonText(comparison: RunComparison | undefined): string[] {
  if (!comparison) return [];
  const { file } = comparison.with;
  const lists = comparisonLists(comparison);
  const title = `${comparisonTitle(comparison)}${file === undefined ? '' : ` in ${printableLine(file)}`}`;
  return [
    `${title}${lists.length === 0 ? '.' : ':'}`,
    ...lists.flatMap(({ title: name, items }) => {
      const named = items
        .slice(0, mostNamed)
        .map(({ identifier, more }) => [printableLine(identifier), ...(more === undefined ? [] : [more])].join(' '));
      return wrapped(`  ${name}:`, inWords(named, items.length));
    }),
    '',
  ];
}

/**
 * The same in Markdown.
 * @param room bytes that it may take; lists are cut to fit
 */
export function comparisonMarkdown(comparison: RunComparison | undefined, room: number): string {
  if (!comparison) return '';
  const { file } = comparison.with;
  const lists = comparisonLists(comparison);
  const title = `\n### ${comparisonTitle(comparison)}${file === undefined ? '' : ` in ${code(file)}`}\n`;
  const listRoom = (room - Buffer.byteLength(title)) / lists.length;
  const lines = lists.map((list) => `${markdownLine(list, listRoom)}\n`);
  return `${title}${lines.length === 0 ? '' : '\n'}${lines.join('')}`;
}

function markdownLine({ title, items }: ComparisonList, room: number): string {
  const start = `- ${items.length} ${title}: `;
  const named: string[] = [];
  let left = room - Buffer.byteLength(start) - ' and 1000000 more\n'.length;
  for (const { identifier, more } of items.slice(0, mostNamed)) {
    const item = code(identifier) + (more === undefined ? '' : ` ${more}`);
    left -= Buffer.byteLength(item) + ', '.length;
    if (left < 0) break;
    named.push(item);
  }
  return start + inWords(named, items.length).join(' ');
}

/** The names with their commas, and how many more there are. */
function inWords(named: string[], count: number): string[] {
  const left = count - named.length;
  const more = left === 0 ? [] : [`${named.length === 0 ? '' : 'and '}${left} more`];
  return [...named.map((name, index) => (index < named.length - 1 ? `${name},` : name)), ...more];
}

/** Lines of at most 80 columns, those after the first further to the right. */
function wrapped(start: string, items: string[]): string[] {
  return items.reduce(
    (lines, item) => {
      const line = `${lines.at(-1)} ${item}`;
      return line.length <= width || lines.at(-1) === start ? lines.with(-1, line) : [...lines, `    ${item}`];
    },
    [start],
  );
}

function code(text: string): string {
  return markdownCode(cut(text, identifierLength));
}
