"""A pack with an error is refused with file, line and key; nothing of it is guessed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.packs import Pack, PackError, digest, load, parse
from domain.packs.base import Part
from domain.packs.schema import json_schemas
from domain.packs.wording import UNHEARD_OF, value_words

FOLDER = Path(__file__).parents[2] / "resources" / "packs" / "gdjlxh-2025"
DOMAIN = Path(__file__).parents[2] / "domain"
TELLING = {
    "trouble": 1,
    "_trouble": 2,
    "Problem": 3,
    "ExpressionError": 0,
    "error": 1,
    "ValueError": 0,
}  # which argument
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
        (CE, "holds: ordinary_alive", "holds: ordinary_alife", "没有叫“"),
        (CE, "holds: ordinary_alive", "holds: membership.typ == 1", "没有事实“membership.typ”"),
        (CE, "holds: ordinary_alive", "holds: ordinary_alive and (", "“(”没有配对"),
        (CE, "short: 非普通会员", "short: 这个人不是普通会员呀", "8"),
        (CE, "short: 非普通会员", "shorter: 非普通会员", "没有这个键"),
        (CE, "holds: ordinary_alive", "severity: deadly\n    holds: ordinary_alive", "block"),
        (CE, "finding: MSG-NOT-ORDINARY", "finding: MSG-UNHEARD-OF", "messages 里没有"),
        (CE, "finding: MSG-NOT-ORDINARY", "finding: “{谁}”不行", "谁"),
        (CE, "unless_failed: [GD-2.6-02]", "unless_failed: [GD-2.6-99]", "GD-2.6-99"),
        (CE, "use: [person]", "use: [people]", "条件组"),
        (CE, "follows: education-registration", "follows: education", "没有业务“education”"),
        (CE, "options: certificate_type,", "options: certificate_typ,", "没有选项或参数“certificate_typ”"),
        ("services/education-registration.yaml", "to: association_first_review", "to: nowhere", "没有这个状态"),
        (
            "services/education-registration.yaml",
            "effects: [assist-fee-bill-created]",
            "effects: [no-such]",
            "没有后果“no-such”",
        ),
        ("services/education-registration.yaml", "actor: agency", "actor: agent", "没有办事角色“agent”"),
        ("pack.yaml", "护照: foreign", "护照: passport", "里没有“passport”"),
        (CE, "about: first(open_bills).id", "about: first(open_bill).id", "没有叫“"),
        ("services/education-registration.yaml", "bill: assist_fee", "bill: assist_fees", "账单种类“assist_fees”"),
        (
            "effects.yaml",
            "reason-recorded: {label: 记录退回原因, writes: none}",
            "reason-recorded: {label: 记录退回原因}",
            "必须写",
        ),
        (
            "parameters.yaml",
            'default: 65, group: 年龄, clause: "2.1.1"',
            'default: 65.5, group: 年龄, clause: "2.1.1"',
            "要加引号",
        ),
        ("parameters.yaml", "default: exact_date", "default: guess", "age.mode"),
        ("menu.yaml", "service: education-registration", "service: education", "没有业务“education”"),
        ("menu.yaml", "template/commitment-letter", "template/letter", "没有文书“letter”"),
        ("pack.yaml", 'edition: "2025.1"', "edition: 2025.1", "要加引号"),
        ("pack.yaml", "card: continuing-education", "card: continuing", "可以选人"),
        ("pack.yaml", "edition:", "on: 1\nedition:", "要加引号"),
        ("pack.yaml", "pack: gdjlxh-2025", "pack: gdjlxh-2025\npack: twice", "写了两次"),
        ("facts.yaml", "birth_date: date", "birth_date: day", "birth_date"),
        ("facts.yaml", "birth_date: date", "birth_date: {is: date, default: soon}", "person.birth_date 的缺省值"),
        ("facts.yaml", "birth_date: date", "birth_date: {of: {}, list: date}", "三者写且只写一个"),
        ("pack.yaml", 'edition: "2025.1"', "edition: true", "应为文字"),
        ("pack.yaml", 'edition: "2025.1"', 'edition: ""', "不能为空"),
        ("pack.yaml", "required:", "required: 3\nrequire:", "应为一组键和值"),
        ("pack.yaml", "actors:", "actors: 3\nactor:", "应为一组键和值"),
        ("pack.yaml", "edition:", "schema_version: 2\nedition:", "只能是 1 之一"),
        ("services/education-registration.yaml", "reason: required", "reason: needed", "none、optional、required"),
        ("services/education-registration.yaml", "editable: [form, rows]", "editable: form", "应为列表"),
        ("services/education-registration.yaml", "menu: true", "menu: 7", "应为 true 或 false"),
        (CE, "id: GD-2.6-02", "id: 甲", "只能用英文字母"),
        (CE, "item:", "cards: [{key: x, label: x, most: many}]\nitem:", "应为整数"),
        (CE, "item:", "cards: [{key: x, label: x, most: [1]}]\nitem:", "应为整数"),
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


def test_a_value_that_is_of_none_of_several_kinds_is_one_problem() -> None:
    changed = edited(CE, "holds: ordinary_alive", "unless_failed: 3\n    holds: ordinary_alive")
    assert len(refused(changed).problems) == 1
    changed = edited("services/education-registration.yaml", "effects: [assist-fee-bill-created]", "effects: [[1]]")
    (problem,) = refused(changed).problems
    assert "；或者" in problem[3]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [1", "方括号没有配对"),
        ("a: {b: 1", "花括号没有配对"),
        ("a: 'x", "引号或括号没有配对"),
        ("a: *nobody", "没有定义的名字"),
        ("a: &q 1\nb: &q 2", "定义了两次"),
        ("a: b: c", "冒号的位置不对"),
        ("a:\n  b: 1\n c: 2", "缩进没有对齐"),
        ("\ta: 1", "不用制表符"),
        ("a: @x", "请加引号"),
        ("a: - 1", "“-”不能写在这里"),
        ('a: "\\q"', "反斜杠"),
        ("a: 1\n---\nb: 2", "只能有一份"),
        ("a: \x01", "控制字符"),
        ("? [1]\n: 2", "键应为一个词"),
        ("- 1", "一组键和值"),
        ("", "一组键和值"),
        ("a: &x [*x]", "引用了自己"),
    ],
)
def test_a_file_that_is_no_pack_file(text: str, why: str) -> None:
    error = refused({"odd.yaml": text})
    assert error.file == "odd.yaml"
    assert why in error.message


def parts(of: type[Part] = Part) -> Iterator[type[Part]]:
    """Every kind of part a pack may have."""
    for kind in of.__subclasses__():
        yield kind
        yield from parts(kind)


def test_whatever_may_be_wrong_with_a_value_has_words_of_its_own() -> None:
    """Each field of each part is given each wrong kind of value: there are words for all it is told."""
    odd: list[object] = [None, True, 3, 2.5, 10**5000, "", "x" * 99, "不", "-", [1], [[]], {}, {"a": 1}, {"a": []}]
    told: set[str] = set()
    for part in parts():
        for name, field in part.model_fields.items():
            for value in odd:
                try:
                    part.model_validate({field.alias or name: value})
                except ValidationError as error:
                    told |= {f"{each['type']} {value_words(each)}" for each in error.errors()}
    assert len({each.partition(" ")[0] for each in told}) > 10
    assert [each for each in sorted(told) if UNHEARD_OF in each or not re.search("[一-鿿]", each)] == []
    assert value_words({"type": "of a later version"}) == UNHEARD_OF


def literals(node: ast.AST) -> str:
    """The texts written out in an argument, whatever is filled into them by name or by call."""
    if isinstance(node, ast.Call):
        return ""
    return "".join(one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_whatever_is_told_of_a_pack_is_told_in_chinese() -> None:
    """Every sentence that the code itself writes into a problem; a name filled in may be of any language."""
    told: list[tuple[str, str]] = []
    for path in [*(DOMAIN / "packs").glob("*.py"), *(DOMAIN / "expressions").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            at = TELLING.get(name)
            if isinstance(node, ast.Call) and at is not None and len(node.args) > at and literals(node.args[at]):
                told.append((f"{path.name}:{node.lineno}", literals(node.args[at])))
    assert len(told) > 50, "the calls that tell a problem were found"
    assert [one for one in told if not re.search("[一-鿿]", one[1])] == []


def test_a_text_that_unfolds_without_end_is_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert "展开后太多" in str(refused({"bomb.yaml": bomb}))


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
