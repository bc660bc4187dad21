"""A program along a line in PyTorch: ``torch.autograd.grad`` and ``torch.func.jvp``, eager."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from removable.errors import InputError
from removable.frameworks import Mode
from removable.probing.evaluation.base import Evaluator, nothing_floating
from removable.probing.line import Line


class TorchEvaluator(Evaluator):
    """PyTorch."""

    def tensor(self, values: np.ndarray, dtype: str) -> torch.Tensor:
        """Return numbers as a tensor."""
        return torch.tensor(values, dtype=getattr(torch, dtype))

    def constant(self, values: np.ndarray, like: torch.Tensor) -> torch.Tensor:
        """Return numbers as a tensor of the dtype of another."""
        return torch.tensor(values, dtype=like.dtype)

    def outputs(self, returned: Any) -> list[torch.Tensor]:
        """Return the floating-point tensors that a function has returned, each in one dimension."""
        leaves = [leaf for leaf in torch.utils._pytree.tree_leaves(returned) if isinstance(leaf, torch.Tensor)]
        if any(leaf.is_complex() for leaf in leaves):
            raise InputError(
                "the function returns complex numbers; give one that returns real ones, such as torch.abs of it."
            )
        floating = [leaf.reshape(-1) for leaf in leaves if leaf.is_floating_point()]
        if not floating:
            raise nothing_floating(returned, "PyTorch")
        return floating

    def placed(self, line: Line, x: torch.Tensor) -> torch.Tensor:
        """Return the argument at the point, with a number as what moves."""
        if not line.start.shape:
            return x
        index = tuple(torch.tensor(i) for i in line.moving_index)
        return torch.tensor(line.start, dtype=x.dtype).index_put(index, x)

    def apart(self, part: torch.Tensor) -> list[torch.Tensor]:
        """Return the numbers of a tensor of one dimension."""
        return list(part)

    def total(self, parts: list[torch.Tensor], weights: np.ndarray) -> torch.Tensor:
        """Return the weighted sum of all numbers of tensors, shape (1,), float64."""
        numbers = torch.cat([part.double() for part in parts])
        return (numbers * torch.from_numpy(weights)).sum().reshape(1)

    def depends(self, line: Line) -> bool:
        """Tell whether PyTorch has recorded that what is returned depends on the argument."""
        with _recording():
            parts = line.program(self.tensor(line.start, line.dtype).requires_grad_(True))
            return any(part.requires_grad for part in parts)

    def value(self, line: Line, point: torch.Tensor) -> np.ndarray:
        """Return the outputs at one argument."""
        with _recording():  # a program may differentiate on its own
            return torch.cat(line.program(point)).detach().double().numpy()

    def rows(self, line: Line, point: torch.Tensor, order: int, mode: Mode) -> list[list[float]]:
        """Return the value and derivatives of each output at one argument."""
        with _recording():
            if mode == "reverse":
                return self._reverse(line, point.clone(), order)
            return self._forward(line, point.clone(), order, over_reverse=mode == "forward-over-reverse")

    def rows_of_many(self, line: Line, points: torch.Tensor, order: int) -> np.ndarray:
        """Return value and derivatives of a program that takes many numbers."""
        with _recording():
            points = points.clone().requires_grad_(True)
            levels = line.program(points)
            for k in range(order):
                if not levels[-1].requires_grad:
                    levels.append(torch.zeros_like(levels[0]))
                    continue
                total = levels[-1].sum()
                levels += torch.autograd.grad(total, points, create_graph=k + 1 < order, materialize_grads=True)
            return torch.stack(levels).detach().double().numpy()

    def _reverse(self, line: Line, point: torch.Tensor, order: int) -> list[list[float]]:
        point.requires_grad_(True)
        rows = []
        for output in (number for part in line.program(point) for number in part):
            row = [output]
            for k in range(order):
                if not row[-1].requires_grad:  # nothing that PyTorch has recorded depends on the argument
                    row.append(torch.zeros_like(output))
                    continue
                (slope,) = torch.autograd.grad(
                    row[-1], point, create_graph=k + 1 < order, retain_graph=True, materialize_grads=True
                )
                row.append(_along(line, slope))
            rows.append([number.item() for number in row])
        return rows

    def _forward(self, line: Line, point: torch.Tensor, order: int, *, over_reverse: bool) -> list[list[float]]:
        tangent = torch.tensor(line.direction, dtype=point.dtype)

        def level(k: int, x: torch.Tensor, part: int) -> tuple[torch.Tensor, ...]:
            """Return the derivatives of one of the tensors that are returned."""
            if k == 0:
                return (line.program(x)[part],)
            if k == 1 and over_reverse:
                value, pullback = torch.func.vjp(lambda x: line.program(x)[part], x)
                units = torch.eye(len(value), dtype=value.dtype)
                return value, torch.stack([_along(line, pullback(unit)[0]) for unit in units])
            rows, slopes = torch.func.jvp(lambda x: level(k - 1, x, part), (x,), (tangent,))
            return (*rows, slopes[-1])

        levels = [level(order, point, part) for part in range(len(line.program(point)))]
        return [row for rows in levels for row in torch.stack([row.double() for row in rows], 1).tolist()]


@contextlib.contextmanager
def _recording() -> Iterator[None]:
    """Differentiate, also where the caller has turned that off."""
    with torch.inference_mode(mode=False), torch.enable_grad():
        yield


def _along(line: Line, slope: torch.Tensor) -> torch.Tensor:
    """Return the derivative along the line, of the elements that move alone."""
    moving = tuple(torch.from_numpy(index) for index in line.moving)
    direction = torch.tensor(np.atleast_1d(line.direction)[line.moving], dtype=slope.dtype)
    return (torch.atleast_1d(slope)[moving] * direction).sum()
