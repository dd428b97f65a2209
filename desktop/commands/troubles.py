"""How a command fails: one sentence on standard error, an exit status, for a bug a report without anybody's words."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from desktop.commands.packs import complain
from desktop.folders import data_folder, log_folder
from domain.bugs import report_of

FAILED, WRONG_WORDS, STOPPED = 1, 2, 130
REPORT = "command.log"  # in the log folder; only the last stands there
SAID = (  # what argparse says, in words
    (r"the following arguments are required: (.+)", "还缺少 {}。"),
    (r"unrecognized arguments: (.+)", "不认识 {}。"),
    (r"argument .*?: invalid choice: '(.*?)'.*", "没有“{}”这个命令或选项。"),
    (r"argument (.+): expected .*", "{} 后面还要写一个值。"),
    (r"argument (.+): invalid .* value: .*", "{} 后面的值不能用。"),
)


class Parser(argparse.ArgumentParser):
    """Refuses in one sentence, in Chinese."""

    def error(self, message: str) -> NoReturn:
        found = ((re.fullmatch(pattern, message), words) for pattern, words in SAID)
        told = next((words.format(match[1].replace(", ", "、")) for match, words in found if match), "命令写得不对。")
        complain(f"{told}用法见 {self.prog} --help。")
        raise SystemExit(WRONG_WORDS)


def explain_failure(error: BaseException) -> int:
    """Tell it; the exit status."""
    from desktop.troubles import words_of  # needs the store's own failures: only where something failed

    if isinstance(error, KeyboardInterrupt):
        complain("已中断。")
        return STOPPED
    if isinstance(error, BrokenPipeError):  # whoever read our answer has enough
        sys.stderr.close()
        return FAILED
    known = words_of(error)
    if known is not None:
        complain("".join(known))
        return FAILED
    kept = _keep(report_of(error))
    where = f"经过记在“{kept}”里，其中没有个人资料；请把它" if kept else "请把刚才的做法"
    complain(f"会办自己出了差错，这个命令没有完成。{where}发给会办的维护者。")
    return FAILED


def _keep(report: str) -> Path | None:
    """The report in a file, if there is a place for it."""
    folder = log_folder(data_folder())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / REPORT).write_text(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n{report}\n", encoding="utf-8")
    except OSError:
        return None
    return folder / REPORT
