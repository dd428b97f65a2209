"""What one server is set to: read from its data folder, written once by `huiban-server init`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.files import write_whole

CONFIG = "server.json"
SERVER_KEY, STUDY_KEY = "keys/server.key", "keys/study.key"
PUBLISHER_KEY = "keys/publisher.key"  # signs editions of the pack: may lie elsewhere, the server needs its public half


class SettingsError(Exception):
    """The data folder is not one of a server, or is damaged: one sentence for the person who keeps it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One association's server."""

    data: Path
    association: str  # id, for ever: receipts name it
    name: str
    pack: str  # id of the pack whose editions are in force
    database: str  # URL
    address: str = ""  # where desks find it
    token_days: int = 30
    push_bytes: int = 8 << 20
    publisher: str = ""  # public key, base64url, that signs editions of the pack; empty: none can be published
    ports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def spool(self) -> Path:
        """Where notifications and fiscal requests lie until somebody sends them on."""
        return self.data / "spool"

    @property
    def study_inbox(self) -> Path:
        """Where the study platform puts its results."""
        return self.data / "study-inbox"

    @property
    def blobs(self) -> Path:
        """Where attachments lie."""
        return self.data / "blobs"

    def key(self, name: str = SERVER_KEY) -> Ed25519PrivateKey:
        """One of the server's own keys; the file is readable to the service alone."""
        try:
            return Ed25519PrivateKey.from_private_bytes((self.data / name).read_bytes())
        except (OSError, ValueError) as error:
            raise SettingsError(f"密钥文件不可用：{self.data / name}（{error}）。请从备份恢复数据目录。") from error

    def save(self) -> None:
        """Write the settings beside the data."""
        body = {
            "association": self.association,
            "name": self.name,
            "pack": self.pack,
            "database": "" if self.database == default_database(self.data) else self.database,
            "address": self.address,
            "token_days": self.token_days,
            "push_bytes": self.push_bytes,
            "publisher": self.publisher,
            "ports": dict(self.ports),
        }
        write_private(self.data / CONFIG, json.dumps(body, ensure_ascii=False, indent=2).encode())


def load(data: Path, database: str | None = None) -> Settings:
    """The settings of a data folder; `database` stands in place of the one it names."""
    path = data / CONFIG
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{data} 不是会办服务器的数据目录：请先运行 huiban-server init。") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"读不了 {path}：{error}") from error
    try:
        return Settings(
            data=data,
            association=body["association"],
            name=body["name"],
            pack=body["pack"],
            database=database or body.get("database") or default_database(data),
            address=body.get("address", ""),
            token_days=int(body.get("token_days", 30)),
            push_bytes=int(body.get("push_bytes", 8 << 20)),
            publisher=str(body.get("publisher", "")),
            ports=body.get("ports", {}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{path} 缺少或写错了一项：{error}") from error


def default_database(data: Path) -> str:
    """The embedded database of a data folder."""
    return f"sqlite:///{data / 'server.db'}"


def new_key(path: Path) -> Ed25519PrivateKey:
    """A fresh Ed25519 key, kept where the service alone may read it."""
    key = Ed25519PrivateKey.generate()
    write_private(path, key.private_bytes_raw())
    return key


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
