"""The order of a build: its stages, each an event of Sphinx with a priority.

README.md has the same order as a table, with the module that listens at each stage.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from sphinx.application import Sphinx


class Stage(Enum):
    """When a listener runs: an event of Sphinx, and a priority among its listeners, lowest first.

    Most listeners of Sphinx, of myst-nb and of sphinx-gallery have priority 500; README.md names
    the others. Those of one event and priority run in the order of ``extensions`` in ``conf.py``.
    """

    FOLDERS_CHECKED = "config-inited", 0
    FRAMEWORKS_CHECKED = "config-inited", 1
    VERSIONS_NAMED = "config-inited", 2
    RESULTS_VERIFIED = "config-inited", 10
    SITE_STARTED = "builder-inited", 100
    STYLE_SHEET_COPIED = "builder-inited", 150
    STALE_SCRIPTS_FORGOTTEN = "builder-inited", 200
    CLAIMS_STARTED = "builder-inited", 300
    SABOTEURS_STARTED = "builder-inited", 305
    DOCTESTS_STARTED = "builder-inited", 310
    CHAPTERS_STARTED = "builder-inited", 500
    FAILED_SCRIPTS_CHECKED = "builder-inited", 600
    COMMITS_NAMED = "builder-inited", 610
    TEMPLATES_WRAPPED = "builder-inited", 700
    SCRIPTS_RECORDED = "builder-inited", 950
    PAGES_OUTDATED = "env-get-outdated", 500
    CHAPTERS_SKIPPED = "env-before-read-docs", 400
    CHAPTERS_FINISHED = "env-before-read-docs", 500
    CLAIMS_FINISHED = "env-before-read-docs", 505
    SABOTEURS_FINISHED = "env-before-read-docs", 510
    THREADS_CHECKED = "env-before-read-docs", 900
    SOURCE_READ = "source-read", 500
    THUMBNAILS_REPLACED = "doctree-read", 400
    DOCTREE_READ = "doctree-read", 500
    DOCTESTS_FINISHED = "env-updated", 900
    COVERAGE_CHECKED = "env-check-consistency", 500
    REFERENCE_RESOLVED = "missing-reference", 500
    PAGE_PREPARED = "html-page-context", 500
    PAGE_CORRECTED = "page-rendered", 500
    PAGE_CLOSED = "page-rendered", 900
    SEARCH_COMPLETED = "html-collect-pages", 500
    FILES_WRITTEN = "build-finished", 500
    DOWNLOADS_WRITTEN = "build-finished", 600
    RECORDS_PUBLISHED = "build-finished", 800
    PAGES_WEIGHED = "build-finished", 810
    BUILD_RECORDED = "build-finished", 850
    ARCHIVE_PACKED = "build-finished", 890
    SITE_FINISHED = "build-finished", 900
    RESULTS_RECORDED = "build-finished", 990
    MODULES_COMPILED = "build-finished", 995


def listen(app: Sphinx, stage: Stage, listener: Callable[..., Any]) -> None:
    """Connect a listener to a stage."""
    event, priority = stage.value
    app.connect(event, listener, priority=priority)


SAFE = {"parallel_read_safe": True, "parallel_write_safe": True}
"""What ``setup`` of an extension returns."""


def is_site(app: Sphinx, exception: Exception | None) -> bool:
    """Tell a listener of ``build-finished`` whether a site of pages was written to its end."""
    return exception is None and app.builder.format == "html"
