"""The function on which rings of values agree, on one side of a point or on both."""

from __future__ import annotations

import numpy as np

from removable.probing.departures import branch, leaves
from removable.probing.fits import INNER, Fit, Side, ring
from removable.probing.piece import Piece
from removable.probing.sampler import Sampler

__all__ = ["grouped", "negligible"]

_BARS = 10.0
"""Differences of more error bars than this are taken for differences."""

_SETTLED, _NEGLIGIBLE = 0.1, 1e-6
"""A derivative is known if its error bars, times :data:`_BARS`, are no more than a tenth of it, or
than a millionth of what the function could have, given its size and its other derivatives."""

_COARSE, _COARSEST = 1e5, 0.05
"""In place of a millionth so many roundings, where values are of a narrower precision."""

_CONSTANT = 0.1
"""Values vary at least by this part of their size, as far as rounding errors are concerned."""


def negligible(rounding: float) -> float:
    """Return the part of what a derivative could be that is nothing, in the precision of values.

    Examples
    --------
    >>> from removable.probing.grouping import negligible
    >>> negligible(2.0**-53), round(negligible(2.0**-24), 6)
    (1e-06, 0.00596)
    """
    return max(_NEGLIGIBLE, min(_COARSE * rounding, _COARSEST))


def grouped(side: Side, radii: np.ndarray, results: np.ndarray, values: Sampler, order: int) -> Piece | None:
    """Return the function on which rings agree.

    Where rings further in have another function, it is that, unless the program has a branch there,
    or has lost its digits.

    Parameters
    ----------
    side : {"both", "left", "right"}
        The sides of the point.
    radii : numpy.ndarray
        The outer radii of the rings, the largest first, shape (rings,).
    results : numpy.ndarray
        The values at their nodes, shape (rings, nodes).
    values : Sampler
        The program.
    order : int
        The highest derivative that is asked for.

    Returns
    -------
    Piece or None
        None if no ring determines the value and all derivatives at the point.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.fits import nodes
    >>> from removable.probing.grouping import grouped
    >>> from removable.probing.sampler import Sampler
    >>> radii = np.array([0.64, 0.16])
    >>> sine = grouped("right", radii, np.sin(radii[:, None] * nodes("right")), Sampler(np.sin), 2)
    >>> len(sine.fits), bool(abs(sine.at(np.zeros(1), 1)[0][0] - 1) < 1e-9)
    (2, True)
    """
    fits = [
        fit for radius, row in zip(radii, results, strict=True) if (fit := ring(side, radius, row, values.rounding))
    ]
    groups: list[list[Fit]] = []
    for fit in (fit for fit in fits if _is_settled(fit, order, values)):
        if groups and not _agree(groups[-1], fit, order):
            outer = Piece(tuple(groups[-1]))
            if distance := branch(outer, fit.radius, side, values):
                return Piece(outer.fits, distance)
            if not leaves(outer, side, values, fit.radius * INNER):
                return outer  # its digits are lost further in
            groups.append([])
        groups = groups or [[]]
        groups[-1].append(fit)
    return Piece(tuple(groups[-1])) if groups else None


def _is_settled(fit: Fit, order: int, values: Sampler) -> bool:
    """Tell whether a ring determines value and derivatives at the point.

    What a derivative could be follows from how much the values vary, and over which distance they
    do: the radius, or what the other derivatives say. A constant in them says nothing of that.
    """
    zero = np.zeros(1)
    seen = [fit.at(zero, k) for k in range(order + 1)]
    numbers, bars = (np.array([pair[i][0] for pair in seen]) for i in (0, 1))
    size = max(np.ptp(fit.values) / 2, _CONSTANT * fit.size)
    steepest = max([1 / values.scale, *((abs(v) / size) ** (1 / k) for k, v in enumerate(numbers[1:], 1) if size)])
    change = float(np.ptp(fit.values)) / 2
    orders = range(1, order + 1)
    possible = np.array([fit.size, *(max(size * steepest**k, change / fit.radius**k) for k in orders)])
    return bool(np.all(_BARS * bars <= np.maximum(_SETTLED * np.abs(numbers), negligible(values.rounding) * possible)))


def _agree(group: list[Fit], fit: Fit, order: int) -> bool:
    """Tell whether a ring has the value and derivatives of the rings around it."""
    zero = np.zeros(1)
    for other in group:
        for k in range(order + 1):
            (one, bar), (two, other_bar) = fit.at(zero, k), other.at(zero, k)
            if abs(one[0] - two[0]) > _BARS * (bar[0] + other_bar[0]):
                return False
    return True
