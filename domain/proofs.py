"""One signature for many texts, each of which proves itself alone: a hash tree of at most sixteen leaves.

A proof is the signature, followed by the hashes that lead from the text's own leaf to the signed root, each behind `<`
or `>` for the side it stands on. Without any, the text itself was signed. Pure: who signs and checks is the caller's.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from collections.abc import Iterator, Sequence
from functools import lru_cache

LEAVES = 16  # texts under one signature: a proof stays short enough to be printed
LONGEST = 88 + 4 * 44  # characters of a proof
_ROOT = b"huiban-tree-1\n"  # what a key signs says that it is a tree: no text of ours begins like that
_URL = str.maketrans("-_", "+/")


def groups(texts: Sequence[bytes]) -> Iterator[tuple[bytes, list[str]]]:
    """What is to be signed, and the way from each text to it: `signature + way` is that text's proof."""
    for start in range(0, len(texts), LEAVES):
        some = texts[start : start + LEAVES]
        if len(some) == 1:
            yield some[0], [""]
            continue
        level = [_leaf(text) for text in some]
        ways = [""] * len(some)
        width = 1  # leaves under one node of this level
        while len(level) > 1:
            names = [_name(node) for node in level]
            for at in range(len(some)):
                node = at // width
                if node ^ 1 < len(level):  # the last one of an odd level goes up as it is
                    ways[at] += (">" if node % 2 == 0 else "<") + names[node ^ 1]
            level = [_node(*level[at : at + 2]) if at + 1 < len(level) else level[at] for at in range(0, len(level), 2)]
            width *= 2
        yield _ROOT + level[0], ways


def signed(text: bytes, proof: str) -> tuple[bytes, str]:
    """What must have been signed for this proof of `text` to hold, and the signature; raises ValueError."""
    signature, way = proof[:86], proof[86:]
    if not way or way[0] == "=":
        return text, proof
    if len(proof) > LONGEST or len(way) % 44:
        raise ValueError("no proof")
    node = _leaf(text)
    for at in range(0, len(way), 44):
        side, other = way[at], _hash_of(way[at + 1 : at + 44])
        if side == ">":
            node = _node(node, other)
        elif side == "<":
            node = _node(other, node)
        else:
            raise ValueError("no proof")
    return _ROOT + node, signature


def _leaf(text: bytes) -> bytes:
    return hashlib.sha256(b"\0" + text).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@lru_cache(maxsize=1_024)
def _hash_of(name: str) -> bytes:
    """Neighbours share most of their way; raises ValueError."""
    if "+" in name or "/" in name:
        raise ValueError("no proof")
    return a2b_base64(name.translate(_URL) + "=", strict_mode=True)


def _name(node: bytes) -> str:
    return urlsafe_b64encode(node).rstrip(b"=").decode()
