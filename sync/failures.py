"""Every way in which sending can fail: one sentence and one thing to do for each. Closed: a new kind is added here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """What kept us from the server."""

    OFFLINE = "offline"
    CUT = "cut"
    STALLED = "stalled"
    PORTAL = "portal"
    PROXY = "proxy"
    CERTIFICATE = "certificate"
    CLOCK = "clock"
    TOO_OLD = "too-old"
    BUSY = "busy"
    TOO_LARGE = "too-large"
    REFUSED = "refused"
    CONFLICT = "conflict"
    LOGIN_NEEDED = "login-needed"
    PASSWORD_CHANGE = "password-change"
    PASSWORD_WEAK = "password-weak"
    LOGIN_WRONG = "login-wrong"
    LOCKED_OUT = "locked-out"
    INVITATION = "invitation"
    REVOKED = "revoked"
    WRONG_SERVER = "wrong-server"
    GARBAGE = "garbage"
    BLOB_REFUSED = "blob-refused"
    BLOB_DAMAGED = "blob-damaged"
    STORE_DAMAGED = "store-damaged"
    DISK_FULL = "disk-full"
    DISK_TROUBLE = "disk-trouble"
    MIRROR_SHRINKS = "mirror-shrinks"


@dataclass(frozen=True, slots=True)
class Words:
    """What people read: what happened, and the one thing to do."""

    sentence: str
    remedy: str


WORDS: dict[FailureKind, Words] = {
    FailureKind.OFFLINE: Words("现在连不上协会服务器。", "可以继续填写；网络恢复后会自动发送。"),
    FailureKind.CUT: Words("发送途中网络断开了。", "不用操作，马上自动续传。"),
    FailureKind.STALLED: Words("网络长时间没有响应。", "不用操作，稍后自动再试；若一直如此，请检查网络。"),
    FailureKind.PORTAL: Words(
        "当前网络要求先登录（例如酒店或公共 Wi-Fi）。", "请打开浏览器完成该网络的登录，然后会自动再试。"
    ),
    FailureKind.PROXY: Words(
        "代理服务器拒绝了连接。", "请核对系统网络设置里的代理地址和密码，或请网管放行协会服务器。"
    ),
    FailureKind.CERTIFICATE: Words(
        "无法确认对方就是协会服务器（证书不被信任）。",
        "请勿在此网络下继续；换一个网络，或请网管查看是否拦截了加密连接。",
    ),
    FailureKind.CLOCK: Words("这台电脑的时间与协会服务器相差太多。", "请把电脑的日期、时间和时区改为自动设置。"),
    FailureKind.TOO_OLD: Words("会办的版本太旧，协会服务器已不再支持。", "请安装新版本；未发送的内容都保留着。"),
    FailureKind.BUSY: Words("协会服务器正忙。", "不用操作，会按服务器要求的时间自动再试。"),
    FailureKind.TOO_LARGE: Words("一次发送的内容太大。", "不用操作，会自动分成小批再发。"),
    FailureKind.REFUSED: Words("协会服务器没有接收这项内容。", "请打开由它变回的草稿，按所列原因修改后重新提交。"),
    FailureKind.CONFLICT: Words("这项内容已被别人先改过。", "请打开它，比较两边的内容后重新提交。"),
    FailureKind.LOGIN_NEEDED: Words("登录已过期。", "请重新输入密码；可以继续填写，未发送的内容都保留着。"),
    FailureKind.PASSWORD_CHANGE: Words("首次登录须先修改初始密码。", "请修改密码，然后会自动继续。"),
    FailureKind.PASSWORD_WEAK: Words("新密码不合要求。", "请用至少 10 个字符、与账号和旧密码不同的密码。"),
    FailureKind.LOGIN_WRONG: Words("账号或密码不对。", "请核对后再试；忘记密码请联系本单位主账号或协会。"),
    FailureKind.LOCKED_OUT: Words("密码输错次数过多，暂时不能登录。", "请稍等几分钟再试。"),
    FailureKind.INVITATION: Words(
        "这不是会办的邀请文件，或文件已损坏。", "请选择协会发来的 .huiban 文件；仍不行请向协会重新索取。"
    ),
    FailureKind.REVOKED: Words(
        "这个账号或这台电脑已被停用。", "请联系本单位主账号或协会；草稿和未发送的内容已封存，可以移交。"
    ),
    FailureKind.WRONG_SERVER: Words(
        "对方的密钥与邀请文件不符，可能不是协会服务器。", "请勿输入密码；请向协会重新索取邀请文件。"
    ),
    FailureKind.GARBAGE: Words(
        "收到的回答无法识别，可能不是协会服务器发出的。", "稍后会自动再试；若一直如此，请告诉协会或网管。"
    ),
    FailureKind.BLOB_REFUSED: Words(
        "协会服务器不接收这个附件（类型或大小不符）。", "请打开相应申请，换一个符合要求的文件。"
    ),
    FailureKind.BLOB_DAMAGED: Words("这个附件在本机已读不出来。", "请打开相应申请，重新添加这个文件。"),
    FailureKind.STORE_DAMAGED: Words(
        "本机资料文件损坏，读不出来。", "请重新打开会办，按提示选“重建”；没送出的内容会尽量找回，其余从协会重新取。"
    ),
    FailureKind.DISK_FULL: Words("磁盘满了，收发已暂停；已保存的都在。", "请腾出一些空间，会自动继续。"),
    FailureKind.DISK_TROUBLE: Words(
        "读写磁盘时出错，收发已暂停；已保存的都在。", "会自动再试；若一直如此，请检查磁盘。"
    ),
    FailureKind.MIRROR_SHRINKS: Words(
        "协会服务器要求删除本机的大部分资料，已暂停接收。", "请先向协会核实；确认无误后点“接收删除”。"
    ),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure that happened. `detail` is for the sync log only: it names no person."""

    kind: FailureKind
    detail: str = ""
    retry_after: float | None = None  # seconds the server asked for

    @property
    def sentence(self) -> str:
        """What happened."""
        return WORDS[self.kind].sentence

    @property
    def remedy(self) -> str:
        """The one thing to do."""
        return WORDS[self.kind].remedy


class SyncFailure(Exception):
    """A known failure on its way to whoever shows it."""

    def __init__(self, failure: Failure, *, moved: bool = False, unsent: bool = False) -> None:
        super().__init__(f"{failure.sentence}{failure.remedy}")
        self.failure = failure
        self.moved = moved  # bytes flowed before it broke: the line lives
        self.unsent = unsent  # surely nothing reached the server
