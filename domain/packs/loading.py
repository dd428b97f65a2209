"""Reading a pack: from a folder or from texts of the feed. The one place in `domain` that reads files."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path as Folder
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from domain.packs.errors import PackError, Path, Problem, key_text
from domain.packs.facts import FactError, reader
from domain.packs.pack import Origin, Pack
from domain.packs.parameters import read_parameter
from domain.packs.schema import PackSpec
from domain.packs.wording import value_words

if TYPE_CHECKING:
    from domain.packs.reading import Document

FOLDERS = {"services": "service", "documents": "id", "tables": "table"}


def load(folder: Folder, *, check: bool = True) -> Pack:
    """The pack in a folder. Raises PackError; `check=False` leaves expressions uncompiled until they are asked."""
    return parse(texts(folder), check=check)


def texts(folder: Folder) -> dict[str, str]:
    """The files of a pack by their path in its folder. Raises PackError."""
    if not (folder / "pack.yaml").is_file():
        raise PackError([Problem(str(folder), 1, "", "这里没有 pack.yaml")])
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise PackError([Problem(name, 1, "", "不是 UTF-8 编码的文字文件")]) from None
        except OSError:
            raise PackError([Problem(name, 1, "", "读不出来，请核对文件是否还在、有没有读取它的权限")]) from None
    return files


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 over the files' names and texts in a fixed order: what a signature of the edition covers."""
    made = hashlib.sha256(b"huiban-pack-1\n")
    for name in sorted(files):
        body = files[name].replace("\r\n", "\n").encode()
        made.update(f"{name}\n{len(body)}\n".encode())
        made.update(body)
    return made.hexdigest()


def parse(files: Mapping[str, str], *, check: bool = True) -> Pack:
    """A pack from the texts of its files, by their path in the folder."""
    from domain.packs.reading import read_strict  # and with it YAML: a pack that was kept needs none

    documents = [read_strict(name, files[name]) for name in sorted(files) if name.endswith(".yaml")]
    merged: dict[str, Any] = {folder: {} for folder in FOLDERS}
    sections: dict[str, Document] = {}
    parts: dict[tuple[str, str], Document] = {}
    problems: list[Problem] = []
    for document in documents:
        if not isinstance(document.value, dict):
            problems.append(Problem(document.file, 1, "", "规则包的文件应为一组键和值"))
            continue
        folder = PurePosixPath(document.file).parts[0] if "/" in document.file else ""
        if folder in FOLDERS:
            name = str(document.value.get(FOLDERS[folder], ""))
            if name in merged[folder]:
                problems.append(Problem(document.file, 1, FOLDERS[folder], f"“{name}”在两个文件里都有"))
            merged[folder][name] = document.value
            parts[folder, name] = document
            continue
        for key, value in document.value.items():
            if key in sections:
                where = f"这个键在 {sections[key].file} 里已经有了"
                problems.append(Problem(document.file, document.line((key,)), key, where))
            sections[key] = document
            merged[key] = value
    if problems:
        raise PackError(problems)
    try:
        spec = PackSpec.model_validate(merged)
    except ValidationError as error:
        raise PackError(_told_once(_problem(each, sections, parts) for each in error.errors())) from None
    origins = {"": Origin(sections)}
    for (folder, name), document in parts.items():
        if folder == "services":
            origins[name] = Origin(sections, document)
    if problems := [*_defaults(spec, sections)]:
        raise PackError(problems)
    pack = Pack(spec, files, digest(files), origins)
    if check:
        pack.check()
    return pack


def _defaults(spec: PackSpec, sections: Mapping[str, "Document"]) -> Iterator[Problem]:
    """Facts and parameters whose own value is not of their kind."""
    tries: dict[Path, Callable[[], object]] = {}
    tries |= {("facts", key): partial(reader, one, key) for key, one in spec.facts.items()}
    tries |= {
        ("parameters", key): partial(read_parameter, key, one, one.default) for key, one in spec.parameters.items()
    }
    for path, read in tries.items():
        try:
            read()
        except FactError as error:
            document = sections[str(path[0])]
            yield Problem(document.file, document.line(path), key_text(path), str(error))


def _told_once(problems: Iterable[Problem]) -> list[Problem]:
    """A value that may be of several kinds and is of none is one problem."""
    places: dict[tuple[str, int, str], dict[str, None]] = {}
    for file, line, key, message in problems:
        places.setdefault((file, line, key), {})[message] = None
    return [Problem(*place, "；或者".join(messages)) for place, messages in places.items()]


def _problem(error: Any, sections: Mapping[str, "Document"], parts: Mapping[tuple[str, str], "Document"]) -> Problem:
    """A validation error with the file and line of the nearest key that stands there."""
    location = tuple(error["loc"])
    document, path = None, location
    if len(location) >= 2 and (str(location[0]), str(location[1])) in parts:
        document, path = parts[str(location[0]), str(location[1])], location[2:]
    elif location and str(location[0]) in sections:
        document = sections[str(location[0])]
    message = value_words(error)
    if document is None:
        return Problem("pack.yaml", 1, key_text(location), message)
    kept = _kept(path, document.value)
    return Problem(document.file, document.line(kept), key_text(kept), message)


def _kept(path: Path, value: Any) -> Path:
    """The steps of a location that exist in the file: names of types and branches are left out."""
    kept: list[str | int] = []
    for at, step in enumerate(path):
        inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if inside or (isinstance(value, dict) and step in value):
            value = value[step]
        elif at == len(path) - 1 and isinstance(value, dict) and isinstance(step, str) and step.isidentifier():
            kept.append(step)  # a key that is missing
            break
        else:
            continue
        kept.append(step)
    return tuple(kept)
