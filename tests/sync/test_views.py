"""What screens read: the mirror with what is pending laid over it, in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.operations import Finding, Kind, Outcome, Receipt, Status
from domain.packs.pack import Pack
from sync import actions, views
from sync.failures import FailureKind
from sync.protocol import STUMBLED, b64url, content_hash, sign_receipt
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.sync.store.building import (
    NOW,
    SCOPE,
    a_page,
    a_person,
    an_account,
    an_operation,
    applied,
    kept,
    later,
    pull,
    refused,
)

SERVICE = "education-registration"
TODAY = date(2025, 11, 3)


def an_application(key: str, state: str = "agency_review", **more: Any) -> dict[str, Any]:
    form = {"cards": {"initial-education": [{"row": "r", "person": f"person/{key}", "values": {}}]}}
    body = {"id": f"application/{key}", "service": SERVICE, "state": state, "unit": "unit/u1", "form": form}
    return body | {"people": [f"person/{key}"], "summary": "初始教育 1 人"} | more


def row_of(store: LocalStore, account: str, op_id: str) -> views.OutboxRow:
    with store.reading() as reader:
        rows = {row.op_id: row for row in views.outbox(reader, account, now=NOW)}
    return rows[op_id]


def test_each_state_of_the_outbox_has_its_word_reason_and_remedy(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    queued, sending, unknown, later_one, waiting, bad, clash = (
        an_operation(store, account, f"application/{n}", blobs=["0" * 64] if n == 4 else ()) for n in range(7)
    )
    port.mark_sending(account, [sending, unknown, later_one, waiting, bad, clash], NOW)
    port.record_failure(account, [unknown], FailureKind.CUT, None)
    port.record_failure(account, [later_one], FailureKind.BUSY, later(minutes=5))
    missing = Outcome(waiting, Status.WAITING, missing=("0" * 64,))
    conflict = Outcome(clash, Status.CONFLICT, current={"version": 2})
    port.record_outcomes(account, [missing, refused(bad, "会籍已到期"), conflict], NOW, later(seconds=5))
    words = {
        op_id: row_of(store, account, op_id) for op_id in (queued, sending, unknown, later_one, waiting, bad, clash)
    }
    assert [words[op_id].word for op_id in words] == [
        "排队",
        "正在送",
        "等回音",
        "等下次",
        "待附件",
        "未接收",
        "有冲突",
    ]
    assert all(row.remedy and row.reason for op_id, row in words.items() if op_id != queued)
    assert words[later_one].next_try_at == "2025-11-03T02:05:00.000Z"
    assert words[bad].reason == "会籍已到期"
    assert "不在这台电脑上" in words[waiting].reason
    assert "您办的这一步没有生效" in words[clash].reason
    assert [op_id for op_id, row in words.items() if row.can_cancel] == [queued]
    assert [op_id for op_id, row in words.items() if row.can_edit] == [bad, clash]


def test_the_size_on_the_line_counts_attachments(store: LocalStore, port: SyncStore, account: str) -> None:
    draft = actions.new_draft(store, account, "s", now=NOW)
    paper = actions.attach(store, account, draft.id, "m", b"x" * 1_000, now=NOW, type="pdf")
    op_id = an_operation(store, account, blobs=[paper["blob"]])
    port.blobs_sent(account, {paper["blob"]: 400})
    row = row_of(store, account, op_id)
    content = len(kept(store, op_id).content)
    assert (row.size, row.sent_bytes, row.papers) == (content + 1_000, 400, 1)
    with store.reading() as reader:
        status = views.sync_status(reader, account)
    assert (status.queued, status.size, status.sent) == (1, content + 1_000, 400)


def test_delivered_is_only_what_has_a_receipt_that_holds(store: LocalStore, port: SyncStore, account: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    server = Ed25519PrivateKey.generate()
    with store.transaction() as writer:
        writer.accounts.put("gdjlxh", "wangfang", key=b64url(server.public_key().public_bytes_raw()))
    op_id = an_operation(store, account)
    with store.reading() as reader:
        assert views.receipt(reader, account, op_id) is None
    port.mark_sending(account, [op_id], NOW)
    digest = content_hash(kept(store, op_id).content)
    signed = sign_receipt(server, "gdjlxh", op_id, digest, Status.APPLIED, 12, "2025-11-03T02:00:14Z")
    port.record_outcomes(account, [Outcome(op_id, Status.APPLIED, 1, receipt=signed)], NOW)
    with store.reading() as reader:
        shown = views.receipt(reader, account, op_id)
        (row,) = views.delivered(reader, account)
    assert shown is not None
    assert (shown.holds, shown.receipt.number, shown.seconds, shown.sha256) == (True, 12, 14.0, digest)
    assert (row.word, row.receipt) == ("已送达", 12)


def test_a_forged_receipt_does_not_hold(store: LocalStore, port: SyncStore, account: str) -> None:
    op_id = an_operation(store, account)
    outcome = Outcome(op_id, Status.APPLIED, 1, receipt=Receipt(1, "2025-11-03T02:00:00Z", "AAAA"))
    port.record_outcomes(account, [outcome], NOW)
    with store.reading() as reader:
        shown = views.receipt(reader, account, op_id)
    assert shown is not None
    assert not shown.holds


def test_the_first_page_of_a_unit(store: LocalStore, account: str, pack: Pack) -> None:
    pull(
        store,
        account,
        a_person("1"),
        an_application("1", "returned", reason="换一张", marks=[{"path": "x", "text": "y"}]),
        an_application(
            "2", "agency_review", holder={"actor": "agency", "name": "赵敏", "phone": "020", "since": "2025"}
        ),
        an_application("3", "completed"),
        {
            "id": "bill/1",
            "kind": "k",
            "status": "unpaid",
            "total": "240.00",
            "lines": [{"rule": "r", "person": "person/1"}],
        },
        {"id": "bill/2", "kind": "k", "status": "paid", "total": "1.00"},
        {"id": "membership/1", "person": "person/1", "valid_until": "2025-12-01"},
        {"id": "certificate/1", "person": "person/1", "type": "t", "valid_until": "2025-11-10"},
        {"id": "certificate/2", "person": "person/1", "type": "t", "valid_until": "2026-11-10"},
    )
    an_operation(store, account, "application/4", sketch=_sketch("application/4"))
    with store.reading() as reader:
        page = views.worklist(reader, account, pack, today=TODAY, now=NOW)
        counts = views.counts(reader, account, pack)
    assert [(row.id, row.reason, row.marks) for row in page.returned] == [("application/1", "换一张", 1)]
    assert [(row.id, row.total, row.people) for row in page.to_pay] == [("bill/1", "240.00", ("person/1",))]
    assert [(one.certificate, one.until) for one in page.expiring] == [
        ("certificate/1", "2025-11-10"),
        (None, "2025-12-01"),
    ]
    assert {(row.id, row.holder, row.phone) for row in page.in_progress} == {
        ("application/2", "赵敏", "020"),
        ("application/4", "", ""),
    }
    assert len(page.queued) == 1
    assert page.review == ()
    assert (counts.home, counts.returned, counts.outbox, counts.attention) == (2, 1, 1, 0)


def _sketch(entity: str) -> Any:
    from sync.store.operations import Sketch

    return Sketch("学习报名申请", "submit", None, an_application(entity.removeprefix("application/")))


def test_the_first_page_of_a_reviewer_is_what_waits_for_its_desk(store: LocalStore, pack: Pack) -> None:
    agency = an_account(store, "agency", "agency", unit=None, agency="agency/1")
    pull(
        store,
        agency,
        an_application("1", "agency_review", holder={"actor": "agency", "since": "2025-11-02"}),
        an_application("2", "agency_review", holder={"actor": "agency", "since": "2025-11-01"}),
        an_application("3", "association_first_review"),
    )
    with store.reading() as reader:
        page = views.worklist(reader, agency, pack, today=TODAY, now=NOW)
    assert [row.id for row in page.review] == ["application/2", "application/1"], "the oldest first"
    assert [row.id for row in page.in_progress] == ["application/3"]
    actions.act(store, agency, "application/2", "pass", pack=pack, now=NOW)
    with store.reading() as reader:
        page = views.worklist(reader, agency, pack, today=TODAY, now=NOW)
        assert views.counts(reader, agency, pack).review == 1
    assert [row.id for row in page.review] == ["application/1"], "what is decided leaves the list at once"


def test_finance_decides_the_payment_and_not_what_it_covers(store: LocalStore, pack: Pack) -> None:
    finance = an_account(store, "finance", "association_finance", unit=None)
    held = {"holder": {"actor": "finance", "since": "2025-11-02"}}
    payment = {"service": "education-assist-fee-payment", "covers": ["application/1"], "summary": "缴费明细 1 项"}
    covered = an_application("1", "finance_review", **held)
    covered["form"]["attachments"] = [{"material": "paper", "blob": "1" * 64, "name": "毕业证书.pdf", "bytes": 9}]
    pull(store, finance, covered, an_application("2", "finance_review", **held, **payment))
    with store.reading() as reader:
        page = views.worklist(reader, finance, pack, today=TODAY, now=NOW)
        assert [row.id for row in page.review] == ["application/2"]
        assert views.counts(reader, finance, pack).review == 1
        assert views.papers_at_desk(reader, finance, pack) == (), "finance may not read them"
    assert [row.id for row in page.in_progress] == ["application/1"]


def test_a_case_tells_who_has_it_what_was_done_and_whom_to_call(
    store: LocalStore, port: SyncStore, account: str, pack: Pack
) -> None:
    history = [
        {
            "at": "2025-11-01",
            "actor": "unit",
            "name": "王芳",
            "action": "submit",
            "source": "none",
            "target": "agency_review",
        },
        {"at": "2025-11-02", "actor": "agency", "action": "return", "target": "returned", "reason": "换"},
    ]
    body = an_application(
        "1", "agency_review", history=history, agency="agency/1", bills=["bill/9"], number="学报 2025-0188"
    )
    pull(store, account, a_person("1"), body, {"id": "agency/1", "name": "广州", "contact": "赵敏", "phone": "020"})
    pull(store, account, {"id": "bill/1", "kind": "k", "status": "unpaid", "application": "application/1"}, start=20)
    with store.reading() as reader:
        case = views.case(reader, account, pack, "application/1", now=NOW)
        assert views.case(reader, account, pack, "application/none", now=NOW) is None
    assert case is not None
    assert [(step.action, step.label != "", step.pending) for step in case.steps] == [
        ("submit", True, False),
        ("return", True, False),
    ]
    assert (case.desk["contact"], case.row.number, case.row.holder_actor) == ("赵敏", "学报 2025-0188", "agency")
    assert [bill["id"] for bill in case.bills] == ["bill/1"]


@pytest.mark.parametrize("query", ["0188", "学习报名", "xxbm", "初始", "张伟", "zwm", "00000001"])
def test_cases_are_found_by_number_code_service_summary_and_people(
    store: LocalStore, account: str, pack: Pack, query: str
) -> None:
    body = an_application("1", number="学报 2025-0188") | {"id": "application/0197-00000001"}
    pull(store, account, a_person("1"), body)
    with store.reading() as reader:
        assert [row.number for row in views.applications(reader, account, pack, text=query)] == ["学报 2025-0188"]
        assert views.applications(reader, account, pack, text="没有的") == ()
        assert any(hit.kind == "case" for hit in views.search(reader, account, pack, query))


def test_search_from_anywhere_finds_people_services_cases_and_drafts(
    store: LocalStore, account: str, pack: Pack
) -> None:
    pull(store, account, a_person("1"), an_application("1"))
    actions.new_draft(store, account, SERVICE, now=NOW)
    with store.reading() as reader:
        hits = views.search(reader, account, pack, "学习报名")
        assert {hit.kind for hit in hits} == {"service", "case", "draft"}
        (person,) = [hit for hit in views.search(reader, account, pack, "zwm") if hit.kind == "person"]
        assert views.search(reader, account, pack, "  ") == ()
    assert person.detail == "440104********3019"


def test_the_rules_see_the_mirror_with_what_is_pending(store: LocalStore, account: str, pack: Pack) -> None:
    pull(
        store,
        account,
        {"id": "unit/u1", "name": "甲公司"},
        a_person("1"),
        a_person("2", "李四", "440104198001013027"),
        {"id": "membership/1", "person": "person/1", "valid_until": "2026-01-01"},
        {"id": "certificate/1", "person": "person/1", "number": "A"},
        {"id": "study-task/1", "person": "person/1", "status": "open"},
        {"id": "bill/1", "kind": "k", "status": "unpaid", "lines": [{"rule": "r", "person": "person/1"}]},
        {"id": "bill/2", "kind": "k", "unit": "unit/u1", "status": "unpaid", "application": "application/3"},
        an_application("1"),
        an_application("2", "completed"),
        an_application("3", "completed"),
        {"id": "config/fee", "key": "fee", "values": []},
    )
    with store.reading() as reader:
        some = views.view_for(reader, account, ["person/1"], pack=pack)
        everybody = views.view_for(reader, account, pack=pack)
    for view in (some, everybody):
        assert view.unit == {"id": "unit/u1", "name": "甲公司"}
        assert set(view.memberships) == set(view.certificates) == set(view.study_tasks) == {"person/1"}
        assert [bill["id"] for bill in view.bills["person/1"]] == ["bill/1"]
        assert [bill["id"] for bill in view.unit_bills] == ["bill/2"]
        assert set(view.applications) == {"person/1"}, "closed ones are not in flight"
        assert set(view.config) == {"config/fee"}
        assert view.as_of is None, "the first pull has not ended"
    assert set(some.people) == {"person/1"}
    assert set(everybody.people) == {"person/1", "person/2"}
    assert "application/3" in everybody.covered, "what a bill belongs to can be paid though it is closed"


def test_a_reviewer_sees_of_one_unit_only_what_is_about_it(store: LocalStore, account: str, pack: Pack) -> None:
    def about(unit: str, number: str) -> tuple[dict[str, Any], dict[str, Any]]:
        asked = {**an_application(number), "unit": unit, "people": [], "form": {"cards": {}}}
        return {"id": f"bill/{number}", "kind": "k", "unit": unit, "status": "unpaid", "lines": [{"rule": "u"}]}, asked

    pull(store, account, a_person("1"), *about("unit/u1", "1"), *about("unit/u2", "2"))
    with store.reading() as reader:
        theirs = views.view_for(reader, account, ["person/1"], pack=pack, unit="unit/u2")
        all_theirs = views.view_for(reader, account, pack=pack, unit="unit/u2")
        own = views.view_for(reader, account, ["person/1"], pack=pack)
    for view in (theirs, all_theirs):
        assert [bill["id"] for bill in view.unit_bills] == ["bill/2"]
        assert [one["id"] for one in view.unit_applications] == ["application/2"]
    assert [bill["id"] for bill in own.unit_bills] == ["bill/1"]
    assert [one["id"] for one in own.unit_applications] == ["application/1"], "as the server judges it"


def test_the_age_of_the_facts_is_that_of_the_last_whole_pull(store: LocalStore, port: SyncStore, account: str) -> None:
    port.apply_page(account, SCOPE, a_page(cursor=3), now=NOW)
    with store.reading() as reader:
        assert views.as_of(reader, account) == "2025-11-03T02:00:00.000Z"
        status = views.sync_status(reader, account)
    assert (status.filled, status.last_contact) == (True, None)
    port.set_contact(account, later(minutes=1))
    with store.reading() as reader:
        assert views.sync_status(reader, account).last_contact == "2025-11-03T02:01:00.000Z"


def test_nothing_flickers_between_the_outcome_and_the_change(
    store: LocalStore, port: SyncStore, account: str, pack: Pack
) -> None:
    """Queued, answered, mirrored: the application is on screen all the time, in the state it was sent to."""
    draft = actions.new_draft(store, account, SERVICE, form=an_application("1")["form"], now=NOW)
    seen: list[tuple[str, str]] = []

    def look() -> None:
        with store.reading() as reader:
            seen.extend((row.state, row.pending) for row in views.applications(reader, account, pack))

    op_id = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    look()
    port.mark_sending(account, [op_id], NOW)
    look()
    port.record_outcomes(account, [applied(op_id, 1, unit_u1=5)], NOW)
    look()
    body = an_application("1") | {"id": draft.entity}
    port.apply_page(account, SCOPE, a_page((draft.entity, 5, 1, body)), now=NOW)
    look()
    assert seen == [
        ("agency_review", "排队"),
        ("agency_review", "正在送"),
        ("agency_review", ""),
        ("agency_review", ""),
    ]


def test_settings_lists_show_what_is_asked_beside_what_is_so(store: LocalStore) -> None:
    admin = an_account(store, "admin", "admin", unit=None)
    pull(store, admin, {"id": "agency/1", "name": "甲"})
    actions.save_agency(store, admin, {"name": "乙"}, now=NOW)
    with store.reading() as reader:
        shown = views.entities(reader, admin, "agency")
    assert {(str(one.body["name"]), one.pending is not None) for one in shown} == {("甲", False), ("乙", True)}
    assert next(one.pending.kind for one in shown if one.pending) == Kind.SAVE_AGENCY


def test_what_a_bug_of_the_server_holds_up_waits_ever_longer_and_is_no_refusal(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    op_id = an_operation(store, account)
    told = Outcome(op_id, Status.WAITING, findings=(Finding(STUMBLED, "协会服务器暂时办不了这一件。"),))
    pauses = []
    for _ in range(10):
        port.mark_sending(account, [op_id], NOW)
        port.record_outcomes(account, [told], NOW, NOW)
        due = port.next_due(account, NOW)
        assert due is not None
        pauses.append((due - NOW).total_seconds())
    assert pauses[:3] == [30, 60, 120]
    assert pauses[-1] == 3600
    row = row_of(store, account, op_id)
    assert (row.word, row.reason) == ("等下次", "协会服务器暂时办不了这一件")
    assert row.next_try_at == "2025-11-03T03:00:00.000Z"
    assert (row.can_cancel, row.can_edit) == (False, False)
    assert port.next_batch(account, 1 << 20, NOW) == ()
    assert [item.op_id for item in port.next_batch(account, 1 << 20, later(hours=1))] == [op_id]
