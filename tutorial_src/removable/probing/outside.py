"""What a program means near a point: its values from where they are right, continued inwards.

Rings of many sizes are fitted (:mod:`removable.probing.fits`). Those that agree with each other are
one function. If the rings further in have another one, either the program has a branch at some
distance, and what is further out is meant; or the function is narrower than the outer rings could
see, and what is further in is meant. At a branch the values leave the outer function abruptly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from removable.probing.fits import INNER, Fit, Side, nodes, ring

__all__ = ["Kind", "Outside", "Piece", "look", "narrowed"]

Kind = Literal["smooth", "kink", "jump", "left only", "right only", "none"]
"""What a program is at the point, seen from both sides."""

Values = Callable[[np.ndarray], np.ndarray]
"""Takes offsets, shape (n,), to the values of a program, shape (n,), float64."""

LARGEST, RINGS, _RATIO = 0.64, 10, 4.0
"""The outer radius of the largest ring, in units of the scale; the number of rings; the ratio of
their radii."""

_BARS = 10.0
"""Differences of more error bars than this are taken for differences."""

_SETTLED, _NEGLIGIBLE = 0.1, 1e-6
"""A derivative is known if its error bars, times :data:`_BARS`, are no more than a tenth of it, or
than a millionth of what the function could have, given its size and its other derivatives."""

_CONSTANT = 0.1
"""Values vary at least by this part of their size, as far as rounding errors are concerned."""

_SMOOTH = 1e-3
"""Values are off where they are by this part of what they are off at most; they are smooth if a
polynomial leaves less than this part of it."""

_ABRUPT = 0.05
"""Values that leave the outer function by this part, from one sample to the next, of what they are
off further in, have a branch there."""


@dataclass(frozen=True)
class Piece:
    """One function, as the rings on one side, or on both, agree that it is.

    Attributes
    ----------
    fits : tuple of removable.probing.fits.Fit
        The rings, the largest first.
    branch : float
        The distance from the point at which the program becomes another function; 0 if it does not.
    """

    fits: tuple[Fit, ...]
    branch: float = 0.0

    def at(self, offsets: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a derivative and its error bars at offsets, shape (n,); NaN outside all rings."""
        offsets = np.asarray(offsets, dtype=np.float64)
        best, bars = np.full(offsets.shape, np.nan), np.full(offsets.shape, np.inf)
        for fit in self.fits:
            value, bar = fit.at(offsets, order)
            better = (np.abs(offsets) <= fit.radius) & (bar < bars)
            best[better], bars[better] = value[better], bar[better]
        return best, bars

    @property
    def narrowest(self) -> float:
        """The radius of the smallest ring."""
        return self.fits[-1].radius


@dataclass(frozen=True)
class Outside:
    """What a program means on both sides of a point.

    Attributes
    ----------
    kind : {"smooth", "kink", "jump", "left only", "right only", "none"}
        One function on both sides; two that differ in a derivative, or in the value; a function on
        one side only, beyond which the program has no values; or nothing that a polynomial fits.
    order : int
        The lowest derivative in which the two sides differ, of a kink.
    pieces : dict
        The functions by the sign of the offset, -1 and 1.
    finite : dict
        Which part of the values on the rings is finite, by the sign of the offset.
    narrow : float
        The distance within which values leave smoothly what they are on all rings; 0 if they do
        not.
    """

    kind: Kind
    order: int = 0
    pieces: dict[int, Piece] = field(default_factory=dict)
    finite: dict[int, float] = field(default_factory=dict)
    narrow: float = 0.0

    def at(self, offsets: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a derivative and its error bars at offsets other than 0, shape (n,) each."""
        offsets = np.asarray(offsets, dtype=np.float64)
        best, bars = np.full(offsets.shape, np.nan), np.full(offsets.shape, np.inf)
        for sign, piece in self.pieces.items():
            there = np.sign(offsets) == sign
            best[there], bars[there] = piece.at(offsets[there], order)
        return best, bars

    def beside(self, order: int) -> dict[int, tuple[float, float]]:
        """Return a derivative at the point, and its error bar, as it is seen from each side."""
        seen = {}
        for sign, piece in self.pieces.items():
            value, bar = piece.at(np.zeros(1), order)
            seen[sign] = float(value[0]), float(bar[0])
        return seen


def look(values: Values, scale: float, order: int, side: int = 0) -> Outside:
    """Look at a program from outside, and say what it means at a point.

    Parameters
    ----------
    values : callable
        The program: it takes offsets from the point, shape (n,), to values, shape (n,).
    scale : float
        The unit of distances.
    order : int
        The highest derivative that is asked for.
    side : {-1, 0, 1}
        The side that is looked at, left or right; 0 for both.

    Returns
    -------
    Outside
        The function on either side.

    Examples
    --------
    >>> round(look(lambda t: (1 - np.cos(t)) / t**2, 1.0, 2).beside(2)[1][0], 6)
    -0.083333
    >>> corner = look(np.abs, 1.0, 2)
    >>> corner.kind, corner.order, [round(corner.beside(1)[sign][0], 6) for sign in (-1, 1)]
    ('kink', 1, [-1.0, 1.0])
    """
    radii = scale * LARGEST * _RATIO ** -np.arange(RINGS)
    right = radii[:, None] * nodes("right")
    with np.errstate(all="ignore"):
        results = values(np.concatenate([right.ravel(), -right.ravel()])).reshape(2, *right.shape)
    finite = {1: float(np.isfinite(results[0]).mean()), -1: float(np.isfinite(results[1]).mean())}
    if not side and (both := _piece("both", radii, np.concatenate([results[0], results[1]], 1), values, order)):
        return Outside("smooth", 0, {1: both, -1: both}, finite)
    pieces = {
        sign: piece
        for sign, rows in zip((1, -1), results, strict=True)
        if side != -sign and (piece := _piece("right" if sign > 0 else "left", radii, rows, values, order))
    }
    if len(pieces) == 2:
        return _compared(pieces, finite, order)
    if len(pieces) == 1 and (side or finite[-next(iter(pieces))] == 0.0):
        return Outside("right only" if 1 in pieces else "left only", 0, pieces, finite)
    return Outside("none", 0, {}, finite)


def _compared(pieces: dict[int, Piece], finite: dict[int, float], order: int) -> Outside:
    """Find the lowest derivative in which two sides differ."""
    for k in range(order + 1):
        (right, right_bar), (left, left_bar) = (pieces[sign].at(np.zeros(1), k) for sign in (1, -1))
        if abs(right[0] - left[0]) > _BARS * (right_bar[0] + left_bar[0]):
            return Outside("kink" if k else "jump", k, pieces, finite)
    return Outside("smooth", 0, pieces, finite)  # a kink beyond the orders that are asked for


def _piece(side: Side, radii: np.ndarray, results: np.ndarray, values: Values, order: int) -> Piece | None:
    """Return the function on which rings agree; None if no ring is fitted well."""
    fits = [fit for radius, row in zip(radii, results, strict=True) if (fit := ring(side, radius, row))]
    groups: list[list[Fit]] = []
    for fit in (fit for fit in fits if _is_settled(fit, order, radii[0] / LARGEST)):
        if groups and _agree(groups[-1], fit, order):
            groups[-1].append(fit)
        elif groups and (branch := _branch(groups[-1], fit, values)):
            return Piece(tuple(groups[-1]), branch)
        else:
            groups.append([fit])
    return Piece(tuple(groups[-1])) if groups else None


def _is_settled(fit: Fit, order: int, scale: float) -> bool:
    """Tell whether a ring determines value and derivatives at the point.

    What a derivative could be follows from how much the values vary, and over which distance they
    do, by the other derivatives. A constant in them says nothing of that.
    """
    zero = np.zeros(1)
    seen = [fit.at(zero, k) for k in range(order + 1)]
    numbers, bars = (np.array([pair[i][0] for pair in seen]) for i in (0, 1))
    size = max(np.ptp(fit.values) / 2, _CONSTANT * fit.size)
    steepest = max([1 / scale, *((abs(v) / size) ** (1 / k) for k, v in enumerate(numbers[1:], 1) if size)])
    possible = np.array([fit.size, *(size * steepest**k for k in range(1, order + 1))])
    return bool(np.all(_BARS * bars <= np.maximum(_SETTLED * np.abs(numbers), _NEGLIGIBLE * possible)))


def _agree(group: list[Fit], fit: Fit, order: int) -> bool:
    """Tell whether a ring has the value and derivatives of the rings around it."""
    zero = np.zeros(1)
    for other in group:
        for k in range(order + 1):
            (one, bar), (two, other_bar) = fit.at(zero, k), other.at(zero, k)
            if abs(one[0] - two[0]) > _BARS * (bar[0] + other_bar[0]):
                return False
    return True


def narrowed(outside: Outside, values: Values, away: np.ndarray) -> Outside:
    """Leave out what the values between the rings, or within the smallest one, contradict smoothly.

    A spike between the nodes of a ring is not seen by it. A spike within the smallest ring cannot
    be told from a number that is added lest something be divided by 0, and nothing is known then.
    Values that leave abruptly have a branch there, and those that scatter have lost their digits.

    Parameters
    ----------
    outside : Outside
        What the rings say.
    values : callable
        The program, as for :func:`look`.
    away : numpy.ndarray
        Offsets at which its values are not what the rings say, shape (n,).

    Returns
    -------
    Outside
        What is left: rings that are closer to the point, or nothing that fits.

    Examples
    --------
    >>> def steep(t):
    ...     return np.tanh(1e9 * t)
    >>> seen = narrowed(look(steep, 1.0, 2), steep, np.array([1e-10, 1e-9]))
    >>> seen.kind, seen.narrow
    ('none', 1e-09)
    """
    pieces = dict(outside.pieces)
    for sign, piece in outside.pieces.items():
        distances = np.sort(np.abs(away[np.sign(away) == sign]))
        between, within = distances[distances > piece.narrowest], distances[distances <= piece.narrowest]
        if between.size and not _leaves(piece, sign, piece.fits[0].radius, between[0], values):
            closer = [fit for fit in piece.fits if fit.radius < between[0]]
            pieces[sign] = Piece(tuple(closer), piece.branch)
        if within.size and not piece.branch:
            off = np.abs(values(sign * within) - piece.at(sign * within, 0)[0])
            furthest = float(np.max(within[off > _SMOOTH * np.max(off)]))
            if _is_smooth(piece, sign, furthest, values):
                return Outside("none", 0, {}, outside.finite, furthest)
    return replace(outside, pieces=pieces)


def _is_smooth(piece: Piece, sign: int, distance: float, values: Values) -> bool:
    """Tell whether values within a distance leave smoothly what they are further out."""
    offsets = sign * distance * nodes("right")
    with np.errstate(all="ignore"):
        fit = ring("right", distance, values(offsets))
    if fit is None or _leaves(piece, sign, piece.narrowest, distance * INNER, values):
        return False
    return fit.noise < _SMOOTH * float(np.max(np.abs(fit.values - piece.at(offsets, 0)[0])))


def _branch(outer: list[Fit], inner: Fit, values: Values) -> float:
    """Return the distance at which values leave the function of the outer rings abruptly, or 0."""
    piece, signs = Piece(tuple(outer)), {"both": (1, -1), "right": (1,), "left": (-1,)}[inner.side]
    found = (_leaves(piece, sign, outer[-1].radius, inner.radius * INNER, values) for sign in signs)
    return next((distance for distance in found if distance), 0.0)


def _leaves(piece: Piece, sign: int, start: float, end: float, values: Values) -> float:
    """Return where values leave a function abruptly, from one distance to a smaller one, or 0."""
    distances = np.geomspace(start, end, 64)

    def off(distance: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            meant, bar = piece.at(sign * distance, 0)
            return np.abs(values(sign * distance) - meant) - _BARS * bar

    away = off(distances)
    leaves = np.flatnonzero(away > 0)
    if not leaves.size or leaves[0] == 0:
        return 0.0
    far, near = distances[leaves[0] - 1], distances[leaves[0]]
    for _ in range(40):
        middle = np.sqrt(far * near)
        if off(np.array([middle]))[0] > 0:
            near = middle
        else:
            far = middle
    at_once = off(np.array([near]))[0]
    return float(near) if at_once > _ABRUPT * np.max(away[leaves[0] : leaves[0] + 24]) else 0.0
