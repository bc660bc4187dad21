"""Stop before anything is executed if a framework of the pages is missing or does not fit."""

from __future__ import annotations

from typing import Any

from removable import frameworks
from removable.errors import MissingFrameworkError
from sphinx.application import Sphinx
from sphinx.config import Config

from _extensions import stages
from _extensions.execute.framework_versions import MORE, TITLES, installed


def check(app: Sphinx, config: Config) -> None:
    """Require every framework, in a version that the package is made for."""
    try:
        frameworks.require(*TITLES, *MORE)
        for module, title in (TITLES | MORE).items():
            installed(module, title)
    except MissingFrameworkError as error:
        # Sphinx surrounds its own exceptions with a report for its developers; this is a sentence
        # for the reader.
        raise SystemExit(str(error)) from None


def note_script(gallery_conf: dict[str, Any], fname: str | None, when: str) -> None:
    """Import the frameworks before the first script does.

    sphinx-gallery would take an import that fails in the script for a failure of the script. A
    build that executes nothing imports nothing; an installation that is broken is found here, and
    only here.
    """
    if when == "before":
        try:
            for module in TITLES:
                frameworks.get(module)
        except MissingFrameworkError as error:
            raise SystemExit(str(error)) from None


def setup(app: Sphinx) -> dict[str, bool]:
    """Run as early as an extension can."""
    stages.listen(app, stages.Stage.FRAMEWORKS_CHECKED, check)
    return stages.SAFE
