"""Radii of circles, moved a little so that later rounding errors are small.

One kind has a logarithm that is exact in floating point, which complex powers need. The other is a
power of the square root of 2, so that division by it keeps short numbers short.
"""

from __future__ import annotations

import decimal
import functools
import math

__all__ = ["power_of_root_2", "with_short_logarithm"]

_STRIDE = 999_983
"""From one candidate to the next, a prime number: those at regular distances are all rounded alike.
"""


@functools.lru_cache(maxsize=256)
def with_short_logarithm(radius: float) -> float:
    """Return a number close to a radius whose natural logarithm is short.

    The logarithm has 9 binary digits less than there is room for, all but exactly. PyTorch and
    TensorFlow compute a complex power as exp(k log z), and round log z and its product with k. On a
    circle every node z has the same size, so that all are wrong by the same: by 18 units of
    rounding for k = 6 and a radius of 8. No mean removes that.

    Parameters
    ----------
    radius : float
        A number greater than 0.

    Returns
    -------
    float
        A number within 1e-5 of it, in units of itself.

    Examples
    --------
    >>> import decimal, math
    >>> from removable.remedy.rounded_radii import with_short_logarithm
    >>> r = with_short_logarithm(8.0)
    >>> abs(r / 8.0 - 1) < 1e-5, (math.log(r) * 2**44).is_integer()
    (True, True)
    >>> with decimal.localcontext(prec=40):
    ...     float(abs(decimal.Decimal(r).ln() - decimal.Decimal(math.log(r)))) < 1e-17
    True
    """
    step = 2.0**-44
    nearest = round(math.log(radius) / step)
    with decimal.localcontext(prec=40):
        exact = [decimal.Decimal((nearest + m * _STRIDE) * step).exp() for m in range(128)]
        off = [abs(decimal.Decimal(float(each)) / each - 1) for each in exact]
    return float(exact[off.index(min(off))])


def power_of_root_2(radius: float) -> float:
    """Return the power of the square root of 2 next to a radius.

    In units of it, numbers of few digits stay numbers of few digits.

    Parameters
    ----------
    radius : float
        A number greater than 0.

    Returns
    -------
    float
        The power.

    Examples
    --------
    >>> from removable.remedy.rounded_radii import power_of_root_2
    >>> power_of_root_2(3.9999), power_of_root_2(1.4142)
    (4.0, 1.4142135623730951)
    """
    return float(2.0 ** (round(2 * math.log2(radius)) / 2))
