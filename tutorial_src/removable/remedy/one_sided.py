"""What a real program does on each side of a point at which it has no power series, in words and numbers."""

from __future__ import annotations

import math

import numpy as np

from removable.remedy.circles import Values

__all__ = ["what_both_sides_do"]

_DERIVATIVES = ("value", "slope", "second derivative", "third derivative")
_NODES = 8


def what_both_sides_do(values: Values, found: np.ndarray, at: float) -> str:
    """Say what makes a point one that no power series fits.

    Parameters
    ----------
    values : callable
        The program on real numbers.
    found : numpy.ndarray
        Values at several distances on the right, and then on the left, shape (J, 2 m, E).
    at : float
        The point.

    Returns
    -------
    str
        A sentence: the end of the domain, a jump, a kink, a power, a logarithm.
    """
    half = found.shape[1] // 2
    for side, name in ((slice(0, half), "right"), (slice(half, None), "left")):
        if not np.isfinite(found[:, side]).all((1, 2)).any():
            return f"on the {name} of {at!r} the program is not finite at any distance: the point is an end of its domain"
    u = 0.55 + 0.45 * np.cos(np.pi * (2 * np.arange(_NODES) + 1) / (2 * _NODES))
    near = 2.0**-7 * max(1.0, abs(at))
    sides = {}
    for sign, name in ((1, "right"), (-1, "left")):
        rows = [np.real(values(sign * far * u))[:, 0] for far in (near, 8 * near, 64 * near)]
        sides[name] = rows
    inner, outer = (np.concatenate([rows[k] for rows in sides.values()]) for k in (0, 1))
    if not np.isfinite(inner).all():
        return f"near {at!r} the program is not finite everywhere, and no power series fits both sides"
    size, before = np.max(np.abs(inner)), np.max(np.abs(outer))
    if np.isfinite(before) and size > 1.5 * before > 0:
        power = math.log(size / before) / math.log(1 / 8)
        return f"at {at!r} the program is unbounded, like |x - {at!r}|^{power:.2g}: nothing removes that"
    fits = [
        np.linalg.solve(np.vander(sign * u, increasing=True), rows[0]) / near ** np.arange(_NODES)
        for sign, rows in zip((1, -1), sides.values(), strict=True)
    ]
    for k, what in enumerate(_DERIVATIVES):
        right, left = (c[k] * math.factorial(k) for c in fits)
        if abs(right - left) * near**k > 1e-3 * size:
            kind = ("a jump", "a kink")[min(k, 1)]
            return (
                f"at {at!r} is {kind}: the {what} tends to {right:.4g} from the right and to {left:.4g} from the left"
            )
    return f"at {at!r} the program is not smooth: no power series fits both sides"
