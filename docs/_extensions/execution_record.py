"""What the execution of each script, chapter and list of claims took, remembered until it is executed again.

Seconds and memory are measurements of one run. They are kept in ``_build/measured``, one file for each thing that is executed,
under a key that stands for its code and for everything else that its result depends on. What has no measurement under its
present key is executed again, so that the record of the build has no gap.

As a program, ``python execution_record.py FILE MODULE ...`` runs a module and leaves its measurement in a file.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import runpy
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

_MIB = 1024  # /proc counts in KiB


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
        The most memory that the process held meanwhile, in MiB; None where the system does not tell.
    doctests : int
        Examples in the prose that were run on the way and agreed.
    """

    key: str
    seconds: float
    peak_memory_mib: int | None
    doctests: int = 0


executed: set[str] = set()
"""What has been executed by this build, and not taken from an earlier one."""

_started: dict[str, float] = {}


def peak_memory(process: int | str = "self") -> int | None:
    """Return the most memory that a process has held since it started or was reset, in MiB; Linux alone tells."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return next((int(line.split()[1]) // _MIB for line in status.splitlines() if line.startswith("VmHWM:")), None)


def _reset_peak_memory() -> None:
    """Let the peak of this process begin at what it holds now, where the system can do that."""
    with contextlib.suppress(OSError):  # the peak then includes what ran before: too high rather than missing
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def folder() -> Path:
    """Return where the measurements are."""
    import freshness

    return freshness.ROOT / "_build" / "measured"


@functools.cache
def _environment() -> str:
    import freshness

    return freshness.environment_key()


def key_of(path: Path) -> str:
    """Digest of the code of a script or chapter, and of the environment in which it runs."""
    import script_doctests

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
    _write(folder() / f"{name}.json", measurement)
    executed.add(name)


def _write(path: Path, measurement: Measurement) -> None:
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(asdict(measurement)), encoding="utf-8")
    new.replace(path)  # whole or not at all


def adopt(file: Path, name: str, key: str) -> None:
    """Keep what :func:`command` has left in a file."""
    measured = Measurement(**json.loads(file.read_text(encoding="utf-8")))
    record(name, replace(measured, key=key))
    file.unlink()


def is_known(name: str, key: str) -> bool:
    """Tell whether there is a measurement of what has this name and this key."""
    known = recorded(name)
    return known is not None and known.key == key


def is_current(path: Path) -> bool:
    """Tell whether there is a measurement of the script or chapter as it is now."""
    return is_known(path.stem, key_of(path))


def measure_script(gallery_conf: dict[str, Any], fname: str, when: str) -> None:
    """Measure a script; sphinx-gallery calls this before and after each."""
    import freshness
    import script_doctests

    name = Path(fname).stem
    if when == "before":
        script_doctests.passed.pop(name, None)
        _reset_peak_memory()
        _started[name] = time.perf_counter()
        return
    source = next((freshness.ROOT / "gallery").rglob(f"{name}.py"))
    seconds = time.perf_counter() - _started.pop(name)
    record(name, Measurement(key_of(source), seconds, peak_memory(), script_doctests.passed.get(name, 0)))


def command(file: Path, module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module in a process of its own and leaves a measurement in a file."""
    return [sys.executable, __file__, str(file), module, *arguments]


def _main(file: str, module: str, *arguments: str) -> None:
    start = time.perf_counter()
    sys.argv = [module, *arguments]
    sys.path[0] = os.getcwd()  # as for ``python -m``, and not this folder
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code:
            raise
    _write(Path(file), Measurement("", time.perf_counter() - start, peak_memory()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
