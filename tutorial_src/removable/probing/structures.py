"""Lists, dicts and trees of tensors that a function takes beside what moves."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["with_dtype_of"]


def with_dtype_of(framework: str, value: Any, like: Any) -> Any:
    """Return a structure in which each tensor of floating-point numbers has the dtype of another.

    Everything else in it is as it was, and so is the structure. Tensors of PyTorch are detached:
    they do not move.

    Parameters
    ----------
    framework : {"torch", "tensorflow", "jax"}
        The framework.
    value : object
        The structure: a tree of JAX, or nested lists, tuples and dicts.
    like : tensor
        The other tensor.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.structures import with_dtype_of
    >>> held = {"w": torch.ones(2), "n": 2, "name": "rain"}
    >>> with_dtype_of("torch", held, torch.ones((), dtype=torch.float64))
    {'w': tensor([1., 1.], dtype=torch.float64), 'n': 2, 'name': 'rain'}
    """
    module = sys.modules[framework]
    if framework == "torch":

        def cast_torch(leaf: Any) -> Any:
            floating = isinstance(leaf, module.Tensor) and leaf.is_floating_point()
            return leaf.detach().to(like.dtype) if floating else leaf

        return module.utils._pytree.tree_map(cast_torch, value)
    if framework == "tensorflow":

        def cast_tensorflow(leaf: Any) -> Any:
            floating = (module.is_tensor(leaf) or isinstance(leaf, module.Variable)) and leaf.dtype.is_floating
            return module.cast(leaf, like.dtype) if floating and leaf.dtype != like.dtype else leaf

        return module.nest.map_structure(cast_tensorflow, value)

    def cast_jax(leaf: Any) -> Any:
        floating = isinstance(leaf, module.Array) and module.numpy.issubdtype(leaf.dtype, module.numpy.floating)
        return leaf.astype(like.dtype) if floating else leaf

    return module.tree.map(cast_jax, value)
