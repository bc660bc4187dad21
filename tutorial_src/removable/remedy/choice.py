"""A circle for each element, chosen by the program itself: for points that move, and where a compiler hides the values."""

from __future__ import annotations

import math
from typing import Any

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
    m, limit, levels = choice.each.count, worst(bits), []
    _, size_in, inner = choice.each.quality(b, values[:m])
    for j in range(1, len(RADII)):
        noise, size, first = choice.each.quality(b, values[j * m : (j + 1) * m])
        ratio = RADII[j - 1] / RADII[j]
        fit = (
            (noise <= limit * size)
            & (size <= _NATURAL * b.largest(b.abs(first)))
            & (b.abs(first[0] - inner[0]) <= limit * size_in)
            & (b.abs(first[1] * ratio - inner[1]) <= limit * size_in)
        )
        level = noise / (size + _TINY)
        levels.append(b.where(fit, level, b.adapter.number(math.inf, level)))
        size_in, inner = size, first
    best = levels[0]
    for level in levels[1:]:
        best = b.where(level < best, level, best)
    allowed = 30 * best + (1e-15 if bits == "64" else 1e-6)
    radius: Any = b.number_like(RADII[1], best)
    for r, level in zip(RADII[1:], levels, strict=True):
        radius = b.where(level <= allowed, b.adapter.number(r, level), radius)
    return radius, best <= limit
