"""Connects to /chat with Python's `websockets`, version 10 or newer.

Reads commands and writes events as JSON lines; each names its connection, so that one process can hold many. An error in
this script ends it with a traceback.
"""

import asyncio
import json
import sys

import websockets

# Seconds, longer than any test waits: a connection that closes earlier was closed by the server.
CLOSE_TIMEOUT = 60

connections = {}
# Running tasks: the event loop itself keeps only weak references to them.
tasks = set()


def emit(number, **what):
    print(json.dumps({"connection": number, **what}), flush=True)


async def connect(number, command):
    settings = {"ping_interval": None, "close_timeout": CLOSE_TIMEOUT, "subprotocols": command["protocols"] or None}
    connection = connections[number] = await websockets.connect(command["url"], **settings)
    # Versions from 14 on keep the response's headers in another attribute than 10 to 13.
    headers = connection.response.headers if hasattr(connection, "response") else connection.response_headers
    emit(number, open=connection.subprotocol or "", extensions=headers.get("Sec-WebSocket-Extensions", ""))
    start_task(receive(number, connection))


def start_task(work):
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(on_done)


def on_done(task):
    tasks.discard(task)
    if not task.cancelled() and task.exception():
        asyncio.get_running_loop().stop()
        raise task.exception()


async def receive(number, connection):
    try:
        while True:
            emit(number, text=await connection.recv())
    except websockets.ConnectionClosed:
        await connection.wait_closed()
        emit(number, closed=connection.close_code, reason=connection.close_reason)


async def fragments(number, parts, ping):
    """Yields the fragments of a message. Sends a ping after the first and waits for its pong."""
    connection = connections[number]
    for index, part in enumerate(parts):
        if index == 1:
            await (await connection.ping(ping))
            emit(number, pong=ping)
        yield part


async def execute(command):
    number = command["connection"]
    connection = connections.get(number)
    if "url" in command:
        await connect(number, command)
    elif "text" in command:
        await connection.send(command["text"])
    elif "parts" in command:
        await connection.send(fragments(number, command["parts"], command["ping"]))
    elif "raw" in command:
        connection.transport.write(bytes.fromhex(command["raw"]))
    elif "close" in command:
        # As a task, since closing waits for the server and must not block other commands.
        start_task(connection.close(command["close"], command["reason"]))
    elif "vanish" in command:
        connection.transport.abort()
    else:
        sys.exit(f"unknown command: {command}")


async def main():
    commands = asyncio.StreamReader(limit=1 << 24)
    protocol = asyncio.StreamReaderProtocol(commands)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    async for command in commands:
        await execute(json.loads(command))


asyncio.run(main())
