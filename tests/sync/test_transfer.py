"""Attachments over tus: begun, resumed where the server stands, refused in words, never sent when damaged."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from sync import transfer
from sync.failures import FailureKind
from sync.http import Http
from sync.ports import BlobReader, BlobToSend, Upload
from sync.protocol import HEADER
from sync.transfer import Interrupted, upload
from tests.sync.answering import Asked, Reply, a_problem, answering

DATA = bytes(range(256)) * 4_000
LARGE = DATA * 2
SHA256 = hashlib.sha256(DATA).hexdigest()


class Shelf:
    """Keeps what is sent to it, the tus way."""

    def __init__(
        self,
        kept: bytes | None = None,
        cut_first: int | None = None,
        lie: int | None = None,
        *,
        takes_with_the_word: bool = True,
    ) -> None:
        self.kept = kept
        self.asked: list[str] = []
        self._cut, self._lie, self._takes_with_the_word = cut_first, lie, takes_with_the_word

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked.method)
        if asked.method == "POST":
            self.kept = self.kept or b""
            if self._takes_with_the_word and len(asked.body) > len(self.kept):
                self.kept = asked.body
            return self._stands(201)
        if self.kept is None:
            return a_problem(404, "not-found")
        if asked.method == "HEAD":
            return self._stands(200)
        if int(asked.headers["upload-offset"]) != len(self.kept):
            return a_problem(409, "blob-offset")
        if self._cut is not None:
            self.kept, self._cut = self.kept + asked.body[: self._cut], None
            return Reply(hang_up=True)
        self.kept += asked.body
        return self._stands(204)

    def _stands(self, status: int) -> Reply:
        at = len(self.kept or b"") if self._lie is None else self._lie
        return Reply(status, {HEADER: "1", "Upload-Offset": str(at)}, b"")


def an_upload(
    offset: int = 0,
    attempted: bool = False,
    opened: Callable[[], BlobReader] | None = None,
    *,
    data: bytes = DATA,
) -> Upload:
    blob = BlobToSend(hashlib.sha256(data).hexdigest(), len(data), "名单.pdf", offset, attempted)
    return Upload(1, "blob-0", blob, "unit:1", opened or (lambda: io.BytesIO(data)))


def sent_to(shelf: Callable[[Asked], Reply], asked: Upload) -> list[int]:
    told: list[int] = []
    with answering(shelf) as address:
        upload(Http(address), asked, told.append)
    return told


def test_a_small_attachment_takes_one_request() -> None:
    shelf = Shelf()
    told = sent_to(shelf, an_upload())
    assert (shelf.kept, shelf.asked) == (DATA, ["POST"])
    assert told == sorted(told)


def test_a_large_one_is_announced_before_its_bytes_leave() -> None:
    shelf = Shelf()
    told = sent_to(shelf, an_upload(data=LARGE))
    assert (shelf.kept, shelf.asked) == (LARGE, ["POST", "PATCH"])
    assert told[0] == 0
    assert told == sorted(told)


def test_a_server_that_takes_no_bytes_with_the_announcement_gets_them_after_it() -> None:
    shelf = Shelf(takes_with_the_word=False)
    sent_to(shelf, an_upload())
    assert (shelf.kept, shelf.asked) == (DATA, ["POST", "PATCH"])


def test_a_large_one_that_is_there_is_not_sent_again_only_asked_to_be_proven() -> None:
    shelf = Shelf(LARGE)
    sent_to(shelf, an_upload(data=LARGE))
    assert (shelf.kept, shelf.asked) == (LARGE, ["POST", "PATCH"])


def test_after_a_break_it_goes_on_where_the_server_stands_and_not_where_we_believed() -> None:
    shelf = Shelf(DATA[:300_001])
    sent_to(shelf, an_upload(offset=999_999, attempted=True))
    assert (shelf.kept, shelf.asked) == (DATA, ["HEAD", "PATCH"])


def test_a_server_that_forgot_is_told_again() -> None:
    shelf = Shelf()
    sent_to(shelf, an_upload(offset=5, attempted=True))
    assert (shelf.kept, shelf.asked) == (DATA, ["HEAD", "POST", "PATCH"])


def test_a_cut_is_told_with_what_the_server_kept() -> None:
    shelf = Shelf(DATA[:10], cut_first=100_000)
    with answering(shelf) as address, pytest.raises(Interrupted) as caught:
        upload(Http(address), an_upload(attempted=True), lambda offset: None)
    assert (caught.value.failure.kind, caught.value.moved, caught.value.offset) == (FailureKind.CUT, True, 10)
    sent_to(shelf, an_upload(attempted=True))
    assert shelf.kept == DATA


def test_a_server_that_stands_elsewhere_is_believed() -> None:
    shelf = Shelf(DATA[:50])
    first = [True]

    def moved(asked: Asked) -> Reply:
        if asked.method == "HEAD" and first.pop() if first else False:
            return Reply(200, {HEADER: "1", "Upload-Offset": "40"}, b"")
        return shelf(asked)

    sent_to(moved, an_upload(attempted=True))
    assert shelf.kept == DATA


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (a_problem(415, "blob-kind"), FailureKind.BLOB_REFUSED),
        (a_problem(413, "blob-kind"), FailureKind.BLOB_REFUSED),
        (a_problem(401, "login-needed"), FailureKind.LOGIN_NEEDED),
        (a_problem(403, "revoked"), FailureKind.REVOKED),
        (a_problem(503, "busy"), FailureKind.BUSY),
        (Reply(204, {HEADER: "1"}, b""), FailureKind.GARBAGE),
        (Reply(204, {HEADER: "1", "Upload-Offset": "-1"}, b""), FailureKind.GARBAGE),
    ],
)
@pytest.mark.parametrize("data", [DATA, LARGE], ids=["small", "large"])
def test_what_the_server_says_against_it_is_named(reply: Reply, kind: FailureKind, data: bytes) -> None:
    def refusing(asked: Asked) -> Reply:
        return Shelf(b"")(asked) if asked.method == "POST" and not asked.body else reply

    with pytest.raises(Interrupted) as caught:
        sent_to(refusing, an_upload(data=data))
    assert caught.value.failure.kind is kind


def test_a_server_that_never_advances_is_given_up() -> None:
    with pytest.raises(Interrupted) as caught:
        sent_to(Shelf(b"", lie=7), an_upload())
    assert caught.value.failure.kind is FailureKind.GARBAGE


class Broken(io.BytesIO):
    """Its disk fails."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError("bad sector")


def no_file() -> BlobReader:
    raise FileNotFoundError("gone")


@pytest.mark.parametrize(
    "opened", [lambda: io.BytesIO(DATA[:99]), Broken, no_file], ids=["short", "unreadable", "gone"]
)
@pytest.mark.parametrize("data", [DATA, LARGE], ids=["small", "large"])
def test_an_attachment_damaged_here_is_named_and_not_the_servers_fault(
    opened: Callable[[], BlobReader], data: bytes
) -> None:
    with pytest.raises(Interrupted) as caught:
        sent_to(Shelf(), an_upload(opened=opened, data=data))
    assert caught.value.failure.kind is FailureKind.BLOB_DAMAGED


def handed_over(seconds_each: float, monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], list[int]]:
    """To a line that takes so long for each piece: the sizes of the pieces in KiB, and how far was told on the way."""
    clock, told = itertools.count(step=seconds_each), list[int]()
    monkeypatch.setattr(transfer, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    rest = transfer.Rest(io.BytesIO(DATA), 24_000, len(DATA), told.append)
    assert len(rest) == len(DATA) - 24_000
    taken = list(rest)
    assert b"".join(taken) == DATA[24_000:]
    return [len(piece) // 1024 for piece in taken], told


def test_the_faster_the_line_the_larger_the_pieces_and_nothing_is_told_but_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert handed_over(0.001, monkeypatch) == ([64, 128, 256, 256, 256, 16], [])


def test_a_slow_line_gets_small_pieces_and_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, told = handed_over(0.125, monkeypatch)
    assert sizes == [64] * 15 + [16]
    assert told == [24_000 + count * 65_536 for count in range(2, 16, 2)] + [len(DATA)]
