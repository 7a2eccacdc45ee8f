import type { BrowserContextOptions, Page } from '@playwright/test';

/** How a page is shown. All of it can change while the page is open, so one page is looked at in many views. */
export type View = {
  name: string;
  width: number;
  height: number;
  colorScheme?: 'light' | 'dark';
  text?: '200%';
  forcedColors?: 'active';
  media?: 'print';
  /** Whether the log of a topic must have half of the window. */
  isLow?: boolean;
};

/** A device, which cannot change while a page is open, and its views. */
export type Device = { name: string; isTouch: boolean; views: View[] };

const inBoth = (name: string, width: number, height: number): View[] =>
  (['light', 'dark'] as const).map((colorScheme) => ({ name: `${name}-${colorScheme}`, width, height, colorScheme }));

export const DEVICES: Device[] = [
  {
    name: 'touch',
    isTouch: true,
    views: [
      ...inBoth('390', 390, 844),
      ...inBoth('820', 820, 1180),
      { name: '390-keyboard', width: 390, height: 430, isLow: true },
      { name: '390-text-200', width: 390, height: 844, text: '200%' },
    ],
  },
  {
    name: 'desk',
    isTouch: false,
    views: [
      ...inBoth('1440', 1440, 900),
      ...inBoth('1920', 1920, 1080),
      // 1280x1024 at four times the zoom.
      { name: 'zoom-400', width: 320, height: 256, isLow: true },
      { name: '1440-text-200', width: 1440, height: 900, text: '200%' },
      { name: '1440-forced-colours', width: 1440, height: 900, forcedColors: 'active' },
      // A4 at 96 pixels an inch.
      { name: 'print', width: 794, height: 1123, media: 'print' },
    ],
  },
];

export const LOCALES = ['en', 'ar'];

export function optionsOf(device: Device, locale: string, { width, height }: View): BrowserContextOptions {
  return { locale, hasTouch: device.isTouch, viewport: { width, height }, reducedMotion: 'reduce' };
}

/** Shows the page in another view, and waits until it has been laid out and nothing moves. */
export async function changesTo(page: Page, view: View): Promise<void> {
  const { width, height, text = '100%', colorScheme = 'light', forcedColors = 'none', media = 'screen' } = view;
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme, forcedColors, media });
  await page.evaluate(async (size) => {
    document.documentElement.style.fontSize = size;
    // Without a script there are no callbacks, and nothing that moves.
    if (!document.documentElement.hasAttribute('data-live')) return;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let n = 0; n < 2; n += 1) await frame();
    const ends = (it: Animation) => it.effect?.getComputedTiming().endTime !== Infinity;
    const moving = document.getAnimations().filter(ends);
    await Promise.all(moving.map((it) => it.finished.catch(() => {})));
    await frame();
  }, text);
}
