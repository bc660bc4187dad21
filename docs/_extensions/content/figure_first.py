"""The figure of a gallery page before its code: readers see first what the code shows.

The script draws it after what it computes. There a line leads back to the figure.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages

PLACE = "figure"
"""The name of the place of the figure on its page."""


def move_up(app: Sphinx, doctree: nodes.document) -> None:
    """Move the first figure of a gallery page up, in front of its first code or section."""
    if not app.env.docname.startswith("auto_gallery/"):
        return
    figure = next((node for node in doctree.findall(nodes.figure) if "gallery-figure" in node["classes"]), None)
    page = next(iter(doctree.findall(nodes.section)), None)
    if figure is None or page is None:
        return
    behind = next((node for node in page.children if _is_after_the_introduction(node)), None)
    if behind is None or behind is figure:
        return
    back = nodes.reference("", "the figure at the top of this page", refid=PLACE, internal=True)
    figure.replace_self(nodes.paragraph("", "", nodes.Text("This draws "), back, nodes.Text(".")))
    figure["ids"].append(PLACE)
    page.insert(page.index(behind), figure)


def _is_after_the_introduction(node: nodes.Node) -> bool:
    return isinstance(node, nodes.section | nodes.literal_block | nodes.figure)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page has been read."""
    stages.listen(app, stages.Stage.DOCTREE_READ, move_up)
    return stages.SAFE
