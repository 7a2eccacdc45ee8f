// Functions that run in the page. Only their source gets there, so each stands alone.

/** Returns the state of a live page's connection. */
export function connection(): string | null | undefined {
  const isLive = document.documentElement.hasAttribute('data-live');
  return isLive ? document.querySelector('.connection')?.getAttribute('data-state') : 'not live';
}

/** Returns the texts of the messages in the log, and those of the messages that are not sent yet. */
export function shownTexts(): string[][] {
  const texts = (css: string) => [...document.querySelectorAll(css)].map((it) => it.textContent?.trim() ?? '');
  return [texts('[role="log"] .message .body'), texts('.message[data-pending] .body')];
}

/** Returns the id of the message with exactly this text. */
export function rowId(text: string): string {
  const rows = [...document.querySelectorAll('[role="log"] .message')];
  return rows.find((row) => row.querySelector('.body')?.textContent?.trim() === text)?.id ?? '';
}

/** Scrolls to an element and returns its middle, or `null` if something covers it or it is not there. */
export function clickablePoint(css: string): number[] | null {
  const element = document.querySelector(css);
  element?.scrollIntoView({ block: 'nearest' });
  const box = element?.getBoundingClientRect();
  if (!element || !box?.width) return null;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const hit = document.elementFromPoint(x, y);
  return hit && element.contains(hit) ? [x, y] : null;
}

export function takesFocus(css: string): boolean {
  const element = document.querySelector<HTMLElement>(css);
  element?.focus();
  return !!element && element === document.activeElement;
}

export function isFocused(css: string): boolean {
  return !!document.activeElement?.matches(css);
}

export function containsText(css: string, text: string): boolean {
  return !!document.querySelector(css)?.textContent?.includes(text);
}

export function count(css: string): number {
  return document.querySelectorAll(css).length;
}

export function focusedValue(): string | null {
  const field = document.activeElement;
  return field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement ? field.value : null;
}
