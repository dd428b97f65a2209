"""Making a server: keys, database, the pack's first edition, accounts, invitation. All of it or nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, inspect
from uuid_utils import uuid4, uuid7

from domain.packs import Pack, PackError
from domain.packs import load as load_pack
from server import feed, schema, seed
from server.clock import Clock, shanghai_day, utc_now
from server.decide.install import install
from server.outlet import deliver, ports_of
from server.repositories import accounts
from server.settings import CONFIG, PUBLISHER_KEY, SERVER_KEY, STUDY_KEY, Settings, default_database, new_key
from server.study import ACCOUNT, DEVICE
from server.work import Work, build
from sync.files import replace as replace_file
from sync.protocol import fingerprint, instant_text, public_text, sign

PACKS = Path(__file__).resolve().parents[1] / "resources" / "packs"
BEGINNING = "2000-01-01"  # the first edition is in force from the start
INVITATION = "invitation.huiban"


class FoundingError(Exception):
    """Why no server came of it: one sentence."""


def init(
    data: Path,
    pack: str,
    name: str,
    *,
    database: str | None = None,
    address: str = "",
    seed_file: Path | None = None,
    today: date | None = None,
    clock: Clock = utc_now,
) -> seed.Loaded:
    """Make the data folder and the database of a new association; first passwords lie in the spool afterwards."""
    if (data / CONFIG).exists():
        raise FoundingError(f"{data} 里已经有一个协会，init 不会改动它。")
    chosen = _pack(pack)
    now = clock()
    told: seed.Seed = seed.read(seed_file, today or shanghai_day(now)) if seed_file else {"accounts": [ADMIN]}
    made_data = not data.exists()
    data.mkdir(parents=True, exist_ok=True)
    url = database or default_database(data)
    id = str((told.get("association") or {}).get("id") or uuid7())
    settings = Settings(data=data, association=id, name=name, pack=chosen.id, database=url, address=address)
    try:
        server_key = new_key(data / SERVER_KEY)
        study_key = new_key(data / STUDY_KEY)
        publisher_key = new_key(data / PUBLISHER_KEY)
        settings = replace(settings, publisher=public_text(publisher_key))
        parts = build(settings, clock)
        try:
            _empty(parts)
            schema.upgrade(parts.database)
            with parts.database.write() as connection:
                feed.found(connection, str(uuid4()))
                _first_edition(parts, connection, chosen)
                moment = instant_text(now)
                accounts.register_device(connection, ACCOUNT, DEVICE, public_text(study_key), "学习平台", moment)
                loaded = seed.load(parts, connection, told, chosen, now, seed_file.parent if seed_file else data)
            settings.study_inbox.mkdir(exist_ok=True)
            settings.save()
            write_invitation(settings, public_text(server_key))
            deliver(parts, ports_of(parts))
            return loaded
        finally:
            parts.database.close()
    except BaseException:
        if made_data and not (data / CONFIG).exists():
            shutil.rmtree(data, ignore_errors=True)
        raise


ADMIN = {"login": "admin", "role": "admin", "name": "协会管理员"}


def import_seed(parts: Work, path: Path, today: date) -> seed.Loaded:
    """More stock for a server that exists: everything in the file or nothing."""
    told = seed.read(path, today)
    now = parts.clock()
    with parts.database.write() as connection:
        pack = parts.editions.current(connection, today)
        loaded = seed.load(parts, connection, told, pack, now, path.parent)
    deliver(parts, ports_of(parts))
    return loaded


def write_invitation(settings: Settings, public: str) -> Path:
    """The file that a desk connects with: where the server is and how to know it."""
    body = {
        "address": settings.address,
        "association": {"id": settings.association, "name": settings.name},
        "key_fingerprint": fingerprint(public),
    }
    path = settings.data / INVITATION
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    return replace_file(fresh, path)


def invite_at(parts: Work, address: str) -> None:
    """Without an address of its own a server is where it listens now: a demo, a trial."""
    if not parts.settings.address:
        write_invitation(replace(parts.settings, address=address), parts.public_key)


def _pack(told: str) -> Pack:
    """A pack by its id or its folder, checked whole."""
    folder = Path(told) if (Path(told) / "pack.yaml").is_file() else PACKS / told
    if not (folder / "pack.yaml").is_file():
        raise FoundingError(f"没有规则包 {told}：请给出规则包的编号或文件夹。")
    try:
        return load_pack(folder)
    except PackError as error:
        raise FoundingError(f"规则包有错误：{str(error).splitlines()[0]}") from error


def _empty(parts: Work) -> None:
    with parts.database.read() as connection:
        if inspect(connection).get_table_names():
            raise FoundingError("这个数据库里已经有数据：一个数据库只属于一个协会，请换一个空的。")


def _first_edition(parts: Work, connection: Connection, pack: Pack) -> None:
    entity = f"pack/{pack.edition}"
    signature = sign(parts.settings.key(PUBLISHER_KEY), pack.digest.encode())
    body = {"id": entity, "pack": pack.id, "edition": pack.edition, "files": pack.files, "digest": pack.digest}
    system = {"id": ACCOUNT, "login": "system", "role": "system", "name": "学习平台", "active": True}
    first = {**body, "signature": signature, "since": BEGINNING}
    install(connection, [first, system], instant_text(parts.clock()), by="init")
