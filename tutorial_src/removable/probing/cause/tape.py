"""The record that a front end makes of one run of a program, operation by operation.

A front end runs the program and tells a :class:`Tape` of each operation. The tape may answer with
other outputs than those computed; the front end goes on with the answer. What the other modules
look for, each sees on a tape of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["ARGUMENT", "Compared", "Operation", "Run", "Tape", "Value"]

# Arrays of float64, or of float32 for every narrower type; a complex number is two of them. The
# reference leaves this name out: its pages of source code would link to a module "builtins".
Arrays = list[np.ndarray]

ARGUMENT = -1
"""The producer of the argument of the program, and of views of it."""


@dataclass(frozen=True)
class Value:
    """An array together with the operation that made it.

    Attributes
    ----------
    producer : int or None
        The place of the operation on the tape; :data:`ARGUMENT` for the argument, and None for
        constants.
    array : numpy.ndarray or None
        Its elements, any shape, float64 or float32; None for a container of arrays, such as a list
        of TensorFlow, which is not looked into.
    """

    producer: int | None
    array: np.ndarray | None


@dataclass(frozen=True)
class Operation:
    """One operation as it ran.

    Attributes
    ----------
    name : str
        As the framework spells it.
    where : str
        The line of the user, ``"file.py:12"``; empty if it is not known.
    inputs : list of Value
        Its floating-point inputs.
    outputs : list of numpy.ndarray
        Its floating-point outputs, float64 or float32.
    eps : float
        The distance from 1 to the next number, in the precision of the outputs.
    again : callable, optional
        Runs the operation on other inputs, given and returned as arrays.
    pull : callable, optional
        The operation's own rule of reverse mode, called with inputs and with cotangents of the
        outputs; returns cotangents of the inputs, None for one by which it has no derivative.
    numbers : tuple of float
        Arguments that are numbers of Python.
    """

    name: str
    where: str
    inputs: list[Value]
    outputs: Arrays
    eps: float
    again: Callable[[Arrays], Arrays] | None = None
    pull: Callable[[Arrays, Arrays], Sequence[Any]] | None = None
    numbers: tuple[float, ...] = ()

    def arrays(self) -> Arrays:
        """Return the inputs that are arrays, without the containers."""
        return [value.array for value in self.inputs if value.array is not None]


@dataclass(frozen=True)
class Compared:
    """An operation on floating-point numbers whose result is boolean or whole.

    Attributes
    ----------
    name : str
        As for an :class:`Operation`.
    where : str
        As for an :class:`Operation`.
    result : numpy.ndarray
        What came out.
    index : int
        Its place among all operations.
    """

    name: str
    where: str
    result: np.ndarray
    index: int

    def differs(self, other: Compared) -> bool:
        """Tell whether another run came to another result here."""
        return not np.array_equal(self.result, other.result)


class Tape:
    """The names and lines of the operations of one run, and the results of its comparisons.

    Parameters
    ----------
    forced : dict, optional
        Results that some comparisons are to have, by their place among the comparisons.

    Attributes
    ----------
    names : list of str
        Of each operation, comparisons included.
    lines : list of str
        Of each operation the line of the user.
    comparisons : list of Compared
        In their order.
    own_rules : list of tuple
        Name and line of functions whose derivative rule the user has written, where a front end
        cannot run the rule by itself.
    cuts : dict
        Why an operation is not differentiated, by its place; empty if its name says it.
    whole : bool
        Whether functions with a derivative rule of their own are to be recorded as one operation,
        and operations that only end the record of differentiation as operations.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.tape import Operation, Tape
    >>> tape = Tape()
    >>> outputs = tape.add(Operation("sin", "user.py:3", [], [np.array(0.5)], 2.0**-52))
    >>> tape.names, tape.last
    (['sin'], 0)
    """

    whole = False

    def __init__(self, forced: Mapping[int, np.ndarray] | None = None) -> None:
        self.names: list[str] = []
        self.lines: list[str] = []
        self.comparisons: list[Compared] = []
        self.own_rules: list[tuple[str, str]] = []
        self.cuts: dict[int, str] = {}
        self._forced = forced or {}

    @property
    def last(self) -> int:
        """The place of the operation that was told of last."""
        return len(self.names) - 1

    def add(self, operation: Operation) -> Arrays:
        """Take in an operation, and return the outputs to go on with.

        The list is that of the operation itself where nothing is to be changed.
        """
        self.names.append(operation.name)
        self.lines.append(operation.where)
        return operation.outputs

    def own_rule(self, name: str, where: str) -> None:
        """Take in that there is a function with a derivative rule of the user."""
        self.own_rules.append((name, where))

    def cut(self, place: int, why: str = "") -> None:
        """Take in that the framework does not differentiate an operation."""
        self.cuts[place] = why

    def compare(self, name: str, where: str, result: np.ndarray) -> np.ndarray:
        """Take in the result of a comparison, and return the one to go on with."""
        forced = self._forced.get(len(self.comparisons))
        if forced is not None and forced.shape == result.shape:
            result = forced
        self.names.append(name)
        self.lines.append(where)
        self.comparisons.append(Compared(name, where, np.array(result), self.last))
        return result


Run = Callable[[Tape, float], Value]
"""A program of a framework. It is called with a tape, which it tells of each operation, and with a
point, and returns the result, one element."""
