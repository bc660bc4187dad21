"""Save each figure of a script, light and dark, for wide screens and for narrow ones.

:func:`scrape` saves the data of a figure beside it, its card, its thumbnail, and a description with
the finding. Each picture says inside what it shows.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from _extensions import files, folders
from _extensions.gallery import figure_descriptions, figure_files, preview_cards

_SVG = {"svg.hashsalt": "removable", "svg.fonttype": "path"}
# of the rasterised markers inside the SVG: sharp on a screen of twice the density
_DOTS_PER_INCH = 200

_EMBEDDED = re.compile(r"(?P<head>data:image/png;base64,)(?P<data>[A-Za-z0-9+/=\s]+)")

# A letter takes a line: its indentation, its place to a millionth, and the name of its font.
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_PLACE = re.compile(r"(?<=translate\()[-\d. ]+(?=\))|(?<= [xy]=\")[-\d.]+(?=\")")
_FINER = re.compile(r"(\.\d\d)\d+")


class UndescribedFigureError(RuntimeError):
    """A script leaves a figure open without saying what it shows."""


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the open figures of a script, light and dark.

    Sphinx-gallery calls this as an image scraper.
    """
    # For speed, what draws is imported here: a build in which nothing has changed draws nothing.
    import matplotlib.pyplot as plt
    from removable import plots

    from _extensions.gallery import figure_data, legends, stacked_panels, thumbnails

    parts = []
    paths = block_vars["image_path_iterator"]
    source = Path(block_vars["src_file"])
    for opened, path in zip(plt.get_fignums(), paths, strict=False):
        fig = plt.figure(opened)
        description = plots.description(fig)
        if description is None:
            plt.close("all")
            raise UndescribedFigureError(f"{source.name}: call plots.describe() on every figure.")
        light, number = Path(path).with_suffix(".svg"), len(paths)
        data, data_name = figure_data.table(fig), _data_name(source.stem, number)
        files.write_if_changed(light.with_name(data_name), data)
        metadata = _metadata(description, source)
        pictures = figure_files.of(light)
        with plt.rc_context(_SVG):
            legends.enlarge(fig)
            _save(fig, pictures.light, metadata)
            # light and dark have the same layout; finding it takes as long as drawing
            fig.set_layout_engine("none")
            preview_cards.save(fig, light)
            plots.recolour(fig, plots.LIGHT, plots.DARK)
            _save(fig, pictures.dark, metadata)
            plots.recolour(fig, plots.DARK, plots.LIGHT)
            stacked_panels.stack(fig)
            _save(fig, pictures.narrow, metadata)
            plots.recolour(fig, plots.LIGHT, plots.DARK)
            _save(fig, pictures.narrow_dark, metadata)
            plots.recolour(fig, plots.DARK, plots.LIGHT)
            thumbnails.save(fig, light, description)
        origin = {
            "script": source.stem,
            "page": page_of(source),
            "number": number,
            "data": data_name,
            "data_sha256": hashlib.sha256(data.encode()).hexdigest(),
            "commit": "",
        }
        figure_descriptions.write(light, asdict(description) | origin)
        parts.append(f"\n.. gallery-figure:: {source.stem}\n   :number: {number}\n\n")
    plt.close("all")
    return "".join(parts)


def page_of(source: Path) -> str:
    """Return the name of the page that sphinx-gallery writes for a script."""
    return f"auto_gallery/{source.relative_to(folders.scripts()).with_suffix('').as_posix()}"


def _data_name(script: str, number: int) -> str:
    """Name the data of a figure after its script, for that is what readers download."""
    return f"{script}.csv" if number == 1 else f"{script}_{number:03}.csv"


def _metadata(description: Any, script: Path) -> dict[str, str | list[str] | None]:
    """Say inside the picture what it is.

    :mod:`figure_commits` completes the last entry once all scripts are done.
    """
    return {
        "Title": description.item,
        "Description": description.finding,
        "Keywords": list(description.versions),
        "Source": folders.below_root(script),
        "Identifier": "commit ",
        "Date": None,
    }


def _save(fig: Any, path: Path, metadata: dict[str, Any]) -> None:
    new = path.with_suffix(".new")
    fig.savefig(new, format="svg", dpi=_DOTS_PER_INCH, metadata=metadata)
    files.write_if_changed(path, _EMBEDDED.sub(_repacked, shorter(new.read_text(encoding="utf-8"))))
    new.unlink()


def shorter(svg: str) -> str:
    """Write an SVG in fewer bytes: the letters of texts are most of it.

    >>> shorter('  <use xlink:href="#DejaVuSans-54" transform="translate(61.083 0) scale(0.125)"/>')
    '<use href="#g54" transform="translate(61.08 0) scale(0.125)"/>'
    """
    svg = _INDENTATION.sub("", svg).replace("DejaVuSans-", "g").replace(' xlink:href="#', ' href="#')
    return _PLACE.sub(lambda place: _FINER.sub(r"\1", place[0]), svg)


def _repacked(embedded: re.Match[str]) -> str:
    """Compress a picture inside an SVG better than matplotlib does.

    The pixels are the same, in half the bytes.
    """
    import oxipng

    picture = oxipng.optimize_from_memory(base64.b64decode(embedded["data"]), level=2)
    return embedded["head"] + base64.b64encode(picture).decode()
