"""What moves: each coordinate in turn, or the element or direction that a user names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from removable.errors import InputError, shown
from removable.probing.point import Argument, in_double, named

__all__ = ["MOST_LINES", "Direction", "directions"]

MOST_LINES = 64
"""How many coordinates are looked at in turn, unless one is named."""


@dataclass(frozen=True)
class Direction:
    """How an argument moves.

    Attributes
    ----------
    argument : Argument
        The argument.
    speeds : numpy.ndarray
        How far each element moves for each unit of the offset; of the shape of the argument.
    label : str
        What it is called in reports.
    """

    argument: Argument
    speeds: np.ndarray
    label: str


def directions(arguments: Sequence[Argument], along: Any = None, *, of_a_module: Sequence[str] = ()) -> list[Direction]:
    """List what moves.

    Parameters
    ----------
    arguments : list of Argument
        The arguments, and the parameter of a module that ``along`` names.
    along : str, int, tuple or array, optional
        As :func:`removable.probing.probe.probe` takes it.
    of_a_module : list of str
        The names of other parameters, for the sentence that refuses a name.

    Returns
    -------
    list of Direction
        One for each coordinate, element or direction.

    Raises
    ------
    removable.errors.InputError
        If ``along`` names nothing that can move, or what is named has infinite or NaN elements.

    Examples
    --------
    >>> from removable.probing.point import arguments_at
    >>> from removable.probing.directions import directions
    >>> [found.label for found in directions(arguments_at([0.5, 1.0]))]
    ['x[0]', 'x[1]']
    >>> [found.speeds.tolist() for found in directions(arguments_at([0.5, 1.0]), (1, 3))]
    [[1.0, 3.0]]
    >>> directions(arguments_at((0.5, 2)), 1)
    Traceback (most recent call last):
    removable.errors.InputError: along is 1, and argument 1 is a whole number, which is passed on as
    it is; write it with a point, such as 1.0.
    """
    found = list(_chosen(arguments, along, of_a_module))
    for one in found:
        if not np.isfinite(_numbers_of(one.argument)).all():
            raise InputError(f"at is {shown(one.argument.value)}; give finite numbers.")
    return found


def _chosen(arguments: Sequence[Argument], along: Any, of_a_module: Sequence[str]) -> Iterator[Direction]:
    moving = {argument.key: argument for argument in arguments if argument.numbers is not None}
    many = len(arguments) > 1
    if along is None:
        total = sum(argument.numbers.size for argument in moving.values() if argument.numbers is not None)
        if total > MOST_LINES:
            raise InputError(
                f"at has {total} coordinates, more than the {MOST_LINES} that are looked at in turn; "
                "say by along which one moves, or give a direction."
            )
        for argument in moving.values():
            yield from _coordinates(argument, many)
        return
    key, index = _taken_apart(arguments, along)
    if key is None:
        if len(moving) != 1:
            raise InputError(
                f"along is {shown(along)}, and several arguments can move; name the one that moves, "
                f"such as along=({next(iter(moving))!r}, direction)."
            )
        yield _direction(next(iter(moving.values())), along, along)
        return
    fixed = next((argument for argument in arguments if argument.key == key and argument.numbers is None), None)
    if fixed is not None:
        raise InputError(f"along is {shown(along)}, and {named(fixed)} {fixed.why_fixed}.")
    if key not in moving:
        raise InputError(f"along is {shown(along)}; give one of {_some([*moving, *of_a_module])}, or a direction.")
    if index is None:
        yield from _coordinates(moving[key], many)
    elif _is_index(index):
        yield _coordinate(moving[key], index, many)
    else:
        yield _direction(moving[key], index, along)


def _taken_apart(arguments: Sequence[Argument], along: Any) -> tuple[int | str | None, Any]:
    """Return the argument that is named, and what of it; None for a direction alone."""
    lone = arguments[0].numbers if len(arguments) == 1 else None
    if _is_key(along):
        key = along if isinstance(along, str) else int(along)
        if isinstance(key, int) and lone is not None and lone.shape:
            return arguments[0].key, key  # an element of the only argument
        return key, None
    if isinstance(along, tuple) and len(along) == 2 and _is_key(along[0]):
        key = along[0] if isinstance(along[0], str) else int(along[0])
        names_one = isinstance(key, str) or any(argument.key == key for argument in arguments)
        if names_one or lone is None:
            return key, along[1]
    return None, None


def _is_key(value: Any) -> bool:
    return isinstance(value, str | int | np.integer) and not isinstance(value, bool)


def _is_index(index: Any) -> bool:
    """Tell an index from a direction: a whole number, or a tuple of them."""
    if isinstance(index, tuple):
        return all(_is_index(one) for one in index)
    return isinstance(index, str | int | np.integer)


def _some(names: Sequence[int | str], most: int = 8) -> str:
    return ", ".join(map(repr, names[:most])) + (", ..." if len(names) > most else "")


def _numbers_of(argument: Argument) -> np.ndarray:
    assert argument.numbers is not None
    return argument.numbers


def _name_of(argument: Argument, many: bool) -> str:
    return named(argument) if many or isinstance(argument.key, str) else "x"


def _coordinates(argument: Argument, many: bool) -> Iterator[Direction]:
    for index in np.ndindex(_numbers_of(argument).shape):
        yield _coordinate(argument, index, many)


def _coordinate(argument: Argument, index: Any, many: bool) -> Direction:
    shape, name = _numbers_of(argument).shape, _name_of(argument, many)
    speeds = np.zeros(shape)
    to_do = f"name one element, such as {_example(argument)}" if shape else f"give {_example(argument)} alone"
    said = f"along names element {shown(index)} of {name}, whose shape is {shape}; {to_do}."
    try:
        speeds[index] = 1.0
    except (IndexError, TypeError, ValueError):
        raise InputError(said) from None
    if np.count_nonzero(speeds) != 1:
        raise InputError(said)
    element = ", ".join(map(str, index)) if isinstance(index, tuple) else str(index)
    return Direction(argument, speeds, f"{name}[{element}]" if shape else name)


def _example(argument: Argument) -> str:
    """Return how the first element of an argument is named."""
    shape = _numbers_of(argument).shape
    first = tuple(0 for _ in shape) if len(shape) > 1 else 0
    return f"along={(argument.key, first)!r}" if shape else f"along={argument.key!r}"


def _direction(argument: Argument, given: Any, along: Any) -> Direction:
    shape, name = _numbers_of(argument).shape, _name_of(argument, many=False)
    expected = f"give a direction of the shape {shape} of the argument, finite and not 0"
    expected += f", or an element by {_example(argument)}" if shape else ""
    speeds = _as_numbers(given)
    if speeds is None:
        raise InputError(f"along is {shown(along)}, in which there is no direction of numbers; {expected}.")
    if speeds.shape != shape:
        raise InputError(f"along is {shown(along)}, a direction of the shape {speeds.shape}; {expected}.")
    if not np.isfinite(speeds).all() or not speeds.any():
        raise InputError(f"along is {shown(along)}; {expected}.")
    return Direction(argument, speeds, f"{name} along {shown(speeds.tolist())}")


def _as_numbers(value: Any) -> np.ndarray | None:
    """Return the numbers of a list, array or tensor, whole ones too."""
    if isinstance(value, str | bool | dict):
        return None
    try:
        return in_double(value)
    except Exception:  # NumPy and frameworks raise what they like
        return None
