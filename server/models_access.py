"""The tables of the shell: secrets, devices, tokens, failures, blobs, duties. Accounts themselves are entities."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models import Base


class SecretRow(Base):
    """The password of an account, as Argon2id, and what guards it."""

    __tablename__ = "secret"
    account: Mapped[str] = mapped_column(primary_key=True)  # "account/…"
    hash: Mapped[str]
    must_change: Mapped[bool]
    changed_at: Mapped[str]


class FailureRow(Base):
    """Failed log-ins of one account or from one address; after enough of them a pause."""

    __tablename__ = "login_failure"
    subject: Mapped[str] = mapped_column(primary_key=True)  # keyed hash of a login name or an address
    count: Mapped[int]
    last_at: Mapped[str]
    locked_until: Mapped[str | None]


class DeviceRow(Base):
    """The public key of a desk, as one account registered it. A new key is a new row: old signatures stay provable."""

    __tablename__ = "device"
    account: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[str] = mapped_column(primary_key=True)  # base64url
    name: Mapped[str]
    registered_at: Mapped[str]
    revoked_at: Mapped[str | None]


class TokenRow(Base):
    """A session of one account on one device. Only the hash of the token is kept."""

    __tablename__ = "token"
    __table_args__ = (Index(None, "account"),)
    hash: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    device: Mapped[str]
    created_at: Mapped[str]
    expires_at: Mapped[str]
    revoked_at: Mapped[str | None]


class BlobRow(Base):
    """A whole attachment as one scope has it: its bytes lie in the store once, however many scopes brought them."""

    __tablename__ = "blob"
    __table_args__ = (Index(None, "sha256"),)
    scope: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str]  # extension by content
    account: Mapped[str]
    completed_at: Mapped[str]


class DutyRow(Base):
    """Work that one process of several does at a time: it holds the duty until a moment and renews it."""

    __tablename__ = "duty"
    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[str]
