"""From the text of an expression to a closure. Nothing is ever run as Python; what is not listed here is refused."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.expressions.env import Env
from domain.expressions.errors import ExpressionError
from domain.expressions.nodes import Collect, Evaluate
from domain.expressions.shapes import Shape
from domain.expressions.translating import Translator
from domain.expressions.wording import why_no_expression

MAX_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Definition:
    """A named expression of the pack; with parameters it is filled in where it is used."""

    name: str
    parameters: tuple[str, ...]
    text: str

    @classmethod
    def parse(cls, head: str, text: str) -> "Definition":
        """`name` or `name(a, b)`."""
        name, bracket, rest = head.partition("(")
        parameters = tuple(part.strip() for part in rest.rstrip(") ").split(",") if part.strip()) if bracket else ()
        for word in (name.strip(), *parameters):
            if not word.isidentifier():
                raise ExpressionError(f"“{head}”不是名称，也不是“名称(参数)”")
        return cls(name.strip(), parameters, text)


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to be asked. `parameters` are the keys it may read, `roots` the facts it looks at."""

    text: str
    evaluate: Evaluate
    collect: Collect | None
    shape: Shape
    parameters: frozenset[str]
    roots: frozenset[str]
    rules: frozenset[str]
    request_keys: frozenset[str]

    def __call__(self, env: Env) -> Any:
        return self.evaluate(env)


class Compiler:
    """Compiles expressions against the facts, definitions, parameters and enumerations of one pack or service."""

    def __init__(
        self,
        *,
        names: Mapping[str, Shape],
        definitions: Mapping[str, Definition] | None = None,
        parameters: frozenset[str] = frozenset(),
        enums: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.names = names
        self.definitions = dict(definitions or {})
        self.parameters = parameters
        self.enums = enums or {}
        self.shared: dict[str, Any] = {}  # definitions without parameters, translated once
        self._next = 0

    def fresh(self) -> int:
        """A number nobody else has: the place of a variable or of a definition's value."""
        self._next += 1
        return self._next

    def compile(self, text: str, bound: Sequence[str] = ()) -> Compiled:
        """`bound` names are looked up among the facts at evaluation although the pack declares no such fact."""
        translator = Translator(self, frozenset(bound))
        node = translator.translate(parse(text))
        return Compiled(
            text,
            node.evaluate,
            node.collect,
            node.shape,
            frozenset(translator.used_parameters),
            frozenset(translator.used_roots),
            frozenset(translator.used_rules),
            frozenset(translator.used_request_keys),
        )


def parse(text: str) -> ast.expr:
    """The tree of an expression, or an ExpressionError with the place in the text."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"表达式最长 {MAX_TEXT} 个字符")
    flat = text.replace("\n", " ")
    lead = len(flat) - len(flat.lstrip())
    try:
        return ast.parse(flat.strip(), mode="eval").body
    except SyntaxError as error:
        at = lead + error.offset - 1 if error.offset else len(flat.rstrip())  # 0: it came to the end and wanted more
        line, column = place(text, at)
        raise ExpressionError(why_no_expression(error.msg, flat[at:]), line=line, column=column) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError(why_no_expression("", flat.strip())) from None


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of an offset in the text."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
