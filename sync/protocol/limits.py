"""What both ends hold to: the version, the names on the wire and how much may be sent at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PROTOCOL = 1
HEADER = "Huiban-Protocol"  # on every request and every answer: an answer without it is not ours
BASE = "/api/v1"
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
PROBLEM_PREFIX = "urn:huiban:problem:"
TUS_VERSION = "1.0.0"
TUS_TYPE = "application/offset+octet-stream"
TUS_EXTENSIONS = "creation,creation-with-upload,checksum"

GZIP_LEVEL = 2  # of ISA-L: 5 times fewer bytes for 3 µs a form; zlib takes 17 for as few
MAX_OPERATION_BYTES = 1 << 20  # the content of one Operation
MAX_REQUEST_BYTES = 8 << 20  # a JSON request, after gunzip
MAX_ANSWER_BYTES = 64 << 20  # a JSON answer, after gunzip: a desk reads no further
PUSH_BYTES = 128 << 10  # contents of a first batch, before gzip: some 30 KB on a line that nobody knows yet
PULL_BYTES = 1 << 20  # bodies of one page, before gzip, unless the desk asks for less
MAX_PULL_BYTES = 4 << 20
MAX_PULL_CHANGES = 5_000  # in one answer
WAIT_SECONDS = 50  # the longest a wake-up is held


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the protocol: since when, and what changed."""

    number: int
    since: date
    what: str


VERSIONS = (Version(1, date(2026, 11, 21), "first"),)
