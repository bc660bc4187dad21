"""The inputs of the operations of a program, and its comparisons, at many arguments.

A quotient has a hole where what it divides by is 0, and a program has a branch where a comparison
turns over. Both are seen in a record of the program (:mod:`removable.probing.cause.tape`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from removable.probing.cause.tape import Arrays, Operation, Tape
from removable.probing.evaluation import Evaluator
from removable.probing.line import Line

__all__ = ["Numbers", "Recorder", "recorder"]

# A number of a program: the operation, the input, and the element. The reference leaves this name
# out: its pages of source code would link to a module "builtins".
Key = tuple[int, ...]

Numbers = dict[Key, np.ndarray]
"""What each number is at many arguments, shape (n,)."""

_ELEMENTS = 64
"""Elements of an array that are looked at; larger arrays are passed over."""

_BATCH = 640
"""Arguments of one run. JAX compiles each operation once for arrays of this length."""


class _Inputs(Tape):
    """Keeps the inputs of operations, as far as they depend on the argument."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[tuple[int, int, np.ndarray]] = []

    def add(self, operation: Operation) -> Arrays:
        """Take in an operation."""
        outputs = super().add(operation)
        for place, value in enumerate(operation.inputs):
            if value.array is not None and value.producer is not None:
                self.inputs.append((self.last, place, value.array))
        return outputs


class Recorder:
    """Runs a program at many arguments at once, and returns what went into its operations.

    Parameters
    ----------
    evaluator, line
        The framework, and a line whose offset is the argument itself.
    mapped : bool
        Whether the framework maps the program over the arguments; else it is called with an array.
    """

    def __init__(self, evaluator: Evaluator, line: Line, *, mapped: bool) -> None:
        self._evaluator, self._line = evaluator, line
        self._trace = importlib.import_module(f"removable.probing.cause.{line.name}").trace
        self._map = _map(line.name) if mapped else None

    def __call__(self, x: np.ndarray) -> tuple[Numbers, Numbers]:
        """Return the inputs of operations, and the results of comparisons, at arguments."""
        inputs: Numbers = {}
        compared: Numbers = {}
        for place in range(0, len(x), _BATCH):
            batch = x[place : place + _BATCH]
            tape = _Inputs()
            padded = np.pad(batch, (0, _BATCH - len(batch)), "edge")
            self._trace(self._program(padded), 0, self._line.dtype)(tape, 0.0)
            where = slice(place, place + len(batch))
            for operation, number, array in tape.inputs:
                _put(inputs, (operation, number), array, where, len(x))
            for one in tape.comparisons:
                _put(compared, (one.index, -1), one.result, where, len(x))
        return inputs, compared

    def _program(self, points: np.ndarray) -> Callable[[Any], Any]:
        """Return the program at many arguments as one of a number that is added to them."""

        def one(x: Any) -> Any:
            parts = self._line.program(self._evaluator.placed(self._line, x))
            numbers = [number for part in parts for number in self._evaluator.apart(part)]
            return sum(numbers[1:], numbers[0])

        def program(added: Any) -> Any:
            x = self._evaluator.constant(points, added) + added
            return (self._map(one, x) if self._map else self._line.program(x)[0])[0]

        return program


def _map(name: str) -> Callable[[Callable[[Any], Any], Any], Any]:
    """Return what maps a function over an array, in a framework."""
    if name == "torch":
        import torch

        return lambda function, x: torch.func.vmap(function)(x)
    if name == "jax":
        import jax

        return lambda function, x: jax.vmap(function)(x)
    import tensorflow as tf

    return lambda function, x: tf.vectorized_map(function, x, fallback_to_while_loop=False)


def _put(rows: Numbers, key: Key, array: np.ndarray, where: slice, total: int) -> None:
    """Put the elements of an array, one for each argument and element, among the rows."""
    if array.shape[:1] == (_BATCH,) and array.size <= _ELEMENTS * _BATCH:
        elements = array.reshape(_BATCH, -1)[: where.stop - where.start]
        for element, numbers in enumerate(elements.T):
            rows.setdefault((*key, element), np.full(total, np.nan))[where] = numbers


def recorder(evaluator: Evaluator, line: Line, x: np.ndarray) -> Recorder | None:
    """Return what records a program; None for one that cannot be recorded.

    Parameters
    ----------
    evaluator, line
        The framework, and a line whose offset is the argument itself.
    x : numpy.ndarray
        Arguments at which it is tried.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> from removable.probing.recorded import recorder
    >>> taken = subject(lambda x: torch.sin(x - 1) / (x - 1), 0.0)
    >>> record = recorder(taken.evaluator, taken.lines[0], np.zeros(1))
    >>> inputs, compared = record(np.array([0.0, 2.0]))
    >>> [numbers.round(2).tolist() for numbers in inputs.values()][1:]
    [[0.0, 2.0], [-1.0, 1.0], [0.0, 2.0], [-0.84, 0.84], [-1.0, 1.0]]
    """
    # JAX says no of itself, for it has another way to take many; its programs may take an array
    for mapped in (False, True) if Evaluator.takes_many(evaluator, line, line.dtype) else (True,):
        try:
            own = Recorder(evaluator, line, mapped=mapped)
            inputs, _ = own(x)
        except Exception:  # whatever a framework says of a program that it has no record of
            continue
        if inputs:
            return own
    return None
