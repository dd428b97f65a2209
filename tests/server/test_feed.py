"""The feed: no committed change is ever skipped, and a mirror is the same however it came about."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.operations import Kind
from server import feed
from server.pruning import Pruner
from sync.protocol import row_hash
from tests.server.desks import AGENCY, OTHER_UNIT, UNIT, House, Mirror, a_house, new_key_id

EVERY = ("unit:u1", "unit:u2", "drafts:u1", "agency:a1", "office", "finance", "public")


def person(key: str, unit: str | None = UNIT, **more: Any) -> dict[str, Any]:
    return {"id": f"person/{key}", "name": f"某{key}", "unit": unit, "id_number": f"44010319900101{key:0>4}", **more}


def application(key: str, people: list[str], **more: Any) -> dict[str, Any]:
    body = {"id": f"application/{key}", "service": "letter", "state": "review", "unit": UNIT, "people": people}
    return {**body, **more}


def check_sums(mirror: Mirror) -> None:
    """What a scope says it comes to is what the mirror has."""
    for scope, (count, total) in mirror.sums.items():
        rows = mirror.rows[scope]
        assert len(rows) == count, scope
        assert sum(row_hash(entity, version) for entity, (version, _) in rows.items()) % (1 << 63) == total, scope


def test_a_unit_sees_its_own_and_nothing_of_another(house: House) -> None:
    house.put(person("1"), person("2", OTHER_UNIT), {"id": "membership/2", "person": "person/2", "type": "ordinary"})
    own, other = house.desk("account/main").mirror(), house.desk("account/other").mirror()
    assert (own.body("person/1"), own.body("person/2"), own.body("membership/2")) == (person("1"), None, None)
    assert (other.body("person/1"), other.body("person/2")) == (None, person("2", OTHER_UNIT))
    assert other.body("membership/2") is not None


def test_drafts_are_seen_by_accounts_of_the_unit_alone(house: House) -> None:
    house.desk("account/main").ask(Kind.SAVE_DRAFT, "draft/d1", {"service": "letter", "form": {}})
    seen = {
        name: house.desk(f"account/{name}").mirror().body("draft/d1") for name in ("sub", "other", "agent", "reviewer")
    }
    assert [name for name, body in seen.items() if body] == ["sub"]


def test_whoever_changes_units_leaves_one_mirror_and_enters_the_other_with_everything(house: House) -> None:
    house.put(person("1"), {"id": "membership/1", "person": "person/1"}, {"id": "certificate/c1", "person": "person/1"})
    old, new = house.desk("account/main").mirror(), house.desk("account/other").mirror()
    assert old.body("certificate/c1") is not None
    house.put(person("1", OTHER_UNIT))
    old.pull(house, ("unit:u1",))
    new.pull(house, ("unit:u2",))
    held = ("person/1", "membership/1", "certificate/c1")
    assert [old.body(entity) for entity in held] == [None, None, None]
    assert all(new.body(entity) for entity in held)
    check_sums(old)
    check_sums(new)


def test_an_agency_is_given_the_people_of_what_lies_on_its_desk_and_their_later_changes(house: House) -> None:
    house.put(person("1"), person("2"), {"id": "membership/1", "person": "person/1", "type": "ordinary"})
    agent = house.desk("account/agent")
    assert agent.mirror().of_kind("person") == []
    house.put(application("a", ["person/1"], agency=AGENCY))
    mirror = agent.mirror()
    assert [body["id"] for body in mirror.of_kind("person")] == ["person/1"]
    assert mirror.body("membership/1") is not None
    assert mirror.body(UNIT) is not None
    house.put(person("1", mobile="13800000000"), {"id": "certificate/new", "person": "person/1", "type": "a"})
    mirror.pull(house, agent.caller.scopes)
    assert mirror.body("person/1") == person("1", mobile="13800000000")
    assert mirror.body("certificate/new") is not None
    check_sums(mirror)


def test_finance_sees_who_pays_but_neither_forms_nor_education_nor_whole_identity_numbers(house: House) -> None:
    house.put(person("1", education={"level": "bachelor"}), person("2"))
    house.put(application("edu", ["person/2"], bills=["bill/b"], form={"values": {"a": 1}}))
    house.put(application("pay", ["person/1"], covers=["application/edu"], form={"values": {"amount": "1.00"}}))
    mirror = house.desk("account/finance").mirror()
    payer = mirror.body("person/1")
    assert payer is not None
    assert (payer["name"], payer["id_number"], "education" in payer) == ("某1", "440***********0001", False)
    covered, payment = mirror.body("application/edu"), mirror.body("application/pay")
    assert covered is not None
    assert payment is not None
    assert "form" not in covered
    assert payment["form"] == {"values": {"amount": "1.00"}}
    assert mirror.body("person/2") is None


def test_a_small_page_is_resumed_where_it_ended(house: House) -> None:
    house.put(*(person(str(n)) for n in range(30)))
    desk = house.desk("account/main")
    mirror = Mirror()
    assert mirror.pull(house, desk.caller.scopes, max_bytes=400) > 10
    assert mirror.rows == desk.mirror().rows
    check_sums(mirror)


def test_another_epoch_begins_anew(house: House) -> None:
    desk = house.desk("account/main")
    mirror = desk.mirror()
    with house.work.database.write() as connection:
        feed.renew(connection, new_key_id())
    with house.work.database.read() as connection:
        found = feed.pull(connection, desk.caller.scopes, mirror.cursors, 1 << 20, mirror.epoch)
    assert found.reset
    assert found.pages["unit:u1"].changes[0][1] == min(change[1] for change in found.pages["unit:u1"].changes)
    assert len(found.pages["unit:u1"].changes) == found.pages["unit:u1"].count


def test_a_cursor_beyond_the_head_begins_anew(house: House) -> None:
    with house.work.database.read() as connection:
        epoch, _ = feed.position(connection)
        page = feed.pull(connection, EVERY, {"unit:u1": 10_000}, 1 << 20, epoch).pages["unit:u1"]
    assert page.fresh
    assert len(page.changes) == page.count


def test_scopes_that_may_not_be_read_are_not_answered(house: House) -> None:
    desk = house.desk("account/other")
    with house.work.database.read() as connection:
        found = feed.pull(
            connection, desk.caller.scopes, {"unit:u1": 0, "office": 0, "unit:u2": 0}, 1 << 20, house.epoch
        )
    assert set(found.pages) == {"unit:u2"}


def test_what_moved_is_told_by_scope(house: House) -> None:
    with house.work.database.read() as connection:
        before = feed.heads(connection)
    house.put(person("1"))
    with house.work.database.read() as connection:
        assert sorted(feed.moved(connection, before)) == ["office", "unit:u1"]


def prune(house: House) -> int:
    """Every tombstone there is."""
    with house.work.database.write() as connection:
        return feed.prune(connection, feed.position(connection)[1])


def tombstones(house: House) -> int:
    with house.work.database.read() as connection:
        return len(connection.exec_driver_sql("SELECT entity FROM feed WHERE gone").all())


def a_departure(house: House) -> None:
    """Two people of the unit: then one leaves it."""
    house.put(person("1"), person("2"))
    house.put(person("1", OTHER_UNIT))


def test_a_cursor_older_than_the_tombstones_begins_a_snapshot(house: House) -> None:
    desk = house.desk("account/main")
    house.put(person("1"), person("2"))
    away = desk.mirror()
    house.put(person("1", OTHER_UNIT))
    assert prune(house) == tombstones(house) + 1 == 1
    away.pull(house, desk.caller.scopes)
    assert away.snapshots == 1
    assert away.body("person/1") is None
    assert away.rows == desk.mirror().rows
    away.pull(house, desk.caller.scopes)
    assert away.snapshots == 1, "once it has come so far it is told only what is new"


def test_a_snapshot_in_small_pages_comes_to_its_end_after_pruning(house: House) -> None:
    house.put(*(person(str(n)) for n in range(30)))
    house.put(person("1", OTHER_UNIT))
    prune(house)
    desk, mirror = house.desk("account/main"), Mirror()
    assert mirror.pull(house, desk.caller.scopes, max_bytes=400, answers=100) < 100
    assert mirror.rows == desk.mirror().rows


def test_tombstones_are_kept_for_more_than_a_year(house: House) -> None:
    a_departure(house)
    pruner = Pruner()
    assert pruner.look(house.work) == 0
    house.watch.forward(days=399)
    assert pruner.look(house.work) == 0
    assert tombstones(house) == 1
    house.watch.forward(days=2)
    assert pruner.look(house.work) == 1
    assert tombstones(house) == 0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("person"), st.integers(0, 5), st.sampled_from([UNIT, OTHER_UNIT, None])),
        st.tuples(st.just("certificate"), st.integers(0, 5), st.integers(0, 2)),
        st.tuples(st.just("application"), st.integers(0, 3), st.lists(st.integers(0, 5), max_size=3, unique=True)),
        st.tuples(st.just("draft"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("pull"), st.integers(0, 6), st.integers(150, 3_000)),
        st.tuples(st.just("prune"), st.integers(0, 0), st.just(None)),
    ),
    max_size=25,
)


@given(steps)
@settings(max_examples=25)
def test_law_a_mirror_kept_up_equals_one_pulled_from_zero(script: list[tuple[str, int, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder, a_house(Path(folder)) as house:
        main = house.desk("account/main")
        kept = Mirror()
        known: set[str] = set()
        for word, number, more in script:
            match word:
                case "person":
                    house.put(person(str(number), more))
                    known.add(f"person/{number}")
                case "certificate":
                    if f"person/{number}" in known:
                        house.put({"id": f"certificate/{number}-{more}", "person": f"person/{number}"})
                case "application":
                    people = [f"person/{key}" for key in more if f"person/{key}" in known]
                    house.put(application(str(number), people, agency=AGENCY if number % 2 else None))
                case "draft" if more:
                    main.ask(Kind.SAVE_DRAFT, f"draft/{number}", {"service": "letter", "form": {}})
                case "draft":
                    main.ask(Kind.DELETE_DRAFT, f"draft/{number}", {})
                case "pull":
                    kept.pull(house, EVERY[number:] or EVERY, max_bytes=more)
                case "prune":
                    prune(house)
        kept.pull(house, EVERY, max_bytes=700)
        whole = Mirror()
        whole.pull(house, EVERY)
        assert kept.rows == whole.rows
        assert kept.sums == whole.sums
        check_sums(kept)
