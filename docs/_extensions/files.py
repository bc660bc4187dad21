"""Safe writing of files: whole or not at all, never without a change."""

from __future__ import annotations

import os
from pathlib import Path


def read(path: Path) -> str:
    """Return the text of a stamp; empty if there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def write_if_changed(path: Path, text: str) -> bool:
    """Write a file unless it has this text; return whether it was written.

    The time of a file that has not changed stays: Sphinx does not read its page again.
    """
    if path.exists() and path.read_bytes() == text.encode("utf-8"):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file by way of a temporary one.

    A build that is killed leaves the old file or the new one.
    """
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        os.replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
