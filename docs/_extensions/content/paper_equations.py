"""Equations with the paper's numbers: ``eq-10a`` makes an equation number (10a), on any page."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages

_PREFIX = "eq-"


def number_as_in_the_paper(app: Sphinx, doctree: nodes.document) -> None:
    """Replace the serial numbers that Sphinx has given out."""
    equations = app.env.domains.math_domain.equations
    for equation in doctree.findall(nodes.math_block):
        label = equation.get("label") or ""
        if label.startswith(_PREFIX):
            equation["number"] = label.removeprefix(_PREFIX)
            equations[label] = (app.env.docname, equation["number"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Run on every page once it is read."""
    stages.listen(app, stages.Stage.DOCTREE_READ, number_as_in_the_paper)
    return stages.SAFE
