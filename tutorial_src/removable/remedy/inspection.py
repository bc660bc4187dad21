"""How far from the point Gauss's rule is good for a quotient.

This is found by looking at f and g, and so is what has to be refused.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from removable.errors import InputError, PoleError
from removable.remedy.gauss import NODES, rule

__all__ = ["Plan", "inspect"]

Derivatives = Callable[[np.ndarray, int], np.ndarray]
"""Called with offsets from the point and an order; returns value and derivatives, shape ``(order +
1, points, elements)``."""

_SLACK = (5.0, 50.0, 450.0, 450.0)
"""Error allowed to Gauss's rule in value and first three derivatives, in units of rounding."""

_ROOT_TOLERANCE = 4.0
"""By how many roundings of r a zero may miss r: the square root of 2 is no float64, and is meant
all the same."""

_NEAR = 2.0**-20
"""How close to the point the derivatives on both sides are compared, as a part of the radius."""

_JUMP = 1e-3
"""By how much a derivative may change over that distance, as a part of its size: a smooth one
changes by 1e-5."""

_OCTAVES = 10
"""Octaves that are looked at together, two radii in each."""

_FURTHEST = 5
"""Steps outward from 1, each only if all is well before: a kernel may be slow far out."""

_INWARD = 8
"""Steps inward, until something is good."""

_BETWEEN = 1024
"""Points on each side at which f and g are compared with what the rule makes of their derivatives.
"""

_MOST = 2**17
"""Points times numbers closed over, at most."""

_TRIES = 24
"""Radii at which that is done, each at most half of the one before."""

_NOWHERE = "Gauss's rule is good nowhere, as where a derivative jumps"

_CANCELLATION = 4.0
"""How much larger than the mean the mean of sizes may be: else the plain quotient is better."""


@dataclass(frozen=True)
class Plan:
    """Where Gauss's rule is used.

    Attributes
    ----------
    radius : float
        The largest distance from the point.
    fill : float
        An offset from the point at which f/g is finite, for what is evaluated and not used.
    further : bool
        Whether the rule is good at twice the radius, too, where something else ends it.
    """

    radius: float
    fill: float
    further: bool = False


def inspect(
    f: Derivatives, g: Derivatives, *, at: float, order: int, rounding: float, held: Plan | None = None
) -> Plan:
    """Find how far out Gauss's rule is good for f and g; refuse what it is not good for.

    Parameters
    ----------
    f, g : callable
        Called with offsets and an order of derivatives.
    at : float
        The point.
    order : int
        The order of the zero.
    rounding : float
        The rounding error of the dtype.
    held : Plan, optional
        What was found before. It is returned if it still holds, which takes much less to see.

    Returns
    -------
    Plan
        The radius, and where it is safe to evaluate f/g.

    Raises
    ------
    removable.errors.InputError
        If g has no zero of that order there, or if the derivatives of f or g cannot be used.
    removable.errors.PoleError
        If f has no zero of that order there.

    Examples
    --------
    The exponential function less 1, and its argument:

    >>> import numpy as np
    >>> from removable.remedy.inspection import inspect
    >>> def expm1(t, order):
    ...     return np.stack([np.expm1(t)] + order * [np.exp(t)])[:, :, None]
    >>> def itself(t, order):
    ...     return np.stack([t, t**0, *(order - 1) * [0 * t]])[: order + 1, :, None]
    >>> inspect(expm1, itself, at=0.0, order=1, rounding=2.0**-53).radius
    2.8284271247461903
    """
    _check_zeros(f, g, at, order, 4 * rounding)
    good = functools.partial(_good, (f, g), order=order, rounding=rounding)
    if held and good(held.radius * np.array([1.0, 2.0])).tolist() == [True, held.further]:
        return held
    reason, radius = "", _largest(good)
    for _ in range(_TRIES):
        # With a smaller radius the nodes are the same point.
        if radius <= max(math.sqrt(rounding) * abs(at), 2.0**-90):
            break
        fill, differs, how = _between((f, g), radius, at, order, rounding)
        if fill is None:
            reason = reason or how
            radius /= 2.0 ** max(1, math.ceil(math.log2(radius / differs)))
            continue
        if (lost := _lost((f, g), radius, order, rounding)) <= max(2.0**-20, 64 * rounding):
            return Plan(radius, fill, further=bool(good(np.array([2 * radius]))[0]))
        reason = f"beyond {radius:.3g} from it they are noise, where f/g has lost {lost:.1g} of its slope to rounding"
        break
    raise InputError(
        f"around {at!r}, the derivatives of f and g do not add up to f and g at any distance: {reason or _NOWHERE}; "
        "use removable.repair, which takes values only and says what is there."
    )


def _largest(good: Callable[[np.ndarray], np.ndarray]) -> float:
    """Return the largest radius at which the rule is good; 0 if there is none."""
    octaves = np.arange(1 - 2 * _OCTAVES, 1) / 2
    seen = good(2.0**octaves)
    if seen[-1]:
        for _ in range(_FURTHEST):
            octaves = octaves + _OCTAVES
            # Radii beyond a gap do not count, even if they are good.
            seen = np.logical_and.accumulate(good(2.0**octaves))
            if not seen[-1]:
                break
        if not seen.any():
            octaves, seen = octaves - _OCTAVES, np.ones_like(seen)
    for _ in range(_INWARD):
        if seen.any():
            break
        octaves = octaves - _OCTAVES
        seen = good(2.0**octaves)
    return float(2.0 ** octaves[seen][-1]) if seen.any() else 0.0


def _check_zeros(f: Derivatives, g: Derivatives, at: float, order: int, rounding: float) -> None:
    """Refuse a quotient that has no removable singularity of this order."""
    here = [table(np.zeros(1), order + len(_SLACK) - 1)[:, 0] for table in (f, g)]
    for name, rows in zip("fg", here, strict=True):
        for k, row in enumerate(rows):
            if not np.isfinite(row).all():
                what = name + "'" * k
                raise InputError(
                    f"{what} is {row[~np.isfinite(row)][0]} at {at!r}, where the framework cannot evaluate it (that of x*x it "
                    "may, where that of x**2 it cannot); use removable.repair, which evaluates nothing there."
                )
    rows_f, rows_g = np.broadcast_arrays(*(rows[: order + 2] for rows in here))
    factorials = np.array([math.factorial(k) for k in range(order + 2)])[:, None]
    sizes = (np.abs(rows / factorials).T for rows in (rows_f, rows_g))
    for a, b, value, other in zip(*sizes, rows_f[0], rows_g[0], strict=True):
        zero = _first_of(b, at, order, rounding)
        if zero == 0:
            raise InputError(f"g({at!r}) is {other:g}, not 0, so that there is nothing to remove; divide f by g.")
        if zero < order:
            raise InputError(f"order is {order}, and g has a zero of order {zero} at {at!r}; give order={zero}.")
        if b[order] <= rounding * abs(at) * b[order + 1]:
            raise InputError(
                f"order is {order}, and the derivative of g of this order is 0 at {at!r}, too; give order={order + 1} or "
                "more, or use removable.repair, which takes any order."
            )
        if (zero := _first_of(a, at, order, rounding)) == 0:
            raise PoleError(f"f({at!r}) is {value:g}, not 0, so that f/g has a true pole there; nothing removes it.")
        if zero < order:
            raise PoleError(
                f"f has a zero of order {zero} at {at!r} and g one of order {order}, "
                "so that f/g has a true pole there; nothing removes it."
            )


def _first_of(row: np.ndarray, at: float, order: int, rounding: float) -> int:
    r"""Return the index of the first coefficient that is not zero, up to rounding.

    It is ``order`` if all coefficients before that one are zero.

    A zero of order m that is misplaced by :math:`\delta` has coefficients :math:`\binom{m}{k} c_m
    \delta^{m-k}`. Taken for a rounding is what a few roundings of the point, or of the length on
    which the function changes, explain.
    """
    scale = abs(at)
    if math.isfinite(row[order + 1]) and row[order + 1]:
        scale = max(scale, row[order] / row[order + 1])
    shift = _ROOT_TOLERANCE * rounding * scale
    for k in range(order):
        if row[k] > math.comb(order, k) * row[order] * shift ** (order - k):
            return k
    return order


def _good(tables: tuple[Derivatives, Derivatives], radii: np.ndarray, *, order: int, rounding: float) -> np.ndarray:
    """Tell for each radius whether the rule is good there.

    It must agree with one of twice as many nodes at both ends, in all derivatives; nothing may
    cancel; and no derivative may jump at the point: a rule takes any mean of 1 and -1 for a number.
    """
    few, many = rule(order), rule(order, 2 * NODES)
    one_side = np.array([*few.nodes, *many.nodes, _NEAR])
    offsets = radii[:, None, None] * np.array([1.0, -1.0])[:, None] * one_side
    good = np.ones(len(radii), dtype=bool)
    with np.errstate(all="ignore"):
        for table in tables:
            rows = table(offsets.ravel(), order + len(_SLACK) - 1)[order:]
            rows = np.moveaxis(rows.reshape(len(_SLACK), *offsets.shape, -1), -1, 1)
            for d, (row, slack) in enumerate(zip(rows, _SLACK, strict=True)):
                at_few, at_many = row[..., :NODES], row[..., NODES:-1]
                weights = [np.array(each.weights) * np.array(each.nodes) ** d for each in (few, many)]
                mean, best = at_few @ weights[0], at_many @ weights[1]
                largest = np.max(np.abs(row), axis=(-2, -1))
                agree = np.all(np.abs(mean - best) <= slack * rounding * largest[..., None], axis=-1)
                jump = np.abs(row[..., 0, -1] - row[..., 1, -1]) <= (_JUMP + slack * rounding) * largest
                good &= np.all(agree & jump, axis=0)
                if d == 0:
                    size = np.abs(at_few) @ weights[0]
                    good &= np.all(size <= _CANCELLATION * np.abs(mean), axis=(0, -1))
    return good


def _between(
    tables: tuple[Derivatives, Derivatives], radius: float, at: float, order: int, rounding: float
) -> tuple[float | None, float, str]:
    """Compare f and g with the rule at points within the radius.

    Return where f/g is safe to evaluate; or None, the least distance at which they differ, and how.
    """
    elements = max(table(np.zeros(1), 0).size for table in tables)
    count = max(16, min(_BETWEEN, _MOST // elements))
    uneven = 0.25 + 0.75 * np.modf(np.arange(count) * 0.6180339887498949)[0]  # by the golden ratio
    ends = radius, min(radius, max(1.0, abs(at)))  # far out, a step of rounding looks small
    t = np.concatenate([uneven * ends[0], uneven[: count // 8] * ends[1], radius * 2.0 ** -np.arange(0, 20, 0.25)])
    t = np.sort(np.concatenate([t, -t]))
    gauss = rule(order)
    tolerance = max(2.0**-20, 64 * rounding) + 8 * order * rounding * abs(at) / np.abs(t)
    values = []
    compared = (np.abs(t) >= 0.25 * ends[0]) | ((np.abs(t) >= 0.25 * ends[1]) & (np.abs(t) <= ends[1]))
    for name, table in zip("fg", tables, strict=True):
        value = table(t, 0)[0]
        inside = table((t[:, None] * np.array(gauss.nodes)).ravel(), order)[order].reshape(len(t), NODES, -1)
        mean = np.einsum("i,tie->te", np.array(gauss.weights), inside)  # codespell:ignore te
        by_rule = mean * t[:, None] ** order
        with np.errstate(all="ignore"):
            slack = tolerance[:, None] * np.max(np.abs(mean), axis=0) * np.abs(t[:, None]) ** order
            off = ~(np.abs(value - by_rule) <= slack) & compared[:, None]
        if off.any():
            where, element = min(np.argwhere(off), key=lambda pair: abs(t[pair[0]]))
            return (
                None,
                abs(t[where]),
                (
                    f"{name} is {value[where, element]:.6g} at {t[where]:.3g} from it, "
                    f"where the mean of its derivatives gives {by_rule[where, element]:.6g}"
                ),
            )
        nearest = np.sign(mean[np.where(t > 0, len(t) // 2, len(t) // 2 - 1)])
        if (changed := (np.sign(mean) != nearest).any(axis=1)).any():
            least = np.min(np.abs(t[changed]))
            return None, least, f"{name} has another zero within {least:.3g} of it"
        values.append(value)
    sizes = np.where(np.isfinite(values[0]).all(axis=1), np.abs(values[1]).min(axis=1), 0.0)
    return float(t[np.argmax(sizes)]), radius, ""


def _lost(tables: tuple[Derivatives, Derivatives], radius: float, order: int, rounding: float) -> float:
    """Estimate which part of its slope f/g loses to rounding where the rule ends."""
    t = radius * 2.0 ** np.arange(60)
    t = np.concatenate([t, -t])
    with np.errstate(all="ignore"):
        top, bottom = (table(t, 0)[0] for table in tables)
        h = (top / bottom).reshape(2, len(t) // 2, -1)
        changed = np.abs(h - h[:, :1]) > 0.1 * np.abs(h[:, :1])
    first = np.where(changed.any(axis=1), np.argmax(changed, axis=1), 0).max()
    return float(rounding * (2.0**first) ** order)
