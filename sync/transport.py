"""The transport port on real threads: one request a lane at a time, a connection a lane, answers as events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING

from domain.bugs import place_of
from sync.address import is_this_machine, talk
from sync.failures import Failure, FailureKind, SyncFailure
from sync.ports import Answered, Call, Event, Failed, Progress, Request, Upload, Uploaded
from sync.transfer import Interrupted, upload

if TYPE_CHECKING:
    from sync.http import Http


class Transport:
    """Carries requests out and tells `deliver`, on the lane's thread, how each ended."""

    def __init__(self, address: str, token: str, deliver: Callable[[Event], None]) -> None:
        is_this_machine(address)  # an address that may not be used is refused here, not on a thread
        self._address, self._token, self._deliver = address, token, deliver
        self._lanes: dict[str, _Lane] = {}

    def start(self, request: Request) -> None:
        """Begin; the lane is free."""
        if (lane := self._lanes.get(request.lane)) is None:
            lane = self._lanes[request.lane] = _Lane(request.lane, talk(self._address, self._token), self._deliver)
        lane.put(request)

    def cancel(self, lane: str) -> None:
        """Let go of what the lane does; a new connection serves its next request."""
        if (old := self._lanes.pop(lane, None)) is not None:
            old.put(None)

    def close(self) -> None:
        """Let go of everything."""
        for lane in list(self._lanes):
            self.cancel(lane)


class _Lane:
    """A thread with one connection. It ends when told to, after the request it is in."""

    def __init__(self, name: str, http: Http, deliver: Callable[[Event], None]) -> None:
        self._http, self._deliver = http, deliver
        self._asked: SimpleQueue[Request | None] = SimpleQueue()
        threading.Thread(target=self._run, name=f"sync-{name}", daemon=True).start()

    def put(self, request: Request | None) -> None:
        self._asked.put(request)

    def _run(self) -> None:
        while (request := self._asked.get()) is not None:
            try:
                event = self._call(request) if isinstance(request, Call) else self._upload(request)
            except Interrupted as error:
                event = Failed(request, error.failure, error.moved, error.unsent, error.offset)
            except SyncFailure as error:
                event = Failed(request, error.failure, error.moved, error.unsent)
            except Exception as error:  # the core must hear of every request's end, or the lane would stand still
                event = Failed(request, Failure(FailureKind.GARBAGE, f"bug: {place_of(error)}"))
            self._deliver(event)
        self._http.close()

    def _call(self, call: Call) -> Event:
        answer = self._http.call("POST", call.path, call.body, held=call.held, packed=call.packed)
        return Answered(
            call,
            answer.status,
            answer.body,
            answer.seconds,
            answer.sent_bytes,
            answer.got_bytes,
            answer.server_time,
            answer.retry_after,
        )

    def _upload(self, asked: Upload) -> Event:
        upload(self._http, asked, lambda offset: self._deliver(Progress(asked, offset)))
        return Uploaded(asked)
