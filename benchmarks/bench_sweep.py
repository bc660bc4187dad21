"""Throughput of a sweep, as a ratio to the bare framework call that it wraps."""

from __future__ import annotations

import numpy as np
import pytest
from removable import frameworks, truth
from removable import functions as fn
from removable.grid import gamma_grid
from removable.sweeps.sweep import sweep

GAMMA = gamma_grid()
X = 2 + GAMMA


def bare_torch() -> np.ndarray:
    """Value and slope of h, as a user would write it in PyTorch."""
    import torch

    x = torch.tensor(X, requires_grad=True)
    y = (x * x - 4) / (x - 2)
    (slope,) = torch.autograd.grad(y, x, torch.ones_like(y))
    return np.stack([y.detach().numpy(), slope.numpy()])


def bare_tensorflow() -> np.ndarray:
    """Value and slope of h, as a user would write it in TensorFlow."""
    import tensorflow as tf

    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = (x * x - 4) / (x - 2)
    return np.stack([y.numpy(), tape.gradient(y, x).numpy()])


BARE = {"torch": bare_torch, "tensorflow": bare_tensorflow}


@pytest.mark.parametrize("name", BARE)
def bench_bare_call(benchmark, name):
    """The framework alone."""
    benchmark.group = f"h and its slope, {X.size} samples, {name}"
    benchmark(BARE[name])


@pytest.mark.parametrize("name", BARE)
def bench_adapter(benchmark, name):
    """The same through the adapter: what the checks and the common interface cost."""
    benchmark.group = f"h and its slope, {X.size} samples, {name}"
    found = benchmark(frameworks.get(name).derivatives, fn.h, X)
    np.testing.assert_array_equal(found, BARE[name]())


def bench_truth(benchmark):
    """Exact arithmetic on the same samples."""
    benchmark.group = "exact arithmetic and a whole sweep"
    benchmark.pedantic(truth.derivatives, (fn.h, GAMMA), rounds=3)


def bench_sweep(benchmark):
    """Both frameworks, both truths, regions."""
    benchmark.group = "exact arithmetic and a whole sweep"
    benchmark.pedantic(sweep, (fn.h,), {"meant": fn.h_hat}, rounds=3)
