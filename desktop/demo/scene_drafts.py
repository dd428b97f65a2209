"""Drafts: several beside each other, one killed while somebody types in it and taken up again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from desktop.demo import eyes, hand_rows, hands
from desktop.demo.book import Book
from desktop.demo.scene_form import begin, drafts, own_fields, pick_people
from desktop.demo.stage import PASSPHRASE, ROOT, Person
from desktop.demo.typist import digits

FIELD = "remark"
TYPING = 3.0  # seconds
LAST = 1.0  # seconds of typing that may be lost
SLACK = 5.0  # seconds in which a busy machine may not have let the other process save: on a quiet one it is none


def second_draft(book: Book, unit: Person, form: Mapping[str, Any], words: str) -> str:
    """Another form of the same business, left as it is; the key of its draft."""
    first = book.stage.sample["story"]["form"]
    key = begin(unit, first["service"])
    own_fields(unit, first)
    pick_people(book, unit, first["service"], form)
    hands.press(unit.window, "form.share")
    unit.go("drafts")
    hands.wait(lambda: hand_rows.count(unit.window, "drafts.list") >= len(drafts(unit)), "每份草稿都列出来")
    book.step(words, unit.window, facts={"drafts": len(drafts(unit))})
    return key


def killed_while_typing(book: Book, unit: Person, draft: str) -> None:
    """The desk runs in a process of its own and is killed in the middle of a word; the draft is taken up again."""
    unit.leave()
    command = [sys.executable, "-P", "-m", "desktop.demo.typist", str(unit.folder), draft, FIELD]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    typist = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    try:
        pressed, killed = _type_and_kill(typist)
    finally:
        typist.kill()
        typist.wait()
    unit.come_back()
    unit.go("drafts")
    book.step(
        "打着字被强行结束（kill -9）后重新打开：草稿都在",
        unit.window,
        facts={"keys": len(pressed), "drafts": len(drafts(unit))},
    )
    unit.go(f"form/{draft}")
    there = hands.said_in(hands.find(unit.window, f"form.field.{FIELD}"))
    if there != digits(len(there)):
        raise hands.Stuck(f"备注里的字和打的不一样：{there[-20:]}")
    lost = [at for number, at in pressed.items() if number > len(there)]
    if not pressed or not there or (lost and killed - min(lost) > LAST + SLACK):
        raise hands.Stuck(f"打了 {len(pressed)} 个字只剩 {len(there)} 个，丢的不止最后一秒")
    seconds = round(killed - min(lost), 2) if lost else 0.0
    eyes.settle(unit.window)
    book.step(
        f"接着填：打的 {len(pressed)} 个字还在 {len(there)} 个"
        + (f"，丢的是最后 {seconds:g} 秒里打的" if lost else ""),
        unit.window,
        facts={"keys": len(pressed), "kept": len(there), "lost_seconds": seconds},
    )
    hands.write(unit.window, f"form.field.{FIELD}", "联系电话工作日都有人接")


def _type_and_kill(typist: subprocess.Popen[str]) -> tuple[dict[int, float], float]:
    """When each key was pressed, and when the process was killed."""
    assert typist.stdin is not None
    assert typist.stdout is not None
    typist.stdin.write(f"{PASSPHRASE}\n")
    typist.stdin.close()
    pressed: dict[int, float] = {}
    stop_at: float | None = None
    for line in typist.stdout:
        words = line.split()
        if words[:1] == ["ready"]:
            stop_at = time.monotonic() + TYPING
        elif len(words) == 3 and words[0] == "typed":
            pressed[int(words[1])] = float(words[2])
        if stop_at is not None and time.monotonic() > stop_at:
            break
    if stop_at is None:
        raise hands.Stuck("另开的桌面没有打开草稿")
    typist.kill()  # SIGKILL
    killed = time.monotonic()
    for line in typist.stdout.read().split("\n"):
        words = line.split()
        if len(words) == 3 and words[0] == "typed":
            pressed[int(words[1])] = float(words[2])
    return pressed, killed
