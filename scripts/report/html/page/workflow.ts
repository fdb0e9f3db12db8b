import type { RunResult } from '../../../../lib/wire';
import { notFinished } from '../../../result/untested';
import { aside, section, svg } from './dom';
import { count, counted } from './model/format';
import { kindClass } from './status';

/** How far the execution got: to one of its ends, or no further than the Map. */
type End = 'Passed' | 'Failed' | undefined;

/** The state machine as the console draws it, with counts, and the way that this execution took. */
export function workflowSection(run: RunResult): HTMLElement {
  if (!run.execution_arn) {
    return section('workflow', 'Workflow', aside('The function was invoked directly: no state machine ran.'));
  }
  const end = endOf(run);
  return section('workflow', 'Workflow', drawing(run, end), aside(explanation(run, end)));
}

function endOf({ status, results }: RunResult): End {
  if (status === 'SUCCEEDED') return 'Passed';
  const cut = results.some(({ error }) => error?.type === notFinished);
  return status === 'FAILED' && !cut ? 'Failed' : undefined;
}

function explanation(run: RunResult, end: End): string {
  const { status, verdict, results } = run;
  const execution = results.some(({ earlier }) => earlier?.length) ? 'The last execution' : 'The execution';
  if (end === undefined) return `${execution} ended in “${mapOf(run)}” (${status}).`;
  return end === 'Failed' && verdict === 'PASSED'
    ? `${execution} ended in “Failed”; known failures are told apart afterwards, so the run passed.`
    : `${execution} ended in “${end}”.`;
}

/** The name of the state that tests. */
function mapOf({ mode }: RunResult): string {
  return mode === 'DISTRIBUTED' ? 'Distribute configurations' : 'Test configurations';
}

function drawing(run: RunResult, end: End): SVGElement {
  const { total, passed, max_concurrency: concurrency } = run;
  const ended = end !== undefined;
  const configurations = counted(total, 'configuration');
  const limit = concurrency > 0 ? `at most ${count(concurrency)} at once` : '';
  const outcome =
    passed === total ? `${count(passed)} passed` : `${count(passed)} passed, ${count(total - passed)} did not`;
  const words = [
    'Check input, then “Input accepted?” (yes)',
    `then ${mapOf(run)} (${[configurations, limit, outcome].filter((part) => part !== '').join(', ')})`,
    ...(ended
      ? [`then “All passed?” (${end === 'Passed' ? 'yes' : 'no'})`, `then ${end}`]
      : ['where the execution ended']),
  ].join(', ');
  return svg(
    'svg',
    { viewBox: '0 0 320 402', role: 'img', 'aria-label': `The way of the execution: ${words}.` },
    svg('circle', { class: 'start', cx: 120, cy: 8, r: 5 }),
    edge('M120 13V30', true),
    state(30, 'Check input', true),
    edge('M120 66V88', true),
    state(88, 'Input accepted?', true, 'choice'),
    edge('M210 106H232', false),
    label(221, 100, 'no', false),
    box(232, 88, 86, 36, false),
    label(275, 110, 'Input refused', false),
    edge('M120 124V148', true),
    label(130, 141, 'yes', true, 'side'),
    box(8, 148, 224, 124, true, 'map'),
    label(120, 171, mapOf(run), true, 'name'),
    label(120, 189, [count(total), limit].filter((part) => part !== '').join(', '), true),
    box(30, 202, 180, 56, true),
    label(120, 226, 'Invoke function', true, 'name'),
    label(120, 244, outcome, true),
    edge('M120 272V296', ended),
    state(296, 'All passed?', ended, 'choice'),
    edge('M75 332V362', end === 'Passed'),
    edge('M165 332V362', end === 'Failed'),
    label(85, 351, 'yes', end === 'Passed', 'side'),
    label(175, 351, 'no', end === 'Failed', 'side'),
    finish(30, 'Passed', end),
    finish(124, 'Failed', end),
  );
}

function state(y: number, name: string, taken: boolean, shape = ''): SVGElement {
  return svg('g', {}, box(30, y, 180, 36, taken, shape), label(120, y + 22.5, name, taken, 'name'));
}

function finish(x: number, name: 'Passed' | 'Failed', end: End): SVGElement {
  const taken = end === name;
  const kind = taken ? kindClass(name === 'Passed' ? 'PASSED' : 'FAILED') : '';
  return svg('g', { class: kind }, box(x, 362, 86, 36, taken, 'end'), label(x + 43, 384.5, name, taken, 'name'));
}

function box(x: number, y: number, width: number, height: number, taken: boolean, shape = ''): SVGElement {
  const rx = shape === 'choice' ? height / 2 : 6;
  return svg('rect', { class: `box ${shape} ${taken ? 'taken' : ''}`, x, y, width, height, rx });
}

function edge(d: string, taken: boolean): SVGElement {
  return svg('path', { class: `edge ${taken ? 'taken' : ''}`, d });
}

function label(x: number, y: number, text: string, taken: boolean, role = ''): SVGElement {
  return svg('text', { class: `${role} ${taken ? 'taken' : ''}`, x, y }, text);
}
