import type { Colors } from 'picocolors/types';
import type { Outcome, RunConfigurationResult, RunResult } from '../../lib/wire';
import { costLine, costTitle } from '../cost/cost';
import { counted } from '../terminal/counted';
import { printable, printableLine } from '../terminal/printable';
import { notFinished } from '../result/untested';
import { originLine } from '../result/originText';
import { comparisonText } from './comparisonText';
import { slowestOf } from '../result/allResults';
import { isExcused } from '../result/tally';
import { unlistedText } from '../result/unlisted';
import { sameErrors } from './causes';
import { configurationText } from './configurationText';
import { readableLog } from './readableLog';
import { verdictLine } from './verdictLine';

const width = 80;
/** How many of the slowest are named, and from how many configurations on. */
const slowestNamed = 3;
const slowestFrom = 5;
/** Characters of what a configuration holds beside its identifier. */
const keysLength = 120;
/** How many that count as passed are listed one by one where they say the same. */
const listedApart = 5;
/** Lines of identifiers of what did not pass for one reason. */
const identifierLines = 6;

/**
 * The result for people: what is new in it, what did not pass with its error and its log tail, equal errors once, then
 * the known failures, those that passed only when they were run again, what took how long and cost how much, what all of
 * it came to, and last the two lines that other tools look for:
 *
 * ```
 * FAILED: 35 passed, 5 failed
 * The system test took 26.412s
 * 35 of 40 passed the test - 5 failed
 * ```
 *
 * @param full whether each configuration that did not pass is shown apart, whatever its error
 */
export function textReport(result: RunResult, colors: Colors, { full = false }: { full?: boolean } = {}): string {
  const known = result.results.filter((one) => one.status === 'FAILED' && isExcused(one));
  const troubled = result.results.filter((one) => one.status !== 'PASSED' && !known.includes(one));
  const finished = troubled.filter(({ error }) => error?.type !== notFinished);
  const unfinished = troubled.filter(({ error }) => error?.type === notFinished);
  const groups = full
    ? finished.map((one) => [one])
    : sameErrors(finished, (one) => [...(one.earlier ?? []), one]).toSorted((a, b) => b.length - a.length);
  return [
    ...comparisonText(result.comparison),
    ...groups.flatMap((group) => [...groupLines(group, colors), '']),
    ...unfinishedLines(unfinished, full, colors),
    ...knownLines(known, result, full, colors),
    ...flakyLines(result, full, colors),
    ...unlistedLines(result),
    ...slowestLines(result),
    ...speedLines(result),
    ...costLines(result),
    ...originLines(result),
    colors.bold(paintOf(result, colors)(printableLine(verdictLine(result)))),
    `The system test took ${result.duration_seconds.toFixed(3)}s`,
    colors.bold(paintOf(result, colors)(countLine(result))),
    '',
  ].join('\n');
}

/** Configurations whose errors say the same. What else there is of the first one stands for all of them. */
function groupLines(group: RunConfigurationResult[], colors: Colors): string[] {
  const [first] = group;
  if (!first) return [];
  if (group.length === 1) return [`${nameOf(first, colors)} ${whatOf(first, colors)}`, ...detailLines(first, colors)];
  const { error } = first;
  const differ = group.some((one) => one.error?.message !== error?.message || one.error?.type !== error?.type);
  return [
    colors.bold(counted(group.length)) +
      ` ${whatOf({ ...first, duration_ms: undefined }, colors)} for the same reason:`,
    ...wrapped(group, identifierLines),
    `The first, ${nameOf(first, colors)}, ${whatOf(first, colors)}${differ ? '; the others differ in numbers' : ''}:`,
    ...detailLines(first, colors),
  ];
}

/** `config_3 (country: FR)` */
function nameOf(
  { configuration_identifier: identifier, configuration }: RunConfigurationResult,
  colors: Colors,
): string {
  const keys = configurationText(configuration, keysLength);
  return colors.bold(printableLine(identifier)) + (keys === '' ? '' : ` (${printableLine(keys)})`);
}

function whatOf(result: Outcome, colors: Colors): string {
  const after = afterText(result);
  return result.status === 'FAILED' ? colors.red(`failed${after}`) : colors.yellow(`could not be tested${after}`);
}

function detailLines(
  { error, log_tail: log, earlier = [], truncated }: RunConfigurationResult,
  colors: Colors,
): string[] {
  return [
    ...earlier.map((one, index) => `Try ${index + 1} ${outcomeText(one)}`),
    ...(error ? [printable(`${error.type}: ${error.message}`).trimEnd()] : []),
    ...(log
      ? [colors.dim(rule('Log output')), printable(readableLog(log)).trimEnd(), colors.dim(rule('End of log'))]
      : []),
    ...(truncated ? ['(cut, as a result may hold no more)'] : []),
  ];
}

/** Those that were not over when the execution ended share one reason, so they are listed by name. */
function unfinishedLines(unfinished: Outcome[], full: boolean, colors: Colors): string[] {
  const [first] = unfinished;
  if (!first?.error) return [];
  return [
    colors.yellow(`${counted(unfinished.length)} without a result:`),
    ...wrapped(unfinished, full ? Infinity : identifierLines),
    printable(first.error.message),
    '',
  ];
}

function afterText({ duration_ms: ms }: Outcome): string {
  return ms === undefined ? '' : ` after ${secondsText(ms)}`;
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(3)}s`;
}

/** One line: `failed after 3.004s: Error: Something went wrong!` */
function outcomeText(outcome: Outcome): string {
  const { status, error } = outcome;
  const what = { PASSED: 'passed', FAILED: 'failed', ERRORED: 'could not be tested' }[status];
  return what + afterText(outcome) + (error ? `: ${printableLine(`${error.type}: ${error.message}`)}` : '');
}

/** The failures that are excused, and what is to do about the list that excuses them. */
function knownLines(
  known: RunConfigurationResult[],
  { known_failure_notes: notes = [] }: RunResult,
  full: boolean,
  colors: Colors,
): string[] {
  const until = ({ known }: RunConfigurationResult) =>
    known ? ` (known until ${known.expires}: ${printableLine(known.reason)})` : '';
  const groups = sameErrors(known, (one) => [one], until);
  const lines = groups.flatMap((group) => lineEach(group, (one) => outcomeText(one) + until(one), full, colors));
  return [
    ...titled(lines, known.length === 1 ? '1 known failure:' : `${known.length} known failures:`),
    ...(notes.length > 0 ? [...notes.map(printableLine), ''] : []),
  ];
}

/** Those that passed only when they were run again, with what became of them before. */
function flakyLines({ results }: RunResult, full: boolean, colors: Colors): string[] {
  const flaky = results.filter((one) => one.flaky);
  const groups = sameErrors(flaky, ({ earlier = [] }) => earlier);
  const said = ({ earlier = [] }: RunConfigurationResult) => `${earlier.map(outcomeText).join('; then ')}; then passed`;
  const lines = groups.flatMap((group) => lineEach(group, said, full, colors));
  return titled(lines, `${flaky.length} flaky, passed only when run again:`);
}

/** A line for each of those that say the same; or where they are many, what the first one says, and the identifiers. */
function lineEach(
  group: RunConfigurationResult[],
  said: (one: RunConfigurationResult) => string,
  full: boolean,
  colors: Colors,
): string[] {
  const [first] = group;
  if (!first || full || group.length <= listedApart) {
    return group.map((one) => `${nameOf(one, colors)} ${said(one)}`);
  }
  const untimed = {
    ...first,
    duration_ms: undefined,
    earlier: first.earlier?.map((one) => ({ ...one, duration_ms: undefined })),
  };
  return [`${colors.bold(counted(group.length))} ${said(untimed)}:`, ...wrapped(group, identifierLines, width - 2)];
}

/** What of many results is left out above. */
export function unlistedLines(result: RunResult): string[] {
  if (!result.all || result.results.length === result.all.length) return [];
  const text = unlistedText(
    result,
    result.results.filter((one) => one.status !== 'PASSED' || one.flaky),
  );
  return text === '' ? [] : [`${text} The JSON report has all.`, ''];
}

/** The lines under a title; nothing where there are none. */
function titled(lines: string[], title: string): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

function slowestLines(result: RunResult): string[] {
  const timed = slowestOf(result, slowestFrom);
  if (timed.length < slowestFrom) return [];
  const slowest = timed.slice(0, slowestNamed);
  return [
    `Slowest: ${slowest.map(({ configuration_identifier: identifier, duration_ms: ms = 0 }) => `${printableLine(identifier)} ${secondsText(ms)}`).join(', ')}`,
  ];
}

function costLines({ cost, cost_unknown: why }: RunResult): string[] {
  if (cost) return [`${costTitle(cost)} ${costLine(cost)}`];
  return why === undefined ? [] : [`Cost not known: ${printableLine(why)}`];
}

function originLines({ origin }: RunResult): string[] {
  const line = origin ? originLine(origin) : '';
  return line === '' ? [] : [printableLine(`Origin: ${line}`)];
}

function speedLines({ results, all, duration_seconds: duration }: RunResult): string[] {
  const invocations = results.flatMap((one) => [one, ...(one.earlier ?? [])]);
  const seconds = (all?.totalMs ?? invocations.reduce((sum, one) => sum + (one.duration_ms ?? 0), 0)) / 1000;
  if (seconds === 0) return [];
  const times = duration === 0 ? 0 : seconds / duration;
  const compared = times < 1.05 ? '.' : `: ${times.toFixed(1)} times as long as the run.`;
  return [`All invocations together took ${seconds.toFixed(1)}s${compared}`];
}

function countLine({ passed, total, failed, errored }: RunResult): string {
  return `${passed} of ${total} passed the test - ${failed} failed${errored > 0 ? ` - ${errored} errored` : ''}`;
}

function paintOf({ verdict }: RunResult, colors: Colors): (text: string) => string {
  return verdict === 'PASSED' ? colors.green : verdict === 'FAILED' ? colors.red : colors.yellow;
}

/** A line across the page with a title in its middle. */
function rule(title: string): string {
  const left = Math.floor((width - title.length - 2) / 2);
  return `${'-'.repeat(left)} ${title} ${'-'.repeat(width - title.length - 2 - left)}`;
}

/** The identifiers, separated by commas, in lines of so many columns; what so many lines don't hold is counted. */
function wrapped(outcomes: Outcome[], mostLines: number, columns = width): string[] {
  const lines: string[] = [];
  for (const [index, { configuration_identifier: identifier }] of outcomes.entries()) {
    const left = outcomes.length - index;
    const item = printableLine(identifier) + (left > 1 ? ',' : '');
    const line = lines.at(-1);
    // On the last line there is room to say how many are left.
    const room = columns - (lines.length === mostLines && left > 1 ? ` and ${left} more`.length : 0);
    if (line !== undefined && line.length + 1 + item.length <= room) {
      lines[lines.length - 1] = `${line} ${item}`;
    } else if (lines.length < mostLines) {
      lines.push(`  ${item}`);
    } else {
      lines[lines.length - 1] = `${line} and ${left} more`;
      break;
    }
  }
  return lines;
}
