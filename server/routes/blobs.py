"""Attachments: tus 1.0 (core, creation, creation with upload, checksum). Who calls is known before the first byte."""

from __future__ import annotations

import asyncio
import mimetypes
import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.access import EVERYONE, Caller, Everyone
from server.blobs import Growing
from server.intake import TUS, Named, let_pass, room, take
from server.problems import SCHEMA, Refused, problems
from server.repositories import blobs
from server.uploads import Checksum, Limits, Writer, disk, metadata
from server.work import Work, work
from sync.protocol import BASE, PROBLEM_TYPE, TUS_EXTENSIONS, TUS_TYPE, TUS_VERSION, Problem

router = APIRouter(tags=["blobs"])
P = Problem
ALWAYS = (P.PROTOCOL_VERSION, P.LOGIN_NEEDED, P.PASSWORD_CHANGE_NEEDED, P.NOT_FOUND, P.MALFORMED, P.BUSY)
OTHER_TUS: dict[int | str, dict[str, Any]] = {
    412: {"description": "Another version of tus", "content": {PROBLEM_TYPE: {"schema": {"$ref": SCHEMA}}}}
}
BYTES: dict[str, Any] = {
    "requestBody": {"required": True, "content": {TUS_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}
MOST = 1 << 50  # bytes
ANNOUNCED: dict[str, Any] = {  # read by hand: see `create`
    "requestBody": BYTES["requestBody"] | {"required": False},
    "parameters": [
        {"name": "Tus-Resumable", "in": "header", "required": True, "schema": {"const": TUS_VERSION}},
        {
            "name": "Upload-Length",
            "in": "header",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": MOST},
        },
        {
            "name": "Upload-Metadata",
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": "scope and sha256, in base64",
        },
        {"name": "Upload-Checksum", "in": "header", "required": False, "schema": {"type": "string"}},
    ],
}
SHA256 = r"^[0-9a-f]{64}$"
UPLOAD = r"^[a-z]+(:[^:/\s]{1,64})?:[0-9a-f]{64}$"
Parts = Annotated[Work, Depends(work)]
Upload = Annotated[str, Path(pattern=UPLOAD, description="scope:sha256")]


async def tus(tus_resumable: Annotated[str | None, Header(description="1.0.0")] = None) -> None:
    """The version of tus is ours."""
    _speaks(tus_resumable)


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
    dependencies=[Depends(EVERYONE)],
    openapi_extra=ANNOUNCED,
    responses={
        **OTHER_TUS,
        **problems(*ALWAYS, P.TOO_LARGE, P.NOT_ALLOWED, P.BLOB_OFFSET, P.BLOB_CHECKSUM, P.BLOB_KIND),
    },
)
async def create(request: Request, parts: Parts) -> Response:
    """Room for the bytes of a SHA-256 in a scope. The offset tells what is here: all, if the account may read it.

    Bytes that come with it are counted from the first one on, whatever came before. It is called straight from the
    edge, so it admits its caller and reads its headers itself: all that asks the database or the disk in one thread.
    """
    asked = await asyncio.to_thread(_announced, request, parts)
    at = asked.at
    if asked.writer is not None:
        at = await take(request.receive, parts, asked.named, asked.writer, asked.checksum)
    elif asked.brings:  # what is here already
        await let_pass(request.receive)
    where = f"{BASE}/blobs/{asked.named.scope}:{asked.named.sha256}"
    return Response(status_code=201, headers={**TUS, "Location": where, "Upload-Offset": str(at)})


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
    limits, writer = await asyncio.to_thread(_opened, parts, growing)
    named = Named(scope, sha256, growing.length, caller, limits)
    at = await take(request.receive, parts, named, writer, checksum)
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


@dataclass(frozen=True, slots=True)
class Announced:
    """What was announced, and how it stands."""

    named: Named
    brings: bool  # the bytes come along
    at: int  # the offset, if none are to be written
    writer: Writer | None = None
    checksum: Checksum | None = None


def _announced(request: Request, parts: Work) -> Announced:
    """Admit the caller, then read what is announced, then make room, in one picture of the database."""
    with parts.database.read() as connection:
        caller = EVERYONE.admit(request, parts, connection)
        told = request.headers
        _speaks(told.get("tus-resumable"))
        length = _number(told, "upload-length", 1)
        names = metadata(told.get("upload-metadata", ""))
        scope, sha256 = names.get("scope", ""), names.get("sha256", "")
        if not re.fullmatch(SHA256, sha256):
            raise Refused(P.MALFORMED, "Upload-Metadata: sha256")
        if scope not in caller.scopes or scope == "public":
            raise Refused(P.NOT_ALLOWED, "不能在这个范围里放附件。")
        checksum = Checksum.read(told.get("upload-checksum"))
        brings = told.get("content-type") == TUS_TYPE
        named = Named(scope, sha256, length, caller, parts.limits.now(parts, connection))
        growing = room(parts, connection, named)
    if growing is None:
        return Announced(named, brings, length)
    if not brings:
        return Announced(named, brings, growing.offset)
    return Announced(named, brings, 0, parts.writers.open(growing.path, 0), checksum)


def _speaks(version: str | None) -> None:
    """The version of tus is ours."""
    if version != TUS_VERSION:
        raise Refused(P.MALFORMED, "Tus-Resumable: 1.0.0", status=412, headers={"Tus-Version": TUS_VERSION})


def _number(told: Headers, name: str, least: int) -> int:
    """A header that is a number of bytes."""
    text = told.get(name, "")
    if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= MOST):
        raise Refused(P.MALFORMED, f"header.{name}", at=f"header.{name}")
    return int(text)


def _own(caller: Caller, upload: str) -> tuple[str, str]:
    """Scope and SHA-256 of an upload in a scope of the caller's; to anybody else it does not exist."""
    scope, _, sha256 = upload.rpartition(":")
    if scope not in caller.scopes:
        raise Refused(P.NOT_FOUND)
    return scope, sha256


def _opened(parts: Work, growing: Growing) -> tuple[Limits, Writer]:
    """What the pack takes now, and who writes from here on."""
    with parts.database.read() as connection:
        limits = parts.limits.now(parts, connection)
    with disk():
        return limits, parts.writers.open(growing.path, growing.offset)


def _whole(parts: Work, scope: str, sha256: str) -> blobs.Blob:
    with parts.database.read() as connection:
        blob = blobs.find(connection, scope, sha256)
    if blob is None:
        raise Refused(P.NOT_FOUND)
    return blob
