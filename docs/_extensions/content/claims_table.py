"""The ledger on its page, and the check that every item of the paper is on a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from docutils import nodes
from removable.claims.ledger import EQUATIONS, ITEMS, VERDICTS, load
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from _extensions import files, stages
from _extensions.content import links, tables
from _extensions.execute import claims_aside, required_frameworks

_TITLES = {**required_frameworks.TITLES, "exact": "Exact"}
_SCRIPTS = {
    item: f"plot_{item.replace('fig-', 'figure-').replace('-', '_')}" for item in ITEMS if not item.startswith("eq-")
}
"""The script that draws each figure and remark."""


def _stop(reasons: str) -> NoReturn:
    """End the build with sentences for a reader; exceptions of Sphinx come with a long report."""
    raise SystemExit(f"The ledger does not come out.\n{reasons}")


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the pages that show claims, when the claims have been evaluated anew."""
    now, before = claims_aside.key(), getattr(env, "ledger_key", None)
    if not app.config.gallery_only:
        env.ledger_key = now
    return {claims_aside.PAGE, "paper/index"} & env.found_docs if now != before else set()


def link_to_place(env: BuildEnvironment, page: str, text: str) -> nodes.Node:
    """Lead to a page, and on it to the place after ``#``, once all pages are known."""
    return links.link_to(env, page, nodes.inline("", text), role="claim-page", domain="")


def resolve(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Element
) -> nodes.reference | None:
    """Turn what :func:`link_to_place` left into a link."""
    if node["reftype"] != "claim-page":
        return None
    name, _, place = node["reftarget"].partition("#")
    return make_refnode(app.builder, node["refdoc"], name, place or None, content) if name in env.found_docs else None


def _called(page: str) -> str:
    """Name a page and the place on it, so that two links with one text lead to one place."""
    name, _, place = page.partition("#")
    return name.rpartition("/")[2] + (f", {place.removeprefix('equation-').replace('-', ' ')}" if place else "")


def _to_function(env: BuildEnvironment, check: str) -> nodes.Node:
    return links.link_to(env, f"removable.claims.{check}", nodes.literal("", check), role="func", domain="py")


class Ledger(SphinxDirective):
    """Show the counts, what the claims were measured on, and the table of all claims."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        recorded = claims_aside.recorded(self.env.app)
        if recorded is None:
            text = "This is a partial build, in which the claims were not evaluated."
            return [nodes.note("", nodes.paragraph("", text))]
        claims = recorded["claims"]
        counts = ", ".join(f"{v} {sum(c['found'] == v for c in claims)}" for v in VERDICTS)
        versions = ", ".join(f"{name} {version}" for name, version in recorded["versions"].items())
        features = ", ".join(recorded["cpu_features"])
        rows = [self._row(claim) for claim in claims]
        return [
            nodes.paragraph("", f"{len(claims)} claims, by verdict: {counts}."),
            nodes.paragraph("", f"Measured with {versions}, on a processor with {features}."),
            tables.table(("Claim", "Measured", "Verdict"), (38, 42, 20), rows, "ledger"),
        ]

    def _row(self, claim: dict[str, Any]) -> nodes.row:
        """Build the line of one claim."""
        verdict = claim["found"].replace(" ", "-")
        row = nodes.row(classes=[f"verdict-{verdict}", f"kind-{claim['kind']}"], ids=[f"claim-{claim['id']}"])
        claimed = nodes.entry("", nodes.paragraph("", "", nodes.strong("", claim["place"]), classes=["place"]))
        claimed += nodes.paragraph("", claim["statement"])
        if claim["reading"]:
            claimed += nodes.paragraph("", "", nodes.emphasis("", "Read as: "), nodes.Text(claim["reading"]))
        measured = nodes.entry()
        for title, text in _merged(claim["measured"], computed=claim["exact_is_computed"]):
            measured += nodes.paragraph("", "", nodes.strong("", f"{title}: "), nodes.Text(text))
        words = f"{claim['found']}: {claim['condition']}" if claim["condition"] else claim["found"]
        judged = nodes.entry("", nodes.paragraph("", words, classes=["verdict"]))
        if claim["remark"]:
            judged += nodes.paragraph("", claim["remark"])
        links = nodes.paragraph("", "", link_to_place(self.env, claim["page"], _called(claim["page"])))
        if claim["check"]:
            links += [nodes.Text(" · "), _to_function(self.env, claim["check"])]
        judged += links
        row += [claimed, measured, judged]
        return row


def _merged(measured: dict[str, str], *, computed: bool) -> Iterator[tuple[str, str]]:
    """Say once what both frameworks have in common, and whether the exact value was computed."""
    cells = dict(measured)
    if cells and cells.get("torch") == cells.get("tensorflow"):
        yield "PyTorch and TensorFlow", cells.pop("torch")
        del cells["tensorflow"]
    for name, text in cells.items():
        yield ("By definition" if name == "exact" and not computed else _TITLES[name]), text


class PaperItems(SphinxDirective):
    """List every figure, equation and remark of the paper with the page that shows it."""

    def run(self) -> list[nodes.Node]:
        """Build one paragraph for each kind of item."""
        lines = []
        for kind, title in (("figure", "Figures"), ("equation", "Equations"), ("remark", "Remarks")):
            line = nodes.paragraph("", "", nodes.strong("", f"{title}: "))
            for number, claim in enumerate(c for c in load() if c.kind == kind):
                line += [nodes.Text(", ")] if number else []
                line += link_to_place(self.env, claim.page, claim.place.partition(" ")[2])
            lines.append(line)
        return lines


def check_coverage(app: Sphinx, env: BuildEnvironment) -> None:
    """Stop the build if an item of the paper is on no page, or if a claim leads nowhere.

    That each claim has its check is known: the run that left the record has called it.
    """
    if app.config.gallery_only:
        return
    missing = [
        f"equation ({n}) is in no chapter" for n in EQUATIONS if f"eq-{n}" not in env.domains.math_domain.equations
    ]
    chapters = [name for name in sorted(env.found_docs) if name.startswith("paper/")]
    shown = {f.get("script") for name in chapters for f in env.get_doctree(name).findall(nodes.figure)}
    missing += [f"{item} is in no chapter: show {script}" for item, script in _SCRIPTS.items() if script not in shown]
    anchors: dict[str, set[str]] = {}
    for claim in load():
        page, _, place = claim.page.partition("#")
        if page not in env.found_docs:
            missing.append(f"claim {claim.id} leads to {page}, and there is no such page")
            continue
        if page not in anchors:
            anchors[page] = {i for node in env.get_doctree(page).findall(nodes.Element) for i in node.get("ids", ())}
        if place and place not in anchors[page]:
            missing.append(f"claim {claim.id} leads to {claim.page}, and that page has no such place")
    if missing:
        _stop("\n".join(missing))


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Put the record beside the page."""
    if stages.is_site(app, exception) and (recorded := claims_aside.recorded(app)) is not None:
        text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
        files.write_if_changed(Path(app.outdir, "paper", "claims.json"), text)


def filter_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the filter on the page that has the table."""
    if pagename == claims_aside.PAGE:
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, the links and the check."""
    app.add_directive("ledger", Ledger)
    app.add_directive("paper-items", PaperItems)
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    stages.listen(app, stages.Stage.COVERAGE_CHECKED, check_coverage)
    stages.listen(app, stages.Stage.REFERENCE_RESOLVED, resolve)
    stages.listen(app, stages.Stage.PAGE_PREPARED, filter_script)
    stages.listen(app, stages.Stage.RECORDS_PUBLISHED, publish)
    return stages.SAFE
