"""The picture of a probe: errors against the distance from the point, a panel for each order."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from removable.errors import InputError, shown
from removable.plots.palette import LIGHT
from removable.probing.report import Found, Report

__all__ = ["probed"]

_NAMES = ("value", "slope", "second derivative", "third derivative")

_EMPTY = (1e-17, 1.0)
"""The axis where there is nothing to draw."""

_LEAST, _MOST = 1e-300, 1e308
"""The ends of an axis are not beyond these."""


def probed(report: Report | Found) -> tuple[Figure, np.ndarray]:
    """Draw the errors of a probed function against the distance from the point.

    The stretch in which they are more than is allowed is shaded. What is not finite stands at the
    top, and what is exactly right at the bottom.

    Parameters
    ----------
    report : removable.probing.report.Report or Found
        A report, of which the worst line is drawn, or one of its lines.

    Returns
    -------
    tuple of matplotlib.figure.Figure and numpy.ndarray
        The figure and its panels, one for each order.

    Raises
    ------
    removable.errors.InputError
        If ``report`` is no report, or nothing could be judged: there is no error to draw.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> from removable.plots import probed
    >>> fig, axes = probed(probe(torch.sinc, at=0.0))
    >>> [ax.get_title() for ax in axes]
    ['value', 'slope', 'second derivative']
    """
    if not isinstance(report, Report | Found):
        raise InputError(f"report is {shown(report)}; give what removable.probe returns, or an element of its found.")
    found = report.worst if isinstance(report, Report) else report
    judged = found.judged
    beside = np.abs(judged.offsets) > 0
    if np.isnan(judged.errors[:, beside]).all():
        raise InputError(f"the verdict is {judged.verdict!r}, for which there are no errors to draw.")
    orders = len(judged.orders)
    fig, axes = plt.subplots(1, orders, figsize=(3.1 * orders, 3.4), layout="constrained", sharex=True, squeeze=False)
    for k, ax in enumerate(axes[0]):
        _draw(ax, judged.offsets[beside], judged.errors[k, beside], judged.allowed[k, beside], judged.orders[k].width)
        ax.set_title(_NAMES[k])
        ax.set_xlabel("distance from the point")
    axes[0, 0].set_ylabel("error")
    drawn = {label: handle for ax in axes[0] for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    fig.legend(drawn.values(), drawn.keys(), loc="outside lower center", ncols=2 if orders == 1 else 3, frameon=False)
    return fig, axes[0]


def _draw(ax: Axes, offsets: np.ndarray, errors: np.ndarray, allowed: np.ndarray, width: float) -> None:
    """Draw one order."""
    distance = np.abs(offsets)
    ax.set(xscale="log", yscale="log", xlim=(float(np.min(distance)) / 2, float(np.max(distance)) * 2))
    bottom, top = _limits(errors, allowed)
    ax.set_ylim(bottom, top)
    finite = np.isfinite(errors)
    for sign, marker, label in ((-1, "o", "left of the point"), (1, "s", "right of the point")):
        there = finite & (np.sign(offsets) == sign)
        style = {"linestyle": "none", "ms": 4, "color": LIGHT["green"], "mfc": "none" if sign < 0 else LIGHT["green"]}
        if there.any():
            ax.plot(distance[there], np.maximum(errors[there], bottom), marker, label=label, clip_on=False, **style)
    known = np.flatnonzero(allowed > 0)
    if known.size:
        known = known[np.argsort(distance[known])]
        ax.plot(distance[known], allowed[known], "--", lw=1, color=LIGHT["ink"], label="allowed")
    lost = np.isinf(errors)
    if lost.any():
        style = {"linestyle": "none", "ms": 5, "color": LIGHT["red"], "label": "not finite"}
        ax.plot(distance[lost], np.full(lost.sum(), top), "x", clip_on=False, **style)
    if not (finite | lost).any():
        ax.text(0.5, 0.5, "not known", ha="center", va="center", transform=ax.transAxes, color=LIGHT["ink"])
    if width:
        ax.axvspan(ax.get_xlim()[0], width, color=LIGHT["yellow"], alpha=0.35, lw=0, label="wrong out to here")


def _limits(errors: np.ndarray, allowed: np.ndarray) -> tuple[float, float]:
    """Return the ends of the axis: all that is positive is between, and 0 is at the bottom."""
    numbers = np.concatenate([errors, allowed])
    numbers = numbers[np.isfinite(numbers) & (numbers > 0)]
    if not numbers.size:
        return _EMPTY
    low, high = float(np.min(numbers)), float(np.max(numbers))
    return max(low / 10, _LEAST), min(max(high, 10 * low) * 10, _MOST)
