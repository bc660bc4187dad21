"""Double precision, as tests of a repaired function ask for it."""

from __future__ import annotations

import contextlib

import torch

D = torch.float64


def double(framework):
    if framework != "jax":
        return contextlib.nullcontext()
    import jax

    return jax.enable_x64(True)


def tensor(*values, grad=True):
    return torch.tensor(values[0] if len(values) == 1 else values, dtype=D, requires_grad=grad)
