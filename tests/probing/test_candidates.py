"""Points of an interval at which a function may be wrong."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import tensorflow as tf
import torch
from removable.errors import InputError
from removable.probing import candidates as searching
from removable.probing.candidates import Search, candidates
from removable.probing.probe import probe
from removable.probing.subject import subject
from removable.testing import assert_sound

SINES = {"torch": torch.sin, "tensorflow": tf.sin, "jax": jnp.sin}

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


def search(
    function: Any,
    between: tuple[float, float],
    at: Any = 0.05,
    along: Any = None,
    framework: str = "torch",
    dtype: str | None = None,
) -> Search:
    """Search an interval without judging the points."""
    taken = subject(function, at, along, framework=framework, dtype=dtype)
    return candidates(taken.evaluator, taken.lines[0], *between)


HOLES = [0.1234567, 1 / 3, 2**0.5, -math.pi / 7, 0.25, 1e3 + 1 / 7]


@pytest.mark.parametrize("framework", SINES)
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found_to_the_last_digit(framework: str, hole: float) -> None:
    sine = SINES[framework]
    around = (hole - 3.0, hole + 2.0) if hole > 10 else (-3.0, 3.0)
    found = search(lambda x: sine(x - hole) / (x - hole), around, framework=framework)
    assert found.points == (hole,)
    assert found.more == 0


@pytest.mark.parametrize("framework", SINES)
def test_of_a_double_zero_the_same_number_is_found(framework: str) -> None:
    hole = -math.pi / 7
    half = SINES[framework]
    assert search(lambda x: half((x - hole) / 2) ** 2 / (x - hole) ** 2, (-3.0, 3.0), framework=framework).points == (
        hole,
    )


@pytest.mark.parametrize("framework", SINES)
def test_all_of_many_holes_are_found(framework: str) -> None:
    sine = SINES[framework]
    found = search(lambda x: sine(20 * math.pi * x) / sine(2 * math.pi * x), (-5.0, 5.0), framework=framework)
    assert found.points == tuple(np.arange(-10, 11) / 2)


@pytest.mark.parametrize("framework", SINES)
@pytest.mark.parametrize("hole", [0.0, 12345.678])
def test_a_hole_of_a_wide_interval_is_found(framework: str, hole: float) -> None:
    sine = SINES[framework]
    found = search(lambda x: sine(x - hole) / (x - hole), (-1e6, 1e6), framework=framework)
    assert found.points == (hole,)
    assert found.not_followed > 0  # the sine has more zeros than are followed


@pytest.mark.parametrize("framework", SINES)
def test_in_single_precision_the_nearest_number_is_found(framework: str) -> None:
    sine = SINES[framework]
    found = search(lambda x: sine(x - 0.1234567) / (x - 0.1234567), (-3.0, 3.0), framework=framework, dtype="float32")
    assert found.points == (float(np.float32(0.1234567)),)


@pytest.mark.parametrize("framework", SINES)
def test_an_element_of_a_vector_is_searched(framework: str) -> None:
    sine = SINES[framework]
    found = search(lambda v: v[0] * sine(v[1] - 1 / 7) / (v[1] - 1 / 7), (-2.0, 2.0), [2.0, 1.0], 1, framework)
    assert found.points == (1 / 7,)


OTHERS: dict[str, tuple[Any, tuple[float, float], list[float]]] = {
    "jumps": (lambda x: torch.floor(x) + x, (-2.5, 2.5), [-2.0, -1.0, 0.0, 1.0, 2.0]),
    "a hole beside a kink": (lambda x: torch.sin(x - 1) / (x - 1) + abs(x), (-3.0, 3.0), [0.0, 1.0]),
    "a kink in what bends": (lambda x: torch.relu(x - 1 / 7) + 20 * torch.sin(5 * x), (-1.0, 1.0), [1 / 7]),
    "kinks of no operation with zeros": (lambda x: torch.clamp(x, -0.7, 0.3), (-2.0, 2.0), [-0.7, 0.3]),
    "jumps of the second derivative": (
        lambda x: torch.nn.functional.huber_loss(x, torch.zeros_like(x), reduction="none", delta=0.7),
        (-2.0, 2.0),
        [-0.7, 0.7],
    ),
    "a kink of an undefined slope": (lambda x: torch.sqrt((x - 0.3) ** 4), (-1.0, 1.0), [0.3]),
    "the end of a domain at no simple number": (lambda x: torch.sqrt(x - 0.1234567), (-1.0, 1.0), [0.1234567]),
    "a divisor that only touches zero": (
        lambda x: torch.sin(x) ** 2 / (1 - torch.cos(x)),
        (-7.0, 7.0),
        [-2 * math.pi, 0.0, 2 * math.pi],
    ),
    "an overflow": (lambda x: torch.exp(x) / (1 + torch.exp(x)), (600.0, 800.0), [math.log(2.0**1023) + math.log(2)]),
    "a small hole in what is large": (
        lambda x: 1e-9 * torch.sin(x - 0.3) / (x - 0.3) + torch.exp(3 * x),
        (-1.0, 1.0),
        [0.3],
    ),
    "zeros that are no holes": (lambda x: x**3 - x, (-2.0, 2.0), []),
    "a narrow bell": (lambda x: 1 / (x * x + 1e-6), (-1.0, 1.0), []),
    "a wide interval without a sign": (lambda x: x * torch.sin(x), (-1e6, 1e6), []),
    "a quotient that is patched": (
        lambda x: torch.where(
            abs(x) < 1e-2, 1 - x**2 / 6 + x**4 / 120 - x**6 / 5040, torch.sin(x) / torch.where(x == 0, 1.0, x)
        ),
        (-1.0, 1.0),
        [],
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_each_kind_of_sign_is_found(name: str) -> None:
    function, between, points = OTHERS[name]
    assert search(function, between).points == pytest.approx(points, rel=1e-12, abs=1e-12)


def test_a_program_without_a_record_is_searched_for_lost_digits() -> None:
    def asks(x: torch.Tensor) -> torch.Tensor:
        return torch.sin(x - 0.1) / (x - 0.1) if x > 0 else torch.sin(x - 0.1) / (x - 0.1) + 0 * x

    assert search(asks, (-1.0, 1.0)).points == pytest.approx([0.1], abs=1e-6)


def test_of_too_many_points_some_are_judged_and_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST", 1)
    report = probe(lambda x: torch.sin(x) / x / (x - 1), between=(-1.0, 2.5), order=1, framework="torch")
    assert (len(report.points), report.more) == (1, 1)
    assert "2 candidates between -1.0 and 2.5, of which 1 was judged" in report.head


def test_a_point_near_to_a_root_is_followed_as_far_as_can_be_told() -> None:
    (point,) = probe(lambda x: (x * x - 2.0) / (x - 2.0**0.5), between=(0.0, 3.0), framework="torch").points
    assert point == pytest.approx(2.0**0.5, abs=1e-9)


def test_an_interval_without_a_sign_is_judged_at_some_points_and_says_so() -> None:
    report = probe(torch.sin, between=(-1.0, 1.0))
    assert report.verdict == "sound"
    assert report.points == []
    assert len(report.beside) == 5
    assert "sound; no candidates between -1.0 and 1.0; judged at 5 points without a sign" in report.head
    assert "narrower than 0.0033" in report.head
    assert str(report).count("\n") < 4  # what is sound is not listed
    assert_sound(torch.sin, between=(-1.0, 1.0))


def test_what_is_wrong_everywhere_is_seen_without_a_sign() -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)
            return torch.sin(x)

        @staticmethod
        def backward(ctx: Any, slope: torch.Tensor) -> torch.Tensor:
            (x,) = ctx.saved_tensors
            return 1.01 * slope * torch.cos(x)

    report = probe(Wrong.apply, between=(0.0, 2.0), order=1, framework="torch")
    assert (report.points, report.verdict) == ([], "unsound")
    assert "WRONG" in str(report)


def test_where_nothing_can_be_judged_the_verdict_is_unsettled() -> None:
    report = probe(torch.log, between=(-2.0, -1.0))
    assert report.verdict == "unsettled"
    assert report.why
    with pytest.raises(AssertionError):
        assert_sound(torch.log, between=(-2.0, -1.0))


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
