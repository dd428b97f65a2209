"""The first morning: an invitation, an account, a password of one's own, a recovery code, and everybody on screen."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from desktop.demo import eyes, hand_files, hand_rows, hands
from desktop.demo.book import Book
from desktop.demo.stage import PASSPHRASE, SIZE, Person
from desktop.pages.first_run import FirstRunWindow
from desktop.shell import Shell
from desktop.widgets.base import Label


def first_run(book: Book, person: Person, *, pictures: bool) -> None:
    """From an empty folder to a desk. With `pictures` each of its steps is a step of the story."""
    stage = book.stage

    def told(words: str) -> None:
        if pictures:
            book.step(words, person.window)

    person.start()
    window = person.window
    told("第一次打开会办：请打开协会的邀请文件")
    hand_files.drop(window, "first-run.drop", [stage.server.invitation()])
    hands.find(window, "first-run.continue")
    told("邀请文件里有地址和密钥指纹，先看清楚是哪个协会")
    hands.press(window, "first-run.continue")
    after = hands.wait(lambda: _first(window, "first-run.passphrase", "login.account"), "下一步")
    if after == "first-run.passphrase":
        hands.write(window, "first-run.passphrase", PASSPHRASE)
        hands.write(window, "first-run.passphrase-again", PASSPHRASE)
        told("这台电脑没有钥匙串，设一个口令保护本机资料")
        hands.press(window, "first-run.protect")
    hands.write(window, "login.account", person.login)
    if pictures:
        hands.write(window, "login.password", "记错了的密码")
        hands.press(window, "login.submit")
        eyes.says(window, "账号或密码不对")
        told("密码输错：一句话说明，内容都还在")
    hands.write(window, "login.password", stage.first_password(person.login))
    hands.press(window, "login.submit")
    hands.find(window, "password.new")
    if hands.there(window, "password.old"):
        hands.write(window, "password.old", stage.first_password(person.login))
    hands.write(window, "password.new", person.password)
    hands.write(window, "password.again", person.password)
    told("首次登录须改密码")
    hands.press(window, "password.submit")
    hands.find(window, "recovery.card")
    told("恢复码：打印或保存，再抄回两组")
    _give_code_back(window)
    told("抄回两组恢复码")
    hands.press(window, "recovery.submit")
    hands.wait(lambda: isinstance(person.window, Shell), f"{person.name}的主窗口")
    person.window.resize(*SIZE)
    eyes.says(person.window, "在线")


def everybody(book: Book, unit: Person) -> None:
    """The unit's people, as the association knows them."""
    unit.go("home")
    book.step("首页：要做的事排成一列", unit.window)
    unit.go("people")
    own = [one for one in book.stage.sample["people"] if one["unit"] == _unit_of(book)]
    hand_rows.row(unit.window, "people.table", own[-1]["name"])
    book.step(f"单位人员档案：{len(own)} 人都在，会籍、证书、学习一眼看到", unit.window)


def _unit_of(book: Book) -> str:
    account = next(one for one in book.stage.sample["accounts"] if one["role"] == "unit_main")
    return str(account["unit"])


def _first(window: QWidget, *names: str) -> str | None:
    return next((name for name in names if hands.there(window, name)), None)


def _give_code_back(window: QWidget) -> None:
    """Read the card as a person does and type the groups that are asked for."""
    assert isinstance(window, FirstRunWindow)
    groups = []
    number = 1
    while True:
        label = window.findChild(QLabel, f"recovery.group.{number}") or window.findChild(
            Label, f"recovery.group.{number}"
        )
        if label is None:
            break
        groups.append(label.text())
        number += 1
    for name, place in zip(("recovery.first", "recovery.second"), window.form.asked, strict=True):
        hands.write(window, name, groups[place])
