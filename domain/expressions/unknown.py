"""The third truth value: a fact that nobody told us, and everything that hangs on it."""

from typing import Final


class Unknown:
    """What a missing fact is worth. Neither true nor false, equal to nothing but itself."""

    __slots__ = ()
    _only: "Unknown | None" = None

    def __new__(cls) -> "Unknown":
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")

    def __deepcopy__(self, memo: object) -> "Unknown":
        return self

    def __reduce__(self) -> tuple[type["Unknown"], tuple[()]]:
        return (Unknown, ())


UNKNOWN: Final = Unknown()
