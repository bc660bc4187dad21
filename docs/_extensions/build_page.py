"""How this build was made: every page with what executed it, every figure with the digest of its data, versions, commit.

The page holds what two builds of one source have in common. What one run took (executed or kept from an earlier build, seconds,
memory, doctests that agreed) is in ``build.json`` beside it, which the page loads; that file alone differs between two builds.
A script or chapter without an execution stops the build.
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

import doctests_aside
import execution_record
import freshness
import gallery_figures
import ledger
import provenance
import saboteurs_table
import script_doctests
from docutils import nodes
from removable.claims.record import cpu_features
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

PAGE = "guide/build"
_FILE = "build.json"
_SHOWN = 16  # digits of a key

_start = time.perf_counter()


@dataclass(frozen=True)
class Row:
    """A page and what executes it.

    Attributes
    ----------
    page : str
        Name of the page; empty for the docstrings, which are on many.
    source : str
        Its source, below the root of the project.
    engine : str
        What executes it; empty if there is nothing to execute.
    doctests : int
        Examples in its text.
    name : str
        What its execution is called in the record.
    key : str
        Digest of what is executed and of everything it depends on.
    """

    page: str
    source: str
    engine: str
    doctests: int
    name: str
    key: str

    @property
    def id(self) -> str:
        """Name its line in the table, and its entry in the record."""
        return nodes.make_id(f"built-{self.page or self.source}")


def blocks(path: Path) -> tuple[script_doctests.Block, ...]:
    """Cut a script or a page into code and text."""
    cut = script_doctests.blocks_of_script if path.suffix == ".py" else script_doctests.blocks_of_chapter
    return tuple(cut(str(path)))


def _examples(found: tuple[script_doctests.Block, ...]) -> int:
    return sum(block.source.count(">>> ") for block in found if block.kind == "text")


def rows(env: BuildEnvironment) -> Iterator[Row]:
    """Go through all pages, and the docstrings at the end."""
    for page in sorted(env.found_docs):
        path = Path(env.doc2path(page))
        script = (
            freshness.ROOT / "gallery" / Path(page).relative_to("auto_gallery").with_suffix(".py")
            if (page.startswith("auto_gallery/"))
            else None
        )
        if script is not None and script.exists():
            count = _examples(blocks(script))
            key = execution_record.key_of(script)
            yield Row(page, _below_root(script), "sphinx-gallery", count, script.stem, key)
        elif page == ledger.PAGE:
            yield Row(page, _below_root(path), "removable.claims", 0, ledger.run.name, ledger.key())
        elif page == saboteurs_table.PAGE:
            run = saboteurs_table.run
            yield Row(page, _below_root(path), "removable.claims", 0, run.name, run.key())
        elif script is None:
            found = blocks(path)
            count = _examples(found)
            if any(block.kind == "code" for block in found):
                yield Row(page, _below_root(path), "myst-nb", count, path.stem, execution_record.key_of(path))
            elif count:
                yield Row(page, _below_root(path), "pytest", count, doctests_aside.run.name, doctests_aside.key())
            else:
                yield Row(page, _below_root(path), "", 0, "", "")
        else:  # lists of scripts, which sphinx-gallery writes
            yield Row(page, f"docs/{page}.rst", "", 0, "", "")
    docstrings = sum(
        path.read_text(encoding="utf-8").count(">>> ") for path in (freshness.ROOT / "tutorial_src").rglob("*.py")
    )
    yield Row("", "tutorial_src", "pytest", docstrings, doctests_aside.run.name, doctests_aside.key())


def _below_root(path: Path) -> str:
    return path.relative_to(freshness.ROOT).as_posix()


def figures(app: Sphinx) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name each figure, the page that draws it, and its description."""
    for light in gallery_figures.figures(Path(app.srcdir, "auto_gallery")):
        described = json.loads(light.with_suffix(".json").read_text(encoding="utf-8"))
        script, _, number = light.stem.removeprefix("sphx_glr_").rpartition("_")
        page = (light.parent.parent / script).relative_to(app.srcdir).as_posix()
        yield script if int(number) == 1 else f"{script}, {int(number)}", page, described


def _digest(app: Sphinx, env: BuildEnvironment) -> str:
    """Digest of what the page shows."""
    shown = [*map(repr, rows(env)), *map(repr, figures(app)), provenance.head()]
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the page when something that it shows has changed."""
    now, before = _digest(app, env), getattr(env, "build_page_digest", None)
    env.build_page_digest = now
    return {PAGE} & env.found_docs if now != before else set()


def _table(titles: tuple[str, ...], widths: tuple[int, ...], body: list[nodes.row], kind: str) -> nodes.table:
    table = nodes.table(classes=["build-record", kind])
    group = nodes.tgroup(cols=len(titles))
    table += group
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead("", nodes.row("", *(_cell(nodes.Text(title)) for title in titles)))
    group += nodes.tbody("", *body)
    return table


def _cell(*content: nodes.Node) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", *content))


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
        packages = freshness.versions()
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
                named = self._to(row.page) if row.page else nodes.Text("docstrings")
                key = nodes.literal("", row.key[:_SHOWN])
                cells = (named, nodes.Text(row.engine), nodes.Text(str(row.doctests) if row.doctests else ""), key)
                body.append(nodes.row("", *map(_cell, cells), ids=[row.id]))
            else:
                without += [self._to(row.page), nodes.Text(", ")]
        without[-1] = nodes.Text(".")
        return [_table(("Page", "Executed by", "Doctests", "Key"), (40, 20, 12, 28), body, "pages"), without]

    def _figures(self) -> list[nodes.Node]:
        body = [
            nodes.row(
                "",
                _cell(self._to(page, name)),
                _cell(nodes.literal("", described["commit"])),
                _cell(nodes.literal("", described["data_sha256"])),
            )
            for name, page, described in figures(self.env.app)
        ]
        return [_table(("Figure", "Commit of its script", "SHA-256 of its data"), (25, 20, 55), body, "figures")]

    def _to(self, page: str, text: str | None = None) -> nodes.Node:
        """Lead to a page, by a text or by its name."""
        text = text or page.removeprefix("auto_gallery/").removesuffix("/index") or "index"
        return addnodes.pending_xref(
            "",
            nodes.inline("", text),
            refdoc=self.env.docname,
            refdomain="std",
            reftype="doc",
            reftarget=f"/{page}",
            refexplicit=True,
            refwarn=True,
        )


def measurements(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """Return for each page what the run that made it took."""
    agreed = doctests_aside.passed()
    docstrings = sum(count for source, count in agreed.items() if source.startswith("tutorial_src"))
    found = {}
    for row in rows(env):
        known = execution_record.recorded(row.name) if row.name else None
        if known is not None and known.key != row.key:
            known = None
        entry: dict[str, Any] = {"page": row.page, "source": row.source, "engine": row.engine}
        if row.engine:
            in_prose = known.doctests if known and row.engine == "sphinx-gallery" else agreed[row.source]
            entry |= {
                "run": None if known is None else "executed" if row.name in execution_record.executed else "from cache",
                "key": row.key,
                "seconds": None if known is None else round(known.seconds, 2),
                "peak_memory_mib": None if known is None else known.peak_memory_mib,
                "doctests_passed": in_prose if row.page else docstrings,
            }
        found[row.id] = entry
    return found


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write the measurements beside the page, and stop the build if something was not executed."""
    if exception is not None or app.builder.format != "html":
        return
    pages = measurements(app.env)
    if not app.config.gallery_only:
        known = {entry["source"] for entry in pages.values() if entry.get("run")}
        sources = {_below_root(path) for path in (freshness.ROOT / "gallery").rglob("*.py")}
        sources |= {entry["source"] for entry in pages.values() if entry["engine"]}
        if missing := sorted(sources - known):
            raise SystemExit("Not everything was executed.\n" + "\n".join(f"{name} was not" for name in missing))
    record = {"seconds": round(time.perf_counter() - _start, 1), "pages": pages}
    path = Path(app.outdir, PAGE).with_name(_FILE)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def load_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load on this page what fills in the measurements."""
    if pagename == PAGE:
        app.add_js_file("build.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Decide once the gallery is executed whether the page is read again; publish when all is written."""
    app.add_directive("build-record", BuildRecord)
    app.connect("env-get-outdated", read_again)
    app.connect("html-page-context", load_script)
    app.connect("build-finished", publish, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
