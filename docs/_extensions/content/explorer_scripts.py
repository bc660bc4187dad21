"""The scripts that the page of the explorer loads.

Its arithmetic is in ``_static/explorer``. The libraries beside it come from npm, unchanged and with
their licences: uPlot 1.6.32 draws, acorn 8.19.0 parses.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from _extensions import stages
from _extensions.content.explorer_links import PAGE

_STYLES = ("uplot/uPlot.min.css", "explorer/explorer.css")
_LIBRARIES = ("uplot/uPlot.iife.min.js", "acorn/acorn.js")
_PAPER = ("balls", "elementary", "bits", "tape", "programs", "plot", "address", "explorer")
_READERS = ("operations", "program", "series", "reader", "judge", "code", "own_page")


def scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the scripts on the page of the explorer."""
    if pagename == PAGE:
        for style in _STYLES:
            app.add_css_file(style)
        for path in (*_LIBRARIES, *(f"explorer/{name}.js" for name in (*_PAPER, *_READERS))):
            app.add_js_file(path, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when the page is about to be written."""
    stages.listen(app, stages.Stage.PAGE_PREPARED, scripts)
    return stages.SAFE
