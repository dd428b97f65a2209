"""The key of a store, and the header file that keeps it wrapped: by the keyring, by a passphrase, by a recovery code.

The store's key is 32 random bytes that never leave this machine bare. Each wrap is AES-256-GCM, bound to the store and
to its own kind: a secret which opens a wrap is right beyond doubt, and whatever cannot be read then is damaged.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.files import write_whole
from sync.store.errors import NoKeyring, StoreDamaged, StoreLocked, StoreMissing, StoreTooNew, WrongSecret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

FORMAT = 1
HEADER = "header.json"
COPY = "header.copy.json"  # read when the first cannot be
NO_HEADER = (
    "本机资料的钥匙文件损坏，里面的内容读不出来。",
    "请把会办的资料文件夹改名留好，再用邀请文件重新开始；已送达的都会从协会取回。",
)
SERVICE = "huiban"  # under which the keyring knows us

KEYRING, PASSPHRASE, RECOVERY = "keyring", "passphrase", "recovery"

# Argon2id as RFC 9106 asks of a machine that has the memory to spare: about 0.1 s.
ARGON_MEMORY_KIB, ARGON_PASSES, ARGON_LANES = 64 * 1024, 3, 4

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
GROUPS, GROUP_DATA = 9, 3  # nine groups of three letters and a check letter: 135 bits


def new_key() -> bytes:
    """256 random bits."""
    return secrets.token_bytes(32)


def new_recovery_code() -> str:
    """Nine groups of four letters; the last of each proves the group, so that a slip is found where it was made."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_DATA)) for _ in range(GROUPS))
    return "-".join(group + _check_letter(number, group) for number, group in enumerate(groups))


def read_recovery_code(text: str) -> str:
    """The code as it was given out, however it was typed; raises WrongSecret naming the first group that is wrong."""
    plain = "".join(text.upper().split()).replace("-", "").replace("—", "").translate(MISREAD)
    size = GROUP_DATA + 1
    if len(plain) != GROUPS * size:
        raise WrongSecret(
            f"恢复码应是 {GROUPS} 组、每组 {size} 位，现在是 {len(plain)} 位。", "请对照打印件再核对一遍。"
        )
    groups = [plain[start : start + size] for start in range(0, len(plain), size)]
    for number, group in enumerate(groups):
        if any(letter not in LETTERS for letter in group) or _check_letter(number, group[:-1]) != group[-1]:
            raise WrongSecret(f"恢复码第 {number + 1} 组“{group}”不对。", "请对照打印件核对这一组。")
    return "-".join(groups)


@dataclass(frozen=True, slots=True)
class Wrap:
    """The store's key, sealed by one secret."""

    kind: str
    nonce: bytes
    sealed: bytes
    params: Mapping[str, Any] = field(default_factory=dict)  # salt and costs of Argon2id


@dataclass(frozen=True, slots=True)
class Header:
    """What stands beside a store and may be read by anybody: its id and its wrapped key. Backups carry it."""

    store: str = field(default_factory=lambda: str(uuid4()))
    wraps: tuple[Wrap, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """Which secrets open this store."""
        return frozenset(wrap.kind for wrap in self.wraps)

    # ---- putting a wrap on ----

    def with_keyring(self, key: bytes) -> Header:
        """Sealed by a fresh secret in the operating system's keyring; raises NoKeyring."""
        secret = secrets.token_bytes(32)
        _keyring_set(self.store, base64.b64encode(secret).decode())
        return self._with(KEYRING, secret, key, {})

    def with_passphrase(self, key: bytes, passphrase: str) -> Header:
        """Sealed by a passphrase; an earlier one opens nothing any more."""
        return self._with_words(PASSPHRASE, passphrase, key)

    def with_recovery_code(self, key: bytes, code: str) -> Header:
        """Sealed by a recovery code; an earlier one opens nothing any more."""
        return self._with_words(RECOVERY, read_recovery_code(code), key)

    def change_passphrase(self, old: str, new: str) -> Header:
        """Raises WrongSecret when `old` is not it."""
        return self.with_passphrase(self.open_with_passphrase(old), new)

    def without(self, kind: str) -> Header:
        """Without that way in; a secret left in the keyring is taken out of it."""
        if kind == KEYRING:
            _keyring_delete(self.store)
        return replace(self, wraps=tuple(wrap for wrap in self.wraps if wrap.kind != kind))

    # ---- opening ----

    def open_with_keyring(self) -> bytes:
        """Raises StoreLocked when the keyring has nothing for this store: then a person must help."""
        try:
            text = _keyring_get(self.store) if KEYRING in self.kinds else None
        except NoKeyring as error:
            raise StoreLocked() from error
        if not text:
            raise StoreLocked()
        try:
            return self._open(KEYRING, base64.b64decode(text))
        except (WrongSecret, binascii.Error) as error:
            raise StoreLocked() from error

    def open_with_passphrase(self, passphrase: str) -> bytes:
        """Raises WrongSecret."""
        return self._open_words(PASSPHRASE, passphrase, WrongSecret())

    def open_with_recovery_code(self, code: str) -> bytes:
        """Raises WrongSecret, naming the group where it can."""
        wrong = WrongSecret("这不是这份资料的恢复码。", "请找当初打印或保存的那一份。")
        return self._open_words(RECOVERY, read_recovery_code(code), wrong)

    # ---- the file ----

    def save(self, folder: Path) -> None:
        """Durable, whole or not at all, twice."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (COPY, HEADER):
            write_whole(folder / name, self.text().encode())

    def text(self) -> str:
        """The JSON that `read` takes."""
        wraps = [
            {"kind": wrap.kind, "nonce": wrap.nonce.hex(), "sealed": wrap.sealed.hex(), **wrap.params}
            for wrap in self.wraps
        ]
        return json.dumps({"format": FORMAT, "store": self.store, "wraps": wraps}, indent=1)

    @classmethod
    def read(cls, text: str) -> Header:
        """Raises StoreDamaged or StoreTooNew."""
        try:
            tree = json.loads(text)
            if tree["format"] > FORMAT:
                raise StoreTooNew()
            return cls(tree["store"], tuple(map(_read_wrap, tree["wraps"])))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreDamaged(*NO_HEADER) from error

    @classmethod
    def load(cls, folder: Path) -> Header:
        """The header of the store in this folder; the copy serves where the first was damaged."""
        failure: StoreDamaged | None = None
        for name in (HEADER, COPY):
            try:
                return cls.read((folder / name).read_text(encoding="utf-8"))
            except FileNotFoundError:
                continue
            except (StoreDamaged, UnicodeDecodeError) as error:
                failure = error if isinstance(error, StoreDamaged) else StoreDamaged(*NO_HEADER)
        raise failure or StoreMissing()

    # ---- inside ----

    def _with(self, kind: str, secret: bytes, key: bytes, params: Mapping[str, Any]) -> Header:
        nonce = secrets.token_bytes(12)
        wrap = Wrap(kind, nonce, AESGCM(secret).encrypt(nonce, key, self._bound_to(kind)), params)
        return replace(self, wraps=(*(old for old in self.wraps if old.kind != kind), wrap))

    def _with_words(self, kind: str, words: str, key: bytes) -> Header:
        params = {
            "salt": secrets.token_hex(16),
            "memory": ARGON_MEMORY_KIB,
            "passes": ARGON_PASSES,
            "lanes": ARGON_LANES,
        }
        return self._with(kind, _stretch(words, params), key, params)

    def _open(self, kind: str, secret: bytes) -> bytes:
        for wrap in self.wraps:
            if wrap.kind == kind:
                with contextlib.suppress(InvalidTag, ValueError):
                    return AESGCM(secret).decrypt(wrap.nonce, wrap.sealed, self._bound_to(kind))
        raise WrongSecret()

    def _open_words(self, kind: str, words: str, wrong: WrongSecret) -> bytes:
        wrap = next((wrap for wrap in self.wraps if wrap.kind == kind), None)
        if wrap is None:
            raise wrong
        try:
            return self._open(kind, _stretch(words, wrap.params))
        except WrongSecret:
            raise wrong from None

    def _bound_to(self, kind: str) -> bytes:
        return f"huiban-header-{FORMAT}\n{self.store}\n{kind}".encode()


def first_run(folder: Path, code: str, passphrase: str | None = None) -> bytes:
    """Make key and header in an empty folder: opened by the code, and by a passphrase if given, else the keyring."""
    key = new_key()
    header = Header()
    header = header.with_passphrase(key, passphrase) if passphrase is not None else header.with_keyring(key)
    header.with_recovery_code(key, code).save(folder)
    return key


def _check_letter(number: int, group: str) -> str:
    digest = hashlib.blake2b(f"{number}{group}".encode(), digest_size=1).digest()
    return LETTERS[digest[0] % len(LETTERS)]


def _stretch(words: str, params: Mapping[str, Any]) -> bytes:
    return hash_secret_raw(
        words.encode(),
        bytes.fromhex(params["salt"]),
        time_cost=params["passes"],
        memory_cost=params["memory"],
        parallelism=params["lanes"],
        hash_len=32,
        type=Type.ID,
    )


def _read_wrap(tree: dict[str, Any]) -> Wrap:
    params: dict[str, Any] = {name: tree[name] for name in ("salt", "memory", "passes", "lanes") if name in tree}
    return Wrap(tree["kind"], bytes.fromhex(tree["nonce"]), bytes.fromhex(tree["sealed"]), params)


def _keyring_get(user: str) -> str | None:
    with _keyring() as vault:
        return vault.get_password(SERVICE, user)


def _keyring_set(user: str, secret: str) -> None:
    with _keyring() as vault:
        vault.set_password(SERVICE, user, secret)


def _keyring_delete(user: str) -> None:
    with contextlib.suppress(NoKeyring), _keyring() as vault:
        vault.delete_password(SERVICE, user)


@contextlib.contextmanager
def _keyring() -> Iterator[KeyringBackend]:
    """The operating system's; raises NoKeyring when it does not work."""
    import keyring  # slow to import, and not needed where a passphrase is used

    try:
        yield keyring.get_keyring()
    except Exception as error:  # each system's vault has errors of its own; those of Windows are not even keyring's
        raise NoKeyring() from error
