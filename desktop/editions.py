"""Which edition of the rules is in force at a desk: the feed's newest begun one, else the one beside the program."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from desktop.commands.packs import packs_folder
from domain.packs import Pack, load, parse
from sync.store.local import Reader

SETTING = "pack"  # id of the pack that the server named at the first connection

_parsed: dict[str, Pack] = {}  # by digest of the text: a pack never changes, several desks share it
_turn = threading.Lock()


class NoPack(Exception):
    """Neither the feed nor this program has rules for the association."""

    sentence = "还没有取到协会的业务规则。"
    remedy = "请联网后再试一次。"


def in_force(reader: Reader, account: str, today: date) -> Pack:
    """Raises NoPack, and PackError where an edition cannot be read."""
    begun = [
        (str(one.body.get("since") or ""), one.id, one.body)
        for one in reader.mirror.of_kind(account, "pack").values()
        if str(one.body.get("since") or "") <= today.isoformat() and one.body.get("files")
    ]
    if begun:
        return parsed(max(begun, key=lambda one: one[:2])[2]["files"])
    return shipped(str(reader.settings.get(account, SETTING) or ""))


def parsed(files: Mapping[str, Any]) -> Pack:
    """The pack of these texts."""
    digest = sha256(json.dumps(files, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    with _turn:
        if digest not in _parsed:
            _parsed[digest] = parse(files)
        return _parsed[digest]


def shipped(name: str) -> Pack:
    """The one beside the program."""
    folder: Path = packs_folder() / name
    if not name or not (folder / "pack.yaml").is_file():
        raise NoPack
    with _turn:
        if name not in _parsed:
            _parsed[name] = load(folder)
        return _parsed[name]
