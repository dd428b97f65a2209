"""What people see: PySide6. Unit, agency, association and finance desks are one program with different roles."""

from desktop.none_guard import keep_none_alive

keep_none_alive()  # before any part of the desktop makes its first Qt call
