/** What a comparison says, in words that all reports share; the page of the HTML report too, so nothing here is of Node.js. */
import type { RunComparison } from '../../lib/wire';
import { mostRunsBefore } from '../result/mostRunsBefore';

/** One thing that is new, and of which configurations. */
export interface ComparisonList {
  title: 'newly failing' | 'still failing' | 'fixed' | 'added' | 'gone' | 'slower';
  items: { identifier: string; more?: string }[];
}

/** `New since the run of 2026-11-26 03:12 UTC (passed)`, or `Nothing new since …`. */
export function comparisonTitle(comparison: RunComparison): string {
  const { started_at: startedAt, verdict } = comparison.with;
  const at = `${new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const ended = { PASSED: 'passed', FAILED: 'failed', ERRORED: 'no verdict' }[verdict];
  const isNews = comparisonLists(comparison).some(({ title }) => title !== 'still failing');
  return `${isNews ? 'New' : 'Nothing new'} since the run of ${at} (${ended})`;
}

/** The lists that are not empty, what matters most first. */
export function comparisonLists(comparison: RunComparison): ComparisonList[] {
  const { newly_failing: newly, still_failing: still, fixed, added = [], gone = [], slower } = comparison;
  const named = (identifiers: string[]) => identifiers.map((identifier) => ({ identifier }));
  const lists: ComparisonList[] = [
    { title: 'newly failing', items: named(newly) },
    {
      title: 'still failing',
      items: still.map(({ configuration_identifier: identifier, since, runs }) => ({
        identifier,
        more: `(since ${since.slice(0, 10)}${runs > mostRunsBefore ? ' or before' : ''}, ${runs} runs)`,
      })),
    },
    { title: 'fixed', items: named(fixed) },
    { title: 'added', items: named(added) },
    { title: 'gone', items: named(gone) },
    {
      title: 'slower',
      items: slower.map(({ configuration_identifier: identifier, before_ms: before, duration_ms: now }) => ({
        identifier,
        more: `(${seconds(now)}, before ${seconds(before)})`,
      })),
    },
  ];
  return lists.filter(({ items }) => items.length > 0);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}
