"""Every page of every role over real stores with the demo's data, in the whole window: for the eyes and for a test.

`python -m tests.desktop.every_page --out DIR [--size 911x512] [--dark] [--only unit]` writes a picture of each page.
The scale is Qt's own: QT_SCALE_FACTOR=1.5 with 911x512 is a screen of 1366 × 768 at 150 %.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import QElapsedTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.frame import FrameWatch
from desktop.registry import pages
from desktop.shell import Shell
from desktop.shell_model import LineState, ShellModel
from domain.operations import Outcome, Status
from sync import actions
from sync.protocol import content_hash, public_text, sign_receipt
from sync.store.port import SyncStore
from sync.views import applications
from tests.desktop.form_builders import ABLE, AGAIN, EDUCATION, INITIAL, LETTER, a_form, beginners, returned, rows
from tests.desktop.offices import FIRST, PAPERS, a_payment, accounts, an_education, keep_paper, mirror, office
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, no_session, sample_desk, the_pack
from tests.support.windows import PATIENCE_MS
from tests.sync.store.building import kept, refused

ROLES = ("unit", "agency", "association_review", "association_finance", "secretariat", "admin")
LAYOUTS = 12  # parts within parts, each of which is laid out by an event of its own
SERVICES = ("member-fee-payment", "education-assist-fee-payment", "unit-info-change", "continuing-education")
OFFLINE = "上次联系 10:42，您可以继续办理，联网后自动发送"
MARKS = (("contact_mobile", "电话打不通，请换一个能联系到经办人的号码。"), (LETTER, "公章盖得不清楚。"))
UNIT_FORM = f"{FIRST[:-1]}7"
PAYMENT = f"{FIRST[:-1]}9"
BILL = {
    "id": "bill/b1", "number": "JF2026000001", "kind": "assist_fee", "unit": UNIT, "application": FIRST,
    "status": "under_review", "payment": PAYMENT, "total": "720.00", "made_on": "2026-03-01",
    "lines": [{"rule": "x", "type": "upgrade", "label": "员升师辅助费", "amount": "720.00", "receipt": "e_invoice"}],
}  # fmt: skip
PAID = {**BILL, "id": "bill/b2", "number": "JF2026000002", "status": "paid", "paid_on": "2026-03-12", "payment": None}


@dataclass(frozen=True)
class Room:
    """One person's window, and where it can lead: a name for each page, its route."""

    desk: SampleDesk
    shell: Shell
    routes: Mapping[str, str]


@contextmanager
def room(folder: Path, role: str) -> Iterator[Room]:
    """The window of somebody of this role, shown; no network behind it."""
    with sample_desk(folder) if role == "unit" else _office(folder, role) as desk:
        routes = _unit_routes(desk) if role == "unit" else _office_routes(role)
        model = ShellModel()
        watch = FrameWatch(desk.context, model, no_session(desk.account))
        model.set_line(LineState(online=False, detail=OFFLINE, queue="待发送 1"))
        shell = Shell(model, pages(desk.context))
        model.setParent(shell)
        wait(lambda: watch.is_settled)
        shell.show()
        try:
            yield Room(desk, shell, routes)
        finally:
            shell.close()
            shell.deleteLater()


def wait(until: Callable[[], object]) -> None:
    """Until it is so, while the window lives."""
    clock = QElapsedTimer()
    clock.start()
    while not until():
        assert clock.elapsed() < PATIENCE_MS, "the page never settled"
        QTest.qWait(5)


def go(shell: Shell, route: str) -> None:
    """On this page, with all it reads on screen."""
    assert shell.go(route), route
    settle(shell)


def arrive(room: Room, name: str) -> None:
    """On the page of this name, in the state it stands for."""
    go(room.shell, room.routes[name])
    if name == "review-return":
        page: Any = room.shell.page
        page.back_button.click()
        wait(page.editor.isVisible)
        settle(room.shell)


def settle(shell: Shell) -> None:
    """Nothing of the page is on its way, and its layouts stand: one that takes its height from its width asks again."""
    for _ in range(LAYOUTS):
        wait(lambda: getattr(shell.page, "settled", True))
        QApplication.processEvents()


# ---- a unit in the middle of its work ----------------------------------------------------------------------------


def _unit_routes(desk: SampleDesk) -> dict[str, str]:
    again = rows(desk, AGAIN, ["周建国", "吴倩", "欧阳明轩"])
    listed = beginners(desk, [*ABLE, "王海涛", "刘志远"])
    draft = desk.draft(EDUCATION, a_form({INITIAL: listed, AGAIN: again}), "三月第一批报名")
    back = returned(desk, a_form({INITIAL: beginners(desk)}), MARKS)
    started = {service: desk.draft(service) for service in SERVICES}
    receipt = _sent(desk)
    mirror(desk, an_education(), PAID)
    with desk.store.reading() as reader:
        listed_cases = applications(reader, desk.account, the_pack())
        person = next(key for key, one in reader.mirror.of_kind(desk.account, "person").items() if one.body)
        due = next(key for key, one in reader.mirror.of_kind(desk.account, "bill").items() if one.body)
    cases = {f"case-{at}": f"case/{one.id.partition('/')[2]}" for at, one in enumerate(listed_cases[:3])}
    own = ("home", "drafts", "outbox", "returned", "people", "import", "study", "unit", "receipts", "help", "password")
    return {
        **{name: name for name in own},
        "cases": f"cases/{EDUCATION}",
        **cases,
        "form": f"form/{draft}",
        **{f"form-{service}": f"form/{key}" for service, key in started.items()},
        "picker": f"picker/{draft}:{INITIAL}",
        "picker-again": f"picker/{draft}:{AGAIN}",
        "materials": f"materials/{draft}:{INITIAL}",
        "letter": f"letter/{draft}:commitment-letter",
        "submit": f"submit/{draft}",
        "sheet": f"sheet/{draft}",
        "owed": f"owed/{started['education-assist-fee-payment']}:forms",
        "amend": f"amend/{back}",
        "person": f"person/{person.partition('/')[2]}",
        "renewal-membership": "renewal/membership",
        "renewal-certificate": "renewal/certificate",
        "template": "template/commitment-letter",
        "elsewhere": "elsewhere/member-enrollment",
        "receipt": f"receipt/{receipt}",
        "bill": f"bill/{due.partition('/')[2]}",
        "this-desk": "this-desk",
        "handover": "handover",
        "sub-accounts": "sub-accounts",
        "login": "login",
    }


def _sent(desk: SampleDesk) -> str:
    """One waits, one was delivered, one was refused; the op_id of the delivered one."""
    asked = []
    for title in ("二月补报名", "三月第二批", "三月第三批"):
        key = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}), title)
        asked.append(actions.submit(desk.store, desk.account, f"draft/{key}", pack=the_pack(), now=NOW))
    port, server = SyncStore(desk.store), Ed25519PrivateKey.generate()
    with desk.store.transaction() as writer:
        writer.accounts.set(desk.account, server_key=public_text(server))
    port.mark_sending(desk.account, [one.op_id for one in port.next_batch(desk.account, 1_000_000, NOW)], NOW)
    digest, came = content_hash(kept(desk.store, asked[0]).content), (NOW + timedelta(seconds=4)).isoformat()
    receipt = sign_receipt(server, "gdjlxh", asked[0], digest, Status.APPLIED, 12, came)
    sent = Outcome(asked[0], Status.APPLIED, 1, receipt=receipt)
    port.record_outcomes(desk.account, [sent, refused(asked[1], "李𬱖的社保月份不是最近一个月。")], now=NOW)
    return asked[0]


# ---- an office with something on its desk -------------------------------------------------------------------------


@contextmanager
def _office(folder: Path, role: str) -> Iterator[SampleDesk]:
    with office(folder, role, *accounts()) as desk:
        found = {
            (material, name): keep_paper(desk, title, [name, "示例学校"])
            for material, title in zip(PAPERS, ("毕业证书", "社保证明", "学信网查询"), strict=True)
            for name in ("陈喆", "李𬱖")
        }
        state, actor = ("association_first_review", "association") if role != "agency" else ("agency_review", "agency")
        second = an_education(f"{FIRST[:-1]}2", ("王海涛",), state=state, actor=actor, days=5)
        again = an_education(f"{FIRST[:-1]}3", ("刘志远",), state=state, actor=actor, days=2, round=2)
        again["previous"] = {**again["form"], "values": {**again["form"]["values"], "contact_name": "温岚"}}
        waiting = "finance_review" if role == "association_finance" else state
        holder = "finance" if role == "association_finance" else actor
        first = an_education(state=waiting, actor=holder, papers_of=found, bills=["bill/b1"])
        whole = _of_the_unit(role)
        mirror(desk, first, second, again, *whole, a_payment(PAYMENT, [FIRST], "720.00", bills=["bill/b1"]), BILL, PAID)
        yield desk


def _of_the_unit(role: str) -> list[dict[str, Any]]:
    """A form about the unit itself, with labels longer than a word."""
    if role == "agency":
        return []
    service = the_pack().services["unit-info-change"]
    values = {field.key: "19900001003" if field.type == "mobile" else "91440101MA5XHL001N" for field in service.fields}
    body = an_education(UNIT_FORM, (), state="association_review", actor="association", service=service.id)
    return [{**body, "form": {"values": values, "cards": {}, "attachments": []}, "agency": None, "summary": ""}]


def _office_routes(role: str) -> dict[str, str]:
    seen = {"home": "home", "outbox": "outbox", "cases": "cases", "case": f"case/{FIRST.partition('/')[2]}"}
    more = {
        "agency": ("review",),
        "association_review": ("review",),
        "association_finance": ("finance", "receipts"),
        "secretariat": ("review", "settings", "agencies"),
        "admin": ("settings", "agencies", "accounts"),
    }[role]
    listed = {**seen, **{name: name for name in more}, "this-desk": "this-desk", "password": "password"}
    if "review" in more and role != "agency":
        listed["review-unit"] = f"review/{UNIT_FORM.partition('/')[2]}"
    if role in ("agency", "association_review"):
        listed["review-return"] = "review"
    return listed


# ---- pictures ----------------------------------------------------------------------------------------------------


def paint(out: Path, role: str, width: int, height: int) -> None:
    """A picture of each page of this role."""
    with tempfile.TemporaryDirectory() as folder, room(Path(folder), role) as made:
        made.shell.resize(width, height)
        for name in made.routes:
            arrive(made, name)
            made.shell.grab().save(str(out / f"{role}-{name}.png"))


def main() -> int:
    """One size and scale a process."""
    from desktop.theme import install

    parser = argparse.ArgumentParser(prog="tests.desktop.every_page")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", default="911x512")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--only", choices=ROLES)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    app: Any = QApplication.instance() or QApplication(sys.argv[:1])
    install(app, "dark" if arguments.dark else "light")
    width, height = (int(one) for one in arguments.size.split("x"))
    for role in [arguments.only] if arguments.only else ROLES:
        paint(arguments.out, role, width, height)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
