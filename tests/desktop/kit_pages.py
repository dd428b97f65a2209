"""Sample pages for tests of the kit: the work list, a form with its panel, a case, and every widget of the kit once."""

from typing import Any, cast

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from desktop.page import Page
from desktop.rows_chosen import ChosenBar
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.theme import theme
from desktop.widgets.base import Icon, Label, column, row
from desktop.widgets.buttons import Button, CheckBox, Chip, ChipRow, TabItem, Tabs, Tag
from desktop.widgets.dropzone import DropZone
from desktop.widgets.fields import Field, SearchBox
from desktop.widgets.inputs import ChoiceInput, DateInput, NotesInput, TextInput
from desktop.widgets.notes import Band, EmptyState, Finding, FindingLine, KeyValues, Link, Notice, ProgressLine
from desktop.widgets.panel import AmountLine, Card, Fold, Panel, Section, SectionTitle, Steps
from desktop.widgets.previews import ImageDesk
from desktop.widgets.timeline import Moment, Timeline

Sample = dict[str, Any]


def work_rows(rows: list[list[str]], name: str) -> RowsView:
    """A list of the work page: state, what, where, how long, the next step."""
    model: RowsModel[list[str]] = RowsModel(
        [
            Column("状态", lambda r: r[2], icon=lambda r: r[0], role=lambda r: r[1], width=124),
            Column("事项", lambda r: r[3], sub=lambda r: r[4], weight=500),
            Column("单号", lambda r: r[5], sub=lambda r: r[6], width=240),
            Column("时间", lambda r: r[7], sub=lambda r: r[8], weight=500, align="right", width=144),
            Column("下一步", acts=lambda r: [Act("do", r[9], cast("Any", r[10]))], align="right", width=120),
        ]
    )
    model.show(rows)
    return RowsView(model, name=name, row_height=56, header=False, fit=True, hang=True)


class WorkPage(Page):
    """首页: groups of work under each other."""

    def __init__(self, sample: Sample) -> None:
        work = sample["work"]
        more = QMenu()
        more.addAction("学习报名申请")
        new = Button("新办业务", icon="plus")
        new.set_menu(more)
        super().__init__(work["title"], sub=work["sub"], actions=[Button("导入人员名单", icon="table"), new])
        for group in work["groups"]:
            self.add(SectionTitle(group["title"], len(group["rows"]), note=group.get("note", "")))
            self.add(work_rows(group["rows"], group["title"]))
            self.add(9)
        self.add_stretch()


def people_view(people: list[list[str]]) -> RowsView:
    model: RowsModel[list[str]] = RowsModel(
        [
            Column("姓名", lambda p: p[0], weight=500, width=92),
            Column("身份证号码", lambda p: p[2], role="text2", width=168),
            Column("报名类别", lambda p: p[3]),
            Column("社保月份", lambda p: p[4], align="right", width=96),
            Column(
                "资料", lambda p: p[5], align="right", width=68, role=lambda p: "warn" if p[6] == "warn" else "text"
            ),
            Column("提交前检查", lambda p: p[7], icon=lambda p: p[6], role=lambda p: p[6], width=150),
        ],
        key=lambda p: p[2],
        ticks=True,
        search=lambda p: f"{p[0]} {p[1]} {p[2]}",
    )
    model.show(people)
    view = RowsView(
        model, name="初始教育名单", fit=True, empty=EmptyState("还没有选人", "按 选人 从单位人员里选", action="选人")
    )
    if len(people) > 2:
        view.set_current(2)
        model.tick([2], True)
    return view


def check_panel() -> Panel:
    panel = Panel("提交前检查", note="随填随查")
    bad = Finding(
        "bad", "1 人不可办", "李建国·初始教育", "会籍已于 2025-08-31 到期，请先缴纳个人会费。", "2.5.1(1)",
        (Link("pay", "办理个人会费缴纳"), Link("out", "移出本单")), key="row",
    )  # fmt: skip
    warn = Finding(
        "warn",
        "2 处缺资料",
        "张伟·初始教育",
        "缺少材料：社保证明扫描件（2025-09）",
        links=(Link("add", "去补资料"),),
        key="m",
    )
    fee = Section(
        "费用预计",
        AmountLine("员升师教育辅助费　1 人", "480.00"),
        AmountLine("专业变更辅助费　1 人", "260.00"),
        AmountLine("初始教育、继续教育　8 人", "不收辅助费"),
        Label("协会初审通过后才出账单，现在不用缴。", "secondary", "text2", wrap=True),
        amount="740.00 元",
    )
    panel.set_sections([FindingLine(Finding("ok", "8 人可办")), FindingLine(bad), FindingLine(warn), fee])
    panel.set_foot("依据 10 月 13 日的人员资料", action="更新资料")
    return panel


class FormPage(Page):
    """A form with fields, cards, a list with ticks, a drop zone and the live panel."""

    def __init__(self, sample: Sample) -> None:
        actions = [Button("打印承诺书", "quiet", icon="printer"), Button("暂存"), Button("检查并提交", "primary")]
        super().__init__("学习报名申请", sub="草稿　已保存 10:43:07", actions=actions)
        agency = ChoiceInput([("a", "广州市建设监理行业协会"), ("b", "深圳市监理工程师协会")])
        self.fields = [
            Field("初审机构", agency, required=True),
            Field("经办人", TextInput(), required=True),
            Field("联系电话", TextInput(), required=True),
            Field("备注", TextInput(placeholder="网上验证的网址等，可不填")),
        ]
        for field, value in zip(self.fields, ("a", "王芳", "138 0000 0000", ""), strict=True):
            field.set_value(value)
        top = row(spacing=16)
        for field, stretch in zip(self.fields, (5, 3, 4, 6), strict=True):
            top.addWidget(field, stretch, Qt.AlignmentFlag.AlignTop)
        self.add(top)
        self.add(16)
        tabs = [
            TabItem("a", "初始教育", 5, "bad"),
            TabItem("b", "继续教育", 3, "ok"),
            TabItem("c", "员升师教育", 1, "ok"),
        ]
        self.tabs = Tabs([*tabs, TabItem("d", "专业变更", 1, "ok")], name="卡片")
        self.add(self.tabs)
        self.add(10)
        self.view = people_view(sample["people"])
        search = SearchBox("姓名、首字母、证件号", width=180)
        search.searched.connect(self.view.rows.set_search)
        tools = row(
            Button("选人", icon="plus"),
            8,
            Button("移出", "quiet", icon="minus"),
            8,
            Button("资料", "quiet", icon="clip"),
            8,
        )
        tools.addWidget(Button("粘贴名单", "quiet", icon="table"))
        tools.addStretch(1)
        tools.addWidget(Label("已勾选 1 人", "secondary", "text2"))
        tools.addSpacing(10)
        tools.addWidget(search)
        self.add(tools)
        self.add(10)
        self.add(self.view)
        self.add(20)
        missing = (Icon("warn", "warn", 14), Label("缺", "state", "warn"))
        name = (Label("单位承诺书（盖章）扫描件", "section", weight=500), Label("*", "section", "bad"))
        self.add(
            row(*name, 6, *missing, None, Button("打印承诺书", "link", icon="printer", font="panel_body"), spacing=4)
        )
        self.add(DropZone(limits="JPEG、PNG、PDF，不超过 10 MB。盖章后扫描或拍照都可以。", name="单位承诺书"))
        self.add_stretch()
        self.set_panel(check_panel())


class CasePage(Page):
    """A case: its story in the middle, who has it at the right."""

    def __init__(self, sample: Sample) -> None:
        actions = [Button("打印回执", "quiet", icon="printer"), Button("再办一份相同的")]
        super().__init__("学习报名申请", back=True, actions=actions, top=0)
        self.set_head("学习报名申请", "学报 2025-0188·初始教育 6 人", tag="机构审核")
        self.add(
            Tabs(
                [
                    TabItem("a", "经过", 7),
                    TabItem("b", "人员", 6),
                    TabItem("c", "附件", 19),
                    TabItem("d", "历次比较", 2),
                ]
            )
        )
        self.add(20)
        self.add(Timeline([Moment(**moment) for moment in sample["moments"]]), stretch=1)
        panel = Panel("现在在谁手上")
        card = Card(
            Label("广州市建设监理行业协会", "row_title", weight=600, wrap=True),
            Label("初审机构　赵敏", "panel_body"),
            Label("020-8300 0000 转 12", "row_title"),
            Label("周一至周五 9:00–12:00、14:00–17:00", "secondary", "text2", wrap=True),
        )
        after = Steps(
            [
                ("待发送", "在本机，可撤回"),
                ("机构审核", "广州市建设监理行业协会"),
                ("协会初审", "通过后出账单 740.00 元"),
            ],
            1,
        )
        values = KeyValues(
            [
                ("初审机构", "广州市建设监理行业协会"),
                ("附件", "31 个，4.0 MB"),
                ("这条线路", "约 26 秒（上行 1.2 Mbit/s）"),
            ]
        )
        panel.set_sections([card, Section("之后会怎样", after), Section("概要", values)])
        panel.set_foot("审核中不能改；要撤回请致电初审机构", icon="lock")
        self.set_panel(panel)


def sheet() -> QImage:
    """A picture to look at: a page with lines."""
    image = QImage(840, 1188, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setFont(theme().font("page_title"))
    painter.drawText(QRectF(0, 60, 840, 60), int(Qt.AlignmentFlag.AlignCenter), "社会保险参保证明（样例）")
    for line in range(18):
        painter.drawLine(80, 200 + line * 44, 760, 200 + line * 44)
    painter.end()
    return image


class KitPage(Page):
    """Every widget once."""

    def __init__(self, sample: Sample) -> None:
        super().__init__("全部部件", sub="按一次 Tab 走一格", back=True)
        self.add(SectionTitle("按钮、标签、筛选"))
        self.add(12)
        reason = Button("不可提交", "primary")
        reason.set_reason("还有 1 人不可办")
        buttons = (
            Button("提交", "primary", icon="send"),
            Button("暂存"),
            Button("打印", "quiet", icon="printer"),
            Button("看进度", "link"),
        )
        more = (
            Button("", "icon", icon="more", name="更多"),
            reason,
            Button("通过", "primary", icon="check", key="A"),
            CheckBox("同意"),
        )
        tags = (Tag("退回", "warn"), Tag("机构审核", "wait"), Tag("已送达", "ok"), Tag("未接收", "bad"))
        self.add(row(*buttons, *more, *tags, None, spacing=12))
        self.add(12)
        chips = [
            Chip("all", "全部", 45),
            Chip("ok", "可选", 34, "ok", "ok"),
            Chip("bad", "不可选", 8, "bad", "bad"),
            Chip("in", "已选", 3, "check", "accent"),
        ]
        self.add(row(ChipRow(chips), None, SearchBox("姓名、首字母 lgd、证件号")))
        self.add(16)
        wrong = Field("身份证号码", TextInput(), required=True)
        wrong.set_value("440103199001010012")
        wrong.set_finding("身份证号最后一位校验不对，请核对第 18 位。")
        marked = Field("联系电话", TextInput(), required=True)
        marked.set_value("137 0000 0000")
        marked.set_finding("赵敏：原号码打不通，请核对。", "warn")
        mended = Field("社保月份", DateInput())
        mended.set_value("2025-09-01")
        mended.set_finding("已由 2025-07-01 改为现值", "ok")
        locked = Field("初审机构", ChoiceInput([("a", "广州市建设监理行业协会")]), required=True)
        locked.set_value("a")
        locked.set_locked(True)
        line = row(spacing=16)
        for field in (wrong, marked, mended, locked):
            line.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        self.add(line)
        self.add(8)
        self.add(Field("情况说明", NotesInput(placeholder="可不填", lines=2), help="不超过 200 字"))
        self.add(12)
        self.add(
            Band(
                "ok",
                "9 人都可以提交",
                "按 10 月 16 日 10:52 刚更新的资料逐条查过 128 条，没有不可办的。",
                action="看每一条",
            )
        )
        self.add(8)
        self.add(Notice("李建国的会籍已到期，已按您的选择单独留在一份草稿里，缴费后接着办。", action="打开草稿"))
        self.add(8)
        progress = ProgressLine()
        progress.show_progress(118, 326, "正在读取 单位人员档案.xlsx")
        self.add(progress)
        self.add(8)
        self.add(
            Fold("其余 4 人没有问题，已收起", "苏婉玲、潘俊杰、韦建军、唐雪梅", note="不用改，原样保留", locked=True)
        )
        self.add(12)
        self.add(Steps([("选文件", ""), ("对列", ""), ("核对", ""), ("导入", "")], 2, flat=True))
        self.add(12)
        self.add(EmptyState("还没有草稿", "新办一件业务，写到一半也会自己存好。", action="新办业务"))
        desk = ImageDesk()
        desk.view.show_image(sheet())
        desk.setFixedHeight(420)
        self.add(desk)
        view = people_view(sample["people"])
        self.add(ChosenBar(view, [("out", "移出"), ("paper", "资料")], noun="人"))
        self.add(view)
        self.add_stretch()
        returned = "黎伟明、周文斌两人的社保证明不是最近一个月，联系电话打不通，请改后重新提交。"
        meta = "赵敏　10 月 15 日 16:20　电话 020-8300 0000 转 12"
        beside = QWidget()
        beside.setLayout(column(Label("5 处需修改·已改 3", "row_title")))
        self.set_band(Band("warn", "初审机构退回", returned, meta=meta, full=True, icon="return", beside=beside))
        self.set_foot(
            [
                Label("将新增 41 人，更新 282 人", "panel_body"),
                None,
                Button("导出要改的行", icon="download"),
                Button("先导入 323 人", "primary"),
            ]
        )


class EmptyPage(Page):
    """A list with nothing in it."""

    def __init__(self, sample: Sample) -> None:
        super().__init__("草稿", sub="都存在本机", scroll=False)
        model: RowsModel[list[str]] = RowsModel(
            [Column("业务", lambda r: r[0]), Column("改于", lambda r: r[1], width=160)]
        )
        empty = EmptyState("还没有草稿", "新办一件业务，写到一半也会自己存好。", action="新办业务", icon="pencil")
        self.add(RowsView(model, name="草稿", empty=empty, hang=True), stretch=1)
