"""The list of people at the desk: taken in from a file, compared, undone, and what the association says to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event

from domain.operations import Kind, Outcome, Status
from sync import actions, views
from sync.actions_roster import Undone, imports
from sync.protocol import decode_content
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.sync.store.building import (
    NOW,
    SCOPE,
    a_roster,
    applied,
    kept,
    pull,
    refused,
)

SERVICE = "education-registration"
CARD = "initial-education"


def test_importing_the_same_people_again_changes_nothing(store: LocalStore, port: SyncStore, account: str) -> None:
    rows = [
        {"name": "张三", "document_number": "110101199003078515", "mobile": "13800000001"},
        {"name": "李四", "document_number": "11010119900307889X", "mobile": ""},
    ]
    first = actions.import_roster(store, account, rows, now=NOW)
    assert (first.added, first.changed, first.same) == (2, 0, 0)
    sloppy = [{**row, "document_number": f" {str(row['document_number']).lower()} "} for row in rows]
    second = actions.import_roster(store, account, sloppy, now=NOW)
    assert (second.added, second.changed, second.same, second.op_ids) == (0, 0, 2, ())
    third = actions.import_roster(store, account, [{**rows[0], "mobile": "13900000000"}], now=NOW)
    assert (third.added, third.changed) == (0, 1)
    payload = kept(store, third.op_ids[0]).payload
    assert payload == {"name": "张三", "document_number": "110101199003078515", "mobile": "13900000000"}
    with store.reading() as reader:
        assert [(row.name, row.pending) for row in views.people(reader, account, today=NOW.date())] == [
            ("李四", True),
            ("张三", True),
        ]


def test_importing_compares_with_what_the_server_already_has(store: LocalStore, account: str) -> None:
    pull(store, account, a_roster("1", "张三", "110101199003078515", mobile="1", person=None))
    rows = [{"name": "张三", "document_number": "110101199003078515", "mobile": "1"}]
    assert actions.import_roster(store, account, rows, now=NOW).same == 1
    changed = actions.import_roster(store, account, [{**rows[0], "mobile": "2"}], now=NOW)
    operation = decode_content(kept(store, changed.op_ids[0]).content)
    assert (operation.entity, operation.base_version) == ("roster/1", 1)
    assert "person" not in operation.payload


def names(store: LocalStore, account: str) -> list[tuple[str, str]]:
    with store.reading() as reader:
        return [(row.name, row.mobile) for row in views.people(reader, account, today=NOW.date())]


def test_an_import_that_was_not_sent_is_undone_as_if_it_had_not_been(store: LocalStore, account: str) -> None:
    pull(store, account, a_roster("1", "张三", "110101199003078515", mobile="1", person=None))
    rows = [
        {"name": "张三", "document_number": "110101199003078515", "mobile": "2"},
        {"name": "李四", "document_number": "11010119900307889X"},
    ]
    made = actions.import_roster(store, account, rows, now=NOW, file="名单.xlsx")
    with store.reading() as reader:
        assert [(one.file, one.added, one.changed) for one in imports(reader, account)] == [("名单.xlsx", 1, 1)]
    undone = actions.undo_import(store, account, made.id, now=NOW)
    assert (undone.removed, undone.restored, undone.left) == (1, 1, ())
    assert names(store, account) == [("张三", "1")]
    with store.reading() as reader:
        assert views.outbox(reader, account, now=NOW) == ()
        assert imports(reader, account) == ()
        assert views.drafts(reader, account) == ()


def test_an_import_that_was_sent_is_undone_by_asking_for_it(store: LocalStore, port: SyncStore, account: str) -> None:
    pull(store, account, a_roster("1", "张三", "110101199003078515", mobile="1", person=None))
    rows = [
        {"name": "张三", "document_number": "110101199003078515", "mobile": "2", "remark": "新"},
        {"name": "李四", "document_number": "11010119900307889X"},
    ]
    made = actions.import_roster(store, account, rows, now=NOW)
    first, second = made.op_ids
    port.mark_sending(account, made.op_ids, NOW)
    positions = [{SCOPE.replace(":", "_"): seq} for seq in (900, 901)]
    port.record_outcomes(account, [applied(first, 2, **positions[0]), applied(second, 1, **positions[1])], NOW)
    undone = actions.undo_import(store, account, made.id, now=NOW)
    assert (undone.removed, undone.restored) == (1, 1)
    assert names(store, account) == [("张三", "1")]
    with store.reading() as reader:
        waiting = [decode_content(kept(store, row.op_id).content) for row in views.outbox(reader, account, now=NOW)]
    assert {one.kind for one in waiting} == {Kind.SAVE_ROSTER, Kind.REMOVE_ROSTER}
    again = next(one for one in waiting if one.kind is Kind.SAVE_ROSTER)
    assert (again.payload["mobile"], again.payload["remark"]) == ("1", "")


@pytest.mark.parametrize("conflict", [False, True])
def test_an_entry_that_may_not_be_taken_out_is_back_and_says_why_until_it_is_seen(
    store: LocalStore, port: SyncStore, account: str, conflict: bool
) -> None:
    made = actions.import_roster(store, account, [{"name": "张三", "document_number": ""}], now=NOW)
    port.mark_sending(account, made.op_ids, NOW)
    port.record_outcomes(account, [applied(made.op_ids[0], 1, **{SCOPE.replace(":", "_"): 900})], NOW)
    actions.undo_import(store, account, made.id, now=NOW)
    assert names(store, account) == []
    with store.reading() as reader:
        (removal,) = views.outbox(reader, account, now=NOW)
    port.mark_sending(account, [removal.op_id], NOW)
    clash = Outcome(removal.op_id, Status.CONFLICT, current={"name": "张三"})
    port.record_outcomes(account, [clash if conflict else refused(removal.op_id, "这一条已经用在表单里。")], NOW)
    assert [name for name, _ in names(store, account)] == ["张三"]
    with store.reading() as reader:
        (row,) = views.outbox(reader, account, now=NOW)
        assert views.drafts(reader, account) == ()
    assert row.can_edit
    assert row.reason == ("这一条在别处又改过，没有移出" if conflict else "这一条已经用在表单里。")
    assert "已放回人员名单" in row.remedy
    actions.dismiss(store, account, row.op_id)
    with store.reading() as reader:
        assert views.outbox(reader, account, now=NOW) == ()


def test_a_person_who_stood_twice_in_the_file_is_undone_whole(store: LocalStore, account: str) -> None:
    number = "110101199003078515"
    rows = [{"name": "张三", "document_number": number}, {"name": "张三", "document_number": number, "mobile": "1"}]
    made = actions.import_roster(store, account, rows, now=NOW)
    assert (made.added, made.changed) == (1, 1)
    undone = actions.undo_import(store, account, made.id, now=NOW)
    assert undone.left == ()
    assert names(store, account) == []
    with store.reading() as reader:
        assert views.outbox(reader, account, now=NOW) == ()


def statements(of: Callable[[], object]) -> int:
    """How many statements the store is asked meanwhile."""
    asked = list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        of()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(asked)


def test_undoing_a_list_asks_as_much_for_each_line_however_long_it_is(store: LocalStore, account: str) -> None:
    def undone(lines: int) -> int:
        rows = [{"name": f"张{number}", "mobile": "1"} for number in range(lines)]
        made = actions.import_roster(store, account, rows, now=NOW)
        results = list[Undone]()
        count = statements(lambda: results.append(actions.undo_import(store, account, made.id, now=NOW)))
        assert results[0].removed == lines
        return count

    assert undone(400) < 9 * undone(50)


def test_who_was_used_or_changed_since_stays_after_undoing_an_import(store: LocalStore, account: str) -> None:
    rows = [{"name": "张三", "mobile": "1"}, {"name": "李四", "mobile": "1"}, {"name": "王五", "mobile": "1"}]
    made = actions.import_roster(store, account, rows, now=NOW)
    first, second, _ = (kept(store, op_id).entity for op_id in made.op_ids)
    form = {"cards": {"people": [{"row": "r1", "roster": first, "values": {}}]}}
    actions.new_draft(store, account, "member-enrollment", form=form, now=NOW)
    actions.save_roster(store, account, {"mobile": "2"}, roster=second, now=NOW)
    undone = actions.undo_import(store, account, made.id, now=NOW)
    assert undone.removed == 1
    assert undone.left == (("张三", "已经写进表单"), ("李四", "导入以后又改过"))
    assert sorted(name for name, _ in names(store, account)) == ["张三", "李四"]
