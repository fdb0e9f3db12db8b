import { element } from './dom';
import { duration, roundStep } from './model/format';

/** Round marks of a scale from 0 to so many milliseconds, at most about `parts` of them. */
export function marks(ms: number, parts: number): number[] {
  const step = roundStep(ms, parts);
  return ms > 0 ? Array.from({ length: Math.floor(ms / step + 0.001) + 1 }, (_, index) => index * step) : [0];
}

/** The labels of a scale under a drawing that is as wide as the page lets it be. */
export function scale(ms: number, at: number[]): HTMLElement {
  const labels = element('div', { class: 'scale', 'aria-hidden': 'true' });
  for (const mark of at) {
    const label = element('span', {}, mark === 0 ? '0' : shortly(mark));
    const share = ms === 0 ? 0 : mark / ms;
    label.style.left = `${share * 100}%`;
    // The first and the last label stay within the drawing.
    label.style.translate = share < 0.03 ? '0' : share > 0.97 ? '-100%' : '-50%';
    labels.append(label);
  }
  return labels;
}

/** `5 s` rather than `5.0 s`. */
function shortly(ms: number): string {
  return duration(ms).replace('.0 s', ' s').replace(' 00 s', '').replace(' 00 min', '');
}
