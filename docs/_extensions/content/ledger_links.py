"""The rows of the ledger that a page of the gallery is about, at its end."""

from __future__ import annotations

import re

from docutils import nodes
from removable.claims.ledger import Claim, load
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions import folders, stages
from _extensions.content import pending_links
from _extensions.content.place_links import link_to_place
from _extensions.execute import claims_aside

_CLAIMS = folders.ROOT / "tutorial_src" / "removable" / "claims" / "claims.toml"

_COMPANIONS = {
    "plot_figure_6": "plot_order_of_two_lines",
    "plot_figure_7": "plot_order_for_h1",
    "plot_remark_2_1": "plot_more_nans",
}
"""Pages that go on with what another one begins: its readers look for their rows, too."""

_ITEM = re.compile(r"plot_(figure|remark)_([\d_]+)")


def rows_of(script: str) -> list[Claim]:
    """Return the claims that lead to a script, and those about its figure or remark.

    >>> [claim.id for claim in rows_of("plot_figure_6")][-2:]
    ['two-minus-alpha', 'identical-slopes-of-h']
    """
    pages = {script, _COMPANIONS.get(script)}
    item = _ITEM.fullmatch(script)
    number = item and re.compile(rf"{item[1]}s? (?:[\d.]+ and )?{item[2].replace('_', '[.]')}(?![\d.])", re.IGNORECASE)
    return [
        claim
        for claim in load()
        if claim.page.partition("#")[0].rpartition("/")[2] in pages or (number and number.search(claim.place))
    ]


class LedgerRows(SphinxDirective):
    """Link the rows of a script: ``ledger-rows:: plot_figure_6``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build a list of links; nothing where the ledger has no row."""
        self.env.note_dependency(str(_CLAIMS))
        entries = [
            nodes.list_item(
                "",
                nodes.paragraph(
                    "",
                    "",
                    link_to_place(self.env, f"{claims_aside.run.page}#claim-{claim.id}", claim.statement),
                    nodes.Text(f" {claim.place}: {claim.verdict}."),
                ),
            )
            for claim in rows_of(self.arguments[0])
        ]
        if not entries:
            return []
        ledger = pending_links.link_to(self.env, f"/{claims_aside.run.page}", nodes.inline("", "the ledger"))
        lead = nodes.paragraph("", "", nodes.Text("In "), ledger, nodes.Text(", tested in this build:"))
        return [nodes.container("", lead, nodes.bullet_list("", *entries), classes=["ledger-rows"])]


def append(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the rows at the end of a page."""
    name = docname.rpartition("/")[2]
    if docname.startswith("auto_gallery/") and name.startswith("plot_"):
        source[0] = f"{source[0].rstrip()}\n\n.. ledger-rows:: {name}\n"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and use it as a page is read."""
    app.add_directive("ledger-rows", LedgerRows)
    stages.listen(app, stages.Stage.SOURCE_READ, append)
    return stages.SAFE
