"""A real desk and a real server process: what is queued arrives once, is mirrored, and both ends add up."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.demo.proxy import LineProxy
from sync.failures import FailureKind, SyncFailure
from sync.login import Session, change_password, connect, load_session, log_out, read_invitation, sign_in
from sync.notices import Line
from sync.ports import Clock
from sync.protocol import HEADER, Hello, PushReply, ask_request, compress, push_request
from sync.runner import SyncRunner, sync_once, utc_now
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.processes.ears import Ears
from tests.processes.plain import PlainServer, a_store, attach, logged_in, places, queue, roster
from tests.support.waiting import until

pytestmark = pytest.mark.processes
DONE = ("answered", "applied")


def applied(server: PlainServer) -> list[str]:
    return [row[0] for row in server.rows("SELECT op_id FROM ledger WHERE status = 'applied'")]


def test_a_queue_is_delivered_by_one_cycle_and_mirrored(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server)
    op_ids = queue(local, session.account, [roster(n) for n in range(30)])
    report = sync_once(SyncStore(local), session)
    assert (report.left, report.failure, report.exit_status) == (0, None, 0)
    assert {places(local)[op_id] for op_id in op_ids} == {DONE}
    assert set(op_ids) <= set(applied(server))
    with local.reading() as reader:
        assert len(reader.mirror.of_kind(session.account, "roster")) >= 30
        assert all(kept.lifted for kept in reader.operations.many(op_ids).values())


def test_attachments_go_and_what_needs_them_is_applied(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server)
    blobs = [attach(local, session.account, b"%PDF-1.7 " + bytes([n]) * (50_000 * n + 7)) for n in range(1, 5)]
    op_ids = queue(local, session.account, [roster(100)], blobs=blobs)
    assert sync_once(SyncStore(local), session).exit_status == 0
    assert {places(local)[op_id] for op_id in op_ids} == {DONE}
    for sha256 in blobs:
        assert server.data.joinpath("blobs", "whole", sha256[:2], sha256).stat().st_size > 50_000


def test_a_server_that_died_before_it_had_proved_an_attachment_does_it_when_asked(
    server: PlainServer, local: LocalStore
) -> None:
    session = logged_in(local, server)
    data = b"%PDF-1.7 " + b"whole" * 9_000
    sha256 = attach(local, session.account, data)
    told = {"sha256": sha256, "scope": session.identity.blob_scope}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
    before = set(server.data.joinpath("blobs").rglob("*.part"))
    assert session.http().raw("POST", "/blobs", b"", headers).status == 201
    (part,) = set(server.data.joinpath("blobs").rglob("*.part")) - before
    part.write_bytes(data)  # as a kill leaves it: every byte is there, nothing is said of it
    op_ids = queue(local, session.account, [roster(150)], blobs=[sha256])
    assert sync_once(SyncStore(local), session).exit_status == 0
    assert places(local)[op_ids[0]] == DONE


def test_without_a_server_it_gives_up_with_3_and_keeps_everything(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server)
    op_ids = queue(local, session.account, [roster(200)])
    with LineProxy(server.target) as line:
        line.offline()
        report = sync_once(SyncStore(local), replace(session, address=line.url))
    assert report.exit_status == 3
    assert report.failure is not None
    assert report.failure.kind is FailureKind.OFFLINE
    assert report.left == 1
    assert places(local)[op_ids[0]] == ("outbox", "queued")


def test_an_answer_lost_on_the_way_costs_nothing_and_doubles_nothing(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server)
    op_ids = queue(local, session.account, [roster(300 + n) for n in range(5)])
    with LineProxy(server.target) as line:
        line.lose_next_answer(b"/push")
        report = sync_once(SyncStore(local), replace(session, address=line.url))
        assert line.counts().lost_answers == 1
    assert report.exit_status == 0
    assert {places(local)[op_id] for op_id in op_ids} == {DONE}
    assert sorted(op_id for op_id in applied(server) if op_id in set(op_ids)) == sorted(op_ids)


def test_a_server_keeps_the_whole_operations_of_a_push_whose_line_died(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server)
    op_ids = queue(local, session.account, [roster(800 + n, "长" * 400) for n in range(20)])
    store = SyncStore(local)
    batch = store.next_batch(session.account, 1 << 20, datetime.now(UTC))
    body = compress(push_request((item.content, item.signature) for item in batch))
    head = (
        f"POST /api/v1/push HTTP/1.1\r\nHost: 127.0.0.1\r\n{HEADER}: 1\r\nAuthorization: Bearer {session.token}\r\n"
        f"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(server.target) as line:
        line.sendall(head.encode() + body[: len(body) * 2 // 3])
        for _ in range(20):  # other requests have been served meanwhile: it has read what came
            session.http().call("GET", "/hello")
    asked = ask_request(op_ids)

    def decided() -> list[str]:
        reply = PushReply.model_validate_json(session.http().call("POST", "/push", asked).body)
        return [outcome["o"] for outcome in reply.outcomes]

    kept = until(decided)  # it is deciding them now
    assert 5 <= len(kept) < 20
    assert kept == op_ids[: len(kept)]
    stranger = sign_in(local, server.url, hello_of(server), "yi", "password-of-yi")
    nothing = PushReply.model_validate_json(stranger.http().call("POST", "/push", asked).body)
    assert nothing.outcomes == [], "what another account asked is nobody's business"
    assert sync_once(store, session).exit_status == 0
    assert {places(local)[op_id] for op_id in op_ids} == {DONE}


# ---- in the background ----


@contextmanager
def running(local: LocalStore, session: Session, clock: Clock = utc_now) -> Iterator[tuple[SyncRunner, Ears]]:
    ears = Ears()
    runner = SyncRunner(SyncStore(local), session, ears, clock=clock)
    runner.start()
    try:
        yield runner, ears
    finally:
        runner.stop()
    assert runner.crashed is None


def test_what_another_desk_of_the_unit_does_is_told_at_once(server: PlainServer, tmp_path: Path) -> None:
    """The clock of who is told stands still: it asks for nothing by itself, however long the machine takes."""
    still = datetime.now(UTC)
    with a_store(tmp_path / "one") as one, a_store(tmp_path / "two") as two:
        mine, theirs = logged_in(one, server), logged_in(two, server)
        with running(one, mine, lambda: still) as (_, first), running(two, theirs) as (runner, second):
            first.until_line(Line.ONLINE)
            second.until_line(Line.ONLINE)
            (op_id,) = queue(two, theirs.account, [roster(400)])
            entity = entity_of(two, op_id)
            runner.wake()
            second.until_answered([op_id])
            first.until(lambda heard: mirrored(one, mine.account, entity))


def entity_of(local: LocalStore, op_id: str) -> str:
    with local.reading() as reader:
        kept = reader.operations.get(op_id)
    assert kept is not None
    return kept.entity


def mirrored(local: LocalStore, account: str, entity: str) -> bool:
    with local.reading() as reader:
        return reader.mirror.get(account, entity) is not None


def test_pulling_the_cable_stops_nothing_but_delivery(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server)
    with LineProxy(server.target) as line, running(local, replace(session, address=line.url)) as (runner, ears):
        ears.until_line(Line.ONLINE)
        line.offline()
        op_ids = queue(local, session.account, [roster(500)])
        runner.wake()
        ears.until_line(Line.TROUBLE)
        assert places(local)[op_ids[0]][0] == "outbox"
        line.online()
        ears.until_answered(op_ids)
        ears.until_line(Line.ONLINE)


def test_what_came_while_it_was_paused_goes_when_it_is_resumed(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server)
    with running(local, session) as (runner, ears):
        ears.until_line(Line.ONLINE)
        runner.pause()
        ears.until_line(Line.IDLE)
        op_ids = queue(local, session.account, [roster(600)])
        runner.wake()
        runner.resume()
        ears.until_answered(op_ids)


# ---- accounts ----


def test_a_wrong_password_is_one_sentence(server: PlainServer, local: LocalStore) -> None:
    hello = hello_of(server)
    with pytest.raises(SyncFailure, match="密码不对") as caught:
        sign_in(local, server.url, hello, "yi", "not the password", "desk")
    assert caught.value.failure.kind is FailureKind.LOGIN_WRONG


def hello_of(server: PlainServer) -> Hello:
    invitation = read_invitation((server.data / "invitation.huiban").read_bytes())
    return connect(invitation.model_copy(update={"address": server.url}))


def test_a_server_with_another_key_than_the_invitations_is_not_talked_to(server: PlainServer) -> None:
    invitation = read_invitation((server.data / "invitation.huiban").read_bytes())
    forged = invitation.model_copy(update={"address": server.url, "key_fingerprint": "0" * 64})
    with pytest.raises(SyncFailure) as caught:
        connect(forged)
    assert caught.value.failure.kind is FailureKind.WRONG_SERVER


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b"{}", b'{"address": 1}', b'"text"'])
def test_a_file_that_is_no_invitation_is_one_sentence(data: bytes) -> None:
    with pytest.raises(SyncFailure, match="邀请文件") as caught:
        read_invitation(data)
    assert caught.value.failure.kind is FailureKind.INVITATION


def test_a_session_is_kept_in_the_store_and_a_new_password_holds(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server, "admin")
    assert load_session(SyncStore(local), session.account) == session
    with pytest.raises(SyncFailure) as caught:
        change_password(session, "password-of-admin", "short")
    assert caught.value.failure.kind is FailureKind.PASSWORD_WEAK
    changed = change_password(session, "password-of-admin", "another-good-password")
    assert not changed.must_change_password
    assert sign_in(local, server.url, hello_of(server), "admin", "another-good-password").token


def test_an_ended_session_asks_for_the_password_and_keeps_everything(server: PlainServer, local: LocalStore) -> None:
    session = logged_in(local, server)
    log_out(session)
    op_ids = queue(local, session.account, [roster(700)])
    with running(local, session) as (_, ears):
        ears.until_line(Line.STOPPED, FailureKind.LOGIN_NEEDED)
    assert places(local)[op_ids[0]][0] == "outbox"
    again = logged_in(local, server)
    assert again.account == session.account
    assert sync_once(SyncStore(local), again).exit_status == 0
    assert places(local)[op_ids[0]] == DONE
