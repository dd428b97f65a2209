"""`huiban explain`: questions from a file, answers as JSON on standard output and nothing else."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.commands.packs import complain, find_pack, why_unreadable
from desktop.commands.troubles import explain_failure

if TYPE_CHECKING:
    from domain.packs import Pack

TOLD, LONGEST = 5, 60  # surplus keys of a case, letters of its id


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", required=True, metavar="PACK", help="规则包的编号或文件夹")
    parser.add_argument("--cases", required=True, metavar="FILE", help="用例文件（YAML）")


def run(arguments: argparse.Namespace) -> int:
    """0: every case was answered; 1: at least one was not; 2: the file or the pack cannot be read."""
    from domain.cases import CasesUnreadable, ask, read_cases
    from domain.packs import PackError, load

    try:
        pack = load(find_pack(arguments.pack))
    except PackError as error:
        first, more = error.problems[0], len(error.problems) - 1
        rest = f"；另有 {more} 处，用 huiban pack check 可以看全" if more else ""
        complain(f"规则包“{arguments.pack}”不能使用：{first}{rest}。")
        return 2
    except OSError as error:
        complain(f"规则包“{arguments.pack}”不能使用：{why_unreadable(error)}。")
        return 2
    try:
        cases = read_cases(Path(arguments.cases).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        complain(f"用例文件“{arguments.cases}”不能读取：{why_unreadable(error)}。")
        return 2
    except CasesUnreadable as error:
        complain(f"用例文件“{arguments.cases}”不能读取：{error}。")
        return 2
    for case in cases:
        _tell_surplus(pack, case)
    answers = [_answer(ask, pack, case) for case in cases]
    whole = json.dumps(answers, ensure_ascii=False, indent=1, default=float)  # an id that was written as a number
    sys.stdout.write(whole + "\n")
    return 1 if any("error" in each for each in answers) else 0


def _tell_surplus(pack: "Pack", case: Any) -> None:
    """A slip of the pen in a key changes the answer in silence: it is said, and nothing else comes of it."""
    from domain.surplus import surplus

    keys = surplus(pack, case) if isinstance(case, Mapping) else []
    if keys:
        named = "、".join(keys[:TOLD]) + (f" 等 {len(keys)} 处" if len(keys) > TOLD else "")
        whole = f"用例“{str(case.get('id'))[:LONGEST]}”：没有用到 {named}，请核对键的写法。"
        complain(" ".join(whole.split()))


def _answer(ask: "Callable[[Pack, Any], dict[str, Any]]", pack: "Pack", case: Any) -> dict[str, Any]:
    """A bug that one case meets is told, and costs that case only."""
    try:
        return ask(pack, case)
    except Exception as error:  # whatever it is, the other cases are still answered
        explain_failure(error)
        identity = case.get("id") if isinstance(case, Mapping) else None
        return {"id": identity, "error": "会办自己出了差错，这个用例没有回答"}
