"""What the probe refuses, each in one sentence that says what to give."""

from __future__ import annotations

import itertools
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tensorflow as tf
import torch
from removable.errors import InputError
from removable.probing.probe import probe

COUNTER = itertools.count()
KEY = jax.random.key(0)

REFUSED: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "a random function, torch": (lambda x: x + torch.rand(()), 0.0, {"framework": "torch"}, "same argument"),
    "a random function, tensorflow": (lambda x: x + tf.random.normal([], dtype=x.dtype), 0.0, {}, "same argument"),
    "dropout": (lambda x: torch.nn.functional.dropout(x * torch.ones(20)).sum(), 1.0, {}, "same argument"),
    "a random function, jax": (lambda x: jnp.cos(x) + np.random.default_rng().random(), 0.0, {}, "same argument"),
    "a function with a state": (lambda x: torch.cos(x) + next(COUNTER), 0.0, {}, "same argument"),
    "a function with a state, jax": (lambda x: jnp.cos(x) + next(COUNTER), 0.0, {}, "same argument"),
    "complex output, torch": (lambda x: torch.complex(x, x), 0.0, {"framework": "torch"}, "complex"),
    "complex output, tensorflow": (lambda x: tf.complex(x, x), 0.0, {"framework": "tensorflow"}, "complex"),
    "complex output, jax": (lambda x: x + 1j * x, 0.0, {"framework": "jax"}, "complex"),
    "complex argument": (torch.abs, torch.tensor(1 + 1j), {}, "at is"),
    "integer output, torch": (lambda x: torch.round(x).int(), 0.5, {"framework": "torch"}, "floating-point"),
    "integer output, tensorflow": (lambda x: tf.cast(x, "int32"), 0.5, {"framework": "tensorflow"}, "floating-point"),
    "boolean output, jax": (lambda x: x > 0, 0.5, {"framework": "jax"}, "floating-point"),
    "no output": (lambda x: None, 0.5, {"framework": "torch"}, "floating-point"),
    "an empty output": (lambda x: x[:0], [0.5], {"framework": "torch"}, "no "),
    "a number in place of a tensor": (lambda x: float(x), 0.5, {"framework": "torch"}, "floating-point"),
    "no dependence, torch": (lambda x: torch.tensor(3.0), 0.5, {"framework": "torch"}, "depend"),
    "no dependence, tensorflow": (lambda x: tf.constant(3.0), 0.5, {"framework": "tensorflow"}, "depend"),
    "no dependence, jax": (lambda x: jnp.array(3.0), 0.5, {"framework": "jax"}, "depend"),
    "at is NaN": (torch.cos, float("nan"), {}, "at is nan"),
    "at is infinite": (torch.cos, [0.0, float("inf")], {}, "finite"),
    "at is an integer tensor": (torch.cos, torch.tensor(1), {}, "floating-point"),
    "at is text": (torch.cos, "0.0", {}, "at is '0.0'"),
    "at is a boolean": (torch.cos, True, {}, "at is True"),
    "at is None": (torch.cos, None, {}, "at is None"),
    "at is empty": (torch.sum, [], {}, "at is"),
    "at is an empty tuple": (torch.cos, (), {}, "at is"),
    "at is ragged": (torch.cos, [[1.0], [1.0, 2.0]], {}, "at is"),
    "at has only text": (torch.cos, ("a", 1), {}, "at is"),
    "too many coordinates": (lambda v: v.sum(), np.zeros(65), {"framework": "torch"}, "65"),
    "along names nothing": (lambda a, b: a * b, {"a": 1.0, "b": 2.0}, {"along": "c", "framework": "torch"}, "'c'"),
    "along has no such number": (lambda a, b: a * b, (1.0, 2.0), {"along": 2, "framework": "torch"}, "along is 2"),
    "along names text": (lambda a, b: a, {"a": 1.0, "b": "x"}, {"along": "b", "framework": "torch"}, "'b'"),
    "no such element": (lambda v: v.sum(), [1.0, 2.0], {"along": (0, 5), "framework": "torch"}, "5"),
    "several elements": (lambda v: v.sum(), np.ones((2, 2)), {"along": (0, 1), "framework": "torch"}, "one element"),
    "a direction of another shape": (lambda v: v.sum(), [1.0, 2.0], {"along": [1.0], "framework": "torch"}, "shape"),
    "a direction of zeros": (lambda v: v.sum(), [1.0, 2.0], {"along": [0.0, 0.0], "framework": "torch"}, "not 0"),
    "a direction with NaN": (lambda v: v.sum(), [1.0, 2.0], {"along": [1.0, np.nan], "framework": "torch"}, "finite"),
    "a direction for two arguments": (torch.dot, ([1.0, 2.0], [1.0, 1.0]), {"along": [1.0, 0.0]}, "name the one"),
    "a function that takes no tensor": (lambda x: np.float64(x.real) @ 1, 0.0, {}, "takes no tensor"),
    "the same with a framework": (lambda x: x.no_such_method(), 0.0, {"framework": "torch"}, "no_such_method"),
    "too few arguments": (lambda x, y: x * y, 0.0, {"framework": "torch"}, "argument"),
    "nothing that can be called": (3.0, 0.0, {}, "can be called"),
    "an unknown side": (torch.cos, 0.0, {"side": "up"}, "'up'"),
    "an order too high": (torch.cos, 0.0, {"order": 4}, "order is 4"),
    "an order below 0": (torch.cos, 0.0, {"order": -1}, "order is -1"),
    "an order that is no number": (torch.cos, 0.0, {"order": "two"}, "order is 'two'"),
    "an unknown dtype": (torch.cos, 0.0, {"dtype": "float80"}, "float80"),
    "an unknown framework": (torch.cos, 0.0, {"framework": "theano"}, "theano"),
    "a side that is a list": (torch.cos, 0.0, {"side": ["left"]}, "side is ['left']"),
    "a framework that is a list": (torch.cos, 0.0, {"framework": ["torch"]}, "framework is ['torch']"),
    "a dtype that is no text": (torch.cos, 0.0, {"dtype": torch.float32}, "dtype is torch.float32"),
    "an interval as text": (torch.cos, None, {"between": "03"}, "between is '03'"),
    "an interval too large": (torch.cos, None, {"between": (0, 10**400)}, "two numbers"),
    "an interval of an array of three": (torch.cos, None, {"between": np.arange(3.0)}, "two numbers"),
    "at is too large": (torch.cos, 10**400, {}, "a whole number of about 400 digits"),
    "at has a number too large": (torch.cos, [10**400], {}, "too large for float64"),
    "at is too large for its dtype": (torch.cos, 1e60, {"dtype": "float32"}, "too large for float32"),
    "at is a point of no finite square": (torch.cos, 1e200, {}, "order 2"),
    "at has whole numbers alone": (lambda a, b: a * b, (1, 2), {}, "such as 1.0"),
    "at has a dict inside": (lambda p: p["a"], {"p": {"a": torch.ones(())}}, {}, "p is of type dict"),
    "at has keys that are no text": (lambda a: a, {0: 1.0}, {}, "keys"),
    "at is sparse, torch": (lambda x: x.to_dense().sum(), torch.eye(2).to_sparse(), {}, "sparse or ragged"),
    "at is sparse, tensorflow": (tf.sparse.reduce_sum, tf.sparse.from_dense([[1.0, 0.0]]), {}, "sparse or ragged"),
    "at is ragged, tensorflow": (tf.reduce_sum, tf.ragged.constant([[1.0], [1.0, 2.0]]), {}, "sparse or ragged"),
    "at has eight bits": (torch.cos, torch.tensor(1.0).to(torch.float8_e5m2), {}, "float8_e5m2"),
    "at is long double": (torch.cos, np.ones((), dtype=np.longdouble), {}, "nothing is probed"),
    "along is a boolean": (lambda v: v.sum(), [1.0, 2.0], {"along": True}, "along is True"),
    "along is a dict": (lambda v: v.sum(), [1.0, 2.0], {"along": {"a": 1}}, "along is {'a': 1}"),
    "along is an element without its argument": (lambda v: v.sum(), np.ones((2, 2)), {"along": (1, 1)}, "(0, (0, 0))"),
    "along is a row": (lambda v: v.sum(), np.ones((2, 2)), {"along": 1}, "along=(0, (0, 0))"),
    "along names a whole number": (lambda a, n: a**n, (1.0, 2), {"along": 1}, "argument 1 is a whole number"),
    "along names a list of text": (lambda a, n: a, (1.0, ["a"]), {"along": 1}, "other things than numbers"),
    "along names no parameter": (torch.nn.Linear(2, 1), torch.ones(2), {"along": "weights"}, "'weight', 'bias'"),
    "an argument for no parameter of that name": (lambda a: a, {"b": 1.0}, {"framework": "torch"}, "'b'"),
    "a second derivative that PyTorch has not": (
        lambda x: torch.cdist(x.reshape(1, 2), torch.ones(1, 2, dtype=x.dtype)).sum(),
        [0.0, 0.0],
        {"framework": "torch"},
        "give order=1",
    ),
    "a loop that JAX differentiates in forward mode alone": (
        lambda x: jax.lax.while_loop(lambda y: y < 10, lambda y: y * y, x),
        3.0,
        {"framework": "jax"},
        "give order=0",
    ),
    "an argument changed in place": (lambda x: x.add_(1.0) * 2, 0.0, {"framework": "torch"}, "in-place"),
    "a dtype of which another would do": (
        lambda v: torch.mv(torch.eye(2, dtype=torch.float64), v),
        torch.zeros(2),
        {},
        'give dtype="float64"',
    ),
    "a dtype that the function does not take": (
        lambda v: torch.mv(torch.eye(2, dtype=torch.float64), v),
        torch.zeros(2),
        {},
        "same dtype",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_one_sentence(name: str) -> None:
    function, at, keywords, said = REFUSED[name]
    with pytest.raises(InputError, match=re.escape(said)) as caught:
        probe(function, at, **keywords)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 500
    assert text[0].islower() or text.startswith("at ")


@pytest.mark.parametrize("calls", [0, 1, 5, 31, 40, 80])
@pytest.mark.parametrize("where", [{"at": 0.3}, {"between": (0.0, 1.0)}])
def test_a_function_that_fails_all_of_a_sudden_is_refused(calls: int, where: dict[str, Any]) -> None:
    count = itertools.count()

    def function(x: torch.Tensor) -> torch.Tensor:
        if next(count) >= calls:
            raise RuntimeError("out of memory\nof the accelerator")
        return torch.sin(x)

    with pytest.raises(InputError, match=r"RuntimeError: out of memory; ") as caught:
        probe(function, framework="torch", **where)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x: torch.complex(x, x), "the function returns complex numbers; give one"),
        (lambda x: tf.complex(x, x), "the function returns complex numbers; give one"),
    ],
)
def test_what_the_probe_says_is_not_said_by_a_framework(function: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        probe(function, at=0.0)
    assert str(caught.value).startswith(said)


def test_a_derivative_that_pytorch_has_not_is_not_needed_for_the_slope() -> None:
    report = probe(
        lambda x: torch.cdist(x.reshape(1, 2), torch.ones(1, 2, dtype=x.dtype)).sum(),
        [0.0, 0.0],
        order=1,
        framework="torch",
    )
    assert report.verdict == "sound"


def test_a_special_function_without_a_derivative_is_accused_not_refused() -> None:
    assert probe(torch.special.bessel_j0, 0.5).verdict == "unsound"


def test_the_seed_of_a_random_function_may_be_fixed() -> None:
    noise = jax.random.normal(KEY)
    assert (
        probe(lambda x: x * (1 + 0 * noise) + jax.random.normal(KEY, dtype=x.dtype), 0.0, framework="jax").verdict
        == "sound"
    )
