"""The run without perturbation, with which all others are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from removable.probe.cause.rounding import moves_only
from removable.probe.cause.tape import Arrays, Operation, Tape

__all__ = ["Reference", "Step", "largest"]


def largest(array: np.ndarray) -> float:
    """Return the element that tells most: one that is not finite, or else the largest in size.

    Examples
    --------
    >>> largest(np.array([1.0, np.inf])), largest(np.array([1.0, -2.0])), largest(np.array([]))
    (inf, -2.0, 0.0)
    """
    flat = array.ravel()
    if not flat.size:
        return 0.0
    sizes = np.where(np.isfinite(flat), np.abs(flat), np.inf)
    return float(flat[np.argmax(sizes)])


@dataclass(frozen=True)
class Step:
    """What is kept of an operation.

    Attributes
    ----------
    producers : list of (int or None)
        The operation that made each input.
    containers : list of int
        Operations that put something into a container which is an input.
    outputs : list of numpy.ndarray
        What came out.
    eps : float
        The distance from 1 to the next number, in the precision of the outputs.
    moves : bool
        Whether it only moves numbers.
    sticks : bool
        Whether an output is 0 without reason: no input is, and it stays 0 when they move a little.
    finite, zero : list of bool
        Whether all elements of each input are finite, and whether one of them is 0.
    values : list of float
        Of each input the element that tells most.
    """

    producers: list[int | None]
    containers: list[int]
    outputs: Arrays
    eps: float
    moves: bool
    sticks: bool
    finite: list[bool]
    zero: list[bool]
    values: list[float]

    @property
    def bad(self) -> bool:
        """Whether something that came out is not finite."""
        if self.outputs:
            return not all(np.isfinite(array).all() for array in self.outputs)
        return not all(self.finite)


class Reference(Tape):
    """The run without perturbation.

    Attributes
    ----------
    steps : list of Step
        What is kept of each operation.
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    def add(self, operation: Operation) -> Arrays:
        """Keep what the search needs; the operation itself, and its tensors, are let go."""
        super().add(operation)
        arrays = operation.arrays()
        moves = moves_only(operation)
        self.steps.append(
            Step(
                producers=[value.producer for value in operation.inputs if value.array is not None],
                containers=[v.producer for v in operation.inputs if v.array is None and v.producer is not None],
                outputs=[np.array(array) for array in operation.outputs],
                eps=operation.eps,
                moves=moves,
                sticks=not moves and _sticks(operation),
                finite=[bool(np.isfinite(array).all()) for array in arrays],
                zero=[bool((array == 0).any()) for array in arrays],
                values=[largest(array) for array in arrays],
            )
        )
        return operation.outputs

    def compare(self, name: str, where: str, result: np.ndarray) -> np.ndarray:
        """Keep its place among the operations."""
        self.steps.append(Step([], [], [], 1.0, True, False, [], [], []))
        return super().compare(name, where, result)


def _sticks(operation: Operation) -> bool:
    """Tell whether an output is 0 although no input is, and stays 0 when they move by 0.1 %.

    The logarithm of 1 is 0, too, and so is 1 - 1, but neither stays there.
    """
    arrays = operation.arrays()
    zero = any((array == 0).any() for array in operation.outputs)
    if not zero or operation.again is None or any((array == 0).any() for array in arrays):
        return False
    generator = np.random.default_rng(11)
    factors = [1 + generator.uniform(-1e-3, 1e-3, array.shape) for array in arrays]
    inputs = [np.asarray(array * factor, dtype=array.dtype) for array, factor in zip(arrays, factors, strict=True)]
    try:
        moved = operation.again(inputs)
    except Exception:  # it cannot be asked
        return False
    return any((array == 0).any() for array in moved)
