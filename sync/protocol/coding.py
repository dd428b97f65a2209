"""Bytes: gzip within a limit, JSON without surprises, instants as text."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any

from sync.protocol.limits import GZIP_LEVEL


class TooLarge(ValueError):
    """More bytes than the reader is willing to hold."""


def compress(data: bytes) -> bytes:
    """gzip, the same bytes for the same data."""
    return zlib.compress(data, GZIP_LEVEL, wbits=31)


def decompress(data: bytes, limit: int) -> bytes:
    """gunzip up to `limit` bytes; raises TooLarge beyond, ValueError when it is not (whole) gzip."""
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(data, limit + 1)
    except zlib.error as error:
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
