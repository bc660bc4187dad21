"""What a function reads besides its arguments, and whether that can change between two calls."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable
from types import CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["reads_nothing_else"]

_CONSTANT = frozenset({"jax", "math", "numpy", "tensorflow", "torch"})
"""Packages whose modules hold functions and constants; in another module somebody may keep what is tuned."""


def reads_nothing_else(function: Callable[..., Any]) -> bool:
    """Tell whether a function depends on nothing but its arguments, so that a trace of it stays true.

    Parameters
    ----------
    function : callable
        It is looked at, not called.

    Returns
    -------
    bool
        True if it is written in Python, closes over no variable, has no default values, defines no function within, and
        names nothing but built-in functions, the modules of the frameworks, and functions for which the same holds;
        False otherwise, and whenever that cannot be told.

    Examples
    --------
    >>> reads_nothing_else(lambda x: x * x - 4)
    True
    >>> def shifted(a):
    ...     return lambda x: x - a
    >>> reads_nothing_else(shifted(2.0))
    False
    """
    return _reads_nothing_else(function, set())


def _reads_nothing_else(function: Any, seen: set[FunctionType]) -> bool:
    if not isinstance(function, FunctionType) or function.__defaults__ or function.__kwdefaults__:
        return False
    if any(isinstance(constant, CodeType) for constant in function.__code__.co_consts):
        return False  # what a function within reads is not listed
    if function in seen:  # it calls itself
        return True
    seen.add(function)
    read = inspect.getclosurevars(function)
    return not read.nonlocals and all(_constant(name, value, seen) for name, value in read.globals.items())


def _constant(name: str, value: Any, seen: set[FunctionType]) -> bool:
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0] in _CONSTANT
    return getattr(builtins, name, None) is value or _reads_nothing_else(value, seen)
