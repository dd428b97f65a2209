"""The commands of `huiban-server`: exit 0 only on success, one clear sentence otherwise."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import sys
from pathlib import Path

import pytest
import requests

from desktop.demo.server_process import ServerFailed, ServerProcess
from domain.operations import Kind
from server.cli import main
from server.decide.install import install
from server.settings import load
from server.work import build
from sync.protocol import BASE, fingerprint
from tests.server.running import INIT, JPEG, PACK, SEED, TODAY, Line, a_running_server
from tests.support.waiting import PATIENCE

pytest_plugins = ["tests.server.running"]
DAY = TODAY.isoformat()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """One command: exit status, standard output, standard error."""
    capsys.readouterr()
    status = main(arguments)
    told = capsys.readouterr()
    return status, told.out, told.err


def test_init_makes_an_association_with_accounts_and_an_invitation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "server"
    options = ["--pack", str(PACK), "--name", "小协会", "--address", "https://huiban.example", "--seed", str(SEED)]
    status, out, err = run(capsys, "init", "--data", str(data), *options, "--today", DAY)
    assert (status, err) == (0, "")
    assert "2 个单位，2 人，9 个账号" in out
    invitation = json.loads((data / "invitation.huiban").read_text(encoding="utf-8"))
    assert invitation["address"] == "https://huiban.example"
    assert invitation["association"] == {"id": "small", "name": "小协会"}
    assert invitation["key_fingerprint"] == fingerprint(build(load(data)).public_key)
    (note,) = [json.loads(file.read_text(encoding="utf-8")) for file in (data / "spool").glob("*.json")]
    assert (note["login"], note["mobile"]) == ("newcomer", "19900000000")
    assert note["password"] in note["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_keys_and_first_passwords_are_readable_to_the_service_alone(founded: Path) -> None:
    for path in [*founded.glob("keys/*"), *founded.glob("spool/*"), founded / "server.json"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_without_a_seed_there_is_one_administrator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "server"
    assert run(capsys, "init", "--data", str(data), "--pack", str(PACK), "--name", "小协会")[0] == 0
    (note,) = [json.loads(file.read_text(encoding="utf-8")) for file in (data / "spool").glob("*.json")]
    assert note["login"] == "admin"


def test_init_never_touches_an_association_that_is_there(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (data / "server.json").read_bytes()
    status, out, err = run(capsys, "init", "--data", str(data), "--pack", str(PACK), "--name", "另一个")
    assert (status, out) == (1, "")
    assert "已经有一个协会" in err
    assert (data / "server.json").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("accounts: [{login: a, role: king}]", "没有 king 这种账号"),
        ("accounts: [{role: admin}]", "login"),
        ("accounts: [{login: a, role: unit_main, unit: unit/none}]", "没有 unit/none"),
        ("accounts: [{login: a, role: admin}, {login: a, role: admin}]", "登录名重复"),
        (
            "people: [{id: person/1, name: 甲, id_number: '1'}, {id: person/2, name: 乙, id_number: '1'}]",
            "证件号码重复",
        ),
        ("units: [{id: unit/1, name: 甲}, {id: unit/1, name: 乙}]", "出现了两次"),
        ("- a list", "应为一组键和值"),
        ("a: [", "不是 YAML"),
    ],
)
def test_a_seed_with_a_mistake_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(text, encoding="utf-8")
    data = tmp_path / "server"
    status, _, err = run(
        capsys, "init", "--data", str(data), "--pack", str(PACK), "--name", "小协会", "--seed", str(seed)
    )
    assert status == 1
    assert words in err
    assert err.count("\n") == 1, "one sentence"
    assert not data.exists()


def test_a_pack_that_is_not_there_or_wrong_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ("init", "--data", str(tmp_path / "server"), "--name", "小协会", "--pack")
    assert "没有规则包 nowhere" in run(capsys, *common, "nowhere")[2]
    broken = Path(shutil.copytree(PACK, tmp_path / "broken"))
    (broken / "pack.yaml").write_text("pack: x\n", encoding="utf-8")
    status, _, err = run(capsys, *common, str(broken))
    assert status == 1
    assert "pack.yaml:1" in err


def test_commands_on_a_folder_that_is_no_server_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["serve"], ["restore"], ["verify"], ["erase", "person/1"], ["import", "x.yaml"]):
        status, _, err = run(capsys, command[0], "--data", str(tmp_path), *command[1:])
        assert status == 1
        assert "不是会办服务器的数据目录" in err


def test_a_database_that_cannot_be_reached_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "verify", "--data", str(data), "--database", "sqlite:////nowhere/x.db")
    assert (status, "数据库不可用" in err) == (1, True)


def test_more_stock_comes_in_whole_or_not_at_all(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.yaml"
    text = "units: [{id: unit/u3, name: 丙公司}]\naccounts: [{login: 丙公司, role: unit_main, unit: %s}]\n"
    more.write_text(text % "unit/u9", encoding="utf-8")
    assert "没有 unit/u9" in run(capsys, "import", "--data", str(data), str(more))[2]
    more.write_text(text % "unit/u3", encoding="utf-8")
    assert run(capsys, "import", "--data", str(data), str(more))[0] == 0
    assert "已经存在" in run(capsys, "import", "--data", str(data), str(more))[2]
    with a_running_server(data) as running:
        line = running.line().login("丙公司", running.first_password("丙公司"))
        assert line.scopes[0] == "unit:u3"


def test_a_restored_server_has_a_new_epoch_and_the_old_data(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "备份 #1 100%.db"  # signs that mean something in an address
    assert run(capsys, "backup", "--data", str(data), str(copy))[0] == 0
    assert "已经存在" in run(capsys, "backup", "--data", str(data), str(copy))[2]
    before = _epoch(data)
    with sqlite3.connect(data / "server.db") as connection:
        connection.execute("DELETE FROM entity WHERE kind = 'unit'")
    status, out, _ = run(capsys, "restore", "--data", str(data), "--backup", str(copy))
    assert status == 0
    assert _epoch(data) != before
    assert _epoch(data) in out
    with a_running_server(data) as running:
        assert running.line("甲公司").pull()["unit/u1"]["name"] == "甲公司"


def test_what_is_no_backup_replaces_nothing(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = _epoch(data)
    (tmp_path / "x.db").write_bytes(b"not a database" * 100)
    assert "不是完好的" in run(capsys, "restore", "--data", str(data), "--backup", str(tmp_path / "x.db"))[2]
    assert "没有备份文件" in run(capsys, "restore", "--data", str(data), "--backup", str(tmp_path / "y.db"))[2]
    assert _epoch(data) == before


def test_a_lost_device_and_a_forgotten_password(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with a_running_server(data) as running:
        line = running.line("甲公司", "lost")
        assert run(capsys, "revoke", "--data", str(data), "甲公司", "lost")[0] == 0
        assert line.ask("POST", "/logout").status_code == 401
        assert "没有登记过" in run(capsys, "revoke", "--data", str(data), "甲公司", "lost")[2]
        kept = running.line("乙公司")
        assert run(capsys, "reset-password", "--data", str(data), "乙公司")[0] == 0
        assert kept.ask("POST", "/logout").status_code == 401
        fresh = running.line().try_login("乙公司", running.first_password("乙公司"))
        assert fresh.json()["must_change_password"] is True
    assert "没有这个账号" in run(capsys, "reset-password", "--data", str(data), "丁公司")[2]


def test_a_real_case_is_explained_from_its_facts(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with a_running_server(data) as running:
        (case,) = [key for key in running.line("乙公司").pull() if key.startswith("application/")]
    status, out, _ = run(capsys, "explain", "--data", str(data), case[-8:], "--today", DAY)
    told = json.loads(out)
    assert (status, told["application"], told["service"]) == (0, case, "errand")
    assert told["given"]["today"] == DAY
    assert told["answer"]["eligibility"]["failed_rules"] == []
    assert "没有编号为 nowhere" in run(capsys, "explain", "--data", str(data), "nowhere")[2]


def test_plain_http_stays_on_this_machine(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        status, _, err = run(capsys, "serve", "--data", str(data), "--host", host)
        assert (status, "--tls-certificate" in err) == (1, True)


def test_the_record_is_proved_and_a_changed_row_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "verify", "--data", str(data))
    assert (status, "完好" in out) == (0, True)
    with sqlite3.connect(data / "server.db") as connection:
        connection.execute("UPDATE record SET account = 'account/somebody-else' WHERE number = 1")
    status, _, err = run(capsys, "verify", "--data", str(data))
    assert (status, "被改动过" in err) == (1, True)


def test_an_erased_person_is_gone_from_everywhere_and_the_chain_holds(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_running_server(data) as running:
        unit, office = running.line("甲公司"), running.line("review")
        sha256 = unit.upload(JPEG + b"paper" * 5000, "unit:u1")
        assert "person/p1" in office.pull()
        row = {"row": "r1", "person": "person/p1", "values": {"phone": "19977777777"}}
        papers = [{"material": "paper", "row": "r1", "blob": sha256, "name": "陈喆.jpg"}]
        form = {"values": {}, "cards": {"people": [row]}, "attachments": papers}
        body = {"id": "application/1", "service": "errand", "state": "done", "unit": "unit/u1", "people": ["person/p1"]}
        history = [{"at": "x", "actor": "association", "action": "return", "reason": "陈喆的证明不清楚"}]
        with running.work.database.write() as connection:
            install(
                connection, [{**body, "form": form, "history": history, "completed_on": DAY}], "2026-03-18T02:00:00Z"
            )
        status, out, err = run(capsys, "erase", "--data", str(data), "440104199003120811")
        assert (status, err) == (0, "")
        assert "person/p1" in out
        seen = {**unit.pull(), **office.pull()}
        assert not {"person/p1", "membership/p1"} & seen.keys()
        assert "application/1" in seen, "that there was an application stays true"
        text = json.dumps(seen, ensure_ascii=False)
        for word in ("440104199003120811", "19977777777", sha256, "证明不清楚"):
            assert word not in text
        assert unit.ask("GET", f"/blobs/{sha256}").status_code == 404
        assert not running.work.blobs.has(sha256)
    assert run(capsys, "verify", "--data", str(data))[0] == 0
    assert "没有这个证件号码的人" in run(capsys, "erase", "--data", str(data), "440104199003120811")[2]


def test_nobody_is_erased_in_the_middle_of_an_application(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "erase", "--data", str(data), "person/p2")
    assert (status, "未办结" in err) == (1, True)


def test_a_new_edition_is_published_signed_and_kept_beside_the_old(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(PACK, tmp_path / "pack"))
    text = (folder / "pack.yaml").read_text(encoding="utf-8")
    (folder / "pack.yaml").write_text(text.replace('edition: "1"', 'edition: "2"'), encoding="utf-8")
    publish = ("publish", "--data", str(data), str(folder), "--since", "2099-01-01")
    other = tmp_path / "other.key"
    other.write_bytes(bytes(range(32)))
    assert "签名" in run(capsys, *publish, "--key", str(other))[2]
    status, out, err = run(capsys, *publish)
    assert (status, out, err) == (0, "已发布版本 2，自 2099-01-01 起施行。\n", "")
    assert "已经发布过" in run(capsys, *publish)[2]
    with a_running_server(data) as running:
        assert {"pack/1", "pack/2"} <= running.line("甲公司").pull().keys()
    broken = folder / "services" / "errand.yaml"
    broken.write_text("service: errand\nnonsense: 1\n", encoding="utf-8")
    status, _, err = run(capsys, *publish)
    assert (status, "errand.yaml:" in err, err.count("\n")) == (1, True, 1)


def test_status_names_what_could_not_be_decided_and_who_is_cut_off(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(line: Line) -> dict[str, str]:
        entry = {"name": "陈喆", "document_type": "other", "document_number": "X2"}
        op_id = "01980000-0000-7000-8000-000000000009"
        return line.operation(op_id, Kind.SAVE_ROSTER, "roster/r1", entry, base_version=1)

    assert "暂时办不了的：0 件" in run(capsys, "status", "--data", str(data))[1]
    with a_running_server(data) as running:
        with running.work.database.write() as connection:
            body = {"id": "roster/r1", "unit": "unit/u1", "name": "旧", "document_number": "X1"}
            install(connection, [body], "2026-03-18T02:00:00.000Z")
            connection.exec_driver_sql("UPDATE entity SET body = replace(body, '\"X1\"', '1') WHERE id = 'roster/r1'")
        line = running.line("甲公司")
        (answer,) = line.push(broken(line))
        assert (answer["c"], answer["f"][0]["rule"]) == ("waiting", "huiban-bug")
    status, out, _ = run(capsys, "status", "--data", str(data))
    assert status == 0
    assert "暂时办不了的：1 件" in out
    assert "01980000-0000-7000-8000-000000000009 save-roster：TypeError at server.decide.roster:" in out
    assert "没有联系的设备：1 台" in out, "the clock of this machine is far beyond that of the test's server"
    assert "陈喆" not in out


@pytest.mark.processes
def test_serve_says_when_it_listens_and_ends_when_it_is_asked(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "server") as server:
        server.run("init", *INIT)
        url = server.start()
        assert requests.get(f"{url}{BASE}/hello", timeout=PATIENCE).json()["association"]["name"] == "小协会"
        assert json.loads(server.invitation().read_text(encoding="utf-8"))["address"] == url
        line = Line(url).login("甲公司")
        assert "unit/u1" in line.pull()
        if sys.platform != "win32":
            assert server.stop() == 0
        server.kill()
        assert server.start() == url, "after a kill it comes back on its port"
        assert line.pull()["unit/u1"]["name"] == "甲公司"
        with pytest.raises(ServerFailed, match="已经有一个协会"):
            server.run("init", *INIT)


def _epoch(data: Path) -> str:
    with sqlite3.connect(data / "server.db") as connection:
        (epoch,) = connection.execute("SELECT epoch FROM feed_head").fetchone()
    return str(epoch)
