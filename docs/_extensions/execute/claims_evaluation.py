"""An evaluation of the claims that runs beside the build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions.execute.aside import Aside
from _extensions.execute.execution_record import Execution


def has_parts(path: Path, *parts: str) -> bool:
    """Tell whether a record can be read and has its parts."""
    try:
        return {*parts} <= json.loads(path.read_text(encoding="utf-8")).keys()
    except (OSError, ValueError, AttributeError):
        return False


@dataclass(kw_only=True)
class Evaluation(Aside):
    """A run of ``removable.claims``, which leaves a record.

    Attributes
    ----------
    page : str
        The page that shows the record.
    complaint : str
        What is said above the reasons where the build stops.
    no_reason : str
        What is said where the process gave none.
    """

    page: str
    complaint: str
    no_reason: str

    def finish(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """Let the evaluation finish, and stop the build if it failed."""
        if (streams := self.wait()) is not None:
            # Sphinx surrounds its own exceptions with a report for its developers; this is for the
            # reader.
            raise SystemExit(f"{self.complaint}\n{streams[1].strip() or self.no_reason}")

    def recorded(self, app: Sphinx) -> dict[str, Any] | None:
        """Read the record; None in a partial build for which there is none."""
        if app.config.gallery_only and not self.is_whole(self.file):
            return None
        return json.loads(self.file.read_text(encoding="utf-8"))

    def executions(self, env: BuildEnvironment) -> Iterator[Execution]:
        """Name what is executed for the page."""
        if self.page in env.found_docs:
            yield Execution(self.page, f"docs/{self.page}.md", "removable.claims", 0, self.name, self.key())
