"""One signature for many texts, each of which proves itself alone: a hash tree of sixteen leaves, or sixty-four.

A proof is the signature, followed by the hashes that lead from the text's own leaf to the signed root, each behind `<`
or `>` for the side it stands on. Without any, the text itself was signed. Pure: who signs and checks is the caller's.
"""

from __future__ import annotations

import hashlib
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator, Mapping, Sequence

LEAVES = 16  # texts under one signature: a proof stays short enough to be printed
MANY = 64  # … where nobody prints it
LONGEST = 88 + 6 * 44  # characters of a proof
_ROOT = b"huiban-tree-1\n"  # what a key signs says that it is a tree: no text of ours begins like that
_SAFE = bytes.maketrans(b"+/", b"-_")


def groups(texts: Sequence[bytes], leaves: int = LEAVES) -> Iterator[tuple[bytes, list[str]]]:
    """What is to be signed, and the way from each text to it: `signature + way` is that text's proof."""
    for start in range(0, len(texts), leaves):
        some = texts[start : start + leaves]
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
    signature, way = parts(proof)
    if not way:
        return text, proof
    root, _ = climb(text, way, {})
    assert root is not None  # nothing is known to be met on the way
    return root, signature


def parts(proof: str) -> tuple[str, str]:
    """The signature and the way of a proof; without a way it is a signature and nothing else."""
    if len(proof) <= 88:
        return proof, ""
    if len(proof) > LONGEST or len(proof) % 44 != 86 % 44:
        raise ValueError("no proof")
    return proof[:86], proof[86:]


def climb(text: bytes, way: str, known: Mapping[bytes, str]) -> tuple[bytes | None, dict[bytes, str]]:
    """What must have been signed, or None where the way joins one that is `known`; and the nodes on it and beside it.

    Nodes stand with the rest of their way. Once the root proves signed they are all known, for what was hashed into a
    proven node is as proven as that. Raises ValueError.
    """
    node = _leaf(text)
    met: dict[bytes, str] = {}
    while way:
        if known.get(node) == way:
            return None, met
        met[node] = way
        side, other, way = way[0], _hash_of(way[1:44]), way[44:]
        if side == ">":
            met[other] = f"<{_name(node)}{way}"
            node = _node(node, other)
        elif side == "<":
            met[other] = f">{_name(node)}{way}"
            node = _node(other, node)
        else:
            raise ValueError("no proof")
    return _ROOT + node, met


def _leaf(text: bytes) -> bytes:
    return hashlib.sha256(b"\0" + text).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _hash_of(name: str) -> bytes:
    if "+" in name or "/" in name:
        raise ValueError("no proof")
    return a2b_base64(name.replace("-", "+").replace("_", "/") + "=", strict_mode=True)


def _name(node: bytes) -> str:
    return b2a_base64(node, newline=False)[:-1].translate(_SAFE).decode()
