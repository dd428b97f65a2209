"""What people see: PySide6. Unit, agency, association and finance desks are one program with different roles."""
