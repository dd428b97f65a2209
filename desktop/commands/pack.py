"""`huiban pack check|schema`: is a pack in order, and how is one written."""

import argparse
import json
import sys

from desktop.commands.packs import complain, find_pack, packs_folder


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="pack_action", required=True, metavar="check|schema")
    check = actions.add_parser("check", help="检查规则包，每个错误给出文件、行和键")
    check.add_argument("packs", nargs="*", metavar="FOLDER|ID", help="不写则检查随程序附带的全部规则包")
    actions.add_parser("schema", help="规则包各文件的 JSON Schema")


def run(arguments: argparse.Namespace) -> int:
    return _schema() if arguments.pack_action == "schema" else _check(arguments.packs)


def _check(names: list[str]) -> int:
    from domain.packs import PackError, load

    folders = [find_pack(name) for name in names] or sorted(path.parent for path in packs_folder().glob("*/pack.yaml"))
    broken = 0
    for folder in folders:
        try:
            pack = load(folder)
        except PackError as error:
            broken += 1
            complain(f"{folder}：有 {len(error.problems)} 处错误")
            for problem in error.problems:
                complain(f"  {problem}")
        else:
            sys.stdout.write(f"{pack.id} {pack.edition}：{len(pack.services)} 项业务，没有错误，摘要 {pack.digest}\n")
    return 1 if broken else 0


def _schema() -> int:
    from domain.packs.schema import json_schemas

    json.dump(json_schemas(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return 0
