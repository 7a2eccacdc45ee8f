import { once } from 'node:events';
import { createServer, type Server as HttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A reverse proxy: one origin, below whose paths several servers answer. It passes paths on as they are. */
export class PathProxy {
  /** The port of the server below each path. */
  private readonly ports = new Map<string, number>();

  private constructor(private readonly server: HttpServer) {
    server.on('request', (incoming, response) => this.forwards(incoming, response));
    server.on('upgrade', (incoming, socket, head) => this.connects(incoming, socket as Socket, head));
  }

  static async start(): Promise<PathProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PathProxy(server);
  }

  /** The origin. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Passes the requests below a path, such as `/chat`, to a server. */
  leads(path: string, url: string): void {
    this.ports.set(path, Number(new URL(url).port));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private portOf({ url = '/' }: IncomingMessage): number | undefined {
    return [...this.ports].find(([path]) => url === path || url.startsWith(`${path}/`))?.[1];
  }

  private forwards(incoming: IncomingMessage, response: ServerResponse): void {
    const port = this.portOf(incoming);
    const { method, url: path, headers } = incoming;
    if (!port) return void response.writeHead(404).end();
    const forwarded = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    incoming.pipe(forwarded);
  }

  private connects(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const port = this.portOf(incoming);
    if (!port) return void socket.destroy();
    const target = connect(port, '127.0.0.1', () => {
      const { method, url, rawHeaders } = incoming;
      const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
      target.write([`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
      target.write(head);
      socket.pipe(target).pipe(socket);
    });
    for (const [end, other] of [
      [socket, target],
      [target, socket],
    ]) {
      end.on('error', () => other.destroy());
      end.on('close', () => other.destroy());
    }
  }
}
