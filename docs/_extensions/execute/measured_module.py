"""Measure a module while it runs as a program.

Usage: ``python measured_module.py FILE MODULE ...``.

It imports the standard library alone: what it imports would count as time and memory of the module.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import time
from pathlib import Path

_KIB_IN_A_MIB = 1024  # /proc counts in KiB


def peak_memory(process: int | str = "self") -> int | None:
    """Return the most memory that a process has held since it started or was reset, in MiB.

    Only Linux has this number.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return next(
        (int(line.split()[1]) // _KIB_IN_A_MIB for line in status.splitlines() if line.startswith("VmHWM:")), None
    )


def main(file: str, module: str, *arguments: str) -> None:
    """Run a module as ``python -m`` does; leave a measurement only if it ends well."""
    start = time.perf_counter()
    sys.argv = [module, *arguments]
    sys.path[0] = os.getcwd()  # as for ``python -m``, in place of the folder of this program
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code:
            raise
    measured = {"seconds": time.perf_counter() - start, "peak_memory_mib": peak_memory()}
    new = Path(f"{file}.new")
    new.write_text(json.dumps(measured), encoding="utf-8")
    new.replace(file)  # whole or not at all


if __name__ == "__main__":
    main(*sys.argv[1:])
