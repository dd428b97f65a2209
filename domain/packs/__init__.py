"""An association as data: the typed schema of a pack, its reading, and every error with file, line and key."""

from domain.packs.errors import PackError, Problem
from domain.packs.facts import FactError
from domain.packs.loading import digest, load, parse, texts
from domain.packs.pack import Pack
from domain.packs.service import Service

__all__ = ["FactError", "Pack", "PackError", "Problem", "Service", "digest", "load", "parse", "texts"]
