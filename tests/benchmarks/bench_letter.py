"""Letters a second, ours against reportlab as it comes, taking turns. Passes at 0.9 of it."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.floors import letter as floor
from tests.documents.letters import a_letter, floor_arguments

PASS = 0.9
ROUNDS, EACH = 7, 6


def main() -> int:
    """Print the ratio; 0 when it passes."""
    floor.register()
    arguments = floor_arguments(8)
    sheet = a_letter(8)
    sheet.pdf(), floor.page(*arguments)  # fonts and imports are not measured
    ours, raw = [], []
    for _ in range(ROUNDS):
        ours.append(rate(lambda: a_letter(8).pdf()))
        raw.append(rate(lambda: floor.page(*arguments)))
    best, bare = sorted(ours)[ROUNDS // 2], sorted(raw)[ROUNDS // 2]
    ratio = best / bare
    print(f"letter pdf: {best:.1f}/s, raw reportlab {bare:.1f}/s, ratio {ratio:.2f} (pass {PASS})")
    return 0 if ratio >= PASS else 1


def rate(work: object) -> float:
    """How often a second this is done."""
    assert callable(work)
    begin = perf_counter()
    for _ in range(EACH):
        work()
    return EACH / (perf_counter() - begin)


if __name__ == "__main__":
    sys.exit(main())
