"""What the libraries find wrong with a file of a pack, in words for whoever writes it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from domain.packs.base import FIELD_KEY, ID

UNHEARD_OF = "这个值不能用在这里，请对照 huiban pack schema"
_YAML = (  # a part of what the YAML library says
    ("',' or ']'", "方括号没有配对，或少了逗号"),
    ("',' or '}'", "花括号没有配对，或少了逗号"),
    ("undefined alias", "引用了没有定义的名字"),
    ("duplicate anchor", "同一个引用名定义了两次"),
    ("mapping values are not allowed", "冒号的位置不对，文字里有冒号时请加引号"),
    ("expected ':'", "这里少一个冒号"),
    ("cannot start any token", "值不能以这个字符开头，请加引号；缩进只用空格，不用制表符"),
    ("end of stream", "引号或括号没有配对"),
    ("expected '-' indicator", "列表的“-”没有对齐"),
    ("sequence entries are not allowed", "列表的“-”不能写在这里"),
    ("expected key", "缩进没有对齐"),
    ("<block end>", "缩进没有对齐"),
    ("escape character", "双引号里的反斜杠写法不对，请改用单引号"),
    ("hexdecimal number", "双引号里的反斜杠写法不对，请改用单引号"),
    ("another document", "内容到这里已经完了，后面又有；一个文件里只能有一份"),
    ("document start", "内容到这里已经完了，后面又有；一个文件里只能有一份"),
    ("characters are not allowed", "有看不见的控制字符，请删去重写"),
    ("scanning a tag", "“!”开头的标记不能用，文字请加引号"),
)
_ALPHABETS = {
    ID: "只能用英文字母、数字、“_”“.”“-”，以字母或数字开头",
    FIELD_KEY: "只能用小写英文字母、数字、“_”，以字母开头",
}
_TOLD: dict[str, Callable[[Mapping[str, Any]], str]] = {  # by pydantic's type of error; given what it knows of the case
    "missing": lambda _: "必须写，这里没有",
    "extra_forbidden": lambda _: "这里没有这个键，请核对写法",
    "string_type": lambda _: "应为文字，数字和日期请加引号",
    "string_too_short": lambda _: "不能为空",
    "string_too_long": lambda of: f"最多 {of.get('max_length')} 个字",
    "string_pattern_mismatch": lambda of: _ALPHABETS.get(str(of.get("pattern")), "写法不合要求"),
    "int_type": lambda _: "应为整数",
    "int_parsing": lambda _: "应为整数",
    "int_parsing_size": lambda _: "这个整数太大",
    "int_from_float": lambda _: "应为整数",
    "bool_type": lambda _: "应为 true 或 false",
    "bool_parsing": lambda _: "应为 true 或 false",
    "list_type": lambda _: "应为列表",
    "tuple_type": lambda _: "应为列表",
    "dict_type": lambda _: "应为一组键和值",
    "model_type": lambda _: "应为一组键和值",
    "literal_error": lambda of: f"只能是 {_options(str(of.get('expected')))} 之一",
    "value_error": lambda of: str(of.get("error")),  # our own words
}


def yaml_words(*said: str | None) -> str:
    """Why a text is no YAML. `said`: what the library calls the problem, and where it met it."""
    found = next((words for part, words in _YAML if any(part in (one or "") for one in said)), "这里的写法读不懂")
    return f"YAML 写法不对：{found}"


def value_words(error: Mapping[str, Any]) -> str:
    """Why a value cannot stand where it stands. `error`: one of pydantic's."""
    told = _TOLD.get(str(error["type"]))
    return told(error.get("ctx") or {}) if told is not None else UNHEARD_OF


def _options(expected: str) -> str:
    """`'a', 'b' or 'c'` as a list of words."""
    return "、".join(re.findall(r"'([^']*)'", expected)) or expected
