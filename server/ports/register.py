"""The company register: what a unified credit code stands for."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Company:
    """One entry of the register."""

    credit_code: str
    name: str
    legal_representative: str = ""
    address: str = ""


class CompanyRegister(Protocol):
    """Where companies are looked up."""

    def find(self, credit_code: str) -> Company | None:
        """The company of a credit code, if the register has it."""


@dataclass(frozen=True, slots=True)
class FileRegister:
    """A CSV file (credit_code, name, legal_representative, address); without one nobody is known."""

    path: Path

    def find(self, credit_code: str) -> Company | None:
        """Read anew each time: the file may have been replaced."""
        if not self.path.is_file():
            return None
        code = credit_code.strip().upper()
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if (row.get("credit_code") or "").strip().upper() == code:
                    told = (row.get("legal_representative") or "", row.get("address") or "")
                    return Company(code, row.get("name") or "", *told)
        return None


def company_register(settings: Settings) -> CompanyRegister:
    """The file that server.json names, or `register.csv` in the data folder."""
    told = settings.ports.get("register", {})
    return FileRegister(Path(str(told.get("file") or settings.data / "register.csv")))
