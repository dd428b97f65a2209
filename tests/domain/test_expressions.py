"""The rule language: what it means, what it refuses, and laws tried on many values."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.expressions import ANY, UNKNOWN, Compiler, Definition, Env, ExpressionError, Shape

PERSON = Shape(parts={"birth": Shape(), "name": Shape(), "unit": Shape()})
NAMES = {
    "today": Shape(),
    "person": PERSON,
    "certs": Shape(element=Shape(parts={"until": Shape(), "type": Shape()})),
    "x": ANY,
    "y": ANY,
}
TRUTH = st.sampled_from([True, False, UNKNOWN])


def compiler(**definitions: str) -> Compiler:
    made = [
        Definition.parse(head.replace("__", "(") + (")" if "__" in head else ""), text)
        for head, text in definitions.items()
    ]
    return Compiler(
        names=NAMES,
        definitions={each.name: each for each in made},
        parameters=frozenset({"n", "limit.a", "limit.b", "unset"}),
        enums={"level": {"low": "低", "middle": "中", "high": "高"}},
    )


def ask(text: str, facts: dict[str, Any] | None = None, **params: Any) -> Any:
    return compiler().compile(text)(Env(facts or {}, params))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ('"a" + "b"', "ab"),
        ("not False", True),
        ("3 if 1 < 2 else 4", 3),
        ("1 < 2 < 3", True),
        ("1 < 2 < 2", False),
        ('"b" in ["a", "b"]', True),
        ('"c" not in ["a", "b"]', True),
        ("count([1, 2, 3])", 3),
        ("sum([1, 2, 3])", 6),
        ("max([1, 3, 2])", 3),
        ("min([])", None),
        ("first([i for i in [1, 2, 3] if i > 1])", 2),
        ("first(i for i in [1, 2, 3] if i > 5)", None),
        ("any(i == 2 for i in [1, 2])", True),
        ("all(i < 2 for i in [1, 2])", False),
        ("all(i < 2 for i in [1, 2] if i == 1)", True),
        ("distinct([1, 1, 2])", [1, 2]),
        ('join(["甲", "乙"])', "甲、乙"),
        ('rank("level", "middle") > rank("level", "low")', True),
        ('label("level", "high")', "高"),
        ("same_list([1, 2], [2, 1])", False),
        ("same_set([1, 2], [2, 1])", True),
        ('add_months(date("2026-08-31"), -6)', date(2026, 2, 28)),
        ('anniversary(date("2024-02-29"), 1)', date(2025, 2, 28)),
        ('full_years(date("2000-02-29"), date("2001-02-28"))', 1),
        ('months_between(date("2025-12-31"), date("2026-01-01"))', 1),
        ('next_weekday(date("2025-05-06"), "Wednesday")', date(2025, 5, 7)),
        ('next_weekday(date("2025-05-07"), "Wednesday")', date(2025, 5, 14)),
        ('mobile_number("13800138000")', True),
        ('default(None, "x")', "x"),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert ask(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "person.name == 1",
        "person.birth <= today",
        "today < None",
        'person.name in ["a"]',
        "x + 1",
        "age(person.birth, today)",
        'param("unset")',
        'rank("level", person.name)',
        "count(x)",
        "sum(i.until for i in certs)",
        '"a" < 1',
        "1 if person.name else 2",
    ],
)
def test_missing_facts_are_unknown(text: str) -> None:
    assert ask(text, {"today": date(2026, 1, 1), "certs": [{"type": "a"}]}) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "没有写完"),
        ("1 +", "没有写完"),
        ("a = 1", "判断相等要写“==”"),
        ("nobody", "没有叫“nobody”的事实或说法"),
        ("person.shoe", "没有事实“person.shoe”"),
        ("person.name.first", "下面没有别的"),
        ("person.__class__", "不以“_”开头"),
        ("open('x')", "没有函数"),
        ("__import__('os')", "没有函数"),
        ("x.append(1)", "只能用列出的函数"),
        ("(lambda: 1)()", "只能用列出的函数"),
        ("lambda: 1", "不能用“lambda”"),
        ("{1: 2}", "不能用“{键: 值}”"),
        ("f'{x}'", '不能用“f"…"”'),
        ("x ** 2", "只能用 +、-、*"),
        ("x / 2", "只能用 +、-、*"),
        ("1.5", "直接写"),
        ("b'a'", "直接写"),
        ("age(person.birth)", "要写 2 个值"),
        ("param('other')", "没有参数“other”"),
        ("param(x)", "直接写出文字"),
        ("rank('colour', x)", "没有选项“colour”"),
        ("rank('level', 'lofty')", "选项里没有“lofty”"),
        ("[i for i in x for j in x]", "只能有一个“for”"),
        ("any(i for i in x if (yield))", "不能用“yield”"),
        ("(i := 1)", "不能用“:=”"),
        ("x if", "没有写完"),
        ("x y z", "从“y z”起看不懂"),
        ("x ，y", "全角"),
        ("(x", "“(”没有配对"),
        ("x]", "“]”没有配对"),
        ("'x", "引号没有配对"),
        ("1 if x", "少了“else”"),
        ("[*x]", "不能用“*”"),
        ("~1", "不能用这个符号"),
        ("1" * 3000, "最长"),
        ("not " * 200 + "x", "太大"),
        ("age(years=1)", "不写“名称=”"),
    ],
)
def test_refusals(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiler().compile(text)
    assert reason in caught.value.reason


def test_an_error_says_line_and_column() -> None:
    with pytest.raises(ExpressionError) as caught:
        compiler().compile("x == 1 and\n  y = 2")
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_definitions_are_filled_in() -> None:
    made = compiler(valid__c="c.until >= today", usable="[c for c in certs if valid(c)]")
    facts = {"today": date(2026, 1, 1), "certs": [{"until": date(2026, 1, 1)}, {"until": date(2025, 12, 31)}]}
    assert made.compile("count(usable)")(Env(facts, {})) == 1
    assert made.compile("all(valid(c) for c in certs)")(Env(facts, {})) is False


def test_a_definition_may_not_lead_to_itself() -> None:
    with pytest.raises(ExpressionError, match="自己"):
        compiler(a="b + 1", b="a + 1").compile("a")
    with pytest.raises(ExpressionError, match="自己"):
        compiler(f__c="f(c)").compile("f(1)")


def test_what_grows_too_large_is_refused() -> None:
    chain = {f"f{n}__c": f"f{n - 1}(c) + f{n - 1}(c)" for n in range(1, 30)} | {"f0__c": "c"}
    with pytest.raises(ExpressionError, match="太大"):
        compiler(**chain).compile("f29(1)")


@given(TRUTH, TRUTH)
def test_three_valued_logic(one: Any, other: Any) -> None:
    facts = {"x": one, "y": other}
    both, either = ask("x and y", facts), ask("x or y", facts)
    assert both is (False if False in (one, other) else UNKNOWN if UNKNOWN in (one, other) else True)
    assert either is (True if True in (one, other) else UNKNOWN if UNKNOWN in (one, other) else False)
    assert ask("not (x and y)", facts) is ask("not x or not y", facts)


@given(st.lists(TRUTH, max_size=5))
def test_any_and_all_are_long_or_and_and(values: list[Any]) -> None:
    facts = {"x": values}
    expected = True if True in values else UNKNOWN if UNKNOWN in values else False
    assert ask("any(i for i in x)", facts) is expected
    assert ask("any(x)", facts) is expected
    assert ask("not all(not i for i in x)", facts) is expected


@settings(max_examples=25)
@given(
    st.lists(st.dates(date(2020, 1, 1), date(2032, 1, 1)), max_size=4),
    st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    st.integers(0, 12),
    st.dates(date(1960, 1, 1), date(2008, 12, 31)),
)
def test_between_the_days_named_nothing_turns(untils: list[date], today: date, months: int, birth: date) -> None:
    text = (
        "any(add_months(c.until, -param('n')) <= today and today <= c.until for c in certs)"
        " or age(person.birth, today) >= 60 and months_between(person.birth, today) > 800"
    )
    made = compiler().compile(text)
    facts = {"today": today, "certs": [{"until": each} for each in untils], "person": {"birth": birth}}
    env, days = Env(facts, {"n": months}), set[date]()
    assert made.collect is not None
    made.collect(env, days.add)
    value = made(env)
    for ahead in range(1, 3 * 365):
        day = today + timedelta(days=ahead)
        now = made(env.on(day))
        assert now is value or day in days, f"it turned on {day}, which was not named"
        value = now


@given(st.text(alphabet="xy.()[]+-*<>=!\"' andornotiflseforc12,_:{}@~^%", max_size=60))
def test_no_text_does_more_than_refuse(text: str) -> None:
    try:
        made = compiler().compile(text)
    except ExpressionError:
        return
    made(Env({"x": [1, 2], "y": {"c": 1}, "certs": []}, {}))
