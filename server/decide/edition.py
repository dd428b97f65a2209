"""A new edition of the association's pack: whole, signed, in force from a day on."""

from __future__ import annotations

from domain.packs import PackError, digest, parse
from server.decide import reading
from server.decide.caller import Asked
from server.decide.verdict import APPLIED, Refusal, Verdict, refused
from server.decide.workspace import Step
from server.scopes import key_of
from sync.protocol import verify


def publish(step: Step, asked: Asked) -> Verdict:
    """Keep an edition for ever. One that exists is never changed: applications in flight live by it."""
    if asked.caller.desk not in ("admin", "system"):
        return refused(Refusal.NOT_ALLOWED)
    if step.get(asked.entity) is not None:
        return refused(Refusal.TAKEN, "这个版本已经发布过，请换一个版本号。")
    payload = asked.payload
    since = reading.day(payload.get("since"), "since")
    if since < asked.day.isoformat():
        return refused(Refusal.MALFORMED, "since：新版本不能从过去的日子起施行", path="since")
    files = {str(name): str(content) for name, content in reading.mapping(payload.get("files"), "files").items()}
    try:
        pack = parse(files)
        pack.check()
    except PackError as error:
        return refused(Refusal.PACK, f"规则包有错误：{error}")
    if pack.edition != key_of(asked.entity) or pack.id != asked.pack.id:
        return refused(Refusal.PACK, "规则包的名称或版本号与所发布的不一致。")
    signature, sum = reading.text(payload.get("signature"), "signature", limit=200), digest(files)
    if not verify(asked.publisher, signature, sum.encode()):
        return refused(
            Refusal.PACK, "规则包没有协会发布密钥的签名，或签名与内容不符。请签名后再发布。", path="signature"
        )
    body = {"id": asked.entity, "pack": pack.id, "edition": pack.edition, "files": files, "digest": sum}
    step.put(asked.entity, {**body, "signature": signature, "since": since})
    return APPLIED
