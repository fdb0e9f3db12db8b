import type { Colors } from 'picocolors/types';
import stringWidth from 'string-width';
import { printableLine } from '../terminal/printable';
import { fitting } from '../terminal/terminalRows';
import type { ConfigurationHistory, History, HistoryOutcome, HistoryRun } from './history';
import { minuteOf, secondsText } from '../report/comparisonWords';
import { countsText, dayOf, remarksOn, startedByText, summaryOf, titleOf } from './historyWords';

const width = 80;
/** Columns that an identifier may take beside its outcomes; a longer one has a line for itself. */
const identifierWidth = 24;
/** Runs of which the outcomes are drawn; the other reports have all. */
const drawnRuns = 20;
/** Columns that say who started a run at least. */
const starterWidth = 8;

/**
 * The history for people, at most 80 columns wide but for long names: the runs, then the configurations that matter, then
 * a summary.
 */
export function historyText(history: History, colors: Colors): string {
  const { runs, configurations, notes } = history;
  return [
    colors.bold(headline(history)),
    '',
    ...(runs.length > 0 ? [...runLines(runs, colors), ''] : []),
    ...(configurations.length > 0 ? [...configurationLines(configurations, runs.length, colors), ''] : []),
    ...notes.map(printableLine),
    ...summaryOf(history),
    '',
  ].join('\n');
}

function headline(history: History): string {
  const { runs } = history;
  const name = printableLine(titleOf(history));
  const [newest, oldest] = [runs.at(0), runs.at(-1)];
  if (!newest || !oldest) return `No runs of ${name}`;
  const days = [...new Set([oldest, newest].map((run) => dayOf(run.started_at)))].join(' to ');
  return `The last ${runs.length === 1 ? 'run' : `${runs.length} runs`} of ${name}, ${days} (UTC)`;
}

function runLines(runs: HistoryRun[], colors: Colors): string[] {
  const columns = [
    column(
      'Started',
      // The years stand in the title.
      runs.map((run) => minuteOf(run.started_at).slice('2026-'.length)),
    ),
    column(
      'Verdict',
      runs.map(({ verdict = '-' }) => verdict),
    ),
    column('Passed', runs.map(countsText)),
    column(
      'Took',
      runs.map(({ duration_seconds: seconds }) => (seconds === undefined ? '-' : secondsText(seconds * 1000))),
    ),
  ];
  const taken = columns.reduce((sum, [title = '']) => sum + title.length + 2, 0);
  const starters = runs.map((run) => fitting(printableLine(startedByText(run)), Math.max(width - taken, starterWidth)));
  return ['Started by', ...starters].map((starter, index) => {
    const run = runs[index - 1];
    const cells = columns.map((cellsOf) => cellsOf[index] ?? '');
    if (!run) return colors.dim([...cells, starter].join('  '));
    return [...cells.map((cell, at) => (at === 1 ? paintOf(run, colors)(cell) : cell)), starter].join('  ');
  });
}

/** The cells of a column, its title first, all of one width. */
function column(title: string, cells: string[]): string[] {
  const widest = Math.max(...[title, ...cells].map((cell) => cell.length));
  return [title, ...cells].map((cell) => cell.padEnd(widest));
}

function paintOf({ verdict }: HistoryRun, colors: Colors): (text: string) => string {
  return { PASSED: colors.green, FAILED: colors.red, ERRORED: colors.yellow }[verdict ?? 'ERRORED'];
}

function configurationLines(configurations: ConfigurationHistory[], runs: number, colors: Colors): string[] {
  const names = configurations.map((one) => printableLine(one.configuration_identifier));
  const short = names.map((name) => stringWidth(name)).filter((columns) => columns <= identifierWidth);
  const nameWidth = Math.max(4, ...short);
  const drawn = Math.min(runs, drawnRuns);
  const which = drawn < runs ? `newest ${drawn} first` : 'newest first';
  return [
    colors.dim(`Each run of those that matter, ${which}: . passed, F failed, E errored,`),
    colors.dim('~ passed on a retry, k known failure, blank not tested'),
    ...configurations.flatMap((one, index) => {
      const name = names[index] ?? '';
      const [remark = '', ...others] = remarksOn(one);
      const indent = ' '.repeat(nameWidth);
      const strip = one.outcomes
        .slice(0, drawn)
        .map((outcome) => signOf(outcome, colors))
        .join('');
      const isShort = stringWidth(name) <= identifierWidth;
      return [
        ...(isShort ? [] : [colors.bold(name)]),
        `${isShort ? colors.bold(name) + ' '.repeat(nameWidth - stringWidth(name)) : indent}  ${strip}  ${remark}`,
        ...others.map((other) => `${indent}  ${' '.repeat(drawn)}  ${other}`),
      ];
    }),
  ];
}

function signOf(outcome: HistoryOutcome | null, colors: Colors): string {
  if (!outcome) return ' ';
  if (outcome.status === 'PASSED') return outcome.flaky ? colors.yellow('~') : '.';
  if (outcome.known) return 'k';
  return outcome.status === 'FAILED' ? colors.red('F') : colors.yellow('E');
}
