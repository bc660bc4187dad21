"""The thumbnail of a figure: one of its panels without texts, in thick lines, and one word.

It is drawn light and dark. :func:`removable.plots.describe` says which panel and which word.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from _extensions import files
from _extensions.gallery import figure_files, stacked_panels

SIZE = 400, 200
"""Pixels: more than a page shows, for screens of a higher density."""
_DOTS_PER_INCH = 160
_MARGIN = 0.03
_LINE = 2.2  # points
_DOT, _SINGLE = 4.0, 7.0  # points: of samples that form a line, and of a few
_FEW = 12  # samples
_AID = 0.8  # points: thinner lines lead to something that a thumbnail does not have
_WORD = 21.0  # points
_WIDEST = 0.6  # of the picture: a word that would be wider is smaller
_COLOURS = 16
_HALO = 4.0  # points
_PLACES = [(x, y) for y in (0.95, 0.05, 0.5) for x in (0.05, 0.95, 0.5)]
"""Where the word may stand, as shares of the picture."""


def panel(fig: Any, number: int) -> Any:
    """Reduce a figure to one of its panels, without texts and in thick lines, and return it."""
    from matplotlib.patches import ConnectionPatch

    kept = stacked_panels.panels_of(fig)[number]
    for legend in list(fig.legends):
        legend.remove()
    for ax in list(fig.axes):
        if ax is not kept:
            ax.remove()
    fig.set_layout_engine("none")
    fig.set_dpi(_DOTS_PER_INCH)  # texts are measured as they are drawn
    fig.set_size_inches(*(pixels / _DOTS_PER_INCH for pixels in SIZE))
    kept.set_position((_MARGIN, 2 * _MARGIN, 1 - 2 * _MARGIN, 1 - 4 * _MARGIN))
    aids = [line for line in kept.lines if line.get_linestyle() != "None" and line.get_linewidth() < _AID]
    aids += [patch for patch in kept.patches if isinstance(patch, ConnectionPatch)]
    for part in [*kept.texts, *kept.artists, *kept.child_axes, *aids, kept.get_legend()]:
        if part is not None:
            part.remove()
    kept.set(title="", xlabel="", ylabel="")
    kept.tick_params(which="both", length=0, labelbottom=False, labelleft=False, labeltop=False, labelright=False)
    kept.grid(visible=False)
    for line in kept.lines:
        _thicken(line)
    kept.spines[:].set_linewidth(_LINE / 2)
    return kept


def _thicken(line: Any) -> None:
    """Draw a line thick and its samples large; samples on a line are left out."""
    joined = line.get_linestyle() != "None"
    if joined and len(line.get_xdata()) > 1:
        line.set_linewidth(_LINE)
        line.set_marker("none")
        return
    line.set_markersize(_DOT if len(line.get_xdata()) > _FEW else _SINGLE)
    line.set_markeredgewidth(_LINE / 2 if line.get_markerfacecolor() == "none" else 0)


def save(fig: Any, light: Path, description: Any) -> None:
    """Draw the thumbnail of a figure, of which nothing else is left then."""
    from matplotlib.patheffects import withStroke
    from removable import plots

    panel(fig, description.panel)
    empty = _pixels(fig)
    word = fig.text(0, 0, description.word, size=_WORD, weight="bold", color=plots.LIGHT["ink"])
    width = max(1, word.get_window_extent().width)
    word.set_fontsize(_WORD * min(1, _WIDEST * fig.bbox.width / width))
    _place(word, empty)
    for path, colours in zip(figure_files.thumbnails(light), (plots.LIGHT, plots.DARK), strict=True):
        plots.recolour(fig, plots.LIGHT, colours)
        word.set_path_effects([withStroke(linewidth=_HALO, foreground=colours["paper"])])
        _write(_pixels(fig), path)


def _pixels(fig: Any) -> Any:
    """Return the picture of a figure."""
    from PIL import Image

    drawn = io.BytesIO()
    fig.savefig(drawn, format="png", dpi=fig.dpi)
    return Image.open(drawn).convert("RGB")


def _place(word: Any, empty: Any) -> None:
    """Move a word to where it covers the least."""
    import numpy as np

    ground = np.asarray(empty)
    drawn = (ground != ground[0, 0]).any(axis=2)

    def covered(place: tuple[float, float]) -> int:
        _move(word, place)
        box = word.get_window_extent()
        left, right = (round(x) for x in (box.x0, box.x1))
        top, bottom = (drawn.shape[0] - round(y) for y in (box.y1, box.y0))
        return int(drawn[max(top, 0) : bottom, max(left, 0) : right].sum())

    _move(word, min(_PLACES, key=covered))


def _move(word: Any, place: tuple[float, float]) -> None:
    x, y = place
    across = "left" if x < 0.5 else "right" if x > 0.5 else "center"
    up = "bottom" if y < 0.5 else "top" if y > 0.5 else "center"
    word.set(x=x, y=y, ha=across, va=up)


def _write(picture: Any, path: Path) -> None:
    few = picture.quantize(_COLOURS, method=0, dither=0).convert("RGB")  # half the bytes, and sharp
    out = io.BytesIO()
    few.save(out, format="WEBP", lossless=True, quality=60, method=4)
    files.write_whole(path, out.getvalue())
