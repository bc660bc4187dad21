"""Point it at your own function: whether its derivatives are right at a point, and near it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from removable.arguments import checked_order
from removable.errors import InputError
from removable.probing.candidates import candidates
from removable.probing.cure import cure
from removable.probing.evaluation import Evaluator
from removable.probing.line import Line, rounded_to
from removable.probing.modes import in_single_precision, modes_that_disagree
from removable.probing.report import Found, Report
from removable.probing.subject import Subject, subject
from removable.probing.verdict import judge, offsets_of

__all__ = ["probe"]

_SIDES = {None: 0, "left": -1, "right": 1}

_JUDGED_ONE_BY_ONE = 8
"""Outputs that are judged each by itself; of more, one weighted sum is."""

_HIGHEST = 3


def probe(
    function: Callable[..., Any],
    at: Any = None,
    along: Any = None,
    *,
    between: tuple[float, float] | None = None,
    side: Literal["left", "right"] | None = None,
    order: int = 2,
    framework: str | None = None,
    dtype: str | None = None,
) -> Report:
    r"""Tell whether a function and its derivatives are right at a point and near it.

    The values of the function are taken in double precision where they are right, at distances from
    the point, and continued to it by polynomials, with an error bar for each derivative. What the
    framework returns is held against that, at the point and at distances from it down to 1e-16
    times its size. A kink by design is a kink. The verdict is never "sound" unless the value and
    all derivatives have been judged on both sides.

    Parameters
    ----------
    function : callable
        A function of tensors of PyTorch, TensorFlow or JAX, or a module or layer of them, which is
        called as for inference.
    at : float, array, tuple or dict
        The point: the argument; a tuple of several; or a dict of them by name. Floating-point
        arguments can move, all others are passed on as they are.
    along : str, int, tuple or array, optional
        Which argument moves, by its name or number; which element of it, ``("v", 2)``; a parameter
        of a module, by its name; or a direction, of the shape of the argument. By default each
        coordinate moves in turn.
    between : tuple of float, optional
        In place of a point: an interval, in which points are looked for where something may be
        wrong; each is then judged. Of several arguments ``at`` has the others, and ``along``
        names the one that moves.
    side : {"left", "right"}, optional
        The side of the point that is judged; both by default.
    order : int
        The highest derivative, 0 to 3.
    framework : {"torch", "tensorflow", "jax"}, optional
        The framework. By default that of the tensors in ``at``, or the first imported one whose
        tensors the function takes and returns.
    dtype : str, optional
        The dtype of the argument; by default that of the tensor, and float64 for plain numbers.

    Returns
    -------
    removable.probing.report.Report
        ``verdict`` is "sound", "unsound", "kink", "singular" or "unsettled"; ``orders[k]`` tells of
        the k-th derivative; ``print`` it.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used; if no framework takes the function; if it
        returns something else each time, or no floating-point tensor.

    Examples
    --------
    >>> import torch
    >>> report = probe(lambda x: (1 - torch.cos(x)) / x**2, at=0.0)
    >>> report.verdict, [order.is_wrong for order in report.orders]
    ('unsound', [True, True, True])
    >>> report.orders[2].at, round(report.orders[2].true, 9)
    (nan, -0.083333333)
    >>> probe(torch.relu, at=0.0).verdict
    'kink'

    A point that is not known:

    >>> probe(lambda x: (x**2 - 4) / (x - 2), between=(-3.0, 3.0)).points
    [2.0]
    """
    if side not in _SIDES:
        raise InputError(f'side is {side!r}; give "left" or "right", or leave it away for both.')
    checked_order(order, most=_HIGHEST)
    if at is None and between is None:
        raise InputError("there is no point; give at, or an interval as between.")
    low, high = _interval(between) if between is not None else (0.0, 0.0)
    taken = subject(function, (low + high) / 2 if at is None else at, along, framework=framework, dtype=dtype)
    name = getattr(function, "__name__", type(function).__name__)
    lines = taken.lines if between is None else _found_between(taken, low, high)
    found = [one for line in lines for one in _along(function, name, taken, line, order, _SIDES[side])]
    return Report(name, taken.name, order, tuple(found), between and (low, high))


def _interval(between: Any) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in between)
    except (TypeError, ValueError):
        raise InputError(f"between is {between!r}; give two numbers, such as (-3.0, 3.0).") from None
    if not (np.isfinite([low, high]).all() and low < high):
        raise InputError(f"between is {between!r}; give two finite numbers, the smaller one first.")
    return low, high


def _found_between(taken: Subject, low: float, high: float) -> list[Line]:
    """Return lines through the points of an interval at which something may be wrong."""
    if len(taken.lines) != 1 or taken.lines[0].at is None:
        raise InputError(f"{len(taken.lines)} coordinates can move between {low!r} and {high!r}; name one by along.")
    (line,) = taken.lines
    lines = []
    for point in candidates(taken.evaluator, line, low, high):
        start = line.start.copy()
        start[line.moving_index] = rounded_to(np.array(point), line.dtype)
        lines.append(replace(line, start=start))
    return lines


def _along(function: Callable[..., Any], name: str, taken: Subject, line: Line, order: int, side: int) -> list[Found]:
    """Probe each output along a line."""
    evaluator = taken.evaluator
    offsets = np.sort(np.append(offsets_of(line, line.dtype), 0.0))
    offsets = offsets[offsets * side >= 0] if side else offsets
    _require_steady(evaluator, line, offsets)
    computed = evaluator.derivatives(line, offsets, order, line.dtype)
    remembered = _Remembered(evaluator, line)
    found = []
    for output, weights in _weights(taken.outputs).items():
        rows = computed @ weights

        def values(t: np.ndarray, weights: np.ndarray = weights) -> np.ndarray:
            return remembered(t) @ weights

        with np.errstate(all="ignore"):
            judged = judge(values, line, offsets, rows, side)
            modes = modes_that_disagree(evaluator, line, weights, judged, rows)
            single = in_single_precision(evaluator, line, weights, judged, values, side)
            remedy = cure(function, name, evaluator, line, judged, taken.outputs)
        found.append(Found(line.label, output, line.at, line.dtype, judged, modes, single, remedy))
    return found


class _Remembered:
    """The values of a program in double precision; each set of offsets is asked for once."""

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
    """Raise if a program returns something else when it is called again, or the same everywhere."""
    two = offsets[[0, -1]]
    first, again = (evaluator.values(line, two, line.dtype) for _ in range(2))
    if not np.array_equal(first, again, equal_nan=True):
        where = tuple(np.argwhere((first != again) & ~(np.isnan(first) & np.isnan(again)))[0])
        raise InputError(
            f"the function returns {float(first[where])!r} and then {float(again[where])!r} for the same argument: "
            "it depends on chance, or on what changes from call to call; give one that always returns the same."
        )
