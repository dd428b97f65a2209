"""A list that is pasted into the picker, written as people write names and numbers."""

from __future__ import annotations

import pytest

from desktop.pages.picker_people import Candidate, Pasted, Verdict, match

ABLE = Verdict("ok", "可办", True)
PEOPLE = {
    "陈喆": "440104199001010811",
    "李𬱖": "44010519900101152X",
    "阿依古丽·买买提": "650105199001012222",
    "何港生": "A123456(7)",
    "王伟": "440105199001011111",
}


def matched(text: str) -> Pasted:
    people = [
        Candidate(name, f"person/{at}", None, name, number, "", "", "", "", "", ())
        for at, (name, number) in enumerate(PEOPLE.items())
    ]
    return match(text, people, lambda _one: ABLE)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("陈喆", "陈喆"),
        ("陈 喆", "陈喆"),
        ("1. 陈喆", "陈喆"),
        ("1、陈喆", "陈喆"),
        ("（3）陈喆", "陈喆"),
        ("陈喆（监理员）", "陈喆"),
        ("陈喆\t监理员", "陈喆"),
        ("440104 19900101 0811", "陈喆"),
        ("陈喆 440104 19900101 0811", "陈喆"),
        ("４４０１０４１９９００１０１０８１１", "陈喆"),
        ("44010519900101152x", "李𬱖"),
        ("李𬱖\u200b", "李𬱖"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽买买提", "阿依古丽·买买提"),
        ("a123456（7）", "何港生"),
    ],
)
def test_somebody_is_found_however_they_are_written(line: str, name: str) -> None:
    said = matched(line)
    assert (said.found, said.missing) == ((name,), ())


def test_who_is_not_there_is_named_as_it_was_pasted() -> None:
    said = matched("王伟强\n陈喆\n440105199001019999")
    assert said.found == ("陈喆",)
    assert said.missing == ("王伟强", "440105199001019999")


def test_a_number_that_nobody_has_is_somebody_else_of_that_name() -> None:
    said = matched("王伟 440105199009099999")
    assert (said.found, said.missing) == ((), ("王伟 440105199009099999",))


def test_the_heading_of_a_table_is_nobody() -> None:
    said = matched("序号\t姓名\t身份证号\n1\t陈喆\t440104199001010811")
    assert (said.found, said.missing) == (("陈喆",), ())
