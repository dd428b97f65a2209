"""Letters with defaults, so that a test states only what matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from documents.letter import letter
from documents.paper import Paper
from documents.templates import PaperTemplate

UNIT = "广州某某国际工程咨询与建设监理集团股份有限公司第一分公司"  # 28 characters
NAMES = ("张喆", "欧阳𬱖", "王芳", "李㛃", "阿依古丽·买买提")
TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "templates"
SHIPPED: dict[str, Any] = yaml.safe_load((TEMPLATES / "commitment-letter.yaml").read_text("utf-8"))
TEMPLATE = SHIPPED | {"table": SHIPPED["table"] | {"cards": {"first": "初始教育", "again": "继续教育"}}}
LABELS = {"row.certificate_type": {"engineer": "专业监理工程师"}}


def people(count: int, names: Sequence[str] = NAMES) -> list[Mapping[str, Any]]:
    """Rows of people, numbered."""
    return [
        {
            "person": {"name": names[at % len(names)], "id_number": f"44010119900101{at:04d}"},
            "row": {"certificate_type": "engineer", "specialties": ["房屋建筑工程"]},
        }
        for at in range(count)
    ]


def a_letter(count: int = 3, *, unit: str = UNIT, names: Sequence[str] = NAMES, day: date | None = None) -> Paper:
    """A commitment letter for so many people, most of them on the first card."""
    rows = people(count, names)
    split = count - count // 3
    values = {"协会": "广州市示例建设监理行业协会", "单位": unit, "业务": "学习报名申请", "人数": str(count)}
    return letter(
        PaperTemplate.from_mapping(TEMPLATE),
        values=values | {"短码": "3F9A11C7"},
        people={"first": rows[:split], "again": rows[split:]},
        labels=LABELS,
        short_code="3F9A11C7",
        day=day or date(2026, 3, 1),
        signed={"经办人": "王芳"},
    )


def floor_arguments(count: int) -> tuple[str, list[str], list[list[list[str]]], list[str], str]:
    """The same letter's content for the benchmark's floor."""
    rows = [
        [str(at), str(row["person"]["name"]), str(row["person"]["id_number"]), "专业监理工程师", "房屋建筑工程"]
        for at, row in enumerate(people(count), 1)
    ]
    head = ["序号", "姓名", "身份证号码", "申请证书", "专业"]
    split = count - count // 3
    words = [str(text) for text in TEMPLATE["intro"]]
    sign = ["以上共 8 人。特此承诺。", f"承诺单位（盖章）：{UNIT}", "经办人：王芳", "日期：2026年3月1日"]
    return "单位承诺书", words, [[head, *rows[:split]], [head, *rows[split:]]], sign, "3F9A11C7"
