"""Letters with defaults, so that a test states only what matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from documents.letter import letter
from documents.paper import Paper
from documents.templates import PaperTemplate

UNIT = "广州某某国际工程咨询与建设监理集团股份有限公司第一分公司"  # 28 characters
NAMES = ("张喆", "欧阳𬱖", "王芳", "李㛃", "阿依古丽·买买提")
TEMPLATE: dict[str, Any] = {
    "id": "commitment-letter",
    "label": "单位承诺书",
    "title": "单位承诺书",
    "intro": [
        "{协会}：",
        "我单位{单位}就本次{业务}（短码 {短码}）郑重承诺如下：",
        "一、下列人员均为本单位在职人员，已与本单位依法建立劳动关系，并由本单位为其缴纳社会保险。",
        "二、所提交的身份、学历、职称、社会保险等资料真实、完整、有效，复印件与原件一致，没有隐瞒和伪造。",
        "三、如有不实，本单位愿意承担由此产生的一切责任，并配合协会核查处理。",
    ],
    "table": {
        "cards": {"first": "初始教育", "again": "继续教育"},
        "columns": [
            {"title": "姓名", "value": "person.name", "width": 1.1},
            {"title": "身份证号码", "value": "person.id_number", "width": 2.2},
            {"title": "申请证书", "value": "row.certificate_type", "width": 2},
            {"title": "专业", "value": "row.specialties", "width": 2},
        ],
    },
    "closing": ["以上共 {人数} 人。特此承诺。"],
    "blocks": [
        {"kind": "seal", "label": "承诺单位（盖章）"},
        {"kind": "sign", "label": "经办人"},
        {"kind": "sign", "label": "联系电话"},
        {"kind": "date", "label": "日期"},
    ],
    "footnote": "本承诺书由单位打印、盖章后扫描上传。",
}
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
