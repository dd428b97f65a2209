"""`huiban explain` and `huiban pack` as scripts see them: a real process, without Qt, on stdout JSON alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_QT = """
import sys
sys.modules['PySide6'] = sys.modules['shiboken6'] = None
from desktop.cli import main
sys.exit(main(sys.argv[1:]))
"""
CASES = """
cases:
- {id: "一", kind: document, service: receipt, given: {request: {payment_kind: unit_fee}}, expect: {}, why: x}
- {id: 2, kind: document, service: receipt, given: {request: {payment_kind: assist_fee}}}
"""


def huiban(*words: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    return subprocess.run(
        [sys.executable, "-c", NO_QT, *words], cwd=ROOT, env=environment, capture_output=True, check=False
    )


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    return path


def test_every_case_answered(cases: Path) -> None:
    done = huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(cases))
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout.decode("utf-8")) == [
        {"id": "一", "answer": {"document_kind": "fiscal_receipt", "delivery": "sms"}},
        {"id": 2, "answer": {"document_kind": "e_invoice", "delivery": "email"}},
    ]
    assert done.stderr == b""


def test_one_case_that_cannot_be_asked_stops_no_other(cases: Path) -> None:
    cases.write_text(CASES + "- {id: bad, kind: eligibility, service: nothing, given: {}}\n- 7\n", encoding="utf-8")
    done = huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(cases))
    assert done.returncode == 1
    answers = json.loads(done.stdout.decode("utf-8"))
    assert [set(each) for each in answers] == [{"id", "answer"}, {"id", "answer"}, {"id", "error"}, {"id", "error"}]


def test_ids_come_back_however_they_were_written(cases: Path) -> None:
    ask = "kind: document, service: receipt, given: {request: {payment_kind: unit_fee}}"
    ids = ["1.5", "1e5", "007", "2026-03-18", "[a, 1.5]", "null", "twice", "twice"]
    cases.write_text("cases:\n" + "".join(f"- {{id: {each}, {ask}}}\n" for each in ids), encoding="utf-8")
    done = huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(cases))
    assert done.returncode == 0, done.stderr.decode()
    made = [each["id"] for each in json.loads(done.stdout.decode("utf-8"))]
    assert made == [1.5, "1e5", "007", "2026-03-18", ["a", 1.5], None, "twice", "twice"]


def test_a_bug_that_one_case_meets_costs_that_case_only(cases: Path, tmp_path: Path) -> None:
    broken = """
import domain.cases, sys
whole = domain.cases.ask
def ask(pack, case):
    if case["id"] == 2:
        raise KeyError("a name")
    return whole(pack, case)
domain.cases.ask = ask
from desktop.cli import main
sys.exit(main(sys.argv[1:]))
"""
    words = ["explain", "--pack", "gdjlxh-2025", "--cases", str(cases)]
    environment = {**os.environ, "HUIBAN_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", broken, *words], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 1
    answers = json.loads(done.stdout.decode("utf-8"))
    assert [set(each) for each in answers] == [{"id", "answer"}, {"id", "error"}]
    assert "a name" not in done.stderr.decode("utf-8") + done.stdout.decode("utf-8")


@pytest.mark.parametrize("deep", ["[" * 200_000 + "]" * 200_000, "- " * 100_000 + "x", '{"a":' * 50_000 + "1"])
def test_a_file_without_a_bottom_is_refused_in_one_sentence(cases: Path, deep: str) -> None:
    cases.write_text(f"cases:\n  {deep}\n", encoding="utf-8")
    done = huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(cases))
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.decode("utf-8").strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG\x00\xff", "不是 UTF-8 编码的文字文件"),
        (b"", "文件里没有 cases 列表"),
        (b"cases: [1, 2", "第 2 行，YAML 写法不对：方括号没有配对"),
        (b"- 1\n", "文件里没有 cases 列表"),
    ],
)
def test_what_is_no_file_of_cases_is_refused_in_words(cases: Path, content: bytes, why: str) -> None:
    cases.write_bytes(content)
    done = huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(cases))
    assert (done.returncode, done.stdout) == (2, b"")
    (said,) = done.stderr.decode("utf-8").strip().splitlines()
    assert said.startswith(f"用例文件“{cases}”不能读取：{why}")


def test_a_file_that_is_not_there_and_a_folder_are_said_so(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "nowhere.yaml", "没有这个文件。"), (tmp_path, "这是文件夹，不是文件。")):
        done = huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(path))
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.decode("utf-8").strip() == f"用例文件“{path}”不能读取：{why}"


def test_a_key_that_nothing_looks_at_is_named_beside_the_answers(cases: Path) -> None:
    given = """{today: "2026-03-18", shoe: 43, config: {age.mod: x}, person: {birthdate: "1990-01-01"},
      rows: [{row: R1, person: {nam: 甲}, certificate_typ: a, request: {form: {anything: 1}}}],
      uploads: [{material: m, byte: 3}], review: {anything: true}}"""
    slips = f"- {{id: a, kind: eligibility, service: initial-education, given: {given}}}"
    named = "- {id: b, kind: eligibility, service: initial-education, given: {today: 2026-03-18}, givens: {}, why: x}"
    cases.write_text(f"cases:\n{slips}\n{named}\n", encoding="utf-8")
    done = huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(cases))
    assert [set(each) for each in json.loads(done.stdout)] == [{"id", "answer"}] * 2
    assert done.returncode == 0
    assert done.stderr.decode("utf-8").splitlines() == [
        "用例“a”：没有用到 given.shoe、given.config.age.mod、given.person.birthdate、given.rows[0].person.nam、"
        "given.rows[0].certificate_typ 等 6 处，请核对键的写法。",
        "用例“b”：没有用到 givens，请核对键的写法。",
    ]


def test_a_pack_may_be_a_folder(cases: Path) -> None:
    folder = ROOT / "resources" / "packs" / "gdjlxh-2025"
    assert huiban("explain", "--pack", str(folder), "--cases", str(cases)).returncode == 0


@pytest.mark.parametrize("text", ["cases: [", "other: 1", "", "cases: 3"])
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(text, encoding="utf-8")
    done = huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.decode("utf-8").strip().splitlines()) == 1


def test_a_pack_that_cannot_be_read(cases: Path, tmp_path: Path) -> None:
    assert huiban("explain", "--pack", "nobody", "--cases", str(cases)).returncode == 2
    assert huiban("explain", "--pack", "gdjlxh-2025", "--cases", str(tmp_path / "none")).returncode == 2
    (tmp_path / "pack.yaml").write_text("pack: x\nname: 3\nprice: y\n", encoding="utf-8")
    done = huiban("explain", "--pack", str(tmp_path), "--cases", str(cases))
    assert (done.returncode, done.stdout) == (2, b"")
    (said,) = done.stderr.decode("utf-8").splitlines()
    assert "pack.yaml:2: name: 应为文字" in said
    assert "用 huiban pack check 可以看全" in said


def test_checking_packs(tmp_path: Path) -> None:
    assert huiban("pack", "check").returncode == 0
    assert huiban("pack", "check", "gdjlxh-2025").returncode == 0
    (tmp_path / "pack.yaml").write_text("pack: x\nname: y\nprice: 1.5\n", encoding="utf-8")
    done = huiban("pack", "check", str(tmp_path))
    assert done.returncode == 1
    assert "pack.yaml:3: price" in done.stderr.decode("utf-8")


def test_the_schema_is_json() -> None:
    done = huiban("pack", "schema")
    assert done.returncode == 0
    assert set(json.loads(done.stdout)) == {"pack", "service", "document", "table"}
