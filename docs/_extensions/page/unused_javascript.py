"""Leave out the scripts that pages load without using them.

The theme loads the search index on every page, for results while one types, which this site does
not show; and a script that draws icons other than those of its font, of which the site has none.
That script also writes a style element, which the pages' Content-Security-Policy forbids.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from _extensions import stages
from _extensions.page import rendered_pages

_ICON_SCRIPT = re.compile(r'\s*<script\b[^>]*\bsrc="[^"]*/fontawesome\.js[^"]*"[^>]*></script>')
_SEARCH = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>')


def lighten(app: Sphinx, pagename: str, page: rendered_pages.Rendered) -> None:
    """Drop the scripts."""
    page.html = _ICON_SCRIPT.sub("", page.html)
    if pagename != "search":
        page.html = _SEARCH.sub("", page.html)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is rendered."""
    app.setup_extension("_extensions.page.rendered_pages")
    stages.listen(app, stages.Stage.PAGE_CORRECTED, lighten)
    return stages.SAFE
