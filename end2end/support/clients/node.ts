import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { Client, type ClientLibrary } from './client';

/** A client of `ws`, in the test's own process. */
class NodeClient extends Client {
  private readonly websocket: WebSocket;
  private socket?: Socket;
  private endedByServer = false;

  constructor(url: string, protocols: string[]) {
    super();
    this.websocket = new WebSocket(url, protocols);
    this.websocket.on('upgrade', ({ socket }) => {
      this.socket = socket;
      // A server that has closed answers further bytes with a reset, which may arrive before the end.
      for (const event of ['end', 'error']) socket.once(event, () => (this.endedByServer = true));
    });
    const { websocket } = this;
    websocket.on('open', () =>
      this.records(() => (this.negotiated = { protocol: websocket.protocol, extensions: websocket.extensions })),
    );
    websocket.on('message', (text) => this.records(() => this.received.push(text.toString())));
    websocket.on('pong', (payload) => this.records(() => this.pongs.push(payload.toString())));
    websocket.on('error', (error) => this.fails(error));
    websocket.on('close', (code) => {
      if (this.endedByServer) this.records(() => (this.closed = code));
      else this.fails(new Error(`closed with ${code}, and not by the server`));
    });
  }

  sendsText(text: string): void {
    this.websocket.send(text);
  }

  sendsFragments(parts: string[], ping: string): void {
    for (const [index, part] of parts.entries()) {
      this.websocket.send(part, { fin: index === parts.length - 1 });
      if (index === 0) this.websocket.ping(ping);
    }
  }

  sendsRaw(bytes: Buffer): void {
    this.socket!.write(bytes);
  }

  closes(code: number, reason: string): void {
    this.websocket.close(code, reason);
  }

  terminates(): void {
    this.websocket.terminate();
  }

  end(): void {
    this.websocket.removeAllListeners('close');
    this.websocket.terminate();
  }
}

export class Node implements ClientLibrary {
  private readonly clients: NodeClient[] = [];

  async connects(url: string, protocols: string[]): Promise<Client> {
    const client = new NodeClient(url, protocols);
    this.clients.push(client);
    await client.isOpen();
    return client;
  }

  end(): void {
    for (const client of this.clients) client.end();
  }
}
