import type { Page } from '@playwright/test';

type Sent = { type: string; draft?: string; message?: number; body?: string; emoji?: string; on?: boolean };

/** Records the publishes and changes that pages send, whether or not they arrive. Call `watches` before a page connects. */
export class Outgoing {
  private readonly frames: Sent[] = [];

  watches(...pages: Page[]): void {
    for (const page of pages) {
      page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => {
          const frame = JSON.parse(payload.toString()) as Sent;
          if (frame.draft !== undefined) this.frames.push(frame);
        }),
      );
    }
  }

  /** Returns the bodies of sent messages in order, retries included. */
  bodies(): string[] {
    return this.frames.filter((frame) => frame.type === 'publish').map((frame) => frame.body ?? '');
  }

  /** Returns the sent changes in order, retries included: `edit 3 new text`, `delete 4`, `react 5 👍 on`. */
  changes(): string[] {
    const words = ({ type, message, body, emoji, on }: Sent) =>
      [type, message, body, emoji, on === undefined ? undefined : on ? 'on' : 'off']
        .filter((part) => part !== undefined)
        .join(' ');
    return this.frames.filter((frame) => frame.type !== 'publish').map(words);
  }
}
