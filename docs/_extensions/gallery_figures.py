"""Figures of the gallery: light and dark SVG, alt text with the finding, the data, a caption that says where it comes from.

:func:`scrape` saves each figure of a script together with its data and a small JSON file that describes it. :func:`name_commits`
then writes into pictures and description which commit the script comes from: that changes when a script is committed, without
the script being executed again. The directive
``gallery-figure`` shows one, on the script's own page and, by reference, in a chapter:

.. code-block:: md

   :::{gallery-figure} plot_figure_6
   :::
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import explorer
import provenance
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_SVG = {"svg.hashsalt": "removable", "svg.fonttype": "path"}
_DOTS_PER_INCH = 200  # of the rasterised markers inside the SVG: sharp on a screen of twice the density

_EMBEDDED = re.compile(r"(?P<head>data:image/png;base64,)(?P<data>[A-Za-z0-9+/=\s]+)")
NOTHING = "(?!)"
"""A pattern that matches no script: the setting ``gallery_only`` of a build that executes nothing."""

CARD_SIZE = 1200, 630  # pixels: what link previews show without cutting


class UndescribedFigureError(RuntimeError):
    """A script leaves a figure open without saying what it shows."""


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the open figures of a script, light and dark; sphinx-gallery calls this as an image scraper."""
    # Not at the top: a build in which nothing has changed draws nothing.
    import figure_data
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
        data = figure_data.table(fig)
        _write(data_file(light), data)
        metadata = _metadata(told, Path(block_vars["src_file"]))
        with plt.rc_context(_SVG):
            _save(fig, light, metadata)
            fig.set_layout_engine("none")  # all versions have the same layout; finding it takes as long as drawing
            _save_card(fig, light)
            plots.recolour(fig, plots.LIGHT, plots.DARK)
            _save(fig, light.with_stem(f"{light.stem}_dark"), metadata)
        digest = hashlib.sha256(data.encode()).hexdigest()
        _write_description(light, asdict(told) | {"data_sha256": digest, "commit": ""})
        script, _, index = light.stem.removeprefix("sphx_glr_").rpartition("_")
        parts.append(f"\n.. gallery-figure:: {script}\n   :number: {int(index)}\n\n")
    plt.close("all")
    return "".join(parts)


def _metadata(told: Any, script: Path) -> dict[str, str | list[str] | None]:
    """Say inside the picture what it is; a commit takes the place of the last entry once all scripts are done."""
    return {
        "Title": told.item,
        "Description": told.finding,
        "Keywords": list(told.versions),
        "Source": script.relative_to(provenance.ROOT).as_posix(),
        "Identifier": "commit ",
        "Date": None,
    }


def _save(fig: Any, path: Path, metadata: dict[str, Any]) -> None:
    new = path.with_suffix(".new")
    fig.savefig(new, format="svg", dpi=_DOTS_PER_INCH, metadata=metadata)
    _write(path, _EMBEDDED.sub(_repacked, new.read_text(encoding="utf-8")))
    new.unlink()


def _repacked(found: re.Match[str]) -> str:
    """Compress a picture inside an SVG better than matplotlib does: the same pixels in half the bytes."""
    import oxipng

    picture = oxipng.optimize_from_memory(base64.b64decode(found["data"]), level=2)
    return found["head"] + base64.b64encode(picture).decode()


def card(light: Path) -> Path:
    """Return where the PNG of a figure is, which link previews show; they know no SVG."""
    return light.with_name(f"{light.stem}_card.png")


def _save_card(fig: Any, light: Path) -> None:
    """Draw a figure in the middle of a card."""
    from PIL import Image

    drawn = io.BytesIO()
    dpi = min(size / inches for size, inches in zip(CARD_SIZE, fig.get_size_inches(), strict=True))
    fig.savefig(drawn, format="png", dpi=dpi, metadata={"Software": None})
    picture = Image.open(drawn).convert("RGB")
    whole = Image.new("RGB", CARD_SIZE, "white")
    whole.paste(picture, ((CARD_SIZE[0] - picture.width) // 2, (CARD_SIZE[1] - picture.height) // 2))
    whole.save(card(light), compress_level=1)  # :func:`name_commits` writes it again


def _write_description(light: Path, description: dict[str, Any]) -> None:
    _write(light.with_suffix(".json"), json.dumps(description, indent=1, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    """Write a file whose content changes, and leave it alone otherwise, so that Sphinx does not read its page again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def figures(gallery: Path) -> list[Path]:
    """Return the light version of every figure of the gallery."""
    return sorted(path.with_suffix(".svg") for path in gallery.rglob("images/sphx_glr_*.json"))


def data_file(light: Path) -> Path:
    """Name the data of a figure after its script, for that is what readers download: ``plot_x.csv``, ``plot_x_002.csv``."""
    return light.with_name(light.stem.removeprefix("sphx_glr_").removesuffix("_001") + ".csv")


def _describe_card(path: Path, described: dict[str, Any], source: str, commit: str) -> None:
    """Write into a PNG what the metadata of the SVG says."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    texts = {"Title": described["item"], "Description": described["finding"], "Source": source}
    for name, text in {**texts, "Software": ", ".join(described["versions"]), "Comment": f"commit {commit}"}.items():
        info.add_itxt(name, text)
    with Image.open(path) as picture:
        picture.load()
    picture.save(path, optimize=True, pnginfo=info)


def name_commits(app: Sphinx) -> None:
    """Write into each picture, and into its description, the commit that last changed its script."""
    if app.config.gallery_only == NOTHING:  # a build of the site would take a picture that it has not left for damaged
        return
    for light in figures(Path(app.srcdir, "auto_gallery")):
        described = json.loads(light.with_suffix(".json").read_text(encoding="utf-8"))
        dark = light.with_stem(f"{light.stem}_dark")
        (source,) = re.findall(r"<dc:source>(.*?)</dc:source>", light.read_text(encoding="utf-8"))
        commit = provenance.commit_of(provenance.ROOT / source)
        if described["commit"] == commit:
            continue
        for path in (light, dark):
            picture = path.read_text(encoding="utf-8")
            stamped = re.sub(r"(?<=<dc:identifier>commit )[^<]*", commit, picture)
            _write(path, stamped)
        if card(light).exists():
            _describe_card(card(light), described, source, commit)
        _write_description(light, described | {"commit": commit})  # last: a build that is killed before comes back here


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
        if self.config.gallery_only != NOTHING or light.exists():  # each build reads a page again that lacks a file
            self.env.note_dependency(str(light))
            self.env.note_dependency(str(light.with_suffix(".json")))
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
        *most, last = told["versions"]
        caption += nodes.Text(f" {' and '.join(filter(None, (', '.join(most), last)))}; drawn by ")
        caption += self._link(source)
        caption += nodes.Text(f", commit {told['commit']}. ")
        data = data_file(light)
        target = f"/{data.relative_to(self.env.srcdir).as_posix()}"
        kilobytes = max(1, round(data.stat().st_size / 1000))
        size = f"{kilobytes} kB" if kilobytes < 1000 else f"{kilobytes / 1000:.1f} MB"
        caption += addnodes.download_reference("", "", nodes.inline("", f"Data (CSV, {size})"), reftarget=target)
        if source.stem in explorer.PRESETS:
            caption += nodes.Text(", ")
            caption += explorer.link(self.env.app, self.env.docname, source.stem, "open in the explorer")
        caption += nodes.Text(".")
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
    app.connect("builder-inited", name_commits, priority=600)  # after sphinx-gallery, which starts at 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
