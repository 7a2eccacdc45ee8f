// Functions that run in the page. run.ts sends their source there, and passes those of geometry.ts as `g`.

import type { Area, Line } from './geometry';
import type { View } from './views';

type Geometry = typeof import('./geometry');

/** A finger's target (WCAG 2.5.5), in pixels. */
export const TARGET = 44;

/** Returns what is wrong with the layout of the page. */
export function layoutFaults(g: Geometry, view: View, isTouch: boolean): string[] {
  const top = g.topmost();
  const lines = g.shownLines(top);
  const onScreen = view.media === 'print' ? [] : [...coveredControls(g, top), ...smallTargets(g, isTouch ? top : null)];
  const inLines = [...cutLines(g, lines, view.width), ...overlaps(g, top, lines), ...brokenTimes(lines)];
  return [...sideways(g, view), ...inLines, ...onScreen];
}

/** Only code and tables scroll sideways, and nothing does on paper. The page of a topic does not scroll at all. */
export function sideways(g: Geometry, view: View): string[] {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const faults: string[] = [];
  if (scrollWidth > view.width) faults.push(`the page is ${scrollWidth} pixels wide`);
  const isFixed = document.querySelector('.chat') && view.media !== 'print';
  if (isFixed && scrollHeight > view.height + 1) faults.push(`the page is ${scrollHeight} pixels high`);
  for (const it of document.querySelectorAll('body *')) {
    const scrolls = /auto|scroll/.test(getComputedStyle(it).overflowX) && it.scrollWidth > it.clientWidth + 1;
    const mayScroll = it.matches(g.WIDE) && view.media !== 'print';
    if (scrolls && !mayScroll && g.isShown(it)) faults.push(`${g.describe(it)} scrolls sideways`);
  }
  return faults;
}

export function cutLines(g: Geometry, lines: Line[], width: number): string[] {
  return lines.flatMap((line) => {
    const by = cutBy(g, line, width);
    return by ? [`“${line.text}” is cut by ${by}`] : [];
  });
}

/** A time stands on one line. */
export function brokenTimes(lines: Line[]): string[] {
  const times = lines.filter(({ parent }) => parent.matches('time'));
  const isBroken = ({ parent }: Line) => times.filter((it) => it.parent === parent).length > 1;
  return times.filter(isBroken).map(({ text }) => `“${text}” is broken into lines`);
}

/** Returns what cuts a line of text: an element, or the window. Ellipses and folded messages cut on purpose. */
export function cutBy(g: Geometry, { parent, area }: Line, width: number): string | undefined {
  let [across, down] = [true, true];
  for (let it: Element | null = parent; it && it !== document.body && (across || down); it = it.parentElement) {
    const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(it);
    const box = it.getBoundingClientRect();
    if (/auto|scroll/.test(overflowX) || textOverflow === 'ellipsis') across = false;
    if (/auto|scroll/.test(overflowY) || it.hasAttribute('data-folded') || webkitLineClamp !== 'none') down = false;
    if (across && overflowX !== 'visible' && isBeside(area, box)) return g.describe(it);
    if (down && overflowY !== 'visible' && isBeyond(area, box)) return g.describe(it);
    if (g.isApart(it)) break;
  }
  return across && isBeside(area, { ...area, left: 0, right: width }) ? 'the window' : undefined;
}

export function isBeside(line: Area, box: Area): boolean {
  return line.left < box.left - 2 || line.right > box.right + 2;
}

/** Fonts paint less than the height of their lines. */
export function isBeyond(line: Area, box: Area): boolean {
  const slack = (line.bottom - line.top) * 0.3;
  return line.top < box.top - slack || line.bottom > box.bottom + slack;
}

/** No line of text runs over another one. */
export function overlaps(g: Geometry, top: Element, lines: Line[]): string[] {
  const still = lines.filter(({ parent }) => !g.isFloating(parent, top));
  const shown = still.map((line) => ({ ...line, area: g.visibleArea(line.parent, line.area) }));
  const faults: string[] = [];
  for (const [n, one] of shown.entries()) {
    for (const other of shown.slice(n + 1)) {
      if (isOver(g, one.area, other.area)) faults.push(`“${one.text}” runs over “${other.text}”`);
    }
  }
  return faults;
}

export function isOver(g: Geometry, one: Area, other: Area): boolean {
  if (g.isEmpty(one) || g.isEmpty(other)) return false;
  const common = g.intersect(one, other);
  const height = Math.min(one.bottom - one.top, other.bottom - other.top);
  return common.right - common.left > 2 && common.bottom - common.top > height * 0.4;
}

/** Nothing covers the middle of a control. */
export function coveredControls(g: Geometry, top: Element): string[] {
  return g.shownControls(top).flatMap((control) => {
    const middle = middleOf(g, control);
    const hit = middle && document.elementFromPoint(...middle);
    if (!hit || isHit(control, hit) || g.isFloating(hit, top)) return [];
    return [`${g.describe(control)} is covered by ${g.describe(hit)}`];
  });
}

/** Returns the middle of the part of a control that is in view. */
export function middleOf(g: Geometry, control: Element): [number, number] | undefined {
  const area = g.visibleArea(control, control.getBoundingClientRect());
  return g.isEmpty(area) ? undefined : [(area.left + area.right) / 2, (area.top + area.bottom) / 2];
}

/** Whether a press at an element is one of the control. */
export function isHit(control: Element, hit: Element): boolean {
  const label = control.closest('label');
  return control.contains(hit) || hit.contains(control) || !!label?.contains(hit);
}

/** A finger finds each control. Links in a text are exempt (WCAG 2.5.5). */
export function smallTargets(g: Geometry, top: Element | null): string[] {
  const controls = top ? g.shownControls(top).filter((it) => !it.matches('.body a, .hint a, p > a:not([class])')) : [];
  return controls.flatMap((control) => {
    const { width, height } = (control.closest('label') ?? control).getBoundingClientRect();
    const isLarge = Math.min(width, height) >= TARGET - 0.5 || isReachedAround(g, control);
    return isLarge ? [] : [`${g.describe(control)} is ${Math.round(width)} x ${Math.round(height)} pixels large`];
  });
}

/**
 * Whether a finger that misses the middle by half a target still hits: a control can be larger than its box. Beyond the edge of
 * the window there is nothing to hit.
 */
export function isReachedAround(g: Geometry, control: Element): boolean {
  const middle = middleOf(g, control);
  if (!middle) return true;
  const [x, y] = middle;
  const reach = TARGET / 2 - 1;
  const around = [
    [x - reach, y],
    [x + reach, y],
    [x, y - reach],
    [x, y + reach],
  ] as const;
  return around.every((point) => {
    const hit = document.elementFromPoint(...point);
    return !hit || control.contains(hit);
  });
}
