"""Whose answer it is, and every way in which there is none: each one named, with one thing to do."""

from __future__ import annotations

import gzip
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sync.failures import WORDS, FailureKind, SyncFailure
from sync.http import Http
from sync.protocol import HEADER, compress
from tests.support.waiting import nobody_listens
from tests.sync.answering import OURS, Asked, Reply, a_problem, answering

HTML = {"Content-Type": "text/html; charset=utf-8"}


def failure_of(reply: Reply) -> SyncFailure:
    with answering(lambda asked: reply) as address, pytest.raises(SyncFailure) as caught:
        Http(address).call("POST", "/push", b"{}")
    return caught.value


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(200, HTML, b"<html>Welcome to the hotel"), FailureKind.PORTAL),
        (Reply(302, {"Location": "http://portal.example/"}, b""), FailureKind.PORTAL),
        (Reply(511, HTML, b"<html>"), FailureKind.PORTAL),
        (Reply(407, HTML, b"<html>"), FailureKind.PROXY),
        (Reply(502, HTML, b"<html>nginx"), FailureKind.BUSY),
        (Reply(503, {**HTML, "Retry-After": "7"}, b"<html>"), FailureKind.BUSY),
        (Reply(200, {"Content-Type": "application/json"}, b"{}"), FailureKind.GARBAGE),
        (Reply(200, {**OURS, "Content-Type": "text/html"}, b"<html>"), FailureKind.GARBAGE),
        (Reply(200, {**OURS, HEADER: "2"}, b"{}"), FailureKind.TOO_OLD),
        (Reply(200, {**OURS, "Content-Encoding": "gzip"}, b"not gzip at all"), FailureKind.GARBAGE),
        (Reply(200, {**OURS, "Content-Encoding": "gzip"}, compress(b"x" * 99)[:-5]), FailureKind.GARBAGE),
        (Reply(200, body=b"x" * 5_000, cut=100), FailureKind.CUT),
        (Reply(hang_up=True), FailureKind.CUT),
    ],
)
def test_an_answer_that_is_not_ours_is_named(reply: Reply, kind: FailureKind) -> None:
    assert failure_of(reply).failure.kind is kind


def test_the_wait_a_gateway_asks_for_is_passed_on() -> None:
    assert failure_of(Reply(503, {**HTML, "Retry-After": "7"}, b"")).failure.retry_after == 7


def test_an_answer_of_hundreds_of_megabytes_is_not_read_to_the_end() -> None:
    bomb = gzip.compress(b"\0" * (65 << 20))
    assert failure_of(Reply(200, {**OURS, "Content-Encoding": "gzip"}, bomb)).failure.kind is FailureKind.GARBAGE


def test_nobody_listening_is_offline_and_surely_nothing_was_sent() -> None:
    with nobody_listens() as port, pytest.raises(SyncFailure) as caught:
        Http(f"http://127.0.0.1:{port}").call("POST", "/push", b"{}")
    assert (caught.value.failure.kind, caught.value.unsent, caught.value.moved) == (FailureKind.OFFLINE, True, False)


def test_a_silent_server_is_a_stall() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SyncFailure) as caught:
        Http(f"http://127.0.0.1:{silent.getsockname()[1]}").raw("GET", "/hello", None, {}, silence=0.05)
    assert caught.value.failure.kind is FailureKind.STALLED


@pytest.mark.parametrize(
    "address", ["http://association.example", "http://10.0.0.1:8000", "ftp://127.0.0.1", "nonsense"]
)
def test_plain_http_is_for_this_machine_only(address: str) -> None:
    with pytest.raises(SyncFailure) as caught:
        Http(address)
    assert caught.value.failure.kind is FailureKind.CERTIFICATE


def test_a_server_whose_certificate_nobody_vouches_for_is_named(tmp_path: object) -> None:
    with answering(lambda asked: Reply()) as address, pytest.raises(SyncFailure) as caught:
        Http(address.replace("http://", "https://")).call("GET", "/hello")
    assert caught.value.failure.kind is FailureKind.CERTIFICATE


def vouched_for(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """An authority of a company's own, and a server on this machine that it vouches for."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now, day = datetime.now(UTC), timedelta(days=1)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "company")])
    bare = x509.CertificateBuilder().issuer_name(name).not_valid_before(now - day).not_valid_after(now + day)
    own = bare.subject_name(name).public_key(authority.public_key()).serial_number(1)
    own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    own = own.add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    root = own.add_extension(identifier, critical=False).sign(authority, SHA256())
    server = bare.subject_name(x509.Name([])).public_key(key.public_key()).serial_number(2)
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    server = server.add_extension(host, critical=True)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    leaf = server.add_extension(issuer, critical=False).sign(authority, SHA256())
    place, mine, secret = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    place.write_bytes(root.public_bytes(Encoding.PEM))
    mine.write_bytes(leaf.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(mine, secret)
    return place, context


def test_an_authority_in_the_system_s_own_store_vouches_for_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, tls = vouched_for(tmp_path)
    with answering(lambda asked: Reply(), tls) as address:
        with pytest.raises(SyncFailure) as caught:
            Http(address).call("GET", "/hello")
        assert caught.value.failure.kind is FailureKind.CERTIFICATE
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))  # where OpenSSL finds the system's
        assert Http(address).call("GET", "/hello").status == 200


def test_a_proxy_that_cannot_be_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with nobody_listens() as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(SyncFailure) as caught:
            Http("https://association.example").call("GET", "/hello")
    assert (caught.value.failure.kind, caught.value.unsent) == (FailureKind.PROXY, True)


def test_on_the_way_to_this_machine_no_proxy_and_no_netrc_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    seen: list[Asked] = []

    def see(asked: Asked) -> Reply:
        seen.append(asked)
        return Reply()

    with answering(see) as address:
        assert Http(address, "secret").call("POST", "/push", b'{"a":1}').status == 200
    assert seen[0].headers["authorization"] == "Bearer secret"
    assert seen[0].headers["huiban-protocol"] == "1"
    assert gzip.decompress(seen[0].body) == b'{"a":1}'
    assert seen[0].path == "/api/v1/push"


def test_a_problem_of_ours_is_an_answer() -> None:
    with answering(lambda asked: a_problem(429, "busy", **{"Retry-After": "3"})) as address:
        answer = Http(address).call("POST", "/push", b"{}")
    assert (answer.status, answer.retry_after) == (429, 3.0)


def test_every_failure_has_one_sentence_and_one_thing_to_do() -> None:
    assert set(WORDS) == set(FailureKind)
    for words in WORDS.values():
        assert words.sentence.endswith("。")
        assert words.remedy.endswith("。")
        assert words.sentence.count("。") == 1
