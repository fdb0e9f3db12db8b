import type { RunResult } from '../../../../lib/wire';
import { unlistedText } from '../../../result/unlisted';
import { causesSection } from './causes';
import { comparisonSection } from './comparison';
import { Configurations } from './configurations';
import { element } from './dom';
import { durationsSection } from './durations';
import { costSection, executionSection, notesSection } from './executionFacts';
import { causesOf } from './model/causes';
import { rowsOf, timesOf } from './model/rows';
import type { Row } from './model/rows';
import { timelineSection } from './timeline';
import { verdictHeader } from './verdict';
import { workflowSection } from './workflow';

// The page around this script was written by renderHtml, so the result in it is one.
const run = JSON.parse(document.getElementById('result')?.textContent ?? '') as RunResult;
document.body.prepend(...page(run));

function page(run: RunResult): HTMLElement[] {
  const rows = rowsOf(run);
  const unlisted = unlistedText(run, run.results);
  const configurations = new Configurations(rows, origin(run, rows), unlisted);
  const reveal = (row: Row) => configurations.reveal(row);

  const skip = element('a', { class: 'skip', href: '#configurations-title' }, 'Skip to the configurations');
  skip.addEventListener('click', (event) => {
    // The address's hash holds the view of the table.
    event.preventDefault();
    configurations.goTo();
  });
  const main = element(
    'main',
    {},
    element(
      'div',
      { class: 'columns' },
      element(
        'div',
        { class: 'wide' },
        comparisonSection(run.comparison, rows, reveal),
        causesSection(causesOf(rows), reveal, (cause) => configurations.showOnly(cause)),
        // Of some they would say something else than of all.
        ...(unlisted === '' ? [timelineSection(run, rows, reveal), durationsSection(rows)] : []),
      ),
      element(
        'div',
        { class: 'narrow' },
        notesSection(run),
        executionSection(run),
        costSection(run),
        workflowSection(run),
      ),
    ),
    configurations.element,
  );
  return [
    skip,
    verdictHeader(run, (filter) => configurations.showOnly({ filter, search: '' })),
    main,
    element(
      'footer',
      {},
      'Written by lambda-system-test. All of it is in this file; nothing is loaded from elsewhere.',
    ),
  ];
}

/** Starts are counted from the start of the run, or from what was kept of an earlier one. */
function origin(run: RunResult, rows: readonly Row[]): number {
  const starts = rows.flatMap(({ result }) => timesOf(result)?.from ?? []);
  return starts.reduce((first, start) => Math.min(first, start), Date.parse(run.started_at) || Infinity);
}
