import type { Page } from '@playwright/test';

/** A person's place in a topic, as the server tells it. */
export type Place = { topic: string; unread?: number; mentions?: number; follow?: 'following' | 'muted' };

const membership = ({ topic, unread = 0, mentions = 0, follow = 'following' }: Place) => ({
  topic,
  follow,
  epoch: 'e',
  head: 0,
  messages: unread,
  read: 0,
  seen: 0,
  mentions,
});

type Line = { tells: (place: Place) => void; cuts: () => void };

/**
 * Lets the page believe that its visitor follows these topics, and that `@Ann` in a message means them. To be called
 * before the page connects.
 */
export async function follows(page: Page, places: Place[]): Promise<Line> {
  const line: Line = { tells: () => {}, cuts: () => {} };
  await page.routeWebSocket('**/chat', (socket) => {
    let user = '';
    const server = socket.connectToServer();
    line.tells = (place) => socket.send(JSON.stringify({ type: 'membership', membership: membership(place) }));
    server.onMessage((message) => {
      const frame = JSON.parse(message.toString());
      if (frame.type === 'welcome') {
        user = frame.user;
        frame.topics = places.map(membership);
      }
      if (frame.type === 'event' && frame.body?.includes('@Ann')) frame.mentions = [user];
      socket.send(JSON.stringify(frame));
    });
  });
  return line;
}
