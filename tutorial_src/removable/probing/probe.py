"""Point it at your own function: whether its derivatives are right at a point, and near it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from removable.arguments import checked_order, unit_roundoff
from removable.errors import InputError, first_line, shown
from removable.frameworks import Mode
from removable.probing.candidates import Search, candidates
from removable.probing.cure import cure
from removable.probing.evaluation import Evaluator
from removable.probing.explained import explained
from removable.probing.line import Line, rounded_to
from removable.probing.modes import Picked, in_single_precision, modes_that_disagree
from removable.probing.report import Found, Report
from removable.probing.sampler import Sampler
from removable.probing.state import unchanged
from removable.probing.subject import Subject, differentiated, subject
from removable.probing.verdict import Judged, judge, offsets_beyond, offsets_of

__all__ = ["probe"]

_SIDES = {None: 0, "left": -1, "right": 1}

_HIGHEST = 3

_FINER, _FINER_AT_ONCE = 50, 400
"""Samples of the decade beyond the outermost distance at which something is wrong: one by one, and
by a program that takes arrays."""

_LOOKED_BEYOND = 3
"""How often it is looked beyond the outermost distance at which something is wrong."""

_LARGEST_SIZE = 1e300
"""The largest size of a point, to the power of the order."""

_BESIDE = np.array([0.0, 0.1, -0.1])
"""Offsets, in units of the scale, at which a program is called first, and its precision is seen."""


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
        The point: the argument; a tuple of several; or a dict of them by name. Numbers and tensors
        of floating-point numbers can move. All else is passed on as it is: whole numbers, text,
        lists and dicts of tensors, which take on the dtype of what moves.
    along : str, int, tuple or array, optional
        Which argument moves, by its name or number; which element of it, ``("v", 2)`` or
        ``(0, (1, 2))``; a parameter of a module, by its name; or a direction, of the shape of the
        argument, ``[1, 2]`` or ``("v", [1, 2])``. Derivatives are those by the number that the
        direction is multiplied by. By default each coordinate moves in turn.
    between : tuple of float, optional
        In place of a point: an interval, in which points are looked for where something may be
        wrong; each is then judged, and some points without a sign as well. Of several arguments
        ``at`` has the others, and ``along`` names the one that moves.
    side : {"left", "right"}, optional
        The side of the point that is judged; both by default.
    order : int
        The highest derivative, 0 to 3.
    framework : {"torch", "tensorflow", "jax"}, optional
        The framework. By default that of the tensors in ``at``, or the first imported one whose
        tensors the function takes and returns.
    dtype : str, optional
        The dtype of the argument; by default that of the tensor, and float64 for plain numbers, or
        float32 if the function takes no other.

    Returns
    -------
    removable.probing.report.Report
        ``verdict`` is "sound", "unsound", "kink", "singular" or "unsettled"; ``orders[k]`` tells of
        the k-th derivative; ``print`` it.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used; if no framework takes the function; if it
        returns something else each time, or no floating-point tensor; or if its calls change a
        tensor, an array or a buffer that it holds, which are then put back.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
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
    if side is not None and (not isinstance(side, str) or side not in _SIDES):
        raise InputError(f'side is {shown(side)}; give "left" or "right", or leave it away for both.')
    order = checked_order(order, most=_HIGHEST)
    if at is None and between is None:
        raise InputError("at is None; give the point, or an interval as between.")
    low, high = _interval(between) if between is not None else (0.0, 0.0)
    point = low / 2 + high / 2 if at is None else at
    with unchanged(function) as checked:
        taken = subject(function, point, along, framework=framework, dtype=dtype)
        first = taken.lines[0]
        for _ in range(2):  # the first call may have made what the second changes
            checked()
            with _in_a_sentence():
                taken.evaluator.values(first, first.scale * _BESIDE, first.dtype)
        checked()
        name = getattr(function, "__name__", type(function).__name__)
        search = None if between is None else _searched(taken, low, high)
        lines = taken.lines if search is None else _through(taken.lines[0], search.points)
        found = [one for line in lines for one in _along(function, name, taken, line, order, _SIDES[side])]
        if search is None:
            return Report(name, taken.name, order, tuple(found))
        beside = _through(taken.lines[0], search.beside)
        others = [one for line in beside for one in _along(function, name, taken, line, order, _SIDES[side])]
    return Report(
        name,
        taken.name,
        order,
        tuple(found),
        (low, high),
        beside=tuple(others),
        more=search.more,
        not_followed=search.not_followed,
        spacing=search.spacing,
    )


def _interval(between: Any) -> tuple[float, float]:
    try:
        if isinstance(between, str | set | dict):  # text of two digits, and what has no order
            raise TypeError
        low, high = (float(end) for end in between)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"between is {shown(between)}; give two numbers, such as (-3.0, 3.0).") from None
    if not (np.isfinite([low, high]).all() and low < high):
        raise InputError(f"between is {shown(between)}; give two finite numbers, the smaller one first.")
    return low, high


def _searched(taken: Subject, low: float, high: float) -> Search:
    """Search an interval for points at which something may be wrong."""
    if len(taken.lines) != 1 or taken.lines[0].at is None:
        raise InputError(f"{len(taken.lines)} coordinates can move between {low!r} and {high!r}; name one by along.")
    (line,) = taken.lines
    with _in_a_sentence():
        return candidates(taken.evaluator, replace(line, direction=(line.direction != 0).astype(float)), low, high)


def _through(line: Line, points: tuple[float, ...]) -> list[Line]:
    """Return the same line through each of several points."""
    lines = []
    for point in points:
        start = line.start.copy()
        start[line.moving_index] = rounded_to(np.array(point), line.dtype)
        lines.append(replace(line, start=start))
    return lines


def _along(function: Callable[..., Any], name: str, taken: Subject, line: Line, order: int, side: int) -> list[Found]:
    """Probe each output along a line."""
    evaluator = taken.evaluator
    _require_room(line, order)
    offsets = np.sort(np.append(offsets_of(line, line.dtype), 0.0))
    offsets = offsets[offsets * side >= 0] if side else offsets
    some = offsets[[0, -1, len(offsets) // 3, 2 * len(offsets) // 3]]
    with _in_a_sentence():
        first = _require_steady(evaluator, line, some)
    computed = differentiated(evaluator, line, offsets, order)
    remembered = _Remembered(evaluator, line)
    with _in_a_sentence():
        rounding = unit_roundoff(remembered.settled())
    found = []
    derivatives = _Derivatives(evaluator, line, order)
    for number, output in enumerate(taken.judged):
        picked = functools.partial(_output, number)

        def outcome(t: np.ndarray, picked: Picked = picked) -> np.ndarray:
            return picked(remembered(t))

        values = Sampler(outcome, line.scale, line.finest(rounding), rounding)
        with np.errstate(all="ignore"):
            judged, rows = _judged(evaluator, line, values, picked, offsets, picked(computed), side)
            modes, no_mode = modes_that_disagree(derivatives, line, picked, judged, rows)
            single, no_single = in_single_precision(derivatives, line, picked, judged, values, side)
            remedy = cure(function, name, evaluator, line, judged, taken.outputs, picked)
        explain = functools.partial(explained, evaluator, line, judged, number)
        passed_over = (*taken.passed_over, *no_mode, *no_single)
        one = Found(line.label, output, line.at, line.dtype, judged, modes, single, passed_over, remedy, explain)
        found.append(one)
    with _in_a_sentence():
        _require_same(first, evaluator.values(line, some, line.dtype))
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
    finer = _FINER_AT_ONCE if evaluator.takes_many(line, line.dtype) else _FINER
    for _ in range(_LOOKED_BEYOND):
        widths = [order.width for order in judged.orders]
        more = offsets_beyond(line, judged, line.dtype, finer)
        more = more[more * side >= 0] if side else more
        if not more.size:
            break
        together = np.concatenate([judged.offsets, more])
        order = np.argsort(together)
        beyond = picked(evaluator.derivatives(line, more, len(rows) - 1, line.dtype))
        rows = np.concatenate([rows, beyond], 1)[:, order]
        judged = judge(values, line, together[order], rows, side, outside=judged.outside)
        if [order.width for order in judged.orders] == widths:
            break
    return judged, rows


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


class _Derivatives:
    """Value and derivatives of all outputs; each set of offsets is asked for once in each mode."""

    def __init__(self, evaluator: Evaluator, line: Line, order: int) -> None:
        self.evaluator, self.line, self.order = evaluator, line, order
        self.known: dict[tuple[bytes, str, Mode], np.ndarray] = {}

    def __call__(self, offsets: np.ndarray, dtype: str, mode: Mode = "reverse") -> np.ndarray:
        key = offsets.tobytes(), dtype, mode
        if key not in self.known:
            self.known[key] = self.evaluator.derivatives(self.line, offsets, self.order, dtype, mode)
        return self.known[key]


def _output(number: int, rows: np.ndarray) -> np.ndarray:
    return rows[..., number]


@contextlib.contextmanager
def _in_a_sentence() -> Iterator[None]:
    """Say what a function raises at all distances, or all of a sudden."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # whatever a user's function raises
        raise InputError(
            f"the function raises {first_line(error)}; give one that returns a value near the point, at each call."
        ) from error


def _require_room(line: Line, order: int) -> None:
    """Raise if a point is so large that powers of its size are infinite."""
    largest = _LARGEST_SIZE ** (1 / max(1, order))
    if line.scale * line.speed > largest:
        to_do = "give the function in other units"
        lower = max(
            (k for k in range(order) if line.scale * line.speed <= _LARGEST_SIZE ** (1 / max(1, k))), default=None
        )
        raise InputError(
            f"{line.label} is at {line.scale * line.speed:.6g}, and no point beyond {largest:.1g} can be judged to order "
            f"{order} in float64; {to_do}" + ("." if lower is None else f", or ask for order {lower}.")
        )


def _require_steady(evaluator: Evaluator, line: Line, some: np.ndarray) -> np.ndarray:
    """Return values; raise if a program has others when it is called again, or ignores x."""
    first, again = (evaluator.values(line, some, line.dtype) for _ in range(2))
    _require_same(first, again)
    if np.array_equal(first, np.broadcast_to(first[0], first.shape)) and not evaluator.depends(line):
        raise InputError(f"what the function returns does not depend on {line.label}; give one that does.")
    return first


def _require_same(first: np.ndarray, again: np.ndarray) -> None:
    """Raise unless a program has returned the same for the same arguments."""
    if np.array_equal(first, again, equal_nan=True):
        return
    if first.shape != again.shape:
        raise InputError(
            f"the function returns {first.shape[1]} numbers and then {again.shape[1]} for the same argument: "
            "it depends on what changes from call to call; give one that always returns the same."
        )
    where = tuple(np.argwhere((first != again) & ~(np.isnan(first) & np.isnan(again)))[0])
    raise InputError(
        f"the function returns {float(first[where])!r} and then {float(again[where])!r} for the same argument: "
        "it depends on chance, or on what changes from call to call; give one that always returns the same."
    )
