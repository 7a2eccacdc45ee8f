import type { CDPSession } from '@playwright/test';
import type { Person } from './person';

export type Point = [x: number, y: number];

/** A finger on a person's screen, which stays down until it is lifted. */
export class Finger {
  private constructor(private readonly devtools: CDPSession) {}

  /** Without long presses, so that a swipe on a busy machine is none. */
  static async of(person: Person): Promise<Finger> {
    await person.page.evaluate(() => {
      const { setTimeout } = window;
      const withoutPresses = (run: TimerHandler, delay?: number) => (delay === 500 ? 0 : setTimeout(run, delay));
      Object.assign(window, { setTimeout: withoutPresses });
    });
    return Finger.withPresses(person);
  }

  static async withPresses(person: Person): Promise<Finger> {
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

  /** Goes by steps, as fingers do. */
  async swipes([x, y]: Point, [toX, toY]: Point): Promise<void> {
    await this.touches(x, y);
    for (let step = 1; step <= 8; step += 1) {
      await this.moves(x + ((toX - x) * step) / 8, y + ((toY - y) * step) / 8);
    }
  }
}
