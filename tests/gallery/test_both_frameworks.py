"""Results under the name of a framework, a mode or the truth come from that one."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from removable import frameworks, functions, gamma_grid
from removable.claims import runs
from removable.claims.evidence import FRAMEWORKS, Evidence, Finding, by_reading, definition, in_both, together
from removable.functions import Array, Namespace, Program
from removable.sweeps.sweep import Sweep, sweep

X = 2 + gamma_grid(400)


# Each framework is asked by its own name


def test_a_check_asks_each_framework_and_keeps_its_answer_under_its_name():
    asked = []

    def finding(name: str) -> Finding:
        asked.append(name)
        return Finding(f"answer {len(asked)} of {name}", as_stated=name == "torch", under_condition=True)

    found = in_both(definition("d"), finding).findings
    assert tuple(asked) == FRAMEWORKS == ("torch", "tensorflow")
    assert {name: f.measured for name, f in found.items()} == {
        "torch": "answer 1 of torch",
        "tensorflow": "answer 2 of tensorflow",
    }
    assert (found["torch"].as_stated, found["tensorflow"].as_stated) == (True, False)


def _part(text: str) -> Evidence:
    return in_both(definition(text), lambda name: Finding(f"{text} in {name}", as_stated=name == "torch"))


@pytest.mark.parametrize("joined", [together(_part("a"), _part("b")), by_reading({"a": _part("a"), "b": _part("b")})])
def test_joined_evidence_keeps_the_frameworks_apart(joined):
    for name, other in zip(FRAMEWORKS, reversed(FRAMEWORKS), strict=True):
        found = joined.findings[name]
        assert f"a in {name}" in found.measured
        assert f"b in {name}" in found.measured
        assert other not in found.measured.split()
        assert found.as_stated == (name == "torch")


def by_hand(name: str, program: Program) -> np.ndarray:
    """Value and slope at X, by the framework itself."""
    if name == "torch":
        import torch

        x = torch.tensor(X, requires_grad=True)
        y = program(x, torch)
        y.sum().backward()
        return np.stack([y.detach().numpy(), x.grad.numpy()])
    import tensorflow as tf

    x = tf.constant(X)
    with tf.GradientTape() as recorded:
        recorded.watch(x)
        y = program(x, tf)
    return np.stack([y.numpy(), recorded.gradient(y, x).numpy()])


def _exponential(x: Array, xp: Namespace) -> Array:
    return xp.exp(x) / x


def _bits(results: np.ndarray) -> bytes:
    return np.where(np.isnan(results), 0.0, results).tobytes()


@pytest.mark.parametrize("program", [runs.h1, _exponential], ids=["h1", "exp"])
def test_results_are_those_of_the_framework_that_was_asked(program):
    results = {name: by_hand(name, program) for name in FRAMEWORKS}
    assert _bits(results["torch"]) != _bits(results["tensorflow"]), "the program does not tell them apart"
    for name in FRAMEWORKS:
        assert _bits(runs.value_and_slope(name, program, X)) == _bits(results[name])
        assert _bits(frameworks.get(name).derivatives(program, X)) == _bits(results[name])
    run = sweep(program, meant=functions.h_hat, gamma=X - 2)
    assert {name: _bits(rows) for name, rows in run.results.items()} == {n: _bits(r) for n, r in results.items()}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_one_adapter_is_called_and_no_other(name, monkeypatch):
    called = []
    for adapter in map(frameworks.get, frameworks.NAMES):

        def spy(program: Program, x: np.ndarray, *, it: frameworks.Framework = adapter, **how: object) -> np.ndarray:
            called.append(it.name)
            return type(it).derivatives(it, program, x, **how)

        monkeypatch.setattr(adapter, "derivatives", spy, raising=False)
    runs.value_and_slope(name, functions.h, [3.0])
    assert called == [name]


@pytest.mark.parametrize("name", frameworks.NAMES)
def test_an_adapter_hands_its_own_arrays_and_namespace_to_a_program(name):
    module = {"torch": "torch", "tensorflow": "tensorflow", "jax": "jax.numpy", "numpy": "removable"}[name]
    seen = []

    def program(x: Array, xp: Namespace) -> Array:
        seen.append((frameworks.of(x).name if name != "numpy" else "numpy", getattr(xp, "__name__", module)))
        return x * x

    frameworks.get(name).derivatives(program, [3.0])
    assert {*seen} == {(name, module)}


@pytest.mark.parametrize(
    ("kept", "program"), [(runs.of_h, functions.h), (runs.of_h1, runs.h1), (runs.of_h2, runs.h2)], ids=["h", "h1", "h2"]
)
def test_the_sweeps_hold_what_each_framework_returns(kept, program):
    run: Sweep = kept()
    assert tuple(run.results) == FRAMEWORKS
    for name in FRAMEWORKS:
        assert _bits(run.results[name]) == _bits(runs.value_and_slope(name, program, run.x))


# Each mode is what it says: a function with rules that contradict each other tells them apart

WANTED = {
    # Nested in itself, torch.func.jvp takes what an operation of our own was computed from for a
    # constant: no third row.
    "torch": {"reverse": [3, 5], "forward": [6], "forward-over-reverse": [3, 11]},
    # Reverse mode applied to itself transposes the rule of a slope twice, which is the doubling
    # rule of forward mode again.
    "jax": {"reverse": [3, 10], "forward": [6, 22], "forward-over-reverse": [3, 11]},
    # Forward mode looks into a function with a rule of its own, and finds x.
    "tensorflow": {"reverse": [3, 5], "forward": [1, 0], "forward-over-reverse": [3, 11]},
}
"""Slope, and slope of the slope, of a function that is x.

Going back it hands on 3 times what it is given, going forward 6 times; and that 3 has the slope 5
going back, 11 going forward.
"""


def _in_torch() -> Program:
    import torch

    class Three(torch.autograd.Function):
        @staticmethod
        def forward(x: Array) -> Array:
            return torch.full_like(x, 3)

        @staticmethod
        def setup_context(ctx, inputs, output):
            pass

        @staticmethod
        def backward(ctx, upstream):
            return 5 * upstream

        @staticmethod
        def jvp(ctx, tangent):
            return 11 * tangent

    class Same(torch.autograd.Function):
        @staticmethod
        def forward(x: Array) -> Array:
            return x.clone()

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)
            ctx.save_for_forward(*inputs)

        @staticmethod
        def backward(ctx, upstream):
            return upstream * Three.apply(*ctx.saved_tensors)

        @staticmethod
        def jvp(ctx, tangent):
            return 2 * tangent * Three.apply(*ctx.saved_tensors)

    return lambda x, xp: Same.apply(x)


def _in_jax() -> Program:
    import jax
    from jax.custom_derivatives import linear_call

    def constant_three(x: Array) -> Array:
        return jax.numpy.full_like(x, 3)

    three = jax.custom_jvp(constant_three)
    same = jax.custom_jvp(lambda x: 1 * x)

    @three.defjvp
    def slope_of_three(at, tangent):
        return three(*at), linear_call(lambda _, t: 11 * t, lambda _, u: 5 * u, (), *tangent)

    @same.defjvp
    def slope_of_same(at, tangent):
        return same(*at), linear_call(lambda _, t: 2 * t, lambda _, u: u, (), *tangent) * three(*at)

    return lambda x, xp: same(x)


def _in_tensorflow() -> Program:
    import tensorflow as tf

    def scaled(backwards: float, forwards: float) -> object:
        """Hand a slope on times one number.

        What is handed on has another one for its own slope, which forward mode asks for.
        """
        return tf.custom_gradient(lambda upstream: (backwards * upstream, lambda again: forwards * again))

    @tf.custom_gradient
    def three(x):
        return 3 * tf.ones_like(x), scaled(5, 11)

    @tf.custom_gradient
    def same(x):
        return tf.identity(x), lambda upstream: scaled(1, 2)(upstream) * three(x)

    return lambda x, xp: same(x)


@pytest.mark.parametrize("mode", ["reverse", "forward", "forward-over-reverse"])
@pytest.mark.parametrize(
    ("name", "made"),
    [("torch", _in_torch), ("jax", _in_jax), ("tensorflow", _in_tensorflow)],
    ids=["torch", "jax", "tensorflow"],
)
def test_a_mode_follows_its_own_rules(name, made, mode):
    wanted = WANTED[name][mode]
    value, *slopes = frameworks.get(name).derivatives(made(), [1.5], order=2, mode=mode)[:, 0]
    assert value == 1.5
    assert slopes[: len(wanted)] == wanted


def test_reverse_mode_is_what_is_asked_for_by_default():
    adapter = frameworks.get("torch")
    assert adapter.derivatives(_in_torch(), [1.5])[1, 0] == 3
    assert runs.value_and_slope("torch", _in_torch(), [1.5])[1, 0] == 3


# The truth is that of 2 + gamma, and not of the number that it is rounded to


def _beyond_two(x: Array, xp: Namespace) -> Array:
    return x - 2


def test_the_truths_of_a_sweep_are_taken_at_the_exact_sum():
    gamma = np.array([-1e-17, 1e-17, 1e-9])
    run = sweep(_beyond_two, meant=functools.partial(_times, 3), gamma=gamma)
    assert run.x.tolist() == [2, 2, 2 + 1e-9]
    assert np.array_equal(run.written[0], gamma)
    assert np.array_equal(run.meant[0], 3 * gamma)
    assert run.results["torch"][0].tolist() == [0, 0, run.x[2] - 2]
    assert np.array_equal(run.rounding_error("torch"), run.results["torch"][0] - gamma)


def _times(factor: float, x: Array, xp: Namespace) -> Array:
    return factor * (x - 2)
