"""The story, scene by scene, in the order in which it happened."""

from __future__ import annotations

from desktop.demo import hands
from desktop.demo.book import Book
from desktop.demo.scene_decide import at_home, hears, look_through, pass_case, return_case, return_marked
from desktop.demo.scene_drafts import killed_while_typing, second_draft
from desktop.demo.scene_form import fill_in
from desktop.demo.scene_money import bill_papers, invoice, pay_dues, pay_fee
from desktop.demo.scene_papers import attach_all, drop_on, label_of, open_papers, receipt_paper, seal_letter
from desktop.demo.scene_people import people_from_excel
from desktop.demo.scene_returned import (
    copy_as_new,
    mend_paper,
    number_of,
    state_of,
    take_back,
    take_out,
    timeline,
)
from desktop.demo.scene_settings import new_agency, new_reviewer, set_late_value, set_values
from desktop.demo.scene_start import everybody, first_run
from desktop.demo.scene_study import exam, study_opened
from desktop.demo.scene_submit import bad_line, come_back, look_over, over_a_bad_line, queue, send
from desktop.demo.stage import Person


def tell(book: Book) -> None:
    """All of it."""
    first_day(book)
    first = without_network(book)
    second, third = beside_it(book)
    decisions(book, first, second)
    withdrawn(book, third)
    money(book, first)
    study_opened(book, book.stage.person("unit_main"))
    exam(book, book.stage.person("unit_main"))


def first_day(book: Book) -> None:
    """The association sets its values; the unit starts, sees its people, brings in more."""
    admin, unit = book.stage.person("admin"), book.stage.person("unit_main")
    first_run(book, admin, pictures=False)
    set_values(book, admin)
    new_agency(book, admin)
    new_reviewer(book, admin)
    first_run(book, unit, pictures=True)
    everybody(book, unit)
    people_from_excel(book, unit)


def without_network(book: Book) -> str:
    """The cable is out: a form with all cards, its papers, a desk killed, 待发送; then delivered once. Its number."""
    unit, story = book.stage.person("unit_main"), book.stage.sample["story"]
    draft = fill_in(book, unit)
    attach_all(book, unit)
    seal_letter(book, unit, "letter.pdf")
    second_draft(book, unit, story["second"], "另开一份：几份草稿并排放着，互不相干")
    killed_while_typing(book, unit, draft)
    look_over(book, unit, "提交前看清楚：依据哪天的资料、哪条费用还没设定、之后经过谁", says="未设定")
    op_id = queue(book, unit, story["form"]["service"])
    come_back(book, unit, op_id)
    receipt_paper(book, unit, op_id)
    return number_of(unit, op_id)


def beside_it(book: Book) -> tuple[str, str]:
    """The second draft goes out over a bad line, a third form over a good one. Their numbers."""
    unit, story = book.stage.person("unit_main"), book.stage.sample["story"]
    service, form = story["form"]["service"], story["second"]
    with bad_line(book):
        unit.go(f"form/{_draft_of(book, unit, form['people'][0]['name'])}")
        open_papers(unit, service, form["card"])
        for person in form["people"]:
            for material in form["materials"]:
                label = label_of(unit, service, form["card"], material)
                drop_on(book, unit, person["name"], label, photo=True)
        hands.press(unit.window, "materials.back")
        seal_letter(book, unit, "letter-2.pdf", pictures=False)
        second = over_a_bad_line(book, unit, "第二份申请")
    second_draft(book, unit, story["third"], "第三份申请填好")
    unit.go(f"form/{_draft_of(book, unit, story['third']['people'][0]['name'])}")
    seal_letter(book, unit, "letter-3.pdf", pictures=False)
    third = send(book, unit, "第三份申请")
    return number_of(unit, second), number_of(unit, third)


def decisions(book: Book, first: str, second: str) -> None:
    """Agency and association look, return, pass; the unit hears, mends, sends again."""
    stage, story = book.stage, book.stage.sample["story"]
    unit, agency, office = stage.person("unit_main"), stage.person("agency"), stage.person("association_review")
    marked = story["form"]["marked"]
    first_run(book, agency, pictures=False)
    look_through(book, agency, first, "会员服务机构审核")
    since = at_home(unit)
    return_marked(book, agency, first, marked["name"], marked["material"], marked["words"], "会员服务机构退回一份")
    hears(book, unit, since, "退回")
    since = at_home(unit)
    return_case(book, agency, second, story["second"]["reason"], "会员服务机构退回另一份")
    hears(book, unit, since, "又一份退回")
    timeline(book, unit, first, "办件：经过、现在在谁手上、电话，一目了然")

    def pull_the_plug() -> None:
        stage.server.kill()
        stage.server.start()

    mend_paper(book, unit, first, marked, "退回后修改，重新发起，正送时服务器断电又启动", queued=pull_the_plug)
    take_out(book, unit, second, story["second"]["out"], "退回后移出一人")
    for number in (first, second):
        since = at_home(unit)
        pass_case(book, agency, number, f"会员服务机构通过 {number}")
        hears(book, unit, since, "机构通过")
    first_run(book, office, pictures=False)
    pass_case(book, office, second, "协会通过，没有费用的直接办结")
    unset = unit.pack.parameters[next(one["key"] for one in stage.sample["settings"] if one.get("later"))].label
    pass_case(book, office, first, "协会通过时金额还没设定：挡住，并点名是哪一项", blocked_by=unset)
    set_late_value(book, stage.person("admin"), "补上没设定的那一项，立即生效")
    since = at_home(unit)
    pass_case(book, office, first, "协会通过，账单随即生成")
    hears(book, unit, since, "协会通过，等缴费")
    timeline(book, unit, first, "办件：轮到单位缴费")
    bill_papers(book, unit)


def withdrawn(book: Book, third: str) -> None:
    """A form that was sent is ended by the unit itself, and begun anew as a copy."""
    unit, story = book.stage.person("unit_main"), book.stage.sample["story"]
    take_back(book, unit, third, "送出的申请作废")
    hands.wait(lambda: state_of(unit, third) == "abandoned", "作废生效")
    copy_as_new(book, unit, third, story["third"]["people"][0]["name"], "再办一份相同的：人和内容都照样带过来")


def money(book: Book, first: str) -> None:
    """Dues extend a membership; the fee of the registration is paid, returned, paid again; it is completed."""
    stage = book.stage
    unit, finance, office = (
        stage.person("unit_main"),
        stage.person("association_finance"),
        stage.person("association_review"),
    )
    first_run(book, finance, pictures=False)
    pay_dues(book, unit, finance)
    bill_papers(book, unit)
    pay_fee(book, unit, finance, first)
    invoice(book, unit, finance, first)
    since = at_home(unit)
    pass_case(book, office, first, "协会复核通过")
    hears(book, unit, since, "办结")
    hands.wait(lambda: state_of(unit, first) == "completed", "办结")
    timeline(book, unit, first, "办结的办件：每一步谁在哪天做了什么")


def _draft_of(book: Book, unit: Person, name: str) -> str:
    """The key of the draft that names this person."""
    person = next(one["id"] for one in book.stage.sample["people"] if one["name"] == name)
    with unit.desk.context.store.reading() as reader:
        found = [one for one in reader.drafts.all(unit.account) if person in str(one.form)]
    if not found:
        raise hands.Stuck(f"没有写着{name}的草稿")
    return found[-1].id.partition("/")[2]
