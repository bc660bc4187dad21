"""The tools of PyTorch, and the function's own value and gradient in it."""

from __future__ import annotations

from collections.abc import Callable

import torch

from peers.given import Given

__all__ = ["TOOLS", "own"]


def own(given: Given) -> None:
    """Compute value and gradient."""
    x = given.point.clone().requires_grad_(True)
    torch.autograd.grad(given.function(x).sum(), x)


def _gradcheck(given: Given) -> bool:
    x = given.point.clone().requires_grad_(True)
    return not torch.autograd.gradcheck(given.function, (x,), raise_exception=False)


def _gradgradcheck(given: Given) -> bool:
    x = given.point.clone().requires_grad_(True)
    return not torch.autograd.gradgradcheck(given.function, (x,), raise_exception=False)


def _detect_anomaly(given: Given) -> bool:
    """Differentiate twice; a linear function has no second derivative to take."""
    x = given.point.clone().requires_grad_(True)
    try:
        with torch.autograd.detect_anomaly():
            (slope,) = torch.autograd.grad(given.function(x).sum(), x, create_graph=True)
            if slope.requires_grad:
                torch.autograd.grad(slope.sum(), x)
    except RuntimeError as error:
        if "returned nan values" in str(error):
            return True
        raise
    return False


TOOLS: dict[str, Callable[[Given], bool]] = {
    "gradcheck": _gradcheck,
    "gradgradcheck": _gradgradcheck,
    "detect_anomaly": _detect_anomaly,
}
"""By title, whether a tool objects; all have the settings that PyTorch gives them."""
