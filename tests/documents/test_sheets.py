"""Bill, receipt and summary: what they say, what they refuse to say; a receipt is checked from its code."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from documents.bill import BillDoesNotAddUp, bill_sheet
from documents.paper import Column, Paper
from documents.qr import TooMuchForCode, matrix
from documents.receipt import Delivery, NotAReceipt, code_text, fingerprint, read_code, receipt_sheet
from documents.recovery import recovery_sheet
from documents.summary import SentFile, SummaryTable, size_text, summary_sheet
from domain.entities import Bill, BillLine
from domain.operations import Receipt, Status
from domain.proofs import LEAVES, groups
from tests.documents.reading import codes, pages, picture, text

BILL: Bill = {
    "id": "bill/1",
    "kind": "assist_fee",
    "number": "JF20260301-0007",
    "status": "unpaid",
    "made_on": "2026-03-01",
    "total": "1230.00",
    "lines": [
        {"rule": "FEE-1", "label": "升级辅助费", "clause": "2.7.1", "person": "person/1", "amount": "830.00",
         "quantity": 1, "receipt": "invoice"},
        {"rule": "FEE-2", "label": "专业变更辅助费", "person": "person/2", "amount": "400.00", "receipt": "invoice"},
    ],
}  # fmt: skip
NAMES = {"person/1": "张喆", "person/2": "欧阳𬱖"}


def a_bill(bill: Bill = BILL, **more: Any) -> Paper:
    return bill_sheet(
        bill, association="示例协会", unit="甲监理公司", people=NAMES, receipts={"invoice": "电子发票"}, **more
    )  # fmt: skip


def without_amount() -> Bill:
    unknown: BillLine = {**BILL["lines"][1], "amount": None}
    return {**BILL, "lines": [BILL["lines"][0], unknown], "total": None}


def test_a_bill_names_each_line_with_its_rule_and_the_total_twice() -> None:
    words = text(a_bill(pay_to=[("开户行：", "示例银行")]).pdf())
    for said in ("升级辅助费", "FEE-1（2.7.1）", "张喆", "欧阳𬱖", "电子发票", "830.00", "开户行：示例银行"):
        assert said in words
    assert "合计（大写）：壹仟贰佰叁拾元整" in words
    assert "￥1,230.00" in words
    assert codes(a_bill().pdf()) == ["JF20260301-0007"]


def test_an_amount_that_is_not_set_is_named_and_never_counted_as_zero() -> None:
    words = text(a_bill(without_amount(), unset=["专业变更辅助费标准"], forecast=True).pdf())
    assert "未设定" in words
    assert "专业变更辅助费标准" in words
    assert "合计：暂不能确定" in words
    assert "其中已设定部分：￥830.00" in words
    assert "大写" not in words
    assert "不是缴费凭据" in words


def test_the_total_ends_where_the_amounts_end() -> None:
    seen = picture(a_bill().pdf(), dpi=200).convert("L").point(lambda grey: 255 if grey < 210 else 0)
    rows = [seen.crop((0, y, seen.width, y + 1)) for y in range(seen.height * 6 // 10)]
    ruled = [row.histogram()[255] > seen.width // 2 for row in rows]
    rules = [y for y, (above, here) in enumerate(pairwise(ruled), 1) if here and not above]
    border = seen.crop((0, rules[0], seen.width, rules[0] + 1)).getbbox()
    assert border is not None
    ends = []
    for top, bottom in pairwise(rules[-4:]):  # two lines and their total
        inside = seen.crop((border[2] // 2, top + 3, border[2] - 3, bottom - 1)).getbbox()
        ends += [inside[2]] if inside is not None else []
    assert len(ends) == 3
    assert max(ends) - min(ends) <= 4  # at 200 dpi, figures end differently


def test_a_bill_that_does_not_add_up_is_not_printed() -> None:
    with pytest.raises(BillDoesNotAddUp, match=r"1230\.00.*1000\.00"):
        a_bill({**BILL, "total": "1000.00"})


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = b64(KEY.public_key().public_bytes_raw())


def a_delivery() -> Delivery:
    receipt = Receipt(4711, "2026-03-01T06:05:09Z", "")
    bare = Delivery("demo", "0195f3c2-aaaa-7bbb-8ccc-0123456789ab", "ab" * 32, Status.APPLIED, receipt)
    return replace(bare, receipt=replace(receipt, signature=b64(KEY.sign(bare.text()))))


def test_a_receipt_that_was_signed_together_with_others_is_printed_and_checked_alone() -> None:
    delivery = a_delivery()
    texts = [delivery.text(), *(f"another {number}".encode() for number in range(LEAVES - 1))]
    ((root, ways),) = groups(texts)
    together = replace(delivery, receipt=replace(delivery.receipt, signature=b64(KEY.sign(root)) + ways[0]))
    (scanned,) = codes(receipt_sheet(together, key=PUBLIC, association="示例协会", status="已送达").pdf(), dpi=150)
    found, _ = read_code(scanned)
    assert found == together
    assert found.holds(PUBLIC)
    assert not replace(found, op_id="0195f3c2-aaaa-7bbb-8ccc-0123456789ac").holds(PUBLIC)


def test_a_receipt_is_checked_from_its_code_without_the_network() -> None:
    sheet = receipt_sheet(
        a_delivery(), key=PUBLIC, association="示例协会", status="已送达", about=[("业务：", "学习报名申请")]
    )
    words = text(sheet.pdf())
    assert "回执编号：4711" in words
    assert "2026年3月1日14:05:09（北京时间）" in words
    assert "签名核对：相符" in words
    (scanned,) = codes(sheet.pdf(), dpi=150)
    delivery, printed = read_code(scanned)
    assert delivery == a_delivery()
    assert delivery.holds(PUBLIC)
    assert printed == fingerprint(PUBLIC).replace(" ", "")


@pytest.mark.parametrize(
    "change",
    [
        {"op_id": "0195f3c2-aaaa-7bbb-8ccc-0123456789ac"},
        {"content_sha256": "ac" * 32},
        {"status": Status.REFUSED},
        {"association": "other"},
        {"receipt": replace(a_delivery().receipt, number=4712)},
        {"receipt": replace(a_delivery().receipt, received_at="2026-02-28T06:05:09Z")},
        {"receipt": replace(a_delivery().receipt, signature="%%")},
    ],
)
def test_a_receipt_with_anything_altered_does_not_hold_and_says_so(change: dict[str, Any]) -> None:
    forged = replace(a_delivery(), **change)
    assert not forged.holds(PUBLIC)
    words = text(receipt_sheet(forged, key=PUBLIC, association="示例协会", status="已送达").pdf())
    assert "签名核对不符：此件不能证明送达" in words
    assert "相符。" not in words.replace("不符", "")


@pytest.mark.parametrize("scanned", ["", "https://example.org", code_text(a_delivery(), PUBLIC).replace("4711", "x")])
def test_other_codes_are_no_receipts(scanned: str) -> None:
    with pytest.raises(NotAReceipt):
        read_code(scanned)


def test_the_summary_shows_what_was_sent_and_what_was_left_empty() -> None:
    sheet = summary_sheet(
        "学习报名申请",
        association="示例协会",
        number="XX-0007",
        facts=[("初审机构", "广州机构"), ("备注", "")],
        tables=[SummaryTable("初始教育", [Column("姓名"), Column("专业")], [("欧阳𬱖", "房屋建筑工程")] * 60)],
        files=[SentFile("社保证明", "张喆", "社保 2026-02.pdf", 1_400_000, "ab" * 32, pages=3)],
        made=datetime(2026, 3, 1, 6, 5, tzinfo=UTC),
    )
    sheets = pages(sheet.pdf())
    assert len(sheets) > 1
    words = "".join(sheets)
    for said in ("备注（未填）", "初始教育（60）", "社保2026-02.pdf", "1.4MB", "abababababab"):
        assert said in words


def test_a_cell_taller_than_a_page_is_cut_not_lost() -> None:
    long = "甲乙丙丁" * 600
    sheet = summary_sheet("长", association="甲", facts=[], tables=[SummaryTable("表", [Column("长文")], [(long,)])])
    assert text(sheet.pdf()).count("丙") == 600


def test_sizes_as_people_say_them() -> None:
    assert [size_text(size) for size in (0, 1, 380_000, 1_400_000, 2_100_000_000)] == [
        "0 KB", "1 KB", "380 KB", "1.4 MB", "2.1 GB",
    ]  # fmt: skip


def test_a_code_that_no_phone_reads_from_paper_is_refused() -> None:
    with pytest.raises(TooMuchForCode, match="放不下"):
        matrix("长" * 500)


def test_the_recovery_code_stands_on_its_sheet_and_in_no_code_that_can_be_scanned() -> None:
    made = datetime(2026, 3, 1, 6, 5, tzinfo=UTC)
    sheet = recovery_sheet("7KQ4-M2XD-93HT-PW6C", about=[("账号", "王芳"), ("单位", "甲监理公司")], made=made).pdf()
    words = text(sheet)
    assert "7KQ4-M2XD-93HT-PW6C" in words
    assert "账号王芳" in words
    assert "2026年3月1日14:05:00" in words
    assert codes(sheet) == []
