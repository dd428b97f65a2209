"""A bad line between a desk and its server: slow, late, cut in mid-sentence, refusing, losing answers; it counts bytes.

It carries any TCP stream and only looks at where an HTTP request begins, to say in its counts what the bytes were for.
What is random comes from one seed. Counting happens on the server's side: what the server was really given and said.
Everything here lives in one event loop; `proxy` puts it on a thread or in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

CHUNK = 16 * 1024
REQUEST = re.compile(rb"([A-Z]{3,7}) (/[^ ?]*)[^ ]* HTTP/1")


@dataclass(frozen=True, slots=True)
class Conditions:
    """How bad the line is."""

    latency: float = 0.0  # seconds, each way
    bandwidth: float = 0.0  # bytes a second, each way; 0: as fast as it goes
    cut_after: tuple[int, int] | None = (
        None  # every connection is cut after so many bytes on the line, drawn anew each time
    )
    refuse_after_cut: float = 0.0  # the chance that a cut is followed by a refusal
    refuse_seconds: float = 1.0
    lose_answers: float = 0.0  # the chance that an answer is swallowed and its connection cut


CLEAN = Conditions()
BAD = Conditions(
    latency=0.05, bandwidth=1_000_000, cut_after=(50_000, 500_000), refuse_after_cut=0.5, refuse_seconds=1.0
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What passed, on the server's side."""

    to_server: int = 0
    from_server: int = 0
    connections: int = 0
    cuts: int = 0
    refusals: int = 0  # times the line was taken down for a while
    lost_answers: int = 0
    routes: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # "POST /api/v1/push" -> bytes to and from


class _Tally:
    """Counters, and what the bytes were for."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.connections = self.cuts = self.refusals = self.lost = 0
        self.routes: dict[str, list[int]] = {}

    def add(self, route: str, direction: int, count: int) -> None:
        self.routes.setdefault(route, [0, 0])[direction] += count


UP, DOWN = 0, 1  # towards the server, towards the desk


class Line:
    """Everything the links share. Lives on the proxy's thread."""

    def __init__(
        self, target: tuple[str, int], port: int, conditions: Conditions, chance: random.Random, log: Path | None
    ) -> None:
        self.target, self.port, self.conditions, self.chance = target, port, conditions, chance
        self.tally = _Tally()
        self.losses: list[bytes] = []
        self._links: set[Link] = set()
        self._free_at = [0.0, 0.0]
        self._listener: socket.socket | None = None
        self._closed = False
        self._rise: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._log: TextIO | None = log.open("a", encoding="utf-8", buffering=1) if log else None
        self._until_cut = self._draw()

    def note(self, event: str, **facts: object) -> None:
        """A line of the log. Never what a request carries, only which it was."""
        if self._log:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._log.write(json.dumps({"at": at, "event": event, **facts}, ensure_ascii=False) + "\n")

    async def open(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
            self._listener.setblocking(False)
            self.port = int(self._listener.getsockname()[1])
            asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)
            self.note("up", port=self.port, target=f"{self.target[0]}:{self.target[1]}")

    async def up(self) -> None:
        self._forget_rise()
        while self._listener is None and not self._closed:
            try:
                await self.open()
            except OSError:  # for a moment the port may be somebody's own end of a connection
                await asyncio.sleep(0.02)

    def down(self) -> None:
        self._forget_rise()
        if self._listener:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
            self.note("down")
        self._sever_all()

    def refuse(self, seconds: float) -> None:
        self.tally.refusals += 1
        self.down()
        self._rise = asyncio.get_running_loop().call_later(seconds, self._rise_again)

    async def close(self) -> None:
        self._closed = True
        self.down()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)
        for link in tuple(self._links):  # a server that reads nothing any more
            link.abort()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self.note("closed", **{"to": self.counts().to_server, "from": self.counts().from_server})
        if self._log:
            self._log.close()
            self._log = None

    def become(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self._until_cut = self._draw()

    def aim(self, target: tuple[str, int]) -> None:
        self.target = target

    def cut(self, why: str) -> None:
        self.tally.cuts += 1
        self.note("cut", why=why, links=len(self._links))
        self._sever_all()
        self._until_cut = self._draw()
        if self.conditions.refuse_after_cut and self.chance.random() < self.conditions.refuse_after_cut:
            self.refuse(self.conditions.refuse_seconds)

    def counts(self) -> Counts:
        tally = self.tally
        return Counts(
            to_server=sum(route[UP] for route in tally.routes.values()),
            from_server=sum(route[DOWN] for route in tally.routes.values()),
            connections=tally.connections,
            cuts=tally.cuts,
            refusals=tally.refusals,
            lost_answers=tally.lost,
            routes={name: (route[UP], route[DOWN]) for name, route in tally.routes.items()},
        )

    def spend(self, count: int) -> int:
        """How many of `count` bytes still pass before the line is cut."""
        if self._until_cut is None:
            return count
        passed = min(count, self._until_cut)
        self._until_cut -= passed
        return passed

    @property
    def spent(self) -> bool:
        return self._until_cut == 0

    def loses(self, request: bytes) -> bool:
        """Whether the answer to the request that has come so far is to be lost."""
        for wanted in self.losses:
            if wanted in request:
                self.losses.remove(wanted)
                return True
        return False

    async def pace(self, direction: int, count: int) -> float:
        """Waits until the line has taken `count` bytes; returns the moment they arrive at the other end."""
        now = asyncio.get_running_loop().time()
        taken = max(now, self._free_at[direction])
        if self.conditions.bandwidth:
            taken += count / self.conditions.bandwidth
            self._free_at[direction] = taken
            await asyncio.sleep(taken - now)  # the line is as slow as it is told to be
        return taken + self.conditions.latency

    def _accept(self, listener: socket.socket) -> None:
        # By hand: a server of asyncio's that is closed just now leaves a connection open that nobody serves.
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        self._keep(self._serve(connection))

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        self.tally.connections += 1
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            server = await asyncio.open_connection(*self.target)
        except OSError:
            self.note("server-away")
            writer.transport.abort()
            return
        if self._listener is None:  # went down while we were connecting
            writer.transport.abort()
            server[1].close()
            return
        link = Link(self, (reader, writer), server)
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)

    def _draw(self) -> int | None:
        return self.chance.randint(*self.conditions.cut_after) if self.conditions.cut_after else None

    def _sever_all(self) -> None:
        for link in tuple(self._links):
            link.sever()

    def _rise_again(self) -> None:
        self._rise = None
        self._keep(self.up())

    def _forget_rise(self) -> None:
        if self._rise:
            self._rise.cancel()
            self._rise = None


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Link:
    """One connection, both ways."""

    def __init__(self, line: Line, desk: Stream, server: Stream) -> None:
        self._line, self._desk, self._server = line, desk, server
        self._severed = False
        self._swallow = False
        self._direction = DOWN  # who spoke last: the first word of the desk begins a request
        self._route = "?"
        self._request = b""  # the beginning of the request, as far as it is needed to know it

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(UP, self._desk[0], self._server[1]))
                group.create_task(self._carry(DOWN, self._server[0], self._desk[1]))
        finally:
            for _, writer in (self._desk, self._server):
                writer.close()

    def sever(self) -> None:
        """The desk meets a reset; the server keeps what it was given and sees the end of the stream."""
        self._severed = True
        self._desk[1].transport.abort()
        self._server[1].close()

    def abort(self) -> None:
        """Both ends meet a reset."""
        self.sever()
        self._server[1].transport.abort()

    async def _carry(self, direction: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver(direction, queue, writer))
            while data := await self._read(direction, reader):
                await queue.put((await self._line.pace(direction, len(data)), data))
            await queue.put((0.0, b""))

    async def _read(self, direction: int, reader: asyncio.StreamReader) -> bytes:
        try:
            data = b"" if self._severed else await reader.read(CHUNK)
        except OSError:
            data = b""
        return self._heard(data) if data and direction == DOWN else data

    async def _deliver(
        self, direction: int, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            moment, data = await queue.get()
            if data and (wait := moment - loop.time()) > 0:
                await asyncio.sleep(wait)  # the latency of the line
            if self._severed:
                while data:  # the reader may be waiting for room
                    _, data = await queue.get()
                return
            try:
                if not data:
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                if direction == UP:
                    self._say(data, writer)
                else:
                    writer.write(data)
                await writer.drain()
            except OSError:
                self.sever()
                if not data:  # nothing comes after the end
                    return

    def _say(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Bytes reach the server: counted, and the last thing before a cut."""
        if self._direction == DOWN:
            self._begin(data)
        self._direction = UP
        if not self._swallow and self._line.losses:
            self._request = (self._request + data)[:65536]
            self._swallow = self._line.loses(self._request)
        passed = self._line.spend(len(data))
        self._line.tally.add(self._route, UP, passed)
        writer.write(data[:passed])
        if self._line.spent:
            self._line.cut("bytes")

    def _begin(self, data: bytes) -> None:
        self._request = b""
        if found := REQUEST.match(data):
            segments = found[2].decode("ascii", "replace").split("/")
            self._route = f"{found[1].decode()} {'/'.join(segments[:4])}"
        chance = self._line.conditions.lose_answers
        self._swallow = bool(chance) and self._line.chance.random() < chance

    def _heard(self, data: bytes) -> bytes:
        """The server has spoken: its answer passes, or is lost and the connection with it."""
        self._direction = DOWN
        if self._swallow:
            self._line.tally.add(self._route, DOWN, len(data))
            self._line.tally.lost += 1
            self._line.note("answer-lost", route=self._route)
            self.sever()
            return b""
        passed = self._line.spend(len(data))
        self._line.tally.add(self._route, DOWN, passed)
        if self._line.spent:
            self._line.cut("bytes")
        return data[:passed]
