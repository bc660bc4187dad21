r"""Divided differences, :math:`(f(x) - f(y))/(x - y)`.

Where both arguments are equal they are :math:`f'`.
"""

from __future__ import annotations

import math

from removable.functions import Array
from removable.primitives._arithmetic import Arithmetic, evaluated
from removable.primitives.exponential import phi
from removable.primitives.logarithmic import ATANH

__all__ = ["exp_divided_difference", "log_divided_difference"]


def _ordered(on: Arithmetic, x: Array, y: Array) -> tuple[Array, Array]:
    """Return the larger and the smaller argument.

    One choice is made for both, so that every derivative is that of one smooth expression.
    """
    swapped = x < y
    return on.where(swapped, y, x), on.where(swapped, x, y)


def _exp_divided_difference(on: Arithmetic, x: Array, y: Array) -> Array:
    """Evaluate as the larger exponential times a phi function.

    The factor is the first phi function of the negative difference. Nothing is lost: rounding the
    difference costs half an ulp, for phi changes by less than its argument does, relatively.
    """
    high, low = _ordered(on, x, y)
    beyond = high > on.exp_overflows
    # At -infinity both exponentials are 0; -1000 is far enough.
    none = beyond | (high == -math.inf)
    regular = on.where(none, -1000.0, high)
    product = on.exp(regular) * phi(on, 1, on.where(none, -1000.0, low) - regular)
    # Infinite, and so are all derivatives, except by a number that is -infinity itself.
    overflown = on.where(beyond & (low != -math.inf), low, 0.0) + on.where(beyond, high, 0.0)
    return on.where(beyond, on.exp(overflown + on.where(beyond, math.inf, on.ones_like(overflown))), product)


def _log_divided_difference(on: Arithmetic, x: Array, y: Array) -> Array:
    r"""Evaluate by the inverse hyperbolic tangent up to a ratio of 3, beyond by a logarithm.

    The logarithm is that of the ratio. With s = (x - y)/(x + y), log(x/y) is 2 artanh(s), a series
    in the square of s. From a ratio of 1e30 on, or 1e15 in single precision, whose square might
    overflow, the logarithms themselves are subtracted: they are far apart. Up to there both numbers
    are scaled, and the result.
    """
    high, low = _ordered(on, x, y)
    distant = high > min(1e30, on.large**0.4) * low
    scaling = on.where(distant & (low != 0.0), 1.0, on.scaling(high))
    real = (low >= 0.0) & (high >= 0.0)
    pole, at_infinity = real & ((low == 0.0) | (high < 1 / on.large)), real & (high == math.inf)
    high, low = high * scaling, low * scaling
    near = (high <= 3 * low) & ~pole & ~at_infinity & real
    top, bottom = on.where(near, high, 1.0), on.where(near, low, 1.0)
    s = (top - bottom) / (top + bottom)
    series = on.polynomial(ATANH, s * s) * (2 / (top + bottom))

    other = near | pole | at_infinity | ~real
    top, bottom = on.where(other | distant, 4.0, high), on.where(other | distant, 1.0, low)
    middle = on.log(top / bottom) / (top - bottom)
    top, bottom = on.where(distant & ~other, high, 4.0), on.where(distant & ~other, low, 1.0)
    apart = on.where(distant, (on.log(top) - on.log(bottom)) / (top - bottom), middle)

    # Next to 0 as infinite as 1/(x y), with all derivatives; next to infinity 0.
    top = on.where(pole, high + on.where(high > 0.0, 0.0, on.tiny * on.ones_like(high)), 1.0)
    infinite = 1 / (on.where(pole, low, 1.0) + on.tiny) / on.tiny * (1 / top)
    # A square root makes negative numbers NaN, with all derivatives: their logarithm is not real.
    unreal = on.sqrt(on.where(real, 1.0, low)) * on.sqrt(on.where(real, 1.0, high))
    edge = on.where(pole, infinite, on.where(at_infinity, 0.0, unreal))
    return on.where(near, series, on.where(pole | at_infinity | ~real, edge, apart)) * scaling


def exp_divided_difference(x: Array, y: Array) -> Array:
    r"""The divided difference of the exponential, :math:`(e^x - e^y)/(x - y)`.

    It is :math:`e^x` where both arguments are equal. Its derivatives by both arguments are right
    where these are equal, and near. Rates that may coincide are one use: the solution of two
    reactions in a row is :math:`k_1 t\,` times the divided difference of :math:`-k_1 t` and
    :math:`-k_2 t`.

    Parameters
    ----------
    x, y : array or float
        Of shapes that broadcast.

    Returns
    -------
    array
        The common shape and dtype; :math:`\infty` where the larger exponential overflows.

    Raises
    ------
    removable.errors.InputError
        If one is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> import torch
    >>> from removable.primitives import exp_divided_difference
    >>> x, y = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.0, 0.0))
    >>> z = exp_divided_difference(x, y)
    >>> z.backward()
    >>> z.item(), x.grad.item(), y.grad.item()
    (1.0, 0.5, 0.5)
    """
    return evaluated(_exp_divided_difference, x=x, y=y)


def log_divided_difference(x: Array, y: Array) -> Array:
    r"""The divided difference of the logarithm, :math:`(\log x - \log y)/(x - y)`.

    It is :math:`1/x` where both arguments are equal. Its reciprocal is the logarithmic mean of x
    and y. Its derivatives by both arguments are right where these are equal, and near.

    Parameters
    ----------
    x, y : array or float
        Positive numbers, of shapes that broadcast.

    Returns
    -------
    array
        The common shape and dtype; :math:`\infty` where one is 0, 0 where one is :math:`\infty`,
        NaN where one is negative.

    Raises
    ------
    removable.errors.InputError
        If one is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> from removable.primitives import log_divided_difference
    >>> log_divided_difference(2.0, 2.0).item(), 1 / log_divided_difference(1.0, 2.0).item()
    (0.5, 1.4426950408889...)
    """
    return evaluated(_log_divided_difference, x=x, y=y)
