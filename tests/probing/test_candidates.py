"""Points of an interval at which a function may be wrong."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import pytest
import tensorflow as tf
import torch
from removable.errors import InputError
from removable.probing.probe import probe

FOUND: dict[str, tuple[str, Any, tuple[float, float], list[float]]] = {
    "a quotient": ("torch", lambda x: (x * x - 4) / (x - 2), (-3.0, 3.0), [2.0]),
    "a hole at no simple number": (
        "torch",
        lambda x: (1 - torch.cos(x - 0.7236)) / (x - 0.7236) ** 2,
        (-3, 3),
        [0.7236],
    ),
    "a hole at pi": ("torch", lambda x: torch.sin(x) / (x - math.pi), (0.0, 6.0), [math.pi]),
    "a kink": ("torch", lambda x: torch.relu(x - 0.3), (-1.0, 1.0), [0.3]),
    "a branch": ("torch", lambda x: torch.where(x > 0.25, torch.sin(x), x), (-1.0, 1.0), [0.25]),
    "poles": ("torch", torch.tan, (-3.0, 3.0), [-math.pi / 2, math.pi / 2]),
    "the end of a domain": ("torch", torch.log, (-1.0, 1.0), [0.0]),
    "TensorFlow": ("tensorflow", lambda x: tf.sin(x) / x, (-1.0, 1.0), [0.0]),
    "JAX": ("jax", lambda x: (jnp.exp(x) - 1) / x, (-1.0, 1.0), [0.0]),
    "nothing": ("torch", lambda x: torch.sin(x) * torch.exp(x), (-3.0, 3.0), []),
    "nothing, but steep": ("torch", lambda x: torch.tanh(1000 * x), (-1.0, 1.0), []),
}


@pytest.mark.parametrize("name", FOUND)
def test_each_sign_is_followed_to_its_point(name: str) -> None:
    framework, function, between, points = FOUND[name]
    report = probe(function, between=between, framework=framework)
    assert report.points == pytest.approx(points, abs=1e-10)


def test_a_point_near_to_a_root_is_followed_as_far_as_can_be_told() -> None:
    (point,) = probe(lambda x: (x * x - 2.0) / (x - 2.0**0.5), between=(0.0, 3.0), framework="torch").points
    assert point == pytest.approx(2.0**0.5, abs=1e-9)


def test_an_interval_without_a_sign_is_sound_and_says_so() -> None:
    report = probe(torch.sin, between=(-1.0, 1.0))
    assert report.verdict == "sound"
    assert "no sign of anything wrong between -1.0 and 1.0" in str(report)


def test_one_argument_of_several_is_searched() -> None:
    report = probe(lambda a, x: a * torch.sin(x) / x, at=(2.0, 0.5), along=1, between=(-1.0, 1.0), framework="torch")
    assert (report.points, report.verdict) == ([0.0], "unsound")


@pytest.mark.parametrize("between", [(1.0, 0.0), (0.0,), "ab", (0.0, float("inf"))])
def test_an_interval_that_is_none_is_refused(between: Any) -> None:
    with pytest.raises(InputError, match="between is"):
        probe(torch.sin, between=between)


def test_a_search_needs_one_coordinate() -> None:
    with pytest.raises(InputError, match="name one by along"):
        probe(lambda v: v.sum(), at=[0.0, 1.0], between=(0.0, 1.0), framework="torch")
