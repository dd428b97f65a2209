"""One cell of a list of people: the value a roster entry has for it, or what is wrong with it in one sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from documents import identity
from documents.identity import Identity, Trouble
from documents.spreadsheets import Cell, shown

Choices = Mapping[str, Mapping[str, str]]  # key of a roster entry -> what people write -> the value it stands for


class Parsed(NamedTuple):
    """What a cell says and what is wrong with it."""

    value: str
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Reading:
    """How a list is read: the words for choices, what a resident's identity card is called, and the day."""

    today: date
    choices: Choices = field(default_factory=dict)
    written: Choices = field(default_factory=dict)  # what people write instead of these words
    identity_type: str = "mainland_id"


SERIAL_ZERO = date(1899, 12, 30)  # Excel's day 0, as it counts from March 1900 on
INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]")
SPACES = re.compile(r"\s+")
SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE]\+?\d+")
HAN = re.compile(r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


def plain(cell: Cell) -> str:
    """Digits and letters at their usual width, without spaces, invisible marks or Excel's leading apostrophe."""
    text = shown(cell)
    if text.isascii() and text.isalnum():
        return text  # as nearly all are
    return SPACES.sub("", INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).lstrip("'`’‘")


def words(cell: Cell) -> str:
    """Text as typed, with single spaces and nothing invisible. Characters of names are left exactly as they are."""
    return SPACES.sub(" ", INVISIBLE.sub("", shown(cell))).strip().lstrip("'`")


def name(cell: Cell, reading: Reading) -> Parsed:
    """A person's name: no digits, no marks, one kind of middle dot."""
    text = re.sub(r"(?<=\S)\s*[·•・‧∙⋅]\s*(?=\S)", "·", words(cell).replace("’", "'"))  # as Office writes it by itself
    if not text:
        return Parsed("", Trouble("name-missing", "没有填写姓名。"))
    if HAN.search(text):
        text = text.replace(" ", "")
    if any(char in "?？□�" or 0xE000 <= ord(char) <= 0xF8FF for char in text):
        return Parsed(text, Trouble("name-unreadable", f"姓名“{text}”里有显示不出的字，请重新输入。"))
    odd = [char for char in text if not (char.isalpha() or HAN.match(char) or char in "·. '-")]
    if odd:
        return Parsed(text, Trouble("name-characters", f"姓名里有“{''.join(odd[:5])}”，请核对。"))
    if len(text) < 2 or len(text) > 50:
        return Parsed(
            text,
            Trouble("name-length", f"姓名“{text[:20]}”只有一个字，请核对。" if len(text) < 2 else "姓名太长，请核对。"),
        )
    return Parsed(text)


def document_number(cell: Cell, resident: bool, reading: Reading) -> tuple[Parsed, Identity | None]:
    """A document's number; of a resident's identity card also what the number says."""
    text = plain(cell)
    if not text:
        return Parsed("", Trouble("number-missing", "没有填写证件号码。")), None
    lost = isinstance(cell, float | int) and abs(cell) >= 1e15
    if lost or SCIENTIFIC.fullmatch(text):
        reason = "身份证号被 Excel 存成了数字，后几位已经丢失。请把这一列设为“文本”格式后重新填写。"
        return Parsed(text, Trouble("number-lost", reason)), None
    if resident:
        if len(text) != 18:
            text = text.replace("-", "")
        found = identity.check(text, reading.today)
        if found.trouble and found.trouble.kind == "id-length" and not text.isdecimal():
            reason = f"{found.trouble.reason}若不是居民身份证，请加“证件类型”一列并填写。"
            return Parsed(found.number, Trouble("id-length", reason)), found
        return Parsed(found.number, found.trouble), found
    text = text.upper()
    if not re.fullmatch(r"[A-Z0-9()/-]{5,30}", text):
        return Parsed(text, Trouble("number-characters", f"证件号码“{text[:30]}”不像证件号码，请核对。")), None
    return Parsed(text), None


def mobile(cell: Cell, reading: Reading) -> Parsed:
    """A mobile number of the mainland: eleven digits from 13 to 19."""
    text = plain(cell)
    if not text:
        return Parsed("")
    if SCIENTIFIC.fullmatch(text):
        if "." in text and len(text.split(".")[1].lower().split("e")[0]) >= 10:
            text = f"{float(text):.0f}"
        else:
            reason = f"手机号被 Excel 存成了“{text}”，后几位已经丢失，请重新填写。"
            return Parsed(text, Trouble("mobile-lost", reason))
    digits = re.sub(r"^(\+86|0086|86(?=1\d{10}$)|0(?=1\d{10}$))", "", re.sub(r"[-()]", "", text))
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return Parsed(digits)
    if not digits.isdecimal():
        several = re.fullmatch(r"(1[3-9]\d{9})[/、,，;；].*", digits)
        if several:
            return Parsed(text, Trouble("mobile-several", "这里有几个号码，请只留一个手机号。", several[1]))
        return Parsed(text, Trouble("mobile-characters", f"手机号“{text[:20]}”里有不是数字的字符，请核对。"))
    said = f"应为 11 位，这里有 {len(digits)} 位" if len(digits) != 11 else f"没有“{digits[:2]}”开头的手机号"
    return Parsed(digits, Trouble("mobile-length", f"手机号{said}，请核对。"))


def choice(key: str, title: str, cell: Cell, reading: Reading) -> Parsed:
    """One of the values a pack knows, by what people write for it; free text where the pack knows none."""
    known, text = reading.choices.get(key), words(cell)
    if known is None or not text:
        return Parsed(text)
    bare = plain(text)
    if not re.search(r"\w", bare):  # a dash where there is nothing to say
        return Parsed("")
    for label, value in known.items():
        if bare in (plain(label), *_parts(label)) or text == value:
            return Parsed(value)
    other = reading.written.get(key, {})
    for said in (bare, re.sub(r"[(\[【].*?[)\]】]", "", bare)):
        if said in other:
            return Parsed(other[said])
    near = {
        value
        for label, value in known.items()
        for part in _parts(label)
        if part in bare or (len(bare) > 1 and bare in part)
    }
    if len(near) == 1:
        return Parsed(near.pop())
    listed = "、".join(dict.fromkeys(known))
    return Parsed(text, Trouble(f"{key}-unknown", f"{title}“{text[:20]}”不在可选范围内，可填：{listed}。"))


def _parts(label: str) -> list[str]:
    """大专 (专科) can be written either way."""
    return [part for part in re.split(r"[^\w]+", plain(label)) if len(part) > 1 or (part and part in "男女无")]


class Day(NamedTuple):
    """A day, or a month where only that was written, or what is wrong."""

    day: date | None = None
    month_only: bool = False
    trouble: Trouble | None = None


def day(title: str, cell: Cell, reading: Reading, oldest: int = 1900) -> Day:
    """A date in any of the forms people and Excel write it."""
    found = _as_day(title, cell, reading)
    if found.day and not oldest <= found.day.year <= reading.today.year + 60:
        return Day(trouble=Trouble("date-range", f"{title}“{shown(cell)}”的年份不对，请核对。"))
    return found


def _as_day(title: str, cell: Cell, reading: Reading) -> Day:
    if isinstance(cell, datetime):
        return Day(cell.date())
    if isinstance(cell, date):
        return Day(cell)
    text = _without_time(plain(cell), shown(cell))
    if re.fullmatch(r"\d+\.0+", text):
        text = text.split(".")[0]
    if isinstance(cell, float) and re.fullmatch(r"(19|20)\d\d\.1", text):
        words_ = f"{title}“{text}”分不清是 1 月还是 10 月，请写成 {text[:4]}-01 或 {text[:4]}-10。"
        return Day(trouble=Trouble("date-unclear", words_))
    if text.isdecimal():
        return _digits(title, text)
    parts = [part for part in re.split(r"[-/.．。年月日号,，\\]+", text) if part]
    if not all(part.isdecimal() for part in parts) or not 2 <= len(parts) <= 3:
        return Day(trouble=Trouble("date-form", f"{title}“{shown(cell)[:20]}”认不出来，请写成 1990-01-31 的样子。"))
    if len(parts[0]) == 4:
        return _day_of(title, text, int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) == 3 else None)
    if len(parts) == 3 and len(parts[2]) == 4:
        return _year_last(title, text, *map(int, parts))
    if len(parts) == 3 and len(parts[0]) == 2 and "年" not in shown(cell):
        year = 2000 + int(parts[0]) if int(parts[0]) <= reading.today.year % 100 else 1900 + int(parts[0])
        right = _day_of(title, text, year, int(parts[1]), int(parts[2]))
        repair = right.day.isoformat() if right.day else None
        return Day(trouble=Trouble("date-short-year", f"{title}“{text}”的年份只有两位，请写全。", repair))
    return Day(trouble=Trouble("date-form", f"{title}“{shown(cell)[:20]}”认不出来，请写成 1990-01-31 的样子。"))


def _without_time(text: str, seen: str) -> str:
    """1990-01-02 00:00:00, once its spaces are gone, is 1990-01-02 again."""
    if ":" not in seen:
        return text
    return plain(re.sub(r"[\sT]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", seen.strip()))


def _digits(title: str, text: str) -> Day:
    """19900102, 199001, or a day counted as Excel does."""
    if len(text) == 8:
        return _day_of(title, text, int(text[:4]), int(text[4:6]), int(text[6:]))
    if len(text) == 6 and text[:2] in ("19", "20"):
        return _day_of(title, text, int(text[:4]), int(text[4:]), None)
    if len(text) == 5 and 10_000 <= int(text) <= 80_000:
        return Day(SERIAL_ZERO + timedelta(days=int(text)))
    return Day(trouble=Trouble("date-form", f"{title}“{text[:20]}”认不出来，请写成 1990-01-31 的样子。"))


def _day_of(title: str, text: str, year: int, month: int, day_: int | None) -> Day:
    if not 1 <= month <= 12:
        return Day(trouble=Trouble("date-none", f"{title}“{text}”没有 {month} 月，请核对。"))
    try:
        return Day(date(year, month, 1 if day_ is None else day_), month_only=day_ is None)
    except ValueError:
        return Day(trouble=Trouble("date-none", f"{title}“{text}”没有这一天，请核对。"))


def _year_last(title: str, text: str, first: int, second: int, year: int) -> Day:
    """31/1/1990 can be read in one way only; 5/6/1990 in two."""
    if first > 12 >= second:
        return _day_of(title, text, year, second, first)
    if second > 12 >= first:
        return _day_of(title, text, year, first, second)
    words_ = f"{title}“{text}”分不清月和日，请写成 {year}-{first:02d}-{second:02d} 的样子。"
    return Day(trouble=Trouble("date-unclear", words_))


def date_text(key: str, title: str, cell: Cell, reading: Reading) -> Parsed:
    """A day as a roster entry has it; a month alone counts from its first day, which is said."""
    if plain(cell) == "":
        return Parsed("")
    found = day(title, cell, reading)
    if found.day is None:
        return Parsed(words(cell), found.trouble)
    if found.day > reading.today:
        return Parsed(found.day.isoformat(), Trouble("date-future", f"{title} {found.day} 还没有到，请核对。"))
    if found.month_only:
        told = f"{title}只有年月，按 {found.day.month} 月 1 日计。"
        return Parsed(found.day.isoformat(), Trouble("date-month", told, blocks=False))
    return Parsed(found.day.isoformat())


def month_text(key: str, title: str, cell: Cell, reading: Reading) -> Parsed:
    """A month as 2026-02; of a whole day its month."""
    text = plain(cell)
    if text == "":
        return Parsed("")
    turned = re.fullmatch(r"(\d{1,2})[-/.](\d{4})", text)
    found = day(title, f"{turned[2]}-{turned[1]}" if turned else cell, reading)
    if found.day is None:
        reason = f"{title}“{words(cell)[:20]}”认不出来，请写成 {reading.today:%Y-%m} 的样子。"
        unread = found.trouble is not None and found.trouble.kind == "date-form"
        return Parsed(words(cell), Trouble("date-form", reason) if unread else found.trouble)
    return Parsed(f"{found.day:%Y-%m}")


def free(key: str, title: str, cell: Cell, reading: Reading) -> Parsed:
    """Any text, up to a length that a form takes."""
    text = words(cell)
    long = len(text) > 200
    return Parsed(text, Trouble("text-long", f"{title}超过 200 字，请缩短。") if long else None)


PARSERS: Mapping[str, Callable[[str, str, Cell, Reading], Parsed]] = {
    "name": lambda _key, _title, cell, reading: name(cell, reading),
    "mobile": lambda _key, _title, cell, reading: mobile(cell, reading),
    "document_type": choice,
    "gender": choice,
    "education_level": choice,
    "title_level": choice,
    "birth_date": date_text,
    "graduation_date": date_text,
    "insurance_month": month_text,
    "department": free,
    "school": free,
    "specialty": free,
    "remark": free,
}
