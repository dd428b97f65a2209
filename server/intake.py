"""An attachment from its announcement to its row: room for it, its bytes as they come, proof, type, place."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from server.access import Caller
from server.blobs import Growing
from server.problems import Refused
from server.repositories import blobs
from server.uploads import HEAD_BYTES, Checksum, Limits, Writer, disk, type_by_content
from server.work import Work
from sync.protocol import TUS_VERSION, Problem, instant_text

TUS = {"Tus-Resumable": TUS_VERSION}


@dataclass(frozen=True, slots=True)
class Named:
    """An upload by what it is of whom, and who brings it."""

    scope: str
    sha256: str
    length: int
    caller: Caller
    limits: Limits  # in force when it was asked for


def room(parts: Work, connection: Connection, named: Named) -> Growing | None:
    """The upload as it stands; None when the bytes are here, and the account may read them."""
    most = named.limits.max_bytes
    if named.length > most:
        raise Refused(Problem.BLOB_KIND, f"附件超过 {most >> 20} MB，请压缩或拆分后重新添加。", status=413)
    here = blobs.readable(connection, named.caller.scopes, named.sha256, first=named.scope)
    if here is not None and here.bytes == named.length:
        if here.scope != named.scope:
            _note(parts, named, here.type)
        return None
    with disk():
        return parts.blobs.begin(named.scope, named.sha256, named.length)


async def take(receive: Receive, parts: Work, named: Named, writer: Writer, checksum: Checksum | None) -> int:
    """The bytes of a request from the writer's place on, as far as the line holds; where the upload stands then."""
    with disk():
        try:
            await _receive(receive, writer, named.length, checksum)
            await asyncio.to_thread(_settle, parts, named, writer, checksum)
        finally:
            writer.close()
    return writer.offset


async def let_pass(receive: Receive) -> None:
    """Read a body that nobody needs, so that the line can be used again."""
    while (await receive()).get("more_body"):
        pass


async def _receive(receive: Receive, writer: Writer, length: int, checksum: Checksum | None) -> None:
    """Write each piece as it comes: when the line or the server dies, it is here, and the rest is asked for later.

    On the loop and not in a thread: a piece goes to the page cache in less time than a change of threads takes.
    """
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece, more = message.get("body", b""), message.get("more_body", False)
        if writer.offset + len(piece) > length:
            raise Refused(Problem.TOO_LARGE, "附件的内容比声明的长。", headers=TUS)
        if piece:
            if checksum is not None:
                checksum.digest.update(piece)
            writer.write(piece)


def _settle(parts: Work, named: Named, writer: Writer, checksum: Checksum | None) -> None:
    """What came is durable before it is answered for; all of it: proven, typed, put in its place."""
    if checksum is not None and not checksum.right:
        writer.cut_back()
        raise Refused(Problem.BLOB_CHECKSUM, headers=TUS)
    if writer.offset < named.length:
        writer.durable()
        if writer.start < HEAD_BYTES <= writer.offset:
            _type(parts, named, writer)
        return
    if writer.sha256() != named.sha256:
        writer.close()  # what is open stays where it is on Windows
        parts.blobs.drop(named.scope, named.sha256)
        raise Refused(Problem.BLOB_CHECKSUM, headers=TUS)
    kind = _type(parts, named, writer)
    writer.finish(parts.blobs, named.sha256)
    _note(parts, named, kind)


def _type(parts: Work, named: Named, writer: Writer) -> str:
    """What the bytes are; refused when the pack takes no such file."""
    kind = type_by_content(writer.head())
    if kind not in named.limits.types:
        writer.close()
        parts.blobs.drop(named.scope, named.sha256)
        takes = "、".join(sorted(named.limits.types)).upper()
        raise Refused(Problem.BLOB_KIND, f"文件的内容是 {kind.upper() or '未知类型'}，只接受 {takes}。", headers=TUS)
    return kind


def _note(parts: Work, named: Named, kind: str) -> None:
    """It is there: the row that says so."""
    now = instant_text(parts.clock())
    parts.arrivals.add(blobs.Whole(named.scope, named.sha256, named.length, kind, named.caller.account, now))
