"""What the remedy costs: value and slope of a million points, as a ratio to the naive quotient in the same run.

Two spreads of points: over 10 on both sides, most of which are divided as before, and within the radius, all of which are not.
Each ratio is the median of rounds in which the two are measured one after the other.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from removable import primitives, quotient
from removable.functions import elementary

COUNT, ROUNDS = 10**6, 9
RNG = np.random.default_rng(3)
SPREADS = {"spread": RNG.uniform(-10, 10, COUNT), "near": RNG.uniform(-0.3, 0.3, COUNT)}
FUNCTIONS = {
    "h": (lambda x, xp: x * x + 4 * x, lambda x, xp: x, None),  # the paper's h, with t = x - 2
    "sin": (lambda x, xp: xp.sin(x), lambda x, xp: x, primitives.sin_over_x),
    "expm1": (lambda x, xp: elementary(xp).expm1(x), lambda x, xp: x, primitives.expm1_over_x),
    "tanh": (lambda x, xp: xp.tanh(x), lambda x, xp: x, primitives.tanh_over_x),
}


def in_torch(form: Callable, x: np.ndarray, compiled: bool) -> Callable[[], object]:
    """Return a call that computes value and slope of a form in PyTorch."""
    import torch

    torch._dynamo.reset()  # it counts the programs that it has seen in one place, and gives up at eight
    call = torch.compile(lambda x: form(x, torch), dynamic=False) if compiled else (lambda x: form(x, torch))

    def run():
        point = torch.tensor(x, requires_grad=True)
        y = call(point)
        return torch.autograd.grad(y, point, torch.ones_like(y))

    return run


def in_tensorflow(form: Callable, x: np.ndarray, compiled: bool) -> Callable[[], object]:
    """Return a call that computes value and slope of a form in TensorFlow."""
    import tensorflow as tf

    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = form(x, tf)
        return y, tape.gradient(y, x)

    call, point = tf.function(both, jit_compile=True, autograph=False) if compiled else both, tf.constant(x)
    return lambda: [array.numpy() for array in call(point)]


def in_jax(form: Callable, x: np.ndarray, compiled: bool) -> Callable[[], object]:
    """Return a call that computes value and slope of a form in JAX."""
    import jax
    import jax.numpy as jnp

    def both(x):
        y, back = jax.vjp(lambda x: form(x, jnp), x)
        return y, back(jnp.ones_like(y))[0]

    call = jax.jit(both) if compiled else both

    def run():
        with jax.enable_x64(True):
            return jax.block_until_ready(call(jnp.asarray(x)))

    return run


RUNNERS = {"torch": in_torch, "tensorflow": in_tensorflow, "jax": in_jax}


def ratio(run: Callable[[], object], naive: Callable[[], object]) -> float:
    """Measure two calls in turns; return the median ratio of their times."""
    run(), naive()  # what is compiled is compiled now
    found = []
    for _ in range(ROUNDS):
        times = []
        for each in (naive, run):
            start = time.perf_counter()
            each()
            times.append(time.perf_counter() - start)
        found.append(times[1] / times[0])
    return statistics.median(found)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("name", RUNNERS)
def bench_cost_of_the_remedy(name, compiled, capsys):
    """Print the ratios of each engine."""
    warnings.simplefilter("ignore")
    runner = RUNNERS[name]
    lines = []
    for title, (f, g, primitive) in FUNCTIONS.items():
        forms = {e: quotient(f, g, at=0.0, engine=e) for e in ("series", "integral")}
        forms |= {"primitive": primitive} if primitive else {}
        for spread, x in SPREADS.items():
            naive = runner(lambda x, xp: f(x, xp) / g(x, xp), x, compiled)  # noqa: B023
            for engine, form in forms.items():
                found = ratio(runner(lambda x, xp: form(x), x, compiled), naive)  # noqa: B023
                lines.append(f"{title:<7}{spread:<8}{engine:<10}{found:5.1f}")
    with capsys.disabled():
        print(f"\n{name}, {'compiled' if compiled else 'eager'}: times the naive quotient\n" + "\n".join(lines))
