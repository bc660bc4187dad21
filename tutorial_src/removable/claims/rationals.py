"""What the equations say in rational numbers, written out by hand: not the programs under test, run once more."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from removable.claims.runs import DELTA_1, EPSILON_1, EPSILON_2


def perturbed(g: Fraction) -> Fraction:
    """Return the denominator of equations (1) and (9), with the constants of Figure 3 and S(0) = 1.

    Examples
    --------
    >>> perturbed(Fraction(0)) == Fraction(1e-8), perturbed(Fraction(1))
    (True, Fraction(1, 1))
    """
    if abs(g) < Fraction(DELTA_1):
        return g + (Fraction(EPSILON_1) if g >= 0 else -Fraction(EPSILON_1))
    return g


def clamped(g: Fraction) -> Fraction:
    """Return the denominator of equations (3) and (11), with the constant of Figure 5 and S(0) = 1.

    Examples
    --------
    >>> clamped(Fraction(0)) == Fraction(1e-4), clamped(Fraction(-1))
    (True, Fraction(-1, 1))
    """
    if abs(g) < Fraction(EPSILON_2):
        return Fraction(EPSILON_2) if g >= 0 else -Fraction(EPSILON_2)
    return g


def alpha(x: np.ndarray) -> list[Fraction]:
    """Return the share of the square that survives: ``(fl(x*x) - 4 - 4 gamma) / gamma**2``.

    Parameters
    ----------
    x : numpy.ndarray
        Points other than 2, shape ``(n,)``, float64.

    Examples
    --------
    >>> alpha(np.array([2 + 1e-9, 2.5]))
    [Fraction(0, 1), Fraction(1, 1)]
    """
    square = (x * x).tolist()
    gammas = [Fraction(v) - 2 for v in x.tolist()]
    return [(Fraction(s) - 4 - 4 * g) / g**2 for s, g in zip(square, gammas, strict=True)]
