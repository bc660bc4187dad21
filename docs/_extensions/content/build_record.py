"""How this build was made: what executed each page, digests of figures, versions, commit.

The page holds what two builds of one source have in common. What one run took (executed or kept
from an earlier build, seconds, memory, doctests that agreed) is in ``build.json`` beside it, which
the page loads; that file alone differs between two builds. A script or chapter without an execution
stops the build.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from removable.claims.record import cpu_features
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from _extensions import folders, stages
from _extensions.content import links, tables
from _extensions.execute import (
    chapters_ahead,
    claims_aside,
    doctests_aside,
    execution_record,
    freshness,
    keys,
    saboteurs_aside,
    script_doctests,
)
from _extensions.gallery import figure_descriptions, provenance

PAGE = "guide/build"
_FILE = "build.json"
_SHOWN = 16  # digits of a key

_start = time.perf_counter()


EXECUTORS = (doctests_aside, chapters_ahead, freshness, claims_aside.run, saboteurs_aside.run)
"""All that execute; each names what it executes. Of two with one page the later has it."""


@dataclass(frozen=True)
class Row(execution_record.Execution):
    """A page and what executes it; engine, name and key are empty if nothing does."""

    @property
    def id(self) -> str:
        """Name its line in the table, and its entry in the record."""
        return nodes.make_id(f"built-{self.page or self.source}")


def blocks(path: Path) -> tuple[script_doctests.Block, ...]:
    """Cut a script or a page into code and text."""
    cut = script_doctests.blocks_of_script if path.suffix == ".py" else script_doctests.blocks_of_chapter
    return tuple(cut(str(path)))


def rows(env: BuildEnvironment) -> Iterator[Row]:
    """Go through all pages, and the docstrings at the end."""
    executions = {each.page: each for executor in EXECUTORS for each in executor.executions(env)}
    for page in sorted(env.found_docs):
        if page in executions:
            yield Row(**vars(executions[page]))
        else:
            yield Row(page, folders.below_root(Path(env.doc2path(page))), "", 0, "", "")
    yield Row(**vars(executions[""]))


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
        return links.link_to(self.env, f"/{page}", nodes.inline("", text))


def measurements(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """Return for each page what the run that made it took."""
    agreed = doctests_aside.passed()
    docstrings = sum(count for source, count in agreed.items() if source.startswith("tutorial_src"))
    measured = {}
    for row in rows(env):
        measurement = execution_record.recorded(row.name) if row.name else None
        if measurement is not None and measurement.key != row.key:
            measurement = None
        entry: dict[str, Any] = {"page": row.page, "source": row.source, "engine": row.engine}
        if row.engine:
            in_prose = measurement.doctests if measurement and row.engine == "sphinx-gallery" else agreed[row.source]
            origin = "executed" if row.name in execution_record.executed else "from cache"
            entry |= {
                "run": origin if measurement else None,
                "key": row.key,
                "seconds": None if measurement is None else round(measurement.seconds, 2),
                "peak_memory_mib": None if measurement is None else measurement.peak_memory_mib,
                "doctests_passed": in_prose if row.page else docstrings,
            }
        measured[row.id] = entry
    return measured


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write the measurements beside the page, and stop the build if something was not executed."""
    if not stages.is_site(app, exception):
        return
    pages = measurements(app.env)
    if not app.config.gallery_only:
        executed = {entry["source"] for entry in pages.values() if entry.get("run")}
        sources = {folders.below_root(path) for path in folders.scripts().rglob("*.py")}
        sources |= {entry["source"] for entry in pages.values() if entry["engine"]}
        if missing := sorted(sources - executed):
            raise SystemExit("Not everything was executed.\n" + "\n".join(f"{name} was not" for name in missing))
    record = {"seconds": round(time.perf_counter() - _start, 1), "pages": pages}
    path = Path(app.outdir, PAGE).with_name(_FILE)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def load_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load on this page what fills in the measurements."""
    if pagename == PAGE:
        app.add_js_file("build.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Decide after the gallery whether the page is read again; publish when all is written."""
    app.add_directive("build-record", BuildRecord)
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    stages.listen(app, stages.Stage.PAGE_PREPARED, load_script)
    stages.listen(app, stages.Stage.BUILD_RECORDED, publish)
    return stages.SAFE
