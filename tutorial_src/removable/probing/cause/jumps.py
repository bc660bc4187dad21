"""An operation with a branch inside: what goes in changes gradually, and what comes out does not.

An operation such as ``divide_no_nan`` returns one thing at a point and another beside it, and shows
no comparison that could be looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from removable.probing.cause.finding import Cause
from removable.probing.cause.reference import telling
from removable.probing.cause.samples import Experiment
from removable.probing.cause.tape import Arrays, Operation, Tape

__all__ = ["jump"]

_STEPS = (1 / 8, 1 / 4, 1 / 2, 1)
"""Where values are taken, in units of the farthest point; three extrapolations use them up."""

_TOLERANCE, _ROUNDINGS = 1e-6, 100
"""The relative difference up to which values agree, and in how many roundings it is at least."""


class _Values(Tape):
    """Keeps the operations."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []

    def add(self, operation: Operation) -> Arrays:
        super().add(operation)
        self.operations.append(operation)
        return operation.outputs

    def compare(self, name: str, where: str, result: np.ndarray) -> np.ndarray:
        self.operations.append(Operation(name, where, [], [], 1.0))
        return super().compare(name, where, result)


@dataclass(frozen=True)
class _Limit:
    """What an array tends to, and how far off that may be."""

    value: np.ndarray
    error: np.ndarray


def jump(experiment: Experiment, *, distance: float, sides: Sequence[int]) -> Cause | None:
    """Find an operation whose output is another one than that beside the point, though no input is.

    That it matters is tested by giving it at the point the output that it tends to.

    Parameters
    ----------
    experiment : Experiment
        The program.
    distance : float
        Up to which distance values are taken.
    sides : list of {-1, 1}
        On which sides of the point the program is right.

    Returns
    -------
    Cause or None
        Of kind ``"branch"``, or ``"not finite"`` if what comes out at the point is not.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.by_hand import apply, argument
    >>> from removable.probing.cause.jumps import jump
    >>> from removable.probing.cause.samples import Experiment
    >>> def quotient(a, b):
    ...     return np.divide(a, b, out=np.zeros_like(a), where=b != 0)
    >>> def run(tape, at):
    ...     sine = apply(tape, "sin", np.sin, argument(at))
    ...     return apply(tape, "divide", quotient, sine, argument(at))
    >>> print(jump(Experiment(run, 0.0, scale=0.0, samples=8), distance=1e-3, sides=(-1, 1)))
    operation 2 of 2, divide, a.py:1: comes out as 0 here, as 1 beside the point
    """
    here = _values(experiment, experiment.at)
    rows = [[_values(experiment, experiment.at + s * distance * step) for step in _STEPS] for s in sorted(set(sides))]
    for index, operation in enumerate(here.operations):
        if any(tape.names[: index + 1] != here.names[: index + 1] for row in rows for tape in row):
            return None  # other operations beside the point, which is a matter of branches
        limits = [_limits([tape.operations[index] for tape in row], operation) for row in rows]
        outputs = _jumping(operation, [limit for limit in limits if limit is not None]) if all(limits) else None
        if outputs is not None and experiment.changed(held={index: outputs}):
            return _found(experiment, index, operation, outputs)
    return None


def _values(experiment: Experiment, at: float) -> _Values:
    tape = _Values()
    experiment.outcome(tape, at)
    return tape


def _limits(there: Sequence[Operation], here: Operation) -> tuple[list[_Limit], list[_Limit]] | None:
    """Return what inputs and outputs tend to; None if they have other shapes beside the point."""
    rows = [[*operation.arrays(), *operation.outputs] for operation in (here, *there)]
    if len({tuple(array.shape for array in row) for row in rows}) != 1:
        return None
    limits = [_limit(column) for column in zip(*rows[1:], strict=True)]
    inputs = len(here.arrays())
    return limits[:inputs], limits[inputs:]


def _limit(there: Sequence[np.ndarray]) -> _Limit:
    """Extrapolate values to the point, by the method of Richardson."""
    row = [np.asarray(array, float) for array in there]
    factor, error = 2, np.abs(row[0] - row[1])
    while len(row) > 1:
        error = np.abs(row[0] - row[1])
        row = [(factor * near - far) / (factor - 1) for near, far in itertools.pairwise(row)]
        factor *= 2
    return _Limit(row[0], error)


def _jumping(operation: Operation, limits: Sequence[tuple[list[_Limit], list[_Limit]]]) -> Arrays | None:
    """Return what the outputs tend to, if some of them are not that and all inputs are."""
    (_, first), *others = limits
    eps = operation.eps
    if not all(
        _agree(a, known, eps).all() for ins, _ in limits for a, known in zip(operation.arrays(), ins, strict=True)
    ):
        return None
    if not all(_agree(a.value, b, eps).all() for _, outs in others for a, b in zip(first, outs, strict=True)):
        return None
    pairs = list(zip(operation.outputs, first, strict=True))
    if all(_agree(array, limit, eps).all() for array, limit in pairs):
        return None
    return [np.where(_agree(a, known, eps), a, known.value).astype(a.dtype) for a, known in pairs]


def _agree(array: np.ndarray, limit: _Limit, eps: float) -> np.ndarray:
    """Tell which elements are what they tend to."""
    size = np.maximum(np.abs(array), np.abs(limit.value))
    allowed = max(_TOLERANCE, _ROUNDINGS * eps) * np.maximum(size, 1e-300) + 10 * limit.error
    return np.asarray(np.abs(array - limit.value) <= allowed)


def _found(experiment: Experiment, index: int, operation: Operation, outputs: Arrays) -> Cause:
    pairs = zip(operation.outputs, outputs, strict=True)
    here, there = next((a, b) for a, b in pairs if not np.array_equal(a, b))
    place = int(np.argmax(here.ravel() != there.ravel()))
    came, tends = float(here.ravel()[place]), float(there.ravel()[place])
    if np.isfinite(came):
        return experiment.found("branch", index, inputs=(tends,), outputs=(came,))
    values = tuple(telling(array, operation.outputs) for array in operation.arrays()[:3])
    note = "which leads to a finite number that is wrong"
    return experiment.found("not finite", index, inputs=values, outputs=(came,), note=note)
