import { aside, element, facts, section, svg } from './dom';
import { count, counted, duration } from './model/format';
import { durationsOf } from './model/durations';
import type { Bin, Durations } from './model/durations';
import type { Row } from './model/rows';
import { marks, scale } from './scale';
import { legend } from './status';

const height = 100;

/** How long the function ran: a small distribution, and its figures. */
export function durationsSection(rows: readonly Row[]): HTMLElement {
  const durations = durationsOf(rows);
  if (!durations) return section('durations', 'Durations', aside('How long the function ran is not known.'));
  const { figures, known, top } = durations;
  return section(
    'durations',
    'Durations',
    element('div', { class: 'plot' }, histogram(durations)),
    scale(top, marks(top, 6)),
    known > 0 && rows.some(({ result }) => result.status !== 'PASSED')
      ? legend([
          ['FAILED', 'Did not pass'],
          ['PASSED', 'Passed'],
        ])
      : undefined,
    facts(...figures.map(([name, ms]): [string, string] => [name, duration(ms)])),
    known < rows.length
      ? aside(`Of ${counted(rows.length - known, 'configuration')} the duration is not known.`)
      : undefined,
  );
}

function histogram({ bins, figures }: Durations): SVGElement {
  const most = bins.reduce((top, { passed, other }) => Math.max(top, passed + other), 1);
  const words = figures.map(([name, ms]) => `${name} ${duration(ms)}`).join(', ');
  const picture = svg(
    'svg',
    {
      class: 'bars',
      viewBox: `0 0 ${bins.length} ${height}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `Distribution of the durations: ${words}. At most ${count(most)} in one of ${bins.length} bins.`,
    },
    svg('path', { class: 'bar is-passed', d: columnsOf(bins, ({ passed }) => [0, passed], most) }),
    svg('path', { class: 'bar is-failed', d: columnsOf(bins, ({ passed, other }) => [passed, other], most) }),
  );
  return picture;
}

/** One path for all columns; each stands on what is below it. */
function columnsOf(bins: Bin[], part: (bin: Bin) => [below: number, tall: number], most: number): string {
  return bins
    .map((bin, index) => {
      const [below, tall] = part(bin).map((number) => (number / most) * height) as [number, number];
      return tall === 0 ? '' : `M${index + 0.04} ${height - below}v${-tall}h0.92v${tall}z`;
    })
    .join('');
}
