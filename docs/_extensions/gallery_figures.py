"""Figures of the gallery: light and dark SVG, alt text with the finding, a caption that says where it comes from.

:func:`scrape` saves each figure of a script together with a small JSON file that describes it. The directive
``gallery-figure`` shows one, on the script's own page and, by reference, in a chapter:

.. code-block:: md

   :::{gallery-figure} plot_figure_6
   :::
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_SVG = {"svg.hashsalt": "removable", "svg.fonttype": "path"}
_DOTS_PER_INCH = 200  # of the rasterised markers inside the SVG: sharp on a screen of twice the density


class UndescribedFigureError(RuntimeError):
    """A script leaves a figure open without saying what it shows."""


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the open figures of a script, light and dark; sphinx-gallery calls this as an image scraper."""
    # Not at the top: a build in which nothing has changed draws nothing.
    import matplotlib.pyplot as plt
    from removable import plots

    parts = []
    for number, path in zip(plt.get_fignums(), block_vars["image_path_iterator"], strict=False):
        fig = plt.figure(number)
        told = plots.description(fig)
        if told is None:
            plt.close("all")
            raise UndescribedFigureError(f"{Path(block_vars['src_file']).name}: call plots.describe() on every figure.")
        light = Path(path).with_suffix(".svg")
        with plt.rc_context(_SVG):
            _save(fig, light)
            fig.set_layout_engine("none")  # the dark version has the same layout; finding it takes as long as drawing
            plots.recolour(fig, plots.LIGHT, plots.DARK)
            _save(fig, light.with_stem(f"{light.stem}_dark"))
        _write(light.with_suffix(".json"), json.dumps(asdict(told), indent=1, ensure_ascii=False) + "\n")
        script, _, index = light.stem.removeprefix("sphx_glr_").rpartition("_")
        parts.append(f"\n.. gallery-figure:: {script}\n   :number: {int(index)}\n\n")
    plt.close("all")
    return "".join(parts)


def _save(fig: Any, path: Path) -> None:
    new = path.with_suffix(".new")
    fig.savefig(new, format="svg", dpi=_DOTS_PER_INCH, metadata={"Date": None})
    _write(path, new.read_text(encoding="utf-8"))
    new.unlink()


def _write(path: Path, text: str) -> None:
    """Write a file whose content changes, and leave it alone otherwise, so that Sphinx does not read its page again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


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
        self.env.note_dependency(str(light))
        if light.exists():
            return [self._figure(source, light)]
        if self.config.gallery_only:
            text = f"This is a partial build, in which {source.name} was not executed: its figure is missing here."
            return [nodes.note("", nodes.paragraph("", text))]
        raise self.error(f"{source.name} has drawn no such figure; the log of its execution says why.")

    def _figure(self, source: Path, light: Path) -> nodes.figure:
        told = json.loads(light.with_suffix(".json").read_text(encoding="utf-8"))
        figure = nodes.figure("", classes=["gallery-figure"], script=source.stem)
        images = nodes.container("", classes=["gallery-images"])
        for path, theme in ((light, "only-light"), (light.with_stem(f"{light.stem}_dark"), "only-dark")):
            uri = f"/{path.relative_to(self.env.srcdir).as_posix()}"
            images += nodes.image(uri=uri, alt=told["finding"], classes=[theme])
        figure += images
        caption = nodes.caption("", "", nodes.strong("", f"{told['item']}, recomputed."))
        caption += nodes.Text(f" {' and '.join(told['versions'])}; drawn by ")
        caption += self._link(source)
        figure += caption
        self.add_name(figure)
        return figure

    def _link(self, source: Path) -> nodes.Node:
        """Name the script, and lead to its page from every other one."""
        page = source.relative_to(self.env.srcdir).with_suffix("").as_posix()
        name = nodes.literal("", source.name)
        if page == self.env.docname:
            return name
        return addnodes.pending_xref(
            "",
            name,
            refdoc=self.env.docname,
            refdomain="std",
            reftype="doc",
            reftarget=f"/{page}",
            refexplicit=True,
            refwarn=True,
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and the setting that says which script alone is executed in a partial build."""
    app.add_config_value("gallery_only", "", "", (str,))
    app.add_directive("gallery-figure", GalleryFigure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
