"""The operation that makes a result wrong, by stochastic arithmetic.

:func:`find` runs a program with random errors of one rounding after each operation, and sees which
operation loses the digits. Results that are not finite, branches and wrong derivative rules have no
digits to lose; they are found by following numbers back, and by looking beside the point. It names
the cause of a result that is known to be wrong; it is no test of whether it is.
"""

from __future__ import annotations

import dataclasses
import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from removable import frameworks
from removable.arguments import PRECISIONS, checked_base, checked_dtype, checked_order, checked_whole
from removable.errors import InputError
from removable.probing.cause import branches, digits, finite, jumps, rules
from removable.probing.cause.finding import Cause
from removable.probing.cause.plain import TakenOutError, eps_of
from removable.probing.cause.samples import Experiment
from removable.probing.cause.tape import Run, Tape, Value

__all__ = ["NAMES", "Cause", "find"]

NAMES: tuple[str, ...] = ("torch", "jax", "tensorflow")
"""The frameworks whose programs can be looked into."""

_TAKEN_OUT = "it is taken out of the framework; that this explains the result could not be confirmed"

_FINE = 1 / 50
"""The part of the distance to the points beside within which slopes are measured in float64; it is
the whole in lower precision, whose rounding errors are larger."""


def find(
    name: str,
    program: Callable[[Any], Any],
    at: float,
    *,
    order: int = 0,
    dtype: str = "float64",
    scale: float = 0.0,
    beside: Sequence[float] | None = None,
    samples: int = 8,
) -> Cause:
    """Name the operation that makes a result wrong.

    The first of these that is found: an operation that makes a number which is not finite; one that
    loses the digits; one that underflows or overflows; a comparison that comes out differently
    beside the point; for a value, an operation that does; for a derivative, an operation that is
    not differentiated, where that explains the result, or one whose own derivative rule is wrong.

    Parameters
    ----------
    name : {"torch", "jax", "tensorflow"}
        The framework of the program.
    program : callable
        Takes a tensor of the framework of no dimension, and returns a tensor of one element.
    at : float
        The point at which the result is wrong.
    order : {0, 1, 2}
        Whether it is the value that is wrong, or the derivative of this order by reverse mode.
    dtype : {"float64", "float32", "float16", "bfloat16"}
        The precision.
    scale : float
        The largest derivative of a lower order. A result that is truly 0 has no digit that could be
        right; errors that are small in comparison with this are no loss.
    beside : list of float, optional
        Two points near by at which the program is right. Without them neither branches nor rules
        are looked at. Both are on one side where the program is meant for that side alone.
    samples : int
        The number of runs with random roundings.

    Returns
    -------
    Cause
        Of kind ``"none"`` if nothing was found.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.
    removable.errors.MissingFrameworkError
        If the framework is not installed.
    removable.errors.UnsupportedError
        If a program of JAX or TensorFlow asks for numbers in Python.

    Notes
    -----
    A function that computes its own rounding errors, such as the product of Dekker, is accused
    although it is right: random roundings destroy what it relies on. The operation named may be one
    that multiplies errors made before it, which its inputs then show. A series that ends too early
    leaves no trace that could be found. Where a graph is cut on purpose (``detach``,
    ``stop_gradient``) the derivative is what was asked for, and the program alone does not tell.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.cause import find
    >>> def program(x):
    ...     y = 1 - torch.cos(x)
    ...     return y / x**2
    >>> cause = find("torch", program, 1e-8)
    >>> print(cause)
    operation 2 of 4, rsub, in "y = 1 - torch.cos(x)" (...:2): all digits are lost here
        (inputs good to 16)
    >>> cause.kind, cause.operation, cause.position
    ('digits', 'rsub', 2)
    """
    if name not in NAMES:
        raise InputError(f"name is {name!r}; give one of {', '.join(map(repr, NAMES))}.")
    checked_base(at, name="at")
    checked_order(order, most=2)
    checked_dtype(dtype, known=PRECISIONS)
    checked_whole("samples", samples, least=2)
    if not 0 <= scale < math.inf:
        raise InputError(f"scale is {scale!r}; give a finite number that is not negative.")
    points = _checked_beside(beside, at)
    frameworks.load(name)
    trace = importlib.import_module(f"removable.probing.cause.{name}").trace
    runs: list[float] = []
    with np.errstate(all="ignore"):
        try:
            experiment = Experiment(_counted(trace(program, order, dtype), runs), at, scale=scale, samples=samples)
            lower = _counted(trace(program, order - 1, dtype), runs) if order and points else None
        except TakenOutError as error:
            if not order:
                raise
            return Cause("cut", "a number for Python", error.where, note=_TAKEN_OUT)
        cause = _first(experiment, lower, points, eps_of(dtype))
    return dataclasses.replace(cause, count=cause.count or len(experiment.reference.names), runs=len(runs))


def _counted(run: Run, runs: list[float]) -> Run:
    """Return a program that notes at which points it runs."""

    def counted(tape: Tape, at: float) -> Value:
        runs.append(at)
        return run(tape, at)

    return counted


def _checked_beside(beside: Sequence[float] | None, at: float) -> list[float]:
    if beside is None:
        return []
    points = [float(point) for point in beside]
    if len(points) != 2 or not all(math.isfinite(point) and point != at for point in points):
        raise InputError(f"beside is {beside!r}; give two finite numbers other than the point {at!r}.")
    return points


def _first(experiment: Experiment, lower: Run | None, points: Sequence[float], eps: float) -> Cause:
    """Search in order, and return what is found first."""
    cause = finite.not_finite(experiment) or digits.held(experiment) or finite.out_of_range(experiment)
    if cause is None and lower is not None:
        beside = _beside(experiment, lower, points, eps)
        if beside.is_kink():
            return Cause("none", note="there is a kink, and it lies between the slopes on both sides")
        cause = branches.branch(experiment, points) or beside.contradiction()
    elif cause is None and points:
        cause = branches.branch(experiment, points)
    cause = cause or digits.unconfirmed(experiment)
    if cause is None and lower is None and points:
        distance, sides = _around(experiment, points, eps)
        cause = jumps.jump(experiment, distance=distance, sides=sides)
    return cause or Cause("none")


def _beside(experiment: Experiment, lower: Run, points: Sequence[float], eps: float) -> rules.Beside:
    distance, sides = _around(experiment, points, eps)
    return rules.Beside(lower, experiment.result, experiment.at, distance=distance, sides=sides)


def _around(experiment: Experiment, points: Sequence[float], eps: float) -> tuple[float, list[int]]:
    """Return the distance within which the program is looked at beside the point, and the sides."""
    distance = min(abs(point - experiment.at) for point in points)
    if eps == eps_of("float64"):
        distance *= _FINE
    return distance, [1 if point > experiment.at else -1 for point in points]
