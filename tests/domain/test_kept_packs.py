"""A pack kept as bytes answers as the pack that was read; bytes that are something else make nothing."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path

import pytest

from domain.cases import ask, read_cases
from domain.packs import Pack, digest, parse, texts
from domain.packs.keeping import NotKept, keep, kept

ROOT = Path(__file__).resolve().parents[2]
FILES = texts(ROOT / "resources" / "packs" / "gdjlxh-2025")
CASES = sorted((ROOT / "tests" / "cases").rglob("*.yaml"))


@pytest.fixture(scope="module")
def pack() -> Pack:
    return parse(FILES)


def test_a_kept_pack_is_the_same(pack: Pack) -> None:
    again = kept(keep(pack), FILES, digest(FILES))
    assert again.spec == pack.spec
    assert (again.id, again.edition, again.digest, again.files) == (pack.id, pack.edition, pack.digest, pack.files)


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_a_kept_pack_answers_alike(pack: Pack, cases: Path) -> None:
    again = kept(keep(pack), FILES, digest(FILES))
    asked = read_cases(cases.read_text(encoding="utf-8"))
    assert [ask(again, case) for case in asked] == [ask(pack, case) for case in asked]


def test_bytes_that_were_cut_or_changed_are_refused(pack: Pack) -> None:
    made = keep(pack)
    for bad in (b"", made[:-1], made[: len(made) // 2], made[:50] + bytes([made[50] ^ 1]) + made[51:]):
        with pytest.raises(NotKept):
            kept(bad, FILES, digest(FILES))


def test_another_editions_bytes_are_refused(pack: Pack) -> None:
    with pytest.raises(NotKept):
        kept(keep(pack), FILES, "0" * 64)


class Call:
    """Bytes that want something done when they are read."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (str(self._mark), 0o700)


def test_bytes_call_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "called"
    body = pickle.dumps((digest(FILES), Call(mark)))
    with pytest.raises(NotKept):
        kept(hashlib.sha256(body).digest() + body, FILES, digest(FILES))
    assert not mark.exists()
