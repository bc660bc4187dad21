"""PyTorch, as the remedy uses it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from removable.functions import Array
from removable.remedy.backends.base import Backend, Table


def _made_ready(values: Table, dtype: str, device: str) -> bool:
    """Keep a table as a tensor, for a compiler that reads the program.

    The compiler would read an array number by number.
    """
    import torch

    if (dtype, device) not in values.ready:
        values.ready[dtype, device] = torch.tensor(values.array, dtype=getattr(torch, dtype), device=device)
    return True


# What torch.compiler.assume_constant_result sets, which would import the compiler: it is to run
# this, and not to read it. The type of a function has no attributes of one's own.
_made_ready._dynamo_marked_constant = True  # type: ignore[attr-defined]


class Torch(Backend):
    """Operations of PyTorch."""

    def one_for_all(self, coefficients: Any, count: int, u: Array) -> Array | None:
        if isinstance(coefficients, self.xp.Tensor):
            if self.numbers(coefficients) is None or coefficients.numel() != len(coefficients):
                return None
            return coefficients.reshape(-1)[:count]
        return self.xp.tensor(coefficients[:count], dtype=u.dtype)

    def known(self, values: Table, dtype: str, like: Array) -> Array:
        if self.xp.compiler.is_dynamo_compiling():
            key = dtype, str(like.device)
            if _made_ready(values, *key):
                return values.ready[key]
        return self.array(values.array, dtype, like)

    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        device = None if like is None else like.device
        return self.xp.tensor(values, dtype=getattr(self.xp, dtype), device=device)

    def complex(self, real: Array, imaginary: Array) -> Array:
        return self.xp.complex(real, imaginary)

    def parts(self, values: Array) -> Array:
        return self.xp.cat([values.real, values.imag], 0)

    def product(self, matrix: Table, values: Array) -> Array:
        return self.xp.tensordot(self.known(matrix, self.dtype(values), values), values, dims=1)

    def cast(self, values: Array, dtype: str) -> Array:
        return values.to(getattr(self.xp, dtype))

    def constant(self, values: Array) -> Array:
        return values.detach()

    def numbers(self, values: Array) -> np.ndarray | None:
        torch = self.xp
        if (
            torch.compiler.is_dynamo_compiling()
            or torch.jit.is_tracing()
            # make_fx records
            or torch._C._get_dispatch_mode(torch._C._TorchDispatchModeKey.PROXY) is not None
            or torch._C._functorch.is_functorch_wrapped_tensor(values)
        ):
            return None
        try:
            return values.detach().resolve_conj().resolve_neg().numpy(force=True)
        except (RuntimeError, NotImplementedError, TypeError):  # a tensor of a tracer or without memory
            return None

    def largest(self, values: Array) -> Array:
        return values.amax(0)

    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        indices = self.xp.as_tensor(where, device=values.device)
        return values.new_zeros(count).index_put((indices,), values)

    def taken(self, values: Array, where: np.ndarray) -> Array:
        return values[self.xp.as_tensor(where, device=values.device)]

    def followed(self, values: Array) -> bool:
        return values.requires_grad or self.xp.autograd.forward_ad.unpack_dual(values).tangent is not None

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        with self.xp.no_grad():
            yield
