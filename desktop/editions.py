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
from domain.packs import Pack, PackError, load, parse
from sync.store.local import Reader

SETTING = "pack"  # id of the pack that the server named at the first connection

_parsed: dict[str, Pack] = {}  # by digest of the text: a pack never changes, several desks share it
_turn = threading.Lock()


class NoPack(Exception):
    """Neither the feed nor this program has rules for the association."""

    sentence = "还没有取到协会的业务规则。"
    remedy = "请联网后再试一次。"


class RulesTooNew(NoPack):
    """The edition in force is written in a way this program does not know."""

    sentence = "协会的业务规则有了新写法，这个版本的会办读不懂。"
    remedy = "请安装新版会办；未发送的内容都保留着。"


def in_force(reader: Reader, account: str, today: date) -> Pack:
    """Raises NoPack."""
    begun = [
        (str(one.body.get("since") or ""), one.id, one.body)
        for one in reader.mirror.of_kind(account, "pack").values()
        if str(one.body.get("since") or "") <= today.isoformat() and one.body.get("files")
    ]
    if begun:
        try:
            return parsed(max(begun, key=lambda one: one[:2])[2]["files"])
        except PackError as error:
            raise RulesTooNew from error
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
