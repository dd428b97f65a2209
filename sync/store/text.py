"""JSON texts and instants as the store keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import uuid_utils
from pydantic_core import from_json, to_json

from sync.protocol import instant_text


def dumps(value: Any) -> str:
    """Compact JSON. A third of the time of the standard library's."""
    return to_json(value).decode()


def loads(text: str | None) -> Any:
    """The value; None where there is none. Keys are shared: ten thousand bodies name the same things."""
    return None if text is None else from_json(text, cache_strings="all")


def instant(moment: datetime) -> str:
    """ISO text in UTC that sorts."""
    return instant_text(moment)


def new_id() -> str:
    """UUIDv7."""
    return str(uuid_utils.uuid7())


def kind_of(entity: str) -> str:
    """The kind in an entity id."""
    return entity.partition("/")[0]


def key_of(entity: str) -> str:
    """The key in an entity id."""
    return entity.partition("/")[2]
