"""Which column of somebody's list is what: titles in any order and many words, under any title rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from documents.spreadsheets import Cell, RawTable, shown

# Title on our own papers first, then how people call it. The key is that of a roster entry.
_WRITTEN = {
    "name": "姓名 名字 人员姓名 员工姓名 职工姓名 真实姓名 学员姓名 人员名称",
    "document_type": "证件类型 证件类别 身份证件类型 证件种类 有效证件类型",
    "document_number": "证件号码 身份证号码 身份证号 身份证 身份证件号码 身份证件号 证件号 公民身份号码 公民身份证号码 "
    "居民身份证号码 居民身份证号 证件编号 身份证编号 身份号码 身份证明号码 idcard",
    "gender": "性别 男女",
    "birth_date": "出生日期 出生年月日 出生年月 生日 出生时间",
    "mobile": "手机号码 手机号 手机 移动电话 联系电话 电话 联系方式 本人手机 本人手机号码 电话号码 手机电话 联系手机",
    "department": "部门 所在部门 科室 项目部 所属部门 部门项目 所在项目",
    "education_level": "学历 最高学历 文化程度 学历层次 教育程度",
    "school": "毕业院校 毕业学校 学校 院校 毕业院校名称 毕业学校名称",
    "specialty": "所学专业 专业 学历专业 毕业专业 专业名称",
    "graduation_date": "毕业日期 毕业时间 毕业年月 毕业证日期 毕业证书日期 学历取得时间",
    "title_level": "职称 职称等级 职称级别 技术职称 专业技术职称 职称层级",
    "insurance_month": "社保月份 社保缴纳月份 最新社保月份 社保缴费月份 社保年月 社会保险月份 社保最新月份 社保 "
    "参保月份 社保缴至月份 社保缴至",
    "remark": "备注 说明 备注说明",
}
KNOWN: Mapping[str, tuple[str, ...]] = {key: tuple(text.split()) for key, text in _WRITTEN.items()}
REQUIRED = ("name", "document_number")
TITLES = {key: words[0] for key, words in KNOWN.items()}
LOOK_AT = 40  # rows: a header further down is none
_WORDS = {word: key for key, words in KNOWN.items() for word in words}
_INSIDE = (("身份证号", "document_number"), ("证件号码", "document_number"), ("手机号", "mobile"))


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """One column of the list: what its title says and which key it was taken for (None: not used)."""

    index: int
    title: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Matching:
    """Where the header stands and what each column is. A person may say otherwise."""

    header: int  # row, from 0
    columns: tuple[FoundColumn, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The needed keys that no column has."""
        return tuple(key for key in REQUIRED if key not in {column.key for column in self.columns})

    @property
    def unused(self) -> tuple[FoundColumn, ...]:
        """Columns with a title that serve for nothing."""
        return tuple(column for column in self.columns if column.title and column.key is None)

    def assign(self, index: int, key: str | None) -> Matching:
        """The same, but this column is that key: whichever had it before is unused then."""
        changed = (
            replace(column, key=key)
            if column.index == index
            else replace(column, key=None)
            if key and column.key == key
            else column
            for column in self.columns
        )
        return replace(self, columns=tuple(changed))


def simplified(title: str) -> str:
    """A title without what varies: width, case, spaces, marks, and anything in brackets."""
    text = unicodedata.normalize("NFKC", title).lower()
    text = re.sub(r"[(\[【〔].*?[)\]】〕]", "", text)
    return re.sub(r"[^\w]|_", "", text)


def key_of(title: str) -> str | None:
    """The key a title stands for, if it is known."""
    text = simplified(title)
    if text in _WORDS:
        return _WORDS[text]
    if any(other in text for other in ("紧急", "家庭", "单位", "法人", "照片", "复印", "有效期", "正面", "反面")):
        return None
    return next((key for part, key in _INSIDE if part in text), None)


def match_columns(table: RawTable) -> Matching | None:
    """The row that looks most like a header, with its columns; None where no row names at least two known columns."""
    best: tuple[int, Matching] | None = None
    for at, row in enumerate(table.rows[:LOOK_AT]):
        columns = _columns(row)
        keys = {column.key for column in columns if column.key}
        score = len(keys) + 2 * len(keys & set(REQUIRED))
        if len(keys) >= 2 and (best is None or score > best[0]):
            best = (score, Matching(at, columns))
    return best[1] if best else None


def best_table(tables: Sequence[RawTable]) -> tuple[RawTable, Matching | None]:
    """Of the sheets of a file the one whose header fits best; the first one where none does."""
    found = [(table, match) for table in tables if (match := match_columns(table))]
    if not found:
        return tables[0], None
    return max(found, key=lambda pair: (-len(pair[1].missing), sum(1 for column in pair[1].columns if column.key)))


def _columns(row: Sequence[Cell]) -> tuple[FoundColumn, ...]:
    """Each cell as a title; a key that comes twice belongs to the first, an exact word before a likely one."""
    titles = [shown(cell).strip() for cell in row]
    exact = [_WORDS.get(simplified(title)) for title in titles]
    taken: set[str] = set()
    columns = []
    for index, title in enumerate(titles):
        key = exact[index] or (guess if (guess := key_of(title)) not in exact else None)
        columns.append(FoundColumn(index, title, key if key not in taken else None))
        if key:
            taken.add(key)
    return tuple(columns)
