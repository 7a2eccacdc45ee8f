import type { Locator } from '@playwright/test';

/**
 * Returns the contrast ratio of an element's text with its background (WCAG 2, 1.4.3), 1 to 21. Takes the opacity of
 * ancestors into account.
 */
export async function contrast(element: Locator): Promise<number> {
  const [text, behind] = await element.evaluate((it) => {
    type Colour = [red: number, green: number, blue: number, alpha: number];
    const parse = (css: string): Colour => {
      const parts = (css.match(/[\d.]+/g) ?? []).map(Number);
      return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 1];
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (n: 0 | 1 | 2) => top[n] * top[3] + below[n] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const lineage: Element[] = [];
    for (let up: Element | null = it; up; up = up.parentElement) lineage.unshift(up);
    const own = parse(getComputedStyle(it).color);
    let ground: Colour = [255, 255, 255, 1];
    let ink: Colour = own;
    for (const element of lineage) {
      const { backgroundColor, opacity } = getComputedStyle(element);
      const painted = over(parse(backgroundColor), ground);
      ink = over([ink[0], ink[1], ink[2], ink[3] * Number(opacity)], painted);
      ground = over([painted[0], painted[1], painted[2], Number(opacity)], ground);
    }
    return [ink, ground];
  });
  const [lighter, darker] = [luminance(text), luminance(behind)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: number[]): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
