"""Colours and markers, on light pages and on dark ones.

A figure is drawn once, in the colours of :data:`~removable.plots.palette.LIGHT`;
:func:`recolour` turns it into its dark version. The colours of the regions are named as in the
paper and chosen such that readers with any of the common colour deficiencies, by the model of
:cite:t:`Machado2009`, and readers of a grey print can tell them apart. A yellow that stands out
from a white page is brown, so this one does not quite, and its markers have a dark outline. What
is called black in the paper is drawn in nearly white on a dark page. ``docs/_static/site.css`` has
the colours of the regions, too: ``tests/package/test_plots.py`` compares them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure

from removable.sweeps.regions import Region

__all__ = ["DARK", "FORM_STYLE", "LIGHT", "REGION_STYLE", "dots", "outline", "recolour"]

LIGHT = MappingProxyType(
    {
        "paper": "#ffffff",
        "ink": "#1c2128",
        "grid": "#d7dde3",
        "meant": "#0072b2",
        "written": "#a8508a",
        "red": "#b2182b",
        "yellow": "#d4af00",
        "green": "#009e73",
        "black": "#000000",
    }
)
"""Colour of each role on a light page."""

DARK = MappingProxyType(
    {
        "paper": "#14181e",
        "ink": "#d9dee5",
        "grid": "#363d47",
        "meant": "#56b4e9",
        "written": "#dc8fc0",
        "red": "#e8503f",
        "yellow": "#eacb30",
        "green": "#2bb98e",
        "black": "#f4f6f8",
    }
)
"""Colour of each role on a dark page."""

REGION_STYLE = {
    Region.GREEN: ("green", "o", r"green: $\gamma^2$ kept, in part or whole"),
    Region.YELLOW: ("yellow", "s", r"yellow: $\gamma^2$ absorbed"),
    Region.RED: ("red", "X", r"red: $\gamma$ absorbed"),
    Region.BLACK: ("black", "^", "black: denominator not perturbed"),
}
"""Role, marker and legend text of each region; the text begins with the paper's name of the colour.
"""

FORM_STYLE = (("red", "o"), ("yellow", "s"), ("green", "^"), ("meant", "D"), ("written", "v"), ("black", "P"))
"""Role and marker of the forms of one function, in the order in which they are given."""


def outline(role: str, others: str | None = None) -> str:
    """Return the colour of the outline of a marker.

    Around yellow, which is faint on a white page, it is the colour of the text.

    Parameters
    ----------
    role : str
        The role of the marker, a key of :data:`~removable.plots.palette.LIGHT`.
    others : str, optional
        The role of the outline of all markers that are not yellow; by default that of the marker,
        so that none is seen.

    Examples
    --------
    >>> from removable.plots import LIGHT, outline
    >>> (
    ...     outline("yellow") == LIGHT["ink"],
    ...     outline("red") == LIGHT["red"],
    ...     outline("red", "paper") == LIGHT["paper"],
    ... )
    (True, True, True)
    """
    return LIGHT["ink" if role == "yellow" else others or role]


def dots(role: str, marker: str = "o", *, size: float = 5.0, hollow: bool = False) -> dict[str, Any]:
    """Return the style of samples that no line joins, for ``ax.plot``.

    Parameters
    ----------
    role : str
        The role of the markers, a key of :data:`~removable.plots.palette.LIGHT`.
    marker : str
        Their shape, as matplotlib names it.
    size : float
        Their size in points.
    hollow : bool
        Whether only their outline is drawn.

    Examples
    --------
    >>> from removable.plots import LIGHT, dots
    >>> style = dots("red", hollow=True)
    >>> style["color"] == LIGHT["red"], style["linestyle"], style["markerfacecolor"]
    (True, 'none', 'none')
    """
    style = {"linestyle": "none", "marker": marker, "markersize": size, "color": LIGHT[role]}
    if hollow:
        return style | {"markerfacecolor": "none"}
    return style | {"markeredgecolor": outline(role)}


def recolour(fig: Figure, old: MappingProxyType[str, str], new: MappingProxyType[str, str]) -> None:
    """Exchange every colour of one palette in a figure for its counterpart in another.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure, changed in place. Calling again with the palettes exchanged undoes it.
    old, new : dict of str to str
        :data:`~removable.plots.palette.LIGHT` and :data:`~removable.plots.palette.DARK`, in one
        order or the other.

    Examples
    --------
    >>> from matplotlib.colors import to_hex
    >>> import matplotlib.pyplot as plt
    >>> from removable.plots import DARK, LIGHT, recolour
    >>> fig = plt.figure(facecolor=LIGHT["paper"])
    >>> recolour(fig, LIGHT, DARK)
    >>> to_hex(fig.get_facecolor()) == DARK["paper"]
    True
    >>> plt.close(fig)
    """
    table = {old[role]: new[role] for role in old}

    def exchanged(colour: Any) -> Any:
        rgba = to_rgba(colour)
        if rgba[3] == 0:  # "none" is no colour, and must not become a visible one
            return "none"
        return (*to_rgba(table.get(to_hex(rgba), to_hex(rgba)))[:3], rgba[3])

    fig.draw_without_rendering()  # ticks are made while drawing
    for artist in fig.findobj():
        for attribute in ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor"):
            get, put = (getattr(artist, f"{verb}_{attribute}", None) for verb in ("get", "set"))
            if get is None or put is None:
                continue
            colour = get()
            if isinstance(colour, np.ndarray) and colour.ndim == 2:
                put([exchanged(row) for row in colour])
            elif not (isinstance(colour, str) and colour in ("none", "auto")):
                put(exchanged(colour))
