import type { RunResult } from '../../../../lib/wire';
import { aside, element, section, svg } from './dom';
import { count, counted, duration, percent, utc } from './model/format';
import { fullnessOf, wavesOf } from './model/lanes';
import type { Bar, Fullness, Wave } from './model/lanes';
import { kinds, timesOf } from './model/rows';
import type { Kind, Row } from './model/rows';
import { marks, scale } from './scale';
import { kindClass, kindNames, legend } from './status';
import { hoverBars } from './timelineHover';

/** The drawing's own units: it is stretched to the width of the page and to the height that its lanes need. */
const width = 1000;
const laneHeight = 10;

/** Bars of what passed are slim, of what did not pass as high as the lane, so that colour is not needed. */
const inset: Record<Kind, number> = { FAILED: 0.75, ERRORED: 0.75, KNOWN: 3.25, FLAKY: 3.25, PASSED: 3.25 };

/** Who ran when, and how full the lanes were. */
export function timelineSection(run: RunResult, rows: readonly Row[], open: (row: Row) => void): HTMLElement {
  const waves = wavesOf(rows);
  const unknown = rows.filter(({ result }) => !timesOf(result)).length;
  if (waves.length === 0) return section('timeline', 'Timeline', aside(withoutTimes(run, rows)));
  const shown = new Set(waves.flatMap(({ bars }) => bars.map(({ kind }) => kind)));
  return section(
    'timeline',
    'Timeline',
    ...waves.map((wave, index) => drawnWave(wave, run, open, waves.length > 1 ? `Run ${index + 1}: ` : '')),
    legend(kinds.filter((kind) => shown.has(kind)).map((kind) => [kind, kindNames[kind]])),
    unknown > 0
      ? aside(`When ${counted(unknown, 'configuration')} ran is not known: the history of the execution does not tell.`)
      : undefined,
  );
}

function drawnWave(wave: Wave, run: RunResult, open: (row: Row) => void, prefix: string): HTMLElement {
  const fullness = fullnessOf(wave, run.max_concurrency);
  const { took, lanes } = fullness;
  const at = marks(took, 8);
  const x = (time: number) => (took === 0 ? 0 : ((time - wave.from) / took) * width);
  const height = wave.lanes * laneHeight;
  const heading = `${prefix}${counted(wave.bars.length, 'invocation')} from ${utc(wave.from)}`;
  const picture = svg(
    'svg',
    {
      // Bars without a gap between them where a gap would be as wide as they are.
      class: wave.lanes > 60 || wave.bars.length > 80 * wave.lanes ? 'bars fine' : 'bars',
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `Timeline. ${heading}, in ${counted(wave.lanes, 'lane')}. ${fullnessText(fullness)} The table lists start and duration of each.`,
    },
    svg('path', { class: 'grid', d: at.map((mark) => `M${x(wave.from + mark).toFixed(1)} 0V${height}`).join('') }),
    ...kinds.map((kind) => barsOfKind(wave.bars, kind, x)),
  );
  picture.style.height = `${Math.min(360, Math.max(28, wave.lanes * 20))}px`;
  const plot = element('div', { class: 'plot' }, picture);
  hoverBars(plot, picture, wave, open);
  return element(
    'div',
    { class: 'wave' },
    element('p', { class: 'wave-title' }, element('b', {}, heading), `, ${counted(lanes, 'lane')}`),
    plot,
    scale(took, at),
    element('p', { class: 'fullness' }, fullnessText(fullness)),
  );
}

/** One path for all bars of a kind: ten thousand of them cost no more than one element. */
function barsOfKind(bars: Bar[], kind: Kind, x: (time: number) => number): SVGElement | undefined {
  const gap = inset[kind];
  const tall = laneHeight - 2 * gap;
  const drawn = bars
    .filter((bar) => bar.kind === kind)
    .map(({ from, to, lane }) => {
      const left = x(from);
      const wide = Math.max(0.6, x(to) - left);
      return `M${left.toFixed(2)} ${lane * laneHeight + gap}h${wide.toFixed(2)}v${tall}h${(-wide).toFixed(2)}z`;
    });
  return drawn.length === 0 ? undefined : svg('path', { class: `bar ${kindClass(kind)}`, d: drawn.join('') });
}

function fullnessText({ lanes, took, busy, longest, utilisation, bound }: Fullness): string {
  const reason =
    bound === longest
      ? `the longest configuration alone took ${duration(longest)}`
      : `all together they took ${duration(busy)}, and ${counted(lanes, 'lane')} share that`;
  const times = took < bound * 1.005 ? ', the least there is' : `, ${(took / bound).toFixed(2)} times that`;
  return (
    `The lanes were ${percent(utilisation)} full. In no order could it have taken less than ${duration(bound)} (${reason}); ` +
    `it took ${duration(took)}${times}.`
  );
}

/** Without start and stop there is still the bound, from the functions' own durations. */
function withoutTimes(
  { max_concurrency: concurrency, duration_seconds: seconds, mode }: RunResult,
  rows: readonly Row[],
): string {
  const why =
    'When each configuration started and stopped is told by the history of ' +
    (mode === 'DISTRIBUTED'
      ? 'its child execution, which is not read.'
      : 'the execution, which could not be had for this run.');
  const known = rows.flatMap(({ result }) => result.duration_ms ?? []);
  if (known.length === 0 || concurrency <= 0) return why;
  const busy = known.reduce((sum, ms) => sum + ms, 0);
  const longest = known.reduce((most, ms) => Math.max(most, ms), 0);
  const bound = Math.max(longest, busy / concurrency);
  return `${why} By the functions' own durations, no order could have taken less than ${duration(bound)} at ${count(concurrency)} at once; the run took ${duration(seconds * 1000)}.`;
}
