"""A figure for narrow screens: its panels one below the other, in text that can be read there."""

from __future__ import annotations

import itertools
from typing import Any

from matplotlib.transforms import ScaledTranslation

from _extensions.gallery import legends

WIDTH = 3.7
"""Inches: 355 pixels, the column of text on a phone."""
_TICKS = 9.5  # points
_HEIGHT = 2.2  # inches of a panel
_PER_NAME = 0.32  # inches of a row below its name
_ABOVE = 4  # points between a row and its name
_LONG = 0.4  # of the width of the figure: names that leave too little to a panel
_BETWEEN = 0.4  # inches for a title
_LABELS = 0.45  # inches for the ticks and the label of an axis
_TOUCHING = 3  # pixels


def panels_of(fig: Any) -> list[Any]:
    """Return the panels of a figure, row by row; the bar of a colour is none."""
    panels = [ax for ax in fig.axes if ax.get_subplotspec()]
    return sorted(panels, key=lambda ax: (ax.get_subplotspec().rowspan.start, ax.get_subplotspec().colspan.start))


def stack(fig: Any) -> None:
    """Lay the panels of a figure below each other, and write its texts larger.

    The places of all parts are fixed then.
    """
    panels = panels_of(fig)
    _label(panels)
    fig.set_size_inches(WIDTH, fig.get_figheight())
    heights = [_height(ax) for ax in panels]
    below = fig.add_gridspec(len(panels), 1, height_ratios=heights)
    for ax, place in zip(panels, below, strict=True):
        ax.set_subplotspec(place)
    for ax in fig.axes:
        for text in (ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts):
            text.set_fontsize(legends.SIZE)
        ax.tick_params(labelsize=_TICKS)
    legends.gather(fig)
    for legend in fig.legends:
        heights.append(legend.get_window_extent().height / fig.dpi)
    with_axis = sum(ax.xaxis.get_label().get_visible() for ax in panels)
    fig.set_size_inches(WIDTH, sum(heights) + _BETWEEN * len(panels) + _LABELS * with_axis)
    fig.set_layout_engine("constrained")
    fig.get_layout_engine().execute(fig)
    for ax in panels:
        legends.wrap(ax.title, ax.bbox.width)
        legends.wrap(ax.xaxis.label, ax.bbox.width)
        legends.wrap(ax.yaxis.label, ax.bbox.height)
        _thin_out(ax)
    fig.get_layout_engine().execute(fig)
    fig.set_layout_engine("none")


def _height(ax: Any) -> float:
    """Return the height of a panel in inches; long names of rows go above the rows."""
    names = [label for label in ax.get_yticklabels() if label.get_text()]
    if max((name.get_window_extent().width for name in names), default=0) < _LONG * ax.figure.bbox.width:
        return _HEIGHT
    ax.tick_params(axis="y", length=0, pad=-2)
    for name in names:
        name.set(ha="left", va="bottom")
        name.set_transform(name.get_transform() + ScaledTranslation(0, _ABOVE / 72, ax.figure.dpi_scale_trans))
    # Room for the uppermost name; panels may share the axis, and then all set the same.
    bottom, top = ax.get_ylim()
    rows = sorted(ax.get_yticks(), reverse=bool(top < bottom))
    ax.set_ylim(bottom, rows[-1] + (rows[-1] - rows[-2] if len(rows) > 1 else 1))
    return max(_HEIGHT, _PER_NAME * len(names))


def _label(panels: list[Any]) -> None:
    """Give each panel its title and the names of its axes; a common horizontal one is named once.

    In a row only the first panel has the name of the vertical axis, in a column only the first one
    its title.
    """
    name, last = "", panels[-1]
    titles: dict[int, str] = {}
    for ax in panels:
        ax.set_title(titles.setdefault(ax.get_subplotspec().colspan.start, ax.get_title()))
        name = ax.get_ylabel() or name
        ax.set_ylabel(name)
        ax.tick_params(axis="y", labelleft=True)
        same = ax.get_shared_x_axes().joined(ax, last) and ax.get_xlabel() in ("", last.get_xlabel())
        shown = ax is last or not same
        ax.tick_params(axis="x", labelbottom=shown)
        ax.xaxis.get_label().set_visible(shown)


def _thin_out(ax: Any) -> None:
    """Leave out every second label of the horizontal axis until none touches its neighbour.

    The label in the middle stays.
    """
    labels = [label for label in ax.get_xticklabels() if label.get_text()]
    while len(labels) > 1:
        boxes = [label.get_window_extent() for label in labels]
        if all(left.x1 + _TOUCHING <= right.x0 for left, right in itertools.pairwise(boxes)):
            break
        kept = labels[(len(labels) // 2) % 2 :: 2]
        for label in labels:
            label.set_visible(label in kept)
        labels = kept
