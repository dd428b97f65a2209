"""Small types that every part of the pack's schema uses."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from domain.expressions.compiling import parse
from domain.expressions.errors import ExpressionError


class Part(BaseModel):
    """Any part of a pack: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


def _expression(text: str) -> str:
    try:
        parse(text)
    except ExpressionError as error:
        raise ValueError(str(error)) from None
    return text


def _money(text: str) -> str:
    if not re.fullmatch(r"-?\d{1,10}\.\d{2}", text):
        raise ValueError('金额要加引号、写到分，例如 "320.00"')
    return str(Decimal(text))


Expr = Annotated[str, AfterValidator(_expression)]
Condition = bool | Expr
Money = Annotated[str, AfterValidator(_money)]
ID = r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$"
FIELD_KEY = r"^[a-z][a-z0-9_]*$"
Id = Annotated[str, StringConstraints(pattern=ID)]
Text = Annotated[str, StringConstraints(min_length=1)]
DeskRole = Literal["person", "unit", "agency", "association", "finance", "secretariat", "admin", "system"]
Verb = Literal["submit", "save", "approve", "return", "reject", "resubmit", "withdraw", "pay", "confirm", "result"]
Severity = Literal["block", "warn", "info"]
Stage = Literal["draft", "submit", "review", "payment", "post", "action", "permission", "materials"]
Values = dict[str, Expr]
Plain = Any
