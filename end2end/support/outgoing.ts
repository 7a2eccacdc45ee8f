import type { Page } from '@playwright/test';

type Publish = { type: string; draft: string; body: string };

/** Takes down what pages publish, whether it arrives or not. To be told of a page before it connects. */
export class Outgoing {
  private readonly heard: Publish[] = [];

  watches(...pages: Page[]): void {
    for (const page of pages) {
      page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => {
          const frame = JSON.parse(payload.toString()) as Publish;
          if (frame.type === 'publish') this.heard.push(frame);
        }),
      );
    }
  }

  /** What was sent, each time it was, in order. */
  bodies(): string[] {
    return this.heard.map((frame) => frame.body);
  }
}
