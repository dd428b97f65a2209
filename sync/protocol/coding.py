"""Bytes: gzip within a limit, JSON without surprises, instants as text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from isal import isal_zlib

from sync.protocol.limits import GZIP_LEVEL

GZIP = 31  # the window bits that mean a gzip wrapper
NotGzip: type[Exception] = isal_zlib.IsalError  # type: ignore[assignment]  # its stub calls the class an instance


class TooLarge(ValueError):
    """More bytes than the reader is willing to hold."""


def compress(data: bytes) -> bytes:
    """gzip, whole."""
    return isal_zlib.compress(data, GZIP_LEVEL, wbits=GZIP)


def zipper() -> isal_zlib.Compress:
    """gzip, piece by piece."""
    return isal_zlib.compressobj(GZIP_LEVEL, wbits=GZIP)


def unzipper() -> isal_zlib.Decompress:
    """gunzip, piece by piece; it raises NotGzip."""
    return isal_zlib.decompressobj(wbits=GZIP)


def decompress(data: bytes, limit: int) -> bytes:
    """gunzip up to `limit` bytes; raises TooLarge beyond, ValueError when it is not (whole) gzip."""
    machine = unzipper()
    try:
        plain = machine.decompress(data, limit + 1)
    except NotGzip as error:
        raise ValueError("not gzip") from error
    if len(plain) > limit:
        raise TooLarge(f"more than {limit} bytes")
    if not machine.eof:
        raise ValueError("gzip cut short")
    return plain


def json_bytes(value: Any) -> bytes:
    """Compact UTF-8 JSON, keys in their order; NaN and Infinity are errors."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def instant_text(moment: datetime) -> str:
    """ISO instant in UTC with milliseconds: 2026-01-02T03:04:05.678Z"""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
