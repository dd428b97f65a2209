"""The other side of the desk: an agency returns and passes, the association passes, finance checks the money."""

from __future__ import annotations

from desktop.demo import hands
from desktop.demo.book import Book, last_op
from desktop.demo.stage import Person


def pass_case(book: Book, person: Person, number: str, words: str, *, desk: str = "review") -> str:
    """Open the case at this desk, look at it, pass it, send the decision; the op_id of the decision."""
    window = person.window
    person.go(desk)
    hands.click_row(window, f"{desk}.list", number, 60)
    hands.says(window, number)
    book.step(f"{words}：打开 {number}", window)
    hands.press(window, f"{desk}.approve")
    return _send(book, person, desk, words)


def return_case(book: Book, person: Person, number: str, reason: str, words: str, *, desk: str = "review") -> str:
    """Return the case as a whole with a reason, send the decision; the op_id of the decision."""
    window = person.window
    person.go(desk)
    hands.click_row(window, f"{desk}.list", number, 60)
    hands.says(window, number)
    hands.press(window, f"{desk}.return")
    hands.write(window, "review.reason", reason)
    book.step(f"{words}：写下原因", window)
    hands.press(window, "review.return.confirm")
    return _send(book, person, desk, words)


def _send(book: Book, person: Person, desk: str, words: str) -> str:
    before = last_op(person, "act", must=False)
    hands.press(person.window, f"{desk}.send")
    op_id = hands.wait(lambda: _newer(person, before), f"{words}的决定放入待发送")
    book.delivered(words, person, op_id)
    return op_id


def _newer(person: Person, before: str) -> str:
    now = last_op(person, "act", must=False)
    return now if now != before else ""
