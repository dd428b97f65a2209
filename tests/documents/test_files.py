"""Files as people attach them: what they really are, why they will not do, and whose they are."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter

from documents.files import Limits, look, match_files, pdf_pages, suffix, type_of
from tests.documents.letters import a_letter
from tests.documents.lists import resident, xls, xlsx

LIMITS = Limits()


def picture(form: str = "JPEG", size: tuple[int, int] = (600, 800), pages: int = 1) -> bytes:
    file = BytesIO()
    frames = [Image.effect_noise(size, 60).convert("RGB") for _ in range(pages)]
    frames[0].save(file, form, **({"save_all": True, "append_images": frames[1:]} if pages > 1 else {}))
    return file.getvalue()


def paper(pages: int = 1, *, packed: bool = False, password: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password)
    if packed:
        writer.compress_identical_objects()
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (picture("JPEG"), "jpg"), (picture("PNG"), "png"), (picture("TIFF"), "tif"), (picture("BMP"), "bmp"),
        (picture("WEBP"), "webp"), (picture("GIF"), "gif"), (paper(), "pdf"), (xlsx(("x",)), "xlsx"),
        (xls([["x"]]), "xls"),
        (b"MZ\x90\0" + bytes(100), "exe"), (b"PK\x03\x04junk", "zip"), ("纯文字".encode(), "txt"), (bytes(100), ""),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)  # fmt: skip
def test_files_are_known_by_what_is_in_them(data: bytes, kind: str) -> None:
    assert type_of(data) == kind


def test_a_good_picture_and_a_good_paper_will_do() -> None:
    facts = look(picture(), LIMITS, "照片.JPG")
    assert (facts.ok, facts.type, facts.width, facts.height, facts.pages, facts.note) == (True, "jpg", 600, 800, 1, "")
    facts = look(a_letter(60).pdf(), LIMITS, "承诺书.pdf")
    assert facts.ok
    assert facts.pages == len(PdfReader(BytesIO(a_letter(60).pdf())).pages) > 1


@pytest.mark.parametrize(
    ("data", "name", "limits", "said"),
    [
        (b"", "空.jpg", LIMITS, "“空.jpg”是空文件，没有内容。请重新复制或重新生成。"),
        (b"MZ" + bytes(99), "照片.jpg", LIMITS,
         "“照片.jpg”名为 JPG，其实是 EXE 文件；这里只收 JPG、PNG、PDF。请换一个文件。"),
        (xlsx(("x",)), "表.xlsx", LIMITS, "“表.xlsx”是 XLSX 文件；这里只收 JPG、PNG、PDF。请另存为 PDF 后再添加。"),
        (bytes(99), "无.jpg", LIMITS, "“无.jpg”认不出是什么文件；这里只收 JPG、PNG、PDF。请换一个文件。"),
        (picture()[:20_000], "半.jpg", LIMITS, "“半.jpg”已损坏，图片显示不全。请重新拍照、扫描或复制。"),
        (picture("PNG")[:20_000], "半.png", LIMITS, "“半.png”已损坏，图片显示不全。请重新拍照、扫描或复制。"),
        (paper()[:200], "半.pdf", LIMITS, "“半.pdf”不完整，可能没有复制完。请重新复制或重新生成。"),
        (paper(password="x"), "密.pdf", LIMITS, "“密.pdf”设有密码或限制，审核人员打不开。请取消密码后再添加。"),
        (paper(5), "多.pdf", Limits(max_pages=3), "“多.pdf”有 5 页，最多 3 页。请拆开后分别添加。"),
        (picture(size=(300, 400)), "小.jpg", Limits(min_width=413, min_height=579),
         "“小.jpg”只有 300×400 像素，至少要 413×579。请换一张清楚的。"),
        (picture(), "大.jpg", Limits(max_bytes=50_000), "最大 50 KB。请降低扫描分辨率或拆成几份。"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "IMG_1.heic", LIMITS,
         "“IMG_1.heic”是苹果手机的 HEIC 照片；这里只收 JPG、PNG、PDF。请在手机上改存为 JPG 后再添加。"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)  # fmt: skip
def test_files_that_will_not_do_say_why_in_one_sentence(data: bytes, name: str, limits: Limits, said: str) -> None:
    facts = look(data, limits, name)
    assert not facts.ok
    assert facts.problem.endswith(said)


def test_a_file_with_the_wrong_ending_but_the_right_content_goes_in_with_a_note() -> None:
    facts = look(picture("PNG"), LIMITS, "照片.jpg")
    assert facts.ok
    assert (facts.type, facts.note) == ("png", "“照片.jpg”其实是 PNG 文件，已按 PNG 处理。")
    assert look(picture(), LIMITS, "照片.jpeg").note == ""
    assert suffix("a.TIFF") == "tif"


def test_two_gigabytes_are_refused_before_a_byte_is_read(tmp_path: Path) -> None:
    path = tmp_path / "扫描.pdf"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    assert look(path, LIMITS).problem == "“扫描.pdf”有 2.0 GB，最大 10.0 MB。请降低扫描分辨率或拆成几份。"


def test_a_folder_or_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    assert look(tmp_path, LIMITS).problem.endswith("是文件夹，请选择文件。")
    assert "已经不在了" in look(tmp_path / "没有.jpg", LIMITS).problem


def test_pages_of_a_scan_and_of_packed_papers_are_counted() -> None:
    assert look(picture("TIFF", pages=3), Limits(types=("tif",)), "扫描.tif").pages == 3
    assert pdf_pages(paper(4, packed=True)) == 4


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    file = BytesIO()
    Image.new("1", (20_000, 12_000)).save(file, "PNG")
    assert look(file.getvalue(), LIMITS, "巨.png").problem == "“巨.png”的像素太多，请用较低的分辨率重新扫描。"


SAMPLES = [
    picture(size=(60, 80)),
    picture("PNG", size=(60, 80)),
    picture("TIFF", size=(60, 80)),
    paper(2),
    xlsx(("x",)),
]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on damage that we report ourselves
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@settings(max_examples=200)
@given(
    st.integers(0, len(SAMPLES) - 1),
    st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), max_size=6),
    st.floats(0.01, 1),
)
def test_a_damaged_file_is_told_never_a_crash(which: int, hits: list[tuple[float, int]], cut: float) -> None:
    data = bytearray(SAMPLES[which][: max(1, int(len(SAMPLES[which]) * cut))])
    for place, byte in hits:
        data[int(place * len(data))] = byte
    facts = look(bytes(data), Limits(types=("jpg", "png", "tif", "pdf", "xlsx")), "某.pdf")
    assert facts.ok or facts.problem.endswith("。")


PEOPLE = {
    "row-1": ("张三", resident(order=11)),
    "row-2": ("张三丰", resident(order=13)),
    "row-3": ("李四", resident(order=15)),
    "row-4": ("李四", resident(order=17)),
    "row-5": ("阿依古丽·买买提", "H12345678"),
}


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("张三.jpg", "row-1"), ("张三丰毕业证.pdf", "row-2"), (f"{resident(order=15)}.jpg", "row-3"),
        (f"社保_{resident(order=17).lower()}(1).pdf", "row-4"), (f"李四{resident(order=17)[-4:]}.jpg", "row-4"),
        ("阿依古丽买买提 学历.png", "row-5"), ("阿依古丽•买买提.png", "row-5"), ("h12345678.png", "row-5"),
        ("张三/毕业证.jpg", "row-1"), (f"张三 {resident(order=15)}.jpg", "row-3"),
    ],
)  # fmt: skip
def test_a_file_finds_its_person_by_name_or_number(name: str, whose: str) -> None:
    ((found,), rest) = match_files([Path("材料") / name], PEOPLE)
    assert (found.person, rest) == (whose, ())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("IMG_0001.jpg", "文件名里没有名单上的姓名或证件号码"),
        ("李四.jpg", "名单上有 2 位李四，请在文件名里加上证件号码后四位"),
        ("张三和张三丰.jpg", "文件名里有几个人：张三丰、张三"),
        ("Thumbs.db", "系统文件，未添加"), (".DS_Store", "系统文件，未添加"), ("~$张三.docx", "系统文件，未添加"),
    ],
)  # fmt: skip
def test_a_file_that_finds_nobody_says_why(name: str, why: str) -> None:
    matched, (rest,) = match_files([Path("材料") / name], PEOPLE)
    assert (matched, rest.reason) == ((), why)


def test_every_file_is_either_matched_or_listed() -> None:
    paths = [Path(f"{name}.jpg") for name in ("张三", "甲", "李四", "乙")]
    matched, rest = match_files(paths, PEOPLE)
    assert {*(file.path for file in matched), *(file.path for file in rest)} == set(paths)
