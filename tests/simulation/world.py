"""Many desks and one server in one process, on one clock that only moves here, with every mishap drawn from one seed.

The desks are real (encrypted store, sync core), the server is real (its decide and feed on a database, its blob store);
only the line between them is played, and time. Same seed, same trace.
"""

from __future__ import annotations

import hashlib
import heapq
import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import uuid_utils

from domain.operations import Kind
from server import feed
from server.access import Caller
from server.decide.batch import batch as decide
from server.founding import init
from server.keeping import backup, restore
from server.login import log_in
from server.repositories import blobs, ledger
from server.settings import load
from server.work import Work, build
from sync.core import SyncCore
from sync.core_parts import Identity
from sync.failures import Failure, FailureKind
from sync.ports import Answered, Call, Event, Failed, Progress, Request, Upload, Uploaded
from sync.protocol import (
    Device,
    LoginRequest,
    PullRequest,
    PushRequest,
    WaitReply,
    WaitRequest,
    public_text,
    pull_reply,
    push_reply,
)
from sync.store.local import LocalStore
from sync.store.operations import OUTBOX, Sketch
from sync.store.port import SyncStore
from sync.store.signing import ask

PLAIN = Path(__file__).resolve().parents[1] / "processes"
START = datetime(2026, 3, 18, 1, 0, tzinfo=UTC)
KEY = bytes(range(32))
LOGINS = ("jia", "jia", "yi")  # two desks of one unit, one of another


@dataclass(frozen=True)
class Mishaps:
    """How often what goes wrong, of each request."""

    lost: float = 0.12  # it never arrives
    answer_lost: float = 0.12  # it arrives, its answer does not
    doubled: float = 0.05  # somebody on the way sends it twice
    late: float = 0.05  # the desk has given up when it arrives
    portal: float = 0.02  # a hotel answers
    crash: float = 0.04  # of each thing a person does: the program dies
    slowest: float = 0.8  # seconds


CALM = Mishaps(0, 0, 0, 0, 0, 0, 0.1)


@dataclass
class Desk:
    """One desk of the world."""

    number: int
    local: LocalStore
    account: str
    caller: Caller
    random: random.Random
    core: SyncCore | None = None
    life: int = 0  # counts starts of the program: what belongs to an earlier one is gone
    due: datetime | None = None
    made: int = 0
    entities: list[str] = field(default_factory=list)

    @property
    def store(self) -> SyncStore:
        return SyncStore(self.local)


class World:
    """Everything there is."""

    def __init__(self, folder: Path, seed: int, mishaps: Mishaps | None = None, *, edits: bool = True) -> None:
        self.now = START
        self.trace: list[tuple[object, ...]] = []
        self._chance = random.Random(seed)
        self._mishaps = mishaps or Mishaps()
        self._edits = edits
        self._queue: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = self._pending = 0
        self._uploads: dict[tuple[str, str], int] = {}
        self._open = ExitStack()
        data = folder / "server"
        init(
            data,
            str(PLAIN / "plain_pack"),
            "平常协会",
            seed_file=PLAIN / "plain.yaml",
            today=date(2026, 3, 18),
            clock=self.clock,
        )
        self.server = self._start_server(data)
        self.desks = [self._desk(folder / f"desk-{number}", number, login) for number, login in enumerate(LOGINS)]

    def close(self) -> None:
        self._open.close()
        self.server.database.close()

    def clock(self) -> datetime:
        return self.now

    # ---- time ----

    def at(self, seconds: float, what: Callable[[], object]) -> None:
        """Do this later."""
        self._order += 1
        heapq.heappush(self._queue, (self.now + timedelta(seconds=seconds), self._order, what))

    def run(self, until: Callable[[], bool], longest: timedelta = timedelta(hours=12)) -> None:
        """Let time pass until it holds."""
        end = self.now + longest
        while not until():
            assert self._queue, "nothing will ever happen again"
            moment, _, what = heapq.heappop(self._queue)
            assert moment <= end, "it takes for ever"
            self.now = max(self.now, moment)
            what()

    # ---- people ----

    def busy(self, actions: int) -> None:
        """Each person does so many things, at odd moments."""
        for desk in self.desks:
            moment = 0.0
            for _ in range(actions):
                moment += self._chance.expovariate(1 / 4.0)
                self.at(moment, partial(self._act, desk))
                self._pending += 1

    def settle(self) -> None:
        """When everybody has done everything the line becomes good; until all is sent and every mirror at the head."""
        self.run(lambda: self._pending == 0)
        self._mishaps = CALM
        self.run(self._settled)

    def _settled(self) -> bool:
        with self.server.database.read() as connection:
            heads, epoch = feed.heads(connection), feed.position(connection)[0]
        for desk in self.desks:
            if desk.core is None or not desk.core.idle or desk.store.queued(desk.account):
                return False
            if desk.store.epoch(desk.account) != epoch:
                return False
            cursors = desk.store.cursors(desk.account)
            if any(cursors[scope] < heads.get(scope, 0) for scope in cursors):
                return False
        return True

    def _act(self, desk: Desk) -> None:
        self._pending -= 1
        if desk.random.random() < self._mishaps.crash:
            self._note(desk, "crash")
            self._boot(desk)
            return
        if self._edits and desk.entities and desk.random.random() < 0.4:
            entity = desk.random.choice(desk.entities)
            self._ask(desk, entity, f"改{desk.number}-{desk.made}")
        else:
            entity = f"roster/{uuid_utils.uuid7()}"
            desk.entities.append(entity)
            blob = self._attach(desk) if desk.random.random() < 0.3 else None
            self._ask(desk, entity, f"新{desk.number}-{desk.made}", blob)
        if desk.core:
            desk.core.wake()
        self._step(desk)

    def _ask(self, desk: Desk, entity: str, name: str, blob: str | None = None) -> None:
        desk.made += 1
        body = {"name": name, "document_type": "other", "document_number": f"D{desk.number}-{desk.made}"}
        with desk.local.transaction() as writer:
            mirrored = writer.mirror.get(desk.account, entity)
            ask(
                writer,
                desk.account,
                Kind.SAVE_ROSTER,
                entity,
                {"name": name} if mirrored else body,
                now=self.now,
                sketch=Sketch(name, base=mirrored.body if mirrored else None),
                base_version=mirrored.version if mirrored else 0,
                blobs=[blob] if blob else [],
            )
        self._note(desk, "asks", name, "blob" if blob else "")

    def _attach(self, desk: Desk) -> str:
        data = b"%PDF-1.7 " + desk.random.randbytes(desk.random.randrange(200, 3_000))
        file = desk.store.receive_blob(desk.account)
        file.write(data)
        sha256 = file.finish()
        with desk.local.transaction() as writer:
            writer.blobs.keep(desk.account, sha256, len(data), type="pdf", name="x.pdf", now="", here=True)
        return sha256

    # ---- desks ----

    def _desk(self, folder: Path, number: int, login: str) -> Desk:
        local = self._open.enter_context(LocalStore.create(folder, KEY))
        with local.transaction() as writer:
            account = writer.accounts.put("plain", login, key=self.server.public_key)
            device = writer.accounts.make_device(account)
        asked = LoginRequest(
            login=login, password=f"password-of-{login}", device=Device(id=device.id, key=public_text(device.key))
        )
        done = log_in(self.server, asked, "here")
        with local.transaction() as writer:
            writer.accounts.put("plain", login, body=done.account)
        SyncStore(local).set_scopes(account, done.caller.scopes)
        desk = Desk(number, local, account, done.caller, random.Random(self._chance.random()))
        self._boot(desk)
        return desk

    def _boot(self, desk: Desk) -> None:
        """The program starts; whatever ran before is gone without a word."""
        desk.life += 1
        desk.core = SyncCore(
            Identity(desk.account, "plain", self.server.public_key, desk.caller.scopes[0]),
            desk.store,
            _Line(self, desk),
            clock=self.clock,
            chance=desk.random.random,
            notify=lambda notice: None,
        )
        desk.core.start()
        self._step(desk)

    def _step(self, desk: Desk) -> None:
        assert desk.core is not None
        due = desk.core.step()
        if due is not None and due != desk.due:
            desk.due = due
            self.at((due - self.now).total_seconds(), partial(self._due, desk, desk.life))

    def _due(self, desk: Desk, life: int) -> None:
        desk.due = None
        if desk.life == life:
            self._step(desk)

    def deliver(self, desk: Desk, life: int, event: Event) -> None:
        """The end of a request, unless the program that made it is gone."""
        if desk.life != life or desk.core is None:
            return
        word = event.status if isinstance(event, Answered) else type(event).__name__
        path = event.request.path if isinstance(event.request, Call) else "blob"
        self._note(desk, path, word, len(event.request.body) if isinstance(event.request, Call) else "")
        desk.core.handle(event)
        self._step(desk)

    def _note(self, desk: Desk, *what: object) -> None:
        self.trace.append((round((self.now - START).total_seconds(), 6), desk.number, *what))

    # ---- the line ----

    def carry(self, desk: Desk, request: Request) -> None:
        """Draw what happens to a request, and let it happen."""
        if isinstance(request, Upload):
            self._carry_upload(desk, request)
            return
        life, chance, m = desk.life, desk.random, self._mishaps
        there, back = chance.uniform(0.001, m.slowest), chance.uniform(0.001, m.slowest)
        fate = chance.random()
        fail = partial(self._fail, desk, life, request)
        if fate < m.lost:
            self.at(there, partial(fail, FailureKind.OFFLINE if fate < m.lost / 2 else FailureKind.CUT))
        elif (fate := fate - m.lost) < m.answer_lost:
            self.at(there, partial(self._serve, desk, request))
            self.at(there + back, partial(fail, FailureKind.CUT))
        elif (fate := fate - m.answer_lost) < m.late:
            self.at(there, partial(fail, FailureKind.STALLED))
            self.at(there + chance.uniform(1, 60), partial(self._serve, desk, request))
        elif (fate := fate - m.late) < m.portal:
            self.at(there, partial(fail, FailureKind.PORTAL))
        else:
            if fate - m.portal < m.doubled:
                self.at(there + chance.uniform(0, 5), partial(self._serve, desk, request))
            self.at(there, partial(self._answer, desk, life, request, back))

    def _fail(self, desk: Desk, life: int, request: Request, kind: FailureKind) -> None:
        unsent = kind is FailureKind.OFFLINE
        self.deliver(desk, life, Failed(request, Failure(kind), moved=kind is FailureKind.CUT, unsent=unsent))

    def _answer(self, desk: Desk, life: int, request: Call, back: float) -> None:
        if request.held:
            self._hold(desk, life, request, back, 50)
            return
        status, body = self._serve(desk, request)
        event = Answered(request, status, body, back, len(request.body) // 3, len(body) // 3, self.now)
        self.at(back, partial(self.deliver, desk, life, event))

    def _hold(self, desk: Desk, life: int, request: Call, back: float, left: int) -> None:
        """The wake-up: looks once a second."""
        asked = WaitRequest.model_validate_json(request.body)
        with self.server.database.read() as connection:
            heads, epoch = feed.heads(connection), feed.position(connection)[0]
        moved = sorted(scope for scope, at in asked.cursors.items() if heads.get(scope, 0) > at or asked.epoch != epoch)
        if moved or not left:
            body = WaitReply(moved=moved).model_dump_json().encode() if moved else b""
            event = Answered(request, 200 if moved else 204, body, back, 0, 0, self.now)
            self.at(back, partial(self.deliver, desk, life, event))
        elif desk.life == life:
            self.at(1.0, partial(self._hold, desk, life, request, back, left - 1))

    def _serve(self, desk: Desk, request: Call) -> tuple[int, bytes]:
        if request.path == "/push":
            sent = PushRequest.model_validate_json(request.body)
            outcomes = decide(self.server, desk.caller, sent.operations, self.now)
            with self.server.database.read() as connection:
                known = ledger.told(connection, desk.caller.account, sent.ask)
                told = [known[op_id] for op_id in sent.ask if op_id in known]
                return 200, push_reply(feed.position(connection)[0], told + outcomes)
        if request.path == "/pull":
            asked = PullRequest.model_validate_json(request.body)
            with self.server.database.read() as connection:
                found = feed.pull(
                    connection, desk.caller.scopes, asked.cursors, asked.max_bytes, asked.epoch, asked.begun
                )
            return 200, pull_reply(found.epoch, found.head, found.pages, reset=found.reset)
        return 204, b""

    def _carry_upload(self, desk: Desk, request: Upload) -> None:
        """Some bytes come through; then it breaks, or all is there."""
        life, chance, blob = desk.life, desk.random, request.blob
        here = self._uploads.get((request.scope, blob.sha256), 0)
        whole = chance.random() >= self._mishaps.lost + self._mishaps.answer_lost
        stands = blob.size if whole else chance.randint(here, blob.size)
        self.at(chance.uniform(0.001, self._mishaps.slowest), partial(self._arrive, desk, life, request, stands, whole))

    def _arrive(self, desk: Desk, life: int, request: Upload, stands: int, told: bool) -> None:
        key = (request.scope, request.blob.sha256)
        self._uploads[key] = max(self._uploads.get(key, 0), stands)
        if self._uploads[key] == request.blob.size:
            self._keep(desk, request)
        if told:
            self.deliver(desk, life, Progress(request, request.blob.size))
            self.deliver(desk, life, Uploaded(request))
        else:
            failed = Failed(request, Failure(FailureKind.CUT), moved=True, offset=None)
            self.deliver(desk, life, failed)

    def _keep(self, desk: Desk, request: Upload) -> None:
        """As the server does when an upload is whole and proven."""
        reader = request.open()
        content = reader.read()
        reader.close()
        assert hashlib.sha256(content).hexdigest() == request.blob.sha256
        path = self.server.blobs.path(request.blob.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        with self.server.database.write() as connection:
            blobs.complete(connection, request.scope, request.blob.sha256, len(content), "pdf", desk.caller.account, "")

    # ---- the server ----

    def _start_server(self, data: Path) -> Work:
        return build(load(data), self.clock)

    def save_server(self) -> Path:
        """A backup of now."""
        target = self.server.settings.data / "backup.db"
        target.unlink(missing_ok=True)
        backup(self.server.settings, target)
        return target

    def restore_server(self, source: Path) -> None:
        """Yesterday's backup is put in place; blobs stay where they are, forgotten."""
        data = self.server.settings.data
        self.server.database.close()
        restore(self.server.settings, source)
        shutil.rmtree(data / "blobs", ignore_errors=True)
        self._uploads.clear()
        self.server = self._start_server(data)

    # ---- what must hold ----

    def check(self) -> Counter[str]:
        """Nothing lost, nothing doubled, every mirror equals the feed; how many Operations ended how."""
        with self.server.database.read() as connection:
            told = connection.exec_driver_sql("SELECT op_id, status FROM ledger")
            decided = {str(op_id): str(status) for op_id, status in told}
            rosters = connection.exec_driver_sql("SELECT id, version FROM entity WHERE kind = 'roster'")
            versions = {str(entity): int(version) for entity, version in rosters}
            applied = Counter(
                connection.exec_driver_sql("SELECT entity FROM ledger WHERE status = 'applied'").scalars().all()
            )
        assert {entity: applied[entity] for entity in versions} == versions, "an Operation took effect twice, or never"
        ends: Counter[str] = Counter()
        for desk in self.desks:
            with desk.local.reading() as reader:
                rows = reader.connection.exec_driver_sql("SELECT op_id, place, state FROM operations").all()
                assert not reader.operations.unlifted(desk.account), "an overlay stayed on"
            for op_id, place, state in rows:
                assert place != OUTBOX, "something was never answered"
                if place == "answered":
                    assert decided.get(op_id) == state, "the desk believes what the server does not know"
                else:
                    assert op_id not in decided, "taken back, yet decided"
                ends[state] += 1
            self._check_mirror(desk)
        return ends

    def _check_mirror(self, desk: Desk) -> None:
        with self.server.database.read() as connection:
            scopes = dict.fromkeys(desk.caller.scopes, 0)
            epoch, _ = feed.position(connection)
            found = feed.pull(connection, desk.caller.scopes, scopes, 1 << 30, epoch)
        for scope, page in found.pages.items():
            assert not page.more
            told = {(entity, version) for entity, _, version, body in page.changes if body is not None}
            asked = "SELECT entity, version FROM mirror WHERE account = ? AND scope = ?"
            with desk.local.reading() as reader:
                rows = reader.connection.exec_driver_sql(asked, (desk.account, scope)).all()
            assert {tuple(row) for row in rows} == told, "the mirror is not the feed"


class _Line:
    """The transport port of one life of one desk."""

    def __init__(self, world: World, desk: Desk) -> None:
        self._world, self._desk = world, desk
        self._busy: dict[str, int] = {}

    def start(self, request: Request) -> None:
        self._world.carry(self._desk, request)

    def cancel(self, lane: str) -> None:
        """Its answer will not count: the core knows by its number."""
