"""The directive ``gallery-figure``: a figure of a script, on the script's page or in a chapter.

.. code-block:: md

   :::{gallery-figure} plot_figure_6
   :::

It shows the picture that suits the page's theme and the width of the screen, with a caption that
says what computed it, and from which commit.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions import stages
from _extensions.content import explorer_links, pending_links, pictures
from _extensions.gallery import figure_files, preview_cards
from _extensions.gallery.figure_descriptions import described

NOTHING = "(?!)"
"""A pattern that matches no script: the setting ``gallery_only`` where nothing is executed."""


class GalleryFigure(SphinxDirective):
    """Show a figure of a gallery script, in the version that suits the page's theme."""

    required_arguments = 1
    option_spec: ClassVar = {"number": directives.positive_int, "name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Build a figure node with two images and a caption."""
        script, number = self.arguments[0], self.options.get("number", 1)
        source = next((Path(self.env.srcdir) / "auto_gallery").rglob(f"{script}.py"), None)
        if source is None:
            raise self.error(f"the gallery has no script {script}.py; give the name of one without its ending.")
        light = source.parent / "images" / f"sphx_glr_{script}_{number:03}.svg"
        if light.exists() or self.config.gallery_only != NOTHING:
            # A page with a missing dependency is read again by each build.
            self.env.note_dependency(str(light))
            self.env.note_dependency(str(light.with_suffix(".json")))
        if light.exists():
            return [self._figure(source, light)]
        if self.config.gallery_only:
            text = f"This is a partial build, in which {source.name} was not executed: its figure is missing here."
            return [nodes.note("", nodes.paragraph("", text))]
        raise self.error(f"{source.name} has drawn no such figure; the log of its execution says why.")

    def _figure(self, source: Path, light: Path) -> nodes.figure:
        description = described(light)
        figure = nodes.figure("", classes=["gallery-figure"], script=source.stem)
        images = nodes.container("", classes=["gallery-images"])
        # page_head reads it, for link previews.
        card = preview_cards.card(light).relative_to(self.env.srcdir).as_posix()
        drawn = figure_files.of(light)
        for wide, narrow, theme in (
            (drawn.light, drawn.narrow, "only-light"),
            (drawn.dark, drawn.narrow_dark, "only-dark"),
        ):
            image = nodes.image(uri=self._address(wide), alt=description["finding"], classes=[theme], card=card)
            # Pages that are built without executing anything may show a figure of an older build.
            sources = [pictures.source(narrow, self._address(narrow))] if narrow.exists() else []
            images += pictures.picture("", *sources, image)
        figure += images
        caption = nodes.caption("", "", nodes.strong("", f"{description['item']}, recomputed."))
        *most, last = description["versions"]
        caption += nodes.Text(f" {' and '.join(filter(None, (', '.join(most), last)))}; drawn by ")
        caption += self._link(source.name, description["page"])
        caption += nodes.Text(f", commit {description['commit']}. ")
        data = light.with_name(description["data"])
        target = self._address(data)
        kilobytes = max(1, round(data.stat().st_size / 1000))
        size = f"{kilobytes} kB" if kilobytes < 1000 else f"{kilobytes / 1000:.1f} MB"
        caption += addnodes.download_reference("", "", nodes.inline("", f"Data (CSV, {size})"), reftarget=target)
        if source.stem in explorer_links.PRESETS:
            caption += nodes.Text(", ")
            caption += explorer_links.link(self.env.app, self.env.docname, source.stem, "open in the explorer")
        caption += nodes.Text(".")
        figure += caption
        self.add_name(figure)
        return figure

    def _address(self, path: Path) -> str:
        """Name a file as Sphinx does, from the folder of the pages on."""
        return f"/{path.relative_to(self.env.srcdir).as_posix()}"

    def _link(self, name: str, page: str) -> nodes.Node:
        """Name the script, and lead to its page from every other one."""
        shown = nodes.literal("", name)
        return shown if page == self.env.docname else pending_links.link_to(self.env, f"/{page}", shown)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("gallery-figure", GalleryFigure)
    return stages.SAFE
