"""Links that Sphinx resolves once all pages are known."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment


def link_to(
    env: BuildEnvironment, target: str, shown: nodes.Node, *, role: str = "doc", domain: str = "std"
) -> addnodes.pending_xref:
    """Return a link that Sphinx resolves once all pages are known.

    Parameters
    ----------
    env : BuildEnvironment
        Environment that reads the page on which the link stands.
    target : str
        What the role of the domain leads to: ``"/guide/build"`` for a page.
    shown : Node
        What a reader sees.
    role, domain : str
        Role as it would stand in the text of a page, and its domain; an empty domain for roles of
        our own.
    """
    return addnodes.pending_xref(
        "",
        shown,
        refdoc=env.docname,
        refdomain=domain,
        reftype=role,
        reftarget=target,
        refexplicit=True,
        refwarn=True,
    )
