import type { Colors } from 'picocolors/types';
import type { ConfigurationResult, RunResult } from '../../lib/wire';
import { printable, printableLine } from '../printable';
import { notFinished } from '../runResult';

const width = 80;

/**
 * The result for people: each configuration that did not pass with its error and its log tail, then how long everything
 * took, and last the two lines that other tools look for:
 *
 * ```
 * The system test took 26.412s
 * 35 of 40 passed the test - 5 failed
 * ```
 */
export function textReport(result: RunResult, colors: Colors): string {
  const troubled = result.results.filter(({ status }) => status !== 'PASSED');
  const finished = troubled.filter(({ error }) => error?.type !== notFinished);
  const unfinished = troubled.filter(({ error }) => error?.type === notFinished);
  return [
    ...finished.flatMap((one) => [...configurationLines(one, colors), '']),
    ...unfinishedLines(unfinished, colors),
    ...speedLines(result),
    ...toleranceLines(result),
    `The system test took ${result.duration_seconds.toFixed(3)}s`,
    colors.bold(paintOf(result, colors)(countLine(result))),
    '',
  ].join('\n');
}

function configurationLines(result: ConfigurationResult, colors: Colors): string[] {
  const { configuration_identifier: identifier, status, duration_ms: ms, error, log_tail: log } = result;
  const after = ms === undefined ? '' : ` after ${(ms / 1000).toFixed(3)}s`;
  const what = status === 'FAILED' ? colors.red(`failed${after}`) : colors.yellow(`could not be tested${after}`);
  return [
    `${colors.bold(printableLine(identifier))} ${what}`,
    ...(error ? [printable(`${error.type}: ${error.message}`).trimEnd()] : []),
    ...(log ? [colors.dim(rule('Log output')), printable(log).trimEnd(), colors.dim(rule('End of log'))] : []),
    ...(result.truncated ? ['(cut, as all results have to fit in the output of one execution)'] : []),
  ];
}

/** Those that were not over when the execution ended share one reason, so they are listed by name. */
function unfinishedLines(unfinished: ConfigurationResult[], colors: Colors): string[] {
  const [first] = unfinished;
  if (!first?.error) {
    return [];
  }
  const count = unfinished.length === 1 ? '1 configuration' : `${unfinished.length} configurations`;
  const names = unfinished.map((one) => printableLine(one.configuration_identifier));
  return [colors.yellow(`${count} without a result:`), ...wrapped(names), printable(first.error.message), ''];
}

function speedLines({ results, duration_seconds: duration }: RunResult): string[] {
  const seconds = results.reduce((sum, one) => sum + (one.duration_ms ?? 0), 0) / 1000;
  if (seconds === 0) {
    return [];
  }
  const times = duration === 0 ? 0 : seconds / duration;
  const compared = times < 1.05 ? '.' : `: ${times.toFixed(1)} times as long as the run.`;
  return [`All invocations together took ${seconds.toFixed(1)}s${compared}`];
}

function toleranceLines({ verdict, failed, tolerated_failures: tolerated }: RunResult): string[] {
  if (verdict !== 'PASSED' || failed === 0) {
    return [];
  }
  return [tolerated === 1 ? '1 failure is tolerated.' : `Up to ${tolerated} failures are tolerated.`];
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

/** The names, separated by commas, in lines of at most 80 columns. */
function wrapped(names: string[]): string[] {
  const lines: string[] = [];
  names.forEach((name, index) => {
    const item = index < names.length - 1 ? `${name},` : name;
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + item.length <= width) {
      lines[lines.length - 1] = `${line} ${item}`;
    } else {
      lines.push(`  ${item}`);
    }
  });
  return lines;
}
