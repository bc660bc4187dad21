"""PyTorch: ``torch.autograd.grad`` for reverse mode, ``torch.func.jvp`` for forward mode."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from removable.frameworks.base import MANY, Framework, Parts, derived
from removable.functions import Array, Program

_BLOCK = 2**14
"""Elements that stay in the processor's cache from one step of Horner's rule to the next."""

_LARGE_BLOCK = 2**17
"""Elements whose intermediate results take turns in memory that is there already; fewer would be too little work for a step."""


def _estrin(x: Array, coefficients: Sequence[float]) -> Array:
    """Estrin's scheme: pairs of terms, then pairs of pairs. Each step of Horner's rule would wait for the one before."""
    terms, power = list(coefficients), x
    while len(terms) > 1:
        odd = terms[1::2] + [0.0] * (len(terms) % 2)
        # Where there is nothing to add, an infinite power must not make it NaN.
        terms = [a if isinstance(b, float) and b == 0 else a + power * b for a, b in zip(terms[::2], odd, strict=True)]
        power = power * power
    return Torch().namespace.full_like(x, terms[0]) if isinstance(terms[0], float) else terms[0]


def _horner_in_blocks(x: Array, coefficients: Sequence[float]) -> Array:
    """Horner's rule block by block: step by step over everything, each step would wait for the memory."""
    torch = Torch().namespace
    flat = x.reshape(-1)
    result = torch.full_like(flat, coefficients[-1])
    scalars = [torch.tensor(c, dtype=x.dtype, device=x.device) for c in coefficients[-2::-1]]
    for block, out in zip(flat.split(_BLOCK), result.split(_BLOCK), strict=True):
        for scalar in scalars:
            torch.addcmul(scalar, out, block, out=out)
    return result.reshape(x.shape)


@functools.cache
def _polynomial() -> type:
    """The polynomial as an operation of its own: its derivative is another one, and nothing is remembered but x."""
    torch = Torch().namespace

    class Polynomial(torch.autograd.Function):
        @staticmethod
        def forward(x: Array, coefficients: tuple[float, ...]) -> Array:
            return _horner_in_blocks(x, coefficients)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Array, tuple[float, ...]], output: Array) -> None:
            x, ctx.coefficients = inputs
            ctx.save_for_backward(x)
            ctx.save_for_forward(x)

        @staticmethod
        def backward(ctx: Any, upstream: Array) -> tuple[Array, None]:
            (x,) = ctx.saved_tensors
            return upstream * Polynomial.apply(x, derived(ctx.coefficients)), None

        @staticmethod
        def jvp(ctx: Any, tangent: Array, _: None) -> Array:
            (x,) = ctx.saved_tensors
            return tangent * Polynomial.apply(x, derived(ctx.coefficients))

        @staticmethod
        def vmap(info: Any, in_dims: tuple[int | None, None], x: Array, coefficients: tuple[float, ...]) -> Any:
            return Polynomial.apply(x, coefficients), in_dims[0]

    return Polynomial


@functools.cache
def _joined() -> type:
    """A function of two parts as an operation of its own: each element takes the part it needs, and its derivative is another."""
    torch = Torch().namespace

    class Joined(torch.autograd.Function):
        @staticmethod
        def forward(x: Array, parts: Parts, order: int, slope: list[Array] | None) -> Array:
            found = _rows(parts, x, order + (slope is not None))
            if slope is not None:
                slope.append(found[-1])
            return found[order]

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Array, Parts, int, list[Array] | None], output: Array) -> None:
            x, ctx.parts, ctx.order, ctx.slope = inputs
            ctx.save_for_backward(x)
            ctx.save_for_forward(x)

        @staticmethod
        def backward(ctx: Any, upstream: Array) -> tuple[Array, None, None, None]:
            (x,) = ctx.saved_tensors
            again = torch.is_grad_enabled() or not ctx.slope  # to be differentiated once more
            slope = Joined.apply(x, ctx.parts, ctx.order + 1, []) if again else ctx.slope[0]
            return upstream * slope, None, None, None

        @staticmethod
        def jvp(ctx: Any, tangent: Array, *_: None) -> Array:
            (x,) = ctx.saved_tensors
            return tangent * Joined.apply(x, ctx.parts, ctx.order + 1, None)

        @staticmethod
        def vmap(info: Any, in_dims: tuple[int | None, ...], x: Array, parts: Parts, order: int, slope: Any) -> Any:
            return Joined.apply(x, parts, order, None), in_dims[0]

    return Joined


def _rows(parts: Parts, x: Array, order: int) -> list[Array]:
    """Value and derivatives up to an order, each part evaluated where it is needed."""
    framework, shape = Torch(), x.shape
    x = x.detach().reshape(-1)
    t = x - parts.at if parts.at else x
    close = framework.within(parts.radius, t)
    if close.all():
        rows = _rows_near(parts, t, order)
    else:
        rows = framework.rows(parts.far, x, order)
        found = close.nonzero().squeeze(1)
        if found.numel():
            near = _rows_near(parts, t[found], order)
            rows = [row.index_copy(0, found, those) for row, those in zip(rows, near, strict=True)]
    return [row.reshape(shape) for row in rows]


def _rows_near(parts: Parts, t: Array, order: int) -> list[Array]:
    blocks = [parts.near(block, order) for block in t.split(_LARGE_BLOCK)]
    return [Torch().namespace.cat(rows) for rows in zip(*blocks, strict=True)] if len(blocks) > 1 else blocks[0]


class Torch(Framework):
    """PyTorch, eager, on the CPU."""

    name = "torch"
    title = "PyTorch"

    @property
    def namespace(self) -> ModuleType:
        """The module ``torch``."""
        import torch

        return torch

    @property
    def version(self) -> str:
        """The installed version, without the local part that names the build."""
        return str(self.namespace.__version__).partition("+")[0]

    def asarray(self, values: np.ndarray) -> Array:
        """Copy a NumPy array into a tensor."""
        return self.namespace.tensor(values)

    def to_numpy(self, array: Array) -> np.ndarray:
        """Return the tensor's values, cut from the graph."""
        return array.detach().numpy()

    def cast(self, array: Array, dtype: str) -> Array:
        """Round a tensor to another precision."""
        return array.to(getattr(self.namespace, dtype))

    def owns(self, array: Any) -> bool:
        """Tell whether this is a tensor of PyTorch."""
        return isinstance(array, self.namespace.Tensor)

    def precision(self, array: Array) -> str:
        """Return the name of the tensor's dtype."""
        return str(array.dtype).removeprefix("torch.")

    def constant(self, values: np.ndarray, like: Array) -> Array:
        """Return values as a tensor of the dtype and on the device of another."""
        return self.namespace.tensor(values, dtype=like.dtype, device=like.device)

    @property
    def compiling(self) -> bool:
        """Whether ``torch.compile`` is reading the program."""
        return bool(self.namespace.compiler.is_compiling())

    def concrete(self, array: Array) -> np.ndarray | None:
        """Return the values in float64; None for a batch that is being mapped."""
        try:
            return array.detach().to(self.namespace.float64).numpy(force=True)  # force: a zero may have no memory
        except RuntimeError:  # what vmap says of a value that differs from sample to sample
            return None

    def within(self, radius: float, t: Array) -> Array:
        """Tell which elements are no larger than a radius; compiled, in single precision, which is as good.

        The compiler of PyTorch 2.13 does again on the way back what is cheap, but nothing whose result takes less than a
        quarter of its argument's memory: then it writes booleans down, which takes longer than all the rest.
        """
        torch = self.namespace
        size = torch.abs(t)
        if self.compiling and t.dtype == torch.float64 and 1e-30 < radius < 1e30:
            size = size.to(torch.float32)
        return size <= radius

    def joins(self, x: Array) -> bool:
        """Tell whether there are many points, in the processor's own memory, whose values can be looked at."""
        torch = self.namespace
        return (
            not self.compiling
            and not self._transformed(x)
            and not torch.jit.is_tracing()
            and type(x) in (torch.Tensor, torch.nn.Parameter)
            and x.device.type == "cpu"
            and x.numel() >= MANY
        )

    def joined(self, parts: Parts, precision: str) -> Callable[[Array], Array]:
        """Return an operation that looks where each part is needed, and computes the slope along with the value."""
        torch, operation = self.namespace, _joined()

        def evaluated(x: Array) -> Array:
            return operation.apply(x, parts, 0, [] if torch.is_grad_enabled() and x.requires_grad else None)

        return evaluated

    def _transformed(self, x: Array) -> bool:
        """Tell whether ``torch.func`` is at work.

        Nested in itself, its ``jvp`` takes what an operation of our own was computed from for a constant
        :cite:p:`PyTorch197867`.
        """
        return bool(self.namespace._C._functorch.is_functorch_wrapped_tensor(x))

    def tangents(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Differentiate by ``torch.func.jvp``, as often as asked for."""
        return self._forward(lambda x, xp: function(x), x, order)

    def rows(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Differentiate by ``torch.autograd.grad``, as often as asked for."""
        with self.namespace.enable_grad():
            return [row.detach() for row in self._reverse(lambda x, xp: function(x), x.detach(), order)]

    def polynomial(self, coefficients: Sequence[float], x: Array) -> Array:
        """Evaluate a polynomial; compiled or transformed, by plain steps that are fused or transformed."""
        if self.compiling or self._transformed(x):
            return _estrin(x, coefficients)
        return _polynomial().apply(x, tuple(coefficients))

    def _reverse(self, program: Program, x: Array, order: int) -> list[Array]:
        torch = self.namespace
        x.requires_grad_(order > 0)
        rows = [program(x, torch)]
        for k in range(order):
            last = rows[-1]
            if not last.requires_grad:  # does not depend on x: torch.autograd would refuse
                rows.append(torch.zeros_like(x))
                continue
            (slope,) = torch.autograd.grad(
                last, x, torch.ones_like(last), create_graph=k + 1 < order, materialize_grads=True
            )
            rows.append(slope)
        return rows

    def _forward(self, program: Program, x: Array, order: int, *, over_reverse: bool = False) -> list[Array]:
        torch = self.namespace

        def level(k: int, x: Array) -> tuple[Array, ...]:
            if k == 0:
                return (program(x, torch),)
            if k == 1 and over_reverse:
                value, pullback = torch.func.vjp(lambda x: program(x, torch), x)
                return value, pullback(torch.ones_like(value))[0]
            # The compiler of PyTorch 2.13 fails at the third of nested jvps unless their tangent is computed from x.
            one = x * 0 + 1 if self.compiling else torch.ones_like(x)
            rows, slopes = torch.func.jvp(lambda x: level(k - 1, x), (x,), (one,))
            return (*rows, slopes[-1])

        return list(level(order, x))
