"""Figures of the gallery: light and dark SVG, preview card, data, description with the finding.

The card is the picture in previews of links.

:func:`scrape` saves each figure of a script together with its data and a small JSON file that
describes it: what it shows, the script, its page, the number of the figure and the file of its
data. Other modules read that file and take no name apart. :func:`name_commits` then writes into
pictures and description which commit the script comes from: that changes when a script is
committed, without the script being executed again.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from _extensions import files, folders, stages
from _extensions.gallery import provenance

_SVG = {"svg.hashsalt": "removable", "svg.fonttype": "path"}
# of the rasterised markers inside the SVG: sharp on a screen of twice the density
_DOTS_PER_INCH = 200

_EMBEDDED = re.compile(r"(?P<head>data:image/png;base64,)(?P<data>[A-Za-z0-9+/=\s]+)")
CARD_SIZE = 1200, 630  # pixels: what link previews show without cutting


class UndescribedFigureError(RuntimeError):
    """A script leaves a figure open without saying what it shows."""


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the open figures of a script, light and dark.

    Sphinx-gallery calls this as an image scraper.
    """
    # For speed, what draws is imported here: a build in which nothing has changed draws nothing.
    import matplotlib.pyplot as plt
    from removable import plots

    from _extensions.gallery import figure_data

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
        with plt.rc_context(_SVG):
            _save(fig, light, metadata)
            # all versions have the same layout; finding it takes as long as drawing
            fig.set_layout_engine("none")
            _save_card(fig, light)
            plots.recolour(fig, plots.LIGHT, plots.DARK)
            _save(fig, light.with_stem(f"{light.stem}_dark"), metadata)
        origin = {
            "script": source.stem,
            "page": page_of(source),
            "number": number,
            "data": data_name,
            "data_sha256": hashlib.sha256(data.encode()).hexdigest(),
            "commit": "",
        }
        _write_description(light, asdict(description) | origin)
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

    A commit takes the place of the last entry once all scripts are done.
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
    files.write_if_changed(path, _EMBEDDED.sub(_repacked, new.read_text(encoding="utf-8")))
    new.unlink()


def _repacked(embedded: re.Match[str]) -> str:
    """Compress a picture inside an SVG better than matplotlib does.

    The pixels are the same, in half the bytes.
    """
    import oxipng

    picture = oxipng.optimize_from_memory(base64.b64decode(embedded["data"]), level=2)
    return embedded["head"] + base64.b64encode(picture).decode()


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
    files.write_if_changed(light.with_suffix(".json"), json.dumps(description, indent=1, ensure_ascii=False) + "\n")


def figures(gallery: Path) -> list[Path]:
    """Return the light version of every figure of the gallery."""
    return sorted(path.with_suffix(".svg") for path in gallery.rglob("images/sphx_glr_*.json"))


def described(light: Path) -> dict[str, Any]:
    """Return the description of a figure, with its origin."""
    return json.loads(light.with_suffix(".json").read_text(encoding="utf-8"))


def _describe_card(path: Path, description: dict[str, Any], source: str, commit: str) -> None:
    """Write into a PNG what the metadata of the SVG says."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    texts = {"Title": description["item"], "Description": description["finding"], "Source": source}
    for name, text in {**texts, "Software": ", ".join(description["versions"]), "Comment": f"commit {commit}"}.items():
        info.add_itxt(name, text)
    with Image.open(path) as picture:
        picture.load()
    picture.save(path, optimize=True, pnginfo=info)


def name_commits(app: Sphinx) -> None:
    """Write into each picture and its description the commit that last changed its script."""
    for light in figures(Path(app.srcdir, "auto_gallery")):
        description = described(light)
        dark = light.with_stem(f"{light.stem}_dark")
        (source,) = re.findall(r"<dc:source>(.*?)</dc:source>", light.read_text(encoding="utf-8"))
        commit = provenance.commit_of(folders.ROOT / source)
        if description["commit"] == commit:
            continue
        for path in (light, dark):
            picture = path.read_text(encoding="utf-8")
            stamped = re.sub(r"(?<=<dc:identifier>commit )[^<]*", commit, picture)
            files.write_if_changed(path, stamped)
        if card(light).exists():
            _describe_card(card(light), description, source, commit)
        _write_description(
            light, description | {"commit": commit}
        )  # last: a build that is killed before comes back here


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after sphinx-gallery."""
    stages.listen(app, stages.Stage.COMMITS_NAMED, name_commits)
    return stages.SAFE
