"""Each page as plain text beside it.

The text is made from the document that has just become the HTML page, so it has the same numbers,
in the same build. Formulas stand in it as TeX, figures as the finding that their alternative text
gives, tabs one after the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.text import TextBuilder
from sphinx.writers.text import TextTranslator

from _extensions import files, stages


def name(pagename: str) -> str:
    """Return the name of the text version of a page."""
    return f"{pagename}.txt"


class Translator(TextTranslator):
    """Sphinx's own text, with what this site's pages consist of."""

    def visit_image(self, node: nodes.image) -> None:
        """Give the finding of a figure, once for its light and dark version."""
        if "only-dark" not in node["classes"] and node.get("alt"):
            self.new_state(0)
            self.add_text(f"[Figure: {node['alt']}]")
            self.end_state()
        raise nodes.SkipNode

    def visit_math(self, node: nodes.math) -> None:
        """Write TeX between dollars."""
        self.add_text(f"${node.astext()}$")
        raise nodes.SkipNode

    def visit_math_block(self, node: nodes.math_block) -> None:
        """Write TeX as it was typed, and the number of the equation."""
        self.new_state(0)
        number = f"    ({node['number']})" if node.get("number") else ""
        self.add_text(f"$$\n{node.astext().strip()}\n$${number}")
        self.end_state(wrap=False)
        raise nodes.SkipNode

    def visit_reference(self, node: nodes.reference) -> None:
        """Give the link of a card a paragraph of its own."""
        if "sd-stretched-link" in node["classes"]:
            self.new_state(0)
            self.add_text(f"See: {node.astext()}")
            self.end_state()
            raise nodes.SkipNode

    def depart_reference(self, node: nodes.reference) -> None:
        """Give addresses outside of this site, but not those of every type in a signature."""
        address = node.get("refuri", "")
        if address.startswith(("http://", "https://")) and "reftitle" not in node and address != node.astext():
            self.add_text(f" <{address}>")

    def visit_title(self, node: nodes.title) -> None:
        """Leave out the name of a note, which :class:`TextTranslator` writes by itself."""
        if isinstance(node.parent, nodes.Admonition) and not isinstance(node.parent, nodes.admonition):
            raise nodes.SkipNode
        super().visit_title(node)

    def visit_note(self, node: nodes.note) -> None:
        """Leave out the way to the downloads, which begins each page of the gallery."""
        if "sphx-glr-download-link-note" in node["classes"]:
            raise nodes.SkipNode
        super().visit_note(node)

    def visit_inline(self, node: nodes.inline) -> None:
        """Leave out the links to listings."""
        if "viewcode-link" in node["classes"]:
            raise nodes.SkipNode
        super().visit_inline(node)

    def visit_code_links_block(self, node: nodes.Element) -> None:
        """Write code with links to the reference as code."""
        self.visit_literal_block(node)

    def depart_code_links_block(self, node: nodes.Element) -> None:
        """End it."""
        self.depart_literal_block(node)

    def visit_sd_tab_input(self, node: nodes.Element) -> None:
        """Leave out the switch of a tab."""
        raise nodes.SkipNode

    def visit_sd_tab_label(self, node: nodes.Element) -> None:
        """Write the name of a tab in front of what it shows."""
        self._title(node)

    def visit_dropdown_main(self, node: nodes.Element) -> None:
        """Show what a page folds away."""

    def depart_dropdown_main(self, node: nodes.Element) -> None:
        """Close nothing."""

    def visit_dropdown_title(self, node: nodes.Element) -> None:
        """Write the title of what a page folds away."""
        self._title(node)

    def visit_container(self, node: nodes.container) -> None:
        """Write a table that a script has printed as it was printed."""
        if "plain" not in node:
            return
        self.new_state()
        self.add_text(node["plain"])
        self.end_state(wrap=False)
        raise nodes.SkipNode

    def depart_container(self, node: nodes.container) -> None:
        """Go out again."""

    def unknown_visit(self, node: nodes.Element) -> None:
        """Go into what an extension wraps around text."""

    def unknown_departure(self, node: nodes.Element) -> None:
        """Go out again."""

    def _title(self, node: nodes.Element) -> NoReturn:
        # The button that unfolds is a picture of a few hundred characters.
        words = (text for text in node.findall(nodes.Text) if not isinstance(text.parent, nodes.raw))
        self.new_state(0)
        self.add_text(f"**{''.join(words).strip()}**")
        self.end_state()
        raise nodes.SkipNode

    def visit_table(self, node: nodes.table) -> None:
        """Write the rows of the ledger one after the other: its cells are too long for columns."""
        if "ledger" not in node["classes"]:
            super().visit_table(node)
            return
        for row in node.findall(nodes.row):
            if isinstance(row.parent, nodes.tbody):
                self._claim(row)
        raise nodes.SkipNode

    def _claim(self, row: nodes.row) -> None:
        self.new_state(0)
        for title, entry in zip(("", "Measured: ", "Verdict: "), row.findall(nodes.entry), strict=True):
            texts = [" ".join(paragraph.astext().split()) for paragraph in entry.findall(nodes.paragraph)]
            self.add_text(f"{title}{' | '.join(texts)}{self.nl}")
        self.end_state(wrap=False)


class _Builder(TextBuilder):
    """What the translator asks a builder for; it writes nothing."""

    default_translator_class = Translator


def to_text(app: Sphinx, pagename: str, doctree: nodes.document) -> str:
    """Translate a resolved document."""
    builder = getattr(app, "text_pages_builder", None)
    if builder is None:
        builder = app.text_pages_builder = _Builder(app, app.env)
        builder.init()
    builder.current_docname = pagename
    builder.secnumbers = app.env.toc_secnumbers.get(pagename, {})
    translator = builder.create_translator(doctree, builder)
    doctree.walkabout(translator)
    return translator.body.strip() + "\n"


def write(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Write the text of a page."""
    if doctree is not None:
        files.write_if_changed(Path(app.outdir, name(pagename)), to_text(app, pagename, doctree))


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is about to be rendered."""
    stages.listen(app, stages.Stage.PAGE_PREPARED, write)
    return stages.SAFE
