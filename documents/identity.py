"""Identity numbers as people type them: tidied, checked by python-stdnum, and what is wrong in one sentence."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent


class Trouble(NamedTuple):
    """What is wrong with a value, in words for a person, and the value it should have where that is certain."""

    kind: str
    reason: str
    repair: str | None = None
    blocks: bool = True


class Identity(NamedTuple):
    """A resident's number and what it says."""

    number: str
    birth: date | None = None
    male: bool | None = None
    trouble: Trouble | None = None


FIRST_NUMBERS = 1984  # the year in which numbers were first given; whoever was born before got theirs then or later
LOOKALIKES = str.maketrans(
    {"O": "0", "o": "0", "〇": "0", "I": "1", "l": "1", "|": "1", "×": "X", "Х": "X", "χ": "X", "*": "X"}
)


def check(text: str, today: date) -> Identity:
    """The number, tidied; its birth date and sex; and what is wrong with it, if anything is."""
    number = text.upper()
    if len(number) == 15 and number.isdecimal():
        return _old(number, today)
    if len(number) != 18:
        return Identity(number, trouble=Trouble("id-length", f"身份证号应为 18 位，这里有 {len(number)} 位。"))
    if not (number[:17].isdecimal() and (number[17].isdecimal() or number[17] == "X")):
        return Identity(number, trouble=_odd_characters(text, today))
    try:
        birth = ric.get_birth_date(number)
    except InvalidComponent:
        said = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        return Identity(number, trouble=Trouble("id-date", f"身份证号第 7 至 14 位“{said}”不是日期，请核对。"))
    male = int(number[16]) % 2 == 1
    if not date(1900, 1, 1) <= birth <= today:
        return Identity(
            number, trouble=Trouble("id-date", f"身份证号里的出生日期 {birth} 不可能，请核对第 7 至 14 位。")
        )
    if number[17] != ric.calc_check_digit(number):
        return Identity(number, trouble=Trouble("id-check", "身份证号最后一位校验不对，请核对第 18 位。"))
    if not _county(number[:6], birth.year, today.year):  # the table may be behind the times: told, not refused
        words = f"身份证号前 6 位“{number[:6]}”查不到地区，请核对。"
        return Identity(number, birth, male, Trouble("id-place", words, blocks=False))
    return Identity(number, birth, male)


@lru_cache(maxsize=4096)  # a unit's people come from few counties, and the search is the slowest part
def _county(area: str, born: int, until: int) -> bool:
    """Whether there was a county of this code when the number can have been given: at birth or at any time after it."""
    return any(_county_in(area, year) for year in range(max(born, FIRST_NUMBERS), until + 1))


def _county_in(area: str, year: int) -> bool:
    try:
        ric.get_birth_place(f"{area}{year}0101")
    except InvalidComponent:
        return False
    return True


def _old(number: str, today: date) -> Identity:
    """A number of the first generation: the new one can be computed, and is offered."""
    bare = f"{number[:6]}19{number[6:]}"
    new = bare + str(ric.calc_check_digit(bare + "0"))
    right = check(new, today)
    blocked = right.trouble is not None and right.trouble.blocks
    words = "这是 15 位的旧身份证号，" + ("请填写 18 位的身份证号。" if blocked else f"对应的 18 位号码是 {new}。")
    return Identity(number, trouble=Trouble("id-old", words, None if blocked else new))


def _odd_characters(text: str, today: date) -> Trouble:
    """Letters where digits belong: where the digits they resemble make a true number, that is the repair."""
    guess = text.translate(LOOKALIKES).upper()
    wrong = [at for at, char in enumerate(text.upper(), 1) if not (char.isdecimal() or (char == "X" and at == 18))]
    words = f"身份证号第 {'、'.join(map(str, wrong[:4]))} 位“{text[wrong[0] - 1]}”不是数字"
    if guess != text.upper() and guess[:17].isdecimal() and check(guess, today).trouble is None:
        return Trouble("id-letters", f"{words}，应为“{guess}”。", guess)
    return Trouble("id-letters", f"{words}，请核对。")
