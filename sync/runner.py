"""Runs the sync core on a thread of its own (`SyncRunner`), or once in the caller's (`sync_once`)."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from domain.bugs import report_of
from sync.core import SyncCore
from sync.failures import Failure, FailureKind
from sync.login import Session
from sync.notices import Crashed, Line, Notice, StatusChanged
from sync.ports import Clock, Event, StorePort
from sync.store.errors import DiskFull, StoreDamaged, StoreFailure
from sync.transport import Transport

log = logging.getLogger(__name__)
STORE_PAUSE = timedelta(seconds=30)  # after the store could not be written
GIVE_UP = 5  # failures in a row that end `sync_once`
Task = Callable[[SyncCore], None]


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class _Engine:
    """A core with its transport and the queue that both are driven from. One thread."""

    def __init__(
        self, store: StorePort, session: Session, notify: Callable[[Notice], object], clock: Clock, *, wakes: bool
    ) -> None:
        self.tasks: SimpleQueue[Event | Task | None] = SimpleQueue()
        self._clock, self._notify, self._stays = clock, notify, wakes
        self._transport = Transport(session.address, session.token, self.tasks.put)
        self.core = SyncCore(
            session.identity,
            store,
            self._transport,
            clock=clock,
            chance=random.random,
            notify=notify,
            wakes=wakes,
        )

    def turn(self, longest: float | None = None) -> bool:
        """One step, then everything that comes in until the next is due; False: it was told to end.

        A store that cannot be written is told and tried again by whoever stays; raised to whoever runs once.
        """
        try:
            due = self.core.step()
            if not self._stays and self.core.idle:
                return True  # nothing is on its way that could be waited for
            waits = [(due - self._clock()).total_seconds()] if due else []
            waits += [longest] if longest is not None else []
            task = self.tasks.get(timeout=max(0.0, min(waits))) if waits else self.tasks.get()
            while task is not None:
                self._do(task)
                task = self.tasks.get_nowait()
            return False
        except Empty:
            return True
        except StoreFailure as error:
            if not self._stays:
                raise
            self._notify(StatusChanged(Line.TROUBLE, Failure(_kind_of(error), error.kind)))
            return self._rest()

    def _do(self, task: Event | Task) -> None:
        if callable(task):
            task(self.core)
        else:
            self.core.handle(task)

    def _rest(self) -> bool:
        """The store could not be written: let go of everything, wait, begin again. False: it was told to end."""
        self.core.abandon()
        until = self._clock() + STORE_PAUSE
        while (left := (until - self._clock()).total_seconds()) > 0:
            try:
                task = self.tasks.get(timeout=left)
            except Empty:
                break
            if task is None:
                return False
            if callable(task):  # a person asked for something: try now
                self.tasks.put(task)
                break
        self.tasks.put(SyncCore.start)
        return True

    def close(self) -> None:
        try:
            self.core.stop()
        except StoreFailure:
            log.warning("the store could not be written at the end; what was on its way will be asked again")
        self._transport.close()


class SyncRunner:
    """One account's sync in the background. Every method may be called from any thread and returns at once."""

    def __init__(
        self,
        store: StorePort,
        session: Session,
        on_event: Callable[[Notice], object],
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._notify = on_event
        self._engine = _Engine(store, session, on_event, clock, wakes=True)
        self._thread = threading.Thread(target=self._run, name="sync-core", daemon=True)
        self.crashed: BaseException | None = None  # a bug: whoever owns the runner shows it

    def start(self) -> None:
        """Begin to send and receive."""
        self._engine.tasks.put(SyncCore.start)
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """End for good; returns when the store is no longer touched."""
        self._engine.tasks.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def pause(self) -> None:
        """Let go of the network until `resume`; work goes on offline."""
        self._engine.tasks.put(SyncCore.stop)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._engine.tasks.put(SyncCore.start)

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._engine.tasks.put(SyncCore.wake)

    def send_now(self) -> None:
        """A person asked to try at once."""
        self._engine.tasks.put(SyncCore.send_now)

    def accept_shrink(self, scope: str) -> None:
        """A person agreed that much of this scope goes."""
        self._engine.tasks.put(lambda core: core.accept_shrink(scope))

    @property
    def status(self) -> StatusChanged:
        """As last told."""
        return self._engine.core.status

    def _run(self) -> None:
        try:
            while self._engine.turn():
                pass
        except BaseException as error:  # whatever it was, this thread ends with it: its owner is to know
            self.crashed = error
            log.error("the sync stopped: a bug: %s", report_of(error))
            self._notify(Crashed(error))
        finally:
            self._engine.close()


def _kind_of(error: StoreFailure) -> FailureKind:
    if isinstance(error, DiskFull):
        return FailureKind.DISK_FULL
    return FailureKind.STORE_DAMAGED if isinstance(error, StoreDamaged) else FailureKind.DISK_TROUBLE


@dataclass(frozen=True, slots=True)
class Report:
    """How one cycle went."""

    left: int  # Operations without a final answer
    failure: Failure | None = None

    @property
    def exit_status(self) -> int:
        """0: nothing is queued; 3: it gave up."""
        return 0 if not self.left and self.failure is None else 3


def sync_once(
    store: StorePort,
    session: Session,
    on_event: Callable[[Notice], object] = lambda notice: None,
    *,
    clock: Clock = utc_now,
    patience: int = GIVE_UP,
) -> Report:
    """Send everything and fetch everything, then return; gives up after `patience` failures in a row."""
    engine = _Engine(store, session, on_event, clock, wakes=False)
    core = engine.core
    try:
        core.start()
        while core.running and not core.idle and core.failures < patience:
            engine.turn()
        failure = core.status.failure
        if failure is None and core.failures >= patience:
            failure = Failure(FailureKind.CUT)  # a line that only breaks is told to nobody who stays
    except StoreFailure as error:
        failure = Failure(_kind_of(error), error.kind)
    finally:
        engine.close()
    return Report(store.queued(session.account), failure)
