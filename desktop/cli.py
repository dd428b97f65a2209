"""The program `huiban`: without a command the desktop, otherwise one of `desktop.commands`. Only windows need Qt."""

import importlib
import io
import sys
from collections.abc import Sequence

from desktop.commands.troubles import Parser, explain_failure

COMMANDS = {
    "explain": "按规则回答用例文件里的问题",
    "pack": "检查规则包，或输出它的格式",
    "sync": "收发一次",
    "take-in": "替单位送交带来的文件，或读入协会的答复文件",
    "backup": "把本机资料备份成一个加密文件",
    "restore": "用备份文件和恢复码恢复本机资料",
    "handover": "把没送出的内容移交给本单位的另一个账号，或接收移交",
    "demo": "从头到尾演示主要业务",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:
        return int(importlib.import_module("desktop.launch").main())
    parser = Parser(prog="huiban", description="会办：协会业务的桌面端")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in words if not word.startswith("-")), None)
    modules = {}
    for name, help_text in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        if name == chosen:
            modules[name] = importlib.import_module(f"desktop.commands.{name.replace('-', '_')}")
            modules[name].configure(command)
    arguments = parser.parse_args(words)
    try:
        return int(modules[arguments.command].run(arguments))
    except (Exception, KeyboardInterrupt) as error:  # the edge: nothing of ours leaves as a traceback
        return explain_failure(error)


if __name__ == "__main__":
    raise SystemExit(main())
