"""`huiban sync`: sends what is queued and fetches what is new, once, for everybody here. Needs no screen."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from desktop.commands.packs import complain
from desktop.folders import data_folder
from desktop.opening import last_session, open_without_screen, sittings
from sync.login import Session
from sync.runner import sync_once
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore
from sync.store.port import SyncStore

NOT_OPENED, GAVE_UP = 2, 3


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=None, metavar="FOLDER", help="本机资料所在的文件夹")
    parser.epilog = "没有系统钥匙串时，从标准输入读一行口令。全部送达时返回 0，没送完时返回 3。"


def run(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.data or data_folder()
    try:
        return _all(open_without_screen(folder, sys.stdin))
    except StoreFailure as error:
        complain(f"{error.sentence}{error.remedy}")
        return NOT_OPENED


def _all(store: LocalStore) -> int:
    """Everybody who works here, one after the other."""
    with store:
        sessions = [found for one in sittings(store) if (found := last_session(store, one.account)) is not None]
        if not sessions:
            complain("这台电脑上没有登录的账号。请先打开会办登录。")
            return NOT_OPENED
        return max(_cycle(store, session) for session in sessions)


def _cycle(store: LocalStore, session: Session) -> int:
    """One account: 0 when nothing is left, 3 when it gave up."""
    report = sync_once(SyncStore(store), session)
    if report.failure is not None:
        complain(f"{session.association_name}：{report.failure.sentence}{report.failure.remedy}")
    if report.left:
        complain(f"{session.association_name}：还有 {report.left} 件没有送达。")
    return GAVE_UP if report.exit_status else 0
