"""Make changes that are wrong in meaning, not in a constant, one at a time: a test must object.

``nox -s mutants`` runs it after ``mutants.py``: ``python checks/mutants_by_hand.py [MODULE ...]``,
where a module is that of the package in which the change is made, such as ``sweeps/sweep`` or
``frameworks/torch``.

``mutants_by_hand.toml`` lists the changes: what a careless or a dishonest hand would do, such as
one framework's results shown as those of two. Each names the tests that have to notice. Those tests
are run as they are first; then each on a copy of the package that has the change. A change whose
text is not in its file exactly once, or that no test notices, is an error.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tutorial_src" / "removable"
LIST = Path(__file__).with_suffix(".toml")
WORKERS = 2
FAILED = 1
"""Status of pytest when tests were run and some of them failed. Others mean that nothing was
tested."""


@dataclass(frozen=True)
class Change:
    """One entry of the list of changes, with the tests that notice it.

    It has a file of the package, a piece of its text, and what that becomes.
    """

    name: str
    file: str
    was: str
    becomes: str
    tests: tuple[str, ...]

    @property
    def module(self) -> str:
        """The module by which the change is asked for."""
        return self.file.removesuffix(".py")

    def trouble(self) -> str:
        """Return why the change cannot be made, or nothing."""
        path = PACKAGE / self.file
        if not path.exists():
            return f"{self.name}: there is no {self.file}; name a file of the package."
        count = path.read_text(encoding="utf-8").count(self.was)
        if count != 1:
            return f"{self.name}: its text occurs {count} times in {self.file}; give one that occurs once."
        return f"{self.name}: nothing changes." if self.was == self.becomes else ""


def changes() -> list[Change]:
    """Read the list."""
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))["change"]
    return [Change(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries]


@contextmanager
def _copied(change: Change | None) -> Iterator[Path]:
    """Copy the package to a temporary folder, with a change or as it is.

    Yield the folder to import from.
    """
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "source", "removable")
        shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
        if change is not None:
            path = package / change.file
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(change.was, change.becomes), encoding="utf-8")
        yield package.parent


def run(tests: tuple[str, ...], change: Change | None = None) -> tuple[int, str]:
    """Run tests on the package, changed or as it is.

    Return the status and the first test that failed.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    with _copied(change) as source:
        environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
        # Run from the temporary folder: hypothesis keeps its examples where it is started.
        where = [str(ROOT / test) if "::" in test or test.endswith(".py") else test for test in tests]
        done = subprocess.run(
            [*command, "--hypothesis-seed=0", *where],
            cwd=source,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    failed = re.findall(r"^(?:FAILED|ERROR) .*?(?:::|/)([\w.]+(?:\[.*?\])?)(?: |$)", done.stdout, re.MULTILINE)
    return done.returncode, failed[0] if failed else done.stdout[-2000:]


def main(arguments: list[str] | None = None) -> int:
    """Make the changes; return 0 when a test notices each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="modules such as sweeps/sweep; all if none is given"
    )
    options = parser.parse_args(arguments)
    everything = changes()
    known = sorted({change.module for change in everything})
    if unknown := [name for name in options.modules if name not in known]:
        parser.error(f"there is no change in {unknown[0]!r}; give some of {', '.join(known)}.")
    wanted = [c for c in everything if not options.modules or c.module in options.modules]
    troubles = [trouble for change in wanted if (trouble := change.trouble())]
    if troubles:
        print("\n".join(troubles))
        return 1
    started = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        groups = sorted({change.tests for change in wanted})
        for tests, (status, said) in zip(groups, pool.map(run, groups), strict=True):
            if status:
                troubles.append(f"{' '.join(tests)} does not pass as it is: {said}")
        if troubles:
            print("\n".join(troubles))
            return 1
        jobs = {pool.submit(run, change.tests, change): change for change in wanted}
        for job in as_completed(jobs):
            change, (status, said) = jobs[job], job.result()
            noticed = status == FAILED
            print(
                f"{change.file}: {change.name}\n         {f'noticed by {said}' if noticed else 'NOT NOTICED'}",
                flush=True,
            )
            if not noticed:
                troubles.append(f"not noticed (status {status}): {change.file}: {change.name}")
    print(
        f"\n{len(wanted)} changes made by hand, {len(wanted) - len(troubles)} noticed, {time.perf_counter() - started:.0f} s"
    )
    print("\n".join(troubles))
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
