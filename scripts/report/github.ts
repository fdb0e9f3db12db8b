/**
 * The result as workflow commands of GitHub Actions, for a step's standard output: a group to unfold for each reason
 * why configurations did not pass, then annotations. Which commands there are:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 *
 * The logs stand in the groups without `::stop-commands::`, as a command that ends in their midst would leave the rest of the
 * step deaf: orders in any text are broken instead, as in all other reports.
 */
import type { Outcome, RunConfigurationResult, RunResult } from '../../lib/wire';
import { isExcused } from '../result/tally';
import { originLine } from '../result/originText';
import { counted } from '../terminal/counted';
import { cut, printable, printableLine } from '../terminal/printable';
import { errorText, sameErrors } from './causes';
import { comparisonText } from './comparisonText';
import { configurationText } from './configurationText';
import { readableLog } from './readableLog';
import { unlistedLines } from './text';
import { verdictLine } from './verdictLine';
import { withoutWorkflowCommands } from './workflowCommands';

/**
 * Annotations of a level that GitHub takes of a step, and UTF-16 units of a message: `_maxCountPerIssueType` and
 * `_maxIssueMessageLength` in https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs
 */
const mostAnnotations = 10;
const longestMessage = 4096;
/** Of an error, of the identifiers that it holds for, and of a title. */
const longestPart = 1500;
const longestTitle = 200;
/** Of what a configuration holds. */
const longestKeys = 200;

type Level = 'error' | 'warning' | 'notice';

interface Annotation {
  level: Level;
  title: string;
  message: string;
}

/** Configurations with one thing to say about them, the first of which stands for all. */
interface Cause {
  level: Level;
  /** What became of them, as in `3 configurations failed`. */
  what: string;
  /** Whether each has an error of its own. */
  apart?: boolean;
  of: RunConfigurationResult[];
}

/**
 * What failed is annotated as an error, or where it is tolerated as a warning, as is what could not be tested, what is known
 * and what is flaky; the verdict is a notice, unless nothing else says why the run did not pass. Equal errors are
 * one annotation, that of most configurations first. More than GitHub shows are left out and counted. What is new stands
 * above all.
 * @param full whether a group has the error and the log of each of its configurations, not of the first alone
 */
export function* githubReport(result: RunResult, { full = false }: { full?: boolean } = {}): Generator<string> {
  const causes = causesOf(result);
  const news = comparisonText(result.comparison).join('\n').trimEnd();
  if (news !== '') yield line(news);
  for (const cause of causes) yield* group(cause, full);
  for (const left of unlistedLines(result)) yield line(left);
  const annotations = causes.map(annotationOf);
  yield* shown('error', annotations);
  yield* shown('warning', annotations);
  yield annotation(verdictOf(result, annotations));
}

function causesOf({ results, verdict }: RunResult): Cause[] {
  const failed = results.filter((one) => one.status === 'FAILED' && !isExcused(one));
  const errored = results.filter(({ status }) => status === 'ERRORED');
  const grouped = (of: RunConfigurationResult[], level: Level, what: string): Cause[] =>
    sameErrors(of, (one) => [one])
      .toSorted((a, b) => b.length - a.length)
      .map((group) => ({ level, what, of: group }));
  const together = (of: RunConfigurationResult[], what: string): Cause[] =>
    of.length === 0 ? [] : [{ level: 'warning', what, apart: true, of }];
  return [
    ...grouped(failed, verdict === 'PASSED' ? 'warning' : 'error', 'failed'),
    ...grouped(errored, 'warning', 'could not be tested'),
    ...together(
      results.filter(({ flaky }) => flaky),
      'passed only when run again',
    ),
    ...together(
      results.filter((one) => one.status === 'FAILED' && isExcused(one)),
      'failed as known',
    ),
  ];
}

function* group(cause: Cause, full: boolean): Generator<string> {
  const { apart, of } = cause;
  yield `::group::${data(titleOf(cause))}\n`;
  if (apart) {
    for (const one of of) yield line(printableLine(apartLine(one)));
  } else {
    yield line(namesOf(of));
    for (const one of full ? of : of.slice(0, 1)) {
      if (of.length > 1 && one.configuration) yield line(nameOf(one));
      yield* detailLines(one);
    }
  }
  yield '::endgroup::\n';
}

function* detailLines(result: RunConfigurationResult): Generator<string> {
  const { configuration_identifier: identifier, log_tail: log } = result;
  yield line(errorText(result));
  if (!log) return;
  yield line(`The log of ${printableLine(identifier)}:`);
  yield line(readableLog(log).trimEnd());
}

/** One of those that have an error each. */
function apartLine(result: RunConfigurationResult): string {
  const { known } = result;
  const until = known ? ` (known until ${known.expires}: ${known.reason})` : '';
  return `${nameOf(result)}: ${errorText(lastFailure(result))}${until}`;
}

/** Of what is flaky, the outcome before it passed. */
function lastFailure(result: RunConfigurationResult): Outcome {
  return (result.flaky && result.earlier?.findLast(({ status }) => status !== 'PASSED')) || result;
}

function titleOf({ what, apart, of }: Cause): string {
  const [first] = of;
  const name = of.length === 1 && first ? first.configuration_identifier : counted(of.length);
  const type = apart ? undefined : first?.error?.type;
  return cut(`${name} ${what}${type === undefined ? '' : `: ${type}`}`, longestTitle);
}

function annotationOf(cause: Cause): Annotation {
  const { level, apart, of } = cause;
  const [first] = of;
  const error = apart || !first ? '' : cut(errorText(first), longestPart);
  const names = of.length > 1 || error === '' || first?.configuration ? cut(namesOf(of), longestPart) : '';
  const message = [error, names].filter((text) => text !== '');
  return { level, title: titleOf(cause), message: message.join('\n') };
}

/** Those of a level that GitHub takes; the last tells of the others. */
function* shown(level: Level, annotations: Annotation[]): Generator<string> {
  const all = annotations.filter((one) => one.level === level);
  const kept = all.length > mostAnnotations ? all.slice(0, mostAnnotations - 1) : all;
  for (const one of kept) yield annotation(one);
  const left = all.slice(kept.length);
  if (left.length > 0) {
    const message = `GitHub shows ${mostAnnotations} of a step. ${left.map(({ title }) => title).join('\n')}`;
    yield annotation({ level, title: `${left.length} more reasons`, message });
  }
}

function verdictOf(result: RunResult, annotations: Annotation[]): Annotation {
  const { verdict, duration_seconds: seconds, origin, console_url: link } = result;
  const title = { PASSED: 'passed', FAILED: 'failed', ERRORED: 'has no verdict' }[verdict];
  const said = verdict === 'PASSED' || annotations.some(({ level }) => level === 'error');
  const message = [
    verdictLine(result),
    ...comparisonText(result.comparison),
    `It took ${seconds.toFixed(3)}s.`,
    ...(origin ? [originLine(origin)] : []),
    ...(link === undefined ? [] : [link]),
  ].filter((text) => text !== '');
  return { level: said ? 'notice' : 'error', title: `The system test ${title}`, message: message.join('\n') };
}

function annotation({ level, title, message }: Annotation): string {
  return `::${level} title=${property(title)}::${data(cut(safe(message), longestMessage))}\n`;
}

/** Of one alone with what it holds. */
function namesOf(results: RunConfigurationResult[]): string {
  if (results.length === 1) return results.map(nameOf).join();
  return results.map((one) => printableLine(one.configuration_identifier)).join(', ');
}

/** `config_3 (country: FR)` */
function nameOf({ configuration_identifier: identifier, configuration }: RunConfigurationResult): string {
  const keys = configurationText(configuration, longestKeys);
  return printableLine(keys === '' ? identifier : `${identifier} (${keys})`);
}

/** Untrusted text among the commands, as whole lines. */
function line(text: string): string {
  return `${safe(text)}\n`;
}

function safe(text: string): string {
  return withoutWorkflowCommands(printable(text));
}

/** As the runner reads it again (`_escapeDataMappings` in src/Runner.Common/ActionCommand.cs). */
function data(text: string): string {
  return safe(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** The same in a property (`_escapePropertyMappings`). */
function property(text: string): string {
  return data(printableLine(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
