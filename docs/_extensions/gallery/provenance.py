"""Which commit a file comes from."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

from _extensions import folders

_LENGTH = 12  # digits of a commit: unique for any repository, and readable

UNKNOWN = "not recorded"
CHANGED = "uncommitted changes"


def _git(*arguments: str) -> str | None:
    """Return the output of git, or None.

    It is None where there is no git, no repository, or one of another project.
    """
    command = ["git", "-c", "core.quotepath=off", "-C", str(folders.ROOT), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


@functools.cache
def _has_history() -> bool:
    """Tell whether the last change of a file can be looked up.

    It cannot in an archive, nor in a clone of the last commit alone.
    """
    top = _git("rev-parse", "--show-toplevel", "--is-shallow-repository")
    if top is None:
        return False
    folder, shallow = top.splitlines()
    return Path(folder).resolve() == folders.ROOT.resolve() and shallow == "false"


@functools.cache
def _changed() -> frozenset[str]:
    """Return the files that differ from the last commit, new ones among them."""
    lines = (_git("status", "--porcelain", "--no-renames", "--untracked-files=all") or "").splitlines()
    return frozenset(line[3:] for line in lines)


@functools.cache
def _last_changes(top: str) -> dict[str, str]:
    """Return for each file below a folder the commit that changed it last."""
    commits: dict[str, str] = {}
    commit = ""
    log = _git("log", "--format=commit %H", "--name-only", "--no-renames", "--", top) or ""
    for line in filter(None, log.splitlines()):
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")[:_LENGTH]
        else:
            commits.setdefault(line, commit)
    return commits


def commit_of(path: Path) -> str:
    """Return the commit that last changed a file.

    It is :data:`CHANGED` if the file has been changed since, and :data:`UNKNOWN` if git cannot
    tell.
    """
    name = folders.below_root(path)
    if not _has_history():
        return UNKNOWN
    if name in _changed():
        return CHANGED
    return _last_changes(name.partition("/")[0]).get(name, UNKNOWN)


def head() -> str:
    """Return the commit that the tree is at, and whether the tree differs from it."""
    commit = _git("rev-parse", "HEAD") if _has_history() else None
    if commit is None:
        return UNKNOWN
    return commit.strip()[:_LENGTH] + (f", with {CHANGED}" if _changed() else "")
