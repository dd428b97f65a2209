"""Handing over: unsent work comes out of one account and into another of the same unit, once, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.operations import Kind
from sync import actions
from sync.handover import NOTHING, Handed, hand_over, take_over
from sync.store.drafts import Draft
from sync.store.errors import FileUnreadable, FileUnwritable, KitUnreadable, NotAllowed, WrongSecret
from sync.store.keys import first_run, new_recovery_code
from sync.store.local import LocalStore
from sync.store.operations import Sketch
from sync.store.port import SyncStore
from tests.sync.store.building import NOW, SCOPE, a_page, an_account, an_operation, applied, kept, later, pull, refused

PAPER = b"scan " * 50_000
FORM = {"values": {"city": "广州"}, "cards": {"people": [{"row": "r1", "roster": "roster/p1", "values": {}}]}}


class Desk:
    """A store with a recovery code and one account of unit u1."""

    def __init__(self, folder: Path, login: str, name: str, **body: str) -> None:
        self.folder, self.code = folder, new_recovery_code()
        self.store = LocalStore.create(folder, first_run(folder, self.code, "a quiet river"))
        self.account = an_account(self.store, login, name=name, **body)

    def drafts(self) -> dict[str, Draft]:
        with self.store.reading() as reader:
            return {draft.id: draft for draft in reader.drafts.all(self.account)}

    def outbox(self) -> list[tuple[str, str]]:
        with self.store.reading() as reader:
            return [(kept.kind, kept.entity) for kept in reader.operations.outbox(self.account)]

    def fills_in(self, city: str = "广州") -> Draft:
        """A form with a paper, begun."""
        form = {**FORM, "values": {"city": city}}
        draft = actions.new_draft(self.store, self.account, "s", form=form, title="学习报名申请", now=NOW)
        actions.attach(self.store, self.account, draft.id, "diploma", PAPER, now=NOW, type="pdf", name="毕业证.pdf")
        return self.drafts()[draft.id]

    def sends(self, draft: Draft) -> str:
        """As `submit` does it, without a pack."""
        payload = {"service": "s", "action": "submit", "form": draft.form}
        blobs = [paper["blob"] for paper in draft.form["attachments"]]
        sketch = Sketch("学习报名申请", "submit", draft.id, {"id": draft.entity, "state": "review"})
        op_id = an_operation(self.store, self.account, draft.entity, payload=payload, sketch=sketch, blobs=blobs)
        with self.store.transaction() as writer:
            writer.drafts.freeze(self.account, draft.id, op_id)
        return op_id


@pytest.fixture
def wen(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "wen", "wen", "温晓岚")
    yield desk
    desk.store.close()


@pytest.fixture
def lin(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "lin", "lin", "林敏")
    yield desk
    desk.store.close()


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return tmp_path / "wen.handover"


def test_drafts_and_what_was_not_sent_come_as_drafts_with_their_papers(wen: Desk, lin: Desk, kit: Path) -> None:
    begun, sent = wen.fills_in(), wen.fills_in("佛山")
    op_id = wen.sends(sent)
    made = hand_over(wen.store, wen.account, kit, now=NOW)
    assert made == Handed(2, 0, 0, 1, kit.stat().st_size)
    taken = take_over(lin.store, lin.account, kit, wen.code, now=later(hours=1))
    assert (taken.name, taken.drafts, taken.known) == ("温晓岚", 2, 0)
    found = lin.drafts()
    assert found.keys() == {begun.id, sent.id}
    assert {one.edited_by for one in found.values()} == {"温晓岚"}
    assert found[sent.id].entity == sent.entity
    assert found[sent.id].form == sent.form
    assert found[sent.id].sent is None, "it can be changed"
    assert lin.outbox() == [], "a signed Operation is never sent by another"
    with lin.store.reading() as reader:
        (paper,) = reader.blobs.many(lin.account, [begun.form["attachments"][0]["blob"]])
        assert reader.files.open(lin.account, paper.sha256).read() == PAPER
    assert kept(wen.store, op_id).place == "outbox", "handing over takes nothing away"


def test_taken_in_twice_nothing_is_there_twice_and_nothing_comes_back(wen: Desk, lin: Desk, kit: Path) -> None:
    draft = wen.fills_in()
    hand_over(wen.store, wen.account, kit, now=NOW)
    take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    actions.delete_draft(lin.store, lin.account, draft.id, now=NOW)
    again = take_over(lin.store, lin.account, kit, wen.code, now=later(hours=1))
    assert (again.before[:10], again.drafts) == ("2025-11-03", 0)
    assert lin.drafts() == {}


def test_a_second_kit_of_the_same_work_brings_only_what_is_new(wen: Desk, lin: Desk, kit: Path) -> None:
    draft = wen.fills_in()
    hand_over(wen.store, wen.account, kit, now=NOW)
    take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    other = wen.fills_in("佛山")
    hand_over(wen.store, wen.account, kit, now=NOW)
    taken = take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    assert (taken.drafts, taken.merged, taken.known) == (1, 0, 1)
    assert lin.drafts().keys() == {draft.id, other.id}


def test_what_reached_the_association_after_all_is_not_done_again(wen: Desk, lin: Desk, kit: Path) -> None:
    draft = wen.fills_in()
    op_id = wen.sends(draft)
    SyncStore(wen.store).mark_sending(wen.account, [op_id], NOW)
    hand_over(wen.store, wen.account, kit, now=NOW)
    pull(lin.store, lin.account, {"id": draft.entity, "service": "s", "state": "review", "form": draft.form})
    taken = take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    assert (taken.drafts, taken.known, lin.drafts()) == (0, 1, {})


def test_what_was_answered_is_not_handed_over(wen: Desk, lin: Desk, kit: Path) -> None:
    draft, other = wen.fills_in(), wen.fills_in("佛山")
    op_id = wen.sends(draft)
    SyncStore(wen.store).record_outcomes(wen.account, [applied(op_id)], NOW)
    assert hand_over(wen.store, wen.account, kit, now=NOW).drafts == 1
    take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    assert lin.drafts().keys() == {other.id}


def test_a_refused_form_is_handed_over_with_its_reasons(wen: Desk, lin: Desk, kit: Path) -> None:
    draft = wen.fills_in()
    SyncStore(wen.store).record_outcomes(wen.account, [refused(wen.sends(draft), "毕业证看不清")], NOW)
    hand_over(wen.store, wen.account, kit, now=NOW)
    take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    assert [one.message for one in lin.drafts()[draft.id].findings] == ["毕业证看不清"]


def test_a_draft_both_have_keeps_both_sides_and_asks_where_they_differ(wen: Desk, lin: Desk, kit: Path) -> None:
    draft = wen.fills_in()
    shared = {"id": draft.id, "application": draft.entity, "service": "s", "form": draft.form, "edited_by": "温晓岚"}
    pull(lin.store, lin.account, shared)
    with wen.store.transaction() as writer:
        mine = {**draft.form, "values": {"city": "佛山", "phone": "020"}}
        writer.drafts.put(wen.account, replace(draft, base=draft.form, shared_version=1, form=mine))
    actions.open_draft(lin.store, lin.account, draft.id, now=NOW)
    actions.change_draft(lin.store, lin.account, draft.id, lambda form: {**form, "values": {"city": "深圳"}}, now=NOW)
    hand_over(wen.store, wen.account, kit, now=NOW)
    taken = take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    assert (taken.drafts, taken.merged) == (0, 1)
    found = lin.drafts()[draft.id]
    assert found.form["values"] == {"city": "深圳", "phone": "020"}
    assert [(place["path"], place["theirs"]) for place in found.asks] == [("city", "佛山")]


def test_people_not_sent_are_asked_for_by_the_one_who_takes_them(wen: Desk, lin: Desk, kit: Path) -> None:
    entry = {"name": "张伟明", "document_type": "other", "document_number": "D1"}
    first = actions.save_roster(wen.store, wen.account, entry, now=NOW)
    second = actions.save_roster(wen.store, wen.account, {**entry, "name": "李芳", "document_number": "D2"}, now=NOW)
    hand_over(wen.store, wen.account, kit, now=NOW)
    pull(lin.store, lin.account, {"id": second, "unit": "unit/u1", "name": "李芳", "document_number": "D2"})
    taken = take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    assert (taken.rosters, taken.known) == (1, 1)
    assert lin.outbox() == [(Kind.SAVE_ROSTER, first)]
    with lin.store.reading() as reader:
        (one,) = reader.operations.outbox(lin.account)
        assert reader.operations.get(one.op_id) is not None
        assert '"account":"account/lin"' in one.content.decode(), "signed by whoever takes it in"
        assert reader.people.count(lin.account) == 2


def test_a_step_that_is_no_form_is_named_to_be_done_again(wen: Desk, lin: Desk, kit: Path) -> None:
    payload = {"service": "s", "action": "withdraw", "reason": "填错了人"}
    sketch = Sketch("学习报名申请", "withdraw")
    an_operation(wen.store, wen.account, "application/a9", payload=payload, sketch=sketch)
    hand_over(wen.store, wen.account, kit, now=NOW)
    taken = take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    (step,) = taken.steps
    assert (step.title, step.action, step.entity, step.reason) == (
        "学习报名申请", "withdraw", "application/a9", "填错了人",
    )  # fmt: skip
    assert lin.outbox() == []
    assert take_over(lin.store, lin.account, kit, wen.code, now=NOW).steps == (step,), "and it can be read again"


def test_only_an_account_of_the_same_unit_and_association_takes_it(wen: Desk, kit: Path, tmp_path: Path) -> None:
    wen.fills_in()
    hand_over(wen.store, wen.account, kit, now=NOW)
    stranger = an_account(wen.store, "zhao", unit="unit/u2")
    with wen.store.transaction() as writer:
        elsewhere = writer.accounts.put(
            "another", "lin", name="另一个协会", body={"id": "account/l", "unit": "unit/u1"}
        )
    with pytest.raises(NotAllowed, match="另一个单位"):
        take_over(wen.store, stranger, kit, wen.code, now=NOW)
    with pytest.raises(NotAllowed, match="另一个协会的（广东省建设监理协会）"):
        take_over(wen.store, elsewhere, kit, wen.code, now=NOW)
    with wen.store.reading() as reader:
        assert not reader.drafts.all(stranger)
        assert not reader.drafts.all(elsewhere)


def test_it_opens_with_the_code_of_the_desk_it_was_made_on_only(wen: Desk, lin: Desk, kit: Path) -> None:
    draft = wen.fills_in()
    hand_over(wen.store, wen.account, kit, now=NOW)
    data = kit.read_bytes()
    for secret in (
        draft.entity,
        "广州",
        draft.form["attachments"][0]["blob"],
        "毕业证",
        "scan scan",
        "温晓岚",
        "passphrase",
    ):
        assert secret.encode() not in data
    with pytest.raises(WrongSecret):
        take_over(lin.store, lin.account, kit, lin.code, now=NOW)
    with pytest.raises(WrongSecret, match="第 1 组"):
        take_over(lin.store, lin.account, kit, "0000" + wen.code[4:], now=NOW)
    assert lin.drafts() == {}


@pytest.mark.parametrize("part", ["end", "work", "paper", "other", "none"])
def test_a_damaged_kit_is_refused_in_one_sentence_and_changes_nothing(
    wen: Desk, lin: Desk, kit: Path, part: str
) -> None:
    wen.fills_in()
    hand_over(wen.store, wen.account, kit, now=NOW)
    data = bytearray(kit.read_bytes())
    if part == "end":
        del data[-100:]
    elif part == "work":
        data[data.index(b"work") + 40] ^= 1
    elif part == "paper":
        data[len(data) // 2] ^= 1
    elif part == "other":
        data = bytearray("一份表格".encode())
    kit.write_bytes(data)
    if part == "none":
        kit.unlink()
    with pytest.raises(FileUnreadable if part == "none" else KitUnreadable) as told:
        take_over(lin.store, lin.account, kit, wen.code, now=NOW)
    assert told.value.sentence.count("。") == 1
    assert lin.drafts() == {}


def test_nothing_to_hand_over_and_nowhere_to_put_it_are_said(wen: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match=NOTHING.sentence):
        hand_over(wen.store, wen.account, tmp_path / "x.handover", now=NOW)
    wen.fills_in()
    with pytest.raises(FileUnwritable):
        hand_over(wen.store, wen.account, tmp_path / "no such folder" / "x.handover", now=NOW)
    assert not list(tmp_path.glob("*.part*"))


def test_a_sealed_account_hands_over_what_it_made_and_takes_nothing_in(wen: Desk, lin: Desk, kit: Path) -> None:
    draft = wen.fills_in()
    person = {"id": "person/1", "unit": "unit/u1", "name": "张伟明"}
    SyncStore(wen.store).apply_page(wen.account, SCOPE, a_page((person["id"], 1, 1, person)), now=NOW)
    SyncStore(wen.store).revoke(wen.account)
    hand_over(wen.store, wen.account, kit, now=NOW)
    assert take_over(lin.store, lin.account, kit, wen.code, now=NOW).drafts == 1
    assert lin.drafts()[draft.id].form == draft.form
    with pytest.raises(NotAllowed, match="已被停用"):
        take_over(wen.store, wen.account, kit, wen.code, now=NOW)
