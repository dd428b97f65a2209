"""A draft whose application takes no form any more: another desk has sent it, or somebody has ended it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.pages.form_look import Look
from domain.packs.service import Service

SENDING = frozenset({"submit", "resubmit", "pay"})


@dataclass(frozen=True, slots=True)
class Over:
    """Why it cannot be sent any more."""

    label: str  # how the application stands
    running: bool  # somebody has it on the desk; otherwise it has come to its end

    @property
    def reason(self) -> str:
        """Beside a button that cannot be pressed."""
        return "已在别处提交，这里不再提交" if self.running else f"这份申请{self.label}，不能再提交"

    @property
    def words(self) -> str:
        """What happened, and what becomes of what stands here."""
        if self.running:
            return f"这份申请已在别处提交，现在是“{self.label}”。这里填的不会再送出，要用可以另办一份。"
        return f"这份申请{self.label}，不能再提交。您填的内容都还在，可以另办一份相同的。"


def over(service: Service, look: Look) -> Over | None:
    """None while the application, if there is one yet, can be sent from here."""
    state = str(look.around.application.get("state") or "")
    if not state:
        return None
    onwards = {service.pack.verb(each.spec.do) for each in service.workflow.actions.get(state, ())}
    if SENDING & onwards:
        return None
    return Over(service.pack.status_label(service.id, state), bool(onwards))
