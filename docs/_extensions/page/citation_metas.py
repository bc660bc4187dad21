"""What reference managers read in a page: the paper on the page about it, this site elsewhere."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages
from _extensions.content import citations

PAPER = "paper/index"
"""The page that is about the paper as a whole."""


def of_paper(paper: dict[str, Any]) -> list[tuple[str, str]]:
    """Return names and contents of the elements for a paper, as ``CITATION.cff`` describes it."""
    return [
        ("citation_title", paper["title"]),
        *(("citation_author", citations.author(person)) for person in paper["authors"]),
        ("citation_publication_date", str(paper["year"])),
        ("citation_arxiv_id", citations.arxiv(paper)),
        ("citation_abstract_html_url", paper["url"]),
    ]


def of_site(cff: dict[str, Any]) -> list[tuple[str, str]]:
    """Return those for this site, which has a version in place of a date."""
    authors = (("citation_author", citations.author(person)) for person in cff["authors"])
    return [("citation_title", cff["title"]), *authors, ("citation_version", str(cff["version"]))]


def add(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Put the elements into the head of a page with text of its own."""
    if doctree is None:
        return
    cff = citations.load()
    entries = of_paper(cff["references"][0]) if pagename == PAPER else of_site(cff)
    html = "".join(f'\n    <meta name="{name}" content="{escape(content)}" />' for name, content in entries)
    context["metatags"] = context.get("metatags", "") + html


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is about to be rendered; other citations are other pages."""
    app.add_config_value("citation_entries", citations.entries(), "html", (str,))
    stages.listen(app, stages.Stage.PAGE_PREPARED, add)
    return stages.SAFE
