"""Checks of arguments that several modules share.

Each check returns an argument that can be used, and names in one sentence what is wrong with any
other.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from removable.errors import InputError

DTYPES: tuple[str, ...] = ("float64", "float32")
"""The precisions in which whole sweeps are run."""

PRECISIONS: dict[str, int] = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
"""The precisions in which the frameworks can differentiate a program, with the bits of their
significands."""


def unit_roundoff(dtype: str) -> float:
    """Return half the distance from 1 to the next number.

    Examples
    --------
    >>> from removable.arguments import unit_roundoff
    >>> unit_roundoff("float32") == 2.0**-24
    True
    """
    return 2.0 ** -PRECISIONS[dtype]


def checked_order(order: int, *, most: int | None = None) -> int:
    """Return the order of a derivative, if it is one.

    Parameters
    ----------
    order : int
        The order; 0 is the value.
    most : int, optional
        The highest order there is.

    Raises
    ------
    removable.errors.InputError
        If ``order`` is not a whole number from 0 to ``most``.

    Examples
    --------
    >>> from removable.arguments import checked_order
    >>> checked_order(1)
    1
    >>> checked_order(3, most=2)
    Traceback (most recent call last):
        ...
    removable.errors.InputError: order is 3; give a whole number from 0 to 2.
    """
    return checked_whole("order", order, least=0, most=most)


def checked_whole(name: str, value: int, *, least: int, most: int | None = None) -> int:
    """Return a whole number, if it is one and in range.

    Parameters
    ----------
    name : str
        What the caller calls it, for the message.
    value : int
        The number.
    least : int
        The smallest there is.
    most : int, optional
        The largest there is.

    Raises
    ------
    removable.errors.InputError
        If ``value`` is not a whole number from ``least`` to ``most``.

    Examples
    --------
    >>> from removable.arguments import checked_whole
    >>> checked_whole("power", 2, least=1)
    2
    >>> checked_whole("power", 2.5, least=1)
    Traceback (most recent call last):
        ...
    removable.errors.InputError: power is 2.5; give a whole number of at least 1.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        expected = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise InputError(f"{name} is {value!r}; give a whole number {expected}.")
    return int(value)


def checked_dtype(dtype: str, *, known: Collection[str] = DTYPES) -> str:
    """Return the name of a precision if it is one of those known.

    By default these are :data:`DTYPES`.

    Raises
    ------
    removable.errors.InputError
        If it is not.

    Examples
    --------
    >>> from removable.arguments import checked_dtype
    >>> checked_dtype("float32")
    'float32'
    """
    if dtype not in known:
        raise InputError(f"dtype is {dtype!r}; give one of {', '.join(map(repr, known))}.")
    return dtype


def checked_base(base: float, *, name: str = "base") -> float:
    """Return the point that offsets are measured from, if it is a finite number.

    Parameters
    ----------
    base : float
        The point.
    name : str
        What the caller calls it, for the message.

    Raises
    ------
    removable.errors.InputError
        If it is not.

    Examples
    --------
    >>> from removable.arguments import checked_base
    >>> checked_base(2.0)
    2.0
    """
    if not math.isfinite(base):
        raise InputError(f"{name} is {base!r}; give a finite number.")
    return base


def checked_names(names: Sequence[str]) -> list[str]:
    """Return names of frameworks as a list, if there are any.

    Raises
    ------
    removable.errors.InputError
        If ``names`` is a single string, or empty.

    Examples
    --------
    >>> from removable.arguments import checked_names
    >>> checked_names(("torch", "tensorflow"))
    ['torch', 'tensorflow']
    """
    if isinstance(names, str) or not names:
        raise InputError(f"names is {names!r}; give a list of frameworks such as ['torch', 'tensorflow'].")
    return list(names)


def checked_row(name: str, values: Any) -> np.ndarray:
    """Return values as a one-dimensional array, if they are real numbers.

    Parameters
    ----------
    name : str
        What the caller calls them, for the message.
    values : array_like
        Real numbers, one or a row of them.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)`` with ``n`` at least 1, of the dtype that the values have.

    Raises
    ------
    removable.errors.InputError
        If there are none, if they are not real numbers, or if they are not in a row.

    Examples
    --------
    >>> from removable.arguments import checked_row
    >>> checked_row("gamma", 1e-9)
    array([1.e-09])
    >>> checked_row("gamma", [])
    Traceback (most recent call last):
        ...
    removable.errors.InputError: gamma is empty; give at least one number.
    """
    row = np.atleast_1d(np.asarray(values))
    if row.size == 0:
        raise InputError(f"{name} is empty; give at least one number.")
    if row.dtype.kind not in "fiu":
        raise InputError(f"{name} has dtype {row.dtype}; give real numbers.")
    if row.ndim != 1:
        raise InputError(f"{name} has shape {row.shape}; give a one-dimensional array.")
    return row


def checked_dense(name: str, value: Any, adapter: Any) -> Any:
    """Return an array, if all its elements are there.

    Parameters
    ----------
    name : str
        What the caller calls it, for the message.
    value : array
        An array of the framework.
    adapter : object
        What :mod:`removable.frameworks` has for the framework.

    Raises
    ------
    removable.errors.InputError
        If the array is sparse or ragged.

    Examples
    --------
    >>> import torch
    >>> from removable import frameworks
    >>> from removable.arguments import checked_dense
    >>> checked_dense("x", torch.zeros(2), frameworks.get("torch")).tolist()
    [0.0, 0.0]
    >>> checked_dense("x", torch.zeros(2).to_sparse(), frameworks.get("torch"))
    Traceback (most recent call last):
        ...
    removable.errors.InputError: x is a sparse or ragged array, Tensor; give one that has all its
        elements.
    """
    gaps = False
    if adapter.name == "torch":
        gaps = value.layout is not adapter.namespace.strided or value.is_nested
    elif adapter.name == "tensorflow":
        gaps = isinstance(value, adapter.namespace.SparseTensor | adapter.namespace.RaggedTensor)
    if gaps:
        raise InputError(
            f"{name} is a sparse or ragged array, {type(value).__name__}; give one that has all its elements."
        )
    return value
