"""Links that open a figure of the paper in the explorer."""

from __future__ import annotations

from urllib.parse import urlencode

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions import stages

PAGE = "explorer"

# The sliders of epsilon and delta have three steps to a decade: -24 is 1e-8, -12 is 1e-4.
_H1 = {"f": "h1", "epsilon": -24, "delta": -12}
_H2 = {"f": "h2", "epsilon": -12}
PRESETS: dict[str, dict[str, str | int]] = {
    "plot_figure_1": {"f": "h"},
    "plot_figure_2": {"f": "h", "minus": 1},
    "plot_figure_3": _H1,
    "plot_figure_4": {**_H1, "minus": 1},
    "plot_figure_5": _H2,
    "plot_figure_6": {"f": "h"},
    "plot_figure_7": _H1,
    "plot_figure_8": _H2,
}
"""What the form of the explorer holds for each figure.

Other fields keep the values with which the page begins.
"""


def state(script: str) -> str:
    """Return the fragment of the address that opens a figure.

    >>> state("plot_figure_4")
    'tab=paper&f=h1&epsilon=-24&delta=-12&minus=1'
    """
    return urlencode({"tab": "paper", **PRESETS[script]})


def link(app: Sphinx, docname: str, script: str, text: str) -> nodes.reference:
    """Return a link from a page to the explorer, set as a figure is."""
    page = app.builder.get_relative_uri(docname, PAGE) if app.builder.format == "html" and docname != PAGE else ""
    return nodes.reference("", text, internal=True, refuri=f"{page}#{state(script)}")


class Presets(SphinxDirective):
    """Links that set the form as each figure of the paper is."""

    def run(self) -> list[nodes.Node]:
        """Build one paragraph."""
        paragraph = nodes.paragraph("", "Set it as in ")
        for place, script in enumerate(PRESETS):
            paragraph += nodes.Text(", " if place else "")
            paragraph += link(self.env.app, self.env.docname, script, f"Figure {script.rpartition('_')[2]}")
        paragraph += nodes.Text(".")
        return [paragraph]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("explorer-presets", Presets)
    return stages.SAFE
