import { element, svg } from './dom';
import type { Kind } from './model/rows';

/** What a kind is called. */
export const kindNames: Record<Kind, string> = {
  FAILED: 'Failed',
  ERRORED: 'Errored',
  KNOWN: 'Known',
  FLAKY: 'Flaky',
  PASSED: 'Passed',
};

/** Strokes in a square of 16, a shape of its own for each kind, so that no one needs the colour. */
const shapes: Record<Kind, string> = {
  FAILED: 'M4 4 12 12M12 4 4 12',
  ERRORED: 'M8 2.5V9.5M8 12.6V13.4',
  KNOWN: 'M4 2V14M4 3H12.5L10 6.25 12.5 9.5H4',
  FLAKY: 'M2 9.5C4 4.5 6 4.5 8 8S12 11.5 14 6.5',
  PASSED: 'M3 8.5 6.5 12 13 4.5',
};

/** The sign of a kind; a word stands beside it wherever it is used. */
export function sign(kind: Kind): SVGElement {
  return svg('svg', { class: 'sign', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: shapes[kind] }));
}

/** The class that gives something the colour of a kind. */
export function kindClass(kind: Kind): string {
  return `is-${kind.toLowerCase()}`;
}

/** Sign and word. */
export function statusLabel(kind: Kind): HTMLElement {
  return element('span', { class: `status ${kindClass(kind)}` }, sign(kind), kindNames[kind]);
}

/** What the colours of a drawing stand for, each with its sign. */
export function legend(items: [kind: Kind, name: string][]): HTMLElement {
  return element(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    ...items.map(([kind, name]) =>
      element(
        'li',
        { class: kindClass(kind) },
        element('span', { class: 'swatch', 'aria-hidden': 'true' }),
        sign(kind),
        name,
      ),
    ),
  );
}
