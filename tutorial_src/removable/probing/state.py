"""What a function holds, and whether its calls change it."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from removable.errors import InputError

__all__ = ["unchanged"]

_DEEP = 4
"""How many functions, lists and objects deep it is looked."""


@dataclass(frozen=True)
class _Kept:
    """Something that could change, with its numbers before the calls."""

    identity: int
    name: str
    before: np.ndarray
    now: Callable[[], np.ndarray]
    put_back: Callable[[np.ndarray], None]


@contextlib.contextmanager
def unchanged(function: Any) -> Iterator[Callable[[], None]]:
    """Refuse a function whose calls change what it holds, and put that back.

    A function holds what its closure, its defaults and the names that it uses refer to: buffers of
    modules of PyTorch, variables of layers of Keras, tensors and arrays.

    Parameters
    ----------
    function : callable
        The function.

    Yields
    ------
    callable
        Checks at once. It is also checked at the end.

    Raises
    ------
    removable.errors.InputError
        If something has changed.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.state import unchanged
    >>> count = torch.zeros(())
    >>> def function(x):
    ...     count.add_(1)
    ...     return x
    >>> with unchanged(function):
    ...     function(1.0)
    Traceback (most recent call last):
    removable.errors.InputError: a call of the function changes count: ...
    >>> count
    tensor(0.)
    """
    kept = {one.identity: one for one in _kept(function)}

    def check() -> None:
        changed = [one for one in kept.values() if not np.array_equal(one.before, one.now(), equal_nan=True)]
        for one in changed:
            one.put_back(one.before)
        if changed:
            raise InputError(
                f"a call of the function changes {_several([one.name for one in changed])}: it depends on what it has "
                "done before, or leaves something behind; put a module in evaluation mode first, by .eval() or "
                "training=False, or give it as the function itself."
            )
        for one in _kept(function):  # a layer of Keras makes its variables when it is called
            kept.setdefault(one.identity, one)

    try:
        yield check
    except BaseException:
        with contextlib.suppress(InputError):  # the first failure is the one to tell of
            check()
        raise
    check()


def _several(names: list[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _kept(function: Any) -> Iterator[_Kept]:
    seen: set[int] = set()
    for name, value in _reached(function, "", _DEEP, seen):
        if _is(value, "torch", "nn.Module"):
            for buffer, tensor in value.named_buffers():
                yield _of_torch(f"{buffer} of {type(value).__name__}", tensor)
        elif _is(value, "keras", "layers.Layer"):
            for variable in value.non_trainable_variables:
                yield _of_variable(variable.path, variable)
        elif _is(value, "torch", "Tensor") and value.layout is sys.modules["torch"].strided:
            yield _of_torch(name, value)
        elif _is(value, "tensorflow", "Variable"):
            yield _of_variable(name, value)
        elif isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            yield _Kept(id(value), name, value.copy(), value.copy, functools.partial(np.copyto, value))


def _of_torch(name: str, tensor: Any) -> _Kept:
    torch = sys.modules["torch"]

    def now() -> np.ndarray:
        return tensor.detach().cpu().double().numpy().copy()

    before = tensor.detach().clone()

    def put_back(_: np.ndarray) -> None:
        with torch.no_grad():
            tensor.copy_(before)

    return _Kept(id(tensor), name, now(), now, put_back)


def _of_variable(name: str, variable: Any) -> _Kept:
    return _Kept(id(variable), name, np.array(variable.numpy()), lambda: np.array(variable.numpy()), variable.assign)


def _is(value: Any, framework: str, kind: str) -> bool:
    """Tell whether a value is of a class of a framework, if that has been imported."""
    found: Any = sys.modules.get(framework)
    for part in kind.split("."):
        found = getattr(found, part, None)
    return isinstance(found, type) and isinstance(value, found)


def _reached(value: Any, name: str, depth: int, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """List what a function refers to, with names."""
    if id(value) in seen or depth < 0:
        return
    seen.add(id(value))
    yield name, value
    for part, held in _parts(value):
        yield from _reached(held, part or name, depth - 1, seen)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """List what a value refers to directly."""
    value = getattr(value, "__wrapped__", value)
    if isinstance(value, functools.partial):
        yield "", value.func
        yield from (("", one) for one in value.args)
        yield from value.keywords.items()
    elif isinstance(value, list | tuple):
        yield from (("", one) for one in value)
    elif isinstance(value, dict):
        yield from ((str(key), one) for key, one in value.items())
    elif hasattr(value, "__self__") and hasattr(value, "__func__"):
        yield "self", value.__self__
        yield "", value.__func__
    elif hasattr(value, "__code__"):
        code = value.__code__
        for free, cell in zip(code.co_freevars, value.__closure__ or (), strict=True):
            with contextlib.suppress(ValueError):  # a cell that is still empty
                yield free, cell.cell_contents
        yield from (("", one) for one in value.__defaults__ or ())
        yield from ((one, value.__globals__[one]) for one in code.co_names if one in value.__globals__)
