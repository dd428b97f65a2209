"""How names sound: pinyin for search and for order, with surnames read as surnames."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "查": "zha", "解": "xie", "任": "ren", "朴": "piao", "区": "ou",
    "盖": "ge", "华": "hua", "纪": "ji", "缪": "miao", "宁": "ning", "覃": "qin", "冼": "xian", "燕": "yan",
    "尉": "wei", "乐": "yue", "翟": "zhai", "訾": "zi", "折": "she", "黑": "he", "员": "yun", "繁": "po",
    "召": "shao", "种": "chong", "秘": "bi", "盛": "sheng", "石": "shi", "葛": "ge", "哈": "ha", "那": "na",
    "尹": "yin", "牟": "mou", "臧": "zang", "卜": "bu", "车": "che", "沈": "shen", "曲": "qu", "佘": "she",
    "逄": "pang", "隗": "wei", "晁": "chao", "占": "zhan", "洗": "xian", "莘": "shen", "郇": "xun", "贲": "ben",
    "万": "wan", "于": "yu", "俞": "yu", "阚": "kan", "厍": "she", "郗": "xi",
}  # fmt: skip
DOUBLE = {
    "欧阳": ("ou", "yang"), "上官": ("shang", "guan"), "司马": ("si", "ma"), "诸葛": ("zhu", "ge"),
    "尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"), "万俟": ("mo", "qi"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "夏侯": ("xia", "hou"), "皇甫": ("huang", "fu"), "令狐": ("ling", "hu"),
}  # fmt: skip


def normal(text: str) -> str:
    """As search compares: full width made half, lower case, without spaces and ASCII punctuation."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in folded if letter.isalnum() or not (letter.isascii() or letter.isspace()))


def syllables(name: str) -> tuple[str, ...]:
    """A person's name, one syllable a character; what is not Chinese stays as it is."""
    if name[:2] in DOUBLE:
        return (*DOUBLE[name[:2]], *_spoken(name[2:]))
    if name[:1] in SURNAMES:
        return (SURNAMES[name[:1]], *_spoken(name[1:]))
    return (*_spoken(name[:1]), *_spoken(name[1:]))


@lru_cache(maxsize=65_536)
def _spoken(part: str) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin  # half a second and 25 MB: only for those who come to sort names

    return tuple(lazy_pinyin(part, style=Style.NORMAL)) if part else ()


def initials(name: str) -> str:
    """zwm for 张伟明."""
    return "".join(sound[:1] for sound in syllables(name)).lower()


def full(name: str) -> str:
    """zhangweiming for 张伟明."""
    return "".join(syllables(name)).lower()


def sorting(name: str) -> str:
    """Orders names as a register does: by sound, syllable by syllable, then by the characters."""
    return " ".join(syllables(name)).lower() + "\t" + name
