/**
 * Reads the configurations out of a text. The format is told by the file's extension and, where it has none, `.txt` or
 * `.list`, by the text itself:
 *
 * 1. `.json`, `.jsonl`, `.ndjson`, or a text that starts with `[` or `{`: a JSON array where it starts with `[`, else
 *    JSON Lines, one string or object a line.
 * 2. `.csv`, or a first line with a column `configuration_identifier`: CSV with a header.
 * 3. `.yaml`, `.yml`, or a first line that is no comment and starts with `- ` or is `---`: a YAML list.
 * 4. Else one identifier a line, without the white space around it; a line that is `#` or starts with `# ` is a comment.
 *
 * Any other extension is refused: read as lines, a file of another type would be a list of wrong identifiers, which a
 * function may well pass. Blank lines count for nothing, a byte order mark neither, and lines may end in CRLF.
 */
import { extname } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parseConfiguration, WireFormatError } from '../../lib/wire/parsers';
import { identifierOf, type Configuration } from '../../lib/wire';
import { UserError } from '../io/userError';
import { isDeeper, maxDepth } from '../io/jsonDepth';
import { ListSyntaxError, parseJson, parseJsonList, type ListElement } from './jsonList';
import { parseYamlList } from './yamlList';

const identifierColumn = 'configuration_identifier';

/**
 * @param text the file's text, decoded
 * @param source the file's name as the user gave it, for messages and its extension
 * @throws UserError with source and line: not in the format, nothing in it, a wrong configuration, one twice
 */
export function parseConfigurations(text: string, source: string): Configuration[] {
  const body = text.replace(/^\ufeff/, '');
  const entries = entriesOf(body, source);
  if (entries.length === 0) throw new UserError(`Expected at least one configuration in ${source}, got none.`);
  const lines = new Map<string, number>();
  return entries.map(({ value, line }) => {
    const configuration = checked(value, source, line);
    const identifier = identifierOf(configuration);
    const earlier = lines.get(identifier);
    if (earlier !== undefined) {
      throw new UserError(
        `Expected each configuration once in ${source}, got ${JSON.stringify(identifier)} in lines ${earlier} and ${line}.`,
      );
    }
    lines.set(identifier, line);
    return configuration;
  });
}

function checked(value: unknown, source: string, line: number): Configuration {
  if (isDeeper(value, maxDepth.configuration)) {
    throw new UserError(
      `${source}, line ${line}: Expected a configuration that nests at most ${maxDepth.configuration} deep, got more.`,
    );
  }
  try {
    return parseConfiguration(value);
  } catch (error) {
    if (error instanceof WireFormatError) {
      throw new UserError(`${source}, line ${line}: ${error.message}.`, { cause: error });
    }
    throw error;
  }
}

type Reader = (text: string, source: string) => ListElement[];

const readers = new Map<string, Reader>([
  ['.json', json],
  ['.jsonl', json],
  ['.ndjson', json],
  ['.csv', csv],
  ['.yaml', yaml],
  ['.yml', yaml],
  ['.txt', toldByItself],
  ['.list', toldByItself],
  ['', toldByItself],
]);

function entriesOf(text: string, source: string): ListElement[] {
  const read = readers.get(extname(source).toLowerCase());
  if (!read) {
    const known = [...readers.keys()].filter((extension) => extension !== '').join(', ');
    throw new UserError(
      `Expected a file of a known type (${known}, or no extension), got ${source}: rename it, or give it on standard input.`,
    );
  }
  return read(text, source);
}

function toldByItself(text: string, source: string): ListElement[] {
  const [first] = plainLines(text);
  const start = first?.value ?? '';
  if (/^[[{]/.test(start)) return json(text, source);
  if (/^(- |-$|---$)/.test(start)) return yaml(text, source);
  const header = start.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  return header.includes(identifierColumn) ? csv(text, source) : plainLines(text);
}

function json(text: string, source: string): ListElement[] {
  return text.trimStart().startsWith('[') ? list(parseJsonList, text, source) : jsonLines(text, source);
}

function yaml(text: string, source: string): ListElement[] {
  return list(parseYamlList, text, source);
}

function list(parse: (text: string) => ListElement[], text: string, source: string): ListElement[] {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof ListSyntaxError ? new UserError(`Expected ${source} to be ${error.message}.`) : error;
  }
}

function jsonLines(text: string, source: string): ListElement[] {
  return numberedLines(text).map(({ content, line }) => {
    try {
      return { value: parseJson(content), line };
    } catch (error) {
      const bound = error instanceof ListSyntaxError ? error.bound : '';
      throw new UserError(
        `Expected ${source} to be a JSON array or JSON Lines, got a line ${line} that is not JSON${bound}: ${excerpt(content)}.`,
      );
    }
  });
}

function csv(text: string, source: string): ListElement[] {
  try {
    let columns: string[] = [];
    const records = parseCsv(text, {
      columns: (header) => (columns = checkedHeader(header, source)),
      skip_empty_lines: true,
      info: true,
    }) as unknown as { record: Record<string, string>; info: { lines: number } }[];
    if (columns.length === 0) {
      checkedHeader([], source);
    }
    return records.map(({ record, info }) => ({ value: record, line: info.lines }));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Expected ${source} to be CSV: ${(error as Error).message}.`, { cause: error });
  }
}

function checkedHeader(header: string[], source: string): string[] {
  const columns = header.map((name) => name.trim());
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new UserError(`Expected each column once in ${source}, got ${JSON.stringify(repeated)} twice.`);
  }
  if (!columns.includes(identifierColumn)) {
    throw new UserError(
      `Expected a column ${identifierColumn} in the header of ${source}, got ${excerpt(columns.join(', ')) || 'none'}.`,
    );
  }
  return columns;
}

function plainLines(text: string): { value: string; line: number }[] {
  return numberedLines(text)
    .map(({ content, line }) => ({ value: content.trim(), line }))
    .filter(({ value }) => !/^#(\s|$)/.test(value));
}

/** The lines that aren't blank. */
function numberedLines(text: string): { content: string; line: number }[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content.trim() !== '');
}

function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
