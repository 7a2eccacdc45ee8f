// Functions that run in the page. They stand alone: run.ts sends their source there.

export type Area = { left: number; top: number; right: number; bottom: number };

export const CONTROLS =
  'a[href], button, input:not([type="hidden"]), textarea, select, summary, [role="option"], [role="menuitem"]';

/** Elements that float above the log or the page, and may cover it. */
export const FLOATING = '.to-end, .unread-bar, .menu, .offers, .writers, .foot, .skip';

/** Content that scrolls sideways by itself. */
export const WIDE = '.markup :is(pre, .table)';

export function describe(element: Element): string {
  const words = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 30);
  const classes = [...element.classList].map((name) => `.${name}`).join('');
  return `${element.tagName.toLowerCase()}${classes} “${words}”`;
}

/** Whether an element is in the top layer or fixed, so that its ancestors do not clip it. */
export function isApart(element: Element): boolean {
  return element.matches(':popover-open, dialog[open]') || getComputedStyle(element).position === 'fixed';
}

export function intersect(one: Area, other: Area): Area {
  return {
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  };
}

export function isEmpty({ left, top, right, bottom }: Area): boolean {
  return right - left < 2 || bottom - top < 2;
}

/** Returns the part of an area of an element that its ancestors and the window leave. */
export function visibleArea(element: Element, area: Area): Area {
  let left = intersect(area, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  for (let it: Element | null = element; it && it !== document.body && !isEmpty(left); it = it.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(it);
    const isClipping = overflowX !== 'visible' || overflowY !== 'visible';
    if (isClipping) left = intersect(left, it.getBoundingClientRect());
    if (isApart(it)) break;
  }
  return left;
}

/** Whether one can see an element: not visually hidden, not transparent, not skipped by the browser. */
export function isShown(element: Element): boolean {
  const how = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };
  if (!element.checkVisibility(how)) return false;
  for (let it: Element | null = element; it; it = it.parentElement) {
    const { width, height } = it.getBoundingClientRect();
    // A padding makes some visually hidden elements wider than a pixel.
    if (Math.min(width, height) <= 1 && getComputedStyle(it).overflow !== 'visible') return false;
  }
  return true;
}

/** Returns what is on top: a dialog, a menu, the drawer, the suggestions, or the page itself. */
export function topmost(): Element {
  const layers = ['dialog[open]', ':popover-open', '.sidebar[data-open]', '.offers:not([hidden])'];
  const shown = layers.map((css) => document.querySelector(css));
  return shown.find((it) => it && (isApart(it) || it.matches('.offers'))) ?? document.body;
}

/** Whether an element floats above what `topmost` returns. */
export function isFloating(element: Element, top: Element): boolean {
  const floating = element.closest(FLOATING);
  return !!floating && top.contains(floating) && floating !== top;
}

/** Returns the controls one can see, and press, in a part of the page. */
export function shownControls(top: Element): Element[] {
  const isPressable = (it: Element) => getComputedStyle(it).pointerEvents !== 'none';
  return [...top.querySelectorAll(CONTROLS)].filter((it) => isPressable(it) && isShown(it));
}

export type Line = { text: string; parent: Element; area: Area };

/** Returns the lines of the texts one can see in a part of the page. */
export function shownLines(top: Element): Line[] {
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  const lines: Line[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (!text || !parent || parent.matches('script, style, noscript, option, textarea') || !isShown(parent)) continue;
    for (const area of lineAreas(node)) lines.push({ text: text.slice(0, 30), parent, area });
  }
  return lines;
}

/** Returns the areas of the lines of a text. */
export function lineAreas(text: Node): Area[] {
  const areas: Area[] = [];
  for (const word of wordAreas(text)) {
    const last = areas.at(-1);
    if (last && isSameLine(last, word)) areas[areas.length - 1] = union(last, word);
    else areas.push(word);
  }
  return areas;
}

/** Returns the areas of the words: spaces at the end of a line may hang over its edge. */
export function wordAreas(text: Node): Area[] {
  return [...(text.textContent ?? '').matchAll(/\S+/g)].flatMap(({ index, 0: word }) => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return [...range.getClientRects()].filter((area) => !isEmpty(area));
  });
}

/** Whether two areas of a text stand beside each other. A text that ends in an ellipsis has some areas twice. */
export function isSameLine(one: Area, other: Area): boolean {
  const space = one.bottom - one.top;
  const isBeside = other.left - one.right < space && one.left - other.right < space;
  return isBeside && Math.abs(one.top - other.top) < space / 4;
}

export function union(one: Area, other: Area): Area {
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}
