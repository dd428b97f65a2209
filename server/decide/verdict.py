"""What a judge says of one Operation, and the refusals that are the server's own and no pack's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.operations import Body, Finding, Status
from sync.protocol import STUMBLED


class Refusal(StrEnum):
    """Rule ids of the server's own refusals."""

    NOT_ALLOWED = "huiban-not-allowed"
    NOT_FOUND = "huiban-not-found"
    MALFORMED = "huiban-malformed"
    AFTER_REFUSED = "huiban-after-refused"
    TAKEN = "huiban-taken"
    ALREADY_SENT = "huiban-already-sent"
    NOT_NOW = "huiban-not-now"
    STRANGER = "huiban-stranger"
    PACK = "huiban-pack"


WORDS = {
    Refusal.NOT_ALLOWED: "您的账号不能办理此项操作。如确需办理，请联系本单位主账号或协会。",
    Refusal.NOT_FOUND: "协会没有找到这项内容，可能已被删除。请更新后再试。",
    Refusal.MALFORMED: "内容不完整或格式不对。请修改后重新提交。",
    Refusal.AFTER_REFUSED: "它所依据的上一步没有被接收，请先处理上一步。",
    Refusal.TAKEN: "已被占用，请换一个。",
    Refusal.ALREADY_SENT: "这张表单已经提交，不能再按草稿修改。请到申请列表查看。",
    Refusal.NOT_NOW: "当前状态下不能进行这一步。请更新后查看最新进度。",
    Refusal.STRANGER: "本单位档案中没有此人。请核对证件号码；如已入职本单位，请先办理归属变更。",
    Refusal.PACK: "规则包有错误。",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one Operation before it has its place in the order of all: no version, position or receipt yet."""

    status: Status
    findings: tuple[Finding, ...] = ()
    rows: tuple[Body, ...] = ()
    current: Body | None = None
    missing: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    action: str = ""  # for the record


APPLIED = Verdict(Status.APPLIED)


def applied(*, rows: Iterable[Body] = (), findings: Iterable[Finding] = (), action: str = "") -> Verdict:
    """It is so from now on; findings are warnings that were confirmed."""
    return Verdict(Status.APPLIED, tuple(findings), tuple(rows), action=action)


def refused(refusal: Refusal, message: str = "", *, path: str = "", row: str | None = None) -> Verdict:
    """One of the server's own reasons."""
    return Verdict(Status.REFUSED, (Finding(refusal.value, message or WORDS[refusal], path=path, row=row),))


def refused_with(findings: Iterable[Finding]) -> Verdict:
    """Reasons of the pack: every one, with row and field."""
    return Verdict(Status.REFUSED, tuple(findings))


def stumbled() -> Verdict:
    """A bug of ours is no answer to anybody: the Operation waits, is sent again, and is decided once we are mended."""
    return Verdict(Status.WAITING, (Finding(STUMBLED, "协会服务器暂时办不了这一件，已记录，会自动再试。"),))


def conflict(current: Body | None) -> Verdict:
    """It was asked of an older version: here is the newest, as this account may see it."""
    return Verdict(Status.CONFLICT, current=current)


class Malformed(ValueError):
    """A payload that is not what its kind says; the message names the place."""
