"""YAML as packs and cases are written: plain words stay text, traps are refused, and every value knows its line."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from domain.packs.errors import PackError, Path, Problem, key_text
from domain.packs.wording import yaml_words

MAX_DEPTH = 40  # of a pack
MAX_PLAIN_DEPTH = 200  # of somebody else's text
MAX_VALUES = 400_000  # a text that unfolds by its aliases into more, and into more than it has letters, is refused
_Base: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+(\.\d*)?[eE][-+]?\d+)")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?")
_MONTH = re.compile(r"\d{4}-\d{2}")
_SWITCH = re.compile(r"(?i)on|off|yes|no")
_WORDS: dict[str, Any] = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DEEP = 2_000
_BRACKETS = re.compile(r"[][{}]")
_STAIRS = re.compile(rf"(?:[-?] +){{{_DEEP}}}|^ {{{_DEEP}}}", re.MULTILINE)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INT = re.compile(r"[-+]?(0|[1-9]\d{0,17})")


class _Loader(_Base):  # type: ignore[misc]  # the C loader has no stubs
    """Composes nodes only; what a plain word means is decided here, not by YAML 1.1."""


def _bottomless(text: str) -> bool:
    """Whether brackets, dashes or indents go so deep that the YAML library would run out of stack and take us along."""
    if _STAIRS.search(text):
        return True
    depth = 0
    for bracket in _BRACKETS.findall(text) if text.count("[") + text.count("{") > _DEEP else ():
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > _DEEP:
            return True
    return False


class Document:
    """One YAML text: its value, and the line of each key in it."""

    def __init__(self, file: str, text: str, *, strict: bool) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._strict = strict
        self._built = 0
        self._most = max(MAX_VALUES, len(text))
        self._deepest = MAX_DEPTH if strict else MAX_PLAIN_DEPTH
        if _bottomless(text):
            raise PackError([Problem(file, 1, "", "套得太深")])
        try:
            node = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise PackError([Problem(file, line, "", yaml_words(error.problem, error.context))]) from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise PackError([Problem(file, 1, "", yaml_words(getattr(error, "reason", None)))]) from None
        self.value = None if node is None else self._build(node, (), frozenset())
        if self.problems:
            raise PackError(self.problems)

    def line(self, path: Path) -> int:
        """The line of the nearest key on the way to that place."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def _trouble(self, node: yaml.Node, path: Path, message: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, key_text(path), message))

    def _build(self, node: yaml.Node, path: Path, open_nodes: frozenset[int]) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        self._built += 1
        if self._built > self._most:
            raise PackError([Problem(self.file, node.start_mark.line + 1, key_text(path), "引用展开后太多")])
        if id(node) in open_nodes or len(path) > self._deepest:
            self._trouble(node, path, "引用了自己，或套得太深")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        inner = open_nodes | {id(node)}
        if isinstance(node, yaml.SequenceNode):
            return [self._build(each, (*path, at), inner) for at, each in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self._mapping(node, path, inner)

    def _mapping(self, node: yaml.MappingNode, path: Path, inner: frozenset[int]) -> dict[Any, Any]:
        built: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._trouble(key_node, path, "键应为一个词")
                continue
            key = key_node.value
            if key == "<<" and not key_node.style:
                for source in self._sources(value_node):
                    value = self._build(source, path, inner)
                    merged = {**(value if isinstance(value, dict) else {}), **merged}
                continue
            if self._strict and not key_node.style and (_SWITCH.fullmatch(key) or key in _WORDS):
                self._trouble(key_node, (*path, key), f"键“{key}”要加引号，否则 YAML 会当成 true 或 false")
            if key in built:
                self._trouble(key_node, (*path, key), f"键“{key}”在这里写了两次")
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            built[key] = self._build(value_node, (*path, key), inner)
        return {**merged, **built}

    @staticmethod
    def _sources(node: yaml.Node) -> Iterator[yaml.Node]:
        yield from node.value if isinstance(node, yaml.SequenceNode) else (node,)

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text: str = node.value
        if node.style or node.tag == "!":
            return text
        if text in _NULLS:
            return None
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            if self._strict:
                self._trouble(node, path, f"“{text}”要加引号：金额和带小数点的数按文字写")
            return Decimal(text) if "." in text else text  # 1e5 may be somebody's number of a paper; readers know both
        if self._strict and (_DATE.fullmatch(text) or _MONTH.fullmatch(text)):
            self._trouble(node, path, f"日期“{text}”要加引号")
        if self._strict and _SWITCH.fullmatch(text):
            self._trouble(node, path, f"“{text}”要加引号，否则 YAML 会当成 true 或 false")
        return text


def read_strict(file: str, text: str) -> Document:
    """A file of a pack. Broken numbers, unquoted dates and `on:` are refused with their line."""
    return Document(file, text, strict=True)


def read_plain(file: str, text: str) -> Any:
    """Somebody else's YAML: dates stay text, broken numbers are exact, `on` is a word."""
    return Document(file, text, strict=False).value
