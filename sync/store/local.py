"""The desk's store: one encrypted database with one writer, and the attachments beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from sync.store.accounts import Accounts, Settings
from sync.store.blobs import BlobFolder, Blobs
from sync.store.drafts import Drafts
from sync.store.engine import reading_engine, writing_engine
from sync.store.errors import StoreMissing
from sync.store.lock import Lock
from sync.store.migrate import migrate
from sync.store.mirror import Mirror
from sync.store.operations import Operations
from sync.store.people import People
from sync.store.reminders import Reminders

NAME = "store.db"
BLOBS = "attachments"

Listener = Callable[[frozenset[str]], object]


class Reader:
    """One moment of the store, on one connection."""

    _steady = True

    def __init__(self, connection: Connection, files: BlobFolder) -> None:
        self.connection = connection
        self.files = files

    @cached_property
    def accounts(self) -> Accounts:
        """Who works here."""
        return Accounts(self.connection)

    @cached_property
    def settings(self) -> Settings:
        """Small texts."""
        return Settings(self.connection)

    @cached_property
    def mirror(self) -> Mirror:
        """What the server said is so."""
        return Mirror(self.connection, steady=self._steady)

    @cached_property
    def drafts(self) -> Drafts:
        """What is being filled in."""
        return Drafts(self.connection)

    @cached_property
    def operations(self) -> Operations:
        """What was asked."""
        return Operations(self.connection)

    @cached_property
    def blobs(self) -> Blobs:
        """What is known of attachments."""
        return Blobs(self.connection)

    @cached_property
    def people(self) -> People:
        """Everybody, to be listed and found."""
        return People(self.connection)

    @cached_property
    def reminders(self) -> Reminders:
        """Who can be chosen from which day."""
        return Reminders(self.connection)


class Writer(Reader):
    """The one transaction that may write; what it touched is told once it is durable."""

    _steady = False

    def __init__(self, connection: Connection, files: BlobFolder) -> None:
        super().__init__(connection, files)
        self.touched: set[str] = set()

    def touch(self, *topics: str) -> None:
        """Topics: a scope of the feed, or drafts, outbox, people, blobs, accounts, contact, reminders."""
        self.touched.update(topics)


class LocalStore:
    """Open until `close`. `transaction` is the only commit there is; `reading` never waits for it."""

    def __init__(self, folder: Path, key: bytes, lock: Lock) -> None:
        self.folder = folder
        self.key = key  # what the header wraps: for backups and for another way in
        self.files = BlobFolder(folder / BLOBS, key)
        self._lock = lock
        self._writing = writing_engine(folder / NAME, key)
        self._reading = reading_engine(folder / NAME, key)
        self._turn = threading.RLock()
        self._current: Writer | None = None
        self._listeners: list[Listener] = []
        try:
            self._writer = self._writing.connect()
            with self._writer.begin():
                migrate(self._writer)
        except BaseException:
            self._writing.dispose()
            raise

    @classmethod
    def create(cls, folder: Path, key: bytes) -> LocalStore:
        """A new store, or the one that is there; raises StoreInUse and what `open` raises."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock(folder)
        try:
            return cls(folder, key, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, folder: Path, key: bytes) -> LocalStore:
        """Raises StoreMissing, StoreInUse, StoreTooNew, or StoreDamaged (then see `sync.store.salvage`)."""
        if not (folder / NAME).exists():
            raise StoreMissing()
        store = cls.create(folder, key)
        store.files.sweep()
        return store

    def close(self) -> None:
        """All connections, then the lock."""
        with self._turn:
            self._writer.close()
            self._writing.dispose()
            self._reading.dispose()
            self._lock.release()

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        """Durable when the block ends, undone when it raises; inside another one it is part of that."""
        with self._turn:
            if self._current is not None:
                yield self._current
                return
            try:
                with self._writer.begin():
                    self._current = writer = Writer(self._writer, self.files)
                    yield writer
            finally:
                self._current = None
        if writer.touched:
            topics = frozenset(writer.touched)
            for listener in tuple(self._listeners):
                listener(topics)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """One moment, read-only, from any thread."""
        with self._reading.connect() as connection, connection.begin():
            reader = Reader(connection, self.files)
            yield reader
            reader.mirror.forget()

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Called with the topics after each transaction, on the thread that wrote; what is returned ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def __enter__(self) -> LocalStore:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
