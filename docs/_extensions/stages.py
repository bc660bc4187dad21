"""What extensions share: folders, the order of build stages, writing of files, links and tables.

README.md has the same order as a table, with the module that listens at each stage.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).parent.parent.parent
"""The project."""

BESIDE = ("claims", "doctests", "saboteurs")
"""What is executed in a process beside the build: each leaves its result in a folder of its name in
``_build``."""


def scripts() -> Path:
    """Return the folder of the gallery's scripts."""
    return ROOT / "gallery"


def gallery_pages() -> Path:
    """Return the folder of the pages, figures and downloads that sphinx-gallery writes."""
    return ROOT / "docs" / "auto_gallery"


def build(*names: str) -> Path:
    """Return a folder or file below ``_build``."""
    return ROOT.joinpath("_build", *names)


def results() -> tuple[Path, ...]:
    """Return every folder that holds what was executed.

    A build that finds them whole executes nothing.
    """
    return gallery_pages(), *(build(name) for name in (*BESIDE, "jupyter-cache", "measured"))


def below_root(path: Path) -> str:
    """Name a file by its path in the project."""
    return path.relative_to(ROOT).as_posix()


class Stage(Enum):
    """When a listener runs: an event of Sphinx, and a priority among its listeners, lowest first.

    Those of Sphinx, of myst-nb and of sphinx-gallery have priority 500. Listeners of one stage run
    in the order of ``extensions`` in ``conf.py``.
    """

    FOLDERS_CHECKED = "config-inited", 0
    FRAMEWORKS_CHECKED = "config-inited", 1
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


def read(path: Path) -> str:
    """Return the text of a stamp; empty if there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def write_if_changed(path: Path, text: str) -> bool:
    """Write a file unless it has this text; return whether it was written.

    The time of a file that has not changed stays: Sphinx does not read its page again.
    """
    if path.exists() and path.read_bytes() == text.encode("utf-8"):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file by way of a temporary one.

    A build that is killed leaves the old file or the new one.
    """
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        os.replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def link_to(
    env: BuildEnvironment, target: str, shown: nodes.Node, *, role: str = "doc", domain: str = "std"
) -> addnodes.pending_xref:
    """Return a link that Sphinx resolves once all pages are known.

    Parameters
    ----------
    env : BuildEnvironment
        Environment that reads the page on which the link stands.
    target : str
        What the role of the domain leads to: ``"/guide/build"`` for a page.
    shown : Node
        What a reader sees.
    role, domain : str
        Role as it would stand in the text of a page, and its domain; an empty domain for roles of
        our own.
    """
    return addnodes.pending_xref(
        "",
        shown,
        refdoc=env.docname,
        refdomain=domain,
        reftype=role,
        reftarget=target,
        refexplicit=True,
        refwarn=True,
    )


def cell(*content: nodes.Node | str, classes: Iterable[str] = ()) -> nodes.entry:
    """Return a cell with one paragraph."""
    inside = (nodes.Text(part) if isinstance(part, str) else part for part in content)
    return nodes.entry("", nodes.paragraph("", "", *inside), classes=[*classes])


def table(
    titles: Iterable[str], widths: Iterable[int], body: Iterable[nodes.row], *classes: str, stub: int = 0
) -> nodes.table:
    """Return a table.

    Parameters
    ----------
    titles : iterable of str
        Heads of the columns.
    widths : iterable of int
        Their widths, relative to each other.
    body : iterable of row
        Rows below the head.
    classes : str
        Classes of the table, for the style sheet.
    stub : int
        How many columns at the left are heads of their rows.
    """
    columns = [nodes.colspec(colwidth=width, **({"stub": 1} if i < stub else {})) for i, width in enumerate(widths)]
    group = nodes.tgroup("", *columns, cols=len(columns))
    group += nodes.thead("", nodes.row("", *map(cell, titles)))
    group += nodes.tbody("", *body)
    return nodes.table("", group, classes=[*classes])
