"""Associations for tests of what the server decides."""

from tests.server.houses import house, real_house, sqlite_house

__all__ = ["house", "real_house", "sqlite_house"]
