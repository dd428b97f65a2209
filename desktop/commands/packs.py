"""Where packs are found: by id beside the program, or as a folder."""

import sys
from pathlib import Path


def packs_folder() -> Path:
    """The folder that holds one folder an association."""
    return Path(__file__).resolve().parents[2] / "resources" / "packs"


def find_pack(name: str) -> Path:
    """The folder of a pack named by its id or by a path."""
    by_id = packs_folder() / name
    return by_id if "/" not in name and "\\" not in name and (by_id / "pack.yaml").is_file() else Path(name)


def why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    """Why a file named on the command line cannot be read, in words."""
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 编码的文字文件"
    if isinstance(error, FileNotFoundError):
        return "没有这个文件"
    if isinstance(error, IsADirectoryError) or (error.filename is not None and Path(error.filename).is_dir()):
        return "这是文件夹，不是文件"
    if isinstance(error, PermissionError):
        return "没有读取它的权限"
    return error.strerror or "读不出来"


def complain(sentence: str) -> None:
    """One clear sentence on standard error."""
    sys.stderr.write(sentence + "\n")
