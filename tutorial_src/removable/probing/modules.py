"""Modules of PyTorch and layers of Keras: called as for inference, with a parameter put in."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from removable.errors import InputError

__all__ = ["called", "names", "parameter"]


def _is_module(function: Any) -> bool:
    return "torch" in sys.modules and isinstance(function, sys.modules["torch"].nn.Module)


def _is_layer(function: Any) -> bool:
    return "keras" in sys.modules and isinstance(function, sys.modules["keras"].layers.Layer)


def names(function: Any) -> list[str]:
    """Return the names by which parameters and buffers of a module or layer are known.

    A parameter that has two names is listed by both. Those of a layer of Keras are paths, such as
    ``"dense/kernel"``, with and without the name of the model before them.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.modules import names
    >>> names(torch.nn.Linear(2, 1)), names(torch.sin)
    (['weight', 'bias'], [])
    """
    return list(_held(function))


def parameter(function: Any, name: str) -> Any:
    """Return the parameter or buffer of a module or layer that has a name.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.modules import parameter
    >>> parameter(torch.nn.Linear(2, 1), "weight").shape
    torch.Size([1, 2])
    """
    found = _held(function)[name]
    return found.value if _is_layer(function) else found


def _held(function: Any) -> dict[str, Any]:
    """Return parameters and buffers by their names."""
    if _is_module(function):
        parameters = dict(function.named_parameters(remove_duplicate=False))
        return parameters | dict(function.named_buffers(remove_duplicate=False))
    if _is_layer(function):
        paths = {variable.path: variable for variable in function.variables}
        within = {path.removeprefix(f"{function.name}/"): variable for path, variable in paths.items()}
        return within | paths
    return {}


def called(
    function: Callable[..., Any], positional: Sequence[Any], named: Mapping[str, Any], replaced: Mapping[str, Any]
) -> Any:
    """Call a function; a module in evaluation mode, with some parameters replaced.

    Dropout and batch normalisation then give the same for the same argument. Afterwards the module
    is in the mode in which it was.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.modules import called
    >>> dropout = torch.nn.Dropout(0.5)
    >>> called(dropout, [torch.ones(3)], {}, {}).tolist(), dropout.training
    ([1.0, 1.0, 1.0], True)
    """
    if _is_layer(function):
        return _called_layer(function, positional, named, replaced)
    if not _is_module(function):
        return function(*positional, **named)
    with _evaluating(function):
        held = _in_double(function, [*positional, *named.values(), *replaced.values()])
        if held or replaced:
            tied = {id(_held(function)[name]): value for name, value in replaced.items()}
            same = {name: tied[id(own)] for name, own in _held(function).items() if id(own) in tied}
            held = {**held, **same}
            return sys.modules["torch"].func.functional_call(function, held, tuple(positional), dict(named))
        return function(*positional, **named)


def _in_double(module: Any, arguments: Sequence[Any]) -> dict[str, Any]:
    """Return the parameters and buffers of a module in double precision, if an argument is."""
    torch = sys.modules["torch"]
    if not any(isinstance(argument, torch.Tensor) and argument.dtype == torch.float64 for argument in arguments):
        return {}
    wide: dict[int, Any] = {}  # by parameter: one that has two names stays one
    for value in _held(module).values():
        if value.is_floating_point() and value.dtype != torch.float64:
            wide.setdefault(id(value), value.double())
    return {name: wide[id(value)] for name, value in _held(module).items() if id(value) in wide}


def _is_double(value: Any) -> bool:
    return str(getattr(getattr(value, "dtype", ""), "name", "")) == "float64"


def _called_layer(layer: Any, positional: Sequence[Any], named: Mapping[str, Any], replaced: Mapping[str, Any]) -> Any:
    """Call a layer of Keras as for inference, with some of its variables replaced.

    Raises
    ------
    removable.errors.InputError
        If it would round what it is given.
    """
    given = [*positional, *named.values(), *replaced.values()]
    if layer.compute_dtype != "float64" and any(_is_double(value) for value in given):
        raise InputError(f"the layer computes in {layer.compute_dtype}, and would round an argument of float64 to it.")
    if not replaced:
        return layer(*positional, training=False, **named)
    put_in = {id(_held(layer)[name]): value for name, value in replaced.items()}
    parts = [
        [put_in.get(id(variable), variable.value) for variable in variables]
        for variables in (layer.trainable_variables, layer.non_trainable_variables)
    ]
    returned, _ = layer.stateless_call(*parts, *positional, training=False, **named)
    return returned


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
