"""What a piece of the server's work needs: the one place where its parts are put together."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import HTTPConnection

from server.arrivals import Arrivals
from server.blob_limits import BlobLimits
from server.blobs import BlobStore
from server.clock import SHANGHAI, Clock, shanghai_day, utc_now
from server.database import Database
from server.editions import Editions
from server.notifier import Notifier
from server.settings import Settings
from server.uploads import Writers
from sync.protocol import public_text, sealing_text

__all__ = ["SHANGHAI", "Clock", "Work", "build", "shanghai_day", "utc_now", "work"]


@dataclass(frozen=True, slots=True)
class Work:
    """The parts of one running server: no state but the database, the blobs and what can be made anew."""

    settings: Settings
    database: Database
    blobs: BlobStore
    arrivals: Arrivals
    key: Ed25519PrivateKey  # signs receipts
    clock: Clock = utc_now
    editions: Editions = field(default_factory=Editions)
    notifier: Notifier = field(default_factory=Notifier)
    writers: Writers = field(default_factory=Writers)  # of uploads on their way
    outlet: threading.Event = field(default_factory=threading.Event)  # set: something has to leave the server
    limits: BlobLimits = field(default_factory=BlobLimits)

    @property
    def association(self) -> str:
        """The id that receipts name."""
        return self.settings.association

    @property
    def public_key(self) -> str:
        """What receipts are proved with."""
        return public_text(self.key)

    @property
    def sealing(self) -> str:
        """What desks seal files to that are carried here by hand, proved by the key above."""
        return sealing_text(self.key)


def build(settings: Settings, clock: Clock = utc_now) -> Work:
    """Wire a server from its settings."""
    database = Database(settings.database)
    return Work(settings, database, BlobStore(settings.blobs), Arrivals(database), settings.key(), clock)


async def work(connection: HTTPConnection) -> Work:
    """For a route: the parts of the server that answers. Async, so that it costs no hop to a thread."""
    parts: Work = connection.app.state.work
    return parts
