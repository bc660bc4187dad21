"""The arguments of a function at a point: what can move, and what is passed on as it is."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from removable import frameworks
from removable.arguments import PRECISIONS
from removable.errors import InputError, shown
from removable.probing.line import rounded_to

__all__ = ["Argument", "arguments_at", "as_argument", "framework_of", "in_double", "named", "with_dtype"]


@dataclass(frozen=True)
class Argument:
    """An argument, or a parameter of a module: how it is passed, and its numbers at the point.

    Attributes
    ----------
    key : int or str
        Its place or its name.
    value : object
        What the user gave.
    numbers : numpy.ndarray or None
        Its numbers as float64; None if it cannot move.
    dtype : str
        The dtype in which it moves.
    is_chosen : bool
        Whether that is the dtype of a tensor, or the user named it: no other will do then.
    is_parameter : bool
        Whether it is a parameter of a module.
    why_fixed : str
        Why it cannot move, and what to do about it.
    """

    key: int | str
    value: Any
    numbers: np.ndarray | None = None
    dtype: str = "float64"
    is_chosen: bool = False
    is_parameter: bool = False
    why_fixed: str = ""


def arguments_at(
    at: Any, dtype: str | None = None, *, may_be_fixed: bool = False, of_a_module: Sequence[str] = ()
) -> list[Argument]:
    """List the arguments at a point.

    Parameters
    ----------
    at : object
        The argument; a tuple of several; or a dict of them by name.
    dtype : str, optional
        The dtype in which they move.
    may_be_fixed : bool
        Whether none of them has to move, as where a parameter of a module does.
    of_a_module : list of str
        The names of parameters that could move, for the sentence that refuses arguments.

    Returns
    -------
    list of Argument
        Numbers and tensors of floating-point numbers can move. Anything else is passed on as it
        is, and so are whole numbers beside other arguments.

    Raises
    ------
    removable.errors.InputError
        If nothing can move, or ``dtype`` is none.

    Examples
    --------
    >>> from removable.probing.point import arguments_at
    >>> [argument.numbers is not None for argument in arguments_at((0.5, [2, 2], {"w": 1.0}))]
    [True, False, False]
    >>> arguments_at({"n": 1, "name": "rain"})
    Traceback (most recent call last):
    removable.errors.InputError: at is {'n': 1, 'name': 'rain'}, in which no floating-point number
    can move: n is a whole number, ... such as 1.0; name is of type str, ...
    """
    if dtype is not None and (not isinstance(dtype, str) or dtype not in PRECISIONS):
        raise InputError(f"dtype is {shown(dtype)}; give one of {', '.join(map(repr, PRECISIONS))}, as text.")
    if isinstance(at, Mapping):
        if not all(isinstance(key, str) for key in at):
            raise InputError(f"at is {shown(at)}, whose keys are not all text; give the arguments by their names.")
        arguments = [as_argument(key, value, dtype) for key, value in at.items()]
    elif isinstance(at, tuple):
        arguments = [as_argument(place, value, dtype) for place, value in enumerate(at)]
    else:
        arguments = [as_argument(0, _with_fraction(at), dtype)]
    if not may_be_fixed and not any(arg.numbers is not None and arg.numbers.size for arg in arguments):
        alone = not isinstance(at, Mapping | tuple)
        reasons = {_why(argument): argument for argument in reversed(arguments)}  # the first one with each
        told = [f"{'it' if alone else named(argument)} {why}" for why, argument in reversed(reasons.items())]
        why = "; ".join(told[:3]) or "it is empty"
        why += f"; or name a parameter of the module, such as along={of_a_module[0]!r}" if of_a_module else ""
        raise InputError(f"at is {shown(at)}, in which no floating-point number can move: {why}.")
    return arguments


def _why(argument: Argument) -> str:
    return argument.why_fixed or "is empty; give at least one number"


def named(argument: Argument) -> str:
    """Return what a sentence calls an argument.

    Examples
    --------
    >>> from removable.probing.point import Argument, named
    >>> named(Argument(1, 0.5)), named(Argument("conc", 0.5))
    ('argument 1', 'conc')
    """
    return argument.key if isinstance(argument.key, str) else f"argument {argument.key}"


def _with_fraction(value: Any) -> Any:
    """Return whole numbers that are the only argument as floating-point numbers."""
    if isinstance(value, bool | np.bool_):
        return value
    if isinstance(value, int | np.integer):
        try:
            return float(value)
        except OverflowError:
            raise InputError(f"at is {shown(value)}, too large for float64; give a smaller number.") from None
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return value.astype(float)
    if isinstance(value, list):
        try:
            numbers = np.asarray(value, dtype=float)
        except OverflowError:
            raise InputError(f"at is {shown(value)}, too large for float64; give smaller numbers.") from None
        except Exception:  # tensors raise what they like
            raise InputError(
                f"at is {shown(value)}; give a list of numbers, or of lists of the same length; "
                "a list that the function takes as it is has to stand in a tuple of several arguments."
            ) from None
        return numbers
    return value


def as_argument(key: int | str, value: Any, dtype: str | None = None, *, is_parameter: bool = False) -> Argument:
    """Return an argument, with its numbers if it can move.

    Examples
    --------
    >>> from removable.probing.point import as_argument
    >>> as_argument("v", [0.5, 1]).numbers.tolist(), as_argument("shape", [2, 2]).why_fixed
    ([0.5, 1.0], 'is a list in which no number is a floating-point number; write 1.0 for 1')
    """
    given, own, why = _numbers(value)
    if given is None:
        return Argument(key, value, why_fixed=why, is_parameter=is_parameter)
    moving = dtype or own or "float64"
    if moving not in PRECISIONS:
        kinds = ", ".join(map(repr, PRECISIONS))
        raise InputError(f"{named(Argument(key, value))} has dtype {moving}, in which nothing is probed; give {kinds}.")
    rounded = rounded_to(given, moving)
    if (np.isinf(rounded) & np.isfinite(given)).any():
        raise InputError(f"at is {shown(value)}, too large for {moving}; give a smaller number, or another dtype.")
    return Argument(key, value, rounded, moving, bool(dtype or own), is_parameter)


def with_dtype(argument: Argument, dtype: str) -> Argument:
    """Return an argument that moves in another dtype.

    Examples
    --------
    >>> from removable.probing.point import as_argument, with_dtype
    >>> with_dtype(as_argument("x", 0.1), "float32").numbers.tolist()
    0.10000000149011612
    """
    return as_argument(argument.key, argument.value, dtype, is_parameter=argument.is_parameter)


def _numbers(value: Any) -> tuple[np.ndarray | None, str, str]:
    """Return floating-point numbers as float64, the dtype of a tensor, and why there are none."""
    if isinstance(value, float | np.floating):
        dtype = str(getattr(value, "dtype", "float64"))
        return np.array(float(value)), "" if dtype == "float64" else dtype, ""
    if isinstance(value, list):
        return _numbers_of_list(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            dtype = str(value.dtype)
            return value.astype(np.float64), "" if dtype == "float64" else dtype, ""
        return None, "", _of_dtype(str(value.dtype))
    name = _framework_of_tensor(value)
    if name is not None:
        return _numbers_of_tensor(name, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return None, "", "is a whole number, which is passed on as it is; write it with a point, such as 1.0"
    if isinstance(value, Mapping | tuple):
        return (
            None,
            "",
            (
                f"is of type {type(value).__name__}, which is passed on as it is; "
                "make what moves in it an argument of its own"
            ),
        )
    return None, "", f"is of type {type(value).__name__}, which is passed on as it is; give a number or a tensor"


def _numbers_of_list(value: list[Any]) -> tuple[np.ndarray | None, str, str]:
    """Take a list for numbers if it has nothing else, and not whole ones alone: a shape is none."""
    leaves = list(_leaves(value))
    if not all(isinstance(leaf, float | int | np.floating | np.integer) for leaf in leaves):
        return None, "", "is a list of other things than numbers, which is passed on as it is; give a tensor"
    if not any(isinstance(leaf, float | np.floating) for leaf in leaves):
        return None, "", "is a list in which no number is a floating-point number; write 1.0 for 1"
    try:
        return np.asarray(value, dtype=float), "", ""
    except (ValueError, OverflowError):
        return None, "", "is a list of lists of different lengths, which is passed on as it is; give a tensor"


def _leaves(value: Any) -> Any:
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


def _numbers_of_tensor(name: str, value: Any) -> tuple[np.ndarray | None, str, str]:
    if _has_gaps(name, value):
        return (
            None,
            "",
            (
                f"is a sparse or ragged tensor, {type(value).__name__}, which is passed on as it is; "
                "give one that has all its elements"
            ),
        )
    dtype = frameworks.get(name).precision(value)
    if dtype not in PRECISIONS:
        return None, "", _of_dtype(dtype)
    return in_double(value), dtype, ""


def in_double(value: Any) -> np.ndarray:
    """Return the numbers of a list, an array or a tensor as float64, whole ones too.

    Raises
    ------
    Exception
        Whatever NumPy or the framework raises of what has no numbers.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.point import in_double
    >>> in_double(torch.tensor([1, 0])), in_double([1, 0.5])
    (array([1., 0.]), array([1. , 0.5]))
    """
    name = _framework_of_tensor(value)
    if name == "torch":
        value = value.detach().cpu().double().numpy()
    elif name == "tensorflow":  # NumPy does not take bfloat16 of TensorFlow
        value = sys.modules["tensorflow"].cast(value, "float64").numpy()
    elif name == "jax":
        value = np.asarray(value).astype(np.float64)
    return np.array(value, dtype=np.float64)


def _has_gaps(name: str, value: Any) -> bool:
    if name == "torch":
        return value.layout is not sys.modules["torch"].strided or value.is_nested
    if name == "tensorflow":
        tf = sys.modules["tensorflow"]
        return isinstance(value, tf.SparseTensor | tf.RaggedTensor)
    return False


def _of_dtype(dtype: str) -> str:
    if "complex" in dtype:
        return f"has dtype {dtype}; give the real and the imaginary part as floating-point numbers"
    return f"has dtype {dtype}, which is passed on as it is; give floating-point numbers of {', '.join(PRECISIONS)}"


def framework_of(value: Any) -> str | None:
    """Return the framework whose tensor a value is, or holds.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.point import framework_of
    >>> framework_of((0.5, {"w": [torch.ones(2)]})), framework_of(0.5)
    ('torch', None)
    """
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return next((name for one in value if (name := framework_of(one))), None)
    return _framework_of_tensor(value)


def _framework_of_tensor(value: Any) -> str | None:
    if "torch" in sys.modules and isinstance(value, sys.modules["torch"].Tensor):
        return "torch"
    if "tensorflow" in sys.modules:
        tf = sys.modules["tensorflow"]
        if tf.is_tensor(value) or isinstance(value, tf.Variable):
            return "tensorflow"
    if "jax" in sys.modules and isinstance(value, sys.modules["jax"].Array):
        return "jax"
    return None
