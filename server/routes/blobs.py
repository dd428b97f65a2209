"""Attachments: tus 1.0 (core, creation, creation with upload, checksum). Who calls is known before the first byte."""

from __future__ import annotations

import asyncio
import mimetypes
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.access import Caller, Everyone
from server.blobs import Growing
from server.problems import SCHEMA, Refused, problems
from server.repositories import blobs
from server.uploads import HEAD_BYTES, Checksum, Writer, disk, metadata, type_by_content
from server.work import Work, work
from sync.protocol import BASE, PROBLEM_TYPE, TUS_EXTENSIONS, TUS_TYPE, TUS_VERSION, Problem, instant_text

router = APIRouter(tags=["blobs"])
P = Problem
ALWAYS = (P.PROTOCOL_VERSION, P.LOGIN_NEEDED, P.PASSWORD_CHANGE_NEEDED, P.NOT_FOUND, P.MALFORMED, P.BUSY)
TUS = {"Tus-Resumable": TUS_VERSION}
OTHER_TUS: dict[int | str, dict[str, Any]] = {
    412: {"description": "Another version of tus", "content": {PROBLEM_TYPE: {"schema": {"$ref": SCHEMA}}}}
}
BYTES: dict[str, Any] = {
    "requestBody": {"required": True, "content": {TUS_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}
SHA256 = r"^[0-9a-f]{64}$"
UPLOAD = r"^[a-z]+(:[^:/\s]{1,64})?:[0-9a-f]{64}$"
Parts = Annotated[Work, Depends(work)]
Upload = Annotated[str, Path(pattern=UPLOAD, description="scope:sha256")]


@dataclass(frozen=True, slots=True)
class Named:
    """An upload by what it is of whom."""

    scope: str
    sha256: str
    length: int


async def tus(tus_resumable: Annotated[str | None, Header(description="1.0.0")] = None) -> None:
    """The version of tus is ours."""
    if tus_resumable != TUS_VERSION:
        raise Refused(P.MALFORMED, "Tus-Resumable: 1.0.0", status=412, headers={"Tus-Version": TUS_VERSION})


@router.options("/blobs", summary="What of tus is spoken", status_code=204, responses=problems(*ALWAYS))
def capabilities(caller: Everyone, parts: Parts) -> Response:
    """Version, extensions, and the largest attachment."""
    told = {"Tus-Version": TUS_VERSION, "Tus-Extension": TUS_EXTENSIONS, "Tus-Checksum-Algorithm": "sha1,sha256"}
    with parts.database.read() as connection:
        most = parts.limits.now(parts, connection).max_bytes
    return Response(status_code=204, headers={**TUS, **told, "Tus-Max-Size": str(most)})


@router.post(
    "/blobs",
    summary="Announce an attachment, and send it if it is small",
    status_code=201,
    openapi_extra=BYTES | {"requestBody": BYTES["requestBody"] | {"required": False}},
    responses={**OTHER_TUS, **problems(*ALWAYS, P.TOO_LARGE, P.NOT_ALLOWED, P.BLOB_CHECKSUM, P.BLOB_KIND)},
)
async def create(
    request: Request,
    caller: Everyone,
    parts: Parts,
    _: Annotated[None, Depends(tus)],
    upload_length: Annotated[int, Header(ge=1, le=1 << 50)],
    upload_metadata: Annotated[str, Header(description="scope and sha256, in base64", max_length=4096)],
    upload_checksum: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Room for the bytes of a SHA-256 in a scope. The offset tells what is here: all, if the account may read it.

    Bytes that come with it are counted from the first one on, whatever came before.
    """
    told = metadata(upload_metadata)
    scope, sha256 = told.get("scope", ""), told.get("sha256", "")
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise Refused(P.MALFORMED, "Upload-Metadata: sha256")
    if scope not in caller.scopes or scope == "public":
        raise Refused(P.NOT_ALLOWED, "不能在这个范围里放附件。")
    checksum = Checksum.read(upload_checksum)
    named = Named(scope, sha256, upload_length)
    growing = await asyncio.to_thread(_room, parts, caller, named)
    if request.headers.get("content-type") != TUS_TYPE:
        return _created(named, upload_length if growing is None else growing.offset)
    if growing is None:  # what comes is here already: let it pass, so that the line can be used again
        async for _piece in request.stream():
            pass
        return _created(named, upload_length)
    return _created(named, await _take(request, parts, caller, named, growing.path, 0, checksum))


@router.head("/blobs/{upload}", summary="How far an attachment has come", responses={**OTHER_TUS, **problems(*ALWAYS)})
def offset(upload: Upload, caller: Everyone, parts: Parts, _: Annotated[None, Depends(tus)]) -> Response:
    """`Upload-Offset`: exactly the bytes that are here."""
    scope, sha256 = _own(caller, upload)
    if growing := parts.blobs.growing(scope, sha256):
        at, length = growing.offset, growing.length
    else:
        at = length = _whole(parts, scope, sha256).bytes
    return Response(headers={**TUS, "Upload-Offset": str(at), "Upload-Length": str(length)})


@router.patch(
    "/blobs/{upload}",
    summary="Send bytes of an attachment",
    status_code=204,
    openapi_extra=BYTES,
    responses={**OTHER_TUS, **problems(*ALWAYS, P.TOO_LARGE, P.BLOB_OFFSET, P.BLOB_CHECKSUM, P.BLOB_KIND)},
)
async def patch(
    request: Request,
    upload: Upload,
    caller: Everyone,
    parts: Parts,
    _: Annotated[None, Depends(tus)],
    upload_offset: Annotated[int, Header(ge=0, le=1 << 50)],
    upload_checksum: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """From the offset on, as far as the line holds. Every byte is kept; what is answered for is on disk."""
    if request.headers.get("content-type", "") != TUS_TYPE:
        raise Refused(P.MEDIA_TYPE, f"内容的类型须是 {TUS_TYPE}。")
    checksum = Checksum.read(upload_checksum)
    scope, sha256 = _own(caller, upload)
    growing = parts.blobs.growing(scope, sha256)
    here = growing.offset if growing else (await asyncio.to_thread(_whole, parts, scope, sha256)).bytes
    if upload_offset != here:
        raise Refused(P.BLOB_OFFSET, offset=here, headers={**TUS, "Upload-Offset": str(here)})
    if growing is None:
        return Response(status_code=204, headers={**TUS, "Upload-Offset": str(here)})
    named = Named(scope, sha256, growing.length)
    at = await _take(request, parts, caller, named, growing.path, here, checksum)
    return Response(status_code=204, headers={**TUS, "Upload-Offset": str(at)})


@router.get(
    "/blobs/{sha256}",
    summary="Read an attachment",
    response_class=FileResponse,
    responses={206: {"description": "Part of it"}, 416: {"description": "No such part"}, **problems(*ALWAYS)},
)
def read(sha256: Annotated[str, Path(pattern=SHA256)], caller: Everyone, parts: Parts) -> Response:
    """The bytes, or a range of them, to those who may read something that refers to them."""
    with parts.database.read() as connection:
        blob = blobs.readable(connection, caller.scopes, sha256)
    if blob is None or not parts.blobs.has(sha256):
        raise Refused(P.NOT_FOUND)
    media = mimetypes.guess_type(f"x.{blob.type}")[0] or "application/octet-stream"
    private = {"Cache-Control": "private, no-store", "Content-Disposition": "attachment"}
    return FileResponse(parts.blobs.path(sha256), media_type=media, headers=private)


def _created(named: Named, at: int) -> Response:
    where = f"{BASE}/blobs/{named.scope}:{named.sha256}"
    return Response(status_code=201, headers={**TUS, "Location": where, "Upload-Offset": str(at)})


def _room(parts: Work, caller: Caller, named: Named) -> Growing | None:
    """The upload as it stands; None when the bytes are here, and the account may read them."""
    with parts.database.read() as connection:
        most = parts.limits.now(parts, connection).max_bytes
        if named.length > most:
            raise Refused(P.BLOB_KIND, f"附件超过 {most >> 20} MB，请压缩或拆分后重新添加。", status=413)
        here = blobs.find(connection, named.scope, named.sha256)
        other = here or blobs.readable(connection, caller.scopes, named.sha256)
    if other is not None and other.bytes == named.length:
        if here is None:
            _complete(parts, caller, named, other.type)
        return None
    with disk():
        return parts.blobs.begin(named.scope, named.sha256, named.length)


def _own(caller: Caller, upload: str) -> tuple[str, str]:
    """Scope and SHA-256 of an upload in a scope of the caller's; to anybody else it does not exist."""
    scope, _, sha256 = upload.rpartition(":")
    if scope not in caller.scopes:
        raise Refused(P.NOT_FOUND)
    return scope, sha256


def _whole(parts: Work, scope: str, sha256: str) -> blobs.Blob:
    with parts.database.read() as connection:
        blob = blobs.find(connection, scope, sha256)
    if blob is None:
        raise Refused(P.NOT_FOUND)
    return blob


async def _take(
    request: Request, parts: Work, caller: Caller, named: Named, path: FilePath, start: int, checksum: Checksum | None
) -> int:
    """The bytes of a request, from this offset on, as far as the line holds; where the upload stands then."""
    with disk():
        writer = parts.writers.open(path, start)
        try:
            await _receive(request, writer, named.length, checksum)
            await asyncio.to_thread(_settle, parts, caller, named, writer, checksum)
        finally:
            writer.close()
    return writer.offset


async def _receive(request: Request, writer: Writer, length: int, checksum: Checksum | None) -> None:
    """Write each piece as it comes: when the line or the server dies, it is here, and the rest is asked for later.

    On the loop and not in a thread: a piece goes to the page cache in less time than a change of threads takes.
    """
    async for piece in request.stream():
        if writer.offset + len(piece) > length:
            raise Refused(P.TOO_LARGE, "附件的内容比声明的长。", headers=TUS)
        if checksum is not None:
            checksum.digest.update(piece)
        if piece:
            writer.write(piece)


def _settle(parts: Work, caller: Caller, upload: Named, writer: Writer, checksum: Checksum | None) -> None:
    """What came is durable before it is answered for; all of it: proven, typed, put in its place."""
    if checksum is not None and not checksum.right:
        writer.cut_back()
        raise Refused(P.BLOB_CHECKSUM, headers=TUS)
    if writer.offset < upload.length:
        writer.durable()
        if writer.start < HEAD_BYTES <= writer.offset:
            _type(parts, upload, writer)
        return
    if writer.sha256() != upload.sha256:
        parts.blobs.drop(upload.scope, upload.sha256)
        raise Refused(P.BLOB_CHECKSUM, headers=TUS)
    kind = _type(parts, upload, writer)
    writer.finish(parts.blobs, upload.sha256)
    _complete(parts, caller, upload, kind)


def _type(parts: Work, upload: Named, writer: Writer) -> str:
    """What the bytes are; refused when the pack takes no such file."""
    kind = type_by_content(writer.head())
    with parts.database.read() as connection:
        allowed = parts.limits.now(parts, connection).types
    if kind not in allowed:
        parts.blobs.drop(upload.scope, upload.sha256)
        takes = "、".join(sorted(allowed)).upper()
        raise Refused(P.BLOB_KIND, f"文件的内容是 {kind.upper() or '未知类型'}，只接受 {takes}。", headers=TUS)
    return kind


def _complete(parts: Work, caller: Caller, named: Named, kind: str) -> None:
    with parts.database.write() as connection:
        now = instant_text(parts.clock())
        blobs.complete(connection, named.scope, named.sha256, named.length, kind, caller.account, now)
