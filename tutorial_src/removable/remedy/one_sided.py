"""The behaviour of a real program on each side of a point without a power series.

It is described in words and numbers.
"""

from __future__ import annotations

import math

import numpy as np

from removable.errors import NotRemovableError, PoleError
from removable.remedy import poles
from removable.remedy.circles import Values

__all__ = ["explanation"]

_DERIVATIVES = ("value", "slope", "second derivative", "third derivative")
_NODES = 8
_NEAR = 2.0**-7
"""The distance at which one-sided limits are taken, in units of max(1, |at|)."""

_DISTANCES = 7
"""Distances, each an eighth of the one before, from which it is seen how a program grows."""

_GROWN = 1.5
"""What is unbounded is larger by this factor at the last of these distances."""


def explanation(values: Values, at: float) -> NotRemovableError:
    """Say what makes a point one that no power series fits.

    Parameters
    ----------
    values : Values
        The program on real numbers: it takes offsets, shape (N,), float64, to values, shape (N, E).
    at : float
        The point.

    Returns
    -------
    removable.errors.NotRemovableError
        With a sentence: the end of the domain, a pole, an infinite value or slope, a jump, a kink.
        It is returned, not raised.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.one_sided import explanation
    >>> print(explanation(lambda t: abs(t)[:, None], 0.0))
    at 0.0 is a kink: the slope tends to 1 from the right and to -1 from the left
    >>> print(explanation(lambda t: np.cbrt(t)[:, None], 0.0))
    at 0.0 is a branch point: on the right the slope is infinite, and grows like |x - 0.0|^-0.67
    >>> explanation(lambda t: (3 / t**2)[:, None], 0.0).leading
    3.0...
    """
    scale = max(1.0, abs(at))
    distances = scale * 0.83 * 2.0 ** -np.arange(0, 40, 2)
    with np.errstate(all="ignore"):
        sides = {name: np.real(values(sign * distances)) for sign, name in ((1, "right"), (-1, "left"))}
        for name, results in sides.items():
            if not np.isfinite(results).any():
                return NotRemovableError(
                    f"on the {name} of {at!r} the program is not finite at any distance: the point is an end of its domain"
                )
        growth = {name: _growth(values, sign, scale) for sign, name in ((1, "right"), (-1, "left"))}
    fits = {name: _one_sided(values, sign, scale) for sign, name in ((1, "right"), (-1, "left"))}
    if any(kind == "noise" for kind, _ in growth.values()) and any(fit is None for fit in fits.values()):
        return NotRemovableError(
            f"near {at!r} rounding hides what the program is: too many digits cancel before it can be continued from further out; "
            "write it in a form that cancels less, or see removable.quotient"
        )
    for name, (kind, power) in growth.items():
        if kind == "unbounded":
            return _pole(values, at, scale, -power) or NotRemovableError(
                f"on the {name} of {at!r} the program is unbounded, like |x - {at!r}|^{power:.2g}: nothing removes that"
            )
        if kind == "logarithm":
            return NotRemovableError(
                f"on the {name} of {at!r} the program is unbounded, like log|x - {at!r}|: nothing removes that"
            )
    smooth = {}
    for name, fit in fits.items():
        if fit is None:
            kind, power = growth[name]
            if kind == "infinite slope":
                how = f"|x - {at!r}|^{power:.2g}" if power else f"log|x - {at!r}|"
                return NotRemovableError(
                    f"at {at!r} is a branch point: on the {name} the slope is infinite, and grows like {how}"
                )
            return NotRemovableError(f"on the {name} of {at!r} the program is not smooth: no power series fits it")
        smooth[name] = fit
    size = np.max(np.abs(np.concatenate([values(scale * _NEAR * _side(sign))[:, 0].real for sign in (1, -1)])))
    for k, what in enumerate(_DERIVATIVES):
        right, left = (smooth[name][k] * math.factorial(k) for name in ("right", "left"))
        if abs(right - left) * (scale * _NEAR) ** k > _TELLING[k] * size:
            return NotRemovableError(
                f"at {at!r} is {'a kink' if k else 'a jump'}: the {what} tends to {_written(right, left)} from the right and to "
                f"{_written(left, right)} from the left"
            )
    return NotRemovableError(f"at {at!r} the program is not smooth: no power series fits both sides")


_TELLING = (1e-9, 1e-10, 1e-10, 1e-9)
"""Differences between both sides, as they count at the distance at which they are taken, that are
no rounding."""


def _written(number: float, other: float) -> str:
    """Write a number with four digits, or with as many as distinguish it from the other.

    Write zero if the number is nothing beside the other.
    """
    if abs(number) < 1e-6 * abs(other):
        return "0"
    digits = next((d for d in range(4, 17) if f"{number:.{d}g}" != f"{other:.{d}g}"), 17)
    return f"{number:.{digits}g}"


def _side(sign: int) -> np.ndarray:
    u = 0.55 + 0.45 * np.cos(np.pi * (2 * np.arange(_NODES) + 1) / (2 * _NODES))
    return sign * u


def _one_sided(values: Values, sign: int, scale: float) -> np.ndarray | None:
    """Return the coefficients of the polynomial through the values on one side.

    Return None if the program is another function nearer to the point.
    """
    u, nearer = _side(sign), sign * np.array([0.06, 0.03, 0.01])
    with np.errstate(all="ignore"):
        results, there = (np.real(values(scale * _NEAR * t))[:, 0] for t in (u, nearer))
        fit = np.linalg.solve(np.vander(u, increasing=True), results)
        apart = np.abs(np.vander(nearer, _NODES, increasing=True) @ fit - there)
    if not np.all(apart <= 1e-5 * np.max(np.abs(results))):
        return None
    return fit / (scale * _NEAR) ** np.arange(_NODES)


def _growth(values: Values, sign: int, scale: float) -> tuple[str, float]:
    """Tell how a program grows on one side.

    It grows not at all, like a negative power, like a logarithm, in its slope, or in noise.
    """
    t = scale * _NEAR * 8.0 ** -np.arange(_DISTANCES)
    h, moved = (np.real(values(sign * t * by))[:, 0] for by in (1.0, 1 + 2.0**-20))
    if not np.isfinite(h).all():
        return "", 0.0
    if np.any(np.abs(moved - h) > 1e-4 * np.abs(h)):
        return "noise", 0.0
    step = np.abs(np.diff(h))  # at t and an eighth of t
    if not (step > 0).all():
        return "", 0.0
    size = np.max(np.abs(h))
    exponent = np.log(step[:-1] / step[1:]) / math.log(8)
    if step.min() < 1e-11 * size:
        return "", 0.0
    last = float(np.median(exponent[-3:]))
    if last < -0.05:
        # rounding errors grow, too, but not the values that have them
        return ("unbounded", last) if size > _GROWN * np.min(np.abs(h)) else ("", 0.0)
    if abs(last) <= 0.05:
        return "logarithm", 0.0
    if last < 0.93:
        return "infinite slope", last - 1
    slope = np.diff(step / t[:-1])  # of x log x these are the same again and again
    if last < 0.999 and (slope[-3:] > 0).all() and np.ptp(slope[-3:]) < 0.2 * np.max(slope[-3:]):
        return "infinite slope", 0.0
    return "", 0.0


def _pole(values: Values, at: float, scale: float, power: float) -> PoleError | None:
    """Return a pole, if the program is one on both sides."""
    order = round(power)
    if order < 1 or abs(power - order) > 0.1:
        return None
    leading = []
    for sign in (1, -1):
        u = _side(sign)
        t = scale * _NEAR * u
        with np.errstate(all="ignore"):
            terms = np.real(values(t))[:, 0] * t**order
        leading.append(float(np.linalg.solve(np.vander(u, increasing=True), terms)[0]))
    if not np.isfinite(leading).all() or abs(leading[0] - leading[1]) > 1e-3 * abs(leading[0]):
        return None
    return poles.pole(at, order, leading[0])
