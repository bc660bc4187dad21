"""Points that move with their elements: right at all sizes, a cost only for elements near them."""

import functools

import numpy as np
import pytest
import torch
from removable import repair
from removable.remedy import closures, nearby
from torch.autograd import forward_ad
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils.checkpoint import checkpoint

D = torch.float64
COUNT = 2000
RNG = np.random.default_rng(4)
X, Y = RNG.uniform(-10, 10, COUNT), RNG.uniform(-10, 10, COUNT)
Y[::10] = X[::10]
Y[5::10] = X[5::10] + 1e-7
MET = np.s_[::10]


@pytest.fixture
def selections(monkeypatch):
    """Return a list that says of each call whether near elements were told from the others."""
    honest, seen = nearby.continued, []

    def watched(*arguments):
        found = honest(*arguments)
        seen.append(found is not None)
        return found

    monkeypatch.setattr(nearby, "continued", watched)
    return seen


@pytest.fixture
def without(monkeypatch):
    """Return a function that calls another while every element chooses its circle."""

    def call(function):
        with monkeypatch.context() as patched:
            patched.setattr(nearby, "continued", lambda *_: None)
            return function()

    return call


def slope_of_sine(x, y):
    return (torch.sin(x) - torch.sin(y)) / (x - y)


def points():
    return tuple(torch.tensor(values, requires_grad=True) for values in (X, Y))


def true_slope(x, y):
    half = (x - y) / 2
    return np.cos((x + y) / 2) * np.sinc(half / np.pi)


def detached(values):
    return values.detach().numpy()


def test_values_and_derivatives_of_all_elements(selections):
    x, y = points()
    value = repair(slope_of_sine, at=lambda y: y)(x, y)
    by_x, by_y = torch.autograd.grad(value.sum(), (x, y), create_graph=True)
    (twice, mixed) = torch.autograd.grad(by_x.sum(), (x, y))
    assert selections == [True]
    assert np.abs(detached(value) - true_slope(X, Y)).max() < 2e-15
    for found, true in (
        (by_x, -np.sin(X) / 2),
        (by_y, -np.sin(X) / 2),
        (twice, -np.cos(X) / 3),
        (mixed, -np.cos(X) / 6),
    ):
        assert np.abs(detached(found) - true)[MET].max() < 2e-15


def test_only_near_elements_pay():
    evaluated = []

    def program(x, y):
        evaluated.append(x.numel() if x.is_complex() else x.numel() / 8)
        return slope_of_sine(x, y)

    x = torch.linspace(-10, 10, 10**5, dtype=D)
    y = x + 30
    y[::1000] = x[::1000]
    value = repair(program, at=lambda y: y)(x, y)
    assert torch.allclose(value[::1000], torch.cos(x[::1000]), rtol=1e-15, atol=1e-15)
    assert sum(evaluated) < 2 * len(x)  # some 600 for each, if each chose a circle


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_less_precise_points(dtype, selections):
    x, y = (torch.tensor(values).to(dtype) for values in (X, Y))
    true = true_slope(*(values.double().numpy() for values in (x, y)))
    value = repair(slope_of_sine, at=lambda y: y)(x, y)
    assert selections == [True]
    assert value.dtype == dtype
    rounding = torch.finfo(dtype).eps
    met = np.abs(value.double().numpy() - true)[MET]
    assert met.max() <= rounding


GLOBAL = torch.tensor(Y, requires_grad=True)


def reads_global(t):
    return slope_of_sine(t, GLOBAL)


def closed(y):
    return lambda t: slope_of_sine(t, y)


def nested(y):
    def inner(t):
        return torch.sin(t) - torch.sin(y)

    return lambda t: inner(t) / (t - y)


def default(y):
    return lambda t, y=y: slope_of_sine(t, y)


def keyword(y):
    def function(t, *, y=y):
        return slope_of_sine(t, y)

    return function


@pytest.mark.parametrize("made", [closed, nested, default, keyword, lambda y: reads_global])
def test_points_that_a_function_closes_over(made, selections):
    x = torch.tensor(X, requires_grad=True)
    value = repair(made(GLOBAL), at=GLOBAL)(x)
    by_x, by_y = torch.autograd.grad(value.sum(), (x, GLOBAL))
    assert selections == [True]
    assert np.abs(detached(value) - true_slope(X, Y)).max() < 2e-15
    for found in (by_x, by_y):
        assert np.abs(detached(found) + np.sin(X) / 2)[MET].max() < 2e-15


class _Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.y = torch.nn.Parameter(torch.tensor(Y))

    def forward(self, x):
        return repair(lambda t: slope_of_sine(t, self.y), at=self.y)(x)


def test_what_cannot_be_told_apart_is_evaluated_as_a_whole(selections):
    layer, held = _Layer(), [torch.tensor(Y)]
    x = torch.tensor(X)
    for value in (layer(x), repair(lambda t: slope_of_sine(t, held[0]), at=held[0])(x)):
        assert np.abs(detached(value) - true_slope(X, Y)).max() < 2e-15

    def by_place(t, y):
        return slope_of_sine(t, y) * torch.arange(1, t.shape[-1] + 1)

    value = repair(by_place, at=lambda y: y)(x, torch.tensor(Y))
    assert np.abs(detached(value) / np.arange(1, COUNT + 1) - true_slope(X, Y)).max() < 2e-15
    assert selections == [False, False, False]


def test_few_points_and_many_elements(selections):
    x, y = torch.tensor(X).reshape(40, 50), torch.tensor(Y[:50])
    value = repair(slope_of_sine, at=lambda y: y)(x, y)
    assert np.abs(detached(value) - true_slope(X.reshape(40, 50), Y[:50])).max() < 2e-15
    both = repair(slope_of_sine, at=lambda y: y)(x[:, :1], torch.tensor(Y[:30]))
    assert np.abs(detached(both) - true_slope(X.reshape(40, 50)[:, :1], Y[:30])).max() < 2e-15
    value = repair(slope_of_sine, at=lambda y: y)(x, torch.tensor(Y).reshape(40, 50))
    assert np.abs(detached(value).ravel() - true_slope(X, Y)).max() < 2e-15
    assert selections == [False, False, True]


def test_nothing_is_near_and_what_is_no_number(selections):
    x, y = torch.tensor(X), torch.tensor(X + 50)
    h = repair(slope_of_sine, at=lambda y: y)
    assert torch.equal(h(x, y), slope_of_sine(x, y))
    x[3], y[4] = torch.nan, torch.nan
    x[5], y[6] = torch.inf, torch.inf
    value = h(x, y)
    assert value[:3].isfinite().all()
    assert value[3:7].isnan().all()
    assert value[7:].isfinite().all()
    met = h(x, x)
    assert met[[3, 5]].isnan().all()
    assert torch.allclose(met[6:], torch.cos(x[6:]), rtol=2e-15, atol=2e-15)
    assert selections == [True, True, True]


def test_a_pole_stays_one():
    x, y = torch.tensor(X), torch.tensor(Y)
    value = repair(lambda x, y: 1 / (x - y), at=lambda y: y)(x, y)
    assert value[MET].isnan().all()
    assert torch.equal(value[1::10], (1 / (x - y))[1::10])


def scales(low, high):
    return 10 ** RNG.uniform(low, high, COUNT)


def families():
    wide = scales(-3, 3)
    times = RNG.uniform(-2, 2, COUNT)
    times[::10], times[5::10] = 0.0, 1e-9
    large = scales(-6, 6)
    beside = large * (1 + scales(-12, 0))
    beside[::10] = large[::10]
    return {
        "sin(p x)": (lambda x, y, p: slope_of_sine(p * x, p * y), lambda y, p: y, X, Y, wide),
        "a pole as far as p": (lambda x, y, p: slope_of_sine(x, y) / (x - y - p), lambda y, p: y, X, Y, wide),
        "Box-Cox": (lambda p, x: (x**p - 1) / p, 0.0, times, wide),
        "Bateman": (
            lambda a, b, t: (torch.exp(-a * t) - torch.exp(-b * t)) / (b - a),
            lambda b, t: b,
            np.abs(X),
            np.abs(Y),
            RNG.uniform(0, 5, COUNT),
        ),
        "Langevin": (lambda x, p: 1 / torch.tanh(p * x) - 1 / (p * x), 0.0, X / 10, wide),
        "logarithmic mean": (lambda x, y: (torch.log(x) - torch.log(y)) / (x - y), lambda y: y, beside, large),
        "the error function": (lambda x, y: (torch.erf(x) - torch.erf(y)) / (x - y), lambda y: y, X / 4, Y / 4),
    }


@pytest.mark.parametrize("name", families())
def test_it_is_what_it_is_when_each_element_chooses(name, selections, without):
    function, at, *arrays = families()[name]

    def evaluated():
        given = [torch.tensor(values, requires_grad=True) for values in arrays]
        value = repair(function, at=at)(*given)
        slopes = torch.autograd.grad(value.sum(), given, create_graph=True)
        return [detached(v) for v in (value, *slopes, *torch.autograd.grad(slopes[0].sum(), given[:1]))]

    found, meant = evaluated(), without(evaluated)
    assert selections == [True]
    for k, (mine, other) in enumerate(zip(found, meant, strict=True)):
        bound = (1e-12, 1e-11, 1e-10)[min(k, 1) + (k == len(found) - 1)]
        assert np.isfinite(other).all()
        assert np.abs(mine - other).max() <= bound * np.abs(other).max()


@pytest.mark.parametrize("size", [1e-3, 1.0, 100.0, 37973.0, 51407.21364946237, 206932.6203793428])
@pytest.mark.parametrize("count", [1, 300])
def test_a_logarithmic_mean_of_any_size(size, count):
    y = (size * (1 + torch.arange(count, dtype=D) / 1000)).requires_grad_()
    x = (y * (1 + 1e-9)).detach().requires_grad_()
    value = repair(lambda x, y: (torch.log(x) - torch.log(y)) / (x - y), at=lambda y: y)(x, y)
    slopes = torch.autograd.grad(value.sum(), (x, y))
    u = ((x - y) / y).detach()
    assert torch.allclose(value, (1 - u / 2) / y, rtol=1e-14, atol=0)
    for slope, factor in zip(slopes, (2 / 3, 1 / 3), strict=True):
        assert torch.allclose(slope, -(0.5 - factor * u) / y**2, rtol=2e-14, atol=0)


def test_transformations_do_not_hold_on_to_the_elements_that_were_near(selections):
    h = repair(slope_of_sine, at=lambda y: y)
    x, y = (values.detach() for values in points())
    other = torch.tensor(RNG.permutation(COUNT))
    true = true_slope(X, Y)[other.numpy()]
    recorded = make_fx(h, tracing_mode="real")(x, y)
    assert np.abs(recorded(x[other], y[other]).numpy() - true).max() < 2e-15
    traced = torch.jit.trace(h, (x, y), check_trace=False)
    assert np.abs(traced(x[other], y[other]).numpy() - true).max() < 2e-15
    assert selections == [False, False]


def test_transformations_agree(selections):
    h = repair(slope_of_sine, at=lambda y: y)
    x, y = points()
    by_x, by_y = torch.autograd.grad(h(x, y).sum(), (x, y))
    with forward_ad.dual_level():
        both = h(
            forward_ad.make_dual(x.detach(), torch.ones(COUNT, dtype=D)), forward_ad.make_dual(y.detach(), 2 * by_y)
        )
        tangent = forward_ad.unpack_dual(both).tangent
    assert torch.allclose(tangent, by_x + 2 * by_y**2, rtol=1e-13, atol=1e-15)
    assert selections == [True, True]
    again = torch.autograd.grad(checkpoint(h, x, y, use_reentrant=False).sum(), (x, y))
    assert all(map(torch.equal, again, (by_x, by_y)))
    by_transform = torch.func.grad(lambda x, y: h(x, y).sum(), argnums=(0, 1))(x.detach(), y.detach())
    for mine, other in zip(by_transform, (by_x, by_y), strict=True):
        assert torch.allclose(mine, other, rtol=1e-13, atol=1e-14)
    mapped = torch.func.vmap(h)(x.detach().reshape(4, -1), y.detach().reshape(4, -1))
    assert np.abs(mapped.numpy().ravel() - true_slope(X, Y)).max() < 2e-15
    with torch.inference_mode():
        assert np.abs(h(x, y).numpy() - true_slope(X, Y)).max() < 2e-15


def test_elements_of_tensorflow(selections):
    import tensorflow as tf

    h = repair(lambda x, y: (tf.sin(x) - tf.sin(y)) / (x - y), at=lambda y: y)
    x, y = tf.Variable(X), tf.Variable(Y)
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as tape:
            value = h(x, y)
        by_x, by_y = map(tf.convert_to_tensor, tape.gradient(value, [x, y]))
    mixed = tf.convert_to_tensor(outer.gradient(by_x, y))
    assert np.abs(value.numpy() - true_slope(X, Y)).max() < 2e-15
    for found, true in ((by_x, -np.sin(X) / 2), (by_y, -np.sin(X) / 2), (mixed, -np.cos(X) / 6)):
        assert np.abs(found.numpy() - true)[MET].max() < 2e-15
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as forward:
        value = h(x, y)
    assert np.abs(forward.jvp(value).numpy() - by_x.numpy()).max() < 2e-15
    # no complex numbers: y is real
    closed = repair(lambda t: (tf.sin(t) - tf.sin(Y)) / (t - Y), at=Y)(x)
    assert np.abs(closed.numpy() - true_slope(X, Y)).max() < 1e-13
    assert selections == [True, True, True]
    assert np.abs(tf.function(h)(x, y).numpy() - true_slope(X, Y)).max() < 2e-15
    assert selections[3:] == [False]


def test_elements_of_jax(selections):
    import jax
    import jax.numpy as jnp

    with jax.enable_x64(True):
        h = repair(lambda x, y: (jnp.sin(x) - jnp.sin(y)) / (x - y), at=lambda y: y)
        x, y = jnp.asarray(X), jnp.asarray(Y)
        assert np.abs(h(x, y) - true_slope(X, Y)).max() < 2e-15
        by_x, by_y = jax.grad(lambda x, y: h(x, y).sum(), argnums=(0, 1))(x, y)
        for found in (by_x, by_y):
            assert np.abs(np.asarray(found) + np.sin(X) / 2)[MET].max() < 2e-15
    assert selections == [True, False]


def test_numbers_of_numpy(selections):
    for h in (
        repair(lambda x, y: (np.sin(x) - np.sin(y)) / (x - y), at=lambda y: y),
        functools.partial(lambda x, y: repair(lambda t: (np.sin(t) - np.sin(y)) / (t - y), at=y)(x)),
    ):
        assert np.abs(h(X, Y) - true_slope(X, Y)).max() < 2e-15
    assert selections == [True, True]


# ----------------------------------------------------------------------------------------- closures


def test_a_function_that_calls_itself_is_rebound():
    a = 2.0

    def power(n):
        return 1.0 if n == 0 else a * power(n - 1)

    other = closures.rebound(power, lambda value: 3.0 if value == 2.0 else value)
    assert other(1) == 3.0
    assert power(2) == 4.0


def test_nothing_is_rebound_where_nothing_is_another():
    assert closures.rebound(slope_of_sine, lambda value: value) is slope_of_sine
    assert closures.rebound(torch.sin, lambda value: None) is torch.sin
