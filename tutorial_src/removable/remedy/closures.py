"""The values that a function reads besides its arguments.

The module tells whether they can change between two calls, and copies them.
"""

from __future__ import annotations

import builtins
import contextlib
import dis
import functools
import types
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

__all__ = ["copied", "reads_nothing_else", "rebound", "state"]

_CONSTANT = frozenset({"cmath", "jax", "jaxlib", "keras", "math", "numpy", "scipy", "tensorflow", "torch"})
"""Packages whose modules hold functions and constants; in another module somebody may keep what is
tuned."""

_FUNCTIONS = frozenset({"PjitFunction", "ufunc", "dtype", "DType", "custom_jvp", "_ScalarMeta"})
"""Types of the frameworks' own functions and dtypes, which hold nothing that changes."""

_PLAIN = (int, float, complex, str, bytes, bool, type(None))


def state(function: Callable[..., Any]) -> tuple[Any, ...] | None:
    """Return the values that a function reads besides its arguments.

    They are returned if they are numbers, text and functions alone.

    Parameters
    ----------
    function : callable
        It is looked at, not called.

    Returns
    -------
    tuple or None
        The numbers and texts that it reads now: as long as they stay the same, so does the
        function. None if it reads anything else, an array or an object for instance, or if that
        cannot be told.

    Examples
    --------
    >>> from removable.remedy.closures import state
    >>> state(lambda x: x * x - 4)
    ()
    >>> def shifted(a):
    ...     return lambda x: x - a
    >>> state(shifted(2.0))
    (2.0,)
    >>> state(shifted([2.0])) is None
    True

    The attributes of a function count, too:

    >>> def scaled(x):
    ...     return scaled.k * x
    >>> scaled.k = 2.0
    >>> state(scaled)
    ('k', 2.0)
    """
    try:
        return tuple(_read(function, set()))
    except _CannotTellError:
        return None


def reads_nothing_else(function: Callable[..., Any]) -> bool:
    """Tell whether a function depends on nothing but its arguments.

    Then a trace of it stays true.

    Parameters
    ----------
    function : callable
        It is looked at, not called.

    Returns
    -------
    bool
        False whenever that cannot be told.

    Examples
    --------
    >>> from removable.remedy.closures import reads_nothing_else
    >>> reads_nothing_else(lambda x: x * x - 4)
    True
    >>> def shifted(a):
    ...     return lambda x: x - a
    >>> reads_nothing_else(shifted(2.0))
    False
    """
    return state(function) == ()


def rebound(function: Callable[..., Any], other: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return a function with other values in place of some that it reads.

    These are the values that it closes over, globals and defaults.

    Parameters
    ----------
    function : callable
        It is left as it is. What is no function written in Python is returned itself.
    other : callable
        Called with each value; it returns the same one, or what takes its place.

    Returns
    -------
    callable
        The function with the others, functions that it reads included; the same one if nothing is
        another.

    Examples
    --------
    >>> from removable.remedy.closures import rebound
    >>> def scaled(a):
    ...     return lambda x: a * x
    >>> twice = scaled(2.0)
    >>> rebound(twice, lambda value: 3.0 if value == 2.0 else value)(5.0), twice(5.0)
    (15.0, 10.0)
    """
    return _rebound(function, other, {})


def _rebound(function: Any, other: Callable[[Any], Any], memo: dict[int, Any]) -> Any:
    if not isinstance(function, types.FunctionType) or _of_a_framework(function):
        return function
    if id(function) in memo:  # it calls itself: what it is then called by is this
        return memo[id(function)]
    memo[id(function)] = function

    def each(value: Any) -> Any:
        return _rebound(value, other, memo) if isinstance(value, types.FunctionType) else other(value)

    cells = []
    for cell in function.__closure__ or ():
        try:
            inside = cell.cell_contents
        except ValueError:  # not yet bound
            cells.append(cell)
        else:
            copy = each(inside)
            cells.append(cell if copy is inside else types.CellType(copy))
    read = {
        name: function.__globals__[name] for name in _global_names(function.__code__) if name in function.__globals__
    }
    others = {name: copy for name, value in read.items() if (copy := each(value)) is not value}
    defaults = tuple(map(each, function.__defaults__ or ()))
    keywords = {name: each(value) for name, value in (function.__kwdefaults__ or {}).items()}
    changed = others or any(a is not b for a, b in zip(cells, function.__closure__ or (), strict=True))
    changed = changed or any(a is not b for a, b in zip(defaults, function.__defaults__ or (), strict=True))
    changed = changed or any(a is not (function.__kwdefaults__ or {})[name] for name, a in keywords.items())
    if not changed:
        return function
    home = {**function.__globals__, **others} if others else function.__globals__
    copy = types.FunctionType(function.__code__, home, function.__name__, defaults or None, tuple(cells) or None)
    copy.__kwdefaults__ = keywords or None
    copy.__dict__.update(function.__dict__)
    return copy


class _CannotTellError(Exception):
    """Something is read that can change without a sign."""


def _read(value: Any, ids: set[int]) -> Iterator[Any]:
    """Yield the numbers and texts that a value consists of, or that a function reads."""
    if isinstance(value, _PLAIN):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _read(item, ids)
    elif hasattr(type(value), "reads"):  # a repaired function reads what it was made of
        yield from _read(value.reads, ids)
    elif isinstance(value, types.ModuleType):
        if _root(value.__name__) not in {*_CONSTANT, "removable"}:
            raise _CannotTellError
    elif _of_a_framework(value):
        yield from _handed_over(value, ids)
    elif isinstance(value, types.FunctionType):
        if id(value) not in ids:  # else it calls itself
            ids.add(id(value))
            yield from _read_by(value, ids)
    else:
        raise _CannotTellError


def _of_a_framework(value: Any) -> bool:
    """Tell whether a value is built into Python, or a function, type or dtype of a framework."""
    if isinstance(value, types.BuiltinFunctionType):  # unless it is the method of an object
        owner = value.__self__
        return owner is None or isinstance(owner, types.ModuleType | type)
    # The module whose globals it reads decides, not its own name: wrappers copy names.
    if isinstance(value, types.FunctionType):
        return _root(value.__globals__.get("__name__")) in _CONSTANT
    if isinstance(value, type):
        return _root(value.__module__) in {*_CONSTANT, "builtins"}
    return _root(type(value).__module__) in _CONSTANT and type(value).__name__ in _FUNCTIONS


def _handed_over(value: Any, ids: set[int]) -> Iterator[Any]:
    """Yield what the functions read from which a framework made a function of its own.

    For instance, ``jax.jit(f)`` reads what f reads.
    """
    if id(value) in ids:
        return
    ids.add(id(value))
    inside = [getattr(value, name, None) for name in ("__wrapped__", "fun", "func")]
    for cell in getattr(value, "__closure__", None) or ():
        with contextlib.suppress(ValueError):  # a cell that is still empty
            inside.append(cell.cell_contents)
    for each in inside:
        if isinstance(each, types.FunctionType) or _of_a_framework(each):
            yield from _read(each, ids)
        elif hasattr(each, "shape") and hasattr(each, "dtype"):
            raise _CannotTellError


def _root(module: str | None) -> str:
    return (module or "").partition(".")[0]


def _read_by(function: types.FunctionType, ids: set[int]) -> Iterator[Any]:
    for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        yield from _read(default, ids)
    for cell in function.__closure__ or ():
        try:
            inside = cell.cell_contents
        except ValueError:  # not yet bound
            raise _CannotTellError from None
        yield from _read(inside, ids)
    for name, value in function.__dict__.items():  # f.k = 2.0
        yield name
        yield from _read(value, ids)
    for name in _global_names(function.__code__):
        if name in function.__globals__:
            yield from _read(function.__globals__[name], ids)
        elif not hasattr(builtins, name):
            raise _CannotTellError


@functools.lru_cache(maxsize=1024)
def _global_names(code: types.CodeType) -> tuple[str, ...]:
    """Return the names of the globals that code reads, functions within it included."""
    names = {i.argval: None for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= dict.fromkeys(_global_names(constant))
    return tuple(names)


def copied(function: Any, memo: dict[int, Any]) -> Any:
    """Copy a function along with what it closes over; deepcopy itself takes functions as they are.

    Parameters
    ----------
    function : callable
        A function, or an object that can be called.
    memo : dict
        What has been copied, by deepcopy.

    Returns
    -------
    callable
        The copy.

    Examples
    --------
    >>> from removable.remedy.closures import copied
    >>> weights = [2.0]
    >>> def scaled(weights):
    ...     return lambda x: weights[0] * x
    >>> twice = scaled(weights)
    >>> copy = copied(twice, {})
    >>> weights[0] = 3.0
    >>> twice(1.0), copy(1.0)
    (3.0, 2.0)
    """
    if not isinstance(function, types.FunctionType) or not function.__closure__:
        return deepcopy(function, memo)
    cells = tuple(types.CellType(deepcopy(cell.cell_contents, memo)) for cell in function.__closure__)
    copy = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, cells)
    copy.__kwdefaults__ = function.__kwdefaults__
    return functools.update_wrapper(copy, function)
