"""Pictures of sweeps and comparisons, with the frameworks side by side.

Regions are distinguished by colour *and* marker, and the truth is drawn. A larger marker every few
hundred samples tells the regions apart by its shape. The label of a line names its column in the
table of data that the site offers beside each figure. A label that begins with an underscore does
that and keeps the line out of the legend.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import ConnectionPatch, Patch

from removable.errors import InputError
from removable.plots.palette import FORM_STYLE, LIGHT, REGION_STYLE, outline
from removable.sweeps.forms import Comparison
from removable.sweeps.regions import Region
from removable.sweeps.sweep import Sweep
from removable.systems import Board

__all__ = [
    "errors",
    "gamma_axis",
    "inset",
    "panels",
    "power_of_ten",
    "row",
    "scatter",
    "side_by_side",
    "zones",
]


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_MARKERS_PER_PANEL = 34
"""Large markers over the whole grid, enough to tell the regions apart without colour."""


def gamma_axis(ax: Axes, *, smallest: float = 1e-20) -> None:
    r"""Make the horizontal axis that of the paper.

    It shows :math:`\gamma`, logarithmic on both sides of zero.
    """
    ax.set_xscale("symlog", linthresh=smallest, linscale=0.6)
    exponents = (-15, -10, -5, 0)
    ticks = [-(10.0**k) for k in reversed(exponents)] + [0.0] + [10.0**k for k in exponents]
    ax.set_xticks(ticks, [power_of_ten(tick) for tick in ticks])
    ax.minorticks_off()
    ax.set_xlim(-1.6, 1.6)
    ax.tick_params(axis="x", labelsize="small")
    ax.set_xlabel(r"$\gamma$")


def power_of_ten(value: float, _position: int | None = None) -> str:
    """Write a power of ten, its negative or zero for a tick label.

    Matplotlib calls it as a formatter. It returns plain characters, not mathtext: a figure has
    dozens of labels, and parsing each takes longer than drawing it.

    Examples
    --------
    >>> from removable.plots import power_of_ten
    >>> power_of_ten(-1e-15), power_of_ten(0), power_of_ten(1), power_of_ten(1e4)
    ('−10⁻¹⁵', '0', '1', '10⁴')
    """
    if value == 0:
        return "0"
    exponent = round(math.log10(abs(value)))
    digits = "1" if exponent == 0 else "10" + str(exponent).translate(_SUPERSCRIPTS)
    return ("−" if value < 0 else "") + digits


def scatter(ax: Axes, run: Sweep, y: np.ndarray) -> list[Line2D | Patch]:
    r"""Draw one value for each sample, in the colour and with the marker of its region.

    Samples that are not finite cannot be drawn; the stretch of :math:`\gamma` in which they lie is
    hatched.

    Returns
    -------
    list
        Legend handles of what was drawn.
    """
    handles: list[Line2D | Patch] = []
    stride = max(1, y.size // _MARKERS_PER_PANEL)
    for region, (role, marker, text) in REGION_STYLE.items():
        inside = run.inside(region) & np.isfinite(y)
        if not inside.any():
            continue
        colour = LIGHT[role]
        dots = {"linestyle": "none", "marker": ".", "markersize": 2.5, "color": colour, "rasterized": True}
        ax.plot(run.gamma[inside], y[inside], label=f"_{region.name.lower()}", **dots)
        # Counted from the middle of each region, so that a short one has a marker too.
        at = np.flatnonzero(inside)
        at = at[at.size // 2 % stride :: stride]
        style = {"linestyle": "none", "marker": marker, "color": colour, "markersize": 5.5}
        style |= {"markeredgecolor": outline(role, "paper"), "markeredgewidth": 0.6}
        ax.plot(run.gamma[at], y[at], **style)
        handles.append(Line2D([], [], label=text, **style))
    lost = ~np.isfinite(y)
    if lost.any():
        ends = run.gamma[lost].min(), run.gamma[lost].max()
        ax.axvspan(*ends, facecolor="none", edgecolor=LIGHT["red"], hatch="///", linewidth=0, alpha=0.6)
        # There is nothing to see of these, but they are part of the data.
        ax.plot(run.gamma[lost], y[lost], linestyle="none", label="_not finite", color=LIGHT["red"])
        text = r"red: $\gamma$ absorbed; NaN, nothing to draw"
        handles.append(Patch(facecolor="none", edgecolor=LIGHT["red"], hatch="///", label=text, linewidth=0))
    return handles


def panels(
    run: Sweep, *, order: int = 0, minus: float = 0.0, ylabel: str, meant: str, written: str | None = None
) -> tuple[Figure, np.ndarray]:
    r"""Draw one derivative of a sweep, each framework in a panel of its own, on shared axes.

    Parameters
    ----------
    run : Sweep
        What to draw.
    order : int
        Which derivative; 0 is the value.
    minus : float
        Number to take away before drawing: 4 removes the leading digit, as in Figures 2 and 4.
    ylabel : str
        Label of the vertical axis.
    meant : str
        Legend text of the truth of the function meant.
    written : str, optional
        Legend text of the truth of the program as written; without it that truth is not drawn.

    Returns
    -------
    fig : matplotlib.figure.Figure
        The figure.
    axes : numpy.ndarray
        Its axes, one for each framework.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.functions import h, h_hat
    >>> from removable.sweeps.sweep import sweep
    >>> from removable.plots import panels
    >>> run = sweep(h, meant=h_hat, gamma=[-1e-3, 1e-3], names=["numpy"], order=0)
    >>> fig, axes = panels(run, ylabel="h", meant="x + 2")
    >>> [ax.get_title() for ax in axes]
    ['NumPy ...']
    >>> plt.close(fig)
    """
    fig, axes = side_by_side(run)
    legend: dict[str, Any] = {}
    for ax, rows in zip(axes, run.results.values(), strict=True):
        gamma_axis(ax)
        handles = scatter(ax, run, rows[order] - minus)
        if written is not None:
            handles += _truth(ax, run.gamma, run.written[order] - minus, _branches(run), "written", "-", written)
        whole = np.zeros(run.gamma.size, dtype=int)
        handles += _truth(ax, run.gamma, run.meant[order] - minus, whole, "meant", (0, (5, 2)), meant)
        legend |= {handle.get_label(): handle for handle in handles}
    axes[0].set_ylabel(ylabel)
    fig.legend(handles=list(legend.values()), loc="outside lower center", ncols=3, frameon=False, fontsize="small")
    return fig, axes


def errors(run: Comparison, *, order: int = 0, ylabel: str) -> tuple[Figure, np.ndarray]:
    r"""Draw the absolute error of every form against :math:`|\gamma|`.

    Each framework has a panel of its own. An error of zero, which a logarithmic axis cannot show,
    is drawn on its lower edge; where a form has no finite result its marker stands on the upper
    edge.

    Parameters
    ----------
    run : Comparison
        What to draw.
    order : int
        Which derivative; 0 is the value.
    ylabel : str
        Label of the vertical axis.

    Returns
    -------
    fig : matplotlib.figure.Figure
        The figure.
    axes : numpy.ndarray
        Its axes, one for each framework.

    Raises
    ------
    removable.errors.InputError
        If there are more forms than :data:`~removable.plots.palette.FORM_STYLE` can tell apart.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.sweeps.forms import compare
    >>> from removable.plots import errors
    >>> naive = lambda x, xp: xp.sin(x) / x
    >>> run = compare({"naive": naive}, meant=naive, gamma=[1e-9, 1e-3], names=["torch"], order=0)
    >>> fig, axes = errors(run, ylabel="error")
    >>> axes[0].get_xscale(), axes[0].get_yscale()
    ('log', 'log')
    >>> plt.close(fig)
    """
    if len(run.results) > len(FORM_STYLE):
        raise InputError(
            f"the comparison holds {len(run.results)} forms; draw at most {len(FORM_STYLE)} in one figure."
        )
    fig, axes = side_by_side(run)
    distance = np.abs(run.gamma)
    every = {(form, name): run.error(form, name, order) for form in run.results for name in run.versions}
    finite = np.concatenate([error[np.isfinite(error) & (error > 0)] for error in every.values()])
    low, high = (finite.min() / 10, finite.max() * 10) if finite.size else (1e-17, 1.0)
    for ax, name in zip(axes, run.versions, strict=True):
        for (role, marker), form in zip(FORM_STYLE, run.results, strict=False):
            shown = distance > 0
            level = np.clip(every[form, name][shown], low, high)
            style = {"linestyle": "none", "marker": marker, "color": LIGHT[role]}
            ax.plot(distance[shown], level, markersize=2.5, rasterized=True, label=f"_{form}", **style)
            few = slice(None, None, max(1, level.size // _MARKERS_PER_PANEL))
            edge = {"markersize": 5.5, "markeredgecolor": outline(role, "paper"), "markeredgewidth": 0.6}
            ax.plot(distance[shown][few], level[few], label=form, **edge, **style)
        ax.set_xscale("log")
        ax.set_yscale("log")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(power_of_ten)
        ax.minorticks_off()
        ax.set_xlabel(r"$|\gamma|$")
    axes[0].set_ylabel(ylabel)
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, fontsize="small")
    return fig, axes


def side_by_side(run: Sweep | Comparison) -> tuple[Figure, np.ndarray]:
    """Make an empty figure with one panel for each framework of a sweep, on shared axes.

    Parameters
    ----------
    run : Sweep or Comparison
        Its frameworks, with their versions, become the titles.

    Returns
    -------
    fig : matplotlib.figure.Figure
        The figure.
    axes : numpy.ndarray
        Its axes, one for each framework.
    """
    return row(list(run.versions.values()))


def row(titles: Sequence[str], *, size: tuple[float, float] = (8.4, 4.3)) -> tuple[Figure, np.ndarray]:
    """Make an empty figure with one panel for each title, on shared axes.

    Parameters
    ----------
    titles : list of str
        The titles, from left to right.
    size : tuple of float
        Width and height in inches.

    Returns
    -------
    fig : matplotlib.figure.Figure
        The figure.
    axes : numpy.ndarray
        Its axes, one for each title.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.plots import row
    >>> fig, axes = row(["value", "slope"])
    >>> [ax.get_title() for ax in axes]
    ['value', 'slope']
    >>> plt.close(fig)
    """
    with plt.rc_context(_style()):
        fig, axes = plt.subplots(
            1, len(titles), sharex=True, sharey=True, squeeze=False, figsize=size, layout="constrained"
        )
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title(title)
    return fig, axes[0]


def zones(board: Board) -> tuple[Figure, np.ndarray]:
    """Draw how far out the slope is wrong, in every mode of every system.

    There is a panel for each quotient, and a line for each mode. A cross says that the slope at the
    singular point itself is not finite, or wrong, a ring that it is right. Where the slope is wrong
    nowhere else, the marker stands on the left edge.

    Parameters
    ----------
    board : Board
        What to draw.

    Returns
    -------
    fig : matplotlib.figure.Figure
        The figure.
    axes : numpy.ndarray
        Its axes, one for each quotient.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.systems import measure
    >>> from removable.plots import zones
    >>> fig, axes = zones(measure(["SymPy"], samples_per_side=50))
    >>> [text.get_text() for text in axes[0].get_yticklabels()]
    ['SymPy, as typed', 'SymPy, simplify']
    >>> plt.close(fig)
    """
    fig, axes = row(list(board.subjects), size=(8.4, 1.3 + 0.23 * len(board.ran)))
    edge = 1e-18
    wrong = {"marker": "X", "color": LIGHT["red"]}
    right = {"marker": "o", "color": LIGHT["meant"], "markerfacecolor": "none"}
    for ax, title in zip(axes, board.subjects, strict=True):
        for row_number, key in enumerate(board.ran):
            there = board.error(key, title)[board.offset(title) == 0] > 1e-3
            style = (wrong if there.any() else right) | {"linestyle": "none", "markersize": 6.5}
            ax.plot(
                [max(board.zone(key, title), edge)], [row_number], label=f"_{board.versions[key[0]]}, {key[1]}", **style
            )
        ax.set_xscale("log")
        ax.set_xlim(edge / 5, 1e-4)
        ax.set_xticks([edge, 1e-13, 1e-7], ["nowhere", power_of_ten(1e-13), power_of_ten(1e-7)], fontsize="small")
        ax.minorticks_off()
        ax.set_title(title, fontsize="small")
        ax.set_xlabel("$|x - r|$")
    axes[0].set_yticks(np.arange(len(board.ran)), [", ".join(key) for key in board.ran], fontsize="small")
    axes[0].invert_yaxis()
    handles = [
        Line2D([], [], linestyle="none", **style, label=f"slope at r itself: {text}")
        for style, text in ((wrong, "not finite, or wrong"), (right, "right"))
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize="small")
    return fig, axes


def inset(
    ax: Axes,
    run: Sweep,
    y: np.ndarray,
    *,
    place: tuple[float, float, float, float],
    across: tuple[float, float],
    up: tuple[float, float],
) -> Axes:
    r"""Draw a part of a panel again, larger, on straight axes.

    The inset shows the same samples in the same colours, and no new ones. Its lines have no names,
    so that the data of the figure hold each sample once.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The panel.
    run : Sweep
        What the panel draws.
    y : numpy.ndarray
        The values that it draws, shape ``(n,)``.
    place : tuple of float
        Left, bottom, width and height of the inset, as shares of the panel.
    across, up : tuple of float
        The part of :math:`\gamma` and of the values that is shown.

    Returns
    -------
    matplotlib.axes.Axes
        The inset.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.functions import h, h_hat
    >>> from removable.sweeps.sweep import sweep
    >>> from removable.plots import inset, panels
    >>> run = sweep(h, meant=h_hat, gamma=[-1e-3, 1e-3], names=["numpy"], order=0)
    >>> fig, (ax,) = panels(run, ylabel="h", meant="x + 2")
    >>> frame = {"place": (0.1, 0.6, 0.3, 0.3), "across": (0, 0.01), "up": (4, 4.01)}
    >>> small = inset(ax, run, run.results["numpy"][0], **frame)
    >>> [line.get_xdata().tolist() for line in small.lines]
    [[0.001]]
    >>> plt.close(fig)
    """
    with plt.rc_context(_style()):
        small = ax.inset_axes(place)
    for region, (role, marker, _) in REGION_STYLE.items():
        inside = run.inside(region) & np.isfinite(y) & (run.gamma >= across[0]) & (run.gamma <= across[1])
        if inside.any():
            style = {"linestyle": "none", "marker": marker, "markersize": 2, "color": LIGHT[role], "rasterized": True}
            small.plot(run.gamma[inside], y[inside], **style)
    small.set(xlim=across, ylim=up)
    small.tick_params(labelsize="x-small")
    small.spines[:].set_visible(True)
    # What is enlarged, and two lines from it to the inset. Not by ``indicate_inset_zoom``:
    # recolouring does not reach inside.
    thin = {"color": LIGHT["ink"], "linewidth": 0.7}
    (left, right), (low, high) = across, up
    ax.plot([left, right, right, left, left], [low, low, high, high, low], **thin)
    for corner, end in (((left, high), (1, 1)), ((left, low), (1, 0))):
        way = ConnectionPatch(corner, end, ax.transData, small.transAxes, **thin)
        way.set_in_layout(False)
        ax.add_artist(way)
    return small


def _branches(run: Sweep) -> np.ndarray:
    """Number the stretches of gamma between which the program as written may jump, shape ``(n,)``.

    It has another branch where the denominator is perturbed, and there another on either side of 0,
    where the sign S changes.
    """
    perturbed = ~run.inside(Region.BLACK) & run.inside(Region.BLACK).any()
    branch = np.where(perturbed, np.where(run.gamma < 0, 1, 2), 0)
    return np.concatenate([[0], np.cumsum(np.diff(branch) != 0)])


def _truth(
    ax: Axes, gamma: np.ndarray, y: np.ndarray, stretch: np.ndarray, role: str, style: Any, text: str
) -> list[Line2D]:
    """Draw a truth as a line through a few hundred of the samples.

    The line is broken where one stretch of gamma ends and another begins.
    """
    ends = np.flatnonzero(np.diff(stretch))
    few = np.unique(
        np.r_[0 : gamma.size : max(1, gamma.size // 600), np.abs(gamma).argmin(), ends, ends + 1, gamma.size - 1]
    )
    gaps = np.searchsorted(few, ends + 1)
    x, y = np.insert(gamma[few], gaps, np.nan), np.insert(y[few], gaps, np.nan)
    return ax.plot(x, y, linestyle=style, linewidth=1.3, color=LIGHT[role], label=text)


def _style() -> dict[str, Any]:
    """Return the matplotlib settings of every figure here."""
    ink, paper = LIGHT["ink"], LIGHT["paper"]
    roles = dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), ink)
    return roles | {
        "figure.facecolor": paper,
        "axes.facecolor": paper,
        "axes.grid": True,
        "grid.color": LIGHT["grid"],
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": "medium",
        "font.size": 11,
        "hatch.linewidth": 0.8,
    }
