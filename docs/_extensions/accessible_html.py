"""Mend what Sphinx and its extensions write into pages and assistive technology stumbles over."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_TOOLTIP = re.compile(r'(<div class="sphx-glr-thumbcontainer") tooltip="[^"]*"')


def mend(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Correct the body of a page before it goes into its template."""
    body = context.get("body")
    if not body:
        return
    # docutils marks a citation with a role that ARIA has withdrawn and that may not stand inside a list.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    # sphinx-gallery writes an attribute that HTML does not have; the same text stands in the caption.
    context["body"] = _TOOLTIP.sub(r"\1", body)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is about to be written."""
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
