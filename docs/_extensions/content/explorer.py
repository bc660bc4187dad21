"""The explorer: scripts of its page, links that open a figure in it, how often it agrees.

The arithmetic is in ``_static/explorer``. ``tests/site/test_explorer.py`` compares it with the
frameworks and records the count in ``compared.json`` there, which the page shows. The libraries
beside it come from npm, unchanged and with their licences: uPlot 1.6.32 draws, decimal.js 10.6.0
has the digits, acorn 8.19.0 parses.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from _extensions import folders, stages

PAGE = "explorer"
COMPARED = folders.ROOT / "docs" / "_static" / "explorer" / "compared.json"
_STYLES = ("uplot/uPlot.min.css", "explorer/explorer.css")
_LIBRARIES = ("uplot/uPlot.iife.min.js", "decimal/decimal.js", "acorn/acorn.js")
_OWN = ("exact", "tape", "programs", "plot", "address", "explorer", "pairs", "reader", "judge", "own_page")

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
"""What its form holds for each figure; other fields keep the values with which the page begins."""


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


class Compared(SphinxRole):
    """Say what the last comparison with the frameworks found."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Build one sentence from the record."""
        self.env.note_dependency(str(COMPARED))
        compared = json.loads(COMPARED.read_text(encoding="utf-8"))
        *most, last = (f"{name} {version}" for name, version in compared["versions"].items())
        text = (
            f"The script of this page does not resemble the frameworks, it repeats them: in {compared['settings']} settings, "
            f"{compared['numbers']:,} values and slopes were compared with those of {', '.join(most)} and {last}, and "
            f"{compared['differ'] or 'not one'} differs in any bit."
        )
        return [nodes.Text(text)], []


def scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the scripts on the page of the explorer."""
    if pagename == PAGE:
        for style in _STYLES:
            app.add_css_file(style)
        for path in (*_LIBRARIES, *(f"explorer/{name}.js" for name in _OWN)):
            app.add_js_file(path, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what the page and the figures use."""
    app.add_directive("explorer-presets", Presets)
    app.add_role("explorer-compared", Compared())
    stages.listen(app, stages.Stage.PAGE_PREPARED, scripts)
    return stages.SAFE
