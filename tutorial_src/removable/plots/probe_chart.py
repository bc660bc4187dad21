"""The picture of a probe: errors against the distance from the point, a panel for each order."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from removable.errors import InputError
from removable.plots.palette import LIGHT
from removable.probing.report import Found, Report

__all__ = ["probed"]

_NAMES = ("value", "slope", "second derivative", "third derivative")


def probed(report: Report | Found) -> tuple[Figure, np.ndarray]:
    """Draw the errors of a probed function against the distance from the point.

    The stretch in which they are more than is allowed is shaded. What is not finite stands at the
    top.

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
        If nothing could be judged: there is no error to draw.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> fig, axes = probed(probe(torch.sinc, at=0.0))
    >>> [ax.get_title() for ax in axes]
    ['value', 'slope', 'second derivative']
    """
    found = report.worst if isinstance(report, Report) else report
    judged = found.judged
    if np.isnan(judged.errors).all():
        raise InputError(f"the verdict is {judged.verdict!r}, for which there are no errors to draw.")
    orders = len(judged.orders)
    fig, axes = plt.subplots(1, orders, figsize=(3.1 * orders, 3.0), layout="constrained", sharex=True, squeeze=False)
    for k, ax in enumerate(axes[0]):
        _draw(ax, judged.offsets, judged.errors[k], judged.allowed[k], judged.orders[k].width)
        ax.set_title(_NAMES[k])
        ax.set_xlabel("distance from the point")
    axes[0, 0].set_ylabel("error")
    return fig, axes[0]


def _draw(ax: Axes, offsets: np.ndarray, errors: np.ndarray, allowed: np.ndarray, width: float) -> None:
    """Draw one order."""
    distance = np.abs(offsets)
    finite = np.isfinite(errors) & (distance > 0)
    least = 1e-18 * max(1.0, float(np.nanmax(allowed, initial=0.0)) * 1e3)
    for sign, marker, label in ((-1, "o", "left of the point"), (1, "s", "right of the point")):
        there = finite & (np.sign(offsets) == sign)
        style = {"linestyle": "none", "ms": 4, "color": LIGHT["green"], "mfc": "none" if sign < 0 else LIGHT["green"]}
        ax.loglog(distance[there], np.maximum(errors[there], least), marker, label=label, **style)
    known = ~np.isnan(allowed) & (distance > 0)
    order = np.argsort(distance[known])
    ax.loglog(distance[known][order], allowed[known][order], "--", lw=1, color=LIGHT["ink"], label="allowed")
    lost = np.isinf(errors) & (distance > 0)
    if lost.any():
        top = ax.get_ylim()[1]
        ax.loglog(distance[lost], np.full(lost.sum(), top), "x", ms=5, color=LIGHT["red"], label="not finite")
    if width:
        ax.axvspan(float(np.min(distance[distance > 0])), width, color=LIGHT["yellow"], alpha=0.35, lw=0)
