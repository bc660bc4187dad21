r"""The Taylor polynomial of a quotient, its common factor cancelled in exact arithmetic, and how far out it may be used.

Let :math:`f` and :math:`g` vanish at :math:`r` to order :math:`m`, and :math:`t = x - r`. Their power series begin with
:math:`t^m`; without it, their quotient is the power series :math:`\sum_k c_k t^k` of :math:`f/g`. The coefficients are computed in
ball arithmetic (:mod:`removable.truth`) and rounded once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import flint
import numpy as np

from removable.checks import checked_base, checked_whole
from removable.errors import InputError, PoleError
from removable.functions import Program
from removable.truth import derivatives, expansion, working

__all__ = ["Polynomial", "coefficients", "polynomial"]

_TERMS = 80
"""Coefficients computed: twice as many as are used, so that what is left out is known and not guessed."""

_BITS = 1024
"""Precision of the exact arithmetic."""

_MOST_TERMS = 40
"""Terms of a polynomial. With more it reaches further out, where the plain quotient is good and costs less."""

_ROOT_TOLERANCE = 4.0
"""By how many roundings of r a zero may miss r: the square root of 2 is no float64, and is meant all the same."""

_CANCELLATION = 3.0
"""How much larger than the result the terms of the polynomial may be, in sum."""

_SLACK = (0.25, 4.0, 40.0, 40.0)
"""Truncation error allowed in value and first three derivatives, in units of rounding."""


@dataclass(frozen=True)
class Polynomial:
    r"""A polynomial in :math:`t = x - r` that stands for a quotient where :math:`|t|` is below a radius.

    Attributes
    ----------
    coefficients : tuple of float
        From the constant term up.
    radius : float
        Where it ends; infinite if the quotient is this polynomial everywhere.
    scale : float
        The unit of t that the coefficients are for: 1, or a power of 2 if they would overflow.
    """

    coefficients: tuple[float, ...]
    radius: float
    scale: float = 1.0


def coefficients(f: Program, g: Program, *, at: float, order: int = 1) -> list[flint.arb]:
    r"""Coefficients of the power series of f/g at a common zero, as certified balls.

    Parameters
    ----------
    f, g : callable
        Called as ``f(x, exact)``.
    at : float
        The common zero :math:`r`. The true one may differ from it by a few roundings.
    order : int
        The order :math:`m` of the zero, at least 1.

    Returns
    -------
    list of flint.arb
        The coefficients :math:`c_0, c_1, \dots`, eighty of them.

    Raises
    ------
    removable.errors.InputError
        If g has no zero there, or if its order is not ``order``.
    removable.errors.PoleError
        If f has no zero of that order there.

    Examples
    --------
    >>> from removable.functions import f, g
    >>> [float(c) for c in coefficients(f, g, at=2.0)][:3]
    [4.0, 1.0, 0.0]
    >>> coefficients(lambda x, xp: x * x - 5, g, at=2.0)
    Traceback (most recent call last):
        ...
    removable.errors.PoleError: f(2.0) is -1, not 0, so that f/g has a true pole there; nothing removes it.
    """
    at, order = checked_base(at, name="at"), checked_whole("order", order, least=1)
    rows = [expansion(program, at=at, terms=_TERMS + order, bits=_BITS) for program in (f, g)]
    magnitudes = [[0.0 if c.contains(0) else abs(float(c.mid())) for c in row[: order + 2]] for row in rows]
    check_zeros(*magnitudes, at=at, order=order, rounding=2.0**-53, values=[float(rows[0][0]), float(rows[1][0])])
    with working(_BITS, _TERMS):
        numerator, denominator = (flint.arb_series(row[order:], prec=_TERMS) for row in rows)
        quotient = numerator / denominator
        series = [quotient[k] for k in range(_TERMS)]
    _check_both_sides(f, g, series, at=at)
    return series


def _check_both_sides(f: Program, g: Program, series: Sequence[flint.arb], *, at: float) -> None:
    """Refuse a function that is defined by cases at the point: exact arithmetic has expanded one of them."""
    scale, values, reach = _scaled(series)
    distance = min(scale * reach, max(1.0, abs(at))) * 2.0**-5
    sides = np.array([distance, -distance])
    with np.errstate(all="ignore"):
        found = derivatives(f, sides, base=at, order=0)[0] / derivatives(g, sides, base=at, order=0)[0]
    expected = np.polynomial.polynomial.polyval(sides / scale, values)
    if not np.all(np.abs(found - expected) <= 1e-9 * np.max(np.abs(expected))):
        raise InputError(
            f"f or g is not smooth at {at!r}: {found[0]:g} and {found[1]:g} at {distance:.2g} on either side, where its "
            f"power series gives {expected[0]:g} and {expected[1]:g}; a singularity of that kind is not removable."
        )


def check_zeros(
    f: Sequence[float], g: Sequence[float], *, at: float, order: int, rounding: float, values: Sequence[float]
) -> None:
    r"""Refuse a quotient that has no removable singularity of this order.

    Parameters
    ----------
    f, g : list of float
        Magnitudes of the Taylor coefficients, at least ``order + 2`` of them.
    at, order
        The point and the order of the zero.
    rounding : float
        Relative error of the point and of the coefficients.
    values : list of float
        The values of f and g, for the message.

    Raises
    ------
    removable.errors.InputError
        If g has no zero there, or if its order is not ``order``.
    removable.errors.PoleError
        If f has no zero of that order there.

    Examples
    --------
    >>> check_zeros([0.0, 4.0, 1.0], [0.0, 1.0, 0.0], at=2.0, order=1, rounding=1e-16, values=[0.0, 0.0])
    """
    if _first_of(g, at, order, rounding) == 0:
        raise InputError(f"g({at!r}) is {values[1]:g}, not 0, so that there is nothing to remove; divide f by g.")
    if (zero := _first_of(g, at, order, rounding)) < order:
        raise InputError(f"order is {order}, and g has a zero of order {zero} at {at!r}; give order={zero}.")
    if g[order] <= rounding * max(g):
        raise InputError(
            f"order is {order}, and g has a zero of higher order at {at!r}; give order={order + 1} or more."
        )
    if (zero := _first_of(f, at, order, rounding)) == 0:
        raise PoleError(f"f({at!r}) is {values[0]:g}, not 0, so that f/g has a true pole there; nothing removes it.")
    if zero < order:
        raise PoleError(
            f"f has a zero of order {zero} at {at!r} and g one of order {order}, "
            "so that f/g has a true pole there; nothing removes it."
        )


def _first_of(row: Sequence[float], at: float, order: int, rounding: float) -> int:
    r"""Return the index of the first coefficient that is not zero, up to rounding, or ``order`` if all before it are.

    A zero of order m that is misplaced by :math:`\delta` has coefficients :math:`\binom{m}{k} c_m \delta^{m-k}`. Taken for
    a rounding is what a few roundings of the point, or of the length on which the function changes, explain.
    """
    scale = abs(at)
    if row[order + 1]:
        scale = max(scale, row[order] / row[order + 1])
    shift = _ROOT_TOLERANCE * rounding * scale
    for k in range(order):
        if row[k] > math.comb(order, k) * row[order] * shift ** (order - k):
            return k
    return order


def polynomial(series: Sequence[flint.arb], *, bits: int = 53, radius: float | None = None) -> Polynomial:
    r"""Choose how many terms to keep, and how far out they are good for.

    Unless it is given, the radius is the largest at which 40 terms are enough for value and three derivatives, and at
    which the terms are in sum not much larger than the result.

    Parameters
    ----------
    series : list of flint.arb
        The coefficients, many more than are needed.
    bits : int
        The precision in which the polynomial will be evaluated: 53 for float64.
    radius : float, optional
        How far out it has to be good. The smaller, the fewer terms.

    Returns
    -------
    Polynomial
        Its coefficients are rounded to float64.

    Raises
    ------
    removable.errors.InputError
        If there is no radius at which the terms do not cancel, or if that which is given is too large.

    Examples
    --------
    >>> from removable.functions import f, g
    >>> polynomial(coefficients(f, g, at=2.0))
    Polynomial(coefficients=(4.0, 1.0), radius=inf, scale=1.0)
    >>> sinc = polynomial(coefficients(lambda x, xp: xp.sin(x), lambda x, xp: x, at=0.0))
    >>> sinc.coefficients[:3], sinc.radius > 1
    ((1.0, 0.0, -0.16666666666666666), True)
    """
    scale, values, reach = _scaled(series)
    if math.isinf(reach):
        return Polynomial(tuple(np.trim_zeros(values, "b")) or (0.0,), math.inf, scale)
    for largest in (reach * 2 ** (-step / 8) for step in range(1, 200)):
        terms = _enough(values, largest, reach, scale, 2.0**-bits)
        if terms is None:
            continue
        if radius is None:
            return Polynomial(tuple(values[:terms]), largest * scale, scale)
        if radius > largest * scale:
            raise InputError(
                f"radius is {radius!r}, and {_MOST_TERMS} terms of the series of f/g are good up to {largest * scale:.3g}; "
                "give no more than that, or none."
            )
        return Polynomial(tuple(values[: _enough(values, radius / scale, reach, scale, 2.0**-bits)]), radius, scale)
    raise InputError(
        f"the series of f/g begins with {values[0]:g} and {values[1]:g} times t, and no polynomial near the point keeps "
        'its digits; use engine="integral".'
    )


def _enough(values: Sequence[float], radius: float, reach: float, scale: float, rounding: float) -> int | None:
    """Return how many terms to keep at a radius; None if 40 are too few, or if they cancel."""
    sides = [abs(math.fsum(c * u**k for k, c in enumerate(values))) for u in (radius, -radius)]
    if math.fsum(abs(c) * radius**k for k, c in enumerate(values)) > _CANCELLATION * min(sides):
        return None
    return _terms(values, radius, radius / reach, scale, rounding)


def _terms(values: Sequence[float], radius: float, ratio: float, scale: float, rounding: float) -> int | None:
    """Return the smallest number of terms that is enough at a radius, or None if the most is not."""
    enough = 1
    for d, slack in enumerate(_SLACK):
        # Sizes of the terms of the d-th derivative; behind the last they go on at most like a geometric series.
        sizes = [
            abs(c) * math.perm(k, d) * radius ** (k - d) / scale**d if k >= d else 0.0 for k, c in enumerate(values)
        ]
        largest = max(sizes) if d == 0 else max(1.0, *sizes)
        tail = max(sizes[-2:]) / (1 - ratio) if ratio < 1 else math.inf
        for k in reversed(range(len(sizes))):
            tail += sizes[k]
            if tail > slack * rounding * largest:
                enough = max(enough, k + 1)
                break
    return enough if enough <= _MOST_TERMS else None


def _scaled(series: Sequence[flint.arb]) -> tuple[float, list[float], float]:
    """Return a unit of t, the coefficients in that unit, and the radius of convergence in that unit.

    The radius is estimated by the root test; the larger half of the coefficients is taken as the rule for all that
    follow. It is infinite for a polynomial.
    """
    with working(_BITS, _TERMS):
        # In logarithms: the coefficients themselves may be too large or too small for a float.
        logs = {k: float(abs(c).log()) / math.log(2) for k, c in enumerate(series) if not c.contains(0)}
        reach = min((-size / k for k, size in logs.items() if k >= len(series) // 2), default=math.inf)
        scale = 0 if abs(reach) < 10 or math.isinf(reach) else round(reach)
        unit = flint.arb(2) ** scale
        values = [float((c * unit**k).mid()) if k in logs else 0.0 for k, c in enumerate(series)]
    return 2.0**scale, values, 2.0 ** (reach - scale)
