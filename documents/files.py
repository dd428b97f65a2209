"""What a file really is, whatever its name says: its type, pages and size, and in one sentence why it will not do."""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from documents.summary import size_text

PICTURES = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "TIFF": "tif", "BMP": "bmp", "GIF": "gif", "WEBP": "webp"}
SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tiff": "tif", "htm": "html"}
# Of the guesses of puremagic only those are believed that people may meet; it finds something in anything.
_KNOWN = "exe heif heic avif mp4 mov avi mkv mp3 wav rar 7z gz bz2 xz rtf psd ai svg html xml dwg"
BELIEVED = frozenset(_KNOWN.split())
OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_PIXELS = 150_000_000  # a page of A4 at 1,200 dpi; more is a bomb or a mistake
# What Pillow's decoders raise on damaged files, found by damaging many.
DAMAGE = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, struct.error)
PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
COUNT = re.compile(rb"/Count\s+(\d+)")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a pack takes for a material."""

    types: tuple[str, ...] = ("jpg", "png", "pdf")
    max_bytes: int = 10_000_000
    min_width: int = 0  # pixels, pictures only
    min_height: int = 0
    max_pages: int = 0  # 0: any


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file that was looked at. `problem` is empty when it will do."""

    name: str
    type: str  # by content, lower case; empty when it cannot be told
    size: int
    pages: int = 0  # 0: not known, or it has none
    width: int = 0
    height: int = 0
    problem: str = ""
    note: str = ""  # worth telling, though it will do

    @property
    def ok(self) -> bool:
        """Whether it may be attached."""
        return not self.problem


def look(source: Path | bytes, limits: Limits, name: str = "") -> FileFacts:
    """What the file is and whether it may be attached. One that is too large is refused before a byte is read."""
    if isinstance(source, Path):
        name = name or source.name
        try:
            size = source.stat().st_size
            if source.is_dir():
                return FileFacts(name, "", 0, problem=f"“{name}”是文件夹，请选择文件。")
            if size > limits.max_bytes:
                return FileFacts(name, "", size, problem=_too_large(name, size, limits))
            data = source.read_bytes()
        except OSError as failed:
            return FileFacts(
                name, "", 0, problem=f"“{name}”{_why_not_open(failed)}。请确认文件还在原处，且没有被别的程序占用。"
            )
    else:
        data = source
    size = len(data)
    if not size:
        return FileFacts(name, "", 0, problem=f"“{name}”是空文件，没有内容。请重新复制或重新生成。")
    if size > limits.max_bytes:
        return FileFacts(name, "", size, problem=_too_large(name, size, limits))
    kind = type_of(data)
    if kind not in limits.types:
        return FileFacts(name, kind, size, problem=_wrong_type(name, kind, limits))
    facts = _picture(name, kind, data, limits) if kind in PICTURES.values() else FileFacts(name, kind, size)
    if kind == "pdf":
        facts = _pdf(name, data)
    if facts.ok and limits.max_pages and facts.pages > limits.max_pages:
        return _but(facts, f"“{name}”有 {facts.pages} 页，最多 {limits.max_pages} 页。请拆开后分别添加。")
    called = suffix(name)
    if facts.ok and called and called != kind:
        note = f"“{name}”其实是 {kind.upper()} 文件，已按 {kind.upper()} 处理。"
        return FileFacts(name, kind, size, facts.pages, facts.width, facts.height, note=note)
    return facts


def type_of(data: bytes) -> str:
    """The type by content, as an extension; empty when nothing is known about it."""
    import puremagic

    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        try:
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            return "zip"
        return next((kind for part, kind in OFFICE.items() if any(name.startswith(part) for name in names)), "zip")
    if data.startswith(OLE):
        parts = {"WordDocument": "doc", "Workbook": "xls", "PowerPoint Document": "ppt"}
        return next((kind for part, kind in parts.items() if part.encode("utf-16-le") in data), "ole")
    try:
        kind = str(puremagic.from_string(data)).lstrip(".").lower()
    except (puremagic.PureError, ValueError):
        kind = ""
    kind = SAME.get(kind, kind)
    if kind in PICTURES.values() or kind in BELIEVED:
        return kind
    if b"\0" not in data[:4096]:
        try:
            data[:4096].decode("utf-8", "strict" if len(data) <= 4096 else "ignore")
        except UnicodeDecodeError:
            return ""
        return "txt"
    return ""


def suffix(name: str) -> str:
    """The type a name claims."""
    kind = Path(name).suffix.lstrip(".").lower()
    return SAME.get(kind, kind)


def _picture(name: str, kind: str, data: bytes, limits: Limits) -> FileFacts:
    """A picture is decoded whole: half a photograph is found out here, not at the reviewer's desk."""
    from PIL import Image, UnidentifiedImageError

    size = len(data)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise Image.DecompressionBombError
            pages = int(getattr(picture, "n_frames", 1)) if picture.format in ("TIFF", "MPO") else 1
            pages = 1 if picture.format == "MPO" else pages
            picture.load()
            for page in range(1, pages):
                picture.seek(page)
                picture.load()
    except Image.DecompressionBombError:
        return FileFacts(name, kind, size, problem=f"“{name}”的像素太多，请用较低的分辨率重新扫描。")
    except (UnidentifiedImageError, *DAMAGE):
        return FileFacts(name, kind, size, problem=f"“{name}”已损坏，图片显示不全。请重新拍照、扫描或复制。")
    if width < limits.min_width or height < limits.min_height:
        words = f"“{name}”只有 {width}×{height} 像素，至少要 {limits.min_width}×{limits.min_height}。请换一张清楚的。"
        return FileFacts(name, kind, size, pages, width, height, problem=words)
    return FileFacts(name, kind, size, pages, width, height)


def _pdf(name: str, data: bytes) -> FileFacts:
    """Its pages as far as they can be told without a PDF library; a cut-off or locked file is refused."""
    size = len(data)
    if b"%%EOF" not in data[-2048:] and b"startxref" not in data[-2048:]:
        return FileFacts(name, "pdf", size, problem=f"“{name}”不完整，可能没有复制完。请重新复制或重新生成。")
    trailer = data[-4096:] + data[data.rfind(b"trailer") :][:4096]
    if re.search(rb"/Encrypt\s+\d+ \d+ R", trailer):
        return FileFacts(name, "pdf", size, problem=f"“{name}”设有密码或限制，审核人员打不开。请取消密码后再添加。")
    return FileFacts(name, "pdf", size, pages=pdf_pages(data))


def pdf_pages(data: bytes) -> int:
    """How many pages a PDF says it has; 0 when it does not say so in the open."""
    text = data + b"".join(_object_streams(data))
    counts = [int(found) for found in COUNT.findall(text)]
    return max(counts) if counts else len(PAGE.findall(text))


def _object_streams(data: bytes) -> list[bytes]:
    """The packed objects of newer PDFs, unpacked as far as they go, within reason."""
    import zlib

    found, total = [], 0
    for match in re.finditer(rb"/Type\s*/ObjStm", data):
        begin = data.find(b"stream", match.end())
        if begin < 0:
            continue
        begin += 8 if data[begin + 6 : begin + 8] == b"\r\n" else 7
        try:
            part = zlib.decompressobj().decompress(data[begin:], 2_000_000)
        except zlib.error:
            continue
        found.append(part)
        if (total := total + len(part)) > 20_000_000:
            break
    return found


def _too_large(name: str, size: int, limits: Limits) -> str:
    whole, rest = divmod(limits.max_bytes, 1024 * 1024)  # packs count in these megabytes
    most = size_text(limits.max_bytes) if rest else f"{whole} MB"
    return f"“{name}”有 {size_text(size)}，最大 {most}。请降低扫描分辨率或拆成几份。"


def _wrong_type(name: str, kind: str, limits: Limits) -> str:
    wanted = "、".join(limits.types).upper()
    if kind in ("heif", "heic"):
        return f"“{name}”是苹果手机的 HEIC 照片；这里只收 {wanted}。请在手机上改存为 JPG 后再添加。"
    printable = kind in {"doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf", "txt", "html"} and "pdf" in limits.types
    remedy = "请另存为 PDF 后再添加。" if printable else "请换一个文件。"
    called = suffix(name)
    if kind and called and called != kind:
        return f"“{name}”名为 {called.upper()}，其实是 {kind.upper()} 文件；这里只收 {wanted}。{remedy}"
    if kind:
        return f"“{name}”是 {kind.upper()} 文件；这里只收 {wanted}。{remedy}"
    return f"“{name}”认不出是什么文件；这里只收 {wanted}。{remedy}"


def _why_not_open(failed: OSError) -> str:
    if isinstance(failed, FileNotFoundError):
        return "已经不在了"
    return "不让读取" if isinstance(failed, PermissionError) else "打不开"


def _but(facts: FileFacts, problem: str) -> FileFacts:
    return FileFacts(facts.name, facts.type, facts.size, facts.pages, facts.width, facts.height, problem)


@dataclass(frozen=True, slots=True)
class MatchedFile:
    """A file of a folder, and whose it is."""

    path: Path
    person: str  # the key it was found by


@dataclass(frozen=True, slots=True)
class UnmatchedFile:
    """A file of a folder that is nobody's, and why."""

    path: Path
    reason: str


def match_files(
    paths: Sequence[Path], people: Mapping[str, tuple[str, str]]
) -> tuple[tuple[MatchedFile, ...], tuple[UnmatchedFile, ...]]:
    """Whose file each is, by the document number or the name in its file name (or its folder's).

    `people` are name and document number by key. A number decides before a name; of two people of one name the last
    four characters of the number decide; what is still two people's is nobody's, with the reason.
    """
    known = [(key, _bare(name), _bare(number)) for key, (name, number) in people.items()]
    matched, rest = list[MatchedFile](), list[UnmatchedFile]()
    for path in paths:
        if path.name.startswith((".", "~$")) or path.name.lower() in ("thumbs.db", "desktop.ini"):
            rest.append(UnmatchedFile(path, "系统文件，未添加"))
            continue
        found = _whose(_bare(path.stem), known) or _whose(_bare(path.parent.name), known)
        if len(found) == 1:
            matched.append(MatchedFile(path, found[0]))
        else:
            rest.append(UnmatchedFile(path, _why_not(found, people)))
    return tuple(matched), tuple(rest)


def _bare(text: str) -> str:
    return re.sub(r"[\s·•._-]", "", unicodedata.normalize("NFKC", text)).upper()


def _whose(text: str, known: Sequence[tuple[str, str, str]]) -> list[str]:
    """The people a text names: longest names first, so that 张三丰 is not also 张三."""
    by_number = [key for key, _, number in known if len(number) >= 6 and number in text]
    if by_number:
        return by_number
    found: dict[str, list[tuple[str, str]]] = {}
    left = text
    for key, name, number in sorted(known, key=lambda person: -len(person[1])):
        if len(name) > 1 and (name in left or name in found):
            left = left.replace(name, "\n")
            found.setdefault(name, []).append((key, number))
    keys = list[str]()
    for same in found.values():
        ends = [key for key, number in same if len(number) >= 4 and number[-4:] in text]
        keys += ends if len(same) > 1 and len(ends) == 1 else [key for key, _ in same]
    return keys


def _why_not(found: Sequence[str], people: Mapping[str, tuple[str, str]]) -> str:
    if not found:
        return "文件名里没有名单上的姓名或证件号码"
    names = list(dict.fromkeys(people[key][0] for key in found))
    if len(names) == 1:
        return f"名单上有 {len(found)} 位{names[0]}，请在文件名里加上证件号码后四位"
    return f"文件名里有几个人：{'、'.join(names[:4])}"
