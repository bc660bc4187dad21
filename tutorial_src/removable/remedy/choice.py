"""A circle for each element, chosen by the program itself: for points that move, and where a compiler hides the values."""

from __future__ import annotations

import math

from removable.functions import Array
from removable.remedy.backends import Backend
from removable.remedy.stencils import RADII, Choice

__all__ = ["chosen", "worst"]

_NATURAL = 64.0
"""A value on the circle may be this much larger than the first four terms."""

_TINY = 1e-30


def worst(bits: str) -> float:
    """Return the noise, relative to the largest value, above which a circle is not used."""
    return 1e-6 if bits == "64" else 1e-4


def chosen(b: Backend, choice: Choice, values: Array, bits: str) -> tuple[Array, Array]:
    """Choose a radius for each element, by looking at the noise on circles of all radii.

    Parameters
    ----------
    b : Backend
        The framework.
    choice : Choice
        The nodes.
    values : array
        The program on the circles, shape (J m, ...).
    bits : {"64", "32"}
        The precision.

    Returns
    -------
    tuple of array
        For each element the largest radius whose noise is near the least, and whether there is one: values are no
        larger than their first terms explain, and the next smaller circle has the same value and slope.
    """
    limit = worst(bits)
    noise, size, first = choice.each.quality(b, b.split(values, len(RADII)))
    ratio = RADII[0] / RADII[1]
    fit = (
        (noise[1:] <= limit * size[1:])
        & (size[1:] <= _NATURAL * b.largest(b.abs(first[:, 1:])))
        & (b.abs(first[0, 1:] - first[0, :-1]) <= limit * size[:-1])
        & (b.abs(first[1, 1:] * ratio - first[1, :-1]) <= limit * size[:-1])
    )
    level = noise[1:] / (size[1:] + _TINY)
    level = b.where(fit, level, b.adapter.number(math.inf, level))
    best = -b.largest(-level)
    allowed = 30 * best + (1e-15 if bits == "64" else 1e-6)
    radii = b.column(choice.radii, len(level.shape) - 1, b.dtype(level), level)
    # Where no circle is good the smallest is named, so that only what is nearest to the point is in doubt.
    return b.largest(
        b.where((level <= allowed) & (best <= limit), radii, b.adapter.number(RADII[1], level))
    ), best <= limit
