"""Three-way merge: what one side changed is taken, what both changed is asked, nothing is lost."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.merge import decide, merge_forms, merge_values, same


def form(values: dict[str, Any] | None = None, rows: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    return {"values": values or {}, "cards": {"people": rows or []}, **more}


def row(name: str, **values: Any) -> dict[str, Any]:
    return {"row": name, "person": f"person/{name}", "values": values}


def test_fields_changed_on_one_side_each_are_both_taken() -> None:
    merged = merge_forms(form({"a": "1", "b": "1"}), form({"a": "2", "b": "1"}), form({"a": "1", "b": "3"}))
    assert merged.form["values"] == {"a": "2", "b": "3"}
    assert not merged.asks
    assert [(one.path, one.theirs) for one in merged.automatic] == [("b", "3")]


def test_a_field_changed_on_both_sides_asks_and_keeps_mine_meanwhile() -> None:
    merged = merge_forms(form({"a": "1"}), form({"a": "2"}), form({"a": "3"}), by="李华", at="今天")
    assert merged.form["values"] == {"a": "2"}
    (asked,) = merged.asks
    assert (asked.path, asked.base, asked.mine, asked.theirs, asked.by) == ("a", "1", "2", "3", "李华")


def test_what_is_equal_after_normalising_is_no_conflict() -> None:
    merged = merge_forms(form({"a": ""}), form({"a": "Ａ 1"}), form({"a": "A1"}))
    assert not merged.asks
    assert same("", None)
    assert not same("0", None)


def test_rows_put_in_by_either_side_are_both_there() -> None:
    merged = merge_forms(form(), form(rows=[row("1")]), form(rows=[row("2")]))
    assert [one["row"] for one in merged.form["cards"]["people"]] == ["1", "2"]


def test_a_row_taken_out_by_them_and_untouched_by_me_is_out() -> None:
    merged = merge_forms(form(rows=[row("1", x="1")]), form(rows=[row("1", x="1")]), form())
    assert merged.form["cards"]["people"] == []
    assert not merged.asks


def test_a_row_taken_out_by_them_but_changed_by_me_is_asked() -> None:
    base = form(rows=[row("1", x="1")])
    mine = form(rows=[row("1", x="2")])
    merged = merge_forms(base, mine, form())
    assert [one.path for one in merged.asks] == ["people[1]"]
    assert merged.form["cards"]["people"] == mine["cards"]["people"]
    assert decide(merged.form, merged.asks[0].body(), theirs=True)["cards"]["people"] == []


def test_a_row_i_took_out_but_they_changed_is_asked_and_can_come_back() -> None:
    base, theirs = form(rows=[row("1", x="1")]), form(rows=[row("1", x="2")])
    merged = merge_forms(base, form(), theirs)
    assert merged.form["cards"]["people"] == []
    assert decide(merged.form, merged.asks[0].body(), theirs=True)["cards"] == theirs["cards"]


def test_a_field_of_a_row_is_decided_in_its_place() -> None:
    merged = merge_forms(form(rows=[row("1", x="1")]), form(rows=[row("1", x="2")]), form(rows=[row("1", x="3")]))
    assert [one.path for one in merged.asks] == ["people[1].x"]
    decided = decide(merged.form, merged.asks[0].body(), theirs=True)
    assert decided["cards"]["people"][0]["values"] == {"x": "3"}
    assert decide(merged.form, merged.asks[0].body(), theirs=False) == merged.form


def test_papers_of_both_sides_are_there_and_taken_off_ones_are_off() -> None:
    def paper(blob: str) -> dict[str, Any]:
        return {"material": "m", "row": None, "blob": blob}

    base = form(attachments=[paper("a"), paper("b")])
    merged = merge_forms(
        base, form(attachments=[paper("b"), paper("c")]), form(attachments=[paper("a"), paper("b"), paper("d")])
    )
    assert [one["blob"] for one in merged.form["attachments"]] == ["b", "c", "d"]


FIELDS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "1", "2", "３", "3"]), max_size=3)
ROWS = st.lists(
    st.builds(lambda name, values: row(name, **values), st.sampled_from("123"), FIELDS),
    max_size=3,
    unique_by=lambda one: str(one["row"]),
)
FORMS = st.builds(form, FIELDS, ROWS)


@given(FORMS, FORMS)
def test_merging_with_an_unchanged_side_gives_the_other(base: dict[str, Any], other: dict[str, Any]) -> None:
    theirs = merge_forms(base, base, other)
    assert not theirs.asks
    assert same(theirs.form["values"], other["values"])
    mine = merge_forms(base, other, base)
    assert not mine.asks
    assert same(mine.form["values"], other["values"])
    wanted = {one["row"]: one["values"] for one in other["cards"]["people"]}
    for merged in (theirs, mine):
        rows = {one["row"]: one["values"] for one in merged.form["cards"]["people"]}
        assert rows.keys() == wanted.keys()
        assert all(same(rows[name], wanted[name]) for name in wanted)


@given(FIELDS, FIELDS, FIELDS)
def test_no_value_that_somebody_typed_vanishes(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    merged = merge_values(base, mine, theirs)
    kept = [*merged.form.values(), *(one.theirs for one in merged.asks)]
    for side in (mine, theirs):
        for key, value in side.items():
            if value and not same(value, base.get(key)):
                assert any(same(value, one) for one in kept), (key, value)
