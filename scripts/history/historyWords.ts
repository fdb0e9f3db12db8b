/** How the history puts things into words: the same in the text and on the page, so nothing here is of Node.js. */
import { minuteOf, secondsText } from '../report/comparisonWords';
import { flakyChanges, type ConfigurationHistory, type History, type HistoryOutcome, type HistoryRun } from './history';

/** `2026-11-27`, in UTC. */
export function dayOf(iso: string): string {
  return minuteOf(iso).slice(0, 10);
}

/** The system test: by the path of its construct, or by its state machine. */
export function titleOf({ state_machine_arn: arn = '', test }: History): string {
  return test ?? (arn.slice(arn.lastIndexOf(':') + 1) || 'the system test');
}

/** Who or what started a run: a commit, a build, a pipeline, or the name that it was given. */
export function startedByText({ started_by: starter, origin, name }: HistoryRun): string {
  if (origin?.commit !== undefined) return `commit ${origin.commit.slice(0, 8)}`;
  if (origin?.build !== undefined) return `build ${origin.build}`;
  if (starter.kind === 'codepipeline') return `CodePipeline ${starter.pipeline_execution_id.slice(0, 8)}`;
  if (starter.kind === 'codebuild') return `CodeBuild ${starter.build_id.slice(0, 8)}`;
  return starter.kind === 'unnamed' ? `execution ${name.slice(0, 8)}` : name;
}

/** `35 of 40, 4 failed, 1 errored`, or why there are no counts. */
export function countsText({ total, passed = 0, failed = 0, errored = 0, ...run }: HistoryRun): string {
  if (total === undefined) {
    const end = run.unread === undefined ? run.error : 'unread';
    return endings.get(end ?? '') ?? endings.get(run.status) ?? 'no result';
  }
  const { flaky = 0, known = 0 } = run;
  const others = { failed, errored, known, flaky };
  const parts = Object.entries(others).flatMap(([name, count]) => (count > 0 ? `${count} ${name}` : []));
  return [`${passed} of ${total}`, ...parts].join(', ');
}

/** How a run ended that has no counts, by the error or the status of its execution. */
const endings = new Map([
  ['unread', "can't be read"],
  ['SystemTestInputRefused', 'input refused'],
  ['SystemTestListingFailed', 'list not read'],
  ['SystemTest.MaxFailures', 'enough failed'],
  ['ABORTED', 'stopped'],
  ['TIMED_OUT', 'timed out'],
]);

/** `7 of 20 runs passed.`, `Configurations: 2 failing, 1 flaky, 37 steady.` */
export function summaryOf({ runs, configurations, steady }: History): string[] {
  const passed = runs.filter(({ verdict }) => verdict === 'PASSED').length;
  const quiet = configurations.filter(didFail);
  const counts = {
    failing: configurations.filter(({ failing }) => failing).length,
    flaky: configurations.filter(({ flaky, failing }) => flaky && !failing).length,
    slower: configurations.filter(isSlower).length,
    faster: configurations.filter((one) => one.duration && !isSlower(one)).length,
    mended: quiet.filter((one) => newestOf(one)?.status === 'PASSED').length,
    known: quiet.filter((one) => newestOf(one)?.known).length,
    steady,
  };
  const parts = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? `${count} ${what}` : []));
  const told = parts.length > 0 ? [`Configurations: ${parts.join(', ')}.`] : [];
  return [`${passed} of ${times(runs.length, 'run')} passed.`, ...told];
}

/** What there is to say of a configuration, what matters most first. */
export function remarksOn(one: ConfigurationHistory): string[] {
  const { failing, changes, flaky_runs: flakyRuns, not_passed: notPassed, duration, outcomes } = one;
  const tested = outcomes.filter((outcome) => outcome !== null);
  const verb = newestOf(one)?.status === 'ERRORED' ? 'not testable' : 'failing';
  return [
    ...(failing
      ? [
          failing.or_longer
            ? `${verb} in ${failing.runs === 1 ? 'the only run,' : `all ${failing.runs} runs since`} ${dayOf(failing.since)}`
            : `${verb} since ${dayOf(failing.since)}, ${times(failing.runs, 'run')}`,
        ]
      : []),
    ...(flakyRuns > 0 ? [`flaky: passed on a retry, ${times(flakyRuns, 'run')}`] : []),
    ...(changes >= flakyChanges ? [`flaky: changed ${changes} times`] : []),
    ...(didFail(one) ? [`did not pass in ${notPassed} of ${times(tested.length, 'run')}`] : []),
    ...(duration
      ? [
          `${isSlower(one) ? 'slower' : 'faster'}: ${secondsText(duration.before_ms)}, now ${secondsText(duration.now_ms)}`,
        ]
      : []),
  ];
}

/** Whether it did not pass in a run, and neither fails nor flakes now. */
function didFail({ failing, flaky, not_passed: notPassed }: ConfigurationHistory): boolean {
  return !failing && !flaky && notPassed > 0;
}

function newestOf({ outcomes }: ConfigurationHistory): HistoryOutcome | undefined {
  return outcomes.find((outcome) => outcome !== null) ?? undefined;
}

function isSlower({ duration }: ConfigurationHistory): boolean {
  return duration !== undefined && duration.now_ms > duration.before_ms;
}

function times(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
