"""Study: what was approved is open, the platform's file of exam results is taken in, certificates are on the list."""

from __future__ import annotations

import json

from desktop.demo import hand_rows, hands
from desktop.demo.book import Book
from desktop.demo.scene_papers import number_of
from desktop.demo.stage import Person


def study_opened(book: Book, unit: Person) -> None:
    """A study task for each person of the approved form."""
    names = [one["name"] for card in book.stage.sample["story"]["form"]["cards"] for one in card["people"]]
    ids = {one["id"]: one["name"] for one in unit.bodies("person")}

    def studying() -> set[str]:
        return {ids.get(one["person"], "") for one in unit.bodies("study-task") if one["status"] == "studying"}

    hands.wait(lambda: set(names) <= studying(), "每个人的学习任务")
    unit.go("people")
    hands.write(unit.window, "people.search", names[0])
    hand_rows.row(unit.window, "people.table", names[0])
    book.step(f"办结：{len(names)} 人的学习已经开通", unit.window, facts={"studying": sorted(studying())})
    hands.write(unit.window, "people.search", "")


def exam(book: Book, unit: Person) -> None:
    """The study platform puts a file into the watched folder; the people list shows what came of it."""
    stage, story = book.stage, book.stage.sample["story"]["exam"]
    before = {one["id"] for one in unit.bodies("certificate")}
    results = [
        {
            "id_number": number_of(stage.sample, one["name"]),
            "passed": one["passed"],
            "on": stage.today.isoformat(),
            "score": one["score"],
        }
        for one in story
    ]
    inbox = stage.server.data / "study-inbox"
    inbox.mkdir(exist_ok=True)
    file = inbox / "考试成绩.json.part"
    file.write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
    file.rename(inbox / "考试成绩.json")
    hands.wait(lambda: not (inbox / "考试成绩.json").exists(), "学习平台的成绩文件被收下")
    refused = [one.read_text(encoding="utf-8") for one in (inbox / "rejected").glob("*.txt")]
    if refused:
        raise hands.Stuck(f"成绩文件没有被接受：{'；'.join(refused)}")
    passed = [one for one in story if one["passed"]]

    def made() -> set[str]:
        return {one["id"] for one in unit.bodies("certificate")} - before

    hands.wait(lambda: len(made()) >= len(passed), "考试通过的新证书")
    for one in passed:
        unit.go("people")
        hands.write(unit.window, "people.search", one["name"])
        hand_rows.row(unit.window, "people.table", (one["name"], one["shows"]))
        book.step(f"考试成绩送到，{one['name']}的证书出现在人员档案里", unit.window)
    hands.write(unit.window, "people.search", "")
