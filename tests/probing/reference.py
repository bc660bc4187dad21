"""What a framework should have returned, by mpmath, and at what distances it is wrong.

The framework's derivatives are taken as they are; the truth is the case's own function in hundreds
of digits. Nothing is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
import numpy as np
from mpmath import mp
from probing.case import Case
from removable.probing.subject import subject

__all__ = ["Reference", "reference", "truths"]

_DIGITS, _DIGITS_OF_THIRD, _STEP = 250, 400, mpmath.mpf(10) ** -50

_DIFFERENCES = ({0: 1}, {-1: -1, 1: 1}, {-1: 1, 0: -2, 1: 1}, {-2: -1, -1: 2, 1: -2, 2: 1})
_DIVISORS = (1, 2, 1, 2)

_RELATIVE, _ROUNDINGS, _WINDOW = 1e-3, 100.0, 0.1

_ROUNDING = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}


@dataclass(frozen=True)
class Reference:
    """At what offsets a framework is wrong.

    Attributes
    ----------
    wrong : frozenset of int
        The orders that are wrong anywhere.
    widths : dict
        The outermost wrong distance, by order.
    computed, true, allowed : numpy.ndarray
        Shape (order + 1, n).
    offsets : numpy.ndarray
        Shape (n,).
    """

    wrong: frozenset[int]
    widths: dict[int, float]
    offsets: np.ndarray
    computed: np.ndarray
    true: np.ndarray
    allowed: np.ndarray


def truths(case: Case, offset: float, side: str | None, order: int) -> list[float]:
    """Return the value and the derivatives that are meant, by differences in hundreds of digits."""
    assert case.true is not None
    with mp.workdps(_DIGITS if order < 3 else _DIGITS_OF_THIRD):
        t = mp.mpf(offset)
        if t == 0:
            t = 4 * _STEP * (-1 if side == "left" else 1)
        steps = sorted({step for weights in _DIFFERENCES[: order + 1] for step in weights})
        near = {step: mp.mpf(mp.re(case.true(t + step * _STEP))) for step in steps}
        return [
            float(sum(weight * near[step] for step, weight in _DIFFERENCES[k].items()) / (_DIVISORS[k] * _STEP**k))
            for k in range(order + 1)
        ]


def reference(case: Case, per_decade: int) -> Reference:
    """Hold a framework against mpmath."""
    keywords = dict(case.keywords)
    side, order = keywords.pop("side", None), keywords.pop("order", 2)
    taken = subject(case.function, case.at, framework=case.framework, **keywords)
    (line,) = taken.lines
    distances = _WINDOW * line.scale * 10.0 ** -(np.arange(16 * per_decade + 1) / per_decade)
    signs = {"left": [-1], "right": [1], None: [-1, 1]}[side]
    offsets = line.reached(np.concatenate([sign * distances for sign in signs]), line.dtype)
    offsets = np.sort(np.append(offsets, 0.0))
    computed = taken.evaluator.derivatives(line, offsets, order, line.dtype)[:, :, 0]
    true = np.array([truths(case, float(t), side, order) for t in offsets]).T
    span = _WINDOW * line.scale
    largest = np.abs(true).max(axis=1)
    possible = (largest * span ** np.arange(order + 1)).max() / span ** np.arange(order + 1)
    allowed = np.broadcast_to(
        (_RELATIVE * largest + _ROUNDINGS * _ROUNDING[line.dtype] * possible)[:, None], true.shape
    )
    with np.errstate(invalid="ignore"):
        bad = ~(np.abs(computed - true) <= allowed)
    widths = {k: float(np.abs(offsets[bad[k]]).max(initial=0.0)) for k in range(order + 1)}
    return Reference(frozenset(k for k in range(order + 1) if bad[k].any()), widths, offsets, computed, true, allowed)
