r"""Polynomials fitted to values of a program on rings around a point, with error bars.

A program loses its digits near the point and has them further out. A ring has the values at
distances between d/16 and d, on one side of the point or on both. The polynomial through them is
continued to the point; its error there is estimated for the value and for each derivative.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.polynomial import chebyshev

__all__ = ["INNER", "Fit", "Side", "nodes", "ring"]

Side = Literal["both", "left", "right"]

INNER = 1 / 16
"""The inner radius of a ring, as a part of the outer one."""

_NODES = 40
"""Values on each side."""

_DEGREES = {"both": (20, 15), "left": (12, 9), "right": (12, 9)}
"""The degree of a fit, and that of the fit with which it is compared."""

_SIGMAS = 4.0
"""Standard deviations in an error bar."""

_ROUNDING = 2.0**-53


@functools.cache
def nodes(side: Side) -> np.ndarray:
    """Return where the values are, in units of the outer radius: zeros of Chebyshev polynomials.

    Examples
    --------
    >>> from removable.probing.fits import nodes
    >>> right = nodes("right")
    >>> right.size, right.min().round(3).item(), right.max().round(3).item()
    (40, 0.063, 1.0)
    """
    cosines = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    right = (1 + INNER) / 2 + (1 - INNER) / 2 * cosines
    return {"right": right, "left": -right, "both": np.concatenate([right, -right])}[side]


def _variable(u: np.ndarray, side: Side) -> tuple[np.ndarray, float]:
    """Return the variable of the polynomials, between -1 and 1 on the ring, and its slope."""
    if side == "both":
        return u, 1.0
    slope = 2 / (1 - INNER) * (1 if side == "right" else -1)
    return slope * u - (1 + INNER) / (1 - INNER), slope


@functools.cache
def _inverse(side: Side, degree: int) -> np.ndarray:
    """Return the matrix from values at the nodes to Chebyshev coefficients, by least squares."""
    return np.linalg.pinv(chebyshev.chebvander(_variable(nodes(side), side)[0], degree))


def _basis(u: np.ndarray, side: Side, degree: int, order: int) -> np.ndarray:
    """Return derivatives of the polynomials by u, shape (n, degree + 1)."""
    variable, slope = _variable(u, side)
    return chebyshev.chebval(variable, chebyshev.chebder(np.eye(degree + 1), order)).T * slope**order


@dataclass(frozen=True)
class Fit:
    """A polynomial fitted to the values on a ring.

    Attributes
    ----------
    side : {"both", "left", "right"}
        Where the values are.
    radius : float
        The outer radius of the ring.
    values : numpy.ndarray
        The values at the nodes, shape (nodes,).
    noise : float
        The standard deviation of the values from the polynomial, no less than a rounding error.
    """

    side: Side
    radius: float
    values: np.ndarray
    noise: float

    def at(self, offsets: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a derivative of the polynomial and its error bars, shape (n,) each.

        Parameters
        ----------
        offsets : numpy.ndarray
            Distances from the point, with sign, shape (n,).
        order : int
            The order of the derivative; 0 for the value.
        """
        u, (degree, lower) = np.asarray(offsets) / self.radius, _DEGREES[self.side]
        weights = _basis(u, self.side, degree, order) @ _inverse(self.side, degree)
        compared = _basis(u, self.side, lower, order) @ _inverse(self.side, lower)
        fitted, unit = weights @ self.values, self.radius**-order
        bars = _SIGMAS * self.noise * np.linalg.norm(weights, axis=1) + np.abs(fitted - compared @ self.values)
        return fitted * unit, bars * unit

    @property
    def size(self) -> float:
        """The largest value on the ring."""
        return float(np.max(np.abs(self.values)))


def ring(side: Side, radius: float, values: np.ndarray, rounding: float = _ROUNDING) -> Fit | None:
    """Fit a polynomial to the values at the nodes of a ring.

    Parameters
    ----------
    side : {"both", "left", "right"}
        Where the values are.
    radius : float
        The outer radius.
    values : numpy.ndarray
        The values at ``radius * nodes(side)``, shape (nodes,).
    rounding : float
        Half the distance from 1 to the next number, in the precision of the values.

    Returns
    -------
    removable.probing.fits.Fit or None
        None if a value is not finite.

    Examples
    --------
    The cosine from no closer than 1/16, with its error bar at 0:

    >>> import numpy as np
    >>> from removable.probing.fits import nodes, ring
    >>> cosine = ring("both", 1.0, np.cos(nodes("both")))
    >>> value, bar = cosine.at(np.array([0.0]), 2)
    >>> bool(abs(value[0] + 1) < bar[0] < 1e-11)
    True
    """
    if not np.isfinite(values).all():
        return None
    degree, size = _DEGREES[side][0], float(np.max(np.abs(values)))
    parts = values / size if size else values  # the squares of large values overflow
    fitted = chebyshev.chebvander(_variable(nodes(side), side)[0], degree) @ (_inverse(side, degree) @ parts)
    free = len(values) - degree - 1
    noise = float(np.sqrt(np.sum((parts - fitted) ** 2) / free))
    return Fit(side, radius, values, max(noise, rounding) * size)
