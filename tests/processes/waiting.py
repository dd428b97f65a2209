"""`huiban-server` that has loaded everything and waits to be told what to do: `python -m tests.processes.waiting`.

A line of JSON on standard input is its arguments; nothing there: it ends.
"""

from __future__ import annotations

import json
import sys

from server.cli import main

if __name__ == "__main__":
    told = sys.stdin.readline()
    sys.exit(main(json.loads(told)) if told else 0)
