"""A checked pack as bytes, so that the next start neither reads nor checks it again. Bytes in, bytes out: no file.

Only the parts of a pack come back: whatever else somebody wrote into the bytes is refused, not made.
"""

import hashlib
import io
import pickle
from collections.abc import Mapping

from domain.packs.base import Part
from domain.packs.pack import Origin, Pack
from domain.packs.schema import PackSpec

SUM = 32  # bytes of the check sum in front


class NotKept(ValueError):
    """These bytes are not a pack that `keep` made, or one of another edition or program."""


class _Parts(pickle.Unpickler):
    """Makes parts of packs and plain values, and calls nothing."""

    def find_class(self, module: str, name: str) -> object:
        found = super().find_class(module, name) if module.startswith("domain.packs.") else None
        if isinstance(found, type) and issubclass(found, Part):
            return found
        raise NotKept(f"{module}.{name} is no part of a pack")


def keep(pack: Pack) -> bytes:
    """A pack that was checked."""
    body = pickle.dumps((pack.digest, pack.spec), protocol=5)
    return hashlib.sha256(body).digest() + body


def kept(data: bytes, files: Mapping[str, str], digest: str) -> Pack:
    """The pack of these texts, its expressions compiled when first asked. Raises NotKept."""
    body = data[SUM:]
    if hashlib.sha256(body).digest() != data[:SUM]:
        raise NotKept("the bytes were cut or changed")
    made, spec = _Parts(io.BytesIO(body)).load()
    if made != digest or not isinstance(spec, PackSpec):
        raise NotKept("the bytes are those of another edition")
    return Pack(spec, files, digest, {"": Origin({})})
