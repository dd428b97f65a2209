"""Are the papers complete and acceptable? Missing and unacceptable ones, by material and by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from domain.expressions.compiling import Compiled
from domain.expressions.env import Env
from domain.judging import Frame, fill
from domain.operations import Finding
from domain.packs.facts import FactError, read_int, read_map, read_text
from domain.packs.rules import Material
from domain.packs.service import Service
from domain.questions import CannotAsk, Question, Row

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is attached; what is not known of it breaks no limit."""

    material: str
    row: str | None = None
    type: str | None = None
    bytes: int | None = None
    pages: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unacceptable:
    """A file that breaks a limit: which one, and the sentence for people."""

    material: str
    row: str | None
    limit: str
    rule: str | None
    sentence: str
    name: str = ""


@dataclass(frozen=True)
class Place:
    """Where a material is asked: the whole form, or one row."""

    service: Service
    material: Material
    env: Env
    row: str | None
    card: str = ""

    @cached_property
    def limits(self) -> "Limits":
        """What a file may be here."""
        return limits_of(self.material, self.env)


@dataclass(frozen=True, slots=True)
class Papers:
    """What is missing and what is not acceptable."""

    asked: tuple[tuple[Place, bool], ...]  # every place, and whether something is needed there
    missing: tuple[Place, ...]
    invalid: tuple[Unacceptable, ...]
    findings: tuple[Finding, ...]


def examine(question: Question) -> Papers:
    """Looks at every place where a paper is asked for, and at every file that is attached."""
    uploads = read_uploads(question.given.get("uploads"))
    named = tuple(question.env.facts.get("materials") or ())
    rows = {row.id: row for row in question.rows or ()}
    asked: list[tuple[Place, bool]] = []
    missing: list[Place] = []
    invalid: dict[Unacceptable, None] = {}
    for place in places(question):
        if _sure(place.material.asked, place.env) is False:
            continue
        attached = _attached(place.row, uploads, named, rows)
        needed = _sure(place.material.required, place.env) is True
        asked.append((place, needed))
        if needed and not _served(place, attached):
            missing.append(place)
        invalid.update(dict.fromkeys(_limits(place, uploads)))
    frames = question.frames("materials")
    if question.given.get("review") is not None:
        frames = [*frames, *(frame for frame in question.frames("review") if _about_material(frame))]
    findings: dict[Finding, None] = {}
    for frame in frames:
        findings.update(dict.fromkeys(frame.findings()))
    return Papers(tuple(asked), tuple(missing), tuple(invalid), tuple(findings))


def _about_material(frame: Frame) -> bool:
    frame.rules = [rule for rule in frame.rules if rule.spec.material is not None]
    return bool(frame.rules)


def read_uploads(given: Any) -> tuple[Upload, ...]:
    try:
        if given is None:
            return ()
        if not isinstance(given, list | tuple):
            raise FactError("事实 uploads 应为列表")
        return tuple(_upload(read_map(each, f"uploads[{at}]"), f"uploads[{at}]") for at, each in enumerate(given))
    except FactError as error:
        raise CannotAsk(str(error)) from None


def _upload(given: Mapping[str, Any], path: str) -> Upload:
    def maybe(key: str, read: Any) -> Any:
        return None if given.get(key) is None else read(given[key], f"{path}.{key}")

    if given.get("material") is None:
        raise FactError(f"事实 {path} 缺少 material")
    kind = maybe("type", read_text)
    return Upload(
        read_text(given["material"], f"{path}.material"),
        maybe("row", read_text),
        kind.lower().lstrip(".") if kind is not None else None,
        maybe("bytes", read_int),
        maybe("pages", read_int),
        maybe("name", read_text) or "",
    )


def places(question: Question) -> list[Place]:
    """Every place at which the service, or a part of a combined form, asks for a paper. Each form material once."""
    service, made = question.service, []
    forms: dict[str, Place] = {}

    def add(part: Service, env: Env, row: str | None, card: str) -> None:
        for material in part.materials:
            if material.spec.kind == "paper":
                continue
            if material.spec.scope == "form" or row is None:
                forms.setdefault(material.id, Place(part, material, env, None))
            else:
                made.append(Place(part, material, env, row, card))

    if question.rows is None:
        add(service, question.env, None, "")
    else:
        for material in service.materials:
            if material.spec.scope == "form":
                forms.setdefault(material.id, Place(service, material, question.env, None))
        for row in question.rows:
            add(row.service, row.env, row.id, row.card)
    by_items = question.rows is None or all(row.service is service for row in question.rows)
    if service.combined_items is not None and by_items:
        for frame in question.frames("materials"):
            if frame.part:
                add(frame.service, frame.env, frame.row, frame.card)
    return [*forms.values(), *made]


def _attached(
    row: str | None, uploads: Sequence[Upload], named: tuple[str, ...], rows: Mapping[str, Row]
) -> frozenset[str]:
    """What is there for a row: its own papers and those of the whole form. For the form: any file will do."""
    found = set(named)
    found.update(upload.material for upload in uploads if row is None or upload.row in (None, row))
    for each in rows.values():
        if row is None or each.id == row:
            found.update(each.materials)
    return frozenset(found)


def _served(place: Place, attached: frozenset[str]) -> bool:
    spec = place.material.spec
    if spec.id in attached or attached.intersection(spec.satisfied_by):
        return True
    if place.material.also is not None and place.material.also(place.env) is True:
        return True
    return in_profile(place)


def in_profile(place: Place) -> bool:
    """Whether what lies in the person's file serves here."""
    return place.material.id in profile(place.env) and _sure(place.material.reuse, place.env) is True


def profile(env: Env) -> frozenset[str]:
    """Materials that lie in the person's file."""
    person = env.facts.get("person")
    stored = person.get("stored_materials") if isinstance(person, Mapping) else None
    return frozenset(stored) if isinstance(stored, list) else frozenset()


def _limits(place: Place, uploads: Sequence[Upload]) -> list[Unacceptable]:
    material, spec = place.material, place.material.spec
    mine = [
        each for each in uploads if each.material == spec.id and (place.row is None or each.row in (None, place.row))
    ]
    limits = place.limits
    words, made = place.service.pack.spec.files, []

    def refuse(upload: Upload, limit: str, text: str) -> None:
        values = {
            "材料": spec.label,
            "文件": upload.name or spec.label,
            "格式": "、".join(each.upper() for each in limits.types),
            "大小": limits.size_text,
            "页数": spec.pages,
            "件数": spec.max_files,
        }
        # `limit` is one of the keys: a plain str to the checker
        rule = material.spec.limit_rules.get(limit)  # type: ignore[call-overload]
        made.append(Unacceptable(spec.id, upload.row or place.row, limit, rule, fill(text, values), upload.name))

    for upload in mine:
        if upload.type is not None and limits.types and _plain(upload.type) not in map(_plain, limits.types):
            refuse(upload, "types", words.finding_type)
        if upload.bytes is not None and limits.bytes is not None and upload.bytes > limits.bytes:
            refuse(upload, "bytes", words.finding_size)
        if upload.pages is not None and spec.pages is not None and upload.pages != spec.pages:
            refuse(upload, "pages", words.finding_pages)
    if spec.max_files is not None and len(mine) > spec.max_files:
        refuse(mine[-1], "files", words.finding_count)
    return made


def _plain(kind: str) -> str:
    return "jpg" if kind == "jpeg" else kind


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file for a material may be. `bytes` inclusive; None: no limit."""

    types: tuple[str, ...]
    bytes: int | None
    size_text: str


def limits_of(material: Material, env: Env) -> Limits:
    """The limits in force under the parameters of that question."""
    kinds = _value(material.types, env)
    types = tuple(str(each).lower() for each in kinds) if isinstance(kinds, list | tuple) else ()
    exact, megabytes = _value(material.max_bytes, env), _value(material.max_mb, env)
    if isinstance(exact, int | Decimal):
        return Limits(types, int(exact), f"{int(exact) // 1024} KB")
    if isinstance(megabytes, int | Decimal):
        return Limits(types, int(megabytes * MEGABYTE), f"{megabytes} MB")
    return Limits(types, None, "")


def _value(limit: Any, env: Env) -> Any:
    return limit(env) if isinstance(limit, Compiled) else limit


def _sure(condition: Compiled | bool, env: Env) -> Any:
    return condition(env) if isinstance(condition, Compiled) else condition
