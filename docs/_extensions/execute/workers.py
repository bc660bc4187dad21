"""The processes in which sphinx-gallery executes scripts, several at a time.

sphinx-gallery starts them by joblib. What they print, draw and leave is the same for any number of
them: each script has one thread (:mod:`settings`), a clean state (:mod:`script_isolation`) and
files of its own.
"""

from __future__ import annotations

import os
import threading
import time
import warnings
from typing import Any

MOST = 4
"""Processes on a machine with more cores: each takes more than 1 GiB for the frameworks."""

_WATCHED_EVERY = 0.1  # seconds
_watches: list[threading.Thread] = []


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def prepare(gallery_conf: dict[str, Any], scripts: int) -> None:
    """Tell sphinx-gallery how many processes execute so many scripts.

    This is no setting of ``conf.py``: Sphinx writes a digest of those into the site.
    """
    # joblib has a worker begin anew that has taken much memory, and warns of it.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given", category=UserWarning)
    gallery_conf["parallel"] = number(scripts)
    gallery_conf["build_process"] = os.getpid()


def number(scripts: int) -> int | bool:
    """Return how many processes execute so many scripts; False stands for the build itself.

    ``REMOVABLE_WORKERS`` in the environment takes the place of the number of cores.

    Raises
    ------
    SystemExit
        If it is no positive whole number.
    """
    wanted = os.environ.get("REMOVABLE_WORKERS") or str(min(cores(), MOST))
    if not wanted.isdecimal() or int(wanted) < 1:
        raise SystemExit(
            f"REMOVABLE_WORKERS is {wanted!r}; set it to the number of scripts to execute at a time, such as 2."
        )
    workers = min(int(wanted), scripts)
    return workers if workers > 1 else False


def end_with_the_build(gallery_conf: dict[str, Any], fname: str, when: str) -> None:
    """End this process when the build has ended; sphinx-gallery calls this before each script.

    A build that is killed cannot stop its processes. One that went on would write into the results
    of the next build.
    """
    build = gallery_conf["build_process"]
    if os.getpid() != build and not _watches:
        _watches.append(threading.Thread(target=_watch, args=(build,), daemon=True))
        _watches[0].start()


def _watch(build: int) -> None:
    """Wait until the parent of this process is no longer the build."""
    while os.getppid() == build:
        time.sleep(_WATCHED_EVERY)
    os._exit(1)
