// The peer `bun`: Bun's own server with its built-in publish and subscribe.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, server) {
    return server.upgrade(request) ? undefined : new Response('a WebSocket, please', { status: 426 });
  },
  websocket: {
    open(client) {
      client.subscribe('chat');
    },
    message(_client, text) {
      server.publish('chat', text);
    },
  },
});

console.log(`ready http://127.0.0.1:${server.port}`);
