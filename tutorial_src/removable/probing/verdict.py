"""Whether a program is right at a point and near it: in its value, and in each derivative.

What the framework returns is held against what the program means, seen from outside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from removable.arguments import unit_roundoff
from removable.probing.grouping import negligible
from removable.probing.line import Line
from removable.probing.outside import Outside, look, trimmed
from removable.probing.sampler import Sampler
from removable.remedy.one_sided import explanation

__all__ = ["WINDOW", "Judged", "Order", "Verdict", "judge", "offsets_beyond", "offsets_of"]

Verdict = Literal["sound", "unsound", "kink", "singular", "unsettled"]
"""All is right; something is wrong; a kink by design; a point without a limit; not to be told."""

WINDOW = 0.1
"""The distance up to which a program is judged, in units of the scale."""

_PER_DECADE, _DECADES = 2, 16
"""Samples of the distance."""

_RELATIVE, _ROUNDINGS, _BARS = 1e-3, 100.0, 10.0
"""What is allowed: a part of the largest derivative of that order, so many roundings of what the
function could have, and so many error bars."""

_UNKNOWN = 0.1
"""A derivative is not judged where the error bars allow more than this part of it, and more than
what is negligible beside what the function could have."""

_LEAST_INTERVAL = 1e-3
"""An interval of infinite values reaches at least to this part of the outermost distance."""

_LARGEST = {"float64": 1.7976931e308, "float32": 3.4028235e38, "float16": 65504.0, "bfloat16": 3.3895314e38}
"""The largest numbers; what is larger is infinite by right."""

_ABSORBED = 4.0
"""Values that are the same on a whole ring say nothing of a slope that would change them by so many
roundings of 1, with which they may have been added."""

_ROUNDINGS_OF_A_KINK = 16.0
"""Within so many roundings of the argument a kink may be where it is computed to be."""

_DECADES_OF_GROWTH, _GROWTH = 6, 0.05
"""Over so many decades a derivative is followed to the point; a power less than the second number
is growth, and does not change by more."""

_NARROW = 0.1
"""What is known to less than this part of the window is said to be known to there alone."""

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


def offsets_of(line: Line, dtype: str) -> np.ndarray:
    """Return the distances at which a program is judged, with sign, in ascending order.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> from removable.probing.verdict import offsets_of
    >>> distances = offsets_of(subject(torch.sin, 2.0).lines[0], "float64")
    >>> len(distances), round(distances.min().item(), 3), bool(abs(distances).min() < 1e-15)
    (61, -0.2, True)
    """
    distances = WINDOW * line.scale * 10.0 ** -(np.arange(_DECADES * _PER_DECADE + 1) / _PER_DECADE)
    return line.reached(np.concatenate([distances, -distances]), dtype)


def offsets_beyond(line: Line, judged: Judged, dtype: str, finer: int = 50) -> np.ndarray:
    """Return more distances beyond the outermost ones at which each order is wrong.

    Rounding errors are as good as random: of two samples a decade the outermost wrong one can be at
    a tenth of the width. It is asked again until there is no more; ``finer`` is how many there are
    in a decade.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> from removable.probing.subject import subject
    >>> from removable.probing.verdict import offsets_beyond
    >>> judged = probe(torch.sinc, at=0.0).worst.judged
    >>> beyond = offsets_beyond(subject(torch.sinc, 0.0).lines[0], judged, "float64", finer=7)
    >>> width = judged.orders[2].width
    >>> bool(width < abs(beyond).min()), bool(abs(beyond).max() < 11 * width)
    (True, True)
    """
    beyond = [np.zeros(0)]
    for order in judged.orders:
        if order.width:
            distances = order.width * 10.0 ** (np.arange(1, finer + 1) / finer)
            beyond.append(distances[distances < WINDOW * line.scale])
    distances = np.concatenate(beyond)
    return np.setdiff1d(line.reached(np.concatenate([distances, -distances]), dtype), judged.offsets)


def judge(
    values: Sampler,
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
    values : Sampler
        The output in double precision.
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

    >>> import numpy as np
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> from removable.probing.sampler import Sampler
    >>> from removable.probing.verdict import judge
    >>> line = subject(torch.sin, 0.0).lines[0]
    >>> t = np.linspace(-0.1, 0.1, 21)
    >>> judged = judge(Sampler(np.sin), line, t, np.stack([np.sin(t), np.zeros(21)]))
    >>> judged.verdict, judged.orders[1].right_at, round(judged.orders[1].worst, 6)
    ('unsound', False, 1.0)
    """
    if outside is not None:
        return _held_against(outside, values, line, offsets, computed, side, dtype)
    outside = look(values, len(computed) - 1, side)
    judged = _held_against(outside, values, line, offsets, computed, side, dtype)
    if judged.verdict != "unsound" or not (away := _away(outside, values, offsets, judged.allowed[0])).size:
        return judged
    return _held_against(trimmed(outside, values, away), values, line, offsets, computed, side, dtype)


def _held_against(
    outside: Outside, values: Sampler, line: Line, offsets: np.ndarray, computed: np.ndarray, side: int, dtype: str
) -> Judged:
    """Hold what a framework returns against what a program means."""
    highest, here = len(computed) - 1, int(np.argmin(np.abs(offsets)))
    precision = dtype or line.dtype
    overflow = _overflow(offsets, computed[0], precision)
    truths = [_truth(outside, offsets, here, k) for k in range(highest + 1)]
    known_to = min((piece.widest for piece in outside.pieces.values()), default=math.inf)
    possible = _possible([true for true, _ in truths], min(WINDOW * line.scale, known_to))
    errors, allowed, orders = [], [], []
    for k, (true, bars) in enumerate(truths):
        rounding = _ROUNDINGS * unit_roundoff(precision) * possible[k]
        limit = _RELATIVE * _largest(true) + rounding + _BARS * bars + _beside_a_kink(outside, offsets, k)
        nothing = negligible(values.rounding) * possible[k]
        known = _BARS * bars <= max(_UNKNOWN * _largest(true), rounding, nothing)
        known &= (np.abs(true) <= _LARGEST[precision]) & ~_absorbed(outside, computed[k], k)
        with np.errstate(invalid="ignore"):
            error = np.where(np.isfinite(computed[k]), np.abs(computed[k] - true), np.inf)
        at_a_kink = _at_a_kink(outside, offsets, line.scale * unit_roundoff(precision))
        if k > outside.order:
            known &= ~at_a_kink
        elif k == outside.order and at_a_kink.any():
            error[at_a_kink & _between_the_limits(outside, computed[k], k)] = 0.0
        errors.append(np.where(overflow, np.inf, np.where(known & np.isfinite(true), error, np.nan)))
        allowed.append(np.where(overflow, 0.0, np.where(known & np.isfinite(true), limit, np.nan)))
        at = 0.0 if abs(true[here]) <= bars[here] else float(true[here])  # 0 as far as can be told
        orders.append(_order(outside, offsets, here, k, computed[k], at, errors[k], allowed[k]))
    verdict, why = _verdict(outside, orders, offsets, computed, values, line, side, overflow=bool(overflow.any()))
    return Judged(verdict, why, tuple(orders), outside, offsets, np.array(errors), np.array(allowed))


def _overflow(offsets: np.ndarray, values: np.ndarray, dtype: str) -> np.ndarray:
    """Return where values are infinite on an interval though they are not large beside it."""
    infinite = np.isinf(values)
    beside = np.concatenate([[False], infinite, [False]])
    on_an_interval = infinite & (beside[:-2] | beside[2:])
    next_to_it = np.isfinite(values) & (beside[:-2] | beside[2:])
    if np.max(np.abs(values[next_to_it]), initial=0.0) > math.sqrt(_LARGEST[dtype]):
        return np.zeros(values.shape, dtype=bool)  # the function itself grows beyond all numbers
    distances = np.abs(offsets)
    apart = _LEAST_INTERVAL * np.max(distances)  # closer to a pole values can be infinite
    return on_an_interval & (np.max(distances[on_an_interval], initial=0.0) >= apart)


def _absorbed(outside: Outside, computed: np.ndarray, order: int) -> np.ndarray:
    """Return where a derivative is too small to be seen in values that are all the same."""
    fits = [piece.fits[0] for piece in outside.pieces.values()]
    if not order or not fits or any(np.ptp(fit.values) for fit in fits):
        return np.zeros(computed.shape, dtype=bool)
    with np.errstate(over="ignore"):
        change = np.abs(computed) * min(fit.radius for fit in fits) ** order
    return (computed != 0) & (change <= _ABSORBED * unit_roundoff("float64") * max(1.0, *(fit.size for fit in fits)))


def _away(outside: Outside, values: Sampler, offsets: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return the offsets at which the values in double precision are not what they should be."""
    true, _ = outside.at(offsets, 0)
    errors = np.abs(values(offsets) - true)
    return offsets[np.isfinite(errors) & (errors > allowed)]


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


def _at_a_kink(outside: Outside, offsets: np.ndarray, rounding: float) -> np.ndarray:
    """Return which offsets may be those of a kink.

    It moves by a rounding where its argument is computed, as that of ``relu(x + 3 - 6)`` is. Near
    to it every number between the limits is right, and of the next derivative nothing is known.
    """
    if outside.kind != "kink":
        return np.zeros(offsets.shape, dtype=bool)
    return (np.abs(offsets) <= _ROUNDINGS_OF_A_KINK * rounding) & (offsets != 0)


def _between_the_limits(outside: Outside, computed: np.ndarray, order: int) -> np.ndarray:
    """Return where a derivative lies between its limits on both sides."""
    limits = sorted(limit for limit, _ in outside.beside(order).values())
    margin = _RELATIVE * max(map(abs, limits))
    return (limits[0] - margin <= computed) & (computed <= limits[-1] + margin)


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
        left, right = (0.0 if abs(limit) <= bar else limit for limit, bar in (beside[-1], beside[1]))
        one_sided = left, right
        margin = _RELATIVE * max(map(abs, one_sided)) + _BARS * max(bar for _, bar in beside.values())
        if outside.kind == "kink" and order == outside.order:  # NaN is not between them
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
    offsets: np.ndarray,
    computed: np.ndarray,
    values: Sampler,
    line: Line,
    side: int,
    *,
    overflow: bool,
) -> tuple[Verdict, str]:
    """Put the orders together."""
    if overflow:
        return "unsound", "the value is infinite on an interval, as no function is: a number overflows"
    if any(order.is_wrong for order in orders):
        return "unsound", _remark(outside, orders)
    if outside.kind == "jump":
        left, right = orders[0].one_sided or (math.nan, math.nan)
        return "singular", f"the value jumps: it tends to {left:.6g} from the left and to {right:.6g} from the right"
    if outside.kind == "kink":
        left, right = orders[outside.order].one_sided or (math.nan, math.nan)
        return (
            "kink",
            f"the {_NAMES[outside.order]} tends to {left:.6g} from the left and to {right:.6g} from the right",
        )
    if outside.kind == "none":
        return _without_function(offsets, computed, values, line, side)
    if outside.kind in ("left only", "right only") and not side:
        missing = "right" if outside.kind == "left only" else "left"
        return "unsettled", f"on the {missing} the program has no finite value; give side to judge the other side alone"
    for k, order in enumerate(orders):
        if order.right_at is None:
            return (
                "unsettled",
                f"the {_NAMES[k]} could not be found from outside: too many digits are lost everywhere near",
            )
    widest = min(piece.widest for piece in outside.pieces.values())
    near = f"known within {widest:.2g} of the point alone, where the function has a structure of its own"
    return "sound", near if widest < _NARROW * WINDOW * line.scale else ""


def _remark(outside: Outside, orders: list[Order]) -> str:
    """Say what somebody has to know who reads that something is wrong."""
    distance = max((piece.branch for piece in outside.pieces.values()), default=0.0)
    if distance:
        return (
            f"within {distance:.2g} of the point the program takes another branch; "
            "what it is further out is taken for what is meant"
        )
    if outside.kind == "kink" and not math.isfinite(orders[outside.order].at):
        left, right = orders[outside.order].one_sided or (math.nan, math.nan)
        return (
            f"at a kink, where the {_NAMES[outside.order]} tends to {left:.6g} from the left and to {right:.6g} from the "
            f"right, {orders[outside.order].at} is returned"
        )
    return ""


def _grown(offsets: np.ndarray, computed: np.ndarray) -> tuple[Verdict, str] | None:
    """Tell whether a derivative grows without bound towards the point, as that of a power does."""
    distances, nearest = np.abs(offsets), np.max(np.abs(offsets)) * 10.0**-_DECADES_OF_GROWTH
    for k in range(1, len(computed)):
        for sign in (1, -1):
            there = (np.sign(offsets) == sign) & (distances >= nearest) & np.isfinite(computed[k]) & (computed[k] != 0)
            order = np.argsort(distances[there])
            t, rows = np.log(distances[there][order]), np.log(np.abs(computed[k][there][order]))
            if len(t) < 2 * _DECADES_OF_GROWTH:
                continue
            powers = np.diff(rows) / np.diff(t)
            power = float(np.median(powers[: len(powers) // 2]))
            if power < -_GROWTH and np.ptp(powers[: len(powers) // 2]) < _GROWTH:
                side = "right" if sign > 0 else "left"
                return (
                    "singular",
                    f"on the {side} the {_NAMES[k]} is unbounded, and grows like the distance to the power {power:.2g}",
                )
    return None


def _without_function(
    offsets: np.ndarray, computed: np.ndarray, values: Sampler, line: Line, side: int
) -> tuple[Verdict, str]:
    """Say what there is where no polynomial fits."""
    distances, finite = np.abs(offsets), np.isfinite(computed[0])
    reached = np.min(distances[finite], initial=math.inf)
    if reached > _LEAST_INTERVAL * np.max(distances):
        how_far = f"up to {reached:.2g}" if finite.any() else "that was looked at"
        return (
            "unsettled",
            f"the value is finite at no distance {how_far}: the point is outside the domain, or the program makes NaN",
        )
    if values.rounding > unit_roundoff("float64"):
        return "unsettled", f"{_UNFITTED}; the program has no values in double precision"

    def looked_at(t: np.ndarray) -> np.ndarray:
        """The side that is judged, and its mirror image, or both sides."""
        return values(side * np.abs(t) if side else np.asarray(t))[:, None]

    try:
        reason = str(explanation(looked_at, line.at or 0.0))
    except Exception:  # a program that refuses the distances that the explanation asks for
        reason = "no power series"
    if any(word in reason for word in ("rounding hides", "no power series")):
        return _grown(offsets, computed) or ("unsettled", _UNFITTED)
    return "singular", reason
