"""The page that says how this build was made.

It holds what two builds of one source have in common: what executed each page, digests of figures,
versions, the commit. What one run took is in ``build.json`` beside it, which
:mod:`~_extensions.content.build_measurements` writes.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from removable.claims.record import cpu_features
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from _extensions import stages
from _extensions.content import pending_links, tables
from _extensions.content.executed_pages import rows
from _extensions.execute import keys
from _extensions.gallery import figure_descriptions, provenance

PAGE = "guide/build"
_SHOWN = 16  # digits of a key


def figures(app: Sphinx) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name each figure, and give its description."""
    for light in figure_descriptions.figures(Path(app.srcdir, "auto_gallery")):
        described = figure_descriptions.described(light)
        script, number = described["script"], described["number"]
        yield script if number == 1 else f"{script}, {number}", described


def _digest(app: Sphinx, env: BuildEnvironment) -> str:
    """Digest of what the page shows."""
    shown = [*map(repr, rows(env)), *map(repr, figures(app)), provenance.head()]
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the page when something that it shows has changed."""
    now, before = _digest(app, env), getattr(env, "build_page_digest", None)
    env.build_page_digest = now
    return {PAGE} & env.found_docs if now != before else set()


class BuildRecord(SphinxDirective):
    """Show what the site was computed with, its pages, or its figures."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the part that is asked for."""
        parts = {"versions": self._versions, "pages": self._pages, "figures": self._figures}
        part = self.arguments[0]
        if part not in parts:
            raise self.error(f"the record of the build has no part {part!r}; give one of {', '.join(parts)}.")
        return parts[part]()

    def _versions(self) -> list[nodes.Node]:
        packages = keys.versions()
        items = {
            "Commit": provenance.head(),
            "Python": f"{platform.python_version()} on {platform.system()}, {platform.machine()}",
            "Packages": ", ".join(f"{name} {version}" for name, version in packages.items()),
            "Processor": ", ".join(cpu_features()),
        }
        entries = []
        for term, text in items.items():
            definition = nodes.definition("", nodes.paragraph("", text))
            entries.append(nodes.definition_list_item("", nodes.term("", term), definition))
        return [nodes.definition_list("", *entries)]

    def _pages(self) -> list[nodes.Node]:
        body, without = [], nodes.paragraph("", "Nothing to execute on ")
        for row in rows(self.env):
            if row.engine:
                page = self._to(row.page) if row.page else nodes.Text("docstrings")
                key = nodes.literal("", row.key[:_SHOWN])
                cells = (page, nodes.Text(row.engine), nodes.Text(str(row.doctests) if row.doctests else ""), key)
                body.append(nodes.row("", *map(tables.cell, cells), ids=[row.id]))
            else:
                without += [self._to(row.page), nodes.Text(", ")]
        without[-1] = nodes.Text(".")
        titles = ("Page", "Executed by", "Doctests", "Key")
        return [tables.table(titles, (40, 20, 12, 28), body, "build-record", "pages"), without]

    def _figures(self) -> list[nodes.Node]:
        body = [
            nodes.row(
                "",
                tables.cell(self._to(described["page"], name)),
                tables.cell(nodes.literal("", described["commit"])),
                tables.cell(nodes.literal("", described["data_sha256"])),
            )
            for name, described in figures(self.env.app)
        ]
        titles = ("Figure", "Commit of its script", "SHA-256 of its data")
        return [tables.table(titles, (25, 20, 55), body, "build-record", "figures")]

    def _to(self, page: str, text: str | None = None) -> nodes.Node:
        """Lead to a page, by a text or by its name."""
        text = text or page.removeprefix("auto_gallery/").removesuffix("/index") or "index"
        return pending_links.link_to(self.env, f"/{page}", nodes.inline("", text))


def setup(app: Sphinx) -> dict[str, bool]:
    """Decide after the gallery whether the page is read again."""
    app.add_directive("build-record", BuildRecord)
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    return stages.SAFE
