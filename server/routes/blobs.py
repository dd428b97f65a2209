"""Attachments: tus 1.0 (core, creation, checksum). Who calls is known before the first byte is written."""

from __future__ import annotations

import asyncio
import mimetypes
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response

from server.access import Caller, Everyone
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
PIECE = 128 << 10  # bytes that go to disk at once
SHA256 = r"^[0-9a-f]{64}$"
UPLOAD = r"^[a-z]+(:[^:/\s]{1,64})?:[0-9a-f]{64}$"
Parts = Annotated[Work, Depends(work)]
Upload = Annotated[str, Path(pattern=UPLOAD, description="scope:sha256")]


def tus(tus_resumable: Annotated[str | None, Header(description="1.0.0")] = None) -> None:
    """The version of tus is ours."""
    if tus_resumable != TUS_VERSION:
        raise Refused(P.MALFORMED, "Tus-Resumable: 1.0.0", status=412, headers={"Tus-Version": TUS_VERSION})


@router.options("/blobs", summary="What of tus is spoken", status_code=204, responses=problems(*ALWAYS))
def capabilities(caller: Everyone, parts: Parts) -> Response:
    """Version, extensions, and the largest attachment."""
    told = {"Tus-Version": TUS_VERSION, "Tus-Extension": TUS_EXTENSIONS, "Tus-Checksum-Algorithm": "sha1,sha256"}
    return Response(status_code=204, headers={**TUS, **told, "Tus-Max-Size": str(parts.limits.now(parts).max_bytes)})


@router.post(
    "/blobs",
    summary="Announce an attachment",
    status_code=201,
    responses={**OTHER_TUS, **problems(*ALWAYS, P.TOO_LARGE, P.NOT_ALLOWED)},
)
def create(
    caller: Everyone,
    parts: Parts,
    _: Annotated[None, Depends(tus)],
    upload_length: Annotated[int, Header(ge=1, le=1 << 50)],
    upload_metadata: Annotated[str, Header(description="scope and sha256, in base64", max_length=4096)],
) -> Response:
    """Room for the bytes of a SHA-256 in a scope. The offset tells what is here: all, if the account may read it."""
    told = metadata(upload_metadata)
    scope, sha256 = told.get("scope", ""), told.get("sha256", "")
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise Refused(P.MALFORMED, "Upload-Metadata: sha256")
    if scope not in caller.scopes or scope == "public":
        raise Refused(P.NOT_ALLOWED, "不能在这个范围里放附件。")
    most = parts.limits.now(parts).max_bytes
    if upload_length > most:
        raise Refused(P.BLOB_KIND, f"附件超过 {most >> 20} MB，请压缩或拆分后重新添加。", status=413)
    now = instant_text(parts.clock())
    with parts.database.write() as connection:
        here = blobs.find(connection, scope, sha256)
        if here is not None and here.bytes != upload_length:
            blobs.forget(connection, scope, sha256)
            parts.blobs.drop(scope, sha256)
            here = None
        if here is None:
            other = blobs.readable(connection, caller.scopes, sha256)
            if other is not None and other.bytes == upload_length:
                blobs.complete(connection, scope, sha256, other.bytes, other.type, caller.account, now)
                return _created(scope, sha256, upload_length)
            blobs.begin(connection, scope, sha256, upload_length, caller.account, now)
    if here is not None and here.whole:
        return _created(scope, sha256, upload_length)
    with disk():
        parts.blobs.begin(scope, sha256)
    return _created(scope, sha256, parts.blobs.offset(scope, sha256))


@router.head("/blobs/{upload}", summary="How far an attachment has come", responses={**OTHER_TUS, **problems(*ALWAYS)})
def offset(upload: Upload, caller: Everyone, parts: Parts, _: Annotated[None, Depends(tus)]) -> Response:
    """`Upload-Offset`: exactly the bytes that are here."""
    blob = _upload(parts, caller, upload)
    at = blob.bytes if blob.whole else parts.blobs.offset(blob.scope, blob.sha256)
    return Response(headers={**TUS, "Upload-Offset": str(at), "Upload-Length": str(blob.bytes)})


@router.patch(
    "/blobs/{upload}",
    summary="Send bytes of an attachment",
    status_code=204,
    openapi_extra={
        "requestBody": {"required": True, "content": {TUS_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
    },
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
    blob = await asyncio.to_thread(_upload, parts, caller, upload)
    here = blob.bytes if blob.whole else parts.blobs.offset(blob.scope, blob.sha256)
    if upload_offset != here:
        raise Refused(P.BLOB_OFFSET, offset=here, headers={**TUS, "Upload-Offset": str(here)})
    if blob.whole:
        return Response(status_code=204, headers={**TUS, "Upload-Offset": str(here)})
    with disk():
        parts.blobs.begin(blob.scope, blob.sha256)
        writer = parts.writers.open(parts.blobs.growing(blob.scope, blob.sha256), here)
        try:
            await _receive(request, writer, blob.bytes, checksum)
            await asyncio.to_thread(_settle, parts, caller, blob, writer, checksum)
        finally:
            writer.close()
    return Response(status_code=204, headers={**TUS, "Upload-Offset": str(writer.offset)})


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


def _created(scope: str, sha256: str, at: int) -> Response:
    where = f"{BASE}/blobs/{scope}:{sha256}"
    return Response(status_code=201, headers={**TUS, "Location": where, "Upload-Offset": str(at)})


def _upload(parts: Work, caller: Caller, upload: str) -> blobs.Blob:
    """The upload, if it is in a scope of the caller's; to anybody else it does not exist."""
    scope, _, sha256 = upload.rpartition(":")
    with parts.database.read() as connection:
        blob = blobs.find(connection, scope, sha256) if scope in caller.scopes else None
    if blob is None:
        raise Refused(P.NOT_FOUND)
    return blob


async def _receive(request: Request, writer: Writer, length: int, checksum: Checksum | None) -> None:
    """Write the stream piece by piece. When the line dies, what has come is written and the rest is asked for later."""
    waiting: list[bytes] = []
    size = 0

    async def flush() -> None:
        nonlocal size
        data, size = b"".join(waiting), 0
        waiting.clear()
        if data:
            await asyncio.to_thread(writer.write, data)

    try:
        async for piece in request.stream():
            if writer.offset + size + len(piece) > length:
                raise Refused(P.TOO_LARGE, "附件的内容比声明的长。", headers=TUS)
            if checksum is not None:
                checksum.digest.update(piece)
            waiting.append(piece)
            size += len(piece)
            if size >= PIECE:
                await flush()
    except ClientDisconnect:
        await flush()
        raise
    await flush()


def _settle(parts: Work, caller: Caller, blob: blobs.Blob, writer: Writer, checksum: Checksum | None) -> None:
    """What came is durable before it is answered for; all of it: proven, typed, put in its place."""
    if checksum is not None and not checksum.right:
        writer.cut_back()
        raise Refused(P.BLOB_CHECKSUM, headers=TUS)
    if writer.offset < blob.bytes:
        writer.durable()
        if writer.start < HEAD_BYTES <= writer.offset:
            _type(parts, blob, writer)
        return
    if writer.sha256() != blob.sha256:
        _forget(parts, blob)
        raise Refused(P.BLOB_CHECKSUM, headers=TUS)
    kind = _type(parts, blob, writer)
    writer.finish(parts.blobs, blob.scope, blob.sha256)
    with parts.database.write() as connection:
        blobs.finish(connection, blob.scope, blob.sha256, kind, instant_text(parts.clock()))


def _type(parts: Work, blob: blobs.Blob, writer: Writer) -> str:
    """What the bytes are; refused when the pack takes no such file."""
    kind, allowed = type_by_content(writer.head()), parts.limits.now(parts).types
    if kind not in allowed:
        _forget(parts, blob)
        takes = "、".join(sorted(allowed)).upper()
        raise Refused(P.BLOB_KIND, f"文件的内容是 {kind.upper() or '未知类型'}，只接受 {takes}。", headers=TUS)
    return kind


def _forget(parts: Work, blob: blobs.Blob) -> None:
    with parts.database.write() as connection:
        blobs.forget(connection, blob.scope, blob.sha256)
    parts.blobs.drop(blob.scope, blob.sha256)
