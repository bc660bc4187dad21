"""How far from the point a power series keeps its digits, and how many of its terms that takes."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["reach_and_terms"]

_SLACK = (0.5, 4.0, 40.0, 40.0)
"""What is left out may be this large, in value and three derivatives, in units of rounding."""

_CANCELLATION = 3.0
"""The sum of the sizes of the terms may be this much larger than the sum."""

_STEPS = 160
"""Distances that are tried, eight to an octave."""


def reach_and_terms(
    coefficients: np.ndarray, errors: np.ndarray, limit: float = 0.5, rounding: float = 2.0**-53
) -> tuple[float, int] | None:
    """Find how far out a power series can be used.

    Parameters
    ----------
    coefficients, errors : numpy.ndarray
        Coefficients in units of some radius, and their errors, shape (K, E).
    limit : float
        The largest distance that is tried, in the same unit.
    rounding : float
        The unit roundoff of the result.

    Returns
    -------
    tuple or None
        The distance, in that unit, and the number of terms; None if the series keeps its digits at no distance.
    """
    signed, size = coefficients, np.abs(coefficients)
    k = np.arange(len(size))
    known = (k >= len(size) // 2)[:, None] & (size > 4 * errors)
    with np.errstate(all="ignore"):  # one over the radius of convergence, by the root test
        ratio = np.max(np.where(known, size ** (1.0 / np.maximum(k, 1))[:, None], 0.0), axis=0)
    for u in limit * 2.0 ** (-np.arange(_STEPS) / 8):
        terms = _terms(size, ratio * u, u, rounding)
        powers = u ** k[:, None]
        ends = np.minimum(np.abs(np.sum(signed * powers, 0)), np.abs(np.sum(signed * (-1) ** k[:, None] * powers, 0)))
        if terms <= len(size) and np.all(np.sum(size * powers, 0) <= _CANCELLATION * ends):
            return float(u), terms
    return None


def _terms(size: np.ndarray, ratio: np.ndarray, u: float, rounding: float) -> int:
    """Return how many terms are enough at a distance u; one more than there are, if all are too few."""
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
