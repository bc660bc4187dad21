"""Evaluate the claims of the ledger while the site is built.

A verdict other than the expected one stops the build.

The claims run in a process of their own while the gallery is being executed. Their record is kept
under a name that stands for everything it depends on, so a second build reads it. A run that fails
leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions import folders, stages
from _extensions.execute import keys
from _extensions.execute.aside import Aside
from _extensions.execute.execution_record import Execution

PAGE = "paper/ledger"
"""The page that shows the record."""


def key() -> str:
    """Digest of all the record depends on: what a script depends on, and the list of claims."""
    claims = folders.ROOT / "tutorial_src" / "removable" / "claims" / "claims.toml"
    return f"{keys.executing_key()}-{hashlib.sha256(claims.read_bytes()).hexdigest()[:8]}"


def has_parts(path: Path, *parts: str) -> bool:
    """Tell whether a record can be read and has its parts."""
    try:
        return {*parts} <= json.loads(path.read_text(encoding="utf-8")).keys()
    except (OSError, ValueError, AttributeError):
        return False


run = Aside(
    name="claims",
    ending=".json",
    key=lambda: key(),
    command=lambda file: ("removable.claims", "--json", str(file)),
    is_whole=lambda path: has_parts(path, "claims", "versions", "cpu_features"),
)
"""The evaluation of the claims."""


def start(app: Sphinx) -> None:
    """Begin to evaluate the claims, unless that has been done."""
    if not app.config.gallery_only:
        run.start()


def wait(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Let the evaluation finish, and stop the build if a verdict is not the expected one."""
    if (streams := run.wait()) is not None:
        reasons = streams[1].strip() or "The evaluation of the claims ended without a word."
        # Sphinx surrounds its own exceptions with a report for its developers; this is for the
        # reader.
        raise SystemExit(f"The ledger does not come out.\n{reasons}")


def recorded(app: Sphinx, of: Aside = run) -> dict[str, Any] | None:
    """Read a record; None in a partial build for which there is none."""
    if app.config.gallery_only and not of.is_whole(of.file):
        return None
    return json.loads(of.file.read_text(encoding="utf-8"))


def executions(env: BuildEnvironment) -> Iterator[Execution]:
    """Name what is executed for the page."""
    if PAGE in env.found_docs:
        yield Execution(PAGE, f"docs/{PAGE}.md", "removable.claims", 0, run.name, key())


def setup(app: Sphinx) -> dict[str, bool]:
    """Start early, and wait before the pages are read."""
    stages.listen(app, stages.Stage.CLAIMS_STARTED, start)
    stages.listen(app, stages.Stage.CLAIMS_FINISHED, wait)
    return stages.SAFE
