"""The first page as plain rows: what one must do, what others have in hand, what has not gone out yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from desktop import words
from desktop.context import Context
from desktop.pages.home_scans import Wanting, scan_lines, wanting
from desktop.pages.renewal_model import prepare
from desktop.pages.returned import about
from desktop.rows_model import Act
from desktop.starting import amend, begin_for, pay, payment_service, take_up
from desktop.watching import Watching
from domain.packs import Pack
from sync.actions import forget_reminder
from sync.store.local import Reader
from sync.store.reminders import Reminder
from sync.store.text import key_of
from sync.views import BillRow, CaseRow, Expiring, OutboxRow, Worklist, applications, as_of, due_reminders, worklist

LONG = 50  # Operations on their way that are shown; with more of them the outbox is one step away
MOST = 6  # cases in other hands that are shown; the rest is one step away
STATE_ICONS = {"sending": "send", "refused": "bad", "conflict": "warn"}


@dataclass(frozen=True)
class WorkRow:
    """One line: state, what, where, how long, and the next step."""

    key: str
    icon: str
    role: str
    state: str
    what: str
    why: str
    where: str
    where_sub: str
    when: str
    when_sub: str
    act: Act
    route: str = ""  # where the step leads; empty: `entity` is taken up as a draft first
    entity: str = ""
    bill: BillRow | None = None  # to be paid by the service in `route`
    renewal: str = ""  # what runs out: the step prepares a draft for all who may be chosen
    reminder: Reminder | None = None  # whose day has come
    also: Act | None = None  # a quieter step beside `act`
    scans: tuple[Path, ...] = ()  # files a scanner brought


@dataclass(frozen=True)
class Group:
    """A heading and its rows."""

    key: str
    title: str
    rows: tuple[WorkRow, ...]
    note: str = ""
    route: str = ""  # of the note
    more: int = 0  # that are not among the rows

    @property
    def count(self) -> int:
        """With those that are not shown."""
        return len(self.rows) + self.more


@dataclass(frozen=True)
class Seen:
    """What was read."""

    name: str
    offices: bool
    list: Worklist
    cases: dict[str, CaseRow]
    as_of: str | None
    reminders: tuple[Reminder, ...]
    scans: tuple[Path, ...] = ()  # files a scanner brought
    wanting: tuple[Wanting, ...] = ()  # drafts they may go to


class HomeModel(Watching[Seen]):
    """Groups in the order in which they matter; offline, what waits here moves up."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.title, self.sub, self.offices = "首页", "", False
        self.groups: tuple[Group, ...] = ()
        self._seen: Seen | None = None
        context.line_changed.connect(self._relined)
        context.scans.offered.connect(self.refresh)

    def look(self, reader: Reader) -> Seen:
        context = self.context
        account, pack = context.account, context.pack
        me = reader.accounts.need(account)
        found = worklist(reader, account, pack, today=context.today(), now=context.now())
        paid_for = {bill.application for bill in found.to_pay}
        offices = not pack.fills_in(me.role)
        cases = _cases(reader, account, pack, paid_for)
        due = () if offices else due_reminders(reader, account, context.today())
        scans = () if offices else context.scans.fresh
        drafts = wanting(reader, account, pack, context.today()) if scans else ()
        return Seen(me.name, offices, found, cases, as_of(reader, account), due, scans, drafts)

    def take(self, found: Seen) -> None:
        self._seen, self.offices = found, found.offices
        self._arrange(found)

    def act(self, row: WorkRow, key: str = "do") -> None:
        """The next step of a row; `key`: the one that was followed."""
        if row.renewal:
            if key == "list":
                self.context.go(f"renewal/{row.renewal}")
            else:
                prepare(self.context, row.renewal)
        elif row.scans and key == "drop":
            self.context.scans.done(row.scans)
        elif row.scans:
            self.context.go(row.route or "drafts")
        elif row.reminder is not None:
            self._reminded(row.reminder, key)
        elif key == "bill":
            self.context.go(f"bill/{key_of(row.key)}")
        elif row.bill is not None:
            pay(self.context, row.route, row.bill)
        elif row.route:
            self.context.go(row.route)
        elif row.entity.startswith("draft/"):
            take_up(self.context, row.entity)
        else:
            amend(self.context, row.entity)

    def _reminded(self, reminder: Reminder, key: str) -> None:
        if key == "do":
            begin_for(self.context, reminder.service, reminder.card, reminder.person)
        account = self.context.account
        self.context.write(lambda store: forget_reminder(store, account, reminder.id))

    def _relined(self) -> None:
        if self._seen is not None:
            self._arrange(self._seen)
            self.changed.emit()

    def _arrange(self, seen: Seen) -> None:
        now, today = self.context.now(), self.context.today()
        found = seen.list
        needs = [*returned_rows(found.returned, now), *refused_rows(found.queued, now)]
        needs += [
            *pay_rows(found.to_pay, seen.cases, self.context.pack),
            *expiring_rows(found.expiring, today.isoformat(), self.context.pack),
            *reminder_rows(seen.reminders, self.context.pack),
            *scan_rows(seen.scans, seen.wanting),
        ]
        going = [row for row in found.queued if not row.can_edit]
        waiting, left = tuple(queue_rows(going[:LONG], now)), max(0, len(going) - LONG)
        review = tuple(review_rows(found.review, now, self.context.pack))
        in_hand = [row for row in found.in_progress if not row.pending][:MOST]
        others = tuple(progress_rows(in_hand, now, offices=seen.offices))
        more = f"全部 {len(found.in_progress)} 件" if self.context.online and others else ""
        stored = "都已存好，不会丢" if not self.context.online else ""
        age = f"资料截至 {words.moment(seen.as_of, now)}" if not self.context.online and seen.as_of else ""
        queue = Group("queue", "待发送", waiting, "看全部" if left else stored, "outbox" if left else "", left)
        progress = Group("progress", "正在办理", others, more or age, "cases" if more else "")
        first = (
            Group("review", "待审", review)
            if seen.offices
            else Group("needs", "需要您办", tuple(_first_is_main(needs)))
        )
        also = (Group("needs", "需要您办", tuple(needs)),) if seen.offices and needs else ()
        rest = (progress, queue) if self.context.online else (queue, progress)
        self.groups = tuple(group for group in (first, *also, *rest) if group.rows)
        waits = len(needs) + len(review)
        self.title = f"{seen.name}，今天有 {waits} 件事等您办" if waits else f"{seen.name}，现在没有等您办的事"
        self.sub = words.day_title(today)


def _cases(reader: Reader, account: str, pack: Pack, wanted: set[str]) -> dict[str, CaseRow]:
    return {row.id: row for row in applications(reader, account, pack) if row.id in wanted} if wanted else {}


def _first_is_main(rows: Sequence[WorkRow]) -> list[WorkRow]:
    """One filled button on the screen: on what has waited first."""
    made = list(rows)
    if made:
        act = made[0].act
        made[0] = replace(made[0], act=Act(act.key, act.words, "primary"))
    return made


def returned_rows(rows: Sequence[CaseRow], now: datetime) -> list[WorkRow]:
    """What came back, with the reason in the row."""
    made = []
    for row in rows:
        marks = f"，共 {row.marks} 处要改" if row.marks else ""
        draft = row.category == "draft"
        made.append(
            WorkRow(
                row.id, "return", "warn", row.status if draft else "退回待改",
                about(row.label, row.summary),
                (row.reason.rstrip("。") or "请看逐处说明") + marks if not draft else "还没有提交",
                row.number or row.code, f"第 {row.round} 次提交" if row.round > 1 else "",
                words.moment(row.since, now), "退回" if not draft else "",
                Act("do", "去修改", "secondary"), entity=row.id,
            )
        )  # fmt: skip
    return made


def refused_rows(rows: Sequence[OutboxRow], now: datetime) -> list[WorkRow]:
    """What the association's machine did not take."""
    return [
        WorkRow(
            row.op_id, "bad", "bad", row.word, _about(row), row.reason, row.number or row.code, row.remedy,
            words.moment(row.answered_at, now), "协会平台答复", Act("do", "去看", "secondary"), route="outbox",
        )
        for row in rows if row.can_edit
    ]  # fmt: skip


def pay_rows(rows: Sequence[BillRow], cases: dict[str, CaseRow], pack: Pack) -> list[WorkRow]:
    """What is to be paid, by bill."""
    made = []
    for bill in rows:
        case = cases.get(bill.application)
        label = pack.spec.bill_kinds.get(bill.kind, "缴费单")
        what = about(label, case.summary) if case is not None else f"{label}·{len(bill.people) or 1} 人"
        payment = payment_service(pack, bill.kind)
        made.append(
            WorkRow(
                bill.id, "money", "warn", "待缴费", what, "缴费并上传凭证后转财务核实",
                (case.number or case.code) if case is not None else "", f"缴费单 {bill.number}" if bill.number else "",
                words.yuan(bill.total), f"{bill.made_on[5:]} 出账" if bill.made_on else "",
                Act("do", "去缴费", "secondary"), route=payment or "cases", bill=bill if payment else None,
                also=Act("bill", "看账单"),
            )
        )  # fmt: skip
    return made


def expiring_rows(rows: Sequence[Expiring], today: str, pack: Pack) -> list[WorkRow]:
    """What runs out within 60 days: memberships together, certificates together."""
    made = []
    for membership in (False, True):
        some = [row for row in rows if (row.what == "membership") is membership]
        if not some:
            continue
        left = (datetime.fromisoformat(some[0].until) - datetime.fromisoformat(today)).days
        soonest = f"最早的还有 {left} 天" if left else "最早的今天到期"
        what = f"{len(some)} 人会籍要续" if membership else f"{len(some)} 本证书要办延续"
        people = tuple(dict.fromkeys(row.name for row in some))
        made.append(
            WorkRow(
                f"expiring-{membership}", "calendar", "warn", "60 天内到期", f"{what}，{soonest}",
                words.names(people), "个人会籍" if membership else _kinds(some, pack), "", some[0].until, "最早到期",
                Act("do", "备好草稿", "secondary"), renewal="membership" if membership else "certificate",
                also=Act("list", "看名单"),
            )
        )  # fmt: skip
    return made


def reminder_rows(rows: Sequence[Reminder], pack: Pack) -> list[WorkRow]:
    """到时提醒我: those whose day has come."""
    made = []
    for one in rows:
        service = pack.services.get(one.service)
        if service is None:
            continue
        card = service.cards.get(one.card)
        label = card.label if card is not None and len(service.cards) > 1 else service.label
        made.append(
            WorkRow(
                one.id, "calendar", "ok", "可以办了", f"{label}·{one.name}", f"您要的提醒：{one.day} 起可以办",
                "", "", one.day, "最早可办", Act("do", "去办", "secondary"), reminder=one, also=Act("drop", "不用了"),
            )
        )  # fmt: skip
    return made


def scan_rows(files: tuple[Path, ...], found: Sequence[Wanting]) -> list[WorkRow]:
    """What a scanner brought, and the drafts it may go to."""
    drop = Act("drop", "不用这些")
    return [
        WorkRow(
            f"scan:{at}", "inbox", "wait", "新扫描", one.what, one.why, "", "", "", "",
            Act("do", "去附上", "secondary") if one.route else drop, route=one.route, scans=files,
            also=drop if one.route and at == 0 else None,
        )
        for at, one in enumerate(scan_lines(files, found))
    ]  # fmt: skip


def _kinds(rows: Sequence[Expiring], pack: Pack) -> str:
    return "、".join(dict.fromkeys(pack.label("certificate_type", row.what) for row in rows))


def review_rows(rows: Sequence[CaseRow], now: datetime, pack: Pack) -> list[WorkRow]:
    """Cases whose turn is this desk's, longest waiting first."""
    made = []
    for number, row in enumerate(rows[:MOST]):
        kind = pack.services[row.service].kind if row.service in pack.services else ""
        route = "finance" if row.category == "confirm" or kind == "payment" else "review"
        made.append(
            WorkRow(
                row.id, "inbox", "wait", row.status, about(row.label, row.summary), row.unit_name,
                row.number or row.code, f"第 {row.round} 轮" if row.round > 1 else "", words.since(row.since, now),
                "在您手上", Act("do", "去审", "primary" if number == 0 else "secondary"),
                route=f"{route}/{key_of(row.id)}",
            )
        )  # fmt: skip
    return made


def progress_rows(rows: Sequence[CaseRow], now: datetime, *, offices: bool) -> list[WorkRow]:
    """What is under way: who has it, since when, whom to call."""
    made = []
    for row in rows:
        ours = row.category == "pay" and not offices
        held = words.since(row.since, now)
        sent = f"{row.submitted_on[5:]} 送达" if row.submitted_on else ""
        made.append(
            WorkRow(
                row.id, "clock", "wait", row.status, about(row.label, row.summary),
                sent, row.holder or (row.number or row.code), row.phone, held,
                "在您手上" if ours else "在对方手上", Act("do", "看进度"), route=f"case/{key_of(row.id)}",
            )
        )  # fmt: skip
    return made


def queue_rows(rows: Sequence[OutboxRow], now: datetime) -> list[WorkRow]:
    """What lies here and has not gone out."""
    made = []
    for place, row in enumerate(rows):
        sending = row.state == "sending"
        papers = f"　附件 {row.papers} 个 {words.size(row.size)}" if row.papers else ""
        part = f"{round(100 * row.sent_bytes / row.size)} %" if row.size and row.papers else ""
        made.append(
            WorkRow(
                row.op_id, STATE_ICONS.get(row.state, "send"), "wait", row.word, _about(row) + papers,
                f"{words.moment(row.made_at, now)} 放入待发送，{row.remedy or '联网后自动送'}",
                row.number or row.code, "还在本机，可以撤回" if row.can_cancel else "不会重复送",
                f"第 {place + 1} 位" if not sending else "正在送", part, Act("do", "查看"), route="outbox",
            )
        )  # fmt: skip
    return made


def _about(row: OutboxRow) -> str:
    return f"{row.title}·{row.people}" if row.people and row.people != row.title else row.title
