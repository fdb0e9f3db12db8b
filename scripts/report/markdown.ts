/** The result as Markdown of the GitHub flavour: for a comment on a pull request or the summary of a job. */
import type { Outcome, RunConfigurationResult, RunResult } from '../../lib/wire';
import { costLine, costTitle } from '../cost/cost';
import { originLine } from '../result/originText';
import { slowestOf } from '../result/allResults';
import { isExcused } from '../result/tally';
import { sameErrors } from './causes';
import { comparisonMarkdown } from './comparisonText';
import { configurationText } from './configurationText';
import { readableLog } from './readableLog';
import { verdictLine } from './verdictLine';
import { cut } from '../terminal/printable';
import { markdownCode, markdownCodeElement, markdownFence } from './markdownText';

/** Characters of a GitHub comment; a job summary takes 1 MiB. */
export const commentBytes = 65_536;
/** Bytes of the summary of a GitHub job step. */
export const jobSummaryBytes = 1_048_576;
/** The least limit that `renderMarkdown` takes. */
export const leastBytes = 4096;

/** Identifiers of what did not pass for one reason: in the table, and among the details. */
const namedInTable = 3;
const namedInDetails = 50;
/** Rows of the tables of those that passed. */
const sideRows = 10;
/** Characters of an error in a table, of an identifier, and of an error among the details. */
const cellLength = 160;
const identifierLength = 256;
const originLength = 600;
const errorLength = 4000;

/**
 * What matters most comes first: the verdict, what is new, then what did not pass (what could not be tested before what
 * failed), equal errors once and with the log of their first one a click away, then flaky ones, known failures and the
 * slowest. What doesn't fit is left out as a whole and counted.
 * @param limitBytes of UTF-8, from 4,096 up
 * @param full whether each configuration that did not pass is shown apart, whatever its error
 * @throws a RangeError for a lower limit
 */
export function renderMarkdown(
  result: RunResult,
  { limitBytes = commentBytes, full = false }: { limitBytes?: number; full?: boolean } = {},
): string {
  if (!Number.isInteger(limitBytes) || limitBytes < leastBytes) {
    throw new RangeError(`Expected limitBytes to be an integer from ${leastBytes} up, got ${limitBytes}.`);
  }
  const head = headOf(result);
  const aside = [flakyTable(result), knownTable(result), slowestTable(result)].filter((table) => table.rows.length > 0);
  const troubled = worstFirst(result.results, full);
  const count = result.failed + result.errored;
  // A quarter at most for what doesn't decide the verdict; what it leaves is for what does.
  const news = comparisonMarkdown(result.comparison, Math.floor((limitBytes - bytes(head)) / 4));
  let room = limitBytes - bytes(head) - bytes(news);
  const asideText = fillTables(aside, troubled.length === 0 ? room : Math.floor(room / 4));
  room -= bytes(asideText);
  return head + news + troubledText(troubled, count, room) + asideText;
}

interface Table {
  title: string;
  /** The header and the line below it. */
  header: string;
  rows: string[];
  /** How many configurations there are, where it is not one for each row. */
  count?: number;
  /** How many of them each row stands for; default 1. */
  sizes?: number[];
}

const bytes = (text: string) => Buffer.byteLength(text);

/** Room for a line that says what was left out. */
const noteBytes = 150;

function leftOut(count: number, what = ''): string {
  const are = count === 1 ? 'is' : 'are';
  return count === 0 ? '' : `\n_${count} more${what} ${are} left out to keep the report within its limit._\n`;
}

/** The parts of as many items, from the first on, as fit in the room. */
function fitting<T>(items: T[], render: (item: T) => string, room: number): string[] {
  const parts: string[] = [];
  let left = room;
  for (const item of items) {
    const part = render(item);
    left -= bytes(part);
    if (left < 0) break;
    parts.push(part);
  }
  return parts;
}

function headOf(result: RunResult): string {
  const { verdict, duration_seconds: seconds, max_concurrency: concurrency } = result;
  const title = { PASSED: 'passed', FAILED: 'failed', ERRORED: 'has no verdict' }[verdict];
  const { console_url: link, cost, cost_unknown: costUnknown, known_failure_notes: notes = [], disagreement } = result;
  const origin = result.origin ? originLine(result.origin) : '';
  const build = result.origin?.build_url ?? '';
  return [
    `## System test ${title}`,
    '',
    // What does not agree may hold any text, and stands below.
    `**${verdictLine({ ...result, disagreement: undefined })}**`,
    '',
    `- Took ${seconds.toFixed(3)} s, at most ${concurrency} at once`,
    ...(verdict === 'ERRORED' ? [`- The execution ended as ${result.status}`] : []),
    ...(disagreement === undefined
      ? []
      : [`- What came back does not agree: ${markdownCode(cut(disagreement, cellLength))}`]),
    ...(cost ? [`- ${costTitle(cost)} ${markdownCode(costLine(cost))}`] : []),
    ...(costUnknown === undefined ? [] : [`- Cost not known: ${markdownCode(cut(costUnknown, cellLength))}`]),
    ...notes.slice(0, sideRows).map((note) => `- ${markdownCode(cut(note, cellLength))}`),
    ...(notes.length > sideRows ? [`- ${notes.length - sideRows} more notes on known failures`] : []),
    ...(origin === '' ? [] : [`- Origin: ${markdownCode(cut(origin, originLength))}`]),
    ...(isPlainLink(build) ? [`- [The build](${build})`] : []),
    ...(link !== undefined && isPlainLink(link) ? [`- [The execution in the console](${link})`] : []),
    '',
  ].join('\n');
}

/** Whether the link can stand in Markdown as it is, and leads where one expects it. */
function isPlainLink(link: string): boolean {
  return link.length <= 1000 && /^https:\/\/[\w.-]+\/[\w./:#?&=%~+-]*$/.test(link);
}

/** Those that did not pass and are not excused, by what they say, the errored and the most frequent first. */
function worstFirst(results: RunConfigurationResult[], full: boolean): RunConfigurationResult[][] {
  const groups = (troubled: RunConfigurationResult[]) =>
    full
      ? troubled.map((one) => [one])
      : sameErrors(troubled, (one) => [...(one.earlier ?? []), one]).toSorted((a, b) => b.length - a.length);
  return [
    ...groups(results.filter(({ status }) => status === 'ERRORED')),
    ...groups(results.filter((one) => one.status === 'FAILED' && !isExcused(one))),
  ];
}

/** A table of all, then one block for each reason. The table may take half of the room. */
function troubledText(troubled: RunConfigurationResult[][], count: number, room: number): string {
  if (troubled.length === 0) return '';
  const sizes = troubled.map((group) => group.length);
  const table = {
    title: `Did not pass (${count})`,
    ...{ count, sizes },
    header: '| Configuration | Outcome | Time | Error |\n| --- | --- | ---: | --- |\n',
    rows: troubled.flatMap((group) => {
      const [first] = group;
      const names = `${group
        .slice(0, namedInTable)
        .map(group.length > 1 ? identifierOf : nameOf)
        .join(', ')}${moreThan(group, namedInTable)}`;
      return first
        ? [`| ${names} | ${outcomeOf(first)} | ${group.length > 1 ? '' : timeOf(first)} | ${errorCell(first)} |\n`]
        : [];
    }),
  };
  const tableText = tableWithin(table, Math.floor(room / 2));
  const fit = fitting(troubled, detailsOf, room - bytes(tableText) - noteBytes);
  return `${tableText}\n${fit.join('')}${leftOut(count - sumOf(sizes.slice(0, fit.length)), ' with error and log')}`;
}

function moreThan(group: unknown[], shown: number): string {
  return group.length > shown ? ` and ${group.length - shown} more` : '';
}

function sumOf(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function tableWithin(
  { title, header, rows, sizes = rows.map(() => 1), count = rows.length }: Table,
  room: number,
): string {
  const start = `\n### ${title}\n\n${header}`;
  const fit = fitting(rows, (row) => row, room - bytes(start) - noteBytes);
  const table = fit.length === 0 ? `\n### ${title}\n` : start + fit.join('');
  return table + leftOut(count - sumOf(sizes.slice(0, fit.length)));
}

function fillTables(tables: Table[], room: number): string {
  let text = '';
  tables.forEach((table, index) => {
    text += tableWithin(table, (room - bytes(text)) / (tables.length - index));
  });
  return text;
}

function outcomeOf({ status }: Outcome): string {
  return status === 'FAILED' ? 'failed' : 'errored';
}

/** Configurations whose errors say the same. What else there is of the first one stands for all of them. */
function detailsOf(group: RunConfigurationResult[]): string {
  const [first] = group;
  if (!first) return '';
  const { error, log_tail: log, earlier = [], truncated } = first;
  const type = error ? `: ${markdownCodeElement(cut(error.type, cellLength))}` : '';
  const tries = earlier.map((before, index) => `Try ${index + 1}: ${outcomeText(before)}`);
  const name = markdownCodeElement(cut(first.configuration_identifier, identifierLength));
  const names = group.slice(0, namedInDetails).map(identifierOf).join(', ');
  return [
    `<details><summary>${name}${moreThan(group, 1)} ${outcomeOf(first) === 'failed' ? 'failed' : 'could not be tested'}${type}</summary>`,
    '',
    ...(group.length > 1
      ? [`${group.length} for the same reason: ${names}${moreThan(group, namedInDetails)}`, '']
      : []),
    ...(error || tries.length > 0
      ? [markdownFence([...tries, ...(error ? [errorText(error)] : [])].join('\n')), '']
      : []),
    ...(log
      ? [`Log output${group.length > 1 ? ` of ${nameOf(first)}` : ''}:`, '', markdownFence(readableLog(log)), '']
      : []),
    ...(truncated ? ['Cut, as a result may hold no more.', ''] : []),
    '</details>',
    '',
    '',
  ].join('\n');
}

function flakyTable({ results, flaky: count = 0 }: RunResult): Table {
  const flaky = results.filter((one) => one.flaky);
  return {
    title: `Passed only when run again (${count})`,
    count,
    header: '| Configuration | Before |\n| --- | --- |\n',
    rows: flaky.map((one) => {
      const before = (one.earlier ?? []).map((outcome) => markdownCode(cut(outcomeText(outcome), cellLength)));
      return `| ${nameOf(one)} | ${before.join(', ')} |\n`;
    }),
  };
}

function knownTable({ results, known: count = 0 }: RunResult): Table {
  const known = results.filter((one) => one.status === 'FAILED' && isExcused(one));
  return {
    title: `Known failures (${count})`,
    count,
    header: '| Configuration | Until | Reason | Error |\n| --- | --- | --- | --- |\n',
    rows: known.map((one) => {
      const reason = markdownCode(cut(one.known?.reason ?? '', cellLength));
      return `| ${nameOf(one)} | ${markdownCode(one.known?.expires ?? '')} | ${reason} | ${errorCell(one)} |\n`;
    }),
  };
}

function slowestTable(result: RunResult): Table {
  return {
    title: 'Slowest',
    header: '| Configuration | Time |\n| --- | ---: |\n',
    rows: slowestOf(result, sideRows).map((one) => `| ${identifierOf(one)} | ${timeOf(one)} |\n`),
  };
}

function identifierOf({ configuration_identifier: identifier }: Outcome): string {
  return markdownCode(cut(identifier, identifierLength));
}

/** The identifier, and what else the configuration holds. */
function nameOf(result: RunConfigurationResult): string {
  const keys = configurationText(result.configuration, cellLength);
  return identifierOf(result) + (keys === '' ? '' : ` (${markdownCode(keys)})`);
}

function timeOf({ duration_ms: ms }: Outcome): string {
  return ms === undefined ? '' : `${(ms / 1000).toFixed(3)} s`;
}

function errorCell({ error }: Outcome): string {
  return error ? markdownCode(cut(`${error.type}: ${error.message}`, cellLength)) : '';
}

function errorText({ type, message }: { type: string; message: string }): string {
  return cut(`${type}: ${message}`, errorLength);
}

function outcomeText({ status, error }: Outcome): string {
  return error ? `${status} ${errorText(error)}` : status;
}
