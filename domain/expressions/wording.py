"""What Python says of a text that is no expression, in words for whoever writes a pack."""

import re

SHOWN = 16  # characters of a text that is quoted
_SYNTAX = (  # Python's own message, matched from its start; {} stands for what it found
    (r"invalid character '(.)'", "有全角或不能用的字符“{}”，请改成半角"),
    (r"invalid non-printable character", "有看不见的字符，请删去重写"),
    (r"'(.)' was never closed", "“{}”没有配对"),
    (r"unmatched '(.)'", "“{}”没有配对"),
    (r"closing parenthesis '(.)' does not match", "“{}”没有配对"),
    (r"unterminated (?:triple-quoted )?string literal|EOL while scanning", "引号没有配对"),
    (r"invalid syntax\. Perhaps you forgot a comma", "可能少了一个逗号"),
    (r"invalid syntax\. Maybe you meant '=='", "判断相等要写“==”"),
    (r"cannot assign to|expression cannot contain", "判断相等要写“==”"),
    (r"expected 'else'", "“if”后面少了“else”"),
    (r"leading zeros|invalid (?:decimal|hexadecimal|octal|binary) literal", "数字的写法不对，编号要加引号"),
    (r"too many nested parentheses", "括号套得太深"),
)
_NODES = {
    "Lambda": "lambda", "Dict": "{键: 值}", "DictComp": "{键: 值 for …}", "SetComp": "{… for …}", "Starred": "*",
    "NamedExpr": ":=", "Await": "await", "Yield": "yield", "YieldFrom": "yield from", "JoinedStr": 'f"…"',
    "GeneratorExp": "… for … in …", "Slice": "[…:…]",
}  # fmt: skip


def why_no_expression(message: str, rest: str) -> str:
    """One clause. `rest`: the text from the place on at which Python stopped."""
    for pattern, words in _SYNTAX:
        if found := re.match(pattern, message):
            return f"不是表达式：{words.format(*found.groups())}"
    if rest.startswith("=") and not rest.startswith("=="):
        return "不是表达式：判断相等要写“==”"
    return f"不是表达式：从“{rest[:SHOWN]}”起看不懂" if rest else "不是表达式：没有写完"


def written_as(node: str) -> str:
    """A kind of Python syntax as it is written, or its name in Python where it has no short form."""
    return _NODES.get(node, node)
