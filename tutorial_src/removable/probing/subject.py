"""A user's function and the point, as lines along which it can be probed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from removable import frameworks
from removable.arguments import PRECISIONS
from removable.errors import InputError, first_line
from removable.probing import modules
from removable.probing.evaluation import Evaluator, evaluator
from removable.probing.line import Line, rounded_to

__all__ = ["MOST_LINES", "Subject", "subject"]

_FRAMEWORKS = ("torch", "tensorflow", "jax")

MOST_LINES = 64
"""How many coordinates are looked at in turn, unless one is named."""


@dataclass(frozen=True)
class Subject:
    """A function, and how it is called.

    Attributes
    ----------
    name : str
        The framework.
    lines : tuple of Line
        The lines through the point.
    outputs : int
        How many floating-point numbers the function returns.
    """

    name: str
    lines: tuple[Line, ...]
    outputs: int

    @property
    def evaluator(self) -> Evaluator:
        """Values and derivatives by the framework."""
        return evaluator(self.name)


@dataclass(frozen=True)
class _Argument:
    """An argument, or a parameter of a module: how it is passed, and its numbers at the point."""

    key: int | str
    value: Any
    numbers: np.ndarray | None
    dtype: str = "float64"
    is_parameter: bool = False


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
    >>> taken = subject(lambda v, n: v.norm() ** n, (torch.zeros(2), 2))
    >>> taken.name, [line.label for line in taken.lines], taken.outputs
    ('torch', ['argument 0[0]', 'argument 0[1]'], 1)
    """
    if not callable(function):
        raise InputError(f"the function is {function!r}; give something that can be called.")
    arguments = list(_arguments(at, dtype))
    if (parameter := modules.parameter(function, along)) is not None:
        own_numbers, own = _numbers(parameter)
        name = along[0] if isinstance(along, tuple) else along
        arguments.append(_Argument(name, parameter, own_numbers, own, is_parameter=True))
    if not any(argument.numbers is not None and argument.numbers.size for argument in arguments):
        raise InputError(f"at is {at!r}, in which no floating-point number can move; give the point as numbers.")
    chosen = list(_chosen(arguments, along))
    if framework not in (None, *_FRAMEWORKS):
        raise InputError(f"framework is {framework!r}; give one of {', '.join(_FRAMEWORKS)}.")
    name = framework or _framework_of(at) or _that_takes(function, arguments)
    lines = tuple(_line(name, function, arguments, argument, direction, label) for argument, direction, label in chosen)
    return Subject(name, lines, _returned(name, lines[0]))


def differentiated(evaluator: Evaluator, line: Line, offsets: np.ndarray, order: int) -> np.ndarray:
    """Return value and derivatives along a line, shape (order + 1, n, m), in reverse mode.

    Raises
    ------
    removable.errors.InputError
        If the framework cannot differentiate the function.

    Examples
    --------
    >>> import torch
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
            f"the function cannot be differentiated to order {order} by {line.name}: {first_line(error)}; ask for a lower order."
        ) from error


def _arguments(at: Any, dtype: str | None) -> Iterator[_Argument]:
    """List the arguments; numbers of the single argument may be whole."""
    if isinstance(at, Mapping):
        pairs = list(at.items())
    elif isinstance(at, tuple):
        pairs = list(enumerate(at))
    else:
        numbers, own = _numbers(float(at) if isinstance(at, int) and not isinstance(at, bool) else at)
        yield _argument(0, at, numbers, dtype or own)
        return
    for key, value in pairs:
        numbers, own = _numbers(value)
        yield _argument(key, value, numbers, dtype or own)


def _argument(key: int | str, value: Any, numbers: np.ndarray | None, dtype: str) -> _Argument:
    if numbers is None:
        return _Argument(key, value, None)
    if dtype not in PRECISIONS:
        raise InputError(f"dtype is {dtype!r}; give one of {', '.join(PRECISIONS)}.")
    if not np.isfinite(numbers).all():
        raise InputError(f"at is {value!r}; give finite numbers.")
    return _Argument(key, value, rounded_to(numbers, dtype), dtype)


def _numbers(value: Any) -> tuple[np.ndarray | None, str]:
    """Return floating-point numbers as float64, and their dtype; None for what is none."""
    if isinstance(value, float | np.floating):
        return np.array(float(value)), str(getattr(value, "dtype", "float64"))
    if isinstance(value, list):
        try:
            value = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise InputError(f"at is {value!r}; give a list of numbers, or of lists of the same length.") from None
    if isinstance(value, np.ndarray):
        return (value.astype(np.float64), str(value.dtype)) if value.dtype.kind == "f" else (None, "")
    name = _framework_of(value)
    if name is None:
        return None, ""
    adapter = frameworks.get(name)
    dtype = adapter.precision(value)
    if dtype not in PRECISIONS:
        return None, ""
    if name == "torch":
        value = value.detach().cpu().double()
    wide = value.numpy() if name != "jax" else np.asarray(value)  # NumPy takes no bfloat16 of TensorFlow by itself
    return np.array(wide, dtype=np.float64), dtype


def _framework_of(value: Any) -> str | None:
    """Return the framework whose tensor a value is, or holds."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return next((name for one in value if (name := _framework_of(one))), None)
    if "torch" in sys.modules and isinstance(value, sys.modules["torch"].Tensor):
        return "torch"
    if "tensorflow" in sys.modules:
        tf = sys.modules["tensorflow"]
        if tf.is_tensor(value) or isinstance(value, tf.Variable):
            return "tensorflow"
    if "jax" in sys.modules and isinstance(value, sys.modules["jax"].Array):
        return "jax"
    return None


def _chosen(arguments: list[_Argument], along: Any) -> Iterator[tuple[_Argument, np.ndarray, str]]:
    """List what moves: argument, direction, label."""
    moving = {argument.key: argument for argument in arguments if argument.numbers is not None}
    if along is None:
        total = sum(argument.numbers.size for argument in moving.values() if argument.numbers is not None)
        if total > MOST_LINES:
            raise InputError(
                f"at has {total} coordinates, more than the {MOST_LINES} that are looked at in turn; "
                "say by along which one moves, or give a direction."
            )
        for argument in moving.values():
            yield from _coordinates(argument, len(arguments) > 1)
        return
    key, index = along if isinstance(along, tuple) and len(along) == 2 and along[0] in moving else (along, None)
    if isinstance(key, str | int) and not isinstance(key, bool):
        lone = arguments[0].numbers if len(arguments) == 1 else None
        if isinstance(key, int) and index is None and lone is not None and lone.shape:
            key, index = arguments[0].key, key  # an element of the only argument
        if key not in moving:
            raise InputError(f"along is {along!r}; give one of {', '.join(map(repr, moving))}, or a direction.")
        if index is None:
            yield from _coordinates(moving[key], len(arguments) > 1)
        else:
            yield _coordinate(moving[key], index, len(arguments) > 1)
        return
    if len(moving) != 1:
        raise InputError(f"along is {along!r}, and several arguments can move; name the one that moves.")
    (argument,) = moving.values()
    yield _direction(argument, along)


def _name_of(argument: _Argument, many: bool) -> str:
    if isinstance(argument.key, str):
        return argument.key
    return f"argument {argument.key}" if many else "x"


def _coordinates(argument: _Argument, many: bool) -> Iterator[tuple[_Argument, np.ndarray, str]]:
    assert argument.numbers is not None
    for index in np.ndindex(argument.numbers.shape):
        yield _coordinate(argument, index, many)


def _coordinate(argument: _Argument, index: Any, many: bool) -> tuple[_Argument, np.ndarray, str]:
    assert argument.numbers is not None
    direction, name = np.zeros(argument.numbers.shape), _name_of(argument, many)
    try:
        direction[index] = 1.0
    except IndexError:
        raise InputError(f"along names element {index!r} of {name}, whose shape is {direction.shape}.") from None
    if np.count_nonzero(direction) != 1:
        raise InputError(
            f"along names element {index!r} of {name}, whose shape is {direction.shape}; name one element."
        )
    element = ", ".join(map(str, index)) if isinstance(index, tuple) else str(index)
    return argument, direction, f"{name}[{element}]" if direction.shape else name


def _direction(argument: _Argument, along: Any) -> tuple[_Argument, np.ndarray, str]:
    assert argument.numbers is not None
    numbers, _ = _numbers(along)
    if (
        numbers is None
        or numbers.shape != argument.numbers.shape
        or not np.isfinite(numbers).all()
        or not numbers.any()
    ):
        raise InputError(
            f"along is {along!r}; give a direction of the shape {argument.numbers.shape} of the argument, finite and not 0."
        )
    return argument, numbers / np.max(np.abs(numbers)), f"{_name_of(argument, many=False)} along {numbers.tolist()}"


def _line(
    name: str,
    function: Callable[..., Any],
    arguments: list[_Argument],
    moving: _Argument,
    direction: np.ndarray,
    label: str,
) -> Line:
    """Return the function of the argument that moves; the others stay as they were given."""
    own = evaluator(name)
    passed = [argument for argument in arguments if not argument.is_parameter]
    by_name = any(isinstance(argument.key, str) for argument in passed)

    def program(x: Any) -> Any:
        given = {argument.key: x if argument is moving else _fixed(own, argument, x) for argument in passed}
        positional = () if by_name else tuple(given.values())
        named = {str(key): value for key, value in given.items()} if by_name else {}
        replaced = {str(moving.key): x} if moving.is_parameter else {}
        return own.outputs(modules.called(function, positional, named, replaced))

    assert moving.numbers is not None
    return Line(name, program, moving.numbers, direction, moving.dtype, label)


def _fixed(own: Evaluator, argument: _Argument, like: Any) -> Any:
    """Return an argument that does not move, in the precision of the one that does."""
    return argument.value if argument.numbers is None else own.constant(argument.numbers, like)


def _that_takes(function: Callable[..., Any], arguments: list[_Argument]) -> str:
    """Return the framework whose tensors a function takes and returns."""
    said = {}
    moving = next(argument for argument in arguments if argument.numbers is not None)
    for name in ("torch", "tensorflow", "jax"):
        if name not in sys.modules:
            continue
        own = evaluator(name)
        assert moving.numbers is not None
        line = _line(name, function, arguments, moving, np.ones(moving.numbers.shape), "x")
        try:
            line.program(own.tensor(moving.numbers, moving.dtype))
        except Exception as error:  # whatever a function says of a tensor that it does not take
            said[name] = first_line(error)
        else:
            return name
    if not said:
        raise InputError("no framework has been imported; import the one that the function uses, or give framework.")
    reasons = "; ".join(f"{name} says {what}" for name, what in said.items())
    raise InputError(f"the function takes no tensor of {' or '.join(said)} and returns one: {reasons}")


def _returned(name: str, line: Line) -> int:
    """Count the numbers that a function returns at the point."""
    own = evaluator(name)
    try:
        outputs = len(own.value(line, own.tensor(line.start, line.dtype)))
    except InputError:
        raise
    except Exception as error:  # whatever a user's function says of its argument
        raise InputError(f"the function fails at the point: {first_line(error)}; give one that takes it.") from error
    if not outputs:
        raise InputError("the function returns no number; give one that returns at least one.")
    return outputs
