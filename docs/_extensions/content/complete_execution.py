"""The check that every script, chapter and list of claims was executed.

A result from an earlier build counts if its measurement has the key of today.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from _extensions import folders, stages
from _extensions.content.executed_pages import rows
from _extensions.execute import execution_record


def check(app: Sphinx, exception: Exception | None) -> None:
    """Stop the build if something was not executed."""
    if not stages.is_site(app, exception) or app.config.gallery_only:
        return
    to_execute = [row for row in rows(app.env) if row.engine]
    executed = {row.source for row in to_execute if execution_record.is_known(row.name, row.key)}
    sources = {folders.below_root(path) for path in folders.scripts().rglob("*.py")}
    sources |= {row.source for row in to_execute}
    if missing := sorted(sources - executed):
        raise SystemExit("Not everything was executed.\n" + "\n".join(f"{name} was not" for name in missing))


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when all is written, before that is recorded."""
    stages.listen(app, stages.Stage.BUILD_RECORDED, check)
    return stages.SAFE
