"""Accounts that a unit keeps for its own people: the association's rules decide, whoever asks and however often."""

from __future__ import annotations

import json
from typing import Any

from domain.operations import Kind, Outcome, Status
from server.decide.verdict import Refusal
from tests.server.desks import OTHER_UNIT, UNIT, House
from tests.server.houses import house, real_house, sqlite_house

__all__ = ["house", "real_house", "sqlite_house"]
LIMIT, MOBILE, MAIN_ONLY = "GD-3.15-01", "GD-3.15-02", "GD-3.15-03"


def keep(house: House, key: str, login: str, who: str = "main", **more: Any) -> Outcome:
    """Somebody keeps a sub-account."""
    payload = {"name": f"经办{key}", "login": login, "mobile": login, "role": "unit_sub", **more}
    return house.desk(f"account/{who}").ask(Kind.SAVE_ACCOUNT, f"account/{key}", payload)


def rules(outcome: Outcome) -> list[str]:
    return [finding.rule for finding in outcome.findings]


def dispatched(house: House) -> list[str]:
    """Whose first password waits to be told."""
    with house.work.database.read() as connection:
        told = connection.exec_driver_sql("SELECT port, body FROM dispatch ORDER BY id").all()
    return [json.loads(body)["account"] for port, body in told if port == "first-secret"]


def test_a_main_account_keeps_as_many_as_the_association_allows(real_house: House) -> None:
    for at in range(2):  # one is there already
        assert keep(real_house, f"n{at}", f"1380000000{at}").status is Status.APPLIED
    outcome = keep(real_house, "n2", "13800000002")
    assert rules(outcome) == [LIMIT]
    assert outcome.findings[0].message == "最多可设3个子账号，请先停用一个"
    assert dispatched(real_house) == ["account/n0", "account/n1"]
    main = real_house.desk("account/main")
    assert main.ask(Kind.SAVE_ACCOUNT, "account/sub", {"active": False}).status is Status.APPLIED
    assert keep(real_house, "n2", "13800000002").status is Status.APPLIED
    assert rules(main.ask(Kind.SAVE_ACCOUNT, "account/sub", {"login": "13800000009", "active": True})) == [LIMIT]
    assert main.ask(Kind.SAVE_ACCOUNT, "account/n0", {"name": "改了名"}).status is Status.APPLIED, "none is added"


def test_another_limit_holds_from_its_day_on(real_house: House) -> None:
    value = {"value": 1, "since": "2020-01-01", "why": "试行"}
    admin = real_house.desk("account/admin")
    assert admin.ask(Kind.SET_CONFIG, "config/sub_accounts.max", value).status is Status.APPLIED
    outcome = keep(real_house, "n0", "13800000000")
    assert rules(outcome) == [LIMIT]
    assert "1个" in outcome.findings[0].message
    stopped = real_house.desk("account/main").ask(
        Kind.SAVE_ACCOUNT, "account/sub", {"login": "13800000005", "active": False}
    )
    assert stopped.status is Status.APPLIED, "one can always be stopped"


def test_the_login_is_a_mobile_number_that_nobody_has(real_house: House) -> None:
    assert rules(keep(real_house, "n0", "12800000000")) == [MOBILE]
    assert keep(real_house, "n0", "13800000000").status is Status.APPLIED
    taken = keep(real_house, "n1", "13800000000")
    assert rules(taken) == [MOBILE]
    assert taken.findings[0].message == "子账号须为未使用过的手机号码"
    assert real_house.version("account/n1") == 0


def test_only_the_main_account_keeps_them(real_house: House) -> None:
    outcome = keep(real_house, "n0", "13800000000", who="sub")
    assert rules(outcome) == [MAIN_ONLY]
    assert outcome.findings[0].message == "仅主账号可以操作，请用单位主账号登录"
    for who in ("agent", "reviewer", "finance", "secretary"):
        assert rules(keep(real_house, "n0", "13800000000", who=who, unit=UNIT)) == [Refusal.NOT_ALLOWED]
    other = real_house.desk("account/other").ask(Kind.SAVE_ACCOUNT, "account/sub", {"active": False})
    assert Refusal.NOT_ALLOWED in rules(other) or MOBILE in rules(other)
    assert real_house.body("account/sub")["active"] is True
    assert rules(keep(real_house, "n0", "13800000000", unit=OTHER_UNIT)) == [Refusal.NOT_ALLOWED]


def test_a_password_is_set_anew_by_notification_and_by_the_main_account_only(real_house: House) -> None:
    keep(real_house, "n0", "13800000000")
    before = real_house.body("account/n0")
    asked = {"reset_password": True}
    assert real_house.desk("account/main").ask(Kind.SAVE_ACCOUNT, "account/n0", asked).status is Status.APPLIED
    assert dispatched(real_house) == ["account/n0", "account/n0"]
    assert real_house.body("account/n0") == before, "nothing of it is kept with the account"
    for who in ("sub", "other", "reviewer"):
        assert real_house.desk(f"account/{who}").ask(Kind.SAVE_ACCOUNT, "account/n0", asked).status is Status.REFUSED
    assert real_house.desk("account/main").ask(Kind.SAVE_ACCOUNT, "account/main", asked).status is Status.REFUSED
    assert len(dispatched(real_house)) == 2
    assert real_house.desk("account/admin").ask(Kind.SAVE_ACCOUNT, "account/n0", asked).status is Status.APPLIED


def test_a_unit_has_one_main_account(real_house: House) -> None:
    admin = real_house.desk("account/admin")
    second = {"login": "又一个", "role": "unit_main", "unit": UNIT}
    outcome = admin.ask(Kind.SAVE_ACCOUNT, "account/m2", second)
    assert rules(outcome) == [Refusal.TAKEN]
    assert "已有主账号" in outcome.findings[0].message
    assert admin.ask(Kind.SAVE_ACCOUNT, "account/main", {"active": False}).status is Status.APPLIED
    assert admin.ask(Kind.SAVE_ACCOUNT, "account/m2", second).status is Status.APPLIED
