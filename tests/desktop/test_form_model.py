"""The form behind the screen: what is typed is safe within a second, judged at once, and shared when asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from desktop.pages.form_lines import Lines, cost_of, row_state
from desktop.pages.form_model import SAVE_PAUSE, DraftForm
from desktop.pages.form_papers import outdated
from desktop.pages.form_saving import Saved
from desktop.pages.form_values import as_value, rows_of, with_rows, without_rows
from domain.packs.forms import FieldSpec
from sync import actions
from sync.actions import change_draft
from tests.desktop.form_builders import ABLE, AGAIN, EDUCATION, INITIAL, a_form, beginners, rows
from tests.desktop.sample_desk import NOW, SampleDesk, person_named, sample_desk, the_pack

pytestmark = pytest.mark.windows


def opened(qtbot: QtBot, desk: SampleDesk, key: str) -> DraftForm:
    form = DraftForm(desk.context, f"draft/{key}")
    form.load()
    qtbot.waitUntil(lambda: form.settled and form.look is not None)
    return form


def test_what_is_typed_is_durable_after_a_pause_without_being_asked(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, {"values": {"contact_name": "王"}})
    form = opened(qtbot, desk, key)
    with qtbot.waitSignal(form.saved):
        form.edit("contact_name", "王芳")
    assert desk.form_of(key)["values"]["contact_name"] == "王芳"
    assert form.saved_words.startswith("已保存")


def test_somebody_who_never_pauses_is_saved_within_a_second(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, {"values": {"contact_name": "王"}})
    form = opened(qtbot, desk, key)
    saves: list[bool] = []
    form.saved.connect(lambda: saves.append(True))
    keys = QTimer(form, interval=SAVE_PAUSE // 8)  # quicker than the pause that would save
    keys.timeout.connect(lambda: form.edit("remark", form.form["values"].get("remark", "") + "字"))
    keys.start()
    qtbot.waitUntil(lambda: bool(saves))
    keys.stop()
    assert desk.form_of(key)["values"]["remark"]


def test_a_paper_attached_while_somebody_types_is_not_lost_nor_are_the_words(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, {"values": {"contact_name": "王"}})
    form = opened(qtbot, desk, key)
    form.edit("remark", "正在写")
    actions.attach(
        desk.store, desk.account, f"draft/{key}", "commitment-letter-sealed", b"%PDF-1.4", now=NOW, type="pdf"
    )
    qtbot.waitUntil(lambda: bool(form.form.get("attachments")) and form.settled)
    assert form.form["values"]["remark"] == "正在写"
    assert desk.form_of(key)["values"]["remark"] == "正在写"
    assert len(desk.form_of(key)["attachments"]) == 1


def test_leaving_a_form_shares_it_once_and_only_if_something_is_new(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, {"values": {"contact_name": "王"}})
    form = opened(qtbot, desk, key)

    def shared() -> bool:
        with desk.store.reading() as reader:
            draft = reader.drafts.get(desk.account, f"draft/{key}")
        return draft is not None and draft.share

    form.leave()
    qtbot.waitUntil(lambda: form.settled)
    assert not shared()
    form.edit("contact_name", "王芳")
    form.leave()
    qtbot.waitUntil(lambda: form.settled)
    assert shared()
    assert desk.form_of(key)["values"]["contact_name"] == "王芳"


def test_an_empty_form_knows_the_handler_and_is_not_filled_twice(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION)
    form = opened(qtbot, desk, key)
    assert form.form["values"]["contact_name"] == "温晓岚"
    form.edit("contact_name", None)
    form.flush()
    qtbot.waitUntil(lambda: form.settled)
    again = opened(qtbot, desk, key)
    assert again.form["values"]["contact_name"] is None


def test_everybody_is_judged_and_each_reason_has_its_next_step(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = [*beginners(desk), *rows(desk, INITIAL, ["马文静"], certificate_type="supervision_assistant")]
    form = opened(qtbot, desk, desk.draft(EDUCATION, a_form({INITIAL: listed})))
    service, look = form.service, form.look
    assert service is not None
    assert look is not None
    states = [row_state(service, look.check.rows[row["row"]]).state for row in listed]
    assert states == ["ok", "ok", "bad"]
    groups = Lines(service, form.form, look.check, look.around.people, asked=True).groups()
    bad = next(group for group in groups if group.role == "bad")
    assert bad.head == "1 人不可办"
    assert "马文静" in bad.entries[0].who
    assert any(step.key.startswith("next:member-fee-payment") for entry in bad.entries for step in entry.steps)
    assert any(step.key == f"out:{listed[2]['row']}" for entry in bad.entries for step in entry.steps)


def test_a_rule_that_hangs_on_an_empty_field_waits_until_it_is_filled_in(qtbot: QtBot, desk: SampleDesk) -> None:
    listed = rows(desk, INITIAL, ["王海涛"])
    listed[0]["values"] = {}
    form = opened(qtbot, desk, desk.draft(EDUCATION, a_form({INITIAL: listed})))
    assert form.service is not None
    assert form.look is not None
    state = row_state(form.service, form.look.check.rows[listed[0]["row"]])
    assert state.state == "warn"
    assert "未知" not in " ".join(
        entry.words
        for group in Lines(form.service, form.form, form.look.check, form.look.around.people, asked=True).groups()
        if group.role == "bad"
        for entry in group.entries
    )


def test_a_fee_that_is_not_set_is_named_and_never_zero(qtbot: QtBot, tmp_path: Path) -> None:
    with sample_desk(tmp_path / "unset", configured=False) as desk:
        listed = rows(desk, "specialty-change", ["刘志远"], new_specialties=["市政公用工程"])
        form = opened(qtbot, desk, desk.draft(EDUCATION, a_form({"specialty-change": listed})))
        assert form.service is not None
        assert form.look is not None
        cost = cost_of(the_pack(), form.service, form.look.check)
        assert cost is not None
        assert cost.total == ""
        assert "专业变更辅助费" in cost.notes[0]


def test_who_is_queued_in_one_form_is_in_flight_in_the_next_but_not_in_its_own(qtbot: QtBot, desk: SampleDesk) -> None:
    first = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}))
    actions.submit(desk.store, desk.account, f"draft/{first}", pack=the_pack(), now=NOW)
    own = opened(qtbot, desk, first)
    assert own.look is not None
    assert own.look.check.ok
    other = opened(qtbot, desk, desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)})))
    assert other.look is not None
    assert not other.look.check.ok


def test_rows_taken_out_take_their_papers_with_them(desk: SampleDesk) -> None:
    listed = beginners(desk)
    left = without_rows(a_form({INITIAL: listed, AGAIN: []}), frozenset({listed[0]["row"]}))
    assert [row["row"] for row in left["cards"][INITIAL]] == [listed[1]["row"]]
    assert {each["row"] for each in left["attachments"]} == {None, listed[1]["row"]}


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("money", "1,234.5", "1234.50"),
        ("money", "约 480", "约 480"),
        ("month", "2025年9月", "2025-09"),
        ("month", "2025-13", "2025-13"),
        ("ordered", "房屋建筑，市政公用、公路", ["房屋建筑", "市政公用", "公路"]),
        ("mobile", "138 0000 ００００", "13800000000"),
        ("int", "３", 3),
        ("text", "  ", None),
    ],
)
def test_what_people_type_becomes_a_value(kind: str, typed: str, value: object) -> None:
    spec = FieldSpec.model_validate({"key": "x", "label": "甲", "type": kind})
    assert as_value(spec, typed) == value


def test_people_chosen_elsewhere_and_words_typed_here_are_both_kept(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, {"values": {"contact_name": "王"}})
    form = opened(qtbot, desk, key)
    row = beginners(desk)[0]
    form.edit("contact_name", "王芳")  # not written yet: this page has never seen the row below
    change_draft(desk.store, desk.account, f"draft/{key}", lambda now: with_rows(now, INITIAL, [row]), now=NOW)
    form.flush()
    qtbot.waitUntil(lambda: form.settled)
    assert desk.form_of(key)["values"]["contact_name"] == "王芳"
    assert [each["row"] for each in desk.form_of(key)["cards"][INITIAL]] == [row["row"]]
    assert [each["row"] for each in rows_of(form.form, INITIAL)] == [row["row"]]


def test_defaults_that_come_late_do_not_take_out_the_people_chosen_meanwhile(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft("member-fee-payment")
    form = DraftForm(desk.context, f"draft/{key}")
    form.load()
    qtbot.waitUntil(lambda: form.draft is not None)  # the defaults are being read now
    row = {"row": "r1", "person": person_named("马文静"), "values": {"member_type": "ordinary"}}
    change_draft(desk.store, desk.account, f"draft/{key}", lambda now: with_rows(now, "people", [row]), now=NOW)
    qtbot.waitUntil(lambda: form.settled)
    form.flush()
    qtbot.waitUntil(lambda: form.settled)
    assert desk.form_of(key)["values"]["invoice_title"] == "广州示例工程监理有限公司"
    assert [each["row"] for each in desk.form_of(key)["cards"]["people"]] == ["r1"]


def test_words_taken_back_before_the_first_save_is_answered_stay_taken_back(qtbot: QtBot, desk: SampleDesk) -> None:
    key = desk.draft(EDUCATION, {"values": {"remark": "旧"}})
    form = opened(qtbot, desk, key)
    form.edit("remark", "新")
    form.flush()
    form.edit("remark", "旧")
    form.flush()
    qtbot.waitUntil(lambda: form.settled)
    assert desk.form_of(key)["values"]["remark"] == "旧"
    assert form.form["values"]["remark"] == "旧"


def test_a_save_that_failed_is_not_what_the_next_one_builds_on() -> None:
    held = Saved({"values": {"a": "held"}})
    failed = Saved({"values": {"a": "failed"}}, held)
    assert failed.durable == held.form
    written = Saved({"values": {"a": "written"}}, failed)
    written.wrote()
    assert written.durable == written.form


def test_a_letter_sealed_again_for_those_who_are_left_serves_beside_the_old_one() -> None:
    form = {"cards": {"people": [{"row": "r1", "person": "person/1"}]}}
    old, new = ({"proof": {"people": people}} for people in (["person/1", "person/2"], ["person/1"]))
    assert outdated(form, [old]) == "盖章后名单变了，请重新打印盖章"
    assert outdated(form, [old, new]) == ""
    assert outdated(form, [{"proof": None}]) == "", "nobody knows for whom it was sealed"


def test_somebody_in_two_drafts_is_told_in_both_and_stops_neither(qtbot: QtBot, desk: SampleDesk) -> None:
    other = desk.draft(EDUCATION, a_form({INITIAL: beginners(desk)}))
    listed = beginners(desk, ABLE[:1])
    form = opened(qtbot, desk, desk.draft(EDUCATION, a_form({INITIAL: listed})))
    assert form.look is not None
    assert form.look.check.ok
    (warning,) = form.look.check.warnings
    assert warning.row == listed[0]["row"]
    assert "“学习报名申请”草稿里也有这个人" in warning.message
    actions.delete_draft(desk.store, desk.account, f"draft/{other}", now=NOW)
    form.refresh()
    qtbot.waitUntil(lambda: form.settled and form.look is not None and not form.look.check.warnings)
