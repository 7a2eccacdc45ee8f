import type { CDPSession } from '@playwright/test';
import type { Person } from './person';

export type Point = [x: number, y: number];

/** A finger on a person's screen, which stays down until it is lifted. */
export class Finger {
  private constructor(private readonly devtools: CDPSession) {}

  static async of(person: Person): Promise<Finger> {
    return new Finger(await person.page.context().newCDPSession(person.page));
  }

  async touches(x: number, y: number): Promise<void> {
    await this.devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
  }

  async moves(x: number, y: number): Promise<void> {
    await this.devtools.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y }] });
  }

  async lifts(): Promise<void> {
    await this.devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  /** Goes by steps, as fingers do. They are sent together: on a busy machine, a pause after the touch would be a long press. */
  async swipes([x, y]: Point, [toX, toY]: Point): Promise<void> {
    const events = [this.touches(x, y)];
    for (let step = 1; step <= 8; step += 1) {
      events.push(this.moves(x + ((toX - x) * step) / 8, y + ((toY - y) * step) / 8));
    }
    await Promise.all(events);
  }
}
