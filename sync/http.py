"""One blocking conversation with the server over HTTP: proxies, certificates, silence, and whose answer it is.

Raises SyncFailure for everything that is not our server's own answer. An answer counts only if it carries our protocol
header and a media type of ours: a hotel's log-in page is named as such.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from urllib3 import Retry
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.util.ssl_ import create_urllib3_context

from sync.address import is_this_machine
from sync.failures import Failure, FailureKind, SyncFailure
from sync.protocol import (
    BASE,
    HEADER,
    JSON_TYPE,
    MAX_ANSWER_BYTES,
    PROBLEM_TYPE,
    PROTOCOL,
    WAIT_SECONDS,
    TooLarge,
    compress,
    decompress,
)

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 20.0  # a stall is silence of I/O, not a long transfer
HELD_SECONDS = WAIT_SECONDS + 15.0
SEND_BLOCK = 64 << 10
READ_BLOCK = 256 << 10
OURS = (JSON_TYPE, PROBLEM_TYPE)


@dataclass(frozen=True, slots=True)
class Answer:
    """Our server's own answer, whatever its status."""

    status: int
    body: bytes
    headers: Mapping[str, str]  # names in lower case
    seconds: float
    sent_bytes: int
    got_bytes: int

    @property
    def server_time(self) -> datetime | None:
        """What the server's clock said."""
        try:
            return parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None

    @property
    def retry_after(self) -> float | None:
        """Seconds the server asked to be left alone."""
        return seconds(self.headers.get("retry-after"))


class Http:
    """A session with one server. Not shared between threads."""

    def __init__(self, address: str, token: str = "") -> None:
        local = is_this_machine(address)
        self.base = address.rstrip("/") + BASE
        self._token = token
        self._session = requests.Session()
        self._session.trust_env = not local  # proxies of the system, but never on the way to ourselves
        scheme = urlsplit(address).scheme
        self._session.mount(f"{scheme}://", _Adapter(secure=scheme == "https"))
        few = {
            HEADER: str(PROTOCOL),
            "User-Agent": "huiban",
            "Accept-Encoding": "gzip",
        }  # a quiet pull stays below 1 KB
        self._session.headers = CaseInsensitiveDict(few)

    def close(self) -> None:
        """Ends kept connections."""
        self._session.close()

    def call(
        self, method: str, path: str, body: bytes | None = None, *, held: bool = False, packed: bytes | None = None
    ) -> Answer:
        """A JSON request with its JSON answer. `packed`: the body after gzip, if it is at hand."""
        if packed is None and body is not None:
            packed = compress(body)
        headers = {} if body is None else {"Content-Type": JSON_TYPE, "Content-Encoding": "gzip"}
        return self.raw(method, path, packed, headers, silence=HELD_SECONDS if held else SILENCE_SECONDS)

    def raw(
        self, method: str, path: str, data: Any, headers: Mapping[str, str], *, silence: float = SILENCE_SECONDS
    ) -> Answer:
        """A request as given. `data`: bytes, or something with `read` and `__len__` that is streamed."""
        began = time.monotonic()
        try:
            response = self._session.request(
                method,
                self.base + path,
                data=data,
                headers=dict(headers),
                auth=_Bearer(self._token),
                timeout=(CONNECT_SECONDS, silence),
                allow_redirects=False,
                stream=True,
            )
            with response:
                refuse_strangers(response)
                packed = _whole(response)
                plain = packed
                if response.headers.get("Content-Encoding") == "gzip" and packed:
                    plain = decompress(packed, MAX_ANSWER_BYTES)
        except (requests.RequestException, HTTPError) as error:
            raise named(error) from error
        except ValueError as error:
            raise SyncFailure(Failure(FailureKind.GARBAGE, str(error))) from error  # it came whole
        except OSError as error:  # of the socket, let through by urllib3
            raise SyncFailure(Failure(FailureKind.CUT, type(error).__name__), moved=True) from error
        sent = len(data) if data is not None else 0
        headers_got = {key.lower(): value for key, value in response.headers.items()}
        return Answer(response.status_code, plain, headers_got, time.monotonic() - began, sent, len(packed))

    def download(self, path: str, took: Callable[[bytes], object], *, offset: int = 0) -> Answer:
        """An attachment's bytes from `offset` on, handed over as they come; of any other answer its whole body."""
        began, got = time.monotonic(), 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        try:
            response = self._session.get(
                self.base + path,
                headers=headers,
                auth=_Bearer(self._token),
                timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with response:
                body = b""
                if response.status_code in (200, 206) and response.headers.get(HEADER) == str(PROTOCOL):
                    while piece := response.raw.read(READ_BLOCK, decode_content=False):
                        got += len(piece)
                        took(piece)
                else:
                    refuse_strangers(response)
                    body = _whole(response)
        except (requests.RequestException, HTTPError) as error:
            raise named(error) from error
        headers_got = {key.lower(): value for key, value in response.headers.items()}
        return Answer(response.status_code, body, headers_got, time.monotonic() - began, 0, got + len(body))


def _whole(response: requests.Response) -> bytes:
    """The body as it travelled. Read until the end is seen: only then does urllib3 tell that it was cut short."""
    got = bytearray()
    while piece := response.raw.read(READ_BLOCK, decode_content=False):
        got += piece
        if len(got) > MAX_ANSWER_BYTES:
            raise TooLarge("the answer is too long")
    return bytes(got)


def refuse_strangers(response: requests.Response) -> None:
    """Raises SyncFailure unless this is our server speaking our version."""
    status, told = response.status_code, response.headers.get(HEADER)
    media = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if told is None:
        if status == 407:
            raise SyncFailure(Failure(FailureKind.PROXY, "407"))
        if status in (429, 502, 503, 504):  # whatever stands before the server speaks for it
            raise SyncFailure(Failure(FailureKind.BUSY, f"{status}", seconds(response.headers.get("Retry-After"))))
        portal = media == "text/html" or 300 <= status < 400 or status == 511
        raise SyncFailure(Failure(FailureKind.PORTAL if portal else FailureKind.GARBAGE, f"{status} {media}"))
    if told != str(PROTOCOL) and status != 426:
        raise SyncFailure(Failure(FailureKind.TOO_OLD, f"protocol {told[:20]}"))
    empty = status in (201, 204) or response.headers.get("Content-Length") == "0" or response.request.method == "HEAD"
    if not empty and media not in OURS:
        raise SyncFailure(Failure(FailureKind.GARBAGE, f"{status} {media}"))


def seconds(text: str | None) -> float | None:
    """A Retry-After in seconds; a date is too rare to read."""
    return float(text) if text is not None and text.isdigit() else None


def named(error: Exception) -> SyncFailure:
    """The known failure behind what requests or urllib3 raised."""
    words = type(error).__name__
    if isinstance(error, requests.exceptions.ProxyError):
        return SyncFailure(Failure(FailureKind.PROXY, words), unsent=True)
    if isinstance(error, requests.exceptions.SSLError):
        clock = "not yet valid" in str(error)
        return SyncFailure(Failure(FailureKind.CLOCK if clock else FailureKind.CERTIFICATE, words), unsent=True)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return SyncFailure(Failure(FailureKind.OFFLINE, words), unsent=True)
    if isinstance(error, requests.exceptions.ReadTimeout | ReadTimeoutError):
        return SyncFailure(Failure(FailureKind.STALLED, words))
    if isinstance(error, requests.exceptions.ConnectionError) and _never_connected(error):
        return SyncFailure(Failure(FailureKind.OFFLINE, words), unsent=True)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return SyncFailure(Failure(FailureKind.OFFLINE, words), unsent=True)
    return SyncFailure(Failure(FailureKind.CUT, words), moved=True)


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


class _Adapter(HTTPAdapter):
    """Larger blocks out, no retry below us (the core decides), and the system's certificates beside the shipped ones.

    A company that looks into what goes out has its own authority in the store of Windows, not in the shipped list.
    """

    def __init__(self, *, secure: bool) -> None:
        self._more: dict[str, Any] = {"blocksize": SEND_BLOCK}
        if secure:
            self._more["ssl_context"] = context = create_urllib3_context()
            context.load_default_certs()
        super().__init__(max_retries=Retry(0, read=False))

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **self._more, **more)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        return super().proxy_manager_for(proxy, **self._more, **more)


class _Bearer(AuthBase):
    """The token; also keeps requests from looking for passwords in the home folder."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request
