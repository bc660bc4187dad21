"""One sentence where a disk, a cache, a permission or want of memory stops the build.

Sphinx would print a report for its developers.

A disk fills up at any moment, inside any library. What each of them makes of it is gathered here:
exceptions that end the build, warnings of Sphinx about a file that it could not write, scripts that
sphinx-gallery counts as failed, and a thread.
"""

from __future__ import annotations

import errno
import functools
import logging
import os
import pickle
import re
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import sphinx._cli.util.errors as sphinx_errors
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from _extensions import folders, stages

_FULL = (errno.ENOSPC, errno.EDQUOT)
_GO_ON = "build again; it goes on where it stopped"
_LITTLE = 2**20  # bytes; a disk with less than this left is taken for the full one


def _written() -> tuple[Path, ...]:
    """Return the folders that a build writes to, whatever its options."""
    return folders.build(), folders.build("inventories"), *folders.results()


_complaints: list[BaseException] = []
"""What ended a thread."""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all its causes.

    Sphinx and SQLAlchemy wrap what they catch.
    """
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            names = ("__cause__", "__context__", "orig_exc", "orig")
            waiting += [getattr(one, name, None) for name in names]


def _full_folders() -> str:
    """Name the folders on whose disk nothing is left.

    The error of a write that failed does not name them.
    """
    present = [folder for folder in (*_written(), Path(tempfile.gettempdir())) if folder.is_dir()]
    disks: dict[int, Path] = {}
    for folder in present:
        if shutil.disk_usage(folder).free < _LITTLE:
            disks.setdefault(folder.stat().st_dev, folder)
    return " and of ".join(map(str, disks.values())) or str(folders.build())


def _about_files(number: int | None, name: str | None) -> str | None:
    """Say what a failed call of the operating system means for the person who builds."""
    if number in _FULL:
        what = f"The disk of {name or _full_folders()} is full"
        return f"{what} ({os.strerror(number)}): make room there and {_GO_ON}."
    if number == errno.EROFS:
        return f"{name or folders.build()} is on a read-only file system: make it writable and {_GO_ON}."
    if number in (errno.EACCES, errno.EPERM) and name:
        return f"{name} may not be opened by this user (permission denied): change its permissions and {_GO_ON}."
    return None


def sentence(error: BaseException) -> str | None:
    """Return what to tell the person who builds.

    It is None if the error is something else, and its traceback is needed.
    """
    for one in _causes(error):
        if isinstance(one, OSError):
            called = one.filename2 or one.filename  # where a copy that failed was to go
            name = os.fsdecode(called) if isinstance(called, str | bytes | os.PathLike) else None
            if told := _about_files(one.errno, name):
                return told
        if isinstance(one, sqlite3.Error):
            return _about_databases(str(one))
        if isinstance(one, BrokenProcessPool):
            return (
                "A process that executes scripts was ended from outside, perhaps for want of memory: "
                f"set REMOVABLE_WORKERS=1, which takes less, and {_GO_ON}."
            )
        if isinstance(one, pickle.UnpicklingError):
            return f"A file in {folders.build()} is damaged ({one}): delete that folder and build again."
    return None


def _about_databases(message: str) -> str:
    cache = folders.build("jupyter-cache")
    if "full" in message:
        return _about_files(errno.ENOSPC, str(cache))
    if "readonly" in message:
        return _about_files(errno.EROFS, str(cache))
    return f"The cache {cache} cannot be used ({message}): make room there, or delete that folder, and build again."


def in_text(text: str) -> str | None:
    """Find the same in the text of a traceback, coloured for a terminal or not."""
    found = re.search(r"\bOSError: \[Errno (\d+)\][^\n]*?(?:: '([^'\n]+)')?(?:\x1b\[[\d;]*m)*$", text, re.MULTILINE)
    return _about_files(int(found[1]), found[2]) if found else None


def install() -> None:
    """Say the sentence where Sphinx would print its report.

    conf.py calls this before anything is written.
    """
    original = sphinx_errors.handle_exception
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def handle_exception(exception: BaseException, /, **options: Any) -> None:
        told = sentence(exception)
        if told is None:
            original(exception, **options)
        else:
            print(f"\n{told}", file=options["stderr"])

    sphinx_errors.handle_exception = handle_exception
    threading.excepthook = _keep(threading.excepthook)


def _keep(original: Any) -> Any:
    def excepthook(failed: threading.ExceptHookArgs) -> None:
        """Leave to the main thread what has a sentence."""
        if failed.exc_value is not None and sentence(failed.exc_value):
            _complaints.append(failed.exc_value)
        else:
            original(failed)

    return excepthook


class LostFiles(logging.Handler):
    """Stop at the first file that could not be written.

    Sphinx warns of it, and goes on to make a site without it. sphinx-gallery does the same with a
    script that could not, and its warning is a whole traceback.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Look at what a warning is about."""
        is_script = getattr(record, "subtype", None) == "example_error"
        for argument in record.args if isinstance(record.args, tuple) else ():
            told = sentence(argument) if isinstance(argument, OSError) else None
            if is_script and isinstance(argument, str):
                told = in_text(argument)
            if told:
                raise SystemExit(told)


def require_writable(needed: Iterable[Path]) -> None:
    """Stop before anything is executed if a folder cannot be written to.

    If it does not exist, the folder in which it will be made counts.
    """
    for folder in needed:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            raise SystemExit(f"{there} cannot be written to: make it writable and {_GO_ON}.")


def check_folders(app: Sphinx, config: Config) -> None:
    """Look at every folder that a build writes to."""
    cache = Path(config.nb_execution_cache_path)
    require_writable([*_written(), cache, cache / "executed", Path(app.outdir), Path(app.doctreedir)])


def check_scripts(app: Sphinx) -> None:
    """Stop where a script failed because a disk is full.

    To sphinx-gallery it is a failed script like others.
    """
    for traceback in app.config.sphinx_gallery_conf.get("failing_examples", {}).values():
        if told := in_text(traceback):
            raise SystemExit(told)


def check_threads(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Stop where the thread that executes chapters did."""
    if _complaints:
        raise SystemExit(sentence(_complaints.pop()))


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at the folders first of all, and at what was executed once it has been."""
    # before the one that prints
    logging.getLogger("sphinx").handlers.insert(0, LostFiles(logging.WARNING))
    stages.listen(app, stages.Stage.FOLDERS_CHECKED, check_folders)
    stages.listen(app, stages.Stage.FAILED_SCRIPTS_CHECKED, check_scripts)
    stages.listen(app, stages.Stage.THREADS_CHECKED, check_threads)
    return stages.SAFE
