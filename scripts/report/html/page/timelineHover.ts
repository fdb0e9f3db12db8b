import { element } from './dom';
import { duration } from './model/format';
import type { Bar, Wave } from './model/lanes';
import type { Row } from './model/rows';
import { kindNames } from './status';

/**
 * Names the bar under the pointer, and opens its row on a click. Whoever doesn't use a pointer has the same in the
 * table, so the drawing needs no stop for the keyboard.
 */
export function hoverBars(plot: HTMLElement, picture: SVGElement, wave: Wave, open: (row: Row) => void): void {
  const lanes = byLane(wave);
  const tip = element('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });
  plot.append(tip);

  const hide = () => {
    tip.hidden = true;
    plot.classList.remove('over');
  };
  const barAt = (event: MouseEvent): Bar | undefined => {
    const area = picture.getBoundingClientRect();
    const lane = Math.floor(((event.clientY - area.top) / area.height) * wave.lanes);
    const time = wave.from + ((event.clientX - area.left) / area.width) * (wave.to - wave.from);
    // A short one is at least three pixels wide for the pointer.
    const near = ((wave.to - wave.from) / area.width) * 1.5;
    return lanes[lane]?.find(({ from, to }) => from - near <= time && time <= to + near);
  };

  plot.addEventListener('pointermove', (event) => {
    const bar = barAt(event);
    if (!bar) {
      hide();
      return;
    }
    const { result } = bar.row;
    tip.replaceChildren(
      element('bdi', {}, result.configuration_identifier),
      element(
        'span',
        {},
        `${kindNames[bar.kind]} · ${duration(bar.to - bar.from)} · from +${duration(bar.from - wave.from)}`,
      ),
    );
    tip.hidden = false;
    plot.classList.add('over');
    const area = plot.getBoundingClientRect();
    const left = Math.min(event.clientX - area.left + 12, area.width - tip.offsetWidth);
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${event.clientY - area.top + 16}px`;
  });
  plot.addEventListener('pointerleave', hide);
  plot.addEventListener('click', (event) => {
    const bar = barAt(event);
    if (bar) {
      open(bar.row);
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      hide();
    }
  });
}

function byLane({ bars, lanes }: Wave): Bar[][] {
  const sorted: Bar[][] = Array.from({ length: lanes }, () => []);
  for (const bar of bars) {
    sorted[bar.lane]?.push(bar);
  }
  return sorted;
}
