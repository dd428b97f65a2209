"""Amounts of money as papers write them: in figures, and in capital characters that cannot be altered."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
LIMIT = Decimal("1e12")


def figures(amount: Decimal) -> str:
    """￥1,230.00"""
    return f"{'-' if amount < 0 else ''}￥{abs(amount):,.2f}"


def capitals(amount: Decimal) -> str:
    """壹仟贰佰叁拾元整: the amount in capital characters, by the rules for cheques and vouchers."""
    fen = amount.quantize(Decimal("0.01"))
    if fen != amount or abs(amount) >= LIMIT:
        raise ValueError(f"{amount} yuan is no amount in whole fen below {LIMIT}")
    yuan, rest = divmod(int(abs(fen) * 100), 100)
    jiao, cents = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        words = (words or "零元") + "整"
    else:
        words += f"{DIGITS[jiao]}角" if jiao else "零" if yuan else ""
        words += f"{DIGITS[cents]}分" if cents else "整"
    return f"负{words}" if fen < 0 else words


def _whole(number: int) -> str:
    """A whole number: groups of four places, one 零 for any run of empty places inside."""
    groups = [number // 10_000**at % 10_000 for at in range(len(GROUPS))]
    words, gap = "", False
    for at in reversed(range(len(GROUPS))):
        group = groups[at]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words, gap = words + _group(group) + GROUPS[at], False
    return words


def _group(group: int) -> str:
    """Four places: 1020 is 壹仟零贰拾."""
    words, gap = "", False
    for at in (3, 2, 1, 0):
        digit = group // 10**at % 10
        if digit:
            words += ("零" if gap and words else "") + DIGITS[digit] + UNITS[at]
            gap = False
        else:
            gap = True
    return words
