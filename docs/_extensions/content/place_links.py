"""Links to the places on pages that claims name."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

from _extensions import stages
from _extensions.content import pending_links


def link_to_place(env: BuildEnvironment, page: str, text: str) -> nodes.Node:
    """Lead to a page, and on it to the place after ``#``, once all pages are known."""
    return pending_links.link_to(env, page, nodes.inline("", text), role="claim-page", domain="")


def resolve(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Element
) -> nodes.reference | None:
    """Turn what :func:`link_to_place` left into a link."""
    if node["reftype"] != "claim-page":
        return None
    name, _, place = node["reftarget"].partition("#")
    return make_refnode(app.builder, node["refdoc"], name, place or None, content) if name in env.found_docs else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Run where Sphinx knows no target of a link."""
    stages.listen(app, stages.Stage.REFERENCE_RESOLVED, resolve)
    return stages.SAFE
