"""`huiban take-in FILE…`: an office hands in a unit's file and keeps the answers; a unit reads the answers in."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from desktop.commands.packs import complain
from desktop.folders import data_folder
from desktop.opening import last_session, open_without_screen, sittings
from sync.actions import read_answers
from sync.failures import FailureKind, SyncFailure
from sync.handing_in import hand_in
from sync.login import Session
from sync.protocol import is_sealed
from sync.store.errors import NotAllowed, StoreFailure
from sync.store.local import LocalStore

FAILED, NOT_OPENED = 1, 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="单位导出的文件，或协会的答复文件")
    parser.add_argument("--data", type=Path, default=None, metavar="FOLDER", help="本机资料所在的文件夹")
    parser.epilog = "导出的文件：替单位送交协会，答复写在同一处的 FILE.answer。答复文件：读入本机。全部成功时返回 0。"


def run(arguments: argparse.Namespace) -> int:
    """One file after the other; one that fails stops no other."""
    folder: Path = arguments.data or data_folder()
    try:
        with open_without_screen(folder, sys.stdin) as store:
            sessions = [found for one in sittings(store) if (found := last_session(store, one.account)) is not None]
            if not sessions:
                complain("这台电脑上没有登录的账号。请先打开会办登录。")
                return NOT_OPENED
            done = [_one(store, sessions, file) for file in arguments.files]
            return 0 if all(done) else FAILED
    except StoreFailure as error:
        complain(f"{error.sentence}{error.remedy}")
        return NOT_OPENED


def _one(store: LocalStore, sessions: list[Session], file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            outgoing = is_sealed(opened)
        words = _hand_in(sessions, file) if outgoing else _read_in(store, sessions, file)
    except SyncFailure as error:
        complain(f"{file}：{error.failure.sentence}{error.failure.remedy}")
        return False
    except NotAllowed as error:
        complain(f"{file}：{error.sentence}{error.remedy}")
        return False
    except OSError as error:
        complain(f"{file}：{error.strerror or error}")
        return False
    sys.stdout.write(f"{file}：{words}\n")
    return True


def _hand_in(sessions: list[Session], file: Path) -> str:
    """By the first account here that may."""
    for session in sessions[:-1]:
        try:
            return _handed_in(session, file)
        except SyncFailure as error:
            if error.failure.kind is not FailureKind.REFUSED:
                raise
    return _handed_in(sessions[-1], file)


def _handed_in(session: Session, file: Path) -> str:
    return hand_in(session, file).words


def _read_in(store: LocalStore, sessions: list[Session], file: Path) -> str:
    """For everybody who works here: each takes what is its own."""
    data, now = file.read_bytes(), datetime.now(UTC)
    named = [one for one in sessions if f'"{one.association}"'.encode() in data]  # of this association, if any is
    told = [read_answers(store, one.account, data, now=now) for one in named or sessions]
    applied, returned = sum(one.applied for one in told), sum(one.returned for one in told)
    waiting = sum(one.waiting for one in told)
    return f"已送达 {applied} 件，变回草稿 {returned} 件，还在等 {waiting} 件。"
