"""Every page of the site, with what executes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.environment import BuildEnvironment

from _extensions import folders
from _extensions.execute import (
    chapters_ahead,
    claims_aside,
    doctests_aside,
    execution_record,
    gallery_scripts,
    saboteurs_aside,
)

EXECUTORS = (doctests_aside, chapters_ahead, gallery_scripts, claims_aside.run, saboteurs_aside.run)
"""All that execute; each names what it executes. Of two with one page the later has it."""


@dataclass(frozen=True)
class Row(execution_record.Execution):
    """A page and what executes it; engine, name and key are empty if nothing does."""

    @property
    def id(self) -> str:
        """Name its line in the table, and its entry in the record."""
        return nodes.make_id(f"built-{self.page or self.source}")


def rows(env: BuildEnvironment) -> Iterator[Row]:
    """Go through all pages, and the docstrings at the end."""
    executions = {each.page: each for executor in EXECUTORS for each in executor.executions(env)}
    for page in sorted(env.found_docs):
        if page in executions:
            yield Row(**vars(executions[page]))
        else:
            yield Row(page, folders.below_root(Path(env.doc2path(page))), "", 0, "", "")
    yield Row(**vars(executions[""]))
