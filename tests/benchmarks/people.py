"""A hundred thousand people as they might be, the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖"
    "田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢单仇查解欧阳"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红梅建国志海波辉玲宇婷欣怡梓涵子轩浩然思雨嘉怡俊熙喆瑜琪珊晨曦"
)
AREAS = ["440104", "440106", "440305", "441900", "440604", "110101", "310115", "510104", "430102", "420106"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def an_identity_number(chance: random.Random) -> str:
    """With the right last digit."""
    day = f"{chance.randint(1960, 2003)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    head = f"{chance.choice(AREAS)}{day}{chance.randint(0, 999):03}"
    return head + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS, strict=True)) % 11]


def bodies(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """A person, and for two of three a certificate."""
    chance = random.Random(seed)
    for number in range(count):
        person = f"person/{number:08}"
        name = chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2))))
        yield {"id": person, "unit": "unit/u1", "name": name, "id_number": an_identity_number(chance)}
        if number % 3:
            yield {
                "id": f"certificate/{number:08}",
                "person": person,
                "type": "supervisor",
                "number": f"粤监{chance.randint(2010, 2025)}{number:06}",
                "valid_until": "2026-12-31",
            }
