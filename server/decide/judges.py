"""Which judge decides which kind of Operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.operations import Kind
from server.decide import account, act, bills, desk, draft, edition, roster, setting, study
from server.decide.caller import Asked
from server.decide.reading import ENTITY
from server.decide.verdict import Malformed, Refusal, Verdict, refused
from server.decide.workspace import Step

Judge = Callable[[Step, Asked], Verdict]

JUDGES: Mapping[Kind, Judge] = {
    Kind.ACT: act.decide,
    Kind.SAVE_DRAFT: draft.save,
    Kind.DELETE_DRAFT: draft.delete,
    Kind.SAVE_ROSTER: roster.save,
    Kind.REMOVE_ROSTER: roster.remove,
    Kind.SET_CONFIG: setting.save,
    Kind.SAVE_AGENCY: desk.save_agency,
    Kind.SAVE_DESK: desk.save_desk,
    Kind.SAVE_ACCOUNT: account.save,
    Kind.NOTE_BILL: bills.note,
    Kind.STUDY_RESULT: study.result,
    Kind.PUBLISH_PACK: edition.publish,
}
ENTITIES: Mapping[Kind, str] = {
    Kind.ACT: "application",
    Kind.SAVE_DRAFT: "draft",
    Kind.DELETE_DRAFT: "draft",
    Kind.SAVE_ROSTER: "roster",
    Kind.REMOVE_ROSTER: "roster",
    Kind.SET_CONFIG: "config",
    Kind.SAVE_AGENCY: "agency",
    Kind.SAVE_DESK: "desk",
    Kind.SAVE_ACCOUNT: "account",
    Kind.NOTE_BILL: "bill",
    Kind.STUDY_RESULT: "study-task",
    Kind.PUBLISH_PACK: "pack",
}


def judge(step: Step, asked: Asked) -> Verdict:
    """The verdict on one Operation; what it changes is in `step`."""
    kind, entity = asked.operation.kind, asked.entity
    if not ENTITY.fullmatch(entity) or entity.partition("/")[0] != ENTITIES[kind]:
        return refused(Refusal.MALFORMED, f"这种操作不能用于 {entity}")
    try:
        return JUDGES[kind](step, asked)
    except Malformed as error:
        return refused(Refusal.MALFORMED, str(error))
