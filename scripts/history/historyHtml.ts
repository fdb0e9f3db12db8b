import { htmlPage } from '../report/html/htmlPage';
import type { History } from './history';
import { summaryOf } from './historyWords';

/**
 * The history as one HTML page that needs nothing else: a heat map of runs and configurations, and the runs.
 * @throws Error where the package was not built
 */
export function historyHtml(history: History): string {
  const headline = summaryOf(history).join(' ').replace(/\.$/, '');
  return htmlPage({ name: 'historyPage', headline, title: 'history of the system test', data: history });
}
