"""Which edition of the rules is in force at a desk: the feed's newest begun one, else the one beside the program."""

from __future__ import annotations

import contextlib
import hashlib
import sys
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import domain
from desktop.commands.packs import packs_folder
from desktop.troubles import NoPack, RulesTooNew
from domain.packs import Pack, PackError, digest, parse, texts
from domain.packs.keeping import NotKept, keep, kept
from sync import files
from sync.store.local import Reader

SETTING = "pack"  # id of the pack that the server named at the first connection
RULES = "rules"  # folder beside the store, with the packs that were read and checked; it may be deleted at any time
MANY = 6  # of them stay

_parsed: dict[str, Pack] = {}  # by digest: a pack never changes, several desks share it
_turn = threading.Lock()


def in_force(reader: Reader, account: str, today: date) -> Pack:
    """Raises NoPack."""
    begun = [
        (str(one.body.get("since") or ""), one.id, one.body)
        for one in reader.mirror.of_kind(account, "pack").values()
        if str(one.body.get("since") or "") <= today.isoformat() and one.body.get("files")
    ]
    beside = reader.files.folder.parent / RULES
    if begun:
        try:
            return parsed(max(begun, key=lambda one: one[:2])[2]["files"], beside)
        except PackError as error:
            raise RulesTooNew from error
    return shipped(str(reader.settings.get(account, SETTING) or ""), beside)


def shipped(name: str, beside: Path | None = None) -> Pack:
    """The one that came with the program."""
    folder = packs_folder() / name
    if not name or not (folder / "pack.yaml").is_file():
        raise NoPack
    return parsed(texts(folder), beside)


def parsed(files: Mapping[str, str], beside: Path | None = None) -> Pack:
    """The pack of these texts; read once, then kept in the folder `beside` for the next start."""
    edition = digest(files)
    with _turn:
        if edition not in _parsed:
            _parsed[edition] = _from_before(files, edition, beside) or _read(files, beside)
        return _parsed[edition]


def _from_before(files: Mapping[str, str], edition: str, beside: Path | None) -> Pack | None:
    if beside is None:
        return None
    try:
        return kept((beside / _name(edition)).read_bytes(), files, edition)
    except (OSError, NotKept):
        return None


def _read(files: Mapping[str, str], beside: Path | None) -> Pack:
    pack = parse(files)
    if beside is not None:
        with contextlib.suppress(OSError):  # a full disk costs a little time at the next start, nothing else
            _write(beside, _name(pack.digest), keep(pack))
    return pack


def _write(beside: Path, name: str, data: bytes) -> None:
    beside.mkdir(mode=0o700, exist_ok=True)
    part = beside / f"{name}.part"
    part.write_bytes(data)
    files.replace(part, beside / name)
    for old in sorted(beside.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)[MANY:]:
        files.remove(old)


def _name(edition: str) -> str:
    return f"{edition[:24]}-{_program()[:16]}"


def _program() -> str:
    """What tells the modules that read packs from those of another program, which reads them anew."""
    modules = sorted(Path(domain.__file__).parent.rglob("*.py"))
    marks = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in modules]
    return hashlib.sha256(f"{sys.version_info[:2]} {marks}".encode()).hexdigest()
