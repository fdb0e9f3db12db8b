import type { ExecutionStatus, RunResult } from '../../../../lib/wire';
import { button, element } from './dom';
import { count, counted } from './model/format';
import type { Kind } from './model/rows';
import type { Filter } from './model/view';
import { kindClass, sign } from './status';

/** The top of the page: what came out, in one word, one sentence and five numbers that lead to the rows behind them. */
export function verdictHeader(run: RunResult, show: (filter: Filter) => void): HTMLElement {
  const counts = countsOf(run);
  return element(
    'header',
    { class: `verdict ${kindClass(run.verdict)}` },
    element('p', { class: 'eyebrow' }, 'System test', ...nameOf(run)),
    element('h1', {}, sign(run.verdict), element('span', {}, run.verdict)),
    element('p', { class: 'lead' }, sentence(run)),
    proportions(counts),
    element(
      'ul',
      { class: 'counts', 'aria-label': 'Counts' },
      ...counts.map(({ kind, number, name, filter }) =>
        element(
          'li',
          { class: number > 0 ? kindClass(kind) : 'is-none' },
          button(
            { title: 'Show them in the table' },
            () => show(filter),
            sign(kind),
            element('b', {}, count(number)),
            ' ',
            element('span', {}, name),
          ),
        ),
      ),
    ),
  );
}

interface Count {
  kind: Kind;
  /** Its share of the bar; what is flaky is among the passed ones. */
  share: number;
  number: number;
  name: string;
  filter: Filter;
}

function countsOf(run: RunResult): Count[] {
  const { passed, failed, errored, flaky = 0, known = 0 } = run;
  return [
    { kind: 'PASSED', number: passed, share: passed - flaky, name: 'passed', filter: 'passed' },
    { kind: 'FAILED', number: failed, share: failed, name: 'failed', filter: 'failed' },
    { kind: 'ERRORED', number: errored, share: errored, name: 'errored', filter: 'errored' },
    { kind: 'FLAKY', number: flaky, share: flaky, name: 'flaky', filter: 'flaky' },
    { kind: 'KNOWN', number: known, share: known, name: 'known', filter: 'known' },
  ];
}

/** How the counts relate, at a glance; the numbers say the same. */
function proportions(counts: Count[]): HTMLElement {
  const bar = element('div', { class: 'proportions', 'aria-hidden': 'true' });
  for (const { kind, share } of counts) {
    if (share > 0) {
      const part = element('span', { class: kindClass(kind) });
      part.style.flexGrow = String(share);
      bar.append(part);
    }
  }
  return bar;
}

/** How an execution ended that came to no end of its own. */
const endings: Partial<Record<ExecutionStatus, string>> = {
  RUNNING: 'The execution was still running.',
  TIMED_OUT: 'The execution timed out.',
  ABORTED: 'The execution was stopped.',
  PENDING_REDRIVE: 'The execution waits to be redriven.',
};

function sentence(run: RunResult): string {
  const { verdict, status, total, passed, failed, errored, flaky = 0, known = 0, tolerated_failures: tolerated } = run;
  const of = `of ${counted(total, 'configuration')}`;
  if (verdict === 'ERRORED') {
    const untested = errored > 0 ? `${count(errored)} ${of} could not be tested` : '';
    const failures = failed > 0 ? `${count(failed)} ${untested ? '' : `${of} `}failed` : '';
    const disagreement = run.disagreement === undefined ? '' : `What came back does not agree: ${run.disagreement}.`;
    const rest = stop([untested, failures].filter(Boolean).join(', and '));
    return joined(['No verdict.', disagreement, endings[status], rest]);
  }
  if (verdict === 'FAILED') {
    // Only where the run was asked to be strict.
    const strict = failed <= tolerated && flaky > 0;
    return joined([
      failed > 0 || !strict
        ? stop(
            `${count(failed)} ${of} failed${tolerated > 0 && !strict ? `, more than the ${count(tolerated)} tolerated` : ''}`,
          )
        : '',
      strict ? `${count(flaky)} ${of} passed only when run again, which counts as failed in this run.` : '',
      errored > 0 ? `${count(errored)} could not be tested.` : '',
    ]);
  }
  return joined([
    passed < total
      ? `${count(passed)} ${of} passed.`
      : total === 1
        ? 'The configuration passed.'
        : `All ${counted(total, 'configuration')} passed.`,
    failed > 0 ? `${count(failed)} failed, and ${count(tolerated)} may.` : '',
    known > 0 ? `${count(known)} failed as known.` : '',
    flaky > 0 ? `${count(flaky)} passed only when run again.` : '',
  ]);
}

function joined(sentences: (string | undefined)[]): string {
  return sentences.filter((one) => one !== undefined && one !== '').join(' ');
}

function stop(words: string): string {
  return words === '' ? '' : `${words}.`;
}

/** The execution's name, from the end of its ARN. */
function nameOf({ execution_arn: arn }: RunResult): (Node | string)[] {
  const [machine, name] = (arn || '').split(':').slice(6);
  return machine && name ? [' · ', element('bdi', {}, `${machine} / ${name}`)] : [];
}
