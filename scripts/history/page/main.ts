import { aside, element, section } from '../../report/html/page/dom';
import type { History } from '../history';
import { summaryOf, titleOf } from '../historyWords';
import { heatMapSection } from './heatMap';
import { runsSection } from './runs';

// The page around this script was written by historyHtml, so the history in it is one.
const history = JSON.parse(document.getElementById('result')?.textContent ?? '') as History;
document.body.prepend(...page(history));

function page(told: History): HTMLElement[] {
  return [
    element(
      'header',
      { class: 'verdict' },
      element('p', { class: 'eyebrow' }, 'History of the system test'),
      element('h1', {}, element('bdi', {}, titleOf(told))),
      element('p', { class: 'lead' }, summaryOf(told).join(' ')),
    ),
    element(
      'main',
      {},
      told.notes.length > 0 ? section('notes', 'Notes', ...told.notes.map(aside)) : undefined,
      heatMapSection(told),
      runsSection(told.runs),
    ),
    element(
      'footer',
      {},
      'Written by lambda-system-test. All of it is in this file; nothing is loaded from elsewhere.',
    ),
  ];
}
