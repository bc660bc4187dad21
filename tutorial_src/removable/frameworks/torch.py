"""PyTorch: ``torch.autograd.grad`` for reverse mode, ``torch.func.jvp`` for forward mode."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from removable.frameworks.base import Framework
from removable.functions import Array, Program


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

    def _forward(self, program: Program, x: Array, order: int) -> list[Array]:
        torch = self.namespace

        def level(k: int, x: Array) -> tuple[Array, ...]:
            if k == 0:
                return (program(x, torch),)
            rows, slopes = torch.func.jvp(lambda x: level(k - 1, x), (x,), (torch.ones_like(x),))
            return (*rows, slopes[-1])

        return list(level(order, x))
