"""Execute a script again whose execution was interrupted.

sphinx-gallery takes a script for done as soon as its last line has run, a moment before its page is
written. A build that is killed in between would leave that page as it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from _extensions import folders


def _running() -> Path:
    """Return the folder with an empty file for each script that is being executed."""
    return folders.gallery_pages() / ".running"


def note_running(gallery_conf: dict[str, Any], fname: str, when: str) -> None:
    """Remember which script is being executed; sphinx-gallery calls this before and after each."""
    mark = _running() / Path(fname).stem
    if when == "before":
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


def forget() -> None:
    """Let sphinx-gallery execute again what was being executed when a build was killed."""
    for mark in sorted(_running().glob("*")):
        for digest in folders.gallery_pages().rglob(f"{mark.name}.py.md5"):
            digest.unlink()
        mark.unlink()
