"""Point it at your own function: whether its derivatives are right at a point, and near it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from removable.arguments import checked_order, unit_roundoff
from removable.errors import InputError
from removable.probing.candidates import candidates
from removable.probing.cure import cure
from removable.probing.evaluation import Evaluator
from removable.probing.explained import explained
from removable.probing.line import Line, rounded_to
from removable.probing.modes import Picked, in_single_precision, modes_that_disagree
from removable.probing.report import Found, Report
from removable.probing.sampler import Sampler
from removable.probing.subject import Subject, differentiated, subject
from removable.probing.verdict import Judged, judge, offsets_beyond, offsets_of

__all__ = ["probe"]

_SIDES = {None: 0, "left": -1, "right": 1}

_JUDGED_ONE_BY_ONE = 8
"""Outputs that are judged each by itself; of more, one weighted sum is."""

_HIGHEST = 3

_BESIDE = np.array([0.0, 0.1, -0.1])
"""Offsets, in units of the scale, at which it is seen what precision a program takes."""


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
        raise InputError("at is None; give the point, or an interval as between.")
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
    computed = differentiated(evaluator, line, offsets, order)
    remembered = _Remembered(evaluator, line)
    rounding = unit_roundoff(remembered.settled())
    found = []
    for output, picked in _outputs(taken.outputs).items():

        def outcome(t: np.ndarray, picked: Picked = picked) -> np.ndarray:
            return picked(remembered(t))

        values = Sampler(outcome, line.scale, line.finest(rounding), rounding)
        with np.errstate(all="ignore"):
            judged, rows = _judged(evaluator, line, values, picked, offsets, picked(computed), side)
            modes, no_mode = modes_that_disagree(evaluator, line, picked, judged, rows)
            single, no_single = in_single_precision(evaluator, line, picked, judged, values, side)
            remedy = cure(function, name, evaluator, line, judged, taken.outputs, picked)
        number = picked.args[0] if isinstance(picked, functools.partial) else None
        explain = functools.partial(explained, evaluator, line, judged, number)
        passed_over = (*no_mode, *no_single)
        one = Found(line.label, output, line.at, line.dtype, judged, modes, single, passed_over, remedy, explain)
        found.append(one)
    return found


def _judged(
    evaluator: Evaluator,
    line: Line,
    values: Sampler,
    picked: Picked,
    offsets: np.ndarray,
    rows: np.ndarray,
    side: int,
) -> tuple[Judged, np.ndarray]:
    """Judge an output, and look again beyond the outermost distances at which it is wrong."""
    judged = judge(values, line, offsets, rows, side)
    more = offsets_beyond(line, judged, line.dtype)
    more = more[more * side >= 0] if side else more
    if not more.size:
        return judged, rows
    together = np.concatenate([offsets, more])
    order = np.argsort(together)
    beyond = picked(evaluator.derivatives(line, more, len(rows) - 1, line.dtype))
    rows = np.concatenate([rows, beyond], 1)[:, order]
    return judge(values, line, together[order], rows, side, outside=judged.outside), rows


class _Remembered:
    """The values of a program in double precision; each set of offsets is asked for once."""

    def __init__(self, evaluator: Evaluator, line: Line) -> None:
        self.evaluator, self.line = evaluator, line
        self.known: dict[bytes, np.ndarray] = {}
        self.dtype = "float64"
        self.outputs = 0

    def settled(self) -> str:
        """Return the dtype in which the program takes its argument."""
        self(self.line.scale * _BESIDE)
        return self.dtype

    def __call__(self, offsets: np.ndarray) -> np.ndarray:
        key = offsets.tobytes()
        if key not in self.known:
            self.known[key] = self._values(offsets)
        return self.known[key]

    def _values(self, offsets: np.ndarray) -> np.ndarray:
        try:
            values = self.evaluator.values(self.line, offsets, self.dtype)
        except Exception:
            if self.outputs:  # outside its domain
                return np.full((len(offsets), self.outputs), np.nan)
            if self.dtype == self.line.dtype:
                raise
            self.dtype = self.line.dtype  # a program that holds tensors in single precision
            values = self.evaluator.values(self.line, offsets, self.dtype)
        self.outputs = values.shape[1]
        return values


def _outputs(outputs: int) -> dict[str, Picked]:
    """Return what is judged, by name: functions of arrays whose last axis has the outputs."""
    if outputs == 1:
        return {"": functools.partial(_output, 0)}
    if outputs <= _JUDGED_ONE_BY_ONE:
        return {f"output {i}": functools.partial(_output, i) for i in range(outputs)}
    weights = np.random.default_rng(0).uniform(0.5, 1.0, outputs)
    return {f"a weighted sum of the {outputs} outputs": lambda rows: rows @ weights}


def _output(number: int, rows: np.ndarray) -> np.ndarray:
    return rows[..., number]


def _require_steady(evaluator: Evaluator, line: Line, offsets: np.ndarray) -> None:
    """Raise if a program is not the same when it is called again, or takes no notice of x."""
    some = offsets[[0, -1, len(offsets) // 3, 2 * len(offsets) // 3]]
    first, again = (evaluator.values(line, some, line.dtype) for _ in range(2))
    if not np.array_equal(first, again, equal_nan=True):
        where = tuple(np.argwhere((first != again) & ~(np.isnan(first) & np.isnan(again)))[0])
        raise InputError(
            f"the function returns {float(first[where])!r} and then {float(again[where])!r} for the same argument: "
            "it depends on chance, or on what changes from call to call; give one that always returns the same."
        )
    if np.array_equal(first, np.broadcast_to(first[0], first.shape)) and not evaluator.depends(line):
        raise InputError(f"what the function returns does not depend on {line.label}; give one that does.")
