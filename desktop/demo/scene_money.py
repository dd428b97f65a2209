"""Money: dues and fees are paid with a voucher, finance returns and confirms, what was paid for happens."""

from __future__ import annotations

from desktop.demo import eyes, hand_files, hand_rows, hands, papers
from desktop.demo.book import Book, last_op, next_op
from desktop.demo.scene_decide import at_home, hears, open_case, pass_case, return_case
from desktop.demo.scene_form import begin, tick_person
from desktop.demo.scene_returned import mending_on, number_of, open_returned, state_of
from desktop.demo.scene_submit import boxes, send
from desktop.demo.stage import Person
from sync.store.text import key_of


def pay_dues(book: Book, unit: Person, finance: Person) -> None:
    """From the empty payment form to the longer membership."""
    story = book.stage.sample["story"]["dues"]
    window, name, words = unit.window, story["name"], f"缴{story['titles']}"
    before = valid_until(unit, name)
    begin(unit, story["service"])
    hands.press(window, "form.pick")
    tick_person(window, name, name, 1)
    hands.press(window, "picker.add")
    hand_rows.row(window, "form.table", name)
    _payment(book, unit, words, story["amount"])
    op_id = send(book, unit, words)
    number = number_of(unit, op_id)
    since = at_home(unit)
    pass_case(book, finance, number, "财务核实到账", desk="finance")
    hears(book, unit, since, f"{words}已核实")
    after = hands.wait(lambda: _moved(unit, name, before), f"{name}的会籍延长")
    unit.go("people")
    hands.write(window, "people.search", name)
    hand_rows.row(window, "people.table", name)
    book.step(f"{name}的会籍由 {before} 延到 {after}", window, facts={"before": before, "after": after})
    hands.write(window, "people.search", "")


def pay_fee(book: Book, unit: Person, finance: Person, covered: str) -> None:
    """The bill of a registration: paid, returned by finance, mended, confirmed; the registration moves on."""
    story, window = book.stage.sample["story"]["assist"], unit.window
    label = unit.pack.services[story["service"]].label
    begin(unit, story["service"])
    hands.press(window, "form.pick")
    hand_rows.tick_row(window, "owed.table", covered)
    book.step(f"{label}：选要缴的账单，金额和依据都在", window)
    hands.press(window, "owed.add")
    hand_rows.row(window, "form.table", covered)
    _payment(book, unit, label, "")
    number = number_of(unit, send(book, unit, label))
    since = at_home(unit)
    return_case(book, finance, number, story["reason"], "财务退回", desk="finance")
    hears(book, unit, since, "财务退回缴费")
    open_returned(book, unit, number, f"{label}：补正")
    _new_voucher(book, unit)
    send(book, unit, f"{label}：补正后重新发起", page=mending_on(window))
    open_case(finance, number, desk="finance")
    since = at_home(unit)
    pass_case(book, finance, number, "财务核实到账", desk="finance")
    hears(book, unit, since, "缴费核实")
    hands.wait(lambda: state_of(unit, number) == "completed", "缴费办结")


def invoice(book: Book, unit: Person, finance: Person, covered: str) -> None:
    """Finance notes number and day of the invoice at the paid bill; the unit sees both."""
    number = book.stage.sample["story"]["assist"]["invoice"]
    application = next(one["id"] for one in finance.bodies("application") if one.get("number") == covered)
    bill = next(one for one in finance.bodies("bill") if one.get("application") == application)
    finance.go("receipts")
    hand_rows.click_row(finance.window, "receipts.table", str(bill["number"]))
    hands.press(finance.window, "receipts.issue")
    hands.write(finance.window, "receipts.issue.number", number)
    before = last_op(finance)
    hands.press(finance.window, "receipts.issue.save")
    book.delivered("财务登记开出的发票：号码和日期", finance, next_op(finance, before, "发票", None))
    unit.go("receipts")
    eyes.says(unit.window, number)
    book.step("单位的开票记录里马上看到发票号码", unit.window)


def bill_papers(book: Book, unit: Person) -> None:
    """Every bill of the story as a paper: seen as it will be printed, and saved."""
    stage, window = book.stage, unit.window
    for bill in sorted(unit.bodies("bill"), key=lambda one: str(one.get("number") or "")):
        number = str(bill.get("number") or "")
        if not number or (stage.out / f"bill-{number}.pdf").exists():
            continue
        unit.go(f"bill/{key_of(bill['id'])}")
        hands.find(window, "bill.preview")
        eyes.says(window, number)
        paper = hand_files.save_as(stage.work, lambda: hands.press(window, "bill.save"))
        book.step(
            f"缴费单 {number}：哪一条规则、多少钱，可看可印可存",
            window,
            files=[book.keep(f"bill-{number}.pdf", paper)],
            facts={"total": bill.get("total"), "status": bill.get("status")},
        )


def _payment(book: Book, unit: Person, words: str, amount: str) -> None:
    """The amount that the panel names, the day, the voucher; who gets the invoice is filled in already."""
    window, today = unit.window, book.stage.today.isoformat()
    eyes.says(window, f"应缴 {amount}".strip())
    eyes.settle(window)
    book.step(f"{words}：应缴多少按今天有效的标准算出来，开票信息自动带出", window)
    hands.press_words(window, f"填入 {amount}".strip())
    hands.write(window, "form.field.paid_on", today)
    _drop_voucher(book, unit, "缴费凭证.jpg", today)


def _drop_voucher(book: Book, unit: Person, file: str, day: str) -> None:
    voucher = book.stage.work / file
    voucher.write_bytes(papers.picture("银行电子回单", ["付款", day, file]))
    zone = hands.wait(lambda: next(iter(boxes(unit.window, "form.drop.")), None), "放缴费凭证的地方")
    hand_files.drop(unit.window, zone.objectName(), [voucher])
    eyes.says(unit.window, voucher.stem)


def _new_voucher(book: Book, unit: Person) -> None:
    """On the page of what came back, or in the whole form opened from there."""
    window = unit.window
    if not boxes(window, "form.drop."):
        hands.press_words(window, "打开整份申请来改")
        hands.find(window, "form.submit")
    _drop_voucher(book, unit, "完整的缴费凭证.jpg", book.stage.today.isoformat())


def valid_until(person: Person, name: str) -> str:
    """Until when this person is a member, as the desk's own mirror has it."""
    member = next(one["id"] for one in person.bodies("person") if one["name"] == name)
    key = member.rpartition("/")[2]
    return next(str(one["valid_until"]) for one in person.bodies("membership") if one["id"].endswith(key))


def _moved(unit: Person, name: str, before: str) -> str:
    after = valid_until(unit, name)
    return after if after > before else ""
