"""PyTorch, in reverse mode and in forward mode.

Reverse mode is ``torch.autograd.grad`` and ``torch.func.vjp``, forward mode is ``torch.func.jvp``.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from removable.frameworks.base import Framework, no_graph
from removable.functions import Array, Program

_CUT = "detach, rounding or torch.no_grad"


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

    @property
    def compiling(self) -> bool:
        """Whether ``torch.compile`` is reading the program."""
        return bool(self.namespace.compiler.is_compiling())

    def differentiable_derivatives(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Differentiate in reverse mode, as often as asked for.

        PyTorch's forward mode cannot be nested in that of the user. ``torch.func.vjp``
        differentiates, and all transformations pass through it but two: it supports neither hooks
        for saved tensors, which a checkpoint sets, nor an export or a trace. There
        ``torch.autograd.grad`` differentiates.
        """
        torch = self.namespace
        if not torch.compiler.is_dynamo_compiling():
            transformed = torch._C._functorch.peek_interpreter_stack() is not None
            recorded = torch.jit.is_tracing() or torch.compiler.is_exporting()
            hooked = torch._C._autograd._top_saved_tensors_default_hooks(True) is not None
            if (hooked or recorded) and not transformed:
                return self._recorded(function, x, order)
        return self._pulled_back(function, x, order)

    def _pulled_back(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        torch = self.namespace

        def level(k: int, x: Array) -> tuple[Array, ...]:
            if k == 0:
                return (function(x),)

            def last_and_all(x: Array) -> tuple[Array, tuple[Array, ...]]:
                rows = level(k - 1, x)
                # To a compiler, x itself has no record.
                if k == 1 and not torch.compiler.is_dynamo_compiling() and not rows[0].requires_grad:
                    raise no_graph(self.title, _CUT)
                return rows[-1], rows

            last, pullback, rows = torch.func.vjp(last_and_all, x, has_aux=True)
            return (*rows, pullback(torch.ones_like(last))[0])

        return [*level(order, x)]

    def _recorded(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        torch = self.namespace
        with torch.inference_mode(False), torch.enable_grad():
            step = torch.zeros_like(x).requires_grad_()  # x itself may be no leaf, or a constant
            rows = [function(x + step)]
            if order and not rows[0].requires_grad:
                raise no_graph(self.title, _CUT)
            for _ in range(order):
                last, slope = rows[-1], None
                if last.requires_grad:
                    (slope,) = torch.autograd.grad(last.sum(), step, create_graph=True, materialize_grads=True)
                rows.append(torch.zeros_like(x) if slope is None else slope)
        return rows if torch.is_grad_enabled() else [row.detach() for row in rows]

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
            # The compiler of PyTorch 2.13 fails at the third of nested jvps unless their tangent is
            # computed from x.
            one = x * 0 + 1 if self.compiling else torch.ones_like(x)
            rows, slopes = torch.func.jvp(lambda x: level(k - 1, x), (x,), (one,))
            return (*rows, slopes[-1])

        return list(level(order, x))
