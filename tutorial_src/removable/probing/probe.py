"""Point it at your own function: whether its derivatives are right at a point, and near it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from removable.arguments import checked_order
from removable.errors import InputError
from removable.probing.evaluation import Evaluator
from removable.probing.line import Line
from removable.probing.report import Found, Report
from removable.probing.subject import Subject, subject
from removable.probing.verdict import Judged, judge, offsets_of

__all__ = ["probe"]

_SIDES = {None: 0, "left": -1, "right": 1}

_JUDGED_ONE_BY_ONE = 8
"""Outputs that are judged each by itself; of more, weighted sums are."""

_HIGHEST = 3


def probe(
    function: Callable[..., Any],
    at: Any,
    along: Any = None,
    *,
    side: Literal["left", "right"] | None = None,
    order: int = 2,
    framework: str | None = None,
    dtype: str | None = None,
) -> Report:
    """Tell whether a function and its derivatives are right at a point and near it."""
    if side not in _SIDES:
        raise InputError(f'side is {side!r}; give "left" or "right", or leave it away for both.')
    checked_order(order, most=_HIGHEST)
    taken = subject(function, at, along, framework=framework, dtype=dtype)
    found = [one for line in taken.lines for one in _along(taken, line, order, _SIDES[side])]
    return Report(getattr(function, "__name__", type(function).__name__), taken.name, order, tuple(found))


def _along(taken: Subject, line: Line, order: int, side: int) -> list[Found]:
    """Probe all outputs along a line."""
    evaluator = taken.evaluator
    offsets = np.sort(np.append(offsets_of(line, line.dtype), 0.0))
    offsets = offsets[offsets * side >= 0] if side else offsets
    computed = evaluator.derivatives(line, offsets, order, line.dtype)
    _require_steady(evaluator, line, offsets)
    weights = _weights(taken.outputs)
    remembered = _Remembered(evaluator, line)
    found = []
    for name, row in weights.items():
        with np.errstate(all="ignore"):
            judged = judge(lambda t, row=row: remembered(t) @ row, line, offsets, computed @ row, side)
        found.append(Found(line.label, name, line.at, line.dtype, judged))
    return found


class _Remembered:
    """The values of a program in double precision, each set of offsets asked for once."""

    def __init__(self, evaluator: Evaluator, line: Line) -> None:
        self.evaluator, self.line = evaluator, line
        self.known: dict[bytes, np.ndarray] = {}

    def __call__(self, offsets: np.ndarray) -> np.ndarray:
        key = offsets.tobytes()
        if key not in self.known:
            self.known[key] = self.evaluator.values(self.line, offsets)
        return self.known[key]


def _weights(outputs: int) -> dict[str, np.ndarray]:
    """Return how outputs are added up to what is judged, by name."""
    if outputs == 1:
        return {"": np.ones(1)}
    if outputs <= _JUDGED_ONE_BY_ONE:
        return {f"output {i}": row for i, row in enumerate(np.eye(outputs))}
    random = np.random.default_rng(0)
    return {f"a weighted sum of the {outputs} outputs": random.uniform(0.5, 1.0, outputs)}


def _require_steady(evaluator: Evaluator, line: Line, offsets: np.ndarray) -> None:
    """Raise if a program returns something else when it is called again."""
    two = offsets[[0, -1]]
    first, again = (evaluator.values(line, two, line.dtype) for _ in range(2))
    if not np.array_equal(first, again, equal_nan=True):
        where = np.argwhere((first != again) & ~(np.isnan(first) & np.isnan(again)))[0]
        raise InputError(
            f"the function returns {first[tuple(where)]!r} and then {again[tuple(where)]!r} for the same argument: "
            "it depends on chance, or on what changes from call to call; give one that always returns the same."
        )
