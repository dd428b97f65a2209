"""What a person can do at the desk, without a network: nothing is lost, nothing goes twice, the screen shows it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from domain.operations import Kind, Outcome, Status
from domain.packs.pack import Pack
from sync import actions, views
from sync.protocol import decode_content
from sync.store.drafts import Draft
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.support.sealing import may_seal, unsealed
from tests.sync.store.building import (
    NOW,
    SCOPE,
    a_page,
    a_person,
    an_account,
    applied,
    kept,
    later,
    pull,
    refused,
)

SERVICE = "education-registration"
CARD = "initial-education"


def a_form(*people: str, **values: Any) -> dict[str, Any]:
    rows = [{"row": f"r{number}", "person": person, "values": {}} for number, person in enumerate(people)]
    return {"values": values, "cards": {CARD: rows}, "attachments": []}


def a_draft(store: LocalStore, account: str, *people: str, **values: Any) -> Draft:
    return actions.new_draft(store, account, SERVICE, form=a_form(*(people or ("person/1",)), **values), now=NOW)


def found(store: LocalStore, account: str, draft_id: str) -> Draft | None:
    with store.reading() as reader:
        return reader.drafts.get(account, draft_id)


def returned(draft: Draft, **more: Any) -> dict[str, Any]:
    """The application of a draft as it comes back."""
    body = {
        "id": draft.entity,
        "service": SERVICE,
        "state": "returned",
        "unit": "unit/u1",
        "form": dict(draft.form or {}),
    }
    return (
        body
        | {"reason": "社保证明不是最近一个月", "marks": [{"path": "initial-education[r0].M4", "text": "换一张"}]}
        | more
    )


def test_the_application_is_born_with_its_draft(store: LocalStore, account: str) -> None:
    draft = a_draft(store, account)
    assert draft.id.removeprefix("draft/") == draft.entity.removeprefix("application/")
    other = a_draft(store, account)
    assert other.id != draft.id
    assert {one.id for one in (draft, other)} == {row.id for row in _drafts(store, account)}


def _drafts(store: LocalStore, account: str) -> tuple[views.DraftRow, ...]:
    with store.reading() as reader:
        return views.drafts(reader, account)


def test_typing_is_durable_when_it_returns(store: LocalStore, account: str) -> None:
    draft = a_draft(store, account)
    actions.save_draft_locally(
        store, account, draft.id, a_form("person/1", remark="字"), by="李华", now=later(seconds=1)
    )
    now = found(store, account, draft.id)
    assert now is not None
    assert now.form is not None
    assert (now.form["values"], now.edited_by) == ({"remark": "字"}, "李华")


def test_submitting_puts_the_draft_in_the_outbox_and_a_second_click_finds_it_frozen(
    store: LocalStore, account: str, pack: Pack
) -> None:
    draft = a_draft(store, account)
    op_id = actions.submit(store, account, draft.id, pack=pack, now=NOW, confirmed=["W1"])
    with pytest.raises(NotAllowed, match="已放入待发送"):
        actions.submit(store, account, draft.id, pack=pack, now=NOW)
    with pytest.raises(NotAllowed):
        actions.save_draft_locally(store, account, draft.id, a_form(), by="王芳", now=NOW)
    operation = decode_content(kept(store, op_id).content)
    assert (operation.kind, operation.entity, operation.base_version) == (Kind.ACT, draft.entity, 0)
    assert operation.edition == pack.edition
    assert operation.payload["action"] == "submit"
    assert operation.payload["form"] == draft.form
    assert operation.payload["confirmed"] == ["W1"]
    assert _drafts(store, account) == ()


def test_what_was_not_sent_yet_is_shown_as_such_and_can_be_taken_back(
    store: LocalStore, account: str, pack: Pack
) -> None:
    draft = a_draft(store, account)
    op_id = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    with store.reading() as reader:
        (row,) = views.outbox(reader, account, now=NOW)
        (case,) = views.applications(reader, account, pack)
    assert (row.title, row.people, row.word, row.can_cancel) == ("学习报名申请", "初始教育 1 人", "排队", True)
    assert (case.state, case.pending, case.code) == ("agency_review", "排队", row.code)
    assert actions.cancel(store, account, op_id, now=NOW) == draft.id
    assert kept(store, op_id).state == "cancelled"
    (again,) = _drafts(store, account)
    assert again.id == draft.id
    with store.reading() as reader:
        assert views.outbox(reader, account, now=NOW) == ()
        assert views.applications(reader, account, pack) == ()
    assert actions.submit(store, account, draft.id, pack=pack, now=NOW) != op_id


def test_an_applied_submission_takes_its_draft_away(
    store: LocalStore, port: SyncStore, account: str, pack: Pack
) -> None:
    draft = a_draft(store, account)
    op_id = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    port.mark_sending(account, [op_id], NOW)
    port.record_outcomes(account, [applied(op_id, 1, unit_u1=5)], NOW)
    assert found(store, account, draft.id) is None
    with store.reading() as reader:
        (case,) = views.applications(reader, account, pack)
    assert case.state == "agency_review", "still shown while the mirror has not reached it"


def test_a_refused_submission_is_an_editable_draft_with_its_reasons(
    store: LocalStore, port: SyncStore, account: str, pack: Pack
) -> None:
    draft = a_draft(store, account)
    op_id = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    port.mark_sending(account, [op_id], NOW)
    port.record_outcomes(account, [refused(op_id, "身份证号最后一位校验不对，请核对第 18 位。", "另一条")], NOW)
    with store.reading() as reader:
        (row,) = views.outbox(reader, account, now=NOW)
        assert views.applications(reader, account, pack) == ()
    assert (row.word, row.can_edit, row.reason) == (
        "未接收",
        True,
        "身份证号最后一位校验不对，请核对第 18 位。（共 2 处）",
    )
    (listed,) = _drafts(store, account)
    assert listed.refused
    back = actions.edit_refused(store, account, op_id)
    assert (back.id, back.form, len(back.findings)) == (draft.id, draft.form, 2)
    again = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    with store.reading() as reader:
        (row,) = views.outbox(reader, account, now=NOW)
    assert row.op_id == again, "the refusal has been dealt with"


def test_a_returned_application_is_mended_and_sent_again_under_its_id(
    store: LocalStore, port: SyncStore, account: str, pack: Pack
) -> None:
    draft = a_draft(store, account)
    port.apply_page(account, SCOPE, a_page((draft.entity, 3, 4, returned(draft))), now=NOW)
    mending = actions.open_returned(store, account, draft.entity, pack=pack, now=NOW)
    assert (mending.id, mending.returned, mending.base_version, mending.action) == (draft.id, False, 0, "")
    actions.delete_draft(store, account, draft.id, now=NOW)
    mending = actions.open_returned(store, account, draft.entity, pack=pack, now=NOW)
    assert (mending.id, mending.returned, mending.base_version) == (draft.id, True, 4)
    op_id = actions.submit(store, account, mending.id, pack=pack, now=NOW)
    operation = decode_content(kept(store, op_id).content)
    assert (operation.entity, operation.base_version, operation.payload["action"]) == (draft.entity, 4, "reinitiate")
    with store.reading() as reader:
        case = views.case(reader, account, pack, draft.entity, now=NOW)
    assert case is not None
    assert (case.row.state, case.body["round"]) == ("agency_review", 1)
    assert case.previous == draft.form
    assert [(step.action, step.pending) for step in case.steps] == [("reinitiate", True)]


def test_a_second_step_builds_on_the_first_while_that_is_not_answered(
    store: LocalStore, account: str, pack: Pack
) -> None:
    draft = a_draft(store, account)
    submit = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    abandon = actions.act(store, account, draft.entity, "abandon", pack=pack, now=NOW, reason="不办了")
    operation = decode_content(kept(store, abandon).content)
    assert (operation.base_version, operation.after) == (1, (submit,))
    with store.reading() as reader:
        (case,) = views.applications(reader, account, pack)
        assert len(views.outbox(reader, account, now=NOW)) == 2
    assert (case.state, case.open) == ("abandoned", False)


def test_a_form_waits_for_the_roster_entries_it_names(store: LocalStore, account: str, pack: Pack) -> None:
    roster = actions.save_roster(store, account, {"name": "张三", "document_number": "110101199003078515"}, now=NOW)
    form = {"values": {}, "cards": {CARD: [{"row": "r", "roster": roster, "values": {}}]}, "attachments": []}
    draft = actions.new_draft(store, account, SERVICE, form=form, now=NOW)
    op_id = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    with store.reading() as reader:
        (first, _) = reader.operations.outbox(account)
    assert decode_content(kept(store, op_id).content).after == (first.op_id,)


def test_a_submission_names_its_papers_without_those_of_rows_taken_out(
    store: LocalStore, account: str, pack: Pack
) -> None:
    draft = a_draft(store, account)
    stays = actions.attach(store, account, draft.id, "M1", b"1", now=NOW, type="pdf", row="r0")
    actions.attach(store, account, draft.id, "M1", b"2", now=NOW, type="pdf", row="gone")
    op_id = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    operation = decode_content(kept(store, op_id).content)
    assert operation.blobs == (stays["blob"],)
    assert operation.payload["form"]["attachments"] == [stays]


def test_failing_rows_move_with_their_papers_into_a_draft_of_their_own(store: LocalStore, account: str) -> None:
    draft = a_draft(store, account, "person/1", "person/2")
    for row, data in (("r0", b"0"), ("r1", b"1"), (None, b"all")):
        actions.attach(store, account, draft.id, "M", data, now=NOW, type="pdf", row=row)
    split = actions.split_failing(store, account, draft.id, ["r1"], now=NOW)
    left = found(store, account, draft.id)
    assert left is not None
    for one, row in ((left, "r0"), (split, "r1")):
        assert one.form is not None
        assert [each["row"] for each in one.form["cards"][CARD]] == [row]
        assert [each["row"] for each in one.form["attachments"]] == [row, None]
    with pytest.raises(NotAllowed):
        actions.split_failing(store, account, draft.id, ["nobody"], now=NOW)


def test_a_sent_form_can_be_copied_as_new(store: LocalStore, account: str, pack: Pack) -> None:
    draft = a_draft(store, account, "person/1", remark="x")
    paper = actions.attach(store, account, draft.id, "M", b"0", now=NOW, type="pdf", row="r0")
    actions.submit(store, account, draft.id, pack=pack, now=NOW)
    copy = actions.copy_as_new(store, account, draft.entity, now=NOW)
    assert copy.entity != draft.entity
    assert copy.form is not None
    (row,) = copy.form["cards"][CARD]
    assert (row["person"], copy.form["values"]) == ("person/1", {"remark": "x"})
    assert row["row"] != "r0"
    assert copy.form["attachments"] == [{**paper, "row": row["row"]}]


def test_a_deleted_draft_can_be_put_back(store: LocalStore, account: str) -> None:
    draft = a_draft(store, account)
    gone = actions.delete_draft(store, account, draft.id, now=NOW)
    assert _drafts(store, account) == ()
    actions.restore_draft(store, account, gone)
    assert found(store, account, draft.id) == draft


def test_sharing_ten_times_on_a_dead_line_is_one_operation_of_what_stands_there_now(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    draft = a_draft(store, account)
    for number in range(10):
        actions.save_draft_locally(store, account, draft.id, a_form(n=str(number)), by="王芳", now=NOW)
        actions.share_draft(store, account, draft.id)
    assert port.queued(account) == 1
    (item,) = port.next_batch(account, 1, NOW)
    operation = decode_content(item.content)
    assert (operation.kind, operation.entity, operation.base_version) == (Kind.SAVE_DRAFT, draft.id, 0)
    assert operation.payload["form"]["values"] == {"n": "9"}
    assert port.next_batch(account, 1, NOW)[0].op_id == item.op_id, "asked again it is the same one"


def test_a_colleagues_changes_are_merged_into_what_is_being_typed(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    draft = a_draft(store, account, a="1", b="1", c="1")
    actions.share_draft(store, account, draft.id)
    (item,) = port.next_batch(account, 1, NOW)
    port.record_outcomes(account, [applied(item.op_id, 1)], NOW)
    actions.save_draft_locally(store, account, draft.id, a_form("person/1", a="2", b="1", c="2"), by="王芳", now=NOW)
    theirs: dict[str, Any] = {"id": draft.id, "application": draft.entity, "service": SERVICE, "edited_by": "李华"}
    theirs["form"] = a_form("person/1", a="1", b="3", c="3")
    port.apply_page(account, SCOPE, a_page((draft.id, 9, 2, theirs)), now=NOW)
    merged = found(store, account, draft.id)
    assert merged is not None
    assert merged.form is not None
    assert merged.form["values"] == {"a": "2", "b": "3", "c": "2"}
    assert [(one["path"], one["mine"], one["theirs"], one["by"]) for one in merged.asks] == [("c", "2", "3", "李华")]
    assert [one["path"] for one in merged.history] == ["b"], "what was taken over is listed"
    decided = actions.decide_place(store, account, draft.id, "c", theirs=True)
    assert decided.form is not None
    assert decided.form["values"]["c"] == "3"
    assert (decided.asks, decided.history[-1]["mine"]) == ((), "2"), "the loser stays in history"


def test_a_draft_with_open_questions_is_not_sent(store: LocalStore, port: SyncStore, account: str, pack: Pack) -> None:
    draft = a_draft(store, account, a="1")
    theirs = {"id": draft.id, "application": draft.entity, "service": SERVICE, "form": a_form("person/1", a="2")}
    port.apply_page(account, SCOPE, a_page((draft.id, 9, 1, theirs)), now=NOW)
    with pytest.raises(NotAllowed, match="1 处两边都改过"):
        actions.submit(store, account, draft.id, pack=pack, now=NOW)


def test_a_conflict_in_sharing_is_merged_and_shared_again(store: LocalStore, port: SyncStore, account: str) -> None:
    draft = a_draft(store, account, a="1")
    actions.share_draft(store, account, draft.id)
    (item,) = port.next_batch(account, 1, NOW)
    port.mark_sending(account, [item.op_id], NOW)
    current = {"form": a_form("person/1", b="2"), "version": 3, "edited_by": "李华"}
    port.record_outcomes(account, [Outcome(item.op_id, Status.CONFLICT, current=current)], NOW)
    (again,) = port.next_batch(account, 1, NOW)
    operation = decode_content(again.content)
    assert (operation.supersedes, operation.base_version) == (item.op_id, 3)
    assert operation.payload["form"]["values"] == {"a": "1", "b": "2"}


def test_a_colleagues_draft_is_listed_and_can_be_taken_up(store: LocalStore, port: SyncStore, account: str) -> None:
    theirs = {"id": "draft/k", "application": "application/k", "service": SERVICE, "form": a_form(a="1")}
    pull(store, account, theirs)
    (row,) = _drafts(store, account)
    assert (row.here, row.shared) == (False, True)
    draft = actions.open_draft(store, account, "draft/k", now=NOW)
    assert (draft.entity, draft.form, draft.shared_version) == ("application/k", a_form(a="1"), 1)
    assert [one.here for one in _drafts(store, account)] == [True]
    actions.delete_draft(store, account, "draft/k", now=NOW)
    assert _drafts(store, account) == (), "gone from the list at once, though the server does not know yet"
    (item,) = port.next_batch(account, 1, NOW)
    assert decode_content(item.content).kind is Kind.DELETE_DRAFT


def test_what_was_shared_before_it_was_sent_is_no_draft_any_more(
    store: LocalStore, port: SyncStore, account: str, pack: Pack
) -> None:
    draft = a_draft(store, account, "person/1", a="1")
    shared = {"id": draft.id, "application": draft.entity, "service": SERVICE, "form": a_form(a="1")}
    port.apply_page(account, SCOPE, a_page((draft.id, 1, 1, shared)), now=NOW)
    op_id = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    port.mark_sending(account, [op_id], NOW)
    port.record_outcomes(account, [applied(op_id, 1, unit_u1=5)], NOW)
    assert found(store, account, draft.id) is None
    with pytest.raises(NotAllowed, match="这份草稿已经不在了"):
        actions.open_draft(store, account, draft.id, now=NOW)
    pull(store, account, returned(draft))
    with pytest.raises(NotAllowed, match="这份草稿已经不在了"):
        actions.open_draft(store, account, draft.id, now=NOW)
    assert actions.open_returned(store, account, draft.entity, pack=pack, now=NOW).returned


def test_a_conflicting_resubmission_comes_back_with_both_sides(
    store: LocalStore, port: SyncStore, account: str, pack: Pack
) -> None:
    first = a_draft(store, account, a="1")
    actions.delete_draft(store, account, first.id, now=NOW)
    port.apply_page(account, SCOPE, a_page((first.entity, 3, 4, returned(first))), now=NOW)
    mending = actions.open_returned(store, account, first.entity, pack=pack, now=NOW)
    actions.save_draft_locally(store, account, mending.id, a_form("person/1", a="2"), by="王芳", now=NOW)
    op_id = actions.submit(store, account, mending.id, pack=pack, now=NOW)
    port.mark_sending(account, [op_id], NOW)
    current = returned(first, form=a_form("person/1", a="3"), version=6)
    port.record_outcomes(account, [Outcome(op_id, Status.CONFLICT, current=current)], NOW)
    draft = actions.edit_refused(store, account, op_id)
    assert [(one["mine"], one["theirs"]) for one in draft.asks] == [("2", "3")]
    actions.decide_place(store, account, draft.id, "a", theirs=False)
    again = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    operation = decode_content(kept(store, again).content)
    assert (operation.supersedes, operation.base_version) == (op_id, 6)


def test_a_parameter_is_shown_as_asked_until_it_is_applied(store: LocalStore, port: SyncStore) -> None:
    admin = an_account(store, "admin", "admin", unit=None)
    pull(store, admin, {"id": "config/fee", "key": "fee", "values": [{"value": "10.00", "since": "2020-01-01"}]})
    op_id = actions.set_config(store, admin, "fee", "20.00", since="2026-01-01", why="新标准", now=NOW)
    with store.reading() as reader:
        shown = views.entity(reader, admin, "config/fee")
    assert shown is not None
    assert shown.pending is not None
    assert [one["value"] for one in shown.body["values"]] == ["10.00", "20.00"]
    assert kept(store, op_id).payload == {"value": "20.00", "since": "2026-01-01", "why": "新标准"}
    port.mark_sending(admin, [op_id], NOW)
    port.record_outcomes(admin, [refused(op_id)], NOW)
    with store.reading() as reader:
        shown = views.entity(reader, admin, "config/fee")
    assert shown is not None
    assert (len(shown.body["values"]), shown.pending) == (1, None)
    draft = actions.edit_refused(store, admin, op_id)
    assert (draft.kind, draft.form) == ("set-config", {"value": "20.00", "since": "2026-01-01", "why": "新标准"})


def test_agencies_desks_accounts_and_bill_notes_are_asked_with_the_version_seen(store: LocalStore) -> None:
    admin = an_account(store, "admin", "admin", unit=None)
    pull(store, admin, {"id": "agency/1", "name": "旧"}, {"id": "bill/1", "kind": "k", "status": "unpaid"})
    made = {
        actions.save_agency(store, admin, {"name": "新"}, agency="agency/1", now=NOW): ("agency/1", 1),
        actions.save_desk(store, admin, "finance", {"phone": "020-1"}, now=NOW): ("desk/finance", 0),
        actions.note_bill(store, admin, "bill/1", "void", reason="开错", now=NOW): ("bill/1", 1),
    }
    for op_id, (entity, version) in made.items():
        operation = decode_content(kept(store, op_id).content)
        assert (operation.entity, operation.base_version) == (entity, version)
    login = actions.save_account(store, admin, {"login": "x", "role": "agency"}, now=NOW)
    assert kept(store, login).entity.startswith("account/")


def test_a_reviewers_refused_decision_keeps_its_words(store: LocalStore, port: SyncStore, pack: Pack) -> None:
    agency = an_account(store, "agency", "agency", unit=None, agency="agency/1")
    body = {"id": "application/1", "service": SERVICE, "state": "agency_review", "form": a_form("person/1")}
    pull(store, agency, body)
    marks = [{"path": "initial-education[r0].M4", "text": "换"}]
    op_id = actions.act(store, agency, "application/1", "return", pack=pack, now=NOW, reason="请换", marks=marks)
    port.mark_sending(agency, [op_id], NOW)
    port.record_outcomes(agency, [refused(op_id, "已被别人处理")], NOW)
    draft = actions.edit_refused(store, agency, op_id)
    assert draft.payload is not None
    assert (draft.action, draft.payload["reason"], draft.payload["marks"]) == ("return", "请换", marks)
    assert _drafts(store, agency) == (), "it is no form to fill in"


def test_nobody_touches_what_another_account_made(store: LocalStore, account: str, pack: Pack) -> None:
    other = an_account(store, "lihua")
    op_id = actions.submit(store, account, a_draft(store, account).id, pack=pack, now=NOW)
    for forbidden in (actions.edit_refused, actions.dismiss):
        with pytest.raises(NotAllowed, match="不是这个账号的"):
            forbidden(store, other, op_id)
    with pytest.raises(NotAllowed):
        actions.cancel(store, other, op_id, now=NOW)


def test_people_named_in_the_form_are_in_flight_for_the_next(store: LocalStore, account: str, pack: Pack) -> None:
    pull(store, account, a_person("1"), a_person("2", "李四", "440104198001013027"))
    actions.submit(store, account, a_draft(store, account, "person/1").id, pack=pack, now=NOW)
    a_draft(store, account, "person/2")
    with store.reading() as reader:
        view = views.view_for(reader, account, ["person/1", "person/2"], pack=pack)
    assert [body["state"] for body in view.applications["person/1"]] == ["agency_review"]
    assert "person/2" not in view.applications, "a draft puts nobody in flight"


def test_what_is_carried_by_hand_is_the_very_bytes_with_their_papers(
    store: LocalStore, port: SyncStore, account: str, pack: Pack, tmp_path: Path
) -> None:
    draft = a_draft(store, account)
    paper = actions.attach(store, account, draft.id, "M", b"%PDF" * 50_000, now=NOW, type="pdf", row="r0")
    submit = actions.submit(store, account, draft.id, pack=pack, now=NOW)
    abandon = actions.act(store, account, draft.entity, "abandon", pack=pack, now=NOW, reason="不办了")
    path = tmp_path / "带去协会.sealed"
    with pytest.raises(NotAllowed, match="封装钥匙"):
        actions.export_operations(store, account, [submit], path, now=NOW)
    may_seal(store, account)
    with pytest.raises(NotAllowed, match="前面还有没送出的"):
        actions.export_operations(store, account, [abandon], path, now=NOW)
    assert actions.export_operations(store, account, [abandon, submit], path, now=NOW) == 2
    assert draft.entity.encode() not in path.read_bytes()
    with zipfile.ZipFile(unsealed(path)) as archive:
        told = json.loads(archive.read("operations.json"))
        assert archive.read(paper["blob"]) == b"%PDF" * 50_000
    assert [one["content"].encode() for one in told["operations"]] == [
        kept(store, op_id).content for op_id in (submit, abandon)
    ]
    assert port.next_batch(account, 1 << 20, NOW) == ()
    with pytest.raises(NotAllowed):
        actions.cancel(store, account, submit, now=NOW)
    actions.resume_exported(store, account, [submit, abandon])
    assert [item.op_id for item in port.next_batch(account, 1 << 20, NOW)] == [submit]
    with pytest.raises(NotAllowed, match="已经发过"):
        actions.cancel(store, account, submit, now=NOW)
