"""`huiban backup FILE`: everything of this desk in one encrypted file, also while the program is open."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from desktop.folders import data_folder
from desktop.opening import key_without_screen
from sync.store.backup import backup


def configure(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="备份文件；已有同名文件时会替换它")
    parser.add_argument("--data", type=Path, default=None, metavar="FOLDER", help="本机资料所在的文件夹")
    parser.epilog = "没有系统钥匙串时，从标准输入读一行口令。备份是加密的，用恢复码打开。"


def run(arguments: argparse.Namespace) -> int:
    """0 once the file is durable."""
    folder: Path = arguments.data or data_folder()
    made = backup(folder, key_without_screen(folder, sys.stdin), arguments.file, datetime.now(UTC))
    sys.stdout.write(
        f"已备份到“{arguments.file}”：草稿 {made.drafts} 份，待发送 {made.outbox} 件，"
        f"附件 {made.attachments} 个，共 {made.bytes / 1e6:.1f} MB。\n"
    )
    return 0
