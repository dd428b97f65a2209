"""`huiban handover give|take FILE`: unsent work of one account into a sealed file, or out of one into another."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path

from desktop.folders import data_folder
from desktop.opening import open_without_screen, passphrase_from
from sync.handover import hand_over, take_over
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore


def configure(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    steps = parser.add_subparsers(dest="step", required=True, metavar="give|take")
    for name, told in (("give", "把一个账号的草稿和没送出的内容存成移交文件"), ("take", "接收移交文件")):
        step = steps.add_parser(name, help=told, description=told)
        step.add_argument("file", type=Path, metavar="FILE", help="移交文件")
        step.add_argument("--account", default=None, metavar="LOGIN", help="账号；这台电脑上只有一个时不用写")
        step.add_argument("--data", type=Path, default=None, metavar="FOLDER", help="本机资料所在的文件夹")
    parser.epilog = "没有系统钥匙串时，从标准输入读一行口令；接收时再读一行恢复码（做移交文件的那台电脑的）。"


def run(arguments: argparse.Namespace) -> int:
    """0 once it is durable."""
    folder: Path = arguments.data or data_folder()
    with open_without_screen(folder, sys.stdin) as store:
        account = _account(store, arguments.account)
        words = (_give if arguments.step == "give" else _take)(store, account, arguments.file)
    sys.stdout.write(words + "\n")
    return 0


def _account(store: LocalStore, login: str | None) -> str:
    with store.reading() as reader:
        found = [one.id for one in reader.accounts.all() if login in (None, one.login)]
    if len(found) == 1:
        return found[0]
    if login is None and found:
        raise NotAllowed("这台电脑上有几个账号。", "请用 --account 写明是哪一个。")
    raise NotAllowed("这台电脑上没有这个账号。", "请核对登录名。")


def _give(store: LocalStore, account: str, file: Path) -> str:
    made = hand_over(store, account, file, now=datetime.now(UTC))
    what = f"草稿 {made.drafts} 份，人员 {made.rosters} 位，其他 {made.steps} 件，附件 {made.papers} 个"
    return f"已存成“{file}”：{what}，共 {made.bytes / 1e6:.1f} MB。"


def _take(store: LocalStore, account: str, file: Path) -> str:
    code = getpass.getpass("恢复码：") if sys.stdin.isatty() else passphrase_from(sys.stdin)
    if not code:
        raise NotAllowed("没有恢复码。", "请从标准输入给出做移交文件的那台电脑的恢复码。")
    taken = take_over(store, account, file, code, now=datetime.now(UTC))
    if taken.before:
        return f"{taken.name} 的这份移交以前接收过，没有再收一次。"
    known = f"，已有人办过 {taken.known} 件" if taken.known else ""
    again = f"，要照着再办 {len(taken.steps)} 件（在窗口里看得到）" if taken.steps else ""
    return f"已接收 {taken.name} 移交的草稿 {taken.drafts + taken.merged} 份，人员 {taken.rosters} 位{known}{again}。"
