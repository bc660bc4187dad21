"""Modules of PyTorch and layers of Keras: called as for inference, with a parameter put in."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["called", "parameter"]


def _is_module(function: Any) -> bool:
    return "torch" in sys.modules and isinstance(function, sys.modules["torch"].nn.Module)


def _is_layer(function: Any) -> bool:
    return "keras" in sys.modules and isinstance(function, sys.modules["keras"].layers.Layer)


def parameter(function: Any, along: Any) -> Any:
    """Return the parameter or buffer of a module that ``along`` names; None if it names none.

    Examples
    --------
    >>> import torch
    >>> layer = torch.nn.Linear(2, 1)
    >>> parameter(layer, ("weight", (0, 1))).shape, parameter(layer, "x")
    (torch.Size([1, 2]), None)
    """
    name = along[0] if isinstance(along, tuple) and along else along
    if not isinstance(name, str) or not _is_module(function):
        return None
    return {**dict(function.named_buffers()), **dict(function.named_parameters())}.get(name)


def called(
    function: Callable[..., Any], positional: Sequence[Any], named: Mapping[str, Any], replaced: Mapping[str, Any]
) -> Any:
    """Call a function; a module in evaluation mode, with some parameters replaced.

    Dropout and batch normalisation then give the same for the same argument. Afterwards the module
    is in the mode in which it was.

    Examples
    --------
    >>> import torch
    >>> dropout = torch.nn.Dropout(0.5)
    >>> called(dropout, [torch.ones(3)], {}, {}).tolist(), dropout.training
    ([1.0, 1.0, 1.0], True)
    """
    if _is_layer(function):
        return function(*positional, training=False, **named)
    if not _is_module(function):
        return function(*positional, **named)
    with _evaluating(function):
        held = {**_in_double(function, [*positional, *named.values(), *replaced.values()]), **replaced}
        if held:
            return sys.modules["torch"].func.functional_call(function, held, tuple(positional), dict(named))
        return function(*positional, **named)


def _in_double(module: Any, arguments: Sequence[Any]) -> dict[str, Any]:
    """Return the parameters and buffers of a module in double precision, if an argument is."""
    torch = sys.modules["torch"]
    if not any(isinstance(argument, torch.Tensor) and argument.dtype == torch.float64 for argument in arguments):
        return {}
    held = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return {
        name: value.double()
        for name, value in held.items()
        if value.is_floating_point() and value.dtype != torch.float64
    }


@contextlib.contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Put a module in evaluation mode, and each of its parts back into its own."""
    modes = [(part, part.training) for part in module.modules()]
    try:
        module.eval()
        yield
    finally:
        for part, mode in modes:
            part.training = mode
