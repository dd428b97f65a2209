"""Amounts in capital characters, by the examples of the rules for vouchers, and read back for every amount."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.amounts import DIGITS, capitals, figures


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾元整"),
        ("1230.00", "壹仟贰佰叁拾元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100000000", "壹亿元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("20000500.00", "贰仟万零伍佰元整"),
        ("-20", "负贰拾元整"),
    ],
)
def test_amounts_in_capitals(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


def read_back(words: str) -> Decimal:
    """The amount that capitals say."""
    whole, total, section, digit, rest = "元" in words, 0, 0, 0, Decimal(0)
    for char in words.removesuffix("整"):
        if char in DIGITS:
            digit = DIGITS.index(char)
        elif char in "拾佰仟":
            section, digit = section + digit * 10 ** ("拾佰仟".index(char) + 1), 0
        elif char in "万亿":
            total, section, digit = total + (section + digit) * 10 ** (4 if char == "万" else 8), 0, 0
        elif char == "元":
            total, section, digit = total + section + digit, 0, 0
        else:
            rest, digit = rest + Decimal(digit) / (10 if char == "角" else 100), 0
    assert whole or not total
    return total + rest


@given(st.decimals(0, 10**12 - 1, places=2))
def test_every_amount_can_be_read_back(amount: Decimal) -> None:
    assert read_back(capitals(amount)) == amount


@pytest.mark.parametrize("amount", ["0.001", "1e12"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="whole fen"):
        capitals(Decimal(amount))


def test_figures_have_thousands() -> None:
    assert figures(Decimal("1234567.5")) == "￥1,234,567.50"
