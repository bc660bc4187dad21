"""What the equations say in rational numbers, written out by hand.

These are not the programs under test, run once more.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from removable.claims.runs import DELTA_1, EPSILON_1, EPSILON_2


def perturbed(g: Fraction, *, epsilon: float = EPSILON_1, delta: float = DELTA_1) -> Fraction:
    """Return the denominator of equations (1) and (9) with S(0) = 1; constants as in Figure 3.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from removable.claims.rationals import perturbed
    >>> perturbed(Fraction(0)) == Fraction(1e-8), perturbed(Fraction(1))
    (True, Fraction(1, 1))
    """
    if abs(g) < Fraction(delta):
        return g + (Fraction(epsilon) if g >= 0 else -Fraction(epsilon))
    return g


def dropped(g: Fraction, *, epsilon: float = EPSILON_2, delta: float = EPSILON_2) -> Fraction:
    """Return the denominator of equation (2) with S(0) = 1; constants as in Figure 5.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from removable.claims.rationals import dropped
    >>> constants = {"epsilon": 0.5, "delta": 0.25}
    >>> dropped(Fraction(1, 8), **constants), dropped(Fraction(1, 4), **constants)
    (Fraction(1, 2), Fraction(1, 4))
    """
    if abs(g) < Fraction(delta):
        return Fraction(epsilon) if g >= 0 else -Fraction(epsilon)
    return g


def clamped(g: Fraction, *, epsilon: float = EPSILON_2) -> Fraction:
    """Return the denominator of equations (3) and (11) with S(0) = 1; the constant as in Figure 5.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from removable.claims.rationals import clamped
    >>> clamped(Fraction(0)) == Fraction(1e-4), clamped(Fraction(-1))
    (True, Fraction(-1, 1))
    """
    if abs(g) < Fraction(epsilon):
        return Fraction(epsilon) if g >= 0 else -Fraction(epsilon)
    return g


def quotient(g: Fraction, denominator: Fraction) -> Fraction:
    """Return f over a denominator, where f is 4 g + g**2, which is x**2 - 4 at x = 2 + g.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from removable.claims.rationals import quotient
    >>> quotient(Fraction(1), Fraction(1)), quotient(Fraction(0), Fraction(1, 8))
    (Fraction(5, 1), Fraction(0, 1))
    """
    return (4 * g + g * g) / denominator


def slope(g: Fraction, denominator: Fraction, slope_of_denominator: int) -> Fraction:
    """Return the slope of :func:`quotient` by the quotient rule.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from removable.claims.rationals import slope
    >>> slope(Fraction(1), Fraction(1), 1), slope(Fraction(0), Fraction(1, 8), 0)
    (Fraction(1, 1), Fraction(32, 1))
    """
    return (4 + 2 * g) / denominator - (4 * g + g * g) / denominator**2 * slope_of_denominator


def alpha(x: np.ndarray, square: np.ndarray | None = None) -> list[Fraction]:
    """Return the share of the square that survives: ``(fl(x*x) - 4 - 4 gamma) / gamma**2``.

    Parameters
    ----------
    x : numpy.ndarray
        Points other than 2, shape ``(n,)``, float64.
    square : numpy.ndarray, optional
        What somebody computed for their squares, shape ``(n,)``, float64; by default the squares,
        rounded once.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.claims.rationals import alpha
    >>> alpha(np.array([2 + 1e-9, 2.5]))
    [Fraction(0, 1), Fraction(1, 1)]
    """
    points = [Fraction(v) for v in x.tolist()]
    squares = [float(p * p) for p in points] if square is None else square.tolist()
    return [(Fraction(s) - 4 * p + 4) / (p - 2) ** 2 for s, p in zip(squares, points, strict=True)]


_ONE = 2**52
"""The double 1 in units of its last place: a double from 1 to 4 is a whole number of them."""


def power(x: np.ndarray, n: int, *, without_last: bool = False) -> np.ndarray:
    r"""Return :math:`x^n`, rounded once.

    Without the last term of its expansion at 2, it is :math:`x^n - (x - 2)^n`.

    Parameters
    ----------
    x : numpy.ndarray
        Points from 1 to 4, shape ``(m,)``, float64.
    n : int
        The power, at least 1.
    without_last : bool
        Whether to leave the highest power of x - 2 out.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.claims.rationals import power
    >>> x = np.array([2 + 1e-9])
    >>> power(x, 2) == x * x, power(x, 2) == power(x, 2, without_last=True)
    (array([ True]), array([ True]))
    """
    units = [int(math.ldexp(v, 52)) for v in x.tolist()]
    left_out = [(u - 2 * _ONE) ** n for u in units] if without_last else [0] * len(units)
    # A whole number is rounded once, to nearest, when it becomes a double; a power of two rounds
    # nothing.
    return np.array([math.ldexp(float(u**n - v), -52 * n) for u, v in zip(units, left_out, strict=True)])
