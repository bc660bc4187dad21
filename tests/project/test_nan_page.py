"""The page on NaN: each line of its table has an entry, and each cure is right near the point."""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from _extensions.execute import script_doctests
from site_under_test import ROOT

PAGE = ROOT / "docs" / "guide" / "nan.md"
TEXT = PAGE.read_text(encoding="utf-8")
FRAMEWORKS = ("PyTorch", "TensorFlow")
SYMPTOMS = {
    "NaN at one point",
    "NaN on an interval",
    "a slope half or twice what it should be",
    "a multiple of 1/epsilon",
    "0 where it should not be",
    "NaN in the Hessian alone",
    "the two frameworks differ",
    "training stalls after one step",
}
# What a reader types, and the anchors of the lines that must not be missed.
WANTED = {
    "norm(v) ** 2": "norm-squared",
    "sqrt(sum(v * v))": "root",
    "v / norm(v)": "unit",
    "acos(a @ b)": "acos-squared",
    "acos((trace(R)": "acos-trace",
    "atan2(y, x)": "atan2",
    "sqrt(x)": "where-root",
    "std(x) of a constant": "std",
    "sin(x) / x": "hole",
    "x / y": "masked-ratio",
    "log(exp(x) + exp(y))": "log-sum-exp",
    "logaddexp(x, y)": "logaddexp",
    "x * log(x)": "x-log-x",
    "x ** p, x = 0": "zero-power",
    "cumprod(v)": "cumprod",
    "(x**p - 1) / p": "box-cox",
    "(log(x) - log(y))": "log-mean",
    "eigvalsh(A)": "eigenvalues",
    "svdvals(A)": "singular-values",
    "log(1 + exp(x))": "softplus",
    "log(softmax(x, 0))": "log-softmax",
    "g / (sqrt(g * g) + 1e-8)": "adam-epsilon",
}


def table() -> dict[str, list[str]]:
    """Return the cells of the table of lines by the anchor that each leads to."""
    lines = [line for line in TEXT.splitlines() if "](#nan-" in line and line.startswith("| ")]
    cells = {re.search(r"\]\(#nan-([\w-]+)\)", line)[1]: line.strip("| ").split(" | ") for line in lines}
    assert len(cells) == len(lines)
    return cells


def entries() -> dict[str, str]:
    """Return the text of each entry by its anchor."""
    parts = re.split(r"^\(nan-([\w-]+)\)=\n", TEXT, flags=re.MULTILINE)
    return {
        name: re.split(r"^## ", text, flags=re.MULTILINE)[0]
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_each_line_of_the_table_has_an_entry_that_is_measured_in_both_frameworks():
    assert table().keys() == entries().keys()
    for name, text in entries().items():
        for framework in FRAMEWORKS:
            (tab,) = re.findall(
                rf":::\{{tab-item\}} {framework}\n:sync: \w+\n\n```\{{doctest\}}\n(.*?)```", text, re.DOTALL
            )
            if name == "stalled":
                assert tab.count(">>> ") == 2
            else:
                assert tab.count(f'>>> in_{"torch" if framework == "PyTorch" else "tensorflow"}("{name}", ') >= 2, name
        assert re.match(r"### .+\n\n\*\*(Removable|Truly singular)\b", text), name


def test_each_line_says_what_it_is_and_what_to_write():
    for name, (see, typed, why, write, page) in table().items():
        assert see in SYMPTOMS
        assert typed.startswith("[`")
        assert re.match(r"(removable|singular)\b", why), name
        assert re.fullmatch(r"`[^`]+`", write), name
        assert page.startswith("{doc}`/"), name
    assert {see for see, *_ in table().values()} == SYMPTOMS


@pytest.mark.parametrize("typed", WANTED)
def test_no_line_is_missing(typed):
    assert typed in table()[WANTED[typed]][1]


@functools.cache
def measured() -> dict[tuple[str, str], list[Any]]:
    """Run the page as far as its lines go; return what it has noted of each of them."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    last = TEXT[: TEXT.index("(nan-stalled)=")].count("\n")
    for block in script_doctests.blocks_of(PAGE):
        if block.line < last:
            script_doctests.check(block, namespace, str(PAGE))
    return namespace["seen"]


def series(name: str) -> Callable[[Any], Any] | None:
    """Return what a line means as a function of the distance from its point, for mpmath."""
    mp, S = mpmath.mp, mpmath.matrix([[1, 2], [2, -1]])
    root5 = mp.sqrt(5)

    def softplus(x: Any) -> Any:
        return mp.log(1 + mp.exp(x))

    def sinc(x: Any) -> Any:
        return mp.sin(x) / x

    return {
        "unit": lambda t: mp.tanh(t),
        "hole": sinc,
        "masked-hole": sinc,
        "epsilon": sinc,
        "acos-squared": lambda t: mp.re(mp.acos(1 + t) ** 2),
        "acos-clamp": lambda t: mp.re(mp.acos(1 + t) ** 2),
        "acos-trace": lambda t: t,
        "y-log-p": lambda t: mp.mpf(0),
        "box-cox": lambda t: (mp.mpf(4) ** t - 1) / t,
        "log-mean": lambda t: t / mp.log(1 + t / 3),
        "eigenvectors": lambda t: mp.e * (mp.cosh(root5 * t) + S[0, 0] * mp.sinh(root5 * t) / root5),
        "where-root": lambda t: mp.mpf(0),
        "where-exp": lambda t: 1000 + t,
        "log-sum-exp": lambda t: mp.log(mp.exp(1000 + t) + mp.exp(-1000 - t)),
        "softplus": lambda t: softplus(1000 + t),
        "softplus-parts": softplus,
        "log-softmax": lambda t: -softplus(800 - t),
        "cumprod": lambda t: (3 + t) * t * (2 + t),
        "norm-squared": lambda t: t * t,
        "library-sinc": lambda t: sinc(mp.pi * t),
        "power": lambda t: abs(t) ** 3,
        "eigenvalues": lambda t: mp.log(1 - t * t / 20),
        "singular-values": lambda t: (1 + root5 * t) ** 4 + (1 - root5 * t) ** 4,
        "zero-power": lambda t: mp.mpf(0),
        # Cones, steps and slopes that jump: right on both sides of the point.
        "root": lambda t: abs(t),
        "normalize": lambda t: mp.sign(t),
        "x-log-x": lambda t: t * mp.log(t) if t > 0 else mp.mpf(0),
        "masked-ratio": lambda t: 3 / t,
        "elu-parts": lambda t: t if t > 0 else mp.expm1(t),
        "adam-epsilon": lambda t: t / (abs(t) + mp.mpf("1e-8")),
    }.get(name)


LINES = sorted(entries().keys() - {"stalled"})


def truth(framework: str, name: str) -> Callable[[Any], Any]:
    """Return the function meant; those of the rest differ between the frameworks."""
    if (function := series(name)) is not None:
        return function
    mp = mpmath.mp
    if name in ("std", "std-squared"):
        divisor = 2 if framework == "PyTorch" else 3
        if name == "std":
            return lambda t: mp.sqrt(t * t * mp.mpf(2) / 3 / divisor)
        return lambda t: t * t * mp.mpf(2) / 3 / divisor
    if name == "atan2":
        return lambda t: mp.sign(t) * mp.pi / 2
    assert name == "logaddexp"
    middle = -800 if framework == "PyTorch" else 0
    return lambda t: mp.log(1 + mp.exp(middle + t))


def derivatives(framework: str, function: Callable[[Any], Any], t: float) -> list[float]:
    """Return value, slope and second derivative of a program at a distance."""
    if framework == "PyTorch":
        import torch

        x = torch.tensor(t, dtype=torch.float64)
        slope = torch.func.grad(function)
        return [f(x).item() for f in (function, slope, torch.func.grad(slope))]
    import tensorflow as tf

    x = tf.constant(t, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        slope = inner.gradient(y, x, unconnected_gradients="zero")
    second = outer.gradient(slope, x, unconnected_gradients="zero")
    return [f.numpy().item() for f in (y, slope, second)]


# Derivatives of a cone or a step do not exist at it, and grow as powers of the distance allow.
SINGULAR = {"root", "normalize", "x-log-x", "masked-ratio", "std", "atan2", "elu-parts", "adam-epsilon"}


def true_derivatives(function: Callable[[Any], Any], t: float) -> list[float]:
    """Return value, slope and second derivative by differences that leave out the point itself."""
    with mpmath.workdps(120):
        h = mpmath.mpf(10) ** -15 * (abs(t) or 1)
        left2, left, right, right2 = (function(mpmath.mpf(t) + k * h) for k in (-2, -1, 1, 2))
        value = (4 * (left + right) - (left2 + right2)) / 6
        slope = (8 * (right - left) - (right2 - left2)) / (12 * h)
        second = ((left2 + right2) - (left + right)) / (3 * h**2)
        return [float(number) for number in (value, slope, second)]


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", LINES)
def test_what_to_write_is_right_at_the_point_and_near_it(name, framework):
    cure, function = measured()[framework, name][1][0], truth(framework, name)
    places = [sign * 10.0**-k for k in (1, 3, 6, 9) for sign in (1, -1)]
    for t in places if name in SINGULAR else [0.0, *places]:
        true, found = true_derivatives(function, t), derivatives(framework, cure, t)
        size = [max(1.0, abs(t) ** -k) if name in SINGULAR else 1.0 for k in range(3)]
        for bound, one, other, scale in zip((1e-12, 1e-12, 1e-9), found, true, size, strict=True):
            assert abs(one - other) <= bound * max(scale, abs(other)), (t, found, true)


def names_of(framework: str) -> dict[str, Any]:
    """Return the names of a framework without its prefix, and those that the page imports."""
    from removable import even, primitives, repair

    if framework == "PyTorch":
        import torch as xp

        modules: list[Any] = [xp.nn.functional, xp.linalg, xp]
    else:
        import tensorflow as xp

        modules = [xp.nn, xp.linalg, xp.math, xp]
    names = {name: getattr(module, name) for module in modules for name in dir(module) if name[0] != "_"}
    ready_made = {name: getattr(primitives, name) for name in primitives.__all__}
    return {**names, **ready_made, "tf": xp, "even": even, "repair": repair, "accumulate": itertools.accumulate}


@functools.cache
def names_in_tensorflow() -> dict[str, str]:
    """Return what the small table says of the names of TensorFlow."""
    (small,) = re.findall(r"\| in the table \| in TensorFlow \|\n.*?\n\n", TEXT, re.DOTALL)
    return dict(re.findall(r"^\| `(.+)` \| `(.+)` \|$", small, re.MULTILINE))


POINTS: dict[str, Any] = {"x": 0.0, "y": 0.0, "p": 0.0, "c": 1.0, "g": 0.0, "v": [0.0, 0.0], "a": [0.6, 0.8]}
POINTS |= {"b": [0.6, 0.8], "A": [[1.0, 0.0], [0.0, 1.0]], "R": [[1.0, 0.0], [0.0, 1.0]]}
AT = {
    "box-cox": {"x": 4.0},
    "log-mean": {"x": 3.0, "y": 3.0},
    "where-root": {"x": -1.0},
    "where-exp": {"x": 1000.0},
    "log-sum-exp": {"x": 1000.0, "y": -1000.0},
    "log-softmax": {"x": [-800.0, 0.0]},
    "softplus": {"x": 1000.0},
    "std": {"x": [5.0, 5.0, 5.0]},
    "std-squared": {"x": [5.0, 5.0, 5.0]},
    "zero-power": {"p": 2.0},
    "cumprod": {"v": [3.0, 0.0, 2.0]},
}


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", LINES)
def test_what_to_write_can_be_pasted(name, framework, precision):
    """At the point where the line fails, what the table says gives finite values and slopes."""
    line, names = table()[name][3].strip("`"), names_of(framework)
    if framework == "TensorFlow":
        for ours, theirs in names_in_tensorflow().items():
            line = re.sub(rf"(?<![\w.]){re.escape(ours)}", theirs, line)
    *before, last = line.split("; ")
    points = {**POINTS, **AT.get(name, {})}
    if framework == "PyTorch":
        torch = names["tf"]
        tensors = {k: torch.tensor(v, dtype=getattr(torch, precision), requires_grad=True) for k, v in points.items()}
        names |= tensors | {"pi": math.pi}
        exec("; ".join(before), names)
        result = eval(last, names)
        result.sum().backward()
        slopes = [t.grad for t in tensors.values() if t.grad is not None]
        assert slopes
        assert all(torch.isfinite(t).all() for t in (result, *slopes))
    else:
        tf = names["tf"]
        given = {k: tf.constant(v, dtype=getattr(tf, precision)) for k, v in points.items()}

        def computed(tensors: dict[str, Any]) -> list[Any]:
            space = names | tensors | {"pi": math.pi}
            with tf.GradientTape() as tape:
                tape.watch(tensors)
                exec("; ".join(before), space)
                result = eval(last, space)
            slopes = [t for t in tape.gradient(result, tensors).values() if t is not None]
            return [result, *slopes]

        # A graph converts numbers in its own way, and cannot walk along a tensor for accumulate.
        graph = tf.function(computed, autograph=False)
        for found in [computed(given)] if name == "cumprod" else [computed(given), graph(given)]:
            assert len(found) > 1
            assert all(bool(tf.reduce_all(tf.math.is_finite(t))) for t in found)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_power_that_is_learned_has_the_derivatives_by_its_base(framework):
    """The page shows those by the exponent."""
    code = re.search(r"where\(x > 0, where\(x > 0, x, 1\) \*\* p, x \*\* p\.detach\(\)\)", TEXT)
    assert code
    if framework == "PyTorch":
        import torch as xp

        fixed = xp.tensor(2.0, dtype=xp.float64).detach()
    else:
        import tensorflow as xp

        fixed = xp.stop_gradient(xp.constant(2.0, xp.float64))

    def power(x: Any) -> Any:
        return xp.where(x > 0, xp.where(x > 0, x, 1.0) ** fixed, x**fixed)

    assert derivatives(framework, power, 0.0) == [0.0, 0.0, 2.0]
    assert derivatives(framework, power, 0.5) == pytest.approx([0.25, 1.0, 2.0])
