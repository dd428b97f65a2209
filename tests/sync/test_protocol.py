"""The wire: what is signed comes back the same, what is not ours is refused, and it is small."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from domain.operations import Finding, Kind, Operation, Outcome, Receipt, Severity, Status
from sync import protocol

NOW = datetime(2026, 3, 18, 1, 2, 3, 456000, UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = protocol.public_text(KEY)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0")), inner, max_size=4)
    ),
    max_leaves=12,
)


def an_operation(**more: Any) -> Operation:
    values: dict[str, Any] = {
        "op_id": str(uuid_utils.uuid7()),
        "device": "desk-1",
        "account": "account/1",
        "kind": Kind.SAVE_ROSTER,
        "entity": f"roster/{uuid_utils.uuid7()}",
        "payload": {"name": "张伟"},
        "made_at": NOW,
    }
    return Operation(**{**values, **more})


@given(st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0")), JSON, max_size=4))
def test_an_operation_survives_the_wire_byte_for_byte(payload: dict[str, Any]) -> None:
    operation = an_operation(payload=payload, after=(str(uuid_utils.uuid7()),), blobs=("a" * 64,), base_version=7)
    content = protocol.encode_content(operation)
    travelled = protocol.PushRequest.model_validate_json(
        protocol.push_request([(content, protocol.sign(KEY, content))])
    )
    assert travelled.operations[0].content == content
    assert protocol.verify(PUBLIC, travelled.operations[0].signature, content)
    assert protocol.decode_content(content) == operation
    assert protocol.encode_content(protocol.decode_content(content)) == content


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("op_id", "not-a-uuid"),
        ("op_id", 7),
        ("kind", "drop-table"),
        ("entity", "roster"),
        ("entity", "roster/" + "x" * 200),
        ("base_version", -1),
        ("base_version", 10**400),
        ("after", ["x"]),
        ("blobs", ["A" * 64]),
        ("payload", []),
        ("payload", {"name": "a\0b"}),
        ("payload", {"deep": [{"a\0": 1}]}),
        ("made_at", "yesterday"),
        ("made_at", "2026-03-18T01:02:03"),
        ("extra", 1),
    ],
)
def test_an_operation_with_one_wrong_field_is_unreadable(key: str, value: Any) -> None:
    tree = json.loads(protocol.encode_content(an_operation())) | {key: value}
    with pytest.raises(protocol.Unreadable):
        protocol.decode_content(json.dumps(tree))


def test_of_a_push_that_broke_off_anywhere_the_whole_operations_are_read_and_nothing_else() -> None:
    signed = [
        (content, protocol.sign(KEY, content))
        for content in map(protocol.encode_content, [an_operation() for _ in range(3)])
    ]
    body = protocol.push_request(signed)
    counts = []
    for end in range(len(body) + 1):
        found = protocol.whole_operations(body[:end])
        assert [(one.content, one.signature) for one in found] == signed[: len(found)]
        counts.append(len(found))
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"operations":3', b'{"operations":[1,[]', b"\xff"])
def test_of_nonsense_nothing_is_read(body: bytes) -> None:
    assert protocol.whole_operations(body) == []


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"\xff", b'{"op_id":NaN}', b"[" * 5_000, '{"a":"\ud800"}', b'{"a":"\\ud800"}']
)
def test_what_is_no_operation_is_unreadable(content: bytes | str) -> None:
    with pytest.raises(protocol.Unreadable):
        protocol.decode_content(content)


def test_a_backslash_before_u0000_is_just_text() -> None:
    operation = an_operation(payload={"name": "\\u0000"})
    assert protocol.decode_content(protocol.encode_content(operation)) == operation


def test_a_signature_holds_for_these_bytes_and_this_key_only() -> None:
    other = protocol.public_text(Ed25519PrivateKey.generate())
    signature = protocol.sign(KEY, b"content")
    assert protocol.verify(PUBLIC, signature, b"content")
    assert not protocol.verify(PUBLIC, signature, b"Content")
    assert not protocol.verify(other, signature, b"content")
    for nonsense in ("", "=", "%%%", "æ", "a" * 86, signature[:-4]):
        assert not protocol.verify(PUBLIC, nonsense, b"content")
        assert not protocol.verify(nonsense, signature, b"content")


def test_a_receipt_proves_association_operation_bytes_status_and_number() -> None:
    content = protocol.encode_content(operation := an_operation())
    receipt = protocol.sign_receipt(
        KEY, "assoc-1", operation.op_id, protocol.content_hash(content), Status.APPLIED, 17, "2026-03-18T01:02:03.456Z"
    )
    outcome = Outcome(operation.op_id, Status.APPLIED, receipt=receipt)
    assert protocol.receipt_holds(PUBLIC, "assoc-1", content, outcome)
    assert not protocol.receipt_holds(PUBLIC, "assoc-2", content, outcome)
    assert not protocol.receipt_holds(PUBLIC, "assoc-1", content + b" ", outcome)
    assert not protocol.receipt_holds(
        PUBLIC, "assoc-1", content, Outcome(operation.op_id, Status.REFUSED, receipt=receipt)
    )
    forged = Receipt(18, receipt.received_at, receipt.signature)
    assert not protocol.receipt_holds(
        PUBLIC, "assoc-1", content, Outcome(operation.op_id, Status.APPLIED, receipt=forged)
    )
    assert not protocol.receipt_holds(PUBLIC, "assoc-1", content, Outcome(operation.op_id, Status.APPLIED))


RECEIPT = Receipt(1, "2026-03-18T01:02:03.456Z", "sig")
FULL = Finding("r1", "请上传", Severity.WARN, "2.1", "缺", "initial[1].name", "1", "svc", "call", "2026-05-01")
OUTCOMES = [
    Outcome("1", Status.APPLIED, 3, {"unit:1": 17, "office": 18}, receipt=RECEIPT),
    Outcome("2", Status.REFUSED, findings=(FULL, Finding("r2", "x"))),
    Outcome("3", Status.CONFLICT, version=4, current={"name": "张伟", "n": None}),
    Outcome("4", Status.WAITING, missing=("a" * 64,), waits_for=("0",)),
    Outcome("5", Status.APPLIED, rows=({"row": "1", "same_as": "roster/1"},)),
]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.op_id)
def test_an_outcome_survives_the_wire(outcome: Outcome) -> None:
    reply = protocol.PushReply.model_validate_json(protocol.push_reply("epoch-1", [protocol.outcome_text(outcome)]))
    assert reply.epoch == "epoch-1"
    assert protocol.read_outcome(reply.outcomes[0]) == outcome


@pytest.mark.parametrize("wire", [{}, {"o": "1", "c": "maybe"}, {"o": "1", "n": 1}, {"o": "1", "f": [{}]}])
def test_nonsense_is_no_outcome(wire: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        protocol.read_outcome(wire)


def test_a_refusal_without_receipt_that_names_a_problem_was_never_decided() -> None:
    def refused(rule: str, receipt: Receipt | None = None) -> Outcome:
        return Outcome("1", Status.REFUSED, findings=(Finding(rule, "…"),), receipt=receipt)

    assert protocol.undecided(refused("device-unknown")) is protocol.Problem.DEVICE_UNKNOWN
    assert protocol.undecided(refused("device-unknown", Receipt(1, "", ""))) is None
    assert protocol.undecided(refused("some-rule")) is None
    assert protocol.undecided(Outcome("1", Status.WAITING)) is None


def test_a_thousand_applied_forms_are_told_in_150_bytes_each() -> None:
    texts = []
    for number in range(1000):
        op_id = str(uuid_utils.uuid7())
        receipt = protocol.sign_receipt(
            KEY, "a", op_id, f"{number:064x}", Status.APPLIED, number, "2026-03-18T01:02:03.456Z"
        )
        at = {
            "unit:01993d2e-77aa-7b53-8bd4-3e5a6a1d9f00": 3 * number,
            "office": 3 * number + 1,
            "agency:01993d2e": 3 * number + 2,
        }
        texts.append(protocol.outcome_text(Outcome(op_id, Status.APPLIED, 1, at, receipt=receipt)))
    assert len(protocol.compress(protocol.push_reply("e", texts))) <= 150 * 1000


def test_a_page_is_written_from_texts_and_read_as_a_model() -> None:
    changes = [("person/1", 5, 2, '{"name":"张伟"}'), ("person/2", 9, 1, None)]
    page = protocol.RawPage(changes, cursor=9, more=True, count=1, sum=protocol.row_hash("person/1", 2), fresh=True)
    empty = protocol.RawPage([], cursor=0, more=False, count=0, sum=0)
    reply = protocol.PullReply.model_validate_json(
        protocol.pull_reply("e", 12, {"unit:1": page, "office": empty}, reset=True)
    )
    assert (reply.epoch, reply.head, reply.reset) == ("e", 12, True)
    assert reply.scopes["unit:1"].changes == [("person/1", 5, 2, {"name": "张伟"}), ("person/2", 9, 1, None)]
    assert (reply.scopes["unit:1"].more, reply.scopes["unit:1"].fresh, reply.scopes["office"].more) == (
        True,
        True,
        False,
    )


ROWS = st.tuples(st.text(max_size=5), st.integers(1, 99))


@given(st.lists(ROWS), st.lists(ROWS))
def test_a_scope_sum_depends_on_what_is_in_it_and_not_on_the_way_there(
    kept: list[tuple[str, int]], passed: list[tuple[str, int]]
) -> None:
    straight = protocol.add_to_sum(0, come=kept)
    winding = protocol.add_to_sum(0, come=passed)
    winding = protocol.add_to_sum(winding, come=reversed(kept))
    assert protocol.add_to_sum(winding, gone=passed) == straight
    assert 0 <= straight < 2**63


def test_another_version_changes_the_sum() -> None:
    assert protocol.row_hash("person/1", 1) != protocol.row_hash("person/1", 2) != protocol.row_hash("person/2", 2)


def test_gzip_is_bounded_and_whole() -> None:
    bomb = protocol.compress(b"\0" * 10_000_000)
    with pytest.raises(protocol.TooLarge):
        protocol.decompress(bomb, 1_000_000)
    assert protocol.decompress(bomb, 10_000_000) == b"\0" * 10_000_000
    for broken in (b"", b"plain", bomb[:-9]):
        with pytest.raises(ValueError, match="gzip"):
            protocol.decompress(broken, 10_000_000)
    assert protocol.compress(b"same") == protocol.compress(b"same")


def test_versions_of_the_protocol_are_dated_and_in_order() -> None:
    numbers = [version.number for version in protocol.VERSIONS]
    assert numbers == list(range(1, protocol.PROTOCOL + 1))
    assert sorted(protocol.VERSIONS, key=lambda version: version.since) == list(protocol.VERSIONS)
