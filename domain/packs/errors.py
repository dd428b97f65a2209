"""What is wrong with a pack, and where a person finds it."""

Path = tuple[str | int, ...]  # the keys on the way to a value


class PackError(ValueError):
    """A pack that cannot be used. Every problem found is listed; the first one gives file, line and key."""

    def __init__(self, problems: "list[Problem]") -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
        self.file, self.line, self.key, self.message = problems[0]


class Problem(tuple[str, int, str, str]):
    """File, line, key, and one sentence."""

    __slots__ = ()

    def __new__(cls, file: str, line: int, key: str, message: str) -> "Problem":
        return super().__new__(cls, (file, line, key, message))

    def __str__(self) -> str:
        file, line, key, message = self
        return f"{file}:{line}: {key}: {message}" if key else f"{file}:{line}: {message}"


def key_text(path: Path) -> str:
    """`services[3].rules` as people write it."""
    made = ""
    for part in path:
        made += f"[{part}]" if isinstance(part, int) else f".{part}" if made else str(part)
    return made
