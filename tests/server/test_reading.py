"""A body is read ahead of whoever takes it in, so far and no further; answers go at once."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from server.reading import AHEAD, ReadingAhead

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


class Line(asyncio.Transport):
    """A connection that remembers whether it is read from."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return False


async def taking_in(arrived: int) -> tuple[bool, bytes]:
    """Whether the line is still read from when so much of a body came, and what of it the endpoint gets."""
    got = asyncio.get_running_loop().create_future()
    line = Line()

    async def endpoint(scope: Any, receive: Any, send: Any) -> None:
        reading = line.reading
        got.set_result((reading, (await receive())["body"]))
        await asyncio.Event().wait()

    protocol = ReadingAhead(Config(endpoint, ws="none", lifespan="off"), ServerState(), {})
    protocol.connection_made(line)
    protocol.data_received(HEAD % (4 * AHEAD))
    for _ in range(arrived // 1000):
        protocol.data_received(b"x" * 1000)
    reading, body = await asyncio.wait_for(got, 10)
    for task in protocol.tasks:
        task.cancel()
    return reading, body


@pytest.mark.parametrize(("arrived", "reading"), [(AHEAD - AHEAD % 1000, True), (AHEAD + 1000, False)])
def test_a_body_is_read_ahead_so_far_and_no_further(arrived: int, reading: bool) -> None:
    assert asyncio.run(taking_in(arrived)) == (reading, b"x" * (arrived - arrived % 1000))


async def answered_at_once() -> list[int]:
    """Of a connection to a socket that does not say it is TCP, as the loop of Windows makes them all."""
    seen = asyncio.get_running_loop().create_future()

    class Seen(ReadingAhead):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            super().connection_made(transport)
            made = transport.get_extra_info("socket")
            seen.set_result([made.proto, made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)])

    async def endpoint(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("nothing is asked")

    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    config = Config(endpoint, ws="none", lifespan="off")
    server = await asyncio.get_running_loop().create_server(lambda: Seen(config, ServerState(), {}), sock=listening)
    async with server:
        _, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
        told: list[int] = await asyncio.wait_for(seen, 10)
        writer.close()
    return told


def test_a_small_answer_waits_for_no_other() -> None:
    proto, at_once = asyncio.run(answered_at_once())
    assert proto == 0
    assert at_once
