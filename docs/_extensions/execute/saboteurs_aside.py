"""Evaluate the claims under each saboteur while the site is built.

A claim that survives all saboteurs, or one that is broken by others than ``claims.toml`` names,
leaves nothing behind and stops the build.
"""

from __future__ import annotations

from collections.abc import Iterator

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions import stages
from _extensions.execute import claims_aside
from _extensions.execute.aside import Aside
from _extensions.execute.execution_record import Execution

PAGE = "reference/saboteurs"
"""The page that shows the record."""

run = Aside(
    name="saboteurs",
    ending=".json",
    key=lambda: claims_aside.key(),  # the same checks of the same claims
    command=lambda file: ("removable.claims", "--quiet", "--json", str(file), "--saboteurs"),
    is_whole=lambda path: claims_aside.has_parts(path, "claims", "saboteurs"),
)
"""The evaluation of the claims under each saboteur."""


def start(app: Sphinx) -> None:
    """Begin, unless that has been done."""
    if not app.config.gallery_only:
        run.start()


def wait(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Wait for the end; stop the build if a check cannot fail, or fails otherwise than expected."""
    if (streams := run.wait()) is not None:
        reasons = streams[1].strip() or "Their process ended without a word."
        raise SystemExit(f"The saboteurs do not break what they should.\n{reasons}")


def executions(env: BuildEnvironment) -> Iterator[Execution]:
    """Name what is executed for the page."""
    if PAGE in env.found_docs:
        yield Execution(PAGE, f"docs/{PAGE}.md", "removable.claims", 0, run.name, run.key())


def setup(app: Sphinx) -> dict[str, bool]:
    """Start with the claims, and wait after them, before the pages are read."""
    stages.listen(app, stages.Stage.SABOTEURS_STARTED, start)
    stages.listen(app, stages.Stage.SABOTEURS_FINISHED, wait)
    return stages.SAFE
