"""What an expression may find under a name: enough of a type to catch a mistyped attribute when the pack is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shape:
    """A group with named parts, a list of something, or (neither) a plain value about which nothing more is known."""

    parts: Mapping[str, "Shape"] | None = None
    element: "Shape | None" = None
    open: bool = field(default=False)  # a group whose keys the pack does not list


ANY = Shape(open=True)
PLAIN = Shape()
