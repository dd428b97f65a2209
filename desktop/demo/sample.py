"""The sample data of resources/demo for one day: relative days counted from it, papers and a workbook made."""

from __future__ import annotations

import calendar
import io
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from stdnum.cn import ric

from desktop.demo import papers

Sample = dict[str, Any]
SHIFT = frozenset({"years", "months", "days"})


def resolved(path: Path, today: date, *, configured: bool = False) -> Sample:
    """The file's data for this day. `configured`: the settings are in force from the start."""
    with path.open(encoding="utf-8") as stream:
        sample: Sample = _plain(yaml.safe_load(stream), today)
    for person in sample["people"]:
        person["id_number"] = _completed(person["id_number"], person["birth_date"])
    for one in (*sample["units"], *sample["people"]):
        for application in one.get("applications") or ():
            application["form"] = _form(application.get("form") or {}, one["id"])
    if configured:
        settings = ({key: value for key, value in one.items() if key != "later"} for one in sample["settings"])
        sample["config"] = [*sample["config"], *settings]
    return sample


def write_seed(sample: Sample, folder: Path) -> Path:
    """Writes what `huiban-server init --seed` reads, with the papers of each person's profile beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    titles = sample["papers"]
    people = [{**_sent(person, folder, titles), "materials": _profile(person, folder, titles)}
              for person in sample["people"]]  # fmt: skip
    units = [_sent(unit, folder, titles) for unit in sample["units"]]
    seed = folder / "seed.json"  # JSON is YAML
    told = {**sample, "people": people, "units": units}
    seed.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return seed


def people_workbook(sample: Sample) -> bytes:
    """The Excel file of people as people have them: everything a person may have done to it is still in it."""
    listed = sample["people_list"]
    import openpyxl  # slow to import, and every process of the tests imports this module
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = listed["sheet"]
    sheet.append([listed["title"]])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(listed["header"]))
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(listed["header"])
    for row in listed["rows"]:
        sheet.append([_cell(cell) for cell in row["cells"]])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def moved(today: date, *, years: int = 0, months: int = 0, days: int = 0) -> date:
    """Months first, clamped to the end of the month, then days."""
    index = today.year * 12 + today.month - 1 + years * 12 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1])) + timedelta(days=days)


def _plain(value: Any, today: date) -> Any:
    if isinstance(value, list):
        return [_plain(item, today) for item in value]
    if not isinstance(value, dict):
        return value
    if value and value.keys() <= SHIFT:
        return moved(today, **value).isoformat()
    if value.keys() == {"month"}:
        return moved(today.replace(day=1), months=value["month"]).isoformat()[:7]
    return {key: _plain(item, today) for key, item in value.items()}


def _completed(pattern: str, birth_date: str) -> str:
    """An identity number whose birth date depends on today gets it, and the check digit that follows from it."""
    number = pattern.replace("{birth}", birth_date.replace("-", ""))
    return number.replace("{check}", ric.calc_check_digit(number.replace("{check}", "0")))


def _form(form: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """A form as it was sent: rows of the person it stands under."""
    cards = {
        card: [{"row": f"r{at}", "person": subject, **row} for at, row in enumerate(rows, start=1)]
        for card, rows in (form.get("cards") or {}).items()
    }
    return {"values": dict(form.get("values") or {}), "cards": cards, "attachments": []}


def _sent(one: Mapping[str, Any], folder: Path, titles: Mapping[str, str]) -> dict[str, Any]:
    """Its applications with their papers: of the first row, or of the whole form where there is no row."""
    applications = []
    for application in one.get("applications") or ():
        row = next((rows[0]["row"] for rows in application["form"]["cards"].values() if rows), None)
        lines = [str(one["name"]), str(one.get("id_number") or one.get("credit_code") or "")]
        owner = str(one["id"]).rpartition("/")[2]
        attached = [
            {"row": row, **_paper(folder / "applications" / f"{owner}-{material}.jpg", one, material, titles, lines)}
            for material in application.get("papers") or ()
        ]
        form = {**application["form"], "attachments": attached}
        applications.append({**{key: value for key, value in application.items() if key != "papers"}, "form": form})
    return {**one, "applications": applications}


def _profile(person: Mapping[str, Any], folder: Path, titles: Mapping[str, str]) -> list[dict[str, str]]:
    owner, lines = person["id"].rpartition("/")[2], [person["name"], person["id_number"]]
    return [
        _paper(folder / "profile" / f"{owner}-{material}.jpg", person, material, titles, lines)
        for material in person.get("profile", [])
    ]


def _paper(
    file: Path, of: Mapping[str, Any], material: str, titles: Mapping[str, str], lines: list[str]
) -> dict[str, str]:
    """A made-up paper, and how a seed names it."""
    title = titles.get(material, material)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(papers.picture(title, lines, kind="jpg"))
    return {"material": material, "name": f"{of['name']}-{title}.jpg", "type": "jpg", "file": str(file)}


def _cell(cell: Any) -> str | int | float | date | None:
    match cell:
        case {"number": int() | float() as number}:
            return number
        case {"date": str() as day}:
            return date.fromisoformat(day)
        case "":
            return None
        case _:
            return str(cell)
