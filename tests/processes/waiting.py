"""`huiban-server` that has loaded everything and waits to be told what to do: `python -m tests.processes.waiting`.

JSON on standard input is its arguments; nothing there: it ends.
"""

from __future__ import annotations

import json
import sys

from server.cli import main

if __name__ == "__main__":
    told = sys.stdin.read()
    sys.exit(main(json.loads(told)) if told else 0)
