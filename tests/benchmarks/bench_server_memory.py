"""Peak memory of a server's process: started, while 1,000 forms are pushed, while a second desk pulls 10,000.

Against the same process at rest. Passes when the pull adds at most 30 MB to the peak.
`python tests/benchmarks/bench_server_memory.py`
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sync.runner import sync_once
from sync.store.port import SyncStore
from tests.benchmarks.bench_pull import forget_peak, peak_of
from tests.processes.forms import a_form, queue_forms
from tests.processes.plain import a_plain_server, a_store, logged_in

FORMS, RECORDS, PASS = 1_000, 10_000, 30


def main() -> int:
    """Print megabytes; 0 when it passes."""
    with tempfile.TemporaryDirectory() as name, a_plain_server(Path(name)) as server:
        folder = Path(name)
        with a_store(folder / "first") as local:
            first = logged_in(local, server)
            sync_once(SyncStore(local), first)
            logging_in = peak_of(server)
            begun = forget_peak(server)
            peaks = []
            for start in range(0, RECORDS, FORMS):
                queue_forms(local, first.account, [a_form(number) for number in range(start, start + FORMS)])
                assert sync_once(SyncStore(local), first).exit_status == 0
                peaks.append(peak_of(server))
        with a_store(folder / "second") as local:
            second = logged_in(local, server)
            held = forget_peak(server)
            assert sync_once(SyncStore(local), second).exit_status == 0
            grown = peak_of(server) - held
    print(f"server: {begun:.0f} MB at rest; while somebody logs in {logging_in:.0f} MB (argon2id, 64 MB a log-in)")
    print(
        f"  push of {FORMS:,} forms: peak {peaks[0]:.0f} MB, +{peaks[0] - begun:.0f} MB, ratio {peaks[0] / begun:.2f}"
    )
    print(f"  ten times as many: peak {peaks[-1]:.0f} MB, ratio {peaks[-1] / begun:.2f}")
    print(f"  pull of {RECORDS:,} by a second desk: +{grown:.0f} MB (pass {PASS})")
    return 0 if grown <= PASS else 1


if __name__ == "__main__":
    sys.exit(main())
