"""The unit's people: one line a person, found by whatever is typed, differences shown."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from sync import actions, views
from sync.store.local import LocalStore
from sync.store.pinyin import initials, normal, sorting, syllables
from sync.store.port import SyncStore
from sync.views import Chip
from tests.benchmarks.people import bodies
from tests.sync.store.building import NOW, SCOPE, a_page, a_person, a_roster, kept, pull, refused

TODAY = date(2025, 11, 3)
ZHANG = "440104198001013019"


def listed(store: LocalStore, account: str, query: str = "", chip: Chip = Chip.ALL) -> tuple[views.PersonRow, ...]:
    with store.reading() as reader:
        return views.people(reader, account, query, today=TODAY, chip=chip)


def names(store: LocalStore, account: str, query: str = "", chip: Chip = Chip.ALL) -> list[str]:
    return [row.name for row in listed(store, account, query, chip)]


def found(store: LocalStore, account: str, query: str) -> set[str]:
    return {row.subject for row in listed(store, account, query)}


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("单小明", "shan xiao ming"), ("曾国藩", "zeng guo fan"), ("仇英", "qiu ying"), ("查良镛", "zha liang yong"),
        ("欧阳娜", "ou yang na"), ("尉迟恭", "yu chi gong"), ("解缙", "xie jin"), ("张伟", "zhang wei"),
    ],
)  # fmt: skip
def test_surnames_are_read_as_surnames(name: str, sounds: str) -> None:
    assert " ".join(syllables(name)) == sounds


def test_rare_characters_and_names_of_other_scripts_have_a_sound_or_stay() -> None:
    assert initials("张喆𬱖").startswith("zz")
    assert initials("Ａli·买买提")
    assert normal(" ４４０１-04 Ｘ") == "440104x"
    assert sorted(["张三", "阿明", "李四"], key=sorting) == ["阿明", "李四", "张三"]


@pytest.mark.parametrize(
    "query",
    ["张", "伟", "张伟", "伟明", "张伟明", "z", "zw", "zwm", "zhangwei", "ZhangWeiMing", "4", "440104", "3019",
     "19800101", ZHANG, " 440104 19800101 3019 ", "４４０１０４", "粤监", "JL-2020", "jl2020001", "2020001"],
)  # fmt: skip
def test_a_person_is_found_by_name_sound_and_numbers(store: LocalStore, account: str, query: str) -> None:
    certificate = {"id": "certificate/1", "person": "person/1", "number": "粤监JL-2020001"}
    other = a_person("2", "欧阳娜", "510502199912250028")
    pull(store, account, a_person("1"), certificate, other)
    assert "person/1" in found(store, account, query)


@pytest.mark.parametrize("query", ["李", "张娜", "wz", "999", "4401042", "明伟", "粤监9"])
def test_who_does_not_have_it_is_not_found(store: LocalStore, account: str, query: str) -> None:
    pull(store, account, a_person("1"))
    assert found(store, account, query) == set()


def test_search_finds_exactly_what_like_finds(store: LocalStore, account: str) -> None:
    pull(store, account, *bodies(400))
    chance = random.Random(5)
    with store.reading() as reader:
        words = [str(row) for row in reader.connection.scalars(text("SELECT words FROM people"))]
        for _ in range(400):
            line = chance.choice(chance.choice(words).split("\n"))
            start = chance.randrange(len(line))
            query = line[start : start + chance.randint(1, 10)]
            if chance.random() < 0.2:
                query = query[::-1]
            like = text("SELECT subject FROM people WHERE words LIKE :wanted")
            truth = set(reader.connection.scalars(like, {"wanted": f"%{query}%"}))
            assert {one.subject for one in reader.people.search(account, query, limit=1_000)} == truth, query


def test_a_changed_name_is_found_and_the_old_one_no_more(store: LocalStore, port: SyncStore, account: str) -> None:
    pull(store, account, a_person("1", "张三"))
    renamed = a_person("1", "李四")
    port.apply_page(account, SCOPE, a_page((renamed["id"], 9, 2, renamed)), now=NOW)
    assert (found(store, account, "李四"), found(store, account, "张三")) == ({"person/1"}, set())
    port.apply_page(account, SCOPE, a_page((renamed["id"], 10, 3, None), living=[]), now=NOW)
    assert found(store, account, "李四") == set()


def test_a_certificate_that_comes_later_finds_its_holder(store: LocalStore, port: SyncStore, account: str) -> None:
    pull(store, account, a_person("1"))
    certificate = {"id": "certificate/1", "person": "person/1", "number": "AB12345"}
    page = a_page((certificate["id"], 9, 1, certificate), living=[("person/1", 1), ("certificate/1", 1)])
    port.apply_page(account, SCOPE, page, now=NOW)
    assert found(store, account, "ab123") == {"person/1"}
    port.apply_page(account, SCOPE, a_page((certificate["id"], 10, 2, None), living=[("person/1", 1)]), now=NOW)
    assert found(store, account, "ab123") == set()


def test_member_and_roster_entry_of_one_document_are_one_line(store: LocalStore, account: str) -> None:
    pull(store, account, a_person("1", mobile="13900000000"), a_roster("1", "张玮明", mobile="13800000000"))
    (row,) = listed(store, account)
    assert (row.person, row.roster, row.name) == ("person/1", "roster/1", "张伟明")
    assert row.masked == "440104********3019"
    assert [(one.key, one.ours, one.theirs) for one in row.differences] == [
        ("name", "张玮明", "张伟明"),
        ("mobile", "13800000000", "13900000000"),
    ]
    assert found(store, account, "张玮明") == {"person/1"}, "also by the name the unit wrote"
    assert names(store, account, chip=Chip.DIFFERENT) == ["张伟明"]


@pytest.mark.parametrize("roster_first", [True, False])
def test_they_become_one_whichever_comes_first(store: LocalStore, account: str, roster_first: bool) -> None:
    both = [a_roster("1"), a_person("1")]
    for number, body in enumerate(both if roster_first else reversed(both)):
        pull(store, account, body, start=10 + number)
    assert [(row.person, row.roster) for row in listed(store, account)] == [("person/1", "roster/1")]


def test_a_roster_entry_asked_for_offline_meets_its_member(store: LocalStore, account: str) -> None:
    actions.save_roster(store, account, {"name": "张伟明", "document_number": ZHANG}, now=NOW)
    assert [(row.person, row.pending) for row in listed(store, account)] == [(None, True)]
    pull(store, account, a_person("1"))
    (row,) = listed(store, account)
    assert (row.person, row.pending, row.roster is not None) == ("person/1", True, True)


def test_they_part_again_when_the_number_is_corrected(store: LocalStore, port: SyncStore, account: str) -> None:
    pull(store, account, a_person("1"), a_roster("1"))
    actions.save_roster(store, account, {"document_number": "110101199003078515"}, roster="roster/1", now=NOW)
    assert {(row.person, row.roster) for row in listed(store, account)} == {("person/1", None), (None, "roster/1")}
    (item,) = port.next_batch(account, 1, NOW)
    port.mark_sending(account, [item.op_id], NOW)
    port.record_outcomes(account, [refused(item.op_id)], NOW)
    assert [(row.person, row.roster) for row in listed(store, account)] == [("person/1", "roster/1")]
    assert kept(store, item.op_id).state == "refused"


def test_a_person_who_leaves_the_archive_is_a_roster_entry_again(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    pull(store, account, a_person("1"), a_roster("1"))
    port.apply_page(account, SCOPE, a_page(("person/1", 9, 2, None), living=[("roster/1", 1)]), now=NOW)
    (row,) = listed(store, account)
    assert (row.person, row.roster, row.body) == (None, "roster/1", {})
    assert names(store, account, chip=Chip.NOT_KNOWN) == ["张伟明"]


def test_an_alias_of_another_entry_is_not_a_second_line(store: LocalStore, account: str) -> None:
    pull(store, account, a_roster("1"), a_roster("2", same_as="roster/1"))
    assert [row.roster for row in listed(store, account)] == ["roster/1"]


def test_chips_narrow_by_what_runs_out(store: LocalStore, account: str) -> None:
    def member(key: str, name: str, until: str | None, **more: Any) -> list[dict[str, Any]]:
        person = a_person(key, name, f"44010419800101{key.zfill(4)}")
        membership = {"id": f"membership/{key}", "person": f"person/{key}", "valid_until": until, **more}
        return [person] if until is None else [person, membership]

    pull(
        store,
        account,
        *member("1", "甲", "2025-11-02"),
        *member("2", "乙", "2025-11-03"),
        *member("3", "丙", "2026-01-02"),
        *member("4", "丁", "2026-01-03"),
        *member("5", "戊", None),
        *member("6", "己", "2027-01-01", ended=True),
        {"id": "certificate/4", "person": "person/4", "valid_until": "2025-12-01"},
    )
    assert names(store, account, chip=Chip.EXPIRED) == ["甲"]
    assert set(names(store, account, chip=Chip.SOON)) == {"乙", "丙", "丁"}
    assert set(names(store, account, chip=Chip.NO_MEMBERSHIP)) == {"戊", "己"}
    counts = views.people_counts(listed(store, account), TODAY)
    assert (counts[Chip.ALL], counts[Chip.EXPIRED], counts[Chip.SOON]) == (6, 1, 3)


def test_the_list_is_in_the_order_of_a_register_and_pages(store: LocalStore, account: str) -> None:
    people = [
        a_person(str(n), name, f"44010419800101{n:04}") for n, name in enumerate(["张三", "单一", "李四", "阿明"])
    ]
    pull(store, account, *people)
    assert names(store, account) == ["阿明", "李四", "单一", "张三"]
    with store.reading() as reader:
        assert [row.name for row in views.people(reader, account, today=TODAY, limit=2, offset=1)] == ["李四", "单一"]


def test_a_line_says_how_the_name_sounds(store: LocalStore, account: str) -> None:
    pull(store, account, a_person("1", name="单小明"))
    assert [row.sound for row in listed(store, account)] == ["shan xiao ming"]


def test_masks_hide_what_identifies() -> None:
    assert views.mask_document("440104198001013019") == "440104********3019"
    assert views.mask_document("E1234567") == "E1****67"
    assert views.mask_document("123") == "***"
    assert views.mask_mobile("13812345678") == "138****5678"
