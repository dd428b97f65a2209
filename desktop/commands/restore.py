"""`huiban restore FILE`: this desk as it was when the backup was made; the recovery code opens it."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path

from desktop.folders import data_folder
from desktop.opening import passphrase_from
from sync.store.backup import restore
from sync.store.errors import NotAllowed


def configure(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="由 huiban backup 做的备份文件")
    parser.add_argument("--data", type=Path, default=None, metavar="FOLDER", help="本机资料所在的文件夹")
    parser.epilog = "从标准输入读一行恢复码。已有的资料若没有未送出的内容，会挪到一旁；有则不恢复。"


def run(arguments: argparse.Namespace) -> int:
    """0 once the store is in its place."""
    folder: Path = arguments.data or data_folder()
    code = getpass.getpass("恢复码：") if sys.stdin.isatty() else passphrase_from(sys.stdin)
    if not code:
        raise NotAllowed("没有恢复码。", "请从标准输入给出恢复码。")
    made = restore(arguments.file, folder, code, datetime.now(UTC))
    sys.stdout.write(f"已恢复：草稿 {made.drafts} 份，待发送 {made.outbox} 件，附件 {made.attachments} 个。\n")
    sys.stdout.write("请打开会办，用原来的账号和密码登录一次，待发送的会接着送，不会重复。\n")
    return 0
