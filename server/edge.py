"""The outermost layer: protocol header, gzip both ways, size of bodies, the request log, the one handler for bugs."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from domain.bugs import report_of
from server.problems import Refused, answer
from sync.protocol import (
    BASE,
    HEADER,
    MAX_REQUEST_BYTES,
    PROBLEM_TYPE,
    PROTOCOL,
    NotGzip,
    Problem,
    unzipper,
    zipper,
)

log = logging.getLogger("huiban.server")
STREAMS = (f"{BASE}/blobs", f"{BASE}/take-in")  # have a limit of their own, and come as they are
OPEN = (f"{BASE}/hello", f"{BASE}/openapi.json")  # may be asked without naming a protocol
SMALL = 250  # bytes below which gzip gains next to nothing
MUCH = 64 << 10  # bytes from which on compressing leaves the loop


class Edge:
    """Wraps the whole application. Of a request it logs ids, sizes and times: no name, no body, no address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        incoming = Incoming(scope, headers, receive)
        outgoing = Outgoing(headers, send)
        begun = time.perf_counter()
        try:
            if refused := _version(scope, headers):
                await answer(refused)(scope, incoming, outgoing)
            else:
                await self._app(scope, incoming, outgoing)
        except ClientDisconnect:
            log.info("the line died")
        except Exception as error:  # a bug: the desk is answered, the operator finds kind and place in the log
            log.error("a bug while answering %s: %s", _route(scope), report_of(error))
            if not outgoing.started:
                await answer(Refused(Problem.INTERNAL))(scope, incoming, outgoing)
        finally:
            caller = scope.get("state", {}).get("caller")
            line: dict[str, Any] = {
                "request": str(uuid7()),
                "method": scope["method"],
                "route": _route(scope),
                "status": outgoing.status,
                "ms": round((time.perf_counter() - begun) * 1000, 1),
                "in": incoming.bytes,
                "out": outgoing.bytes,
            }
            if caller is not None:
                line |= {"account": caller.account, "device": caller.device}
            log.info(json.dumps(line))


class Incoming:
    """The body of a request, unzipped piece by piece, never more of it than allowed."""

    def __init__(self, scope: Scope, headers: Headers, receive: Receive) -> None:
        self.bytes = 0  # as they travelled
        self._receive = receive
        self._stream = scope["path"].startswith(STREAMS)
        self._plain = 0
        coding = headers.get("content-encoding", "identity").strip().lower()
        self._unzip = unzipper() if coding == "gzip" and not self._stream else None
        self._unknown = coding not in ("gzip", "identity") or (coding == "gzip" and self._stream)

    async def __call__(self) -> Message:
        """The next piece."""
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        body = message.get("body", b"")
        self.bytes += len(body)
        if self._unknown and body:
            raise Refused(Problem.MEDIA_TYPE, "内容只接受 gzip 压缩或不压缩。")
        if self._unzip is not None and body:
            body = self._plain_bytes(body)
            message = {**message, "body": body}
        self._plain += len(body)
        if not self._stream and self._plain > MAX_REQUEST_BYTES:
            raise Refused(Problem.TOO_LARGE)
        if self._unzip is not None and not message.get("more_body") and self.bytes and not self._unzip.eof:
            raise Refused(Problem.MALFORMED, "gzip 内容不完整。")
        return message

    def _plain_bytes(self, body: bytes) -> bytes:
        assert self._unzip is not None
        try:
            plain = self._unzip.decompress(body, MAX_REQUEST_BYTES + 1 - self._plain)
        except NotGzip:
            raise Refused(Problem.MALFORMED, "内容不是 gzip。") from None
        if self._unzip.unconsumed_tail:
            raise Refused(Problem.TOO_LARGE)
        return plain


class Outgoing:
    """The answer: marked as ours, zipped where the desk takes it and it is worth it."""

    def __init__(self, headers: Headers, send: Send) -> None:
        self.status, self.bytes, self.started = 0, 0, False
        self._send = send
        self._wanted = "gzip" in headers.get("accept-encoding", "").lower()
        self._start: Message | None = None
        self._zip: Any = None

    async def __call__(self, message: Message) -> None:
        """Pass a piece on."""
        if message["type"] == "http.response.start":
            self.status, self._start = message["status"], message
            headers = MutableHeaders(scope=message)
            headers[HEADER] = str(PROTOCOL)
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if (start := self._start) is not None:
            self._start = None
            zips = self._begin(start, body, more)
            if zips:
                self._zip = zipper()
                body = await self._zipped(body, more)
                headers = MutableHeaders(scope=start)
                headers["Content-Encoding"] = "gzip"
                if not more:
                    headers["Content-Length"] = str(len(body))
                elif "content-length" in headers:
                    del headers["content-length"]
            self.started = True
            await self._send(start)
        elif self._zip is not None:
            body = await self._zipped(body, more)
        self.bytes += len(body)
        await self._send({**message, "body": body})

    def _begin(self, start: Message, body: bytes, more: bool) -> bool:
        """Whether this answer is worth zipping."""
        headers = MutableHeaders(scope=start)
        kind = headers.get("content-type", "").partition(";")[0]
        if kind not in ("application/json", PROBLEM_TYPE):
            return False
        headers.add_vary_header("Accept-Encoding")
        return self._wanted and (more or len(body) > SMALL)

    async def _zipped(self, body: bytes, more: bool) -> bytes:
        def squeeze() -> bytes:
            piece: bytes = self._zip.compress(body)
            return piece if more else piece + self._zip.flush()

        return await asyncio.to_thread(squeeze) if len(body) > MUCH else squeeze()


def database_away(error: Exception) -> Response:
    """The database did not answer in time: the desk tries again by itself."""
    log.error("the database is busy or away: %s", type(getattr(error, "orig", error)).__name__)
    return answer(Refused(Problem.BUSY, retry_after=2))


def _version(scope: Scope, headers: Headers) -> Refused | None:
    """A desk names the protocol it speaks; two may be asked without."""
    if not scope["path"].startswith(BASE):
        return None
    told = headers.get(HEADER)
    if told == str(PROTOCOL) or (told is None and scope["path"] in OPEN):
        return None
    return Refused(Problem.PROTOCOL_VERSION, protocol=PROTOCOL)


def _route(scope: Scope) -> str:
    """The template of the path: without what stands in it."""
    return getattr(scope.get("route"), "path", "-")
