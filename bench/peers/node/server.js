// The peer `node`: `ws`, with the broadcast loop of its documentation.
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';

const http = createServer();
const server = new WebSocketServer({ server: http });

server.on('connection', (client) => {
  client.on('error', () => client.terminate());
  client.on('message', (data, isBinary) => {
    for (const other of server.clients) {
      if (other.readyState === WebSocket.OPEN) other.send(data, { binary: isBinary });
    }
  });
});

http.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  console.log(`ready http://127.0.0.1:${http.address().port}`);
});
