"""Talks to /chat with Python's `websockets`, 10 or newer. Orders come in as JSON lines, and what happens goes out as such;
each names its line, so that one process holds many. Whatever goes wrong here ends it, and says what."""

import asyncio
import json
import sys

import websockets

# Longer than any test waits: a line that ends before that was ended by the server.
PATIENCE = 60

lines = {}
# What goes on beside the orders; the loop itself keeps no hold on it.
tasks = set()


def tell(number, **what):
    print(json.dumps({"line": number, **what}), flush=True)


async def connect(number, order):
    settings = {"ping_interval": None, "close_timeout": PATIENCE, "subprotocols": order["protocols"] or None}
    line = lines[number] = await websockets.connect(order["url"], **settings)
    # Version 10 to 13 and those after them keep the answer's headers in other places.
    headers = line.response.headers if hasattr(line, "response") else line.response_headers
    tell(number, open=line.subprotocol or "", extensions=headers.get("Sec-WebSocket-Extensions", ""))
    begin(hear(number, line))


def begin(work):
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(ended)


def ended(task):
    tasks.discard(task)
    if not task.cancelled() and task.exception():
        asyncio.get_running_loop().stop()
        raise task.exception()


async def hear(number, line):
    try:
        while True:
            tell(number, text=await line.recv())
    except websockets.ConnectionClosed:
        await line.wait_closed()
        tell(number, closed=line.close_code, reason=line.close_reason)


async def in_parts(number, parts, ping):
    """The parts of one message; the first is followed by a ping, and the second waits for its pong."""
    line = lines[number]
    for index, part in enumerate(parts):
        if index == 1:
            await (await line.ping(ping))
            tell(number, pong=ping)
        yield part


async def obey(order):
    number = order["line"]
    line = lines.get(number)
    if "url" in order:
        await connect(number, order)
    elif "text" in order:
        await line.send(order["text"])
    elif "parts" in order:
        await line.send(in_parts(number, order["parts"], order["ping"]))
    elif "raw" in order:
        line.transport.write(bytes.fromhex(order["raw"]))
    elif "close" in order:
        # It waits until the server has ended the line, and others are not to wait for that.
        begin(line.close(order["close"], order["reason"]))
    elif "vanish" in order:
        line.transport.abort()
    else:
        sys.exit(f"unknown order: {order}")


async def main():
    orders = asyncio.StreamReader(limit=1 << 24)
    protocol = asyncio.StreamReaderProtocol(orders)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    async for order in orders:
        await obey(json.loads(order))


asyncio.run(main())
