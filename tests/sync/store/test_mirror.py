"""The mirror: pages, tombstones, re-pulls; the same in the end, whatever the pages were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core_mirror import Mirroring
from sync.protocol import SUM_MODULUS, add_to_sum
from sync.store.local import LocalStore
from sync.store.port import PAGE_ROWS, SyncStore
from tests.sync.store.building import NOW, SCOPE, a_page, a_person, an_account, later, pull


def bodies(store: LocalStore, account: str, kind: str = "person") -> dict[str, Any]:
    with store.reading() as reader:
        return {entity: dict(found.body) for entity, found in reader.mirror.of_kind(account, kind).items()}


def test_a_page_is_mirrored_with_its_cursor(store: LocalStore, port: SyncStore, account: str) -> None:
    person = a_person("1")
    assert port.apply_page(account, SCOPE, a_page((person["id"], 3, 1, person), cursor=5), now=NOW)
    assert bodies(store, account) == {"person/1": person}
    assert port.cursors(account) == {SCOPE: 5}


def test_the_pages_of_a_small_answer_become_durable_at_once(store: LocalStore, port: SyncStore, account: str) -> None:
    port.set_scopes(account, [SCOPE, "public"])
    told: list[frozenset[str]] = []
    store.on_change(told.append)
    person = a_person("1")
    pages = {SCOPE: a_page((person["id"], 3, 1, person)), "public": a_page(cursor=3)}
    mirroring = Mirroring(account, port, lambda _: None)
    with mirroring.writing(pages):
        mirroring.take(pages, NOW)
    assert len(told) == 1, "one transaction tells once"
    assert {SCOPE, "public"} <= told[0]
    assert port.cursors(account) == {SCOPE: 3, "public": 3}


def test_a_tombstone_takes_an_entity_out(store: LocalStore, port: SyncStore, account: str) -> None:
    person = a_person("1")
    port.apply_page(account, SCOPE, a_page((person["id"], 1, 1, person)), now=NOW)
    assert port.apply_page(account, SCOPE, a_page((person["id"], 2, 2, None), living=[]), now=NOW)
    assert bodies(store, account) == {}


def test_a_wrong_sum_is_found_out_and_a_re_pull_heals_it(store: LocalStore, port: SyncStore, account: str) -> None:
    one, two = a_person("1"), a_person("2")
    port.apply_page(account, SCOPE, a_page((one["id"], 1, 1, one)), now=NOW)
    held = [(one["id"], 1), (two["id"], 1)]
    assert not port.apply_page(account, SCOPE, a_page(cursor=9, living=held), now=NOW), "person 2 was never told"
    port.reset_scope(account, SCOPE)
    assert port.cursors(account) == {SCOPE: 0}
    assert set(bodies(store, account)) == {"person/1"}, "the screen stays full meanwhile"
    whole = a_page((one["id"], 1, 1, one), (two["id"], 2, 1, two))
    assert port.apply_page(account, SCOPE, whole, now=NOW)
    assert set(bodies(store, account)) == {"person/1", "person/2"}


def test_a_snapshot_takes_out_what_it_does_not_name_but_only_at_its_end(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    one, two, three = a_person("1"), a_person("2"), a_person("3")
    port.apply_page(account, SCOPE, a_page((one["id"], 1, 1, one), (two["id"], 2, 1, two)), now=NOW)
    first = a_page((two["id"], 5, 2, two), more=True, fresh=True)
    assert port.apply_page(account, SCOPE, first, now=NOW)
    assert set(bodies(store, account)) == {"person/1", "person/2"}
    rest = a_page((three["id"], 6, 1, three), living=[(two["id"], 2), (three["id"], 1)])
    assert port.apply_page(account, SCOPE, rest, now=NOW)
    assert set(bodies(store, account)) == {"person/2", "person/3"}


def test_a_large_page_is_applied_in_parts_each_with_its_cursor(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    cursors: list[int] = []
    store.on_change(lambda _: cursors.append(port.cursors(account)[SCOPE]))
    rows = [(f"person/{n}", n + 1, 1, a_person(str(n))) for n in range(PAGE_ROWS * 2 + 10)]
    assert port.apply_page(account, SCOPE, a_page(*rows), now=NOW)
    assert cursors == [PAGE_ROWS, PAGE_ROWS * 2, PAGE_ROWS * 2 + 10]
    assert port.counts(account, [SCOPE])[SCOPE] == PAGE_ROWS * 2 + 10


def test_an_entity_of_two_scopes_is_shown_in_its_newest_version(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    pull(store, account, a_person("1", "旧名"))
    port.set_scopes(account, [SCOPE, "public"])
    new = a_person("1", "新名")
    port.apply_page(account, "public", a_page((new["id"], 9, 2, new)), now=NOW)
    assert bodies(store, account)["person/1"]["name"] == "新名"
    port.set_scopes(account, [SCOPE])
    assert bodies(store, account)["person/1"]["name"] == "旧名"


def test_a_scope_that_was_left_takes_its_rows_and_late_pages_are_passed_over(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    pull(store, account, a_person("1"))
    port.set_scopes(account, ["public"])
    assert bodies(store, account) == {}
    person = a_person("2")
    assert port.apply_page(account, SCOPE, a_page((person["id"], 9, 1, person)), now=NOW)
    assert bodies(store, account) == {}
    with store.reading() as reader:
        assert reader.people.count(account) == 0


def test_accounts_do_not_see_each_others_mirror(store: LocalStore, port: SyncStore, account: str) -> None:
    other = an_account(store, "lihua")
    pull(store, account, a_person("1"))
    assert bodies(store, other) == {}


def test_a_revoked_account_keeps_only_what_it_made_itself(store: LocalStore, port: SyncStore, account: str) -> None:
    from sync import actions

    pull(store, account, a_person("1"))
    draft = actions.new_draft(store, account, "s", now=NOW)
    paper = actions.attach(store, account, draft.id, "m", b"mine", now=NOW, type="pdf")
    file = port.receive_blob(account)
    file.write(b"theirs")
    import hashlib

    theirs = hashlib.sha256(b"theirs").hexdigest()
    port.blob_received(account, file, theirs, type="pdf", name="t", now=NOW)
    pull(store, account, {"id": "pack/1", "since": "2025-01-01"}, scope="public")
    port.revoke(account)
    assert bodies(store, account) == {}
    assert store.files.path(account, paper["blob"]).exists()
    assert not store.files.path(account, theirs).exists()
    with store.reading() as reader:
        assert reader.drafts.get(account, draft.id) is not None
        assert reader.accounts.need(account).revoked
        assert reader.mirror.of_kind(account, "pack").keys() == {"pack/1"}, "the rules are everybody's"


def test_links_follow_the_people_an_application_names(store: LocalStore, port: SyncStore, account: str) -> None:
    def application(*people: str) -> dict[str, Any]:
        rows = [{"row": name, "person": name} for name in people]
        return {"id": "application/1", "service": "s", "state": "x", "form": {"cards": {"a": rows}}}

    first, second = application("person/1", "person/2"), application("person/2")
    port.apply_page(account, SCOPE, a_page(("application/1", 1, 1, first)), now=NOW)
    port.apply_page(account, SCOPE, a_page(("application/1", 2, 2, second)), now=NOW)
    with store.reading() as reader:
        assert reader.mirror.concerning(account, ["person/1"], "application") == {}
        assert set(reader.mirror.concerning(account, ["person/2"], "application")) == {"application/1"}


STEPS = st.lists(st.tuples(st.integers(0, 7), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=25)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_mirror_from_zero_equals_any_way_to_the_same_feed(
    store: LocalStore, port: SyncStore, steps: list[tuple[int, bool, bool, bool]]
) -> None:
    """Law: pages of any cut, and re-pulls at any time, end in what the feed holds."""
    account = an_account(store, f"u{abs(hash(tuple(steps)))}")
    feed: dict[str, tuple[int, int, dict[str, Any] | None]] = {}
    seq = 0
    for number, gone, flush, anew in steps:
        seq += 1
        entity = f"person/{number}"
        version = feed[entity][1] + 1 if entity in feed else 1
        feed[entity] = (seq, version, None if gone else a_person(str(number), f"名{seq}"))
        if anew:
            port.reset_scope(account, SCOPE)
        if flush:
            _pull_all(port, account, feed, seq, one_by_one=bool(number % 2))
    _pull_all(port, account, feed, seq, one_by_one=False)
    assert bodies(store, account) == {entity: body for entity, (_, _, body) in feed.items() if body is not None}
    assert port.counts(account, [SCOPE])[SCOPE] == sum(body is not None for _, _, body in feed.values())


def test_a_snapshot_on_its_way_is_known_after_a_restart(port: SyncStore, account: str) -> None:
    one, two = a_person("1"), a_person("2")
    assert port.unfinished(account) == {SCOPE}
    assert port.apply_page(account, SCOPE, a_page((one["id"], 1, 1, one), more=True), now=NOW)
    assert port.unfinished(account) == {SCOPE}
    assert port.apply_page(account, SCOPE, a_page(cursor=1, living=[(one["id"], 1)]), now=NOW)
    assert port.unfinished(account) == set()
    port.reset_scope(account, SCOPE)
    assert port.unfinished(account) == {SCOPE}, "a newer one is asked for"
    assert port.counts(account, [SCOPE])[SCOPE] == 1, "what is on screen meanwhile"
    whole = a_page((one["id"], 1, 1, one), (two["id"], 2, 1, two))
    assert port.apply_page(account, SCOPE, whole, now=NOW)
    assert port.unfinished(account) == set()
    assert port.counts(account, [SCOPE])[SCOPE] == 2


def _a_form(number: int) -> dict[str, Any]:
    return {"id": f"draft/{number:05}"}


def _a_member(number: int) -> dict[str, Any]:
    return a_person(str(number), f"名{number}", f"X{number:07}")


def _an_entry(number: int) -> dict[str, Any]:
    return {"id": f"roster/{number}", "name": f"名{number}", "document_number": f"X{number:07}"}


@pytest.mark.parametrize("a_body", [_a_form, _a_member, _an_entry])
def test_one_change_costs_the_same_in_a_large_mirror_as_in_a_small_one(
    a_body: Callable[[int], dict[str, Any]], store: LocalStore, port: SyncStore, account: str
) -> None:
    def steps(size: int) -> int:
        """Hundreds of steps of the database's machine for one change among `size` of them."""
        known = [a_body(number) for number in range(1, size + 1)]
        new = a_body(99_999)
        port.reset_scope(account, SCOPE)
        whole = a_page(*((body["id"], number, 1, body) for number, body in enumerate(known, 1)))
        assert port.apply_page(account, SCOPE, whole, now=NOW)
        living = [(body["id"], 1) for body in known] + [(new["id"], size)]
        changed = a_page((new["id"], size + 1, size, new), living=living)
        counted = [0]
        handles = [engine.raw_connection() for engine in (store._reading, store._writing)]
        for handle in handles:
            driver: Any = handle.driver_connection
            driver.set_progress_handler(lambda: counted.__setitem__(0, counted[0] + 1), 100)
        port.counts(account, [SCOPE])[SCOPE]
        assert port.apply_page(account, SCOPE, changed, now=NOW)
        for handle in handles:
            driver = handle.driver_connection
            driver.set_progress_handler(None, 0)
            handle.close()
        return counted[0]

    assert steps(3_000) <= steps(30) + 5


def _pull_all(
    port: SyncStore,
    account: str,
    feed: dict[str, tuple[int, int, dict[str, Any] | None]],
    head: int,
    *,
    one_by_one: bool,
) -> None:
    cursor = port.cursors(account)[SCOPE]
    fresh = [(entity, *row) for entity, row in feed.items() if row[0] > cursor and (cursor or row[2] is not None)]
    fresh.sort(key=lambda row: row[1])
    living = [(entity, version) for entity, (_, version, body) in feed.items() if body is not None]
    if one_by_one:
        for row in fresh[:-1]:
            assert port.apply_page(account, SCOPE, a_page(row, more=True), now=NOW)
        fresh = fresh[-1:]
    assert port.apply_page(account, SCOPE, a_page(*fresh, cursor=head, living=living), now=later(seconds=1))


def test_the_sum_of_a_scope_stays_within_a_signed_column() -> None:
    total = add_to_sum(SUM_MODULUS - 1, come=[("a/1", 1)])
    assert 0 <= total < 1 << 63
    assert add_to_sum(total, gone=[("a/1", 1)]) == SUM_MODULUS - 1


def test_one_reading_reads_a_kind_once_and_sees_one_moment(store: LocalStore, port: SyncStore, account: str) -> None:
    one, two = a_person("1"), a_person("2")
    port.apply_page(account, SCOPE, a_page((one["id"], 1, 1, one)), now=NOW)
    with store.reading() as reader:
        first = reader.mirror.of_kind(account, "person")
        again = reader.mirror.of_kind(account, "person")
        assert again["person/1"] is first["person/1"]
        first.clear()
        assert set(reader.mirror.of_kind(account, "person")) == {"person/1"}, "what a caller does with it is its own"
    with store.transaction() as writer:
        assert set(writer.mirror.of_kind(account, "person")) == {"person/1"}
        pull(store, account, two, start=2)
        assert set(writer.mirror.of_kind(account, "person")) == {"person/1", "person/2"}, "what it writes it sees"
