"""Whether a program is right at a point and near it: in its value, and in each derivative.

What the framework returns is held against what the program means, seen from outside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from removable.probing.line import Line
from removable.probing.outside import Outside, Values, look, narrowed
from removable.remedy.one_sided import explanation

__all__ = ["WINDOW", "Judged", "Order", "Verdict", "judge", "offsets_beyond", "offsets_of"]

Verdict = Literal["sound", "unsound", "kink", "singular", "unsettled"]
"""All is right; something is wrong; a kink by design; a point without a limit; not to be told."""

WINDOW = 0.1
"""The distance up to which a program is judged, in units of the scale."""

_PER_DECADE, _DECADES = 2, 16
"""Samples of the distance."""

_FINER = 50
"""Samples of the decade beyond the outermost distance at which an order is wrong."""

_RELATIVE, _ROUNDINGS, _BARS = 1e-3, 100.0, 10.0
"""What is allowed: a part of the largest derivative of that order, so many roundings of what the
function could have, and so many error bars."""

_UNKNOWN, _NEGLIGIBLE = 0.1, 1e-6
"""A derivative is not judged where the error bars allow more than a tenth of it, and more than a
millionth of what the function could have."""

_LEAST_INTERVAL = 1e-3
"""An interval of infinite values reaches at least to this part of the outermost distance."""

_ROUNDING = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}

_UNFITTED = (
    "no polynomial fits the values on any ring around the point: they change within the smallest ring, "
    "or lose their digits everywhere near"
)

_NAMES = ("value", "slope", "second derivative", "third derivative")


@dataclass(frozen=True)
class Order:
    """The value (order 0) or a derivative: what the framework returns, and what is true.

    Attributes
    ----------
    at : float
        What the framework returns at the point.
    true : float
        What is true there; NaN where nothing is, or where it is not known.
    one_sided : tuple of float or None
        The limits from the left and from the right, where they differ.
    right_at : bool or None
        Whether ``at`` is right; None where there is nothing to compare with.
    width : float
        The outermost distance from the point at which the framework was wrong; 0 if it was not.
    at_least : bool
        Whether that distance was the outermost that was judged: it may reach further.
    nan : int
        At how many samples, the point included, the framework returned NaN or infinity.
    samples : int
        How many samples were judged, and the point.
    worst : float
        The largest error that is finite.
    """

    at: float
    true: float
    one_sided: tuple[float, float] | None
    right_at: bool | None
    width: float
    at_least: bool
    nan: int
    samples: int
    worst: float

    @property
    def is_wrong(self) -> bool:
        """Whether the framework is wrong at the point or near it."""
        return self.right_at is False or self.width > 0


@dataclass(frozen=True)
class Judged:
    """The verdict on one output along one line.

    Attributes
    ----------
    verdict : str
        "sound", "unsound", "kink", "singular" or "unsettled".
    why : str
        A sentence, for verdicts that need one.
    orders : tuple of Order
        Value and derivatives.
    outside : Outside
        What the program means.
    offsets : numpy.ndarray
        The distances, with sign, at which it was judged; shape (n,).
    errors : numpy.ndarray
        The errors there, shape (orders, n); NaN where nothing is known.
    allowed : numpy.ndarray
        The errors that are allowed, same shape.
    """

    verdict: Verdict
    why: str
    orders: tuple[Order, ...]
    outside: Outside
    offsets: np.ndarray
    errors: np.ndarray
    allowed: np.ndarray

    @property
    def lost_at_kink(self) -> bool:
        """Whether NaN or infinity is returned for the derivative that has two limits at a kink."""
        return self.verdict == "kink" and not math.isfinite(self.orders[self.outside.order].at)


def offsets_of(line: Line, dtype: str) -> np.ndarray:
    """Return the distances at which a program is judged, with sign, in ascending order.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> distances = offsets_of(subject(torch.sin, 2.0).lines[0], "float64")
    >>> len(distances), round(distances.min().item(), 3), bool(abs(distances).min() < 1e-15)
    (61, -0.2, True)
    """
    distances = WINDOW * line.scale * 10.0 ** -(np.arange(_DECADES * _PER_DECADE + 1) / _PER_DECADE)
    return line.reached(np.concatenate([distances, -distances]), dtype)


def offsets_beyond(line: Line, judged: Judged, dtype: str) -> np.ndarray:
    """Return more distances beyond the outermost ones at which each order is wrong.

    Rounding errors are as good as random: of two samples a decade the outermost wrong one can be at
    a tenth of the width.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> from removable.probing.subject import subject
    >>> judged = probe(torch.sinc, at=0.0).worst.judged
    >>> beyond = offsets_beyond(subject(torch.sinc, 0.0).lines[0], judged, "float64")
    >>> width = judged.orders[2].width
    >>> bool(width < abs(beyond).min()), bool(abs(beyond).max() < 11 * width)
    (True, True)
    """
    finer = [np.zeros(0)]
    for order in judged.orders:
        if order.width:
            distances = order.width * 10.0 ** (np.arange(1, _FINER + 1) / _FINER)
            finer.append(distances[distances < WINDOW * line.scale])
    distances = np.concatenate(finer)
    return np.setdiff1d(line.reached(np.concatenate([distances, -distances]), dtype), judged.offsets)


def judge(
    values: Values,
    line: Line,
    offsets: np.ndarray,
    computed: np.ndarray,
    side: int = 0,
    dtype: str = "",
    outside: Outside | None = None,
) -> Judged:
    """Judge one output of a program along a line.

    Parameters
    ----------
    values : callable
        The output in double precision: it takes offsets, shape (n,), to values, shape (n,).
    line : Line
        The line.
    offsets : numpy.ndarray
        The distances to judge, with sign, in ascending order, shape (n,). The smallest is taken for
        the point itself: it is 0 unless the point is no number of the dtype.
    computed : numpy.ndarray
        Value and derivatives by the framework there, shape (orders, n).
    side : {-1, 0, 1}
        The side of the point that is judged, left or right; 0 for both.
    dtype : str, optional
        The dtype in which the framework computed; that of the line by default.
    outside : Outside, optional
        What the program means, if that is known already.

    Returns
    -------
    Judged
        The verdict.

    Examples
    --------
    A framework that returned 0 for the slope of the sine:

    >>> import torch
    >>> from removable.probing.subject import subject
    >>> line = subject(torch.sin, 0.0).lines[0]
    >>> t = np.linspace(-0.1, 0.1, 21)
    >>> judged = judge(np.sin, line, t, np.stack([np.sin(t), np.zeros(21)]))
    >>> judged.verdict, judged.orders[1].right_at, round(judged.orders[1].worst, 6)
    ('unsound', False, 1.0)
    """
    if outside is not None:
        return _held_against(outside, values, line, offsets, computed, side, dtype)
    outside = look(values, line.scale, len(computed) - 1, side)
    judged = _held_against(outside, values, line, offsets, computed, side, dtype)
    if judged.verdict != "unsound":
        return judged
    outside = narrowed(outside, values, _away(outside, values, offsets))
    return _held_against(outside, values, line, offsets, computed, side, dtype)


def _held_against(
    outside: Outside, values: Values, line: Line, offsets: np.ndarray, computed: np.ndarray, side: int, dtype: str
) -> Judged:
    """Hold what a framework returns against what a program means."""
    highest, here = len(computed) - 1, int(np.argmin(np.abs(offsets)))
    overflow = _overflow(offsets, computed[0])
    truths = [_truth(outside, offsets, here, k) for k in range(highest + 1)]
    possible = _possible([true for true, _ in truths], WINDOW * line.scale)
    errors, allowed, orders = [], [], []
    for k, (true, bars) in enumerate(truths):
        rounding = _ROUNDINGS * _ROUNDING[dtype or line.dtype] * possible[k]
        limit = _RELATIVE * _largest(true) + rounding + _BARS * bars + _beside_a_kink(outside, offsets, k)
        known = _BARS * bars <= max(_UNKNOWN * _largest(true), rounding, _NEGLIGIBLE * possible[k])
        with np.errstate(invalid="ignore"):
            error = np.where(np.isfinite(computed[k]), np.abs(computed[k] - true), np.inf)
        errors.append(np.where(overflow, np.inf, np.where(known & np.isfinite(true), error, np.nan)))
        allowed.append(np.where(overflow, 0.0, np.where(known & np.isfinite(true), limit, np.nan)))
        at = 0.0 if abs(true[here]) <= bars[here] else float(true[here])  # 0 as far as can be told
        orders.append(_order(outside, offsets, here, k, computed[k], at, errors[k], allowed[k]))
    verdict, why = _verdict(outside, orders, computed, values, line, side, overflow=bool(overflow.any()))
    return Judged(verdict, why, tuple(orders), outside, offsets, np.array(errors), np.array(allowed))


def _overflow(offsets: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return where values are infinite on an interval, as no function is."""
    infinite = np.isinf(values)
    beside = np.concatenate([[False], infinite, [False]])
    on_an_interval = infinite & (beside[:-2] | beside[2:])
    distances = np.abs(offsets)
    apart = _LEAST_INTERVAL * np.max(distances)  # closer to a pole values can be infinite
    return on_an_interval & (np.max(distances[on_an_interval], initial=0.0) >= apart)


def _away(outside: Outside, values: Values, offsets: np.ndarray) -> np.ndarray:
    """Return the offsets at which the values in double precision are not what they should be."""
    true, bars = outside.at(offsets, 0)
    with np.errstate(all="ignore"):
        errors = np.abs(values(offsets) - true)
        away = errors > _ROUNDINGS * _ROUNDING["float64"] * _largest(true) + _BARS * bars
    return offsets[away & np.isfinite(errors)]


def _largest(numbers: np.ndarray) -> float:
    return float(np.max(np.abs(numbers[np.isfinite(numbers)]), initial=0.0))


def _truth(outside: Outside, offsets: np.ndarray, here: int, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the true derivative at offsets and its error bars; NaN where there is none."""
    true, bars = outside.at(offsets, order)
    if offsets[here] != 0:
        return true, bars
    beside = list(outside.beside(order).values())
    differ = outside.kind in ("kink", "jump") and order >= outside.order
    if beside and not differ:
        true[here], bars[here] = min(beside, key=lambda seen: seen[1])
    return true, bars


def _possible(truths: list[np.ndarray], span: float) -> list[float]:
    """Return how large each derivative of a function of this size could be."""
    sizes = np.array([_largest(true) for true in truths]) * span ** np.arange(len(truths))
    return [float(sizes.max()) / span**k for k in range(len(truths))]


def _beside_a_kink(outside: Outside, offsets: np.ndarray, order: int) -> np.ndarray:
    """Return what is allowed beside a kink or jump, next to an infinite derivative."""
    if outside.kind not in ("kink", "jump") or order <= outside.order:
        return np.zeros(len(offsets))
    left, right = (outside.beside(outside.order)[sign][0] for sign in (-1, 1))
    with np.errstate(divide="ignore"):
        return _RELATIVE * abs(right - left) / np.abs(offsets) ** (order - outside.order)


def _order(
    outside: Outside,
    offsets: np.ndarray,
    here: int,
    order: int,
    computed: np.ndarray,
    true: float,
    errors: np.ndarray,
    allowed: np.ndarray,
) -> Order:
    """Judge one derivative."""
    at, beside = float(computed[here]), outside.beside(order)
    one_sided = None
    right_at = None if np.isnan(errors[here]) else bool(errors[here] <= allowed[here])
    if outside.kind in ("kink", "jump") and order >= outside.order and len(beside) == 2:
        one_sided = beside[-1][0], beside[1][0]
        margin = _RELATIVE * max(map(abs, one_sided)) + _BARS * max(bar for _, bar in beside.values())
        if outside.kind == "kink" and order == outside.order and math.isfinite(at):
            right_at = min(one_sided) - margin <= at <= max(one_sided) + margin
    judged = ~np.isnan(errors)
    beside_it = np.arange(len(offsets)) != here
    wrong = judged & (errors > allowed) & beside_it
    width = float(np.max(np.abs(offsets[wrong]), initial=0.0))
    outermost = float(np.max(np.abs(offsets[judged]), initial=0.0))
    finite = errors[judged & np.isfinite(errors)]
    return Order(
        at=at,
        true=true,
        one_sided=one_sided,
        right_at=right_at,
        width=width,
        at_least=width > 0 and width >= outermost,
        nan=int(np.sum(~np.isfinite(computed[judged | ~beside_it]))),
        samples=int(np.sum(judged | ~beside_it)),
        worst=float(np.max(finite, initial=0.0)),
    )


def _verdict(
    outside: Outside,
    orders: list[Order],
    computed: np.ndarray,
    values: Values,
    line: Line,
    side: int,
    *,
    overflow: bool,
) -> tuple[Verdict, str]:
    """Put the orders together."""
    if overflow:
        return "unsound", "the value is infinite on an interval, as no function is: a number overflows"
    if any(order.is_wrong for order in orders):
        return "unsound", ""
    if outside.kind == "jump":
        left, right = orders[0].one_sided or (math.nan, math.nan)
        return "singular", f"the value jumps: it tends to {left:.6g} from the left and to {right:.6g} from the right"
    if outside.kind == "kink":
        left, right = orders[outside.order].one_sided or (math.nan, math.nan)
        name, at = _NAMES[outside.order], orders[outside.order].at
        lost = "" if math.isfinite(at) else f"; a kink is by design, but {at} is returned there, which is no {name}"
        return "kink", f"the {name} tends to {left:.6g} from the left and to {right:.6g} from the right{lost}"
    if outside.kind == "none":
        return _without_function(outside, computed, values, line)
    if outside.kind in ("left only", "right only") and not side:
        missing = "right" if outside.kind == "left only" else "left"
        return "unsettled", f"on the {missing} the program has no finite value; give side to judge the other side alone"
    for k, order in enumerate(orders):
        if order.right_at is None:
            return (
                "unsettled",
                f"the {_NAMES[k]} could not be found from outside: too many digits are lost everywhere near",
            )
    return "sound", ""


def _without_function(outside: Outside, computed: np.ndarray, values: Values, line: Line) -> tuple[Verdict, str]:
    """Say what there is where no polynomial fits."""
    if outside.narrow:
        return (
            "unsettled",
            f"closer than {outside.narrow:.2g} the values smoothly become other ones than on all rings further out: "
            "the function is as narrow as that, or a small number is added to keep it from dividing by 0",
        )
    if not np.isfinite(computed[0]).any():
        return (
            "unsettled",
            "the value is NaN at every distance that was looked at: the point is outside the domain, or the program makes NaN",
        )
    at = line.at or 0.0
    try:
        reason = str(explanation(lambda t: values(np.asarray(t))[:, None], at))
    except Exception:  # a program that refuses the distances that the explanation asks for
        reason = "no power series"
    if any(word in reason for word in ("rounding hides", "no power series")):
        return "unsettled", _UNFITTED
    return "singular", reason
