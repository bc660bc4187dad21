"""Time and memory of each script, chapter and list of claims, kept until it is executed again.

Seconds and memory are measurements of one run. They are kept in ``_build/measured``, one file for
each thing that is executed, under a key that stands for its code and for everything else that its
result depends on. What has no measurement under its present key is executed again, so that the
record of the build has no gap.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from _extensions import files, folders
from _extensions.execute import keys, measured_module, script_doctests
from _extensions.execute.measured_module import peak_memory
from _extensions.execute.progress import Progress


@dataclass(frozen=True)
class Measurement:
    """What one execution took.

    Attributes
    ----------
    key : str
        Digest of what was executed and of everything it depends on.
    seconds : float
        Duration by the clock on the wall, other work on the same processor included.
    peak_memory_mib : int or None
        The most memory that the process held meanwhile, in MiB; None where the system does not
        tell.
    doctests : int
        Examples in the prose that were run on the way and agreed.
    """

    key: str
    seconds: float
    peak_memory_mib: int | None
    doctests: int = 0


@dataclass(frozen=True)
class Execution:
    """One thing that is executed for a page; each module that executes says which these are.

    Attributes
    ----------
    page : str
        Name of the page; empty for the docstrings, which are on many.
    source : str
        Its source, below the root of the project.
    engine : str
        What executes it.
    doctests : int
        Examples in its text.
    name : str
        Name of its measurement.
    key : str
        Digest of what is executed and of everything it depends on.
    """

    page: str
    source: str
    engine: str
    doctests: int
    name: str
    key: str


executed: set[str] = set()
"""What has been executed by this build, and not taken from an earlier one."""

progress = Progress("script")
_started: dict[str, float] = {}


def _reset_peak_memory() -> None:
    """Let the peak of this process begin at what it holds now, where the system can do that."""
    # the peak then includes what ran before: too high rather than missing
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def folder() -> Path:
    """Return where the measurements are."""
    return folders.build("measured")


@functools.cache
def _environment() -> str:
    return keys.executing_key()


def key_of(path: Path) -> str:
    """Digest of the code of a script or chapter, and of the environment in which it runs."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":  # the prose of a chapter does not change what its cells do
        text = "\0".join(b.source for b in script_doctests.blocks_of_chapter(str(path)) if b.kind == "code")
    elif (tests := script_doctests.tests_of(path)).exists():
        text += "\0" + tests.read_text(encoding="utf-8")
    return hashlib.sha256(f"{_environment()}\0{text}".encode()).hexdigest()[:16]


def recorded(name: str) -> Measurement | None:
    """Return the measurement of what has this name; None if there is none that can be read."""
    try:
        return Measurement(**json.loads((folder() / f"{name}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def record(name: str, measurement: Measurement) -> None:
    """Keep a measurement; it counts as one of this build."""
    folder().mkdir(parents=True, exist_ok=True)
    files.write_whole(folder() / f"{name}.json", json.dumps(asdict(measurement)))
    executed.add(name)


def forget(name: str) -> None:
    """Delete a measurement: what it was of is going to be executed."""
    (folder() / f"{name}.json").unlink(missing_ok=True)


def adopt(file: Path, name: str, key: str) -> None:
    """Keep what :func:`command` has left in a file."""
    record(name, Measurement(key, **json.loads(file.read_text(encoding="utf-8"))))
    file.unlink()


def is_known(name: str, key: str) -> bool:
    """Tell whether there is a measurement of what has this name and this key."""
    known = recorded(name)
    return known is not None and known.key == key


def is_current(path: Path) -> bool:
    """Tell whether there is a measurement of the script or chapter as it is now."""
    return is_known(path.stem, key_of(path))


def unmeasured(pattern: str) -> list[Path]:
    """Return the scripts with this pattern in their paths that have no measurement as they are."""
    scripts = sorted(folders.scripts().rglob("*.py"))
    return [script for script in scripts if re.search(pattern, script.as_posix()) and not is_current(script)]


def measure_script(gallery_conf: dict[str, Any], fname: str, when: str) -> None:
    """Measure a script; sphinx-gallery calls this before and after each."""
    name = Path(fname).stem
    if when == "before":
        script_doctests.passed.pop(name, None)
        _reset_peak_memory()
        _started[name] = time.perf_counter()
        progress.start(name)
        return
    source = next(folders.scripts().rglob(f"{name}.py"))
    seconds = time.perf_counter() - _started.pop(name)
    # Other processes execute scripts, too: those that are left are counted by what is there.
    progress.left = len(unmeasured(gallery_conf["filename_pattern"]))
    record(name, Measurement(key_of(source), seconds, peak_memory(), script_doctests.passed.get(name, 0)))
    progress.end(name)


def command(file: Path, module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module in its own process and writes a measurement.

    The measurement goes to a file.
    """
    return [sys.executable, measured_module.__file__, str(file), module, *arguments]
