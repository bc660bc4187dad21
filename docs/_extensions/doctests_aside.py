"""Run the doctests of chapters and docstrings while the site is built; one that differs stops the build.

Those of the gallery run with its scripts. These need a run of their own, by pytest, in a process beside the others. How many
examples agreed goes into the record of the build. The result is kept under a key that stands for every source with a doctest
in it, so that a build in which nothing has changed runs nothing.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import execution_record
import freshness
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

NAME = "doctests"
_WHAT = ("docs", "tutorial_src")

_running: list[subprocess.Popen[str]] = []


def key() -> str:
    """Digest of every file that the doctests depend on."""
    pages = [path for path in (freshness.ROOT / "docs").rglob("*.md") if "auto_gallery" not in path.parts]
    pages = [path for path in pages if ">>> " in path.read_text(encoding="utf-8")]
    claims = freshness.ROOT / "tutorial_src" / "removable" / "claims" / "claims.toml"
    sources = (*sorted(pages), claims, freshness.ROOT / "conftest.py", freshness.ROOT / "pyproject.toml")
    digest = hashlib.sha256(freshness.environment_key().encode())
    for path in sources:
        digest.update(path.relative_to(freshness.ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _file() -> Path:
    return freshness.ROOT / "_build" / "doctests" / f"{key()}.xml"


def _unfinished(ending: str) -> Path:
    """Name a file of this build: one that was killed may still be running."""
    return _file().with_suffix(f".{os.getpid()}.{ending}")


def _is_whole() -> bool:
    """Tell whether there is a result, and not a part of one."""
    try:
        return ET.parse(_file()).find("testsuite") is not None
    except (OSError, ET.ParseError):
        return False


def start(app: Sphinx) -> None:
    """Begin to run them, unless they have passed as they are."""
    if app.config.gallery_only or (_is_whole() and execution_record.is_known(NAME, key())):
        return
    _file().parent.mkdir(parents=True, exist_ok=True)
    options = ("-q", "--doctest-modules", "-p", "no:cacheprovider", f"--junit-xml={_unfinished('xml')}")
    command = execution_record.command(_unfinished("measured"), "pytest", *options, *_WHAT)
    _running.append(
        subprocess.Popen(
            command, cwd=freshness.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    )
    atexit.register(_abandon)


def _abandon() -> None:
    """End them with a build that stops before it asks for the outcome."""
    for process in _running:
        process.kill()


def wait(app: Sphinx, env: BuildEnvironment) -> None:
    """Let them finish before pages are written, and stop the build if one differs."""
    while _running:
        process = _running.pop()
        said = process.communicate()[0]
        if process.returncode:
            for ending in ("xml", "measured"):
                _unfinished(ending).unlink(missing_ok=True)
            raise SystemExit(f"A published value is not what was computed.\n{said.strip()}")
        execution_record.adopt(_unfinished("measured"), NAME, key())
        _unfinished("xml").replace(_file())


def passed() -> Counter[str]:
    """Return how many examples agreed, for each page or module; empty after a partial build, which runs none."""
    counts: Counter[str] = Counter()
    if _is_whole():
        for case in ET.parse(_file()).iter("testcase"):
            if case.find("failure") is None and case.find("error") is None and case.find("skipped") is None:
                found = {p.get("name"): p.get("value") for p in case.iter("property")}
                counts[re.sub(r"::.*", "", found["source"])] += int(found["examples"])
    return counts


def setup(app: Sphinx) -> dict[str, bool]:
    """Start early, and wait when all pages are read."""
    app.connect("builder-inited", start, priority=310)
    app.connect("env-check-consistency", wait)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
