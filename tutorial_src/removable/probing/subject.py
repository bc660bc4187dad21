"""A user's function and the point, as lines along which it can be probed."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from removable.errors import InputError, first_line, shown
from removable.probing import modules
from removable.probing.directions import Direction, directions
from removable.probing.evaluation import Evaluator, evaluator
from removable.probing.line import Line
from removable.probing.point import Argument, arguments_at, as_argument, framework_of, with_dtype
from removable.probing.structures import with_dtype_of

__all__ = ["Subject", "differentiated", "subject"]

_FRAMEWORKS = ("torch", "tensorflow", "jax")

_JUDGED_ONE_BY_ONE = 8
"""Outputs that are judged each by itself; of more, one weighted sum is."""

_BESIDE = 0.05
"""The distance, in units of the scale, at which a function is tried that fails at the point."""


@dataclass(frozen=True)
class Subject:
    """A function, and how it is called.

    Attributes
    ----------
    name : str
        The framework.
    lines : tuple of Line
        The lines through the point. If the function returns more than eight numbers, their program
        returns one, a weighted sum of them: as many derivatives would take as many backward passes.
    outputs : int
        How many floating-point numbers the function returns.
    passed_over : tuple of str
        The precision that plain numbers have by default, if the function does not take it.
    """

    name: str
    lines: tuple[Line, ...]
    outputs: int
    passed_over: tuple[str, ...] = ()

    @property
    def evaluator(self) -> Evaluator:
        """Values and derivatives by the framework."""
        return evaluator(self.name)

    @property
    def judged(self) -> list[str]:
        """What each number that the lines' program returns is called; "" for the only one."""
        if self.outputs == 1:
            return [""]
        if self.outputs <= _JUDGED_ONE_BY_ONE:
            return [f"output {i}" for i in range(self.outputs)]
        return [f"a weighted sum of the {self.outputs} outputs"]


def subject(
    function: Callable[..., Any],
    at: Any,
    along: Any = None,
    *,
    framework: str | None = None,
    dtype: str | None = None,
) -> Subject:
    """Take a function and a point apart.

    Parameters
    ----------
    function : callable
        The user's function.
    at : float, array, tuple or dict
        Its argument at the point; a tuple of several arguments, or a dict of them by name.
    along : str, int, tuple or array, optional
        Which argument moves, by name or number; with an index, which element of it; or a direction,
        of the shape of the argument. By default each coordinate moves in turn.
    framework : {"torch", "tensorflow", "jax"}, optional
        The framework, if ``at`` holds no tensor and several take the function.
    dtype : str, optional
        The dtype of what moves; that of the tensor by default, and float64 for plain numbers.

    Returns
    -------
    removable.probing.subject.Subject
        The framework and the lines.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used, or no framework takes the function.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> taken = subject(lambda v, n: v.norm() ** n, (torch.zeros(2), 2))
    >>> taken.name, [line.label for line in taken.lines], taken.outputs
    ('torch', ['argument 0[0]', 'argument 0[1]'], 1)
    """
    if not callable(function):
        raise InputError(f"the function is {shown(function)}; give something that can be called.")
    if framework is not None and framework not in list(_FRAMEWORKS):
        raise InputError(f"framework is {shown(framework)}; give one of {', '.join(map(repr, _FRAMEWORKS))}.")
    names = modules.names(function)
    name = along[0] if isinstance(along, tuple) and along else along
    may_move = names if isinstance(name, str) and name in names else ()
    arguments = arguments_at(at, dtype, may_be_fixed=bool(may_move), of_a_module=names)
    if may_move and name not in {argument.key for argument in arguments}:
        moved = as_argument(name, modules.parameter(function, name), dtype, is_parameter=True)
        arguments.append(moved)
    chosen = directions(arguments, along, of_a_module=names)
    return _taken(function, arguments, chosen, framework or framework_of(at))


def differentiated(evaluator: Evaluator, line: Line, offsets: np.ndarray, order: int) -> np.ndarray:
    """Return value and derivatives along a line, shape (order + 1, n, m), in reverse mode.

    Raises
    ------
    removable.errors.InputError
        If the framework cannot differentiate the function.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from removable.probing.subject import differentiated, subject
    >>> taken = subject(torch.sin, 0.0)
    >>> differentiated(taken.evaluator, taken.lines[0], np.zeros(1), 2)[:, 0, 0].tolist()
    [0.0, 1.0, -0.0]
    """
    try:
        return evaluator.derivatives(line, offsets, order, line.dtype)
    except InputError:
        raise
    except Exception as error:  # whatever a framework says of a user's function
        raise InputError(
            f"the function cannot be differentiated to order {order} by {line.name}: {_reason(error, 300)}; "
            f"give order={_possible(evaluator, line, order)}."
        ) from error


def _possible(evaluator: Evaluator, line: Line, order: int) -> int:
    """Return the highest order below another to which a function can be differentiated."""
    for lower in range(order - 1, 0, -1):
        with contextlib.suppress(Exception):  # whatever a framework says of a user's function
            evaluator.derivatives(line, np.array([_BESIDE * line.scale]), lower, line.dtype)
            return lower
    return 0


def _taken(
    function: Callable[..., Any], arguments: list[Argument], chosen: list[Direction], framework: str | None
) -> Subject:
    """Return the subject in the framework and the dtype that a function takes."""
    names = [framework] if framework else [name for name in _FRAMEWORKS if name in sys.modules]
    if not names:
        raise InputError("no framework has been imported; import the one that the function uses, or give framework.")
    said: dict[str, Exception] = {}
    for dtype in _to_try(chosen):
        for name in names:
            lines = _lines(name, function, arguments, chosen, dtype)
            try:
                outputs = _returned(name, lines[0])
            except Exception as error:  # whatever a function says of a tensor that it does not take
                said.setdefault(name, error)
            else:
                passed_over = (f"float64, {_reason(said[name])}",) if dtype and name in said else ()
                if outputs > _JUDGED_ONE_BY_ONE:
                    lines = tuple(_summed(line, outputs) for line in lines)
                return Subject(name, lines, outputs, passed_over)
    raise _refusal(said, _other_dtype(function, names, arguments, chosen)) from next(iter(said.values()))


def _to_try(chosen: list[Direction]) -> tuple[str, ...]:
    """Return the dtypes in which what moves is given: that of its tensor, or those for numbers."""
    is_open = not any(one.argument.is_chosen for one in chosen)
    return ("", "float32") if is_open else ("",)


def _other_dtype(
    function: Callable[..., Any], names: list[str], arguments: list[Argument], chosen: list[Direction]
) -> str:
    """Return a dtype that a function takes where it was given another; empty if there is none."""
    for dtype in ("float64", "float32"):
        for name in names:
            with contextlib.suppress(Exception):  # whatever a function says of a tensor that it does not take
                _returned(name, _lines(name, function, arguments, chosen, dtype)[0])
                return dtype
    return ""


def _refusal(said: dict[str, Exception], dtype: str) -> InputError:
    """Say why a function is not taken, and what to do."""
    to_do = f'it takes {dtype}: give dtype="{dtype}"' if dtype else "give one that takes it"
    complex_ones = [error for error in said.values() if isinstance(error, InputError) and "complex" in str(error)]
    if complex_ones:
        return complex_ones[0]
    if len(said) == 1:
        (error,) = said.values()
        if isinstance(error, InputError):
            return InputError(f"{_reason(error, 300)}; {to_do}.") if dtype else error
        return InputError(f"the function fails at the point: {first_line(error)}; {to_do}.")
    reasons = "; ".join(f"{name}: {_reason(error)}" for name, error in said.items())
    to_do = to_do if dtype else "give framework to hear of one alone"
    return InputError(f"the function takes no tensor of {' or '.join(said)} and returns one; {reasons}; {to_do}.")


def _reason(error: Exception, most: int = 140) -> str:
    """Return what an exception says, in a part of a sentence."""
    text = str(error) if isinstance(error, InputError) else first_line(error)
    text = text if len(text) <= most else f"{text[: most - 3].rstrip()}..."
    return text.rstrip(" .;")


def _lines(
    name: str, function: Callable[..., Any], arguments: list[Argument], chosen: list[Direction], dtype: str
) -> tuple[Line, ...]:
    """Return the lines, in the dtypes of what moves or in another."""
    own = evaluator(name)
    return tuple(_line(own, name, function, arguments, one, dtype) for one in chosen)


def _line(
    own: Evaluator,
    name: str,
    function: Callable[..., Any],
    arguments: list[Argument],
    direction: Direction,
    dtype: str,
) -> Line:
    """Return the function of the argument that moves; the others stay as they were given."""
    moving = direction.argument
    passed = [argument for argument in arguments if not argument.is_parameter]
    by_name = any(isinstance(argument.key, str) for argument in passed)

    def program(x: Any) -> Any:
        given = {argument.key: x if argument is moving else _fixed(own, name, argument, x) for argument in passed}
        positional = () if by_name else tuple(given.values())
        named = {str(key): value for key, value in given.items()} if by_name else {}
        replaced = {str(moving.key): x} if moving.is_parameter else {}
        return own.outputs(modules.called(function, positional, named, replaced))

    there = with_dtype(moving, dtype) if dtype else moving
    assert there.numbers is not None
    return Line(name, program, there.numbers, direction.speeds, there.dtype, direction.label)


def _summed(line: Line, outputs: int) -> Line:
    """Return the line along which a program gives a weighted sum of its outputs."""
    own, weights = evaluator(line.name), np.random.default_rng(0).uniform(0.5, 1.0, outputs)

    def program(x: Any) -> list[Any]:
        return [own.total(line.program(x), weights)]

    return replace(line, program=program)


def _fixed(own: Evaluator, name: str, argument: Argument, like: Any) -> Any:
    """Return an argument that does not move, in the precision of the one that does."""
    if argument.numbers is None:
        return with_dtype_of(name, argument.value, like)
    return own.constant(argument.numbers, like)


def _returned(name: str, line: Line) -> int:
    """Count the numbers that a function returns at the point, or beside it if it raises there."""
    own = evaluator(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of a framework that the function is not for
        try:
            outputs = len(own.value(line, own.tensor(line.start, line.dtype)))
        except InputError:
            raise
        except Exception as error:  # a function that checks what it computes raises at a hole
            outputs = _returned_beside(own, line)
            if not outputs:
                raise error
    if not outputs:
        raise InputError("the function returns no number; give one that returns at least one.")
    return outputs


def _returned_beside(own: Evaluator, line: Line) -> int:
    """Count the numbers that a function returns beside the point; 0 if it raises on both sides."""
    for offset in (_BESIDE * line.scale, -_BESIDE * line.scale):
        with contextlib.suppress(Exception):  # whatever a user's program says of its argument
            return len(own.value(line, own.tensor(line.point(offset), line.dtype)))
    return 0
