"""The ledger on its page: a table of what does not simply hold, and then one of what holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from removable.claims.evidence import HOLDS, NOT_TESTABLE, VERDICTS
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from _extensions import files, stages
from _extensions.content import tables
from _extensions.content.ledger_row import row_of
from _extensions.execute import claims_aside

PARTS = (
    # A reader comes for the exceptions. The worst are first: VERDICTS has the best first.
    ("What does not simply hold", [v for v in reversed(VERDICTS) if v not in (HOLDS, NOT_TESTABLE)]),
    ("What holds", [HOLDS]),
    ("What cannot be tested", [NOT_TESTABLE]),
)
"""The parts of the ledger, each with the verdicts in it, in order."""


def parts(claims: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the title of each part that has claims, with its claims in order.

    >>> for title, several in parts([{"found": "holds"}, {"found": "holds under a condition"}]):
    ...     print(title, several)
    What does not simply hold [{'found': 'holds under a condition'}]
    What holds [{'found': 'holds'}]
    """
    for title, verdicts in PARTS:
        if several := sorted((c for c in claims if c["found"] in verdicts), key=lambda c: verdicts.index(c["found"])):
            yield title, several


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the pages that show claims, when the claims have been evaluated anew."""
    now, before = claims_aside.key(), getattr(env, "ledger_key", None)
    if not app.config.gallery_only:
        env.ledger_key = now
    return {claims_aside.run.page, "paper/index"} & env.found_docs if now != before else set()


class Ledger(SphinxDirective):
    """Show the counts, what the claims were measured on, and a table for each part."""

    def run(self) -> list[nodes.Node]:
        """Build the sections."""
        recorded = claims_aside.run.recorded(self.env.app)
        if recorded is None:
            text = "This is a partial build, in which the claims were not evaluated."
            return [nodes.note("", nodes.paragraph("", text))]
        claims = recorded["claims"]
        counts = ", ".join(f"{v} {sum(c['found'] == v for c in claims)}" for v in VERDICTS)
        versions = ", ".join(f"{name} {version}" for name, version in recorded["versions"].items())
        features = ", ".join(recorded["cpu_features"])
        return [
            nodes.paragraph("", f"{len(claims)} claims, by verdict: {counts}."),
            nodes.paragraph("", f"Measured with {versions}, on a processor with {features}."),
            *(self._part(title, several) for title, several in parts(claims)),
        ]

    def _part(self, title: str, claims: list[dict[str, Any]]) -> nodes.section:
        section = nodes.section("", nodes.title("", title), names=[nodes.fully_normalize_name(title)])
        self.state.document.note_implicit_target(section, section)
        rows = [row_of(self.env, claim) for claim in claims]
        section += tables.table(("Claim", "Measured", "Verdict"), (38, 42, 20), rows, "ledger")
        return section


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Put the record beside the page."""
    if stages.is_site(app, exception) and (recorded := claims_aside.run.recorded(app)) is not None:
        text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
        files.write_if_changed(Path(app.outdir, "paper", "claims.json"), text)


def filter_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the filter on the page that has the table."""
    if pagename == claims_aside.run.page:
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("ledger", Ledger)
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    stages.listen(app, stages.Stage.PAGE_PREPARED, filter_script)
    stages.listen(app, stages.Stage.RECORDS_PUBLISHED, publish)
    return stages.SAFE
