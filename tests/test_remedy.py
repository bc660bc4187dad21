"""The remedy: the quotient by both engines, in three frameworks, against exact arithmetic."""

from __future__ import annotations

import logging
import subprocess
import sys
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tensorflow as tf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from removable import frameworks, quotient, truth
from removable.errors import InputError, PoleError, UnsupportedError
from removable.functions import elementary

NAMES = ("torch", "tensorflow", "jax")
RNG = np.random.default_rng(20230506)

QUOTIENTS = {
    "h": (lambda x, xp: x * x - 4, lambda x, xp: x - 2, 2.0, 1),
    "sine": (lambda x, xp: xp.sin(x), lambda x, xp: x, 0.0, 1),
    "half turn": (lambda x, xp: xp.sin(x), lambda x, xp: x - np.pi, np.pi, 1),
    "exponential": (lambda x, xp: xp.exp(x) - 1, lambda x, xp: elementary(xp).log1p(x), 0.0, 1),
    "versine": (lambda x, xp: 1 - xp.cos(x), lambda x, xp: x * x, 0.0, 2),
    "third order": (lambda x, xp: x - xp.sin(x), lambda x, xp: x * x * x, 0.0, 3),
    "root of two": (lambda x, xp: x * x - 2, lambda x, xp: x - 2**0.5, 2**0.5, 1),
    "fast": (lambda x, xp: xp.sin(1e6 * x), lambda x, xp: x, 0.0, 1),
}
"""Numerator, denominator, point, order."""


def relative(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Errors of derivatives, relative to their size or to 1: the largest of each row."""
    return np.max(np.abs(found - true) / np.maximum(1.0, np.abs(true)), axis=1)


@pytest.mark.parametrize("engine", ["series", "integral"])
@pytest.mark.parametrize("case", QUOTIENTS)
def test_quotients_near_the_point(case, engine):
    f, g, at, order = QUOTIENTS[case]
    removed = quotient(f, g, at=at, order=order, engine=engine)
    reach = 1e-6 if case == "fast" else 0.2
    near = 10 ** RNG.uniform(-300, np.log10(reach), 300)
    x = at + np.concatenate([near, -near, [0.0]])
    if case in ("root of two", "half turn"):  # the zero that is meant is no float64
        meant = {"root of two": lambda x, xp: x + 2**0.5, "half turn": lambda x, xp: -xp.sin(x) / x}[case]
        where = x - at if case == "half turn" else x
        true = truth.derivatives(meant, where, base=0.0, order=3)
    else:
        true = truth.derivatives(lambda x, xp: f(x, xp) / g(x, xp), x, base=0.0, order=3)
    for name in NAMES:
        found = frameworks.get(name).derivatives(lambda x, xp: removed(x), x, order=3)
        assert not np.isnan(found).any()
        assert np.all(relative(found, true) <= [1e-15, 1e-14, 1e-13, 1e-13]), (name, relative(found, true))


@settings(deadline=None, max_examples=12)
@given(
    root=st.floats(-3, 3).map(lambda v: round(v, 3)),
    rest=st.lists(st.floats(-2, 2).map(lambda v: round(v, 3)), min_size=1, max_size=4),
    below=st.floats(0.5, 2),
    order=st.integers(1, 2),
    offset=st.floats(-1, 1),
)
def test_any_polynomial_with_a_root_is_divided_by_it(root, rest, below, order, offset):
    def power(x):
        t = x - root
        return {1: t, 2: t * t}[order]

    def f(x):
        return power(x) * sum(c * (x - root) ** k for k, c in enumerate(rest))

    removed = quotient(f, lambda x: below * power(x), at=root, order=order)
    x = torch.tensor(root + offset, dtype=torch.float64, requires_grad=True)
    y = removed(x)
    (slope,) = torch.autograd.grad(y, x)
    t = x.item() - root
    size = sum(abs(c) for c in rest) + 1
    assert abs(y.item() - sum(c * t**k for k, c in enumerate(rest)) / below) <= 1e-14 * size
    assert abs(slope.item() - sum(k * c * t ** (k - 1) for k, c in enumerate(rest) if k) / below) <= 1e-13 * size


@pytest.mark.parametrize("engine", ["series", "integral"])
@pytest.mark.parametrize("case", ["sine", "exponential", "versine", "third order"])
def test_no_jump_where_the_engine_ends(case, engine):
    f, g, at, order = QUOTIENTS[case]
    removed = quotient(f, g, at=at, order=order, engine=engine)
    x = torch.zeros(1, dtype=torch.float64)
    removed(x)
    edge = removed._radius(frameworks.get("torch"), "float64", x)
    for side in (1, -1):
        end = np.array([side * np.nextafter(edge, 0), side * edge])
        inside, outside = removed(torch.tensor(end)).tolist()
        assert abs(inside - outside) <= 8 * np.spacing(abs(outside))


def test_parameters_that_f_closes_over_get_their_gradient():
    """The derivatives of a sin(b x)/x are sin(b x)/x and a cos(b x), with respect to a and b."""
    points = np.array([0.0, 1e-9, 0.3, 2.0])
    expected = [np.where(points == 0, 3.0, np.sin(3 * points) / np.where(points, points, 1)), 2 * np.cos(3 * points)]
    a, b = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (2.0, 3.0))
    y = quotient(lambda x: a * torch.sin(b * x), lambda x: x, at=0.0)(torch.tensor(points))
    found = [[torch.autograd.grad(v, p, retain_graph=True)[0].item() for v in y] for p in (a, b)]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    a, b = tf.Variable(2.0, dtype=tf.float64), tf.Variable(3.0, dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        y = quotient(lambda x: a * tf.sin(b * x), lambda x: x, at=0.0)(tf.constant(points))
    np.testing.assert_allclose([tape.jacobian(y, p).numpy() for p in (a, b)], expected, rtol=1e-14)
    with jax.enable_x64(True):

        def values(a, b):
            return quotient(lambda x: a * jnp.sin(b * x), lambda x: x, at=0.0)(jnp.asarray(points))

        for made in (jax.jacobian(values, (0, 1)), jax.jit(jax.jacobian(values, (0, 1)))):
            np.testing.assert_allclose(np.stack(made(2.0, 3.0)), expected, rtol=1e-14)


def test_parameters_may_differ_from_point_to_point():
    a = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    y = quotient(lambda x: torch.sin(a * x), lambda x: x, at=0.0)(torch.tensor([0.0, 1e-9, 0.1], dtype=torch.float64))
    np.testing.assert_allclose(y.detach().numpy(), [1.0, 2.0, np.sin(0.3) / 0.1], rtol=1e-15)
    (slope,) = torch.autograd.grad(y.sum(), a)
    np.testing.assert_allclose(slope.numpy(), [1.0, 1.0, np.cos(0.3)], rtol=1e-14)


CALLS = {
    "integral": quotient(*QUOTIENTS["h"][:2], at=2.0),
    "series": quotient(*QUOTIENTS["h"][:2], at=2.0, engine="series"),
}
X = np.array([2.0, 2 + 1e-9, 2.5, 7.0])


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_compiled_and_batched_in_pytorch(call):
    x = torch.tensor(X)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        expected = frameworks.get("torch").derivatives(lambda x, xp: call(x), X, order=2)
        first = torch.func.grad(call)
        mapped = [torch.func.vmap(f)(x).numpy() for f in (call, first, torch.func.grad(first))]
        np.testing.assert_allclose(mapped, expected, rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(torch.func.jacfwd(call)(x).diagonal().numpy(), expected[1], rtol=1e-14, atol=1e-15)
        compiled = torch.compile(call, fullgraph=True, backend="aot_eager")  # the code generator needs a C++ compiler
        x.requires_grad_()
        y = compiled(x)
        (slope,) = torch.autograd.grad(y.sum(), x)
    np.testing.assert_allclose([y.detach().numpy(), slope.numpy()], expected[:2], rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_transforms_are_compiled_in_pytorch(call):
    x, func = torch.tensor(X), torch.func
    transforms = (
        func.vmap(func.grad(func.grad(call))),
        lambda x: func.jvp(call, (x,), (torch.ones_like(x),))[1],
        func.hessian(lambda x: call(x).sum()),
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        for transform in transforms:
            compiled = torch.compile(transform, fullgraph=True, backend="aot_eager")
            np.testing.assert_allclose(compiled(x), transform(x), rtol=1e-12, atol=1e-15)


def test_zeros_of_higher_order_are_compiled_in_pytorch():
    """A double zero; of a triple one the part that a compiler finds hard, since every node is compiled by itself."""
    removed = quotient(lambda x: (x * x) * (1 + x), lambda x: x * x, at=0.0, order=2)
    x = torch.tensor([0.0, 1e-3, -0.2], dtype=torch.float64)
    # This finds how many nodes are enough: the fewer, the sooner compiled.
    np.testing.assert_allclose(removed(x), 1 + x, rtol=1e-13)
    np.testing.assert_allclose(torch.compile(removed, backend="aot_eager")(x), 1 + x, rtol=1e-13)
    adapter = frameworks.get("torch")

    def third(x):
        return adapter.tangents(lambda x: (x * x * x) * (1 + x), x, 3)[3]

    np.testing.assert_allclose(torch.compile(third, backend="aot_eager", fullgraph=True)(x), 6 + 24 * x, rtol=1e-13)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_and_batched_in_tensorflow(call, jit_compile):
    expected = frameworks.get("tensorflow").derivatives(lambda x, xp: call(x), X, order=2)

    @tf.function(jit_compile=jit_compile)
    def value_and_slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = call(x)
        return y, tape.gradient(y, x)

    found = [array.numpy() for array in value_and_slope(tf.constant(X))]
    np.testing.assert_allclose(found, expected[:2], rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(tf.vectorized_map(call, tf.constant(X)).numpy(), expected[0], rtol=1e-14)


def test_autograph_has_nothing_to_complain_of(caplog):
    """It warns of two functions on one line, as of any in a notebook: it cannot find their source."""
    of_tensorflow = logging.getLogger("tensorflow")
    of_tensorflow.addHandler(caplog.handler)
    try:
        removed = quotient(lambda x: x * x - 4, lambda x: x - 2, at=2.0)
        np.testing.assert_allclose(tf.function(removed)(tf.constant(X)).numpy(), X + 2)
    finally:
        of_tensorflow.removeHandler(caplog.handler)
    assert "AutoGraph" not in caplog.text


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_compiled_and_batched_in_jax(call):
    expected = frameworks.get("jax").derivatives(lambda x, xp: call(x), X, order=2)
    with jax.enable_x64(True):
        x = jnp.asarray(X)
        rows = [call, jax.grad(call), jax.grad(jax.grad(call))]
        for found in ([jax.vmap(f)(x) for f in rows], [jax.jit(jax.vmap(f))(x) for f in rows]):
            np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)


ZERO, ONE = (lambda x: x * x - 4), (lambda x: x - 2)
WRONG = {
    "pole": ({"f": lambda x: x * x - 5, "g": ONE}, PoleError, r"f\(2\.0\) is -1, not 0, .* true pole"),
    "no zero": ({"f": ZERO, "g": lambda x: x - 3}, InputError, r"g\(2\.0\) is -1, not 0, .* divide f by g"),
    "too low": (
        {"f": lambda x: (x - 2) * (x - 2), "g": lambda x: (x - 2) * (x - 2)},
        InputError,
        "give order=2 or more",
    ),
    "too high": (
        {"f": lambda x: (x - 2) * (x - 2), "g": ONE, "order": 2},
        InputError,
        "zero of order 1 .*; give order=1",
    ),
    "higher pole": (
        {"f": ONE, "g": lambda x: (x - 2) * (x - 2), "order": 2},
        PoleError,
        r"f has a zero of order 1 at 2\.0 and g one of order 2, .* true pole",
    ),
    "absolute value": ({"f": lambda x: abs(x - 2), "g": ONE}, InputError, r"not smooth at 2\.0"),
}


@pytest.mark.parametrize(("arguments", "error", "words"), WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("engine", ["integral", "series"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_removable_is_refused(arguments, error, words, engine, name):
    with jax.enable_x64(True), pytest.raises(error, match=words):
        quotient(**arguments, at=2.0, engine=engine)(frameworks.get(name).asarray(X))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_not_smooth_in_low_precision_either(dtype):
    x = torch.tensor([2.5], dtype=getattr(torch, dtype))
    with pytest.raises(InputError, match="not smooth"):
        quotient(lambda x: abs(x - 2), lambda x: x - 2, at=2.0)(x)


def test_a_root_is_not_smooth():
    with pytest.raises(InputError, match=r"not smooth at 0\.0"):
        quotient(lambda x: torch.sqrt(torch.abs(x)), lambda x: x, at=0.0)(torch.tensor([1.0]))


def test_bad_arguments_are_named():
    good = quotient(ZERO, ONE, at=2.0)
    with pytest.raises(InputError, match="x has dtype int64; give floating numbers"):
        good(torch.tensor([1, 2]))
    with pytest.raises(InputError, match="x is of type list; give a tensor"):
        good([1.0])
    with pytest.raises(InputError, match="engine is 'magic'; give one of 'integral', 'series'"):
        quotient(ZERO, ONE, at=2.0, engine="magic")
    with pytest.raises(InputError, match="order is 0; give a whole number of at least 1"):
        quotient(ZERO, ONE, at=2.0, order=0)
    with pytest.raises(InputError, match=r"radius is 0\.0; give a number greater than 0"):
        quotient(ZERO, ONE, at=2.0, radius=0.0)
    with pytest.raises(InputError, match="at is nan; give a finite number"):
        quotient(ZERO, ONE, at=float("nan"))
    with pytest.raises(InputError, match="f is 3; give a function of x"):
        quotient(3, ONE, at=2.0)
    for f in (ZERO, lambda x: 0.0):
        with pytest.raises(UnsupportedError, match='use engine="series"'):
            quotient(f, ONE, at=2.0)(X)
    parameter = torch.tensor(1.0, requires_grad=True)
    with pytest.raises(InputError, match=r'cannot be evaluated in exact arithmetic .* use engine="integral"'):
        quotient(lambda x: parameter * ZERO(x), ONE, at=2.0, engine="series")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("engine", ["integral", "series"])
def test_other_precisions_and_shapes_are_kept(dtype, engine):
    removed = quotient(ZERO, ONE, at=2.0, engine=engine)
    for shape in ((), (0,), (2, 3)):
        y = removed(torch.full(shape, 2.0, dtype=dtype))
        assert y.dtype == dtype
        assert y.shape == shape
        assert torch.all(y == 4)


TUNED = 1.0


@pytest.mark.parametrize("name", NAMES)
def test_what_f_reads_may_change_between_two_calls(name):
    """A compiled function would keep what it read first."""
    global TUNED
    adapter = frameworks.get(name)
    removed = quotient(lambda x, xp: TUNED * xp.sin(x), lambda x: x, at=0.0)
    x = adapter.asarray(np.zeros(2**15, dtype=np.float32))
    for TUNED in (1.0, 3.0):
        assert np.allclose(adapter.to_numpy(removed(x)), TUNED, rtol=1e-6)
    TUNED = 1.0


SPREADS = {"all near": (-0.2, 0.2), "some near": (-1.0, 3.0), "none near": (5.0, 9.0)}


@pytest.mark.parametrize("engine", ["integral", "series"])
@pytest.mark.parametrize(
    ("where", "mode"),
    [
        *((where, "reverse") for where in SPREADS),
        *(("some near", mode) for mode in ("forward", "forward-over-reverse")),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_many_points_are_right_in_every_mode(name, where, mode, engine):
    """For many, each part is evaluated where it is needed, in other ways than for few."""
    # A triple zero takes its time: once for each engine and framework.
    triple = (where, mode) == ("some near", "reverse")
    f, g, at, order = QUOTIENTS["third order" if triple else "versine"]
    removed = quotient(f, g, at=at, order=order, engine=engine)
    few = np.linspace(*SPREADS[where], 257)
    true = truth.derivatives(lambda x, xp: f(x, xp) / g(x, xp), few, base=0.0, order=2)
    derivatives = frameworks.get(name).derivatives
    many = np.tile(few, 128)
    found = derivatives(lambda x, xp: removed(x), many, order=2, mode=mode)[:, : few.size]
    np.testing.assert_allclose(found, true, rtol=1e-10, atol=1e-12)
    # Few are evaluated in one way, near or far; of TensorFlow's forward mode the next test says why not.
    if where == "some near" and (name, mode) != ("tensorflow", "forward"):
        found = derivatives(lambda x, xp: removed(x), few, order=2, mode=mode)
        np.testing.assert_allclose(found, true, rtol=1e-10, atol=1e-12)


@pytest.mark.upstream
def test_nested_forward_modes_of_tensorflow_are_still_wrong():
    """Without anything of ours: fails when TensorFlow is mended, and the test above may ask for few points too.

    It is tensorflow/tensorflow#127753.
    """
    # In a process of its own: what is wrong is what TensorFlow keeps for the next time.
    code = """
import tensorflow as tf
x = tf.constant([5.0], tf.float64)
with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as second:
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as first:
        o = tf.where(tf.abs(x) < 1, tf.ones_like(x), x)
        y = (o - tf.sin(o)) / (o * o * o)
    slope = first.jvp(y)
print(second.jvp(slope).numpy()[0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    true = truth.derivatives(lambda x, xp: (x - xp.sin(x)) / (x * x * x), [5.0], base=0.0, order=2)[2, 0]
    assert abs(float(done.stdout) - true) > 0.5 * abs(true)


@pytest.mark.parametrize("name", NAMES)
def test_a_polynomial_is_used_as_far_as_infinity(name):
    removed = quotient(*QUOTIENTS["h"][:2], at=2.0, engine="series")
    adapter = frameworks.get(name)
    for count in (4, 2**15):
        found = adapter.derivatives(lambda x, xp: removed(x), np.tile([np.inf, -np.inf, 2.0, 3.0], count // 4), order=0)
        np.testing.assert_array_equal(found[0, :4], [np.inf, -np.inf, 4.0, 5.0])


def test_many_points_may_be_a_variable():
    removed = quotient(lambda x, xp: xp.sin(x), lambda x: x, at=0.0)
    values = np.zeros(2**15)
    variable = tf.Variable(values)
    with tf.GradientTape() as tape:
        y = removed(variable)
    assert np.all(y == 1)
    assert np.all(tape.gradient(y, variable) == 0)
    parameter = torch.nn.Parameter(torch.tensor(values))
    removed(parameter).sum().backward()
    assert not parameter.grad.any()


@pytest.mark.parametrize("count", [5, 2**15])
def test_what_a_mapped_function_closes_over_may_go_through_a_quotient_in_pytorch(count):
    removed = quotient(lambda x, xp: xp.sin(x), lambda x: x, at=0.0, engine="series")
    x, scales = torch.linspace(-1, 1, count, dtype=torch.float64), torch.tensor([1.0, 2.0], dtype=torch.float64)
    mapped = torch.func.vmap(lambda scale: scale * removed(x))(scales)
    assert torch.equal(mapped, torch.stack([removed(x), 2 * removed(x)]))
    with torch.autograd.forward_ad.dual_level():
        dual = removed(torch.autograd.forward_ad.make_dual(x, torch.ones_like(x)))
        slope = torch.autograd.forward_ad.unpack_dual(dual).tangent
    x.requires_grad_()
    np.testing.assert_allclose(slope, torch.autograd.grad(removed(x).sum(), x)[0], atol=1e-15)


def test_many_points_in_pytorch_are_mapped_and_take_any_upstream_gradient():
    removed = quotient(lambda x, xp: xp.sin(x), lambda x: x, at=0.0)
    x = torch.linspace(-3, 3, 2**15 + 1, dtype=torch.float64)
    expected = torch.stack([torch.cos(x) / x - torch.sin(x) / x**2, -x / 3])
    expected = torch.where(x.abs() < 1e-4, expected[1], expected[0])
    np.testing.assert_allclose(torch.func.vmap(torch.func.grad(removed))(x), expected, atol=1e-11)
    both = torch.stack([x, x])
    slopes = torch.func.jvp(torch.func.vmap(removed), (both,), (torch.ones_like(both),))[1]
    np.testing.assert_allclose(slopes[1], expected, atol=1e-11)
    x.requires_grad_()
    (slope,) = torch.autograd.grad((3 * removed(x)).sum(), x)
    np.testing.assert_allclose(slope, 3 * expected, atol=1e-11)
    with torch.no_grad():
        assert not removed(x).requires_grad
    assert torch.autograd.gradgradcheck(removed, x, fast_mode=True)


def test_no_new_shape_makes_tensorflow_trace_again():
    seen = []

    def sine(x, xp):
        seen.append(x)
        return xp.sin(x)

    removed = quotient(sine, lambda x: x, at=0.0, engine="series")
    for shape in [(2**15,), (2**8, 2**8), (2**16,)]:
        before = len(seen)
        assert removed(tf.ones(shape, tf.float64)).shape == shape
    assert len(seen) == before


def test_a_radius_that_the_series_does_not_reach_is_refused():
    with pytest.raises(InputError, match=r"radius is 0.9, and 40 terms of the series of f/g are good up to 0\.3\d*; "):
        quotient(lambda x, xp: xp.log1p(x), lambda x: x, at=0.0, engine="series", radius=0.9)
    near = quotient(lambda x, xp: xp.expm1(x), lambda x: x, at=0.0, engine="series", radius=0.1)
    far = quotient(lambda x, xp: xp.expm1(x), lambda x: x, at=0.0, engine="series")
    with np.errstate(all="raise"):
        assert abs(near(0.09) - far(0.09)) <= 2**-52
