"""Links that Sphinx resolves once all pages are known."""

from __future__ import annotations

from types import SimpleNamespace

from _extensions.content import pending_links
from docutils import nodes


def test_a_link_says_where_it_stands_and_leads():
    link = pending_links.link_to(SimpleNamespace(docname="a/b"), "/guide/build", nodes.inline("", "text"))
    assert (link["refdoc"], link["reftype"], link["reftarget"]) == ("a/b", "doc", "/guide/build")
    assert link["refwarn"]
