"""The radius of a circle for each element, chosen by the program itself.

This is for points that move, and for a compiler that hides the values.
"""

from __future__ import annotations

import math
from typing import Any

from removable.functions import Array
from removable.remedy.backends import Backend
from removable.remedy.stencils import Choice

__all__ = ["chosen", "worst"]

_NATURAL = 64.0
"""A value on the circle may be this much larger than the first four terms."""

_ROUNDING = 0.25
"""Noise that is rounding alone, in units of the unit roundoff."""

_AGREE = 64.0
"""How many times their uncertainties the coefficients on neighbouring circles may differ."""

_MORE = 4.0
"""How much more uncertain than the best a larger circle may leave the value: it knows the
derivatives better."""


def worst(bits: str) -> float:
    """Return the noise, relative to the largest value, above which a circle is not used.

    Parameters
    ----------
    bits : {"64", "32"}
        The precision.

    Returns
    -------
    float
        The limit.

    Examples
    --------
    >>> from removable.remedy.radius_of_each import worst
    >>> worst("64"), worst("32")
    (1e-06, 0.0001)
    """
    return 1e-6 if bits == "64" else 1e-4


def chosen(
    b: Backend, choice: Choice, values: Array, bits: str, least: Any = 0.0, *, known: bool = False
) -> tuple[Array, Array]:
    r"""Choose a radius for each element, by looking at the noise on circles of all radii.

    Parameters
    ----------
    b : Backend
        The framework.
    choice : Choice
        The nodes.
    values : array
        The program on the circles, shape (J m, ...), real or complex as the nodes are.
    bits : {"64", "32"}
        The precision.
    least : float or array
        Radii below this are not taken: rounding moves the nodes by too much. An array has the shape
        (...).
    known : bool
        Whether the smallest circle is known to be good, so that others have to be as good as that.

    Returns
    -------
    radii : array
        For each element the largest radius that leaves the value nearly as certain as the best,
        shape (...), real.
    good : array
        Whether there is one at all, shape (...), bool: values are no larger than their first terms
        explain, and the next smaller circle has the same value and slope. Where circle after circle
        has another, none is. Elsewhere the radius is the smallest.

    Examples
    --------
    Of :math:`(e^{pz} - 1)/z` the radius is 1/p; 1/z has none:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.stencils import CHOICE, around
    >>> from removable.remedy.radius_of_each import chosen
    >>> b, choice, p = backend("numpy"), CHOICE["complex"][0], np.array([1.0, 64.0, 1 / 64])
    >>> z = around(b, choice.real, choice.imaginary, 0.0, 1.0, 1, "complex128", p)
    >>> with np.errstate(all="ignore"):
    ...     radii, good = chosen(b, choice, (np.exp(p * z) - 1) / z, "64")
    >>> radii.tolist(), good.tolist()
    ([1.0, 0.015625, 64.0], [True, True, True])
    >>> chosen(b, choice, 1 / z, "64")[1].tolist()
    [False]
    """
    limit = worst(bits)
    noise, size, first = choice.each.quality(b, b.split(values, len(choice.radii)))
    ratio = choice.radii[0] / choice.radii[1]
    somewhere = b.largest(size)
    # What the value at the point is uncertain by, where the circle can be used at all.
    floor = _ROUNDING * (2.0**-53 if bits == "64" else 2.0**-24)
    uncertain = noise + floor * size
    agree = _AGREE * (uncertain[1:] + uncertain[:-1])
    same = (b.abs(first[0, 1:] - first[0, :-1]) <= agree) & (b.abs(first[1, 1:] * ratio - first[1, :-1]) <= agree)
    clean = (noise <= limit * size) & (size > 0) & (size <= _NATURAL * b.largest(b.abs(first)))
    apart = clean[1:] & clean[:-1] & ~same
    # |z|^2 is constant on a circle, and another constant on the next, and so on; a box has one
    # edge.
    analytic = b.largest(b.cast(apart[1:] & apart[:-1], "float32")) == 0
    fit = (
        (noise[1:] <= limit * size[1:])
        & ((size[1:] > 0) | (somewhere == 0))  # where all has cancelled a program is 0
        & (size[1:] <= _NATURAL * b.largest(b.abs(first[:, 1:])))
        & same
        & analytic
    )
    error = uncertain[1:]
    radii = b.column(choice.column, len(error.shape) - 1, b.dtype(error), error)
    fit = fit & (radii >= least)
    error = b.where(fit, error, b.adapter.number(math.inf, error))
    least_error = -b.largest(-error)
    best = b.where(uncertain[0] < least_error, uncertain[0], least_error) if known else least_error
    # Where no circle is good the smallest is named, so that only what is nearest to the point is in
    # doubt.
    good = fit & (error <= _MORE * best)
    return b.largest(b.where(good, radii, b.adapter.number(choice.radii[0], error))), least_error < math.inf
