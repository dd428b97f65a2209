"""Values as people read them: choices by their words, days and money as written, ages, how long something has lain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from domain.filling import option_labels
from domain.packs.forms import FieldSpec
from domain.packs.pack import Pack
from domain.packs.service import Service

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = {
    "monday": "星期一", "tuesday": "星期二", "wednesday": "星期三", "thursday": "星期四", "friday": "星期五",
    "saturday": "星期六", "sunday": "星期日",
}  # fmt: skip


def value_words(service: Service, field: FieldSpec, value: Any, names: Mapping[str, str]) -> str:
    """A field's value; `names` are of entities that fields refer to."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    labels = option_labels(service, field)
    if isinstance(value, list | tuple):
        return "、".join(labels.get(str(one), names.get(str(one), str(one))) for one in value)
    if field.type == "money":
        return f"{money(value)} 元"
    return labels.get(str(value), names.get(str(value), str(value)))


def money(amount: Any) -> str:
    """1,440.00; what is no amount stays as it is."""
    try:
        return f"{Decimal(str(amount)):,.2f}"
    except InvalidOperation:
        return str(amount)


def amount_of(text: Any) -> Decimal | None:
    """An amount as typed, or None."""
    try:
        found = Decimal(str(text).replace(",", "").strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def age_on(birth: str, today: date) -> int | None:
    """Whole years."""
    try:
        born = date.fromisoformat(birth)
    except ValueError:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def day_of(instant: str) -> str:
    """The Shanghai day of an instant; a day stays itself."""
    if len(instant) <= 10:
        return instant
    try:
        return datetime.fromisoformat(instant).astimezone(SHANGHAI).date().isoformat()
    except ValueError:
        return instant[:10]


def moment(instant: str, today: date) -> str:
    """今天 10:42, 昨天 16:20, 10-14 09:12, 2024-12-01."""
    try:
        at = datetime.fromisoformat(instant).astimezone(SHANGHAI)
    except ValueError:
        return instant
    days = (today - at.date()).days
    if days in (0, 1):
        return f"{'今天' if days == 0 else '昨天'} {at:%H:%M}"
    return f"{at:%m-%d %H:%M}" if at.year == today.year else f"{at:%Y-%m-%d}"


def waited(since: str, today: date) -> int:
    """Whole days since an instant or a day."""
    try:
        return max(0, (today - date.fromisoformat(day_of(since))).days)
    except ValueError:
        return 0


def size_words(count: int) -> str:
    """0.4 MB, 380 KB."""
    return f"{count / 1_048_576:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1024))} KB"


def education_words(pack: Pack, education: Mapping[str, Any]) -> str:
    """大专 工程造价 2019-06 毕业."""
    day = str(education.get("graduation_date") or "")
    parts = (
        pack.label("education_level", education["level"]) if education.get("level") else "",
        str(education.get("specialty") or ""),
        str(education.get("school") or ""),
        f"{day[:7]} 毕业" if day else "",
    )
    return " ".join(part for part in parts if part)


def certificate_words(pack: Pack, certificate: Mapping[str, Any]) -> str:
    """监理员 粤JLY00061，至 2026-07-18."""
    label = pack.label("certificate_type", certificate.get("type") or "")
    status = certificate.get("status")
    gone = f"（{pack.label('certificate_status', status)}）" if status and status != "active" else ""
    until = f"，至 {certificate['valid_until']}" if certificate.get("valid_until") else ""
    return f"{label} {certificate.get('number') or ''}{until}{gone}"


def membership_words(pack: Pack, membership: Mapping[str, Any] | None) -> str:
    """普通会员，至 2026-08-31."""
    if membership is None or membership.get("type") in (None, "none"):
        return "无会籍"
    kind = pack.label("membership_type", membership["type"])
    if membership.get("ended"):
        return f"{kind}，已退会"
    return f"{kind}，至 {membership['valid_until']}" if membership.get("valid_until") else f"{kind}，未缴会费"
