"""Mend the HTML that assistive technology stumbles over."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages
from _extensions.page import rendered_pages

# The theme's button that shows the pages below another has a picture and no text.
_FOLD = re.compile(
    r"(?P<link>>(?P<title>[^<>]+)</a>\s*<details\b[^>]*>\s*)<summary>(?=\s*<span class=\"toctree-toggle\")"
)
# The theme gives the links of its bar no name, and repeats them in the menu of small screens.
_NAMELESS = re.compile(r"<nav>(?=\s*<ul class=\"bd-navbar-elements)")
_NAMES = ("Site", "Site, in the menu")
_UNEVEN_LIST = re.compile(r"</li>\s*<ul>(?P<items>.*?)</ul>", re.DOTALL)
_TOOLTIP = re.compile(r'(<div class="sphx-glr-thumbcontainer") tooltip="[^"]*"')


def mend(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Correct the body of a page before it goes into its template."""
    body = context.get("body")
    if not body:
        return
    # docutils marks a citation with a role that ARIA has withdrawn and that may not stand inside a
    # list.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    # sphinx-gallery writes an attribute that HTML does not have; the same text stands in the
    # caption.
    context["body"] = _TOOLTIP.sub(r"\1", body)
    if pagename == "_modules/index":
        # The list of modules has lists of their parts between its items; those belong into items.
        context["body"] = _UNEVEN_LIST.sub(r"<li><ul>\g<items></ul></li></li>", context["body"])


def name_parts(app: Sphinx, pagename: str, page: rendered_pages.Rendered) -> None:
    """Say what the buttons of the sidebar unfold, and what the bar at the top is."""
    names = iter(_NAMES)
    page.html = _NAMELESS.sub(lambda _: f'<nav aria-label="{next(names)}">', page.html)
    page.html = _FOLD.sub(r'\g<link><summary aria-label="Pages of: \g<title>">', page.html)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is about to be rendered, and when it is."""
    app.setup_extension("_extensions.page.rendered_pages")
    stages.listen(app, stages.Stage.PAGE_PREPARED, mend)
    stages.listen(app, stages.Stage.PAGE_CORRECTED, name_parts)
    return stages.SAFE
