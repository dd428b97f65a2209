"""Keys of a case that nothing looks at: allowed, but more often than not a slip of the pen."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from domain.packs.errors import Path, key_text
from domain.packs.pack import Pack
from domain.packs.schema import FactSpec

ASKED = ("id", "kind", "service", "given")
ROW = frozenset({"row", "card", "service", "materials"})
UPLOAD = frozenset({"material", "row", "type", "bytes", "pages", "name", "document"})


def surplus(pack: Pack, case: Mapping[str, Any]) -> list[str]:
    """The places of them. A case may carry notes of its own: only what is nearly one of its four keys is told."""
    found = [key_text((str(key),)) for key in case if key not in ASKED and _nearly_asked(str(key))]
    given = case.get("given")
    if isinstance(given, Mapping):
        found.extend(key_text(path) for path in _unknown(pack, given))
    return found


def _nearly_asked(key: str) -> bool:
    return bool(get_close_matches(key.lower(), ASKED, n=1, cutoff=0.75))


def _unknown(pack: Pack, given: Mapping[str, Any]) -> Iterator[Path]:
    facts = pack.spec.facts
    for key, value in given.items():
        where: Path = ("given", str(key))
        if key == "config":
            yield from _others(value, frozenset(pack.parameters), where)
        elif key == "rows":
            for at, row in _listed(value):
                yield from _of_row(pack, row, (*where, at))
        elif key == "uploads":
            for at, upload in _listed(value):
                yield from _others(upload, UPLOAD, (*where, at))
        elif key in facts:
            yield from _inside(facts[key], value, where)
        else:
            yield where


def _of_row(pack: Pack, row: Any, where: Path) -> Iterator[Path]:
    """Beside its own keys a row has facts in place of those outside, and fields of the form."""
    facts = pack.spec.facts
    fields = (facts["request"].of or {}) if "request" in facts else {}
    for key, value in row.items() if isinstance(row, Mapping) else ():
        spec = facts.get(key) or fields.get(key)
        if spec is not None:
            yield from _inside(spec, value, (*where, str(key)))
        elif key not in ROW:
            yield (*where, str(key))


def _inside(spec: FactSpec | str, value: Any, where: Path) -> Iterator[Path]:
    """What a group, or each group of a list, has beyond its parts. Maps and forms have keys of their own."""
    if isinstance(spec, str):
        return
    if isinstance(spec.many, dict):
        for at, each in _listed(value):
            yield from _parts(spec.many, each, (*where, at))
    elif spec.of is not None:
        yield from _parts(spec.of, value, where)


def _parts(parts: Mapping[str, FactSpec | Any], value: Any, where: Path) -> Iterator[Path]:
    for key, each in value.items() if isinstance(value, Mapping) else ():
        if key in parts:
            yield from _inside(parts[key], each, (*where, str(key)))
        else:
            yield (*where, str(key))


def _others(value: Any, known: frozenset[str], where: Path) -> Iterator[Path]:
    for key in value if isinstance(value, Mapping) else ():
        if key not in known:
            yield (*where, str(key))


def _listed(value: Any) -> Iterator[tuple[int, Any]]:
    return iter(enumerate(value if isinstance(value, list | tuple) else ()))
