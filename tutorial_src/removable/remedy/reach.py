"""The reach of a power series: how far from the point its first terms keep its digits."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["reach_and_terms"]

_SLACK = (0.5, 4.0, 40.0, 40.0)
"""What is left out may be this large, in value and three derivatives, in units of rounding."""

_CANCELLATION = 3.0
"""The sum of the sizes of the terms may be this much larger than the sum, or than the first of
them."""

_LARGEST, _STEPS = 0.75, 160
"""The largest distance that is tried, in units of the radius, and how many, eight to an octave."""

_ALLOWED = (1e-15, 5e-15, 5e-15, 5e-15)
"""Errors of the program's value and derivatives, relative to their natural size, with which it is
left alone."""

_OF_A_POINT = 16.0
"""How much larger the error at a point is than that of a coefficient, which is a mean of many."""


def reach_and_terms(
    coefficients: np.ndarray,
    errors: np.ndarray,
    unit: float,
    most: float,
    radii: np.ndarray,
    noise: np.ndarray,
    rounding: float = 2.0**-53,
) -> tuple[float, int] | None:
    """Find how far out a power series is used.

    It is used as far as the program needs it, and no further than it keeps its digits.

    Parameters
    ----------
    coefficients, errors : numpy.ndarray
        Coefficients in units of a radius, and their errors, shape (K, E), float64.
    unit : float
        That radius.
    most : float
        The largest distance that is tried.
    radii, noise : numpy.ndarray
        Distances, shape (J,), and the noise in the program's values there, shape (J, E), float64.
    rounding : float
        The unit roundoff of the result.

    Returns
    -------
    tuple or None
        The distance and the number of terms; None if the series keeps its digits at no distance.

    Examples
    --------
    64 coefficients of the geometric series 1/(1 - x), of a program whose noise is 1e-16/x. At 0.446
    it takes 57 terms: the next is 1e-20, and 2e-14 in the third derivative, which is 64.

    >>> import numpy as np
    >>> from removable.remedy.reach import reach_and_terms
    >>> radii = 2.0 ** np.arange(-20, 1)
    >>> one, noise = np.ones((64, 1)), 1e-16 / radii[:, None]
    >>> reach, terms = reach_and_terms(one, 1e-16 * one, 1.0, 2.0, radii, noise)
    >>> round(reach, 3), terms
    (0.446, 57)

    Four coefficients are too few for a third derivative at any distance:

    >>> reach_and_terms(one[:4], 1e-16 * one[:4], 1.0, 2.0, radii, noise) is None
    True
    """
    signed, size = coefficients, np.abs(coefficients)
    k = np.arange(len(size))
    known = (k >= len(size) // 2)[:, None] & (size > 4 * errors)
    with np.errstate(all="ignore"):  # one over the radius of convergence, by the root test
        largest = np.max(size, 0)
        ratio = np.max(np.where(known, (size / largest) ** (1.0 / np.maximum(k, 1))[:, None], 0.0), axis=0)
    first = np.argmax(size > 0, 0)
    lead = np.take_along_axis(size, first[None], 0)[0]
    best: tuple[float, float, int] | None = None
    for u in min(_LARGEST, most / unit) * 2.0 ** (-np.arange(_STEPS) / 8):
        terms = _terms(size, ratio * u, u, rounding)
        powers = u ** k[:, None]
        ends = np.minimum(np.abs(np.sum(signed * powers, 0)), np.abs(np.sum(signed * (-1) ** k[:, None] * powers, 0)))
        ends = np.maximum(ends, lead * u**first)
        if terms > len(size) or not np.all(np.sum(size * powers, 0) <= _CANCELLATION * ends):
            continue
        badness = _badness(size, errors, u, unit, most, radii, noise, rounding)
        # Of those that are good enough the one that costs least, and among them the furthest; else
        # the best there is.
        if best is None or (badness < best[0] if best[0] > 1 else badness <= 1 and terms < best[2]):
            best = badness, float(u * unit), terms
        elif badness > 64 * max(1.0, best[0]):
            break
    return None if best is None else best[1:]


def _badness(
    size: np.ndarray,
    errors: np.ndarray,
    u: float,
    unit: float,
    most: float,
    radii: np.ndarray,
    noise: np.ndarray,
    rounding: float,
) -> float:
    """Return the largest error of the polynomial and of the program, over what is allowed.

    The polynomial is used up to a distance, and the program from there on.
    """
    k = np.arange(len(size))
    outside = np.flatnonzero(radii >= u * unit)
    here = noise[outside[0]] if outside.size else np.full(size.shape[1], np.inf)
    worst = 0.0
    for d, allowed in enumerate(_ALLOWED):
        perm = np.array([math.perm(i, d) for i in k], float)[:, None]
        # the natural size of the derivative is what there is of it up to here
        near = max(most / unit / 16, u)
        natural = np.max(size * perm * near ** (k - d).clip(0)[:, None], 0)
        # A derivative that is zero, as the third of a square is, has the size that the value gives
        # it.
        natural = np.where(natural > 0, natural, np.max(size * near ** k[:, None], 0) / near**d)
        of_polynomial = np.sum((errors + rounding * size) * perm * u ** (k - d).clip(0)[:, None], 0)
        of_program = _OF_A_POINT * math.factorial(d) * here / u**d
        with np.errstate(all="ignore"):
            bad = np.maximum(of_polynomial, of_program) / (allowed * natural)
        worst = max(worst, float(np.max(np.where(natural > 0, bad, 0.0))))
    return worst


def _terms(size: np.ndarray, ratio: np.ndarray, u: float, rounding: float) -> int:
    """Return how many terms are enough at a distance u.

    Return one more than there are if all are too few.
    """
    k = np.arange(len(size))
    enough = 1
    for d, slack in enumerate(_SLACK):
        derived = size * np.array([math.perm(i, d) for i in k], float)[:, None] * u ** (k - d).clip(0)[:, None]
        tail = np.where(ratio < 1, derived[-2:].max(0) / (1 - np.minimum(ratio, 0.999)), np.inf)
        allowed = slack * rounding * derived.max(0)
        if np.any(tail > allowed):
            return len(size) + 1
        left_out = tail + np.cumsum(derived[::-1], 0)[::-1]
        more = np.flatnonzero(np.any(left_out > allowed, -1))
        enough = max(enough, int(more.max()) + 1 if more.size else 1)
    return enough
