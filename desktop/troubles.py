"""Failures that are understood, in words: what happened and what to do. Knows no Qt and is quick to import."""

from __future__ import annotations

import errno

from sync.failures import SyncFailure
from sync.store.errors import DiskFull, StoreFailure

BUG = "会办自己出了差错，刚才这一步可能没有完成；已保存的都在。请换个办法再试，并把日志文件发给协会。"


class NoPack(Exception):
    """Neither the feed nor this program has rules for the association."""

    sentence = "还没有取到协会的业务规则。"
    remedy = "请联网后再试一次。"


class RulesTooNew(NoPack):
    """The edition in force is written in a way this program does not know."""

    sentence = "协会的业务规则有了新写法，这个版本的会办读不懂。"
    remedy = "请安装新版会办；未发送的内容都保留着。"


def words_of(error: BaseException) -> tuple[str, str] | None:
    """Sentence and remedy of a failure that is understood; None: a bug."""
    if isinstance(error, SyncFailure):
        return error.failure.sentence, error.failure.remedy
    if isinstance(error, StoreFailure | NoPack):
        return error.sentence, error.remedy
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull.sentence, DiskFull.remedy
    if isinstance(error, MemoryError):
        return "内存不够了，刚才这一步没有完成。", "请关掉一些别的程序，再做一次。"
    return None
