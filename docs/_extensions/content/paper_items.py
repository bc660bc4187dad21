"""The list of the paper's figures, equations and remarks, each with the page that shows it."""

from __future__ import annotations

from docutils import nodes
from removable.claims.ledger import load
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions import stages
from _extensions.content.place_links import link_to_place


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


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("paper-items", PaperItems)
    return stages.SAFE
