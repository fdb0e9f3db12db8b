import { visible } from './model/visible';

type Child = Node | string | undefined;
/** `undefined` and `false` leave an attribute out. */
type Attributes = Record<string, string | number | boolean | undefined>;

/**
 * An element with its attributes and children. The only ways in which text gets into the page are text nodes and
 * attributes, here and in `svg`, and both make hidden characters visible; nothing is ever parsed as HTML.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a drawing. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** Name and value pairs as a description list; those without a value are left out. */
export function facts(...pairs: [name: string, value: Child][]): HTMLElement {
  const list = element('dl', { class: 'facts' });
  for (const [name, value] of pairs) {
    if (value !== undefined && value !== '') {
      list.append(element('div', {}, element('dt', {}, name), element('dd', {}, value)));
    }
  }
  return list;
}

/** A section with its heading. */
export function section(name: string, title: string, ...children: Child[]): HTMLElement {
  const id = `${name}-title`;
  return element(
    'section',
    { class: name, 'aria-labelledby': id },
    element('h2', { id, tabindex: -1 }, title),
    ...children,
  );
}

/** A sentence beside what matters. */
export function aside(text: string): HTMLElement {
  return element('p', { class: 'aside' }, text);
}

/** A button that does something on a click, or with Enter or Space. */
export function button(attributes: Attributes, onClick: () => void, ...children: Child[]): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, ...children);
  made.addEventListener('click', onClick);
  return made;
}

function filled<E extends Element>(made: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, visible(String(value)));
    }
  }
  for (const child of children) {
    if (child !== undefined) {
      made.append(typeof child === 'string' ? visible(child) : child);
    }
  }
  return made;
}
