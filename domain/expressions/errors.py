"""What can be wrong with the text of an expression, and where."""


class ExpressionError(ValueError):
    """An expression that may not stand in a pack. `line` and `column` count from 1 within the expression's text."""

    def __init__(self, reason: str, *, line: int = 1, column: int = 1, definition: str = "") -> None:
        super().__init__(f"{reason}（表达式第 {line} 行第 {column} 列）")
        self.reason = reason
        self.line = line
        self.column = column
        self.definition = definition  # in whose text it was found, where that is another than the one asked for
