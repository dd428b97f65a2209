"""A seeded association on a real server, and desks that have logged in and are up to date: real data for pages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from desktop.background import Lane
from desktop.context import SHANGHAI, Context
from desktop.demo import papers
from desktop.demo.server_process import ServerProcess
from domain.packs import Pack, load
from sync import actions
from sync.login import Session, change_password, connect, read_invitation, save_session, sign_in
from sync.runner import sync_once
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from sync.store.text import new_id
from sync.views import applications, people
from tests.support.server import PACK, ROOT, SEED

UNIT, AGENCY = "广州示例工程监理有限公司", "gz-agency"
AGENCY_ID = "agency/01970000-0000-7000-8000-000000000001"
TODAY = datetime.now(SHANGHAI).date()


def now() -> datetime:
    """The machine's clock: the server has the same."""
    return datetime.now(UTC)


@dataclass
class Seat:
    """One account's store, logged in."""

    store: LocalStore
    session: Session
    pack: Pack
    contexts: list[Context] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)

    @property
    def account(self) -> str:
        return self.session.account

    def sync(self) -> None:
        """Send and fetch until nothing is left."""
        report = sync_once(SyncStore(self.store), self.session)
        assert report.failure is None, report.failure

    def context(self) -> Context:
        """What pages are given."""
        lanes = [Lane("reading"), Lane("writing")]
        made = Context(self.store, self.account, self.pack, reading=lanes[0], writing=lanes[1])
        self.lanes += lanes
        self.contexts.append(made)
        return made

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        for lane in self.lanes:
            lane.close()
        self.store.close()


class Association:
    """A real server process with the sample data, and its desks."""

    def __init__(self, folder: Path, *, configured: bool = True, today: date = TODAY) -> None:
        self._folder = folder
        self.server = ServerProcess(folder / "server")
        self.server.init(pack=PACK, seed=SEED, today=today, configured=configured)
        self.server.start()
        self.pack = load(ROOT / "resources" / "packs" / PACK)
        self.seats: dict[str, Seat] = {}

    @cached_property
    def first(self) -> dict[str, str]:
        """The first passwords, by login."""
        return {str(note["login"]): str(note["password"]) for note in self.server.spooled() if "password" in note}

    def seat(self, login: str) -> Seat:
        """Logged in with a password of its own, up to date."""
        if login not in self.seats:
            first = self.first
            folder = self._folder / f"desk-{len(self.seats)}"
            store = LocalStore.create(folder, secrets.token_bytes(32))
            invitation = read_invitation(self.server.invitation().read_bytes())
            invitation = invitation.model_copy(update={"address": self.server.url})
            session = sign_in(store, self.server.url, connect(invitation), login, first[login])
            if session.must_change_password:
                session = change_password(session, first[login], f"{first[login]}-Own9")
                save_session(SyncStore(store), session)
            self.seats[login] = Seat(store, session, self.pack)
        seat = self.seats[login]
        seat.sync()
        return seat

    def apply(self, names: Sequence[str] = ("陈喆", "李𬱖"), **values: Any) -> str:
        """An application for initial education from the unit, delivered; the application's id."""
        return self.submit(self.seat(UNIT), self.draft(names, **values))

    def draft(self, names: Sequence[str], **values: Any) -> str:
        """The same, complete and not sent; the draft's id."""
        unit = self.seat(UNIT)
        with unit.store.reading() as reader:
            listed = {row.name: row for row in people(reader, unit.account, today=TODAY)}
        rows = [
            {
                "row": new_id(),
                "person": listed[name].person,
                "values": {"certificate_type": "supervision_assistant", "insurance_month": f"{TODAY:%Y-%m}"},
            }
            for name in names
        ]
        form = {
            "values": {"agency_id": AGENCY_ID, "contact_name": "温晓岚", "contact_mobile": "19900001003", **values},
            "cards": {"initial-education": rows},
        }
        draft = actions.new_draft(unit.store, unit.account, "education-registration", now=now(), form=form)
        self._paper(unit, draft.id, "commitment-letter-sealed", None, "单位承诺书", list(names))
        for row in rows:
            lines = [next(name for name in names if listed[name].person == row["person"])]
            for material in ("highest-diploma", "social-insurance-proof", "credential-verification"):
                self._paper(unit, draft.id, material, row, material, lines)
        return draft.id

    def submit(self, seat: Seat, draft: str) -> str:
        """Delivered, and applied."""
        actions.submit(seat.store, seat.account, draft, pack=self.pack, now=now())
        seat.sync()
        with seat.store.reading() as reader:
            bad = list(reader.operations.answered(seat.account, limit=50, unseen=True))
            assert not bad, [kept.outcome for kept in bad]
        return f"application/{draft.partition('/')[2]}"

    def _paper(
        self, seat: Seat, draft: str, material: str, row: Mapping[str, Any] | None, title: str, lines: list[str]
    ) -> None:
        actions.attach(
            seat.store,
            seat.account,
            draft,
            material,
            papers.picture(title, lines, kind="jpg"),
            now=now(),
            type="jpg",
            name=f"{title}.jpg",
            row=row["row"] if row else None,
            proof={"subject": "diploma", "kind": "chsi_online_report", "valid_until": f"{TODAY.year + 1}-06-30"}
            if "verif" in material
            else None,
        )

    def state(self, login: str, application: str) -> str:
        """As that desk sees it after a sync."""
        seat = self.seat(login)
        with seat.store.reading() as reader:
            rows = applications(reader, seat.account, self.pack)
        return next(row.state for row in rows if row.id == application)

    def close(self) -> None:
        for seat in self.seats.values():
            seat.close()
        self.server.kill()
