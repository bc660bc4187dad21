"""How the values of a program leave the function that the rings further out have.

They do so at once, where the program has a branch; smoothly, where it is another function further
in; or as noise, where it loses its digits.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
from numpy.polynomial import chebyshev

from removable.probing.fits import INNER, Side
from removable.probing.piece import Piece
from removable.probing.sampler import Sampler

__all__ = ["SIGNS", "branch", "is_smooth_between", "leaves", "rough_octaves"]

SIGNS: dict[Side, tuple[int, ...]] = {"both": (1, -1), "right": (1,), "left": (-1,)}
"""The signs of the offsets of a side."""

_OF_SIGN: dict[int, Side] = {1: "right", -1: "left"}

_BARS = 10.0
"""Differences of more error bars than this are taken for differences."""

_ABRUPT = 0.05
"""Values that leave the outer function by this part, from one sample to the next, of what they are
off further in, have a branch there."""

_SAMPLES, _SCANNED = 64, 24
"""Distances at which values are compared with the outer function; how many after the first that
differs say how much they differ."""

_PER_DECADE = 4
"""Distances in each decade at which it is seen whether values leave a function at all."""

_OCTAVES, _IN_AN_OCTAVE = 3, 16
"""Where values leave, they are looked at over so many octaves, at so many distances in each."""

_TURNS = 0.2
"""Noise turns at two of three samples, a function at few; with less than this it is a function."""

_GONE = 0.5
"""The part of the samples, from the first on, that have left."""

_NODES, _DEGREE = 16, 8
"""Values in an octave of distances, and the degree of the polynomial through them."""

_FIT = 64.0
"""Roundings that the fit itself makes."""

_ROUGH = 0.1
"""What a polynomial leaves over of the values of an octave, as a part of how much they vary, if
they are noise."""


def branch(outer: Piece, inner: float, side: Side, values: Sampler, start: float = 0.0) -> float:
    """Return the distance at which values leave the outer function abruptly; 0 if they do not.

    Parameters
    ----------
    outer : Piece
        The function of the rings further out.
    inner : float
        The radius of a ring that has another one.
    side : {"both", "left", "right"}
        The sides of the point.
    values : Sampler
        The program.
    start : float, optional
        The largest distance to look at; by default that of the smallest ring.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.fits import nodes, ring
    >>> from removable.probing.departures import branch
    >>> from removable.probing.piece import Piece
    >>> from removable.probing.sampler import Sampler
    >>> def patched(t):
    ...     return np.where(np.abs(t) < 1e-2, 0.0, np.cos(t))
    >>> outer = Piece((ring("right", 0.64, patched(0.64 * nodes("right"))),))
    >>> round(branch(outer, 0.0025, "right", Sampler(patched)), 6)
    0.01
    """
    for sign in SIGNS[side]:
        distances = np.geomspace(start or outer.narrowest, inner * INNER, _SAMPLES)
        away = _off(outer, distances, sign, values)
        departs = np.flatnonzero(away > 0)
        if not departs.size or departs[0] == 0:
            continue
        far, near = distances[departs[0] - 1], distances[departs[0]]
        for _ in range(40):
            middle = np.sqrt(far * near)
            if _off(outer, np.array([middle]), sign, values)[0] > 0:
                near = middle
            else:
                far = middle
        at_once = _off(outer, np.array([near]), sign, values)[0]
        if at_once > _ABRUPT * np.max(away[departs[0] : departs[0] + _SCANNED]):
            return float(near)
    return 0.0


def leaves(outer: Piece, side: Side, values: Sampler, inner: float = 0.0) -> bool:
    """Tell whether values further in are smoothly another function.

    Parameters
    ----------
    outer : Piece
        The function of the rings.
    side : {"both", "left", "right"}
        The sides of the point.
    values : Sampler
        The program.
    inner : float, optional
        The smallest distance to look at; by default the smallest there is.

    Returns
    -------
    bool
        False if the values go along with the outer function, or leave it at once, or as noise.

    Examples
    --------
    A hyperbola with a narrow bend, and one that loses its digits:

    >>> import numpy as np
    >>> from removable.probing.fits import nodes, ring
    >>> from removable.probing.departures import leaves
    >>> from removable.probing.piece import Piece
    >>> from removable.probing.sampler import Sampler
    >>> def bend(t):
    ...     return np.sqrt(t**2 + 1e-16)
    >>> def lost(t):
    ...     return (np.sqrt(1 + t**2) - 1) / t
    >>> for f in (bend, lost):
    ...     outer = Piece((ring("right", 1e-3, f(1e-3 * nodes("right"))),))
    ...     leaves(outer, "right", Sampler(f))
    True
    False
    """
    inner = max(inner, values.finest)
    if not outer.narrowest > inner:
        return False
    count = int(np.log10(outer.narrowest / inner) * _PER_DECADE) + 2
    distances = np.geomspace(outer.narrowest, inner, count)
    for sign in SIGNS[side]:
        departs = np.flatnonzero(_off(outer, distances, sign, values) > 0)
        if not departs.size:
            continue
        at_once = branch(outer, inner / INNER, _OF_SIGN[sign], values)
        if not at_once and _is_function(outer, sign, values, min(2 * distances[departs[0]], outer.narrowest)):
            return True
    return False


def is_smooth_between(outer: float, inner: float, side: Side, values: Sampler) -> bool:
    """Tell whether a program is smooth in each octave between two distances, on one side at least.

    Examples
    --------
    >>> from removable.probing.departures import is_smooth_between
    >>> from removable.probing.sampler import Sampler
    >>> is_smooth_between(1e-6, 1e-12, "right", Sampler(lambda t: 1 / (t + 1e-9)))
    True
    >>> is_smooth_between(1e-6, 1e-16, "right", Sampler(lambda t: (1 + t) - 1))
    False
    """
    return all(
        rough <= _ROUGH * spread for sign in SIGNS[side] for rough, spread in _octaves(sign, values, outer, inner)
    )


def rough_octaves(outer: float, inner: float, side: Side, values: Sampler) -> int:
    """Count the octaves between two distances in which values scatter, on the worse side.

    Examples
    --------
    A plateau within lost digits, and one beside a step:

    >>> import numpy as np
    >>> from removable.probing.departures import rough_octaves
    >>> from removable.probing.sampler import Sampler
    >>> rough_octaves(0.64, 1e-9, "right", Sampler(lambda t: (1 - np.cos(t / 1e3)) / t**2)) > 9
    True
    >>> rough_octaves(0.64, 1e-9, "right", Sampler(lambda t: np.where(t > 0.3, 1.0, 0.0)))
    1
    """
    return max(
        sum(rough > _ROUGH * spread for rough, spread in _octaves(sign, values, outer, inner)) for sign in SIGNS[side]
    )


def _off(outer: Piece, distances: np.ndarray, sign: int, values: Sampler) -> np.ndarray:
    """Return by how much values are off the outer function, beyond its error bars."""
    with np.errstate(all="ignore"):
        meant, bar = outer.at(sign * distances, 0)
        return np.abs(values(sign * distances) - meant) - _BARS * bar


def _is_function(outer: Piece, sign: int, values: Sampler, start: float) -> bool:
    """Tell whether what values are off, from a distance inwards, is a function and not noise."""
    distances = start * 2.0 ** -(np.arange(_OCTAVES * _IN_AN_OCTAVE) / _IN_AN_OCTAVE)
    with np.errstate(all="ignore"):
        # one polynomial: from one ring to the next there are steps
        seen = [fit.at(sign * distances, 0) for fit in outer.fits]
        meant, bars = min(seen, key=lambda pair: float(np.max(pair[1])))
        results = values(sign * distances)
        error = results - meant
        gone = np.abs(error) > _BARS * bars
        steps = np.diff(error)
        clear = np.abs(steps) > _BARS * (bars[1:] + values.rounding * np.abs(results[1:]))
    turns = (steps[1:] * steps[:-1] < 0) & clear[1:] & clear[:-1]
    return bool(gone[int(np.argmax(gone)) :].mean() >= _GONE and turns.sum() <= _TURNS * gone.sum())


def _octaves(sign: int, values: Sampler, outer: float, inner: float) -> Iterator[tuple[float, float]]:
    """Go inwards by octaves: what a polynomial leaves over, how much values vary.

    What is left over is infinite where a value is not finite. What is less than rounding is 0.
    """
    nodes, inverse, vander = _octave()
    radius = outer
    while radius > inner:
        distances = radius * nodes
        results = values(sign * distances)
        if not np.isfinite(results).all():
            yield np.inf, 0.0
        else:
            size = float(np.max(np.abs(results))) or 1.0
            left = results / size - vander @ (inverse @ (results / size))
            rough = float(np.sqrt(np.sum(left**2) / (_NODES - _DEGREE - 1)))
            rounding = _FIT * values.rounding
            yield (0.0 if rough < rounding else rough) * size, float(np.ptp(results))
        radius /= 2


@functools.cache
def _octave() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return nodes between 1/2 and 1, and the matrices of the fit."""
    cosines = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    vander = chebyshev.chebvander(cosines, _DEGREE)
    return 0.75 + 0.25 * cosines, np.linalg.pinv(vander), vander
