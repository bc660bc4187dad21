"""The price of each remedy: its time, beside the accuracy that it buys.

Each finding is kept for the site as soon as it is there.

Cost is the time for value and slope of a million points, as a ratio to the naive quotient: the
median of rounds in which the two are measured one after the other. There are two spreads of points:
over 10 on both sides, most of which are divided as before, and within 0.3, where all are near. The
larger ratio counts.
"""

from __future__ import annotations

import functools
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from removable import frameworks, primitives, quotient, repair, truth
from removable.functions import elementary
from removable.scoreboard import CASES, PATCHES
from removable.scoreboard.layout import REMEDIES, WAYS
from removable.scoreboard.stored import digest, write

COUNT, ROUNDS = 10**6, 3
RNG = np.random.default_rng(3)
SPREADS = (RNG.uniform(-10, 10, COUNT), RNG.uniform(-0.3, 0.3, COUNT))
FUNCTIONS = {
    "(x*x - 4)/(x - 2)": (lambda x, xp: x * x - 4, lambda x, xp: x - 2, 2.0, 1, None),
    "sin(x)/x": (lambda x, xp: xp.sin(x), lambda x, xp: x, 0.0, 1, primitives.sin_over_x),
    "(1 - cos(x))/x^2": (lambda x, xp: 1 - xp.cos(x), lambda x, xp: x * x, 0.0, 2, primitives.versine_over_x2),
    "(x - sin(x))/x^3": (lambda x, xp: x - xp.sin(x), lambda x, xp: x * x * x, 0.0, 3, primitives.x_minus_sin_over_x3),
    "tanh(x)/x": (lambda x, xp: xp.tanh(x), lambda x, xp: x, 0.0, 1, primitives.tanh_over_x),
    "expm1(x)/x": (lambda x, xp: elementary(xp).expm1(x), lambda x, xp: x, 0.0, 1, primitives.expm1_over_x),
    "x/expm1(x)": (lambda x, xp: x, lambda x, xp: elementary(xp).expm1(x), 0.0, 1, primitives.x_over_expm1),
    "log1p(x)/x": (lambda x, xp: elementary(xp).log1p(x), lambda x, xp: x, 0.0, 1, primitives.log1p_over_x),
}


def in_torch(form: Callable, x: np.ndarray, compiled: bool) -> Callable[[], object]:
    """Return a call that computes value and slope of a form in PyTorch."""
    import torch

    # it counts the programs that it has seen in one place, and gives up at eight
    torch._dynamo.reset()
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
MODULES = {
    "repair": "removable.remedy.repair",
    "quotient": "removable.remedy.quotient",
    "ready-made": "removable.primitives",
}
ROWS = "removable.scoreboard.patches"
for module in (*MODULES.values(), ROWS):
    for name in RUNNERS:
        digest(module, name)  # reads the files now, as they are imported


def typed(title: str) -> Callable:
    """Return a quotient as somebody types it, called with x and a namespace."""
    f, g, *_ = FUNCTIONS[title]
    return lambda x, xp: f(x, xp) / g(x, xp)


def remedy(kind: str, title: str) -> Callable | None:
    """Return a quotient by one of the remedies, called with x and a namespace.

    It is None if there is no such remedy.
    """
    f, g, at, order, primitive = FUNCTIONS[title]
    if kind == "repair":
        made = functools.cache(lambda xp: repair(lambda x: f(x, xp) / g(x, xp), at=at))
        return lambda x, xp: made(xp)(x)
    whole = quotient(f, g, at=at, order=order) if kind == "quotient" else primitive
    return whole and (lambda x, xp: whole(x))


def ratio(run: Callable[[], object], naive: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Measure two calls in turns; return the median ratio of their times."""
    run(), naive()  # what is compiled is compiled now
    found = []
    for _ in range(rounds):
        times = []
        for each in (naive, run):
            start = time.perf_counter()
            each()
            times.append(time.perf_counter() - start)
        found.append(times[1] / times[0])
    return statistics.median(found)


def largest(
    runner: Callable, form: Callable, naive: Callable, at: float, compiled: bool, dtype: str = "float64"
) -> float:
    """Return the larger ratio of the two spreads."""
    points = [(at + t).astype(dtype) for t in SPREADS]
    return max(ratio(runner(form, x, compiled), runner(naive, x, compiled)) for x in points)


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("name", RUNNERS)
def bench_cost_of_the_remedies(name, how, capsys):
    """Measure each remedy on each quotient."""
    for title, (*_, at, _, _) in FUNCTIONS.items():
        for kind in REMEDIES:
            if (form := remedy(kind, title)) is None:
                continue
            found = largest(RUNNERS[name], form, typed(title), at, how == "compiled")
            write(["remedies", kind, title, how, name], round(found, 1), module=MODULES[kind])
            with capsys.disabled():
                print(f"{name:<11}{how:<9}{title:<18}{kind:<11}{found:6.1f}")


def parameter(name: str) -> object:
    """Return a parameter of the value 2, as somebody trains one."""
    if name == "torch":
        import torch

        return torch.nn.Parameter(torch.tensor(2.0, dtype=torch.float64))
    if name == "tensorflow":
        import tensorflow as tf

        return tf.Variable(2.0, dtype=tf.float64)
    import jax

    with jax.enable_x64(True):
        return jax.numpy.asarray(2.0)


def difference(x: object, y: object, xp: object) -> object:
    """A divided difference, whose singular point is the other argument."""
    return (xp.sin(x) - xp.sin(y)) / (x - y)


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def situations(name: str, compiled: bool) -> dict[str, float]:
    """Measure the most expensive situations.

    They are sin(2 x)/x and, where the point moves, the divided difference of the sine.
    """
    held = parameter(name)
    runner = functools.partial(RUNNERS[name], compiled=compiled)

    def sine(x, xp):
        return xp.sin(held * x) / x

    def made(function):
        by_framework = functools.cache(lambda xp: repair(lambda *x: function(*x, xp), at=0.0))
        return lambda x, xp: by_framework(xp)(x)

    def moving(points):
        def repaired(x, xp):
            return repair(lambda x, y: difference(x, y, xp), at=lambda y: y)(x, points(x))

        return ratio(runner(repaired, few), runner(lambda x, xp: difference(x, points(x), xp), few))

    one, few = np.array(0.1), SPREADS[0][: COUNT // 10]
    plain = typed("sin(x)/x")
    return {
        "a parameter": max(ratio(runner(made(sine), x), runner(sine, x)) for x in SPREADS),
        "one number": ratio(runner(remedy("repair", "sin(x)/x"), one), runner(plain, one), 99),
        "a moving point": moving(lambda x: 1.0 + 0.1 * x),  # near a fifth of the elements
        "one near few elements": moving(lambda x: x + 1e4 * x * x),
        "the first call": statistics.median(seconds(runner(remedy("repair", "sin(x)/x"), one)) for _ in range(5)),
        "peak memory": peak(name, "repair", compiled) / peak(name, "naive", compiled),
    }


def peak(name: str, kind: str, compiled: bool) -> float:
    """Return the memory that value and slope of sin(x)/x take in a process of its own, at most."""
    command = [sys.executable, __file__, name, kind, str(int(compiled))]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("name", RUNNERS)
def bench_cost_of_repair_where_it_costs_most(name, how, capsys):
    """Measure a parameter, one number, a moving point, the first call, and memory."""
    for situation, found in situations(name, how == "compiled").items():
        write(["costs", situation, how, name], float(f"{found:.2g}"), module=MODULES["repair"])
        with capsys.disabled():
            print(f"{name:<11}{how:<9}{situation:<18}{found:8.2f}")


@pytest.mark.parametrize("name", RUNNERS)
def bench_cost_of_the_patches(name, capsys):
    """Measure each row of the scoreboard, not compiled, on two of its quotients."""
    for title, patch in PATCHES.items():
        offered = [CASES[c] for c in ("(x*x - 4)/(x - 2)", "sin(x)/x") if patch.offered(CASES[c], name)]
        ratios = []
        for case in offered:
            naive = functools.partial(lambda x, xp, case: case.f(x, xp) / case.g(x, xp), case=case)
            program = patch.build(case)
            if patch.evaluate:
                points = case.at + SPREADS[0]
                own = functools.partial(patch.evaluate, program, name, points, 1)
                ratios.append(ratio(own, RUNNERS[name](naive, points, False)))
            else:
                ratios.append(largest(RUNNERS[name], program, naive, case.at, False, patch.dtype))
        if ratios:
            write(["patches", title, name], round(max(ratios), 1), module=ROWS)
            with capsys.disabled():
                print(f"{name:<11}{title:<20}{max(ratios):6.1f}")


def errors(kind: str, title: str, name: str, dtype: str, every: int = 1) -> list[float]:
    """Return the largest errors of a remedy: of the value, in ulp, and of three derivatives.

    They are taken over 10,201 points or fewer. A ready-made function is right up to 10; where the
    others divide as before, the errors are those of the quotient as typed.
    """
    x, true = meant(title, dtype, every, 10.0 if kind == "ready-made" else 1.0)
    found = frameworks.get(name).derivatives(remedy(kind, title), x, order=3, dtype=dtype)
    error = np.abs(found.astype(np.float64) - true)
    ulp = error[0] / np.spacing(np.abs(true[0]).astype(dtype)).astype(np.float64)
    return [float(f"{worst:.2g}") for worst in (ulp.max(), *(error[1:] / np.maximum(1, np.abs(true[1:]))).max(axis=1))]


@functools.cache
def meant(title: str, dtype: str, every: int, end: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the points, and value and derivatives there in exact arithmetic."""
    f, g, at, *_ = FUNCTIONS[title]
    end = 0.9 if title == "log1p(x)/x" else end  # the logarithm ends at -1
    scales = np.geomspace(1e-300, end, 1275), np.geomspace(1e-3, end, 1275)
    # The last are where polynomials end, and where the errors are largest.
    size = np.concatenate([*scales, np.linspace(end / 1275, end, 1275), np.linspace(0.25, 0.6, 1275)])
    x = (at + np.concatenate([-size[::-1], [0.0], size]))[::every].astype(dtype).astype(np.float64)
    return x, truth.derivatives(lambda x, xp: f(x, xp) / g(x, xp), x, base=0.0, order=3)


@pytest.mark.parametrize("name", RUNNERS)
@pytest.mark.parametrize("title", FUNCTIONS)
@pytest.mark.parametrize("kind", REMEDIES)
def bench_accuracy_of_the_remedies(kind, title, name, capsys):
    """Hold each remedy against exact arithmetic."""
    for dtype in ("float64", "float32") if remedy(kind, title) else ():
        worst = errors(kind, title, name, dtype)
        write(["accuracy", kind, title, dtype, name], worst, module=MODULES[kind])
        with capsys.disabled():
            print(f"{kind:<11}{name:<11}{title:<18}{dtype:<9}{worst}")


def main(name: str, kind: str, compiled: str) -> None:
    """Print the growth of this process's peak memory in kilobytes, once everything is loaded."""
    form = typed("sin(x)/x") if kind == "naive" else remedy(kind, "sin(x)/x")
    runner = functools.partial(RUNNERS[name], form, compiled=compiled == "1")
    runner(SPREADS[0][:10])()
    gc.collect()
    before = highest()
    runner(np.tile(SPREADS[0], 8))()  # more than what was free again after loading
    print(highest() - before)


def highest() -> int:
    """Return the largest memory of this process so far, in kilobytes.

    What getrusage says is handed down by the parent process.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
