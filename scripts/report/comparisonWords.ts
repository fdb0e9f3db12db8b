/** What a comparison says, in words that all reports share; the page of the HTML report too, so nothing here is of Node.js. */
import type { RunComparison } from '../../lib/wire';
import { mostRunsBefore } from '../result/mostRunsBefore';

/** How many runs are told apart since which something fails. */
const mostSince = 5;

/** One thing that is new, and of which configurations. */
export interface ComparisonList {
  kind: 'newly failing' | 'still failing' | 'fixed' | 'added' | 'gone' | 'slower';
  /** The kind, and what holds for all of them: `still failing (since 2026-11-24, 3 runs)`. */
  title: string;
  items: { identifier: string; more?: string }[];
}

/** `New since the run of 2026-11-26 03:12 UTC (passed)`, or `Nothing new since …`. */
export function comparisonTitle(comparison: RunComparison): string {
  const { started_at: startedAt, verdict } = comparison.with;
  const at = `${minuteOf(startedAt)} UTC`;
  const ended = { PASSED: 'passed', FAILED: 'failed', ERRORED: 'no verdict' }[verdict];
  const isNews = comparisonLists(comparison).some(({ kind }) => kind !== 'still failing');
  return `${isNews ? 'New' : 'Nothing new'} since the run of ${at} (${ended})`;
}

/** The lists that are not empty, what matters most first. */
export function comparisonLists(comparison: RunComparison): ComparisonList[] {
  const { newly_failing: newly, fixed, added = [], gone = [], slower } = comparison;
  const named = (kind: ComparisonList['kind'], identifiers: string[]): ComparisonList => ({
    ...{ kind, title: kind },
    items: identifiers.map((identifier) => ({ identifier })),
  });
  const lists: ComparisonList[] = [
    named('newly failing', newly),
    ...stillFailing(comparison),
    named('fixed', fixed),
    named('added', added),
    named('gone', gone),
    {
      ...{ kind: 'slower', title: 'slower' },
      items: slower.map(({ configuration_identifier: identifier, before_ms: before, duration_ms: now }) => ({
        identifier,
        more: `(${secondsText(now)}, before ${secondsText(before)})`,
      })),
    },
  ];
  return lists.filter(({ items }) => items.length > 0);
}

/** Those since the same run together, the last such run first. */
function stillFailing({ still_failing: still }: RunComparison): ComparisonList[] {
  const lists = new Map<string, ComparisonList>();
  for (const { configuration_identifier: identifier, since, runs } of [...still].sort((a, b) => a.runs - b.runs)) {
    const day = `${since.slice(0, 10)}${runs > mostRunsBefore ? ' or before' : ''}`;
    const title = `still failing (since ${day}, ${runs} runs)`;
    const list = lists.get(title) ?? { kind: 'still failing', title, items: [] };
    list.items.push({ identifier });
    lists.set(title, list);
  }
  const all = [...lists.values()];
  const longer = all.splice(mostSince).flatMap(({ items }) => items);
  return [...all, { kind: 'still failing', title: 'still failing (for longer)', items: longer }];
}

/** `2026-11-27 02:14`, in UTC. */
export function minuteOf(iso: string): string {
  return new Date(iso).toISOString().slice(0, 16).replace('T', ' ');
}

/** `26.4s`, `1234.5s` */
export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}
