"""Forms as large as real ones: 4.1 KB of JSON, Chinese text, five people."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uuid_utils

from domain.operations import Kind
from sync.store.local import LocalStore
from sync.store.operations import Sketch
from sync.store.signing import ask

SURNAMES, GIVEN = "张王李赵陈刘杨黄吴周徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
WORDS = "工程造价咨询监理安全生产继续教育培训报名市政房屋建筑机电水利公路通信电力矿山冶炼化工石油农林铁路航天港口"


def a_form(number: int) -> dict[str, Any]:
    """Five rows, each person different; the same for the same number."""
    chance = random.Random(number)

    def text(length: int) -> str:
        return "".join(chance.choices(WORDS, k=length))

    def person(at: int) -> dict[str, Any]:
        return {
            "row": f"r{at}",
            "person": f"person/{UUID(bytes=chance.randbytes(16))}",
            "values": {
                "name": chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN),
                "id_number": "".join(chance.choices("0123456789", k=18)),
                "mobile": "13" + "".join(chance.choices("0123456789", k=9)),
                "certificate_type": chance.choice(["监理员", "专业监理工程师"]),
                "work_unit": "广州示例工程监理有限公司",
                "remark": text(40) + "广州示例工程监理有限公司学习报名" * 6,
            },
        }

    return {"values": {"remark": text(60)}, "cards": {"initial": [person(at) for at in range(5)]}, "attachments": []}


def queue_forms(
    local: LocalStore, account: str, forms: Sequence[Mapping[str, Any]], blobs: Sequence[str] = ()
) -> list[str]:
    """Puts a save-draft with each form into the outbox."""
    now = datetime.now(UTC)
    with local.transaction() as writer:
        return [
            ask(
                writer,
                account,
                Kind.SAVE_DRAFT,
                f"draft/{uuid_utils.uuid7()}",
                {"service": "letter", "title": "来信", "form": form},
                now=now,
                sketch=Sketch("来信"),
                edition="1",
                blobs=blobs,
            )
            for form in forms
        ]
