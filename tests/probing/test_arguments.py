"""What the probe passes on to a function, what it moves, and what it leaves as it was."""

from __future__ import annotations

import math
import warnings
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from removable.errors import InputError
from removable.probing import explained
from removable.probing.line import Line
from removable.probing.probe import probe
from removable.probing.subject import subject

TENSORS = {"torch": torch.tensor, "tensorflow": tf.constant, "jax": jnp.asarray}

NESTED: dict[str, tuple[Any, Any]] = {
    "a dict of tensors": (lambda x, p: x * p["w"], lambda of: {"w": of(2.0)}),
    "a dict in a list in a tuple": (lambda x, p: x * p[0][0]["w"], lambda of: ([{"w": of(2.0)}],)),
    "a list of tensors": (lambda x, p: x * p[0] + 0 * p[1], lambda of: [of(2.0), of(1.0)]),
    "whole numbers": (lambda x, p: x * p["n"][0], lambda of: {"n": [2, 3]}),
    "text and None": (lambda x, p: x * (2 if p == ["rain", None] else 3), lambda of: ["rain", None]),
    "an object of one's own": (lambda x, p: x * p.w, lambda of: SimpleNamespace(w=2)),
}


@pytest.mark.parametrize("framework", TENSORS)
@pytest.mark.parametrize("name", NESTED)
def test_nested_arguments_are_passed_on_as_they_are(name: str, framework: str) -> None:
    function, made = NESTED[name]
    report = probe(function, at=(0.5, made(TENSORS[framework])), framework=framework)
    assert [found.along for found in report.found] == ["argument 0"]
    assert (report.verdict, report.orders[1].at) == ("sound", 2.0), report


@pytest.mark.parametrize("framework", TENSORS)
@pytest.mark.parametrize(("dtype", "other"), [("float64", "float32"), ("float32", "float64")])
def test_tensors_inside_have_the_dtype_of_what_moves(framework: str, dtype: str, other: str) -> None:
    seen = set()

    def function(x: Any, p: dict[str, Any]) -> Any:
        seen.add(str(getattr(p["w"].dtype, "name", p["w"].dtype)).removeprefix("torch."))
        assert p["n"].dtype in (torch.int64, tf.int64, jnp.int64)
        return x * p["w"]

    with jax.enable_x64(True):
        of = {"torch": torch.from_numpy, "tensorflow": tf.constant, "jax": jnp.asarray}[framework]
        held = {"w": of(np.full(1, 2.0, dtype=other)), "n": of(np.ones(1, dtype="int64"))}
    taken = subject(function, {"x": np.full(1, 0.5), "p": held}, framework=framework, dtype=dtype)
    assert seen == {dtype}
    assert taken.outputs == 1


def test_parameters_of_a_module_may_be_passed_beside_what_moves() -> None:
    layer = torch.nn.Linear(2, 1)

    def function(x: torch.Tensor, parameters: dict[str, torch.Tensor]) -> torch.Tensor:
        return torch.sin(torch.func.functional_call(layer, parameters, (x,)))

    at = (torch.zeros(2, dtype=torch.float64), dict(layer.named_parameters()))
    assert probe(function, at, along=(0, 1)).verdict == "sound"


def test_a_module_may_take_whole_numbers_alone() -> None:
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Embedding(5, 3), torch.nn.Flatten(0), torch.nn.Tanh(), torch.nn.Linear(9, 1))
    words = torch.tensor([1, 2, 4])
    used = probe(net, words, along=("0.weight", (2, 1)))
    assert (used.verdict, used.orders[1].true != 0) == ("sound", True)
    assert probe(net, {"input": words}, along=("0.weight", (3, 1))).orders[1].true == 0
    with pytest.raises(InputError, match=r"along='0.weight'"):
        probe(net, words)


@pytest.mark.parametrize("framework", TENSORS)
def test_half_precision_can_be_read(framework: str) -> None:
    made = {"torch": torch.bfloat16, "tensorflow": tf.bfloat16, "jax": jnp.bfloat16}
    function = {"torch": torch.sin, "tensorflow": tf.sin, "jax": jnp.sin}[framework]
    (line,) = subject(function, TENSORS[framework](0.3, dtype=made[framework])).lines
    assert (line.dtype, line.start.tolist()) == ("bfloat16", 0.30078125)


@pytest.mark.parametrize(
    "along",
    [[1, 2, 2], (1.0, 2.0, 2.0), (1, 2, 2), np.array([1, 2, 2]), torch.tensor([1, 2, 2]), (0, [1, 2, 2])],
)
def test_a_slope_is_that_of_the_direction_as_it_was_given(along: Any) -> None:
    weights = torch.tensor([3.0, 5.0, 7.0], dtype=torch.float64)
    report = probe(lambda v: torch.sin(weights @ v), torch.zeros(3), along, dtype="float64")
    assert report.worst.along.startswith("x along [1.0, 2.0, 2.0]")
    assert report.verdict == "sound", report
    assert math.isclose(report.orders[1].at, 27.0)
    assert math.isclose(report.orders[1].true, 27.0, rel_tol=1e-6)


@pytest.mark.parametrize("factor", [1e-6, 1e-2, 3.0, 1e6])
def test_the_length_of_a_direction_changes_the_unit_alone(factor: float) -> None:
    def hole(v: torch.Tensor) -> torch.Tensor:
        x = v.sum()
        return (1 - torch.cos(x)) / x**2

    unit = probe(hole, [0.0, 0.0], [1.0, 0.5], framework="torch")
    scaled = probe(hole, [0.0, 0.0], [factor, 0.5 * factor], framework="torch")
    assert unit.verdict == scaled.verdict == "unsound"
    for k, (one, other) in enumerate(zip(unit.orders, scaled.orders, strict=True)):
        assert math.isclose(other.true, one.true * factor**k, rel_tol=1e-4, abs_tol=1e-6 * factor**k)
        assert 0.1 < other.width * factor / one.width < 10 or one.width == other.width == 0


def test_a_kink_along_a_direction_has_its_slopes() -> None:
    report = probe(lambda v: v.norm(), torch.zeros(3), along=[1, 2, 3], side="right", dtype="float64")
    assert math.isclose(report.orders[1].true, math.sqrt(14), rel_tol=1e-6)


def test_an_element_that_hardly_moves_does_not_set_the_distances() -> None:
    line = Line("torch", lambda x: [x], np.array([1.0, 1.0]), np.array([1.0, 1e-12]), "float64")
    assert line.scale == 1.0
    assert line.finest(2.0**-53) < 1e-11


@pytest.mark.parametrize("speed", [1e-6, 1.0, 3.0])
def test_the_cause_is_looked_for_where_a_direction_leads(speed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def function(v: torch.Tensor) -> torch.Tensor:  # right at the point, wrong near it
        x = v[1]
        return torch.where(x == 0, 0.5 + 0 * x, (1 - torch.cos(x)) / torch.where(x == 0, 1.0, x**2))

    looked_at = []

    def found(name: str, program: Any, x: float, *, beside: tuple[float, float], **_: Any) -> None:
        looked_at.extend([float(program(torch.tensor(x, dtype=torch.float64))), *beside])

    monkeypatch.setattr(explained, "find", found)
    report = probe(function, [1.0, 0.0], along=[0, speed], order=0, framework="torch")
    assert report.orders[0].right_at
    assert report.cause is None
    value, low, high = looked_at
    assert math.isclose(abs(value - 0.5), report.orders[0].worst, rel_tol=1e-9)
    assert (round(low, 12), round(high, 12)) == (-0.05, 0.05)


def test_points_between_are_found_along_a_direction_of_any_length() -> None:
    assert probe(lambda v: torch.relu(v[0] - 1), [0.0], [2.0], between=(0, 3), framework="torch").points == [1.0]


def test_whole_numbers_of_numpy_are_numbers() -> None:
    assert probe(torch.sin, np.int64(1)).worst.at == 1.0
    assert probe(lambda v: v.sum(), np.array([1, 2]), np.int64(1), framework="torch").worst.along == "x[1]"
    assert probe(torch.sin, 0.3, order=np.int64(2)).verdict == "sound"  # type: ignore[arg-type]
    found = probe(torch.relu, between=np.array([-1, 3]))  # type: ignore[arg-type]
    assert (found.between, found.points) == ((-1.0, 3.0), probe(torch.relu, between=(-1.0, 3.0)).points)


def test_a_fixed_argument_may_be_infinite() -> None:
    function = lambda x, most: torch.clamp(x, max=most)  # noqa: E731
    assert probe(function, (0.5, math.inf), along=0, framework="torch").verdict == "sound"
    with pytest.raises(InputError, match="finite"):
        probe(function, (0.5, math.inf), framework="torch")


JAX_FUNCTIONS = {"i0e": jax.scipy.special.i0e, "gelu": jax.nn.gelu, "softplus": jax.nn.softplus, "sum": jnp.sum}


@pytest.mark.parametrize("name", JAX_FUNCTIONS)
def test_jax_is_found_in_double_precision_without_warnings(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        taken = subject(JAX_FUNCTIONS[name], 0.5)
    assert (taken.name, taken.lines[0].dtype) == ("jax", "float64")
    assert not jax.config.jax_enable_x64


LAYER = torch.nn.Linear(1, 1)
VARIABLE = tf.Variable(2.0)
SINGLE: dict[str, Any] = {
    "torch": lambda x: LAYER(x.reshape(1)),
    "tensorflow": lambda x: tf.sin(x) * VARIABLE,
    "a graph": tf.function(lambda x: tf.sin(x), input_signature=[tf.TensorSpec([], tf.float32)]),
}


@pytest.mark.parametrize("name", SINGLE)
def test_numbers_become_single_precision_where_a_function_takes_no_other(name: str) -> None:
    report = probe(SINGLE[name], at=0.3)
    assert (report.verdict, report.worst.dtype) == ("sound", "float32"), report
    assert report.worst.passed_over[0].startswith("float64, ")


def test_a_dtype_that_was_chosen_is_not_changed() -> None:
    for keywords in ({"at": 0.3, "dtype": "float64"}, {"at": torch.tensor(0.3, dtype=torch.float64)}):
        with pytest.raises(InputError, match='give dtype="float32"'):
            probe(SINGLE["torch"], framework="torch", **keywords)


class Tied(torch.nn.Module):
    """Two layers with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
        self.b.weight = self.a.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Call one after the other."""
        return self.b(torch.tanh(self.a(x))).sum()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_tied_weight_is_moved_by_either_name(dtype: str) -> None:
    module, x = Tied(), torch.tensor([0.3, -0.7], dtype=getattr(torch, dtype))
    found = [probe(module, x, (f"{name}.weight", (0, 1)), dtype=dtype) for name in "ab"]
    assert [report.worst.along for report in found] == ["a.weight[0, 1]", "b.weight[0, 1]"]
    module.to(x.dtype)(x).backward()
    for report in found:
        assert report.verdict == "sound", report
        assert math.isclose(report.orders[1].at, float(module.a.weight.grad[0, 1]), rel_tol=1e-5, abs_tol=1e-6)


@pytest.mark.parametrize("along", [("dense/kernel", (1, 0)), ("kernel", [[0.0], [1.0]])])
def test_a_variable_of_keras_is_moved_by_its_path(along: tuple[str, Any]) -> None:
    layer = keras.layers.Dense(1, name="dense")
    model: Any = keras.Sequential([keras.layers.Input((2,)), layer]) if along[0] == "dense/kernel" else layer
    model(tf.ones((1, 2)))
    before = layer.kernel.numpy()
    report = probe(model, tf.constant([[0.3, 0.7]]), along, order=1)
    assert report.framework == "tensorflow"
    assert math.isclose(report.orders[1].at, 0.7, rel_tol=1e-6)
    assert np.array_equal(layer.kernel.numpy(), before)


def layers() -> dict[str, tuple[Any, str]]:
    """Return layers of Keras, each with the verdict at zeros."""
    keras.utils.set_random_seed(1)
    return {
        "smooth": (keras.Sequential([keras.layers.Dense(2, activation="tanh"), keras.layers.Dense(1)]), "sound"),
        "a kink": (keras.layers.ReLU(), "kink"),
    }


@pytest.mark.parametrize("name", layers())
@pytest.mark.parametrize("at", [[[0.0]], tf.zeros((1, 1))])
def test_a_layer_is_not_accused_of_its_single_precision(name: str, at: Any) -> None:
    layer, verdict = layers()[name]
    report = probe(layer, at, order=1, framework="tensorflow")
    assert (report.verdict, report.worst.dtype) == (verdict, "float32"), report


def test_a_layer_that_would_round_its_argument_names_the_dtype() -> None:
    with pytest.raises(InputError, match=r'computes in float32.*give dtype="float32"'):
        probe(keras.layers.ReLU(), tf.zeros((1, 1), dtype="float64"))


def training_torch() -> tuple[Any, Any]:
    """Return a closure over a module in training mode, and its state."""
    layer = torch.nn.BatchNorm1d(1)
    return lambda x: layer((x * torch.tensor([1.0, 2.0])).reshape(2, 1))[0, 0], layer.running_mean


def training_keras() -> tuple[Any, Any]:
    """Return the same of Keras."""
    layer = keras.layers.BatchNormalization()
    layer(tf.ones((2, 1)))

    def function(x: Any) -> Any:
        return layer(tf.reshape(x * tf.constant([1.0, 2.0]), (2, 1)), training=True)[0, 0]

    return function, layer.moving_mean


def held_tensor() -> tuple[Any, Any]:
    """Return a closure that counts in a tensor."""
    count = torch.zeros(())

    def function(x: torch.Tensor) -> torch.Tensor:
        count.add_(1)
        return torch.sin(x)

    return function, count


def held_array() -> tuple[Any, Any]:
    """Return a closure that counts in an array of a dict."""
    state = {"count": np.zeros(())}

    def function(x: torch.Tensor) -> torch.Tensor:
        state["count"] += 1
        return torch.sin(x)

    return function, state["count"]


def held_variable() -> tuple[Any, Any]:
    """Return a closure that counts in a variable of TensorFlow."""
    count = tf.Variable(0.0)

    def function(x: Any) -> Any:
        count.assign_add(1.0)
        return tf.sin(x)

    return function, count


@pytest.mark.parametrize("made", [training_torch, training_keras, held_tensor, held_array, held_variable])
def test_a_function_that_changes_what_it_holds_is_refused_and_put_back(made: Any) -> None:
    function, state = made()
    with pytest.raises(InputError, match="a call of the function changes "):
        probe(function, at=0.5, dtype="float32")
    assert float(np.asarray(state.numpy() if hasattr(state, "numpy") else state).reshape(-1)[0]) == 0.0


def test_a_layer_that_is_built_by_the_first_call_is_looked_at_too() -> None:
    layer = keras.layers.BatchNormalization()
    with pytest.raises(InputError, match="moving_mean"):
        probe(lambda x: layer(tf.reshape(x, (1, 1)), training=True)[0, 0], 0.5, dtype="float32", framework="tensorflow")


def test_a_function_that_changes_only_later_is_refused() -> None:
    calls = []

    def function(x: torch.Tensor) -> torch.Tensor:
        calls.append(0)
        return torch.sin(x) if len(calls) < 40 else torch.cos(x)

    with pytest.raises(InputError, match="same argument"):
        probe(function, at=0.3, framework="torch")


def test_a_module_in_evaluation_mode_is_no_state() -> None:
    layer = torch.nn.BatchNorm1d(1).eval().double()
    assert probe(lambda x: layer(x.reshape(1, 1)), at=0.5, framework="torch").verdict == "sound"


def test_a_function_may_count_its_calls() -> None:
    calls: list[int] = []
    assert probe(lambda x: (calls.append(0), torch.sin(x))[1], at=0.5, framework="torch").verdict == "sound"


@pytest.mark.parametrize(("at", "order"), [(1e150, 2), (1e290, 1), (1e99, 3)])
def test_large_points_are_judged_as_far_as_their_powers_are_finite(at: float, order: int) -> None:
    assert probe(lambda x: 2 * x, at=at, order=order, framework="torch").verdict == "sound"
