"""A pack with an error is refused with file, line and key; nothing of it is guessed."""

from pathlib import Path

import pytest

from domain.packs import Pack, PackError, digest, load, parse
from domain.packs.schema import json_schemas

FOLDER = Path(__file__).parents[2] / "resources" / "packs" / "gdjlxh-2025"
CE = "services/continuing-education.yaml"


def files() -> dict[str, str]:
    return {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.yaml")}


def refused(changed: dict[str, str]) -> PackError:
    with pytest.raises(PackError) as caught:
        parse({**files(), **changed})
    return caught.value


def edited(file: str, old: str, new: str) -> dict[str, str]:
    text = files()[file]
    assert old in text
    return {file: text.replace(old, new, 1)}


def line_of(changed: dict[str, str], part: str) -> int:
    (text,) = changed.values()
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (CE, "holds: ordinary_alive", "holds: ordinary_alife", "no fact or definition"),
        (CE, "holds: ordinary_alive", "holds: membership.typ == 1", "not a fact"),
        (CE, "holds: ordinary_alive", "holds: ordinary_alive and (", "not an expression"),
        (CE, "short: 非普通会员", "short: 这个人不是普通会员呀", "8"),
        (CE, "short: 非普通会员", "shorter: 非普通会员", "there is no such key here"),
        (CE, "holds: ordinary_alive", "severity: deadly\n    holds: ordinary_alive", "block"),
        (CE, "finding: MSG-NOT-ORDINARY", "finding: MSG-UNHEARD-OF", "no message"),
        (CE, "finding: MSG-NOT-ORDINARY", "finding: “{谁}”不行", "谁"),
        (CE, "unless_failed: [GD-2.6-02]", "unless_failed: [GD-2.6-99]", "GD-2.6-99"),
        (CE, "use: [person]", "use: [people]", "rule set"),
        (CE, "follows: education-registration", "follows: education", "not a service"),
        (CE, "options: certificate_type,", "options: certificate_typ,", "enumeration"),
        ("services/education-registration.yaml", "to: association_first_review", "to: nowhere", "no state"),
        (
            "services/education-registration.yaml",
            "effects: [assist-fee-bill-created]",
            "effects: [no-such]",
            "no effect",
        ),
        ("services/education-registration.yaml", "actor: agency", "actor: agent", "no actor"),
        ("pack.yaml", "护照: foreign", "护照: passport", "no value of the enumeration"),
        (CE, "about: first(open_bills).id", "about: first(open_bill).id", "no fact or definition"),
        ("services/education-registration.yaml", "bill: assist_fee", "bill: assist_fees", "bill kind"),
        (
            "effects.yaml",
            "reason-recorded: {label: 记录退回原因, writes: none}",
            "reason-recorded: {label: 记录退回原因}",
            "required",
        ),
        (
            "parameters.yaml",
            'default: 65, group: 年龄, clause: "2.1.1"',
            'default: 65.5, group: 年龄, clause: "2.1.1"',
            "quote",
        ),
        ("parameters.yaml", "default: exact_date", "default: guess", "age.mode"),
        ("menu.yaml", "service: education-registration", "service: education", "names no service"),
        ("menu.yaml", "template/commitment-letter", "template/letter", "names no document"),
        ("pack.yaml", 'edition: "2025.1"', "edition: 2025.1", "quote"),
        ("pack.yaml", "card: continuing-education", "card: continuing", "takes people"),
        ("pack.yaml", "edition:", "on: 1\nedition:", "quote"),
        ("pack.yaml", "pack: gdjlxh-2025", "pack: gdjlxh-2025\npack: twice", "twice"),
        ("facts.yaml", "birth_date: date", "birth_date: day", "birth_date"),
    ],
)
def test_an_error_names_its_place(file: str, old: str, new: str, says: str) -> None:
    changed = edited(file, old, new)
    error = refused(changed)
    assert any(says in str(problem) for problem in error.problems), str(error)
    assert error.file == file
    assert error.line >= 1


def test_the_line_is_the_line() -> None:
    changed = edited(CE, "holds: ordinary_alive", "holds: ordinary_alife")
    assert refused(changed).line == line_of(changed, "ordinary_alife")
    changed = edited(CE, "short: 非普通会员", "shorter: 非普通会员")
    assert refused(changed).line == line_of(changed, "shorter")


def test_every_error_is_told_not_only_the_first() -> None:
    text = files()[CE].replace("holds: ordinary_alive", "holds: a1").replace("holds: in_archive", "holds: a2")
    assert len(refused({CE: text}).problems) == 2


@pytest.mark.parametrize("text", ["a: [1", "a: *nobody", "- 1", "", "a: &x [*x]"])
def test_a_file_that_is_no_pack_file(text: str) -> None:
    assert refused({"odd.yaml": text}).file == "odd.yaml"


def test_a_text_that_unfolds_without_end_is_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert "too much" in str(refused({"bomb.yaml": bomb}))


def test_a_folder_without_a_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"pack\.yaml"):
        load(tmp_path)


def test_the_digest_knows_names_and_texts_but_not_line_ends() -> None:
    one = digest({"a.yaml": "x: 1\n", "b.yaml": ""})
    assert one == digest({"b.yaml": "", "a.yaml": "x: 1\r\n"})
    assert one != digest({"a.yaml": "x: 2\n", "b.yaml": ""})
    assert one != digest({"a.yaml": "x: 1\n"})


def test_what_travels_is_what_was_loaded() -> None:
    loaded = load(FOLDER)
    again: Pack = parse(loaded.files)
    assert again.digest == loaded.digest
    assert again.services.keys() == loaded.services.keys()


def test_every_kind_of_file_has_a_schema() -> None:
    made = json_schemas()
    assert "rules" in made["service"]["properties"]
    assert "parameters" in made["pack"]["properties"]
    assert "services" not in made["pack"]["properties"]
