"""The ledger on its page, from a run of ``removable.claims``; and the check that every item of the paper is on a page.

The claims are evaluated in a process of their own while the gallery is being executed. What they say is kept under a name
that stands for everything it depends on, so a second build reads it. A verdict other than the expected one leaves nothing
behind and stops the build.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import freshness
import required_frameworks
from aside import Aside
from docutils import nodes
from removable.claims.ledger import EQUATIONS, ITEMS, VERDICTS, ClaimsFileError, load
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

PAGE = "paper/ledger"
_TITLES = {**required_frameworks.TITLES, "exact": "Exact"}
_SCRIPTS = {
    item: f"plot_{item.replace('fig-', 'figure-').replace('-', '_')}" for item in ITEMS if not item.startswith("eq-")
}
"""The script that draws each figure and remark."""


def _stop(reasons: str) -> NoReturn:
    """End the build. Sphinx surrounds its own exceptions with a report for its developers; this is for the reader."""
    raise SystemExit(f"The ledger does not come out.\n{reasons}")


def key() -> str:
    """Digest of everything that the ledger depends on: what a script does, and the list of claims."""
    claims = freshness.ROOT / "tutorial_src" / "removable" / "claims" / "claims.toml"
    return f"{freshness.environment_key()}-{hashlib.sha256(claims.read_bytes()).hexdigest()[:8]}"


def _is_whole(path: Path) -> bool:
    """Tell whether a record can be read and has its parts."""
    try:
        return {"claims", "versions", "cpu_features"} <= json.loads(path.read_text(encoding="utf-8")).keys()
    except (OSError, ValueError, AttributeError):
        return False


run = Aside(
    name="claims",
    ending=".json",
    key=lambda: key(),
    command=lambda file: ("removable.claims", "--json", str(file)),
    is_whole=_is_whole,
)
"""The evaluation of the claims."""


def start(app: Sphinx) -> None:
    """Begin to evaluate the claims, unless that has been done."""
    if not app.config.gallery_only:
        run.start()


def wait(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Let the evaluation finish, and stop the build if a verdict is not the expected one."""
    if (said := run.wait()) is not None:
        _stop(said[1].strip() or "The evaluation of the claims ended without a word.")


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the pages that show claims, when the claims have been evaluated anew."""
    now, before = key(), getattr(env, "ledger_key", None)
    if not app.config.gallery_only:
        env.ledger_key = now
    return {PAGE, "paper/index"} & env.found_docs if now != before else set()


def _recorded(app: Sphinx) -> dict[str, Any] | None:
    """Read what was measured; None in a partial build for which nothing was."""
    if app.config.gallery_only and not run.is_whole(run.file):
        return None
    return json.loads(run.file.read_text(encoding="utf-8"))


def _to_page(env: BuildEnvironment, page: str, text: str) -> nodes.Node:
    """Lead to a page, and on it to the place after ``#``, once all pages are known."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdoc=env.docname,
        refdomain="",
        reftype="claim-page",
        reftarget=page,
        refwarn=True,
    )


def resolve(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Element
) -> nodes.reference | None:
    """Turn what :func:`_to_page` left into a link."""
    if node["reftype"] != "claim-page":
        return None
    name, _, place = node["reftarget"].partition("#")
    return make_refnode(app.builder, node["refdoc"], name, place or None, content) if name in env.found_docs else None


def _called(page: str) -> str:
    """Name a page and the place on it, so that two links with one text lead to one place."""
    name, _, place = page.partition("#")
    return name.rpartition("/")[2] + (f", {place.removeprefix('equation-').replace('-', ' ')}" if place else "")


def _to_function(env: BuildEnvironment, check: str) -> nodes.Node:
    return addnodes.pending_xref(
        "",
        nodes.literal("", check),
        refdoc=env.docname,
        refdomain="py",
        reftype="func",
        reftarget=f"removable.claims.{check}",
        refexplicit=True,
        refwarn=True,
    )


class Ledger(SphinxDirective):
    """Show the counts, what the claims were measured on, and the table of all claims."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        recorded = _recorded(self.env.app)
        if recorded is None:
            text = "This is a partial build, in which the claims were not evaluated."
            return [nodes.note("", nodes.paragraph("", text))]
        claims = recorded["claims"]
        counts = ", ".join(f"{v} {sum(c['found'] == v for c in claims)}" for v in VERDICTS)
        versions = ", ".join(f"{name} {version}" for name, version in recorded["versions"].items())
        features = ", ".join(recorded["cpu_features"])
        table = nodes.table(classes=["ledger"])
        group = nodes.tgroup(cols=3)
        table += group
        group += [nodes.colspec(colwidth=w) for w in (38, 42, 20)]
        titles = (nodes.entry("", nodes.paragraph("", title)) for title in ("Claim", "Measured", "Verdict"))
        group += nodes.thead("", nodes.row("", *titles))
        group += nodes.tbody("", *(self._row(claim) for claim in claims))
        return [
            nodes.paragraph("", f"{len(claims)} claims, by verdict: {counts}."),
            nodes.paragraph("", f"Measured with {versions}, on a processor with {features}."),
            table,
        ]

    def _row(self, claim: dict[str, Any]) -> nodes.row:
        """Build the line of one claim."""
        verdict = claim["found"].replace(" ", "-")
        row = nodes.row(classes=[f"verdict-{verdict}", f"kind-{claim['kind']}"], ids=[f"claim-{claim['id']}"])
        told = nodes.entry("", nodes.paragraph("", "", nodes.strong("", claim["place"]), classes=["place"]))
        told += nodes.paragraph("", claim["statement"])
        if claim["reading"]:
            told += nodes.paragraph("", "", nodes.emphasis("", "Read as: "), nodes.Text(claim["reading"]))
        measured = nodes.entry()
        for title, text in _merged(claim["measured"], computed=claim["exact_is_computed"]):
            measured += nodes.paragraph("", "", nodes.strong("", f"{title}: "), nodes.Text(text))
        words = f"{claim['found']}: {claim['condition']}" if claim["condition"] else claim["found"]
        judged = nodes.entry("", nodes.paragraph("", words, classes=["verdict"]))
        if claim["remark"]:
            judged += nodes.paragraph("", claim["remark"])
        links = nodes.paragraph("", "", _to_page(self.env, claim["page"], _called(claim["page"])))
        if claim["check"]:
            links += [nodes.Text(" · "), _to_function(self.env, claim["check"])]
        judged += links
        row += [told, measured, judged]
        return row


def _merged(measured: dict[str, str], *, computed: bool) -> Iterator[tuple[str, str]]:
    """Say once what both frameworks have in common, and of the last cell whether it was computed."""
    found = dict(measured)
    if found and found.get("torch") == found.get("tensorflow"):
        yield "PyTorch and TensorFlow", found.pop("torch")
        del found["tensorflow"]
    for name, text in found.items():
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
                line += _to_page(self.env, claim.page, claim.place.partition(" ")[2])
            lines.append(line)
        return lines


def check_coverage(app: Sphinx, env: BuildEnvironment) -> None:
    """Stop the build if an item of the paper is on no page, or if a claim leads nowhere."""
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
        if claim.check:
            try:
                claim.function  # noqa: B018
            except ClaimsFileError as error:
                missing.append(str(error))
    if missing:
        _stop("\n".join(missing))


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Put the record beside the page."""
    if exception is None and app.builder.format == "html" and (recorded := _recorded(app)) is not None:
        text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
        Path(app.outdir, "paper", "claims.json").write_text(text, encoding="utf-8")


def filter_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the filter on the page that has the table."""
    if pagename == PAGE:
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Start early, and wait before the pages are read."""
    app.add_directive("ledger", Ledger)
    app.add_directive("paper-items", PaperItems)
    app.connect("builder-inited", start, priority=300)
    app.connect("env-get-outdated", read_again)
    app.connect("env-before-read-docs", wait)
    app.connect("env-check-consistency", check_coverage)
    app.connect("missing-reference", resolve)
    app.connect("html-page-context", filter_script)
    app.connect("build-finished", publish, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
