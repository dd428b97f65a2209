"""Real submissions decided: education-registration by the whole pack, one person each, pushed by one desk in batches.

What the server does between reading the request and answering it: signatures, every rule, transition, entities, feed,
record, receipts, one durable commit a batch. Beside them as many shared drafts of the same forms, which no rule judges.
It has no mark but that every one is applied. `python tests/benchmarks/bench_submits.py [--forms 256]`
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from domain.operations import Kind, Operation, Status
from sync.protocol import SignedOperation, encode_content, sign_all
from tests.scenarios.education import education_form, member
from tests.server.desks import PACK, Desk, a_house, new_key_id

BATCH = 128


def main() -> int:
    """Print both rates; 0 when every one was applied."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--forms", type=int, default=256)
    forms = parser.parse_args().forms
    with tempfile.TemporaryDirectory() as name, a_house(Path(name), None, PACK) as house:
        people = [str(number) for number in range(forms)]
        bodies = [body for key in people for body in member(key, id_number=f"4401031990{int(key):08d}")]
        house.put(*bodies)
        desk = house.desk("account/main")
        filled = [education_form(house, initial_education=[key]) for key in people]
        told = [{"service": "education-registration", "form": form} for form in filled]
        drafts = [desk.operation(Kind.SAVE_DRAFT, f"draft/{new_key_id()}", payload) for payload in told]
        sent = [
            desk.operation(Kind.ACT, f"application/{new_key_id()}", {"action": "submit", **payload}) for payload in told
        ]
        rate(
            desk,
            [desk.operation(Kind.SAVE_ROSTER, f"roster/{new_key_id()}", {"name": "张三"})],
            "the first, for warmth",
        )
        shared = rate(desk, drafts, "shared drafts")
        submitted = rate(desk, sent, "submissions")
    print(f"a submission takes {submitted / shared:.1f} times what sharing its draft takes")
    return 0


def rate(desk: Desk, operations: Sequence[Operation], what: str) -> float:
    """Processor milliseconds of one, all of them applied."""
    batches = [operations[start : start + BATCH] for start in range(0, len(operations), BATCH)]
    packed = [_signed(desk, batch) for batch in batches]
    began, spent, answers = perf_counter(), process_time(), []
    for batch in packed:
        answers += desk.push_texts(batch)
    seconds, cpu = perf_counter() - began, process_time() - spent
    wrong = [text for text in answers if '"c":' in text]  # an applied one names no status
    assert not wrong, (Status.APPLIED, wrong[0])
    each = cpu / len(operations) * 1_000
    print(f"{what}: {len(operations) / seconds:,.0f}/s, {each:.2f} ms of one core each")
    return each


def _signed(desk: Desk, operations: Sequence[Operation]) -> list[SignedOperation]:
    contents = [encode_content(operation) for operation in operations]
    proofs = sign_all(desk.key, contents)
    return [SignedOperation(content=c, signature=s) for c, s in zip(contents, proofs, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
