import type { Page } from '@playwright/test';

type Sent = { type: string; draft?: string; message?: number; body?: string; emoji?: string; on?: boolean };

/** Takes down what pages publish and change, whether it arrives or not. To be told of a page before it connects. */
export class Outgoing {
  private readonly heard: Sent[] = [];

  watches(...pages: Page[]): void {
    for (const page of pages) {
      page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => {
          const frame = JSON.parse(payload.toString()) as Sent;
          if (frame.draft !== undefined) this.heard.push(frame);
        }),
      );
    }
  }

  /** The texts of messages that were sent, each time they were, in order. */
  bodies(): string[] {
    return this.heard.filter((frame) => frame.type === 'publish').map((frame) => frame.body ?? '');
  }

  /** What was to be changed, each time it was sent, in order: `edit 3 new text`, `delete 4`, `react 5 👍 on`. */
  changes(): string[] {
    const words = ({ type, message, body, emoji, on }: Sent) =>
      [type, message, body, emoji, on === undefined ? undefined : on ? 'on' : 'off']
        .filter((part) => part !== undefined)
        .join(' ');
    return this.heard.filter((frame) => frame.type !== 'publish').map(words);
  }
}
