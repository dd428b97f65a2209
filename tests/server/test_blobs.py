"""Attachments by tus: resumed at any byte, proven whole, typed by content, read by those alone who may."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from tusclient.client import TusClient

from server.decide.install import install
from server.repositories import blobs
from sync.protocol import BASE, HEADER, instant_text
from tests.server.running import INIT, JPEG, Line, Running, slug
from tests.support.waiting import until

pytest_plugins = ["tests.server.running"]
DATA = JPEG + bytes(range(256)) * 1200  # some 300 kB
SHA = hashlib.sha256(DATA).hexdigest()


def test_an_attachment_goes_up_and_comes_down_whole(either: Running) -> None:
    line = either.line("甲公司")
    assert line.upload(DATA, "unit:u1") == SHA
    answer = line.ask("GET", f"/blobs/{SHA}")
    assert answer.content == DATA
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"] == "attachment"


def test_a_range_is_read_by_itself(running: Running) -> None:
    line = running.line("甲公司")
    line.upload(DATA, "unit:u1")
    part = line.ask("GET", f"/blobs/{SHA}", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, DATA[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(DATA)}"


def test_an_upload_is_resumed_where_the_server_stands(either: Running) -> None:
    line = either.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]
    assert line.patch(place, DATA[:1000], 0).headers["Upload-Offset"] == "1000"
    told = line.head(place).headers
    assert (told["Upload-Offset"], told["Upload-Length"]) == ("1000", str(len(DATA)))
    assert line.announce(DATA, "unit:u1").headers["Upload-Offset"] == "1000"
    assert line.patch(place, DATA[1000:], 1000).headers["Upload-Offset"] == str(len(DATA))
    assert line.ask("GET", f"/blobs/{SHA}").content == DATA


def test_a_small_attachment_comes_with_its_announcement(either: Running) -> None:
    line = either.line("甲公司")
    answer = line.announce(DATA, "unit:u1", body=DATA)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(DATA)))
    assert line.ask("GET", f"/blobs/{SHA}").content == DATA
    again = line.announce(DATA, "unit:u1", body=DATA)
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, str(len(DATA)))


def test_what_came_with_an_announcement_before_the_line_died_is_kept(running: Running) -> None:
    line = running.line("甲公司")

    def until_the_line_dies() -> Iterator[bytes]:
        yield DATA[:200_000]
        raise ConnectionError

    with pytest.raises(requests.ConnectionError):
        line.announce(DATA, "unit:u1", body=until_the_line_dies())
    place = f"{BASE}/blobs/unit:u1:{SHA}"
    assert _arrived(line, place, 200_000) == 200_000
    _go_on(line, place)
    assert line.ask("GET", f"/blobs/{SHA}").content == DATA


def test_an_announcement_with_bytes_begins_anew_whatever_came_before(running: Running) -> None:
    line = running.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]
    line.patch(place, DATA[:1000], 0)
    assert line.announce(DATA, "unit:u1", body=DATA).headers["Upload-Offset"] == str(len(DATA))
    assert line.ask("GET", f"/blobs/{SHA}").content == DATA


def test_bytes_with_an_announcement_are_proven_and_typed_as_any_others(running: Running) -> None:
    line = running.line("甲公司")
    wrong = line.announce(DATA, "unit:u1", body=JPEG + b"x" * (len(DATA) - len(JPEG)))
    assert (wrong.status_code, slug(wrong)) == (460, "blob-checksum")
    long = line.announce(DATA, "unit:u1", body=DATA + b"more")
    assert (long.status_code, slug(long)) == (413, "too-large")
    text = "只是文字".encode() * 2_000
    kind = line.announce(text, "unit:u1", body=text)
    assert (kind.status_code, slug(kind)) == (415, "blob-kind")
    assert line.ask("GET", f"/blobs/{SHA}").status_code == 404


def test_a_line_that_dies_in_the_middle_loses_no_byte_that_came(running: Running) -> None:
    line = running.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]

    def until_the_line_dies() -> Iterator[bytes]:
        yield DATA[:200_000]
        raise ConnectionError

    with pytest.raises(requests.ConnectionError):
        line.patch(place, until_the_line_dies(), 0)
    assert _arrived(line, place, 200_000) == 200_000
    _go_on(line, place)
    assert line.ask("GET", f"/blobs/{SHA}").content == DATA


def test_bytes_that_do_not_begin_where_the_server_stands_are_refused_with_the_offset(running: Running) -> None:
    line = running.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]
    line.patch(place, DATA[:1000], 0)
    answer = line.patch(place, DATA[500:], 500)
    assert (answer.status_code, slug(answer)) == (409, "blob-offset")
    assert answer.json()["offset"] == 1000
    assert answer.headers["Upload-Offset"] == "1000"


def test_bytes_that_are_not_the_named_ones_are_thrown_away(either: Running) -> None:
    line = either.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]
    answer = line.patch(place, JPEG + b"x" * (len(DATA) - len(JPEG)), 0)
    assert (answer.status_code, slug(answer)) == (460, "blob-checksum")
    assert line.head(place).status_code == 404
    assert line.upload(DATA, "unit:u1") == SHA


def test_a_wrong_checksum_of_a_piece_costs_that_piece_only(running: Running) -> None:
    line = running.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]
    line.patch(place, DATA[:1000], 0)
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    answer = line.patch(place, DATA[1000:2000], 1000, **{"Upload-Checksum": f"sha256 {wrong}"})
    assert (answer.status_code, slug(answer)) == (460, "blob-checksum")
    assert line.head(place).headers["Upload-Offset"] == "1000"
    right = base64.b64encode(hashlib.sha1(DATA[1000:2000], usedforsecurity=False).digest()).decode()
    answer = line.patch(place, DATA[1000:2000], 1000, **{"Upload-Checksum": f"sha1 {right}"})
    assert answer.headers["Upload-Offset"] == "2000"
    answer = line.patch(place, DATA[2000:], 2000, **{"Upload-Checksum": "crc32 AAAA"})
    assert (answer.status_code, slug(answer)) == (400, "malformed")


def test_more_bytes_than_announced_are_refused(running: Running) -> None:
    line = running.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]
    answer = line.patch(place, DATA + b"more", 0)
    assert (answer.status_code, slug(answer)) == (413, "too-large")


def test_what_the_file_is_counts_and_not_its_name(running: Running) -> None:
    program = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(6000)
    line = running.line("甲公司")
    place = line.announce(program, "unit:u1").headers["Location"]
    early = line.patch(place, program[:5000], 0)  # told as soon as it can be told
    assert (early.status_code, slug(early)) == (415, "blob-kind")
    assert "JPG" in early.json()["detail"]
    assert line.head(place).status_code == 404


def test_an_attachment_beyond_the_limit_is_refused_before_a_byte_is_sent(running: Running) -> None:
    line = running.line("甲公司")
    assert line.announce(b"", "unit:u1", length=2 << 20, sha256="a" * 64).status_code == 201
    refused = line.announce(b"", "unit:u1", length=(2 << 20) + 1, sha256="b" * 64)
    assert (refused.status_code, slug(refused)) == (413, "blob-kind")
    assert "2 MB" in refused.json()["detail"]
    assert line.announce(b"", "unit:u1", length=2 << 30, sha256="c" * 64).status_code == 413
    assert line.announce(b"", "unit:u1", length=0, sha256="d" * 64).status_code == 400


def test_the_limit_is_the_one_in_force_today(either: Running) -> None:
    line = either.line("甲公司")
    value = {"value": 3, "since": "2026-04-01", "why": "", "by": "", "at": ""}
    with either.work.database.write() as connection:
        old = {"value": 2, "since": "2026-02-18"}
        body = {"id": "config/files.max_mb", "key": "files.max_mb", "values": [old, value]}
        install(connection, [body], instant_text(either.watch.now))
    assert line.announce(b"", "unit:u1", length=3 << 20, sha256="a" * 64).status_code == 413
    either.watch.forward(days=20)
    assert line.announce(b"", "unit:u1", length=3 << 20, sha256="a" * 64).status_code == 201


def test_another_version_of_tus_and_another_type_of_content_are_refused(running: Running) -> None:
    line = running.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]
    old = line.patch(place, DATA, 0, **{"Tus-Resumable": "0.2.2"})
    assert (old.status_code, old.headers["Tus-Version"]) == (412, "1.0.0")
    plain = line.patch(place, DATA, 0, **{"Content-Type": "application/octet-stream"})
    assert (plain.status_code, slug(plain)) == (415, "media-type")
    zipped = line.patch(place, DATA, 0, **{"Content-Encoding": "gzip"})
    assert (zipped.status_code, slug(zipped)) == (415, "media-type")


@pytest.mark.parametrize("length", ["", "many", "-1", "1.5", "0", str((1 << 50) + 1), "１０", "9" * 5_000])
def test_an_announcement_without_a_proper_length_is_told_which_header_it_is(running: Running, length: str) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": length.encode(), "Upload-Metadata": "scope dW5pdDp1MQ=="}
    answer = running.line("甲公司").ask("POST", "/blobs", headers=headers)
    assert (answer.status_code, slug(answer), answer.json()["at"]) == (400, "malformed", "header.upload-length")


def test_a_database_that_is_away_is_told_as_busy_to_whoever_brings_an_attachment(running: Running) -> None:
    line = running.line("甲公司")
    with running.work.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE blob RENAME TO away")
    answer = line.announce(DATA, "unit:u1", body=DATA)
    assert (answer.status_code, slug(answer), answer.headers["Retry-After"]) == (503, "busy", "2")
    with running.work.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO blob")
    assert line.upload(DATA, "unit:u1") == SHA


def test_capabilities_are_told(running: Running) -> None:
    told = running.line("甲公司").ask("OPTIONS", "/blobs").headers
    assert told["Tus-Version"] == "1.0.0"
    assert set(told["Tus-Extension"].split(",")) == {"creation", "creation-with-upload", "checksum"}
    assert told["Tus-Max-Size"] == str(2 << 20)


def test_without_a_token_not_a_byte_is_written(running: Running) -> None:
    line = running.line("甲公司")
    place = line.announce(DATA, "unit:u1").headers["Location"]
    assert slug(running.line().patch(place, DATA, 0)) == "login-needed"
    assert slug(running.line("乙公司").patch(place, DATA, 0)) == "not-found"
    growing = running.work.blobs.growing("unit:u1", SHA)
    assert growing is not None
    assert growing.offset == 0
    assert line.head(place).headers["Upload-Offset"] == "0"


def test_nobody_puts_anything_into_the_scope_of_others(running: Running) -> None:
    for scope in ("unit:u2", "office", "public", "nonsense"):
        answer = running.line("甲公司").announce(DATA, scope)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")


def test_knowing_an_address_gives_no_right(either: Running) -> None:
    either.line("甲公司").upload(DATA, "unit:u1")
    other = either.line("乙公司")
    assert other.ask("GET", f"/blobs/{SHA}").status_code == 404
    assert other.ask("HEAD", f"/blobs/unit:u1:{SHA}", headers={"Tus-Resumable": "1.0.0"}).status_code == 404
    made = other.announce(DATA, "unit:u2")
    assert made.headers["Upload-Offset"] == "0", "that somebody else has these bytes is not told"
    with either.work.database.read() as connection:
        assert blobs.present(connection, ["unit:u1"], [SHA]) == {SHA}
        assert blobs.present(connection, ["unit:u2"], [SHA]) == set()


def test_what_one_may_read_need_not_be_sent_again(either: Running) -> None:
    either.line("甲公司").upload(DATA, "unit:u1")
    body = {"id": "application/1", "service": "errand", "state": "review", "unit": "unit/u1", "agency": "agency/a1"}
    form = {"attachments": [{"material": "paper", "blob": SHA}]}
    with either.work.database.write() as connection:
        install(connection, [{**body, "people": ["person/p1"], "form": form}], instant_text(either.watch.now))
    agency = either.line("agency")
    assert agency.ask("GET", f"/blobs/{SHA}").content == DATA
    assert agency.announce(DATA, "agency:a1").headers["Upload-Offset"] == str(len(DATA))
    assert either.line("review").ask("GET", f"/blobs/{SHA}").content == DATA
    assert either.line("乙公司").ask("GET", f"/blobs/{SHA}").status_code == 404


def test_finance_reads_vouchers_and_no_education_papers(either: Running) -> None:
    line, voucher = either.line("甲公司"), DATA + b"voucher"
    line.upload(DATA, "unit:u1")
    line.upload(voucher, "unit:u1")
    paid = hashlib.sha256(voucher).hexdigest()
    common = {"service": "errand", "state": "review", "unit": "unit/u1"}
    papers = {"attachments": [{"material": "paper", "blob": SHA}]}
    proof = {"attachments": [{"material": "voucher", "blob": paid}]}
    covered = {"id": "application/1", **common, "people": ["person/p1"], "bills": ["bill/1"], "form": papers}
    payment = {"id": "application/2", **common, "covers": ["application/1"], "form": proof}
    with either.work.database.write() as connection:
        install(connection, [covered, payment], instant_text(either.watch.now))
    finance = either.line("finance")
    assert finance.ask("GET", f"/blobs/{paid}").content == voucher
    assert finance.ask("GET", f"/blobs/{SHA}").status_code == 404


def test_a_profile_paper_is_read_with_an_open_application_of_the_person_and_no_other(either: Running) -> None:
    """By its unit always; by a desk while an application of that person is in work there; by nobody else ever."""
    either.line("甲公司").upload(DATA, "unit:u1")
    desks = {login: either.line(login) for login in ("甲公司", "乙公司", "agency", "review", "finance", "admin")}
    person = {"id": "person/p1", "unit": "unit/u1", "name": "陈喆", "materials": [{"material": "paper", "blob": SHA}]}
    body = {"id": "application/1", "service": "errand", "state": "review", "unit": "unit/u1"}
    asked = {**body, "people": ["person/p1"], "form": {}}

    def readers(*bodies: dict[str, Any]) -> set[str]:
        with either.work.database.write() as connection:
            install(connection, bodies, instant_text(either.watch.now))
        answers = {login: line.ask("GET", f"/blobs/{SHA}").status_code for login, line in desks.items()}
        assert set(answers.values()) <= {200, 404}
        return {login for login, status in answers.items() if status == 200}

    unit = {"甲公司"}
    assert readers(person) == unit, "nothing is asked for this person"
    somebody = {**asked, "id": "application/2", "agency": "agency/a1", "people": ["person/p2"]}
    assert readers(somebody) == unit, "an application of somebody else shows nothing of this person"
    offices = unit | {"review", "admin"}
    assert readers(asked) == offices, "it is not at an agency"
    assert readers({**asked, "agency": "agency/a1"}) == offices | {"agency"}
    assert readers({**asked, "agency": "agency/a1", "state": "done", "completed_on": "2026-03-16"}) == unit


def test_the_newer_of_two_lines_writes_on(running: Running) -> None:
    line, other = running.line("甲公司"), running.line("甲公司", "device-2")
    place = line.announce(DATA, "unit:u1").headers["Location"]

    def two_at_once() -> Iterator[bytes]:
        yield DATA[:200_000]
        reached = _arrived(other, place, 200_000)  # all that was sent: the older line stands still now
        assert other.patch(place, DATA[reached : reached + 1000], reached).status_code == 204
        yield DATA[200_000:]

    assert line.patch(place, two_at_once(), 0).status_code == 409, "it was told that another line took over"
    _go_on(other, place)
    assert line.ask("GET", f"/blobs/{SHA}").content == DATA


def test_an_independent_tus_client_is_served(running: Running) -> None:
    line = running.line("甲公司")
    headers = {HEADER: "1", "Authorization": str(line.http.headers["Authorization"])}
    client = TusClient(f"{running.url}{BASE}/blobs", headers=headers)
    told = {"scope": "unit:u1", "sha256": SHA}
    pieces = {"file_stream": io.BytesIO(DATA), "chunk_size": 70_000}
    uploader: Any = client.uploader(**pieces, metadata=told, upload_checksum=True)
    uploader.upload_chunk()
    again: Any = client.uploader(**pieces, url=uploader.url)
    assert again.offset == 70_000
    again.upload()
    assert line.ask("GET", f"/blobs/{SHA}").content == DATA


@pytest.mark.processes
def test_a_server_killed_in_the_middle_keeps_the_bytes_it_got(tmp_path: Path) -> None:
    from desktop.demo.server_process import ServerProcess

    with ServerProcess(tmp_path / "server") as server:
        server.run("init", *INIT)
        server.start()
        line = Line(server.url).login("甲公司")
        place = line.announce(DATA, "unit:u1").headers["Location"]
        assert line.patch(place, DATA[:150_000], 0).status_code == 204

        def until_the_server_dies() -> Iterator[bytes]:
            yield DATA[150_000:250_000]
            server.kill()
            yield DATA[250_000:]

        with pytest.raises(requests.ConnectionError):
            line.patch(place, until_the_server_dies(), 150_000)
        server.start()
        reached = int(line.head(place).headers["Upload-Offset"])
        assert 150_000 <= reached <= 250_000
        assert line.patch(place, DATA[reached:], reached).status_code == 204
        assert line.ask("GET", f"/blobs/{SHA}").content == DATA


def _arrived(line: Line, place: str, at_least: int) -> int:
    """The offset as soon as so many bytes are there."""
    reached = 0

    def enough() -> bool:
        nonlocal reached
        reached = int(line.head(place).headers.get("Upload-Offset", "0"))  # or not yet announced
        return reached >= at_least

    until(enough, f"byte {at_least}")
    return reached


def _go_on(line: Line, place: str) -> None:
    """From wherever the server stands to the end; should an older line still have moved it, from there."""
    while (reached := int(line.head(place).headers["Upload-Offset"])) < len(DATA):
        assert line.patch(place, DATA[reached:], reached).status_code in (204, 409)
