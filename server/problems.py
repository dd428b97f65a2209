"""Every kind of refusal on the wire (RFC 9457), in one catalogue: status, words, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sync.protocol import PROBLEM_PREFIX, PROBLEM_TYPE, Problem, json_bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of problem: its HTTP status, its title and what the person can do."""

    status: int
    title: str
    remedy: str


CATALOGUE: Mapping[Problem, Entry] = {
    Problem.MALFORMED: Entry(400, "请求的内容读不懂", "请更新会办后再试"),
    Problem.PROTOCOL_VERSION: Entry(426, "会办的版本与协会服务器不一致", "请更新会办"),
    Problem.LOGIN_NEEDED: Entry(401, "需要登录", "请输入密码重新登录，未发送的内容都还在"),
    Problem.LOGIN_WRONG: Entry(401, "账号或密码不对", "请核对后再试；忘记密码请联系协会"),
    Problem.LOCKED_OUT: Entry(429, "失败次数过多，暂停登录", "请稍后再试"),
    Problem.PASSWORD_CHANGE_NEEDED: Entry(403, "首次登录须先修改密码", "请先修改密码"),
    Problem.PASSWORD_WEAK: Entry(422, "新密码不合要求", "请用至少 10 个字符、与账号和旧密码不同的密码"),
    Problem.REVOKED: Entry(403, "账号或设备已停用", "请联系协会"),
    Problem.NOT_ALLOWED: Entry(403, "当前账号无权进行此操作", "请用有权限的账号登录"),
    Problem.NOT_FOUND: Entry(404, "没有这一项", "请核对地址"),
    Problem.METHOD_NOT_ALLOWED: Entry(405, "此地址不接受这种请求", "请更新会办后再试"),
    Problem.TOO_LARGE: Entry(413, "内容太大", "请分批发送"),
    Problem.MEDIA_TYPE: Entry(415, "内容的类型不对", "请更新会办后再试"),
    Problem.BUSY: Entry(503, "协会服务器忙", "会办会自动再试"),
    Problem.INTERNAL: Entry(500, "协会服务器出错", "会办会自动再试；一直如此请联系协会"),
    Problem.BLOB_OFFSET: Entry(409, "附件的续传位置不对", "会办会从服务器已有的位置继续"),
    Problem.BLOB_CHECKSUM: Entry(460, "附件在途中受损", "会办会重新发送这个附件"),
    Problem.BLOB_KIND: Entry(415, "规则包不接受这种附件", "请换成允许的格式和大小后重新添加"),
    Problem.DEVICE_UNKNOWN: Entry(403, "协会不认识这台设备", "请重新登录，内容会再次发送"),
    Problem.SIGNATURE_WRONG: Entry(403, "签名不对", "请重新登录后再试"),
    Problem.OPERATION_UNREADABLE: Entry(400, "这一项的内容读不懂", "请更新会办后再试"),
    Problem.OP_ID_REUSED: Entry(409, "同一编号下已有另一份内容", "请把这一项作为新的申请再次提交"),
    Problem.ACCOUNT_WRONG: Entry(403, "这一项属于另一个账号", "请用填写它的账号登录后发送"),
}


class Refused(Exception):
    """Raised anywhere below a route; answered as problem details."""

    def __init__(
        self,
        problem: Problem,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(f"{problem.value}: {detail}")
        self.problem, self.detail, self.more = problem, detail, more
        self.status = status or CATALOGUE[problem].status
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)
        if self.status == 401:
            self.headers.setdefault("WWW-Authenticate", 'Bearer realm="huiban"')


def answer(refused: Refused) -> Response:
    """The problem as it travels."""
    entry = CATALOGUE[refused.problem]
    body = {
        "type": PROBLEM_PREFIX + refused.problem.value,
        "title": entry.title,
        "status": refused.status,
        "detail": refused.detail or f"{entry.title}。{entry.remedy}。",
        **refused.more,
    }
    return Response(json_bytes(body), refused.status, refused.headers, PROBLEM_TYPE)


SCHEMA = "#/components/schemas/ProblemDetails"


def problems(*kinds: Problem) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the problems it may answer, by status."""
    told: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = CATALOGUE[kind]
        words = told.setdefault(
            entry.status, {"description": "", "content": {PROBLEM_TYPE: {"schema": {"$ref": SCHEMA}}}}
        )
        words["description"] += f"{'; ' if words['description'] else ''}{kind.value}: {entry.title}"
    return told
