"""Build all pages without executing anything, for editing prose without the frameworks.

``conf.py`` uses this extension where ``REMOVABLE_EXECUTE=0`` is set, as ``nox -s prose`` and ``nox
-s preview`` do. Outputs of a chapter and of a script come from the last build of the site on this
machine, where its code is still the same. Otherwise they are missing. The ledger, the saboteurs and
the record of the build are measurements, so a note stands in their place.

What a build of the site has left is only read: the pages of scripts, its stamps, its results.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from jupyter_cache import get_cache
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from _extensions import folders, stages
from _extensions.content import script_pages
from _extensions.content.gallery_figure import NOTHING

__all__ = ["NOTHING", "SITE_ONLY", "instead_of", "last_cache", "page_of", "scripts", "setup"]

SCRIPTS = folders.scripts()
PAGES = folders.gallery_pages()

NOTE = (
    "Nothing was executed to make this page. Figures, tables and outputs are those of the last build "
    "of the site where the code is the same, and missing elsewhere. Numbers in the text were not checked."
)
SITE_ONLY = frozenset(
    (
        # They execute, or keep what was executed.
        *("required_frameworks", "trusted_files", "site_state", "stale_scripts", "gallery_scripts"),
        *("chapters_ahead", "claims_aside", "saboteurs_aside", "doctests_aside", "figure_commits"),
        # They show what was measured; this extension puts a note in its place.
        *("ledger_table", "paper_items", "paper_coverage", "place_links", "saboteurs_table", "build_record"),
        *("build_measurements", "complete_execution", "versions_in_text", "ledger_links"),
        # They write what only a published site needs.
        *("download_links", "notebook_prose", "wheel", "write_downloads", "archive", "page_head", "citation_metas"),
        *("text_pages", "llms_txt", "search_engines", "page_weight", "unused_javascript", "wrong_address"),
        *("notebook_style_sheet", "search_index"),
        # viewcode imports every module of the package in each build.
        "viewcode",
        # It would forbid the script with which sphinx-autobuild reloads a page.
        "content_security",
        # This extension loads sphinx-gallery where a script has no page yet.
        "gen_gallery",
    )
)
"""Extensions that are left out, by the last part of their name."""


def instead_of(extensions: Iterable[str]) -> list[str]:
    """Return the extensions of a build that executes nothing, given those of the site."""
    return [name for name in extensions if name.rpartition(".")[2] not in SITE_ONLY] + [__name__]


def last_cache(caches: Path) -> Path | None:
    """Return the cache of chapters that was used last; None where no build has left one."""
    databases = sorted(caches.glob("*/global.db"), key=lambda path: path.stat().st_mtime)
    return databases[-1].parent if databases else None


# Scripts


def page_of(script: Path) -> Path:
    """Return the page that sphinx-gallery makes of a script."""
    return PAGES / script.relative_to(SCRIPTS).with_suffix(".rst")


def scripts() -> dict[str, Path]:
    """Return every script by the name of its page."""
    found = sorted(SCRIPTS.rglob("plot_*.py"))
    return {page_of(path).relative_to(PAGES.parent).with_suffix("").as_posix(): path for path in found}


def changed_scripts(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> set[str]:
    """Name the pages of scripts whose source has changed since the page was read."""
    now = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in scripts().items()}
    before = getattr(env, "script_digests", {})
    env.script_digests = now
    return {name for name, digest in now.items() if before.get(name) != digest} & env.found_docs


def show_script(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give the page of a script the prose and code that the script has now."""
    script = scripts().get(docname)
    if script is not None:
        executed = page_of(script).with_suffix(".py")
        source[0] = script_pages.updated(source[0], executed, script)


# Chapters


def skip_uncached(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Keep myst-nb from executing chapters: those that are to be read and are not in the cache."""
    if app.config.nb_execution_mode != "cache":
        return
    cache, skipped = get_cache(app.config.nb_execution_cache_path), []
    for path in (Path(env.doc2path(name)) for name in docnames):
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if path.suffix != ".md" or reader is None:
            continue
        try:
            cache.match_cache_notebook(reader.read(text))
        except KeyError:
            skipped.append(path.as_posix())
    env.mystnb_config.execution_excludepatterns = tuple(skipped)


# Pages


def say_so(app: Sphinx, doctree: nodes.document) -> None:
    """Put the note below the title of a page."""
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is not None:
        title.parent.insert(title.parent.index(title) + 1, nodes.note("", nodes.paragraph("", NOTE)))


class NotMeasured(SphinxDirective):
    """Stand where a build of the site shows what it has measured."""

    optional_arguments = 1
    measured: ClassVar = "This part shows what a build of the site measures: run nox -s docs to see it."

    def run(self) -> list[nodes.Node]:
        """Build a note."""
        return [nodes.note("", nodes.paragraph("", self.measured))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Let sphinx-gallery write pages only where a script has none.

    It would write the page of a script that has changed anew, without the outputs.
    """
    if all(page_of(script).exists() for script in scripts().values()):
        app.setup_extension("sphinx_gallery.load_style")
        app.add_config_value("sphinx_gallery_conf", {}, "")
    else:
        app.setup_extension("sphinx_gallery.gen_gallery")
    for name in ("ledger", "paper-items", "saboteurs", "build-record"):
        app.add_directive(name, NotMeasured)
    app.add_config_value("gallery_only", "", "", (str,))
    stages.listen(app, stages.Stage.PAGES_OUTDATED, changed_scripts)
    stages.listen(app, stages.Stage.CHAPTERS_SKIPPED, skip_uncached)
    stages.listen(app, stages.Stage.SOURCE_READ, show_script)
    stages.listen(app, stages.Stage.DOCTREE_READ, say_so)
    return stages.SAFE
