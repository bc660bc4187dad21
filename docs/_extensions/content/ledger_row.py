"""The wording of a row of the ledger.

Statements, readings and remarks of claims come from ``claims.toml``, and what was measured from the
checks in ``removable.claims.section_*``; the words around them are written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment

from _extensions.content import pending_links
from _extensions.content.place_links import link_to_place
from _extensions.execute import framework_versions

_TITLES = {**framework_versions.TITLES, "exact": "Exact"}


def row_of(env: BuildEnvironment, claim: dict[str, Any]) -> nodes.row:
    """Build the row of one claim."""
    verdict = claim["found"].replace(" ", "-")
    row = nodes.row(classes=[f"verdict-{verdict}", f"kind-{claim['kind']}"], ids=[f"claim-{claim['id']}"])
    claimed = nodes.entry("", nodes.paragraph("", "", nodes.strong("", claim["place"]), classes=["place"]))
    claimed += nodes.paragraph("", claim["statement"])
    if claim["reading"]:
        claimed += nodes.paragraph("", "", nodes.emphasis("", "Read as: "), nodes.Text(claim["reading"]))
    measured = nodes.entry()
    for title, text in _merged(claim["measured"], computed=claim["exact_is_computed"]):
        measured += nodes.paragraph("", "", nodes.strong("", f"{title}: "), nodes.Text(text))
    words = f"{claim['found']}: {claim['condition']}" if claim["condition"] else claim["found"]
    judged = nodes.entry("", nodes.paragraph("", words, classes=["verdict"]))
    if claim["remark"]:
        judged += nodes.paragraph("", claim["remark"])
    leads = nodes.paragraph("", "", link_to_place(env, claim["page"], _called(claim["page"])))
    if claim["check"]:
        leads += [nodes.Text(" · "), _to_function(env, claim["check"])]
    judged += leads
    row += [claimed, measured, judged]
    return row


def _merged(measured: dict[str, str], *, computed: bool) -> Iterator[tuple[str, str]]:
    """Say once what both frameworks have in common, and whether the exact value was computed."""
    cells = dict(measured)
    if cells and cells.get("torch") == cells.get("tensorflow"):
        yield "PyTorch and TensorFlow", cells.pop("torch")
        del cells["tensorflow"]
    for name, text in cells.items():
        yield ("By definition" if name == "exact" and not computed else _TITLES[name]), text


def _called(page: str) -> str:
    """Name a page and the place on it, so that two links with one text lead to one place."""
    name, _, place = page.partition("#")
    return name.rpartition("/")[2] + (f", {place.removeprefix('equation-').replace('-', ' ')}" if place else "")


def _to_function(env: BuildEnvironment, check: str) -> nodes.Node:
    return pending_links.link_to(env, f"removable.claims.{check}", nodes.literal("", check), role="func", domain="py")
