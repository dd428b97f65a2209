"""What a piece of the server's work needs: the one place where its parts are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import HTTPConnection

from server.blobs import BlobStore
from server.database import Database
from server.editions import Editions
from server.notifier import Notifier
from server.settings import Settings
from sync.protocol import public_text

Clock = Callable[[], datetime]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """The one clock reading of the server; everything else is handed it."""
    return datetime.now(UTC)


def shanghai_day(moment: datetime) -> date:
    """The business day of an instant."""
    return moment.astimezone(SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class Work:
    """The parts of one running server: no state but the database, the blobs and what can be made anew."""

    settings: Settings
    database: Database
    blobs: BlobStore
    key: Ed25519PrivateKey  # signs receipts
    clock: Clock = utc_now
    editions: Editions = field(default_factory=Editions)
    notifier: Notifier = field(default_factory=Notifier)

    @property
    def association(self) -> str:
        """The id that receipts name."""
        return self.settings.association

    @property
    def public_key(self) -> str:
        """What receipts are proved with."""
        return public_text(self.key)


def build(settings: Settings, clock: Clock = utc_now) -> Work:
    """Wire a server from its settings."""
    return Work(settings, Database(settings.database), BlobStore(settings.blobs), settings.key(), clock)


def work(connection: HTTPConnection) -> Work:
    """For a route: the parts of the server that answers."""
    parts: Work = connection.app.state.work
    return parts
