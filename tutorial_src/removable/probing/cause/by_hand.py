"""Operations that are told of by hand: functions of NumPy, for examples and tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from removable.probing.cause.plain import eps_of
from removable.probing.cause.tape import ARGUMENT, Arrays, Operation, Tape, Value

__all__ = ["apply", "argument", "constant"]


def constant(value: Any) -> Value:
    """Return numbers that no operation made.

    Examples
    --------
    >>> from removable.probing.cause.by_hand import constant
    >>> constant(0.5)
    Value(producer=None, array=array(0.5))
    """
    return Value(None, np.asarray(value, dtype=np.float64))


def argument(value: Any) -> Value:
    """Return the argument of the program.

    Examples
    --------
    >>> from removable.probing.cause.by_hand import argument
    >>> argument(0.5)
    Value(producer=-1, array=array(0.5))
    """
    return Value(ARGUMENT, np.asarray(value, dtype=np.float64))


def apply(
    tape: Tape,
    name: str,
    function: Callable[..., Any],
    *inputs: Value,
    pull: Callable[[Arrays, Arrays], Sequence[Any]] | None = None,
) -> Value:
    """Run a function, tell a tape of it, and return the output to go on with.

    Parameters
    ----------
    tape : Tape
        What is told.
    name : str
        What the operation is called.
    function : callable
        Takes arrays and returns one.
    *inputs : Value
        Its arguments.
    pull : callable, optional
        Its rule of reverse mode, called with the inputs and with the cotangents of the outputs.

    Returns
    -------
    Value
        The output.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.by_hand import apply, constant
    >>> from removable.probing.cause.tape import Tape
    >>> tape = Tape()
    >>> apply(tape, "cos", np.cos, constant(0.0))
    Value(producer=0, array=array(1.))
    """

    def again(arrays: Arrays) -> Arrays:
        return [np.asarray(function(*arrays))]

    outputs = again([value.array for value in inputs if value.array is not None])
    (output,) = tape.add(Operation(name, "a.py:1", list(inputs), outputs, eps_of("float64"), again, pull))
    return Value(tape.last, output)
