"""`huiban explain`: questions from a file, answers as JSON on standard output and nothing else."""

import argparse
import json
import sys
from pathlib import Path

from desktop.commands.packs import complain, find_pack


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", required=True, metavar="PACK", help="规则包的编号或文件夹")
    parser.add_argument("--cases", required=True, metavar="FILE", help="用例文件（YAML）")


def run(arguments: argparse.Namespace) -> int:
    """0: every case was answered; 1: at least one was not; 2: the file or the pack cannot be read."""
    from domain.cases import CasesUnreadable, ask, read_cases
    from domain.packs import PackError, load

    try:
        pack = load(find_pack(arguments.pack))
    except (PackError, OSError) as error:
        complain(f"规则包“{arguments.pack}”不能使用：{error}")
        return 2
    try:
        cases = read_cases(Path(arguments.cases).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, CasesUnreadable) as error:
        complain(f"用例文件“{arguments.cases}”不能读取：{error}")
        return 2
    answers = [ask(pack, case) for case in cases]
    json.dump(answers, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return 1 if any("error" in each for each in answers) else 0
