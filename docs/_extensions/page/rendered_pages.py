"""An event between the rendering of a page and its writing: ``page-rendered``.

Sphinx has no such event. Listeners get the name of the page and a :class:`Rendered`, whose text
they may replace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sphinx.application import Sphinx

from _extensions import stages


@dataclass
class Rendered:
    """A page as it is going to be written."""

    html: str


def announce(app: Sphinx) -> None:
    """Look at what leaves the templates of this build."""
    if app.builder.format != "html":
        return
    templates = app.builder.templates
    render = templates.render

    def render_and_tell(template: str, context: dict[str, Any]) -> str:
        page = Rendered(render(template, context))
        app.emit("page-rendered", context.get("pagename", ""), page)
        return page.html

    templates.render = render_and_tell


def setup(app: Sphinx) -> dict[str, bool]:
    """Wait until the builder has its templates."""
    app.add_event("page-rendered")
    stages.listen(app, stages.Stage.TEMPLATES_WRAPPED, announce)
    return stages.SAFE
