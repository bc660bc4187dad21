"""The cases by which the search for a cause was developed; those that judge it are in another file.

Constants are written out where a formula needs rounded ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from probing.cause_case import Case, each_order

Array = Any
Operations = Any

_RANDOM = np.random.default_rng(3)
W1, W2, BIAS, W3 = (_RANDOM.normal(size=shape) for shape in (4, (4, 4), 4, 4))
FIVE = _RANDOM.normal(size=5)

_SUM = r"add|sub|AddN|Sub|RealDiv|div|mul|Mul"


def square_quotient(x: Array, o: Operations) -> Array:
    return (x * x - 4) / (x - 2)  # here


def versed(x: Array, o: Operations) -> Array:
    return (1 - o.cos(x)) / (x * x)  # here


def norm_squared(x: Array, o: Operations) -> Array:
    return o.norm(o.stack([x, 2 * x])) ** 2  # here


def angle_squared(x: Array, o: Operations) -> Array:
    return o.acos(o.cos(x)) ** 2  # here


def root_behind_where(x: Array, o: Operations) -> Array:
    return o.where(x <= 1, o.zeros_like(x), o.sqrt(x - 1))  # here


def cosine_of_angle(x: Array, o: Operations) -> Array:
    return x / o.sqrt(x**2 + (2 * x) ** 2)  # here


def softplus_by_hand(x: Array, o: Operations) -> Array:
    return o.log(1 + o.exp(x))  # here


def exponential_rest(x: Array, o: Operations) -> Array:
    return (o.exp(x) - 1 - x) / (x * x)  # here


def logsumexp_by_hand(x: Array, o: Operations) -> Array:
    e = o.exp(o.stack([x, x + 1, x - 2]))  # here
    return o.log(o.sum(e))


def power_quotient(x: Array, o: Operations) -> Array:
    return (2.0**x - 1) / x  # here


def sine_rest(x: Array, o: Operations) -> Array:
    return (o.sin(x) - x) / x**3  # here


def variance_in_one_pass(x: Array, o: Operations) -> Array:
    v = o.stack([x, x + 1, x + 2])
    return o.sum(v * v) / 3 - (o.sum(v) / 3) ** 2  # here


def sinc_with_value(x: Array, o: Operations) -> Array:
    zero = x == 0  # here
    return o.where(zero, o.zeros_like(x) + 1, o.sin(x) / o.where(zero, o.zeros_like(x) + 1, x))


def sinc_flat(x: Array, o: Operations) -> Array:
    near = o.abs(x) < 1e-2  # here
    return o.where(near, o.zeros_like(x) + 1, o.sin(x) / x)


def sign_by_root(x: Array, o: Operations) -> Array:
    return o.sqrt(x * x) / x  # here


def net_of_sizes(x: Array, o: Operations) -> Array:
    h = o.tanh(o.constant(W1) * x)
    h = o.matvec(o.constant(W2), h)
    h = h / o.abs(h) * o.abs(h)  # here
    return o.sum(o.constant(W3) * o.tanh(h))


def net_of_directions(x: Array, o: Operations) -> Array:
    h = o.tanh(o.constant(W1) * x)
    h = o.matvec(o.constant(W2), h)
    h = h / o.norm(h)  # here
    return o.sum(o.constant(W3) * h)


def net_of_powers(x: Array, o: Operations) -> Array:
    h = o.softplus(o.matvec(o.constant(W2), o.tanh(o.constant(W1) * 0.3)))
    h = (h**x - 1) / x  # here
    h = o.matvec(o.constant(W2), o.tanh(h))
    return o.sum(o.constant(W3) * h)


def net_of_cosines(x: Array, o: Operations) -> Array:
    h = o.softplus(o.matvec(o.constant(W2), o.tanh(o.constant(W1) * x)) + o.constant(BIAS))
    h = (1 - o.cos(h * 1e-8)) / (h * 1e-8) ** 2  # here
    h = o.matvec(o.constant(W2), o.tanh(h))
    return o.sum(o.constant(W3) * h)


# ------------------------------------------------------------------------------------ one framework
def torch_sinc(x: Array, o: Operations) -> Array:
    return o.torch.sinc(x)  # here


def jax_sinc(x: Array, o: Operations) -> Array:
    return o.jax.numpy.sinc(x)  # here


def tensorflow_sinc(x: Array, o: Operations) -> Array:
    return o.tf.experimental.numpy.sinc(x)  # here


def torch_log_ndtr(x: Array, o: Operations) -> Array:
    return o.torch.special.log_ndtr(x)  # here


def jax_log_ndtr(x: Array, o: Operations) -> Array:
    return o.jax.scipy.special.log_ndtr(x)  # here


def log_ndtr_by_hand(x: Array, o: Operations) -> Array:
    return o.log(0.5 * o.erfc(-x * 0.70710678))  # here


def in_place(x: Array, o: Operations) -> Array:
    b = o.torch.zeros(3, dtype=x.dtype)
    b[0] = x
    b[1:].add_(o.cos(x))
    b[1].sub_(1)  # here
    return b[1] / x**2


def python_branch(x: Array, o: Operations) -> Array:
    return (1 - o.cos(x)) / x**2 if float(x * x) > 1e-20 else 0.5 + 0 * x  # here


def last_bit(x: Array, o: Operations) -> Array:
    if float(o.cos(x) ** 2 + o.sin(x) ** 2) <= 1:
        return o.sin(x)  # here
    return o.sin(x) + 1


def torch_i0e(x: Array, o: Operations) -> Array:
    return o.torch.special.i0e(x)  # here


def jax_i0e(x: Array, o: Operations) -> Array:
    return o.jax.scipy.special.i0e(x)  # here


def tensorflow_i0e(x: Array, o: Operations) -> Array:
    return o.tf.math.bessel_i0e(x)  # here


def torch_j0(x: Array, o: Operations) -> Array:
    return o.torch.special.bessel_j0(x)  # here


def torch_xlogy(x: Array, o: Operations) -> Array:
    return o.torch.special.xlogy(x, o.torch.tensor(2.0, dtype=x.dtype))  # here


def tensorflow_xlogy(x: Array, o: Operations) -> Array:
    return o.tf.math.xlogy(x, o.constant(2.0))  # here


def tensorflow_cumprod(x: Array, o: Operations) -> Array:
    return o.sum(o.tf.math.cumprod(o.stack([x + 3, x, x + 2])))  # here


def jax_boxcox(x: Array, o: Operations) -> Array:
    return o.jax.scipy.special.boxcox(3.0, x)  # here


def jax_scan(x: Array, o: Operations) -> Array:
    def turn(carry: Array, _: Array) -> tuple[Array, None]:
        return carry + (1 - o.cos(x)) * 0.1, None  # here

    return o.jax.lax.scan(turn, x * 0, None, length=4)[0] / x**2


def jax_cond(x: Array, o: Operations) -> Array:
    return o.jax.lax.cond(
        x > 1e-12,
        lambda x: (1 - o.cos(x)) / x**2,  # here
        lambda x: 0.5 + 0 * x,
        x,
    )


def jax_while(x: Array, o: Operations) -> Array:
    def body(state: tuple[Array, Array]) -> tuple[Array, Array]:
        return state[0] + 1, state[1] + 1 - o.cos(x)  # here

    return o.jax.lax.while_loop(lambda state: state[0] < 3, body, (0, x * 0))[1] / x**2


def jax_wrong_rule(x: Array, o: Operations) -> Array:
    @o.jax.custom_jvp
    def cube(x: Array) -> Array:
        return x**3

    cube.defjvp(lambda primals, tangents: (cube(primals[0]), 2 * primals[0] ** 2 * tangents[0]))
    return o.sin(cube(o.exp(x)))  # here


def tensorflow_cond(x: Array, o: Operations) -> Array:
    return o.tf.cond(
        x > 1e-12,
        lambda: (1 - o.cos(x)) / x**2,  # here
        lambda: 0.5 + 0 * x,
    )


def tensorflow_while(x: Array, o: Operations) -> Array:
    return (
        o.tf.while_loop(
            lambda i, s: i < 3,
            lambda i, s: (i + 1, s + 1 - o.cos(x)),  # here
            (0, x * 0),
        )[1]
        / x**2
    )


# ----------------------------------------------------------------------------------------- harmless
def kahan_log1p(x: Array, o: Operations) -> Array:
    u = 1 + x
    return o.log(u) * x / (u - 1)


def kahan_expm1(x: Array, o: Operations) -> Array:
    u = o.exp(x)
    return (u - 1) * x / o.log(u)


def sine_times_exponential(x: Array, o: Operations) -> Array:
    return o.sin(x) * o.exp(x)


def layer_norm_by_hand(x: Array, o: Operations) -> Array:
    v = o.constant(FIVE) * x
    m = v - o.sum(v) / 5
    return (m / o.sqrt(o.sum(m * m) / 5 + 1e-5))[1]


def cube(x: Array, o: Operations) -> Array:
    return x**3


def horner(x: Array, o: Operations) -> Array:
    r = x * 0 + 1 / 5040
    for c in (-1 / 720, 1 / 120, -1 / 24, 1 / 6, -0.5, 1):
        r = r * x + c
    return r


def logsumexp(x: Array, o: Operations) -> Array:
    return o.logsumexp(o.stack([x, x + 1, x - 2]))


def logsumexp_with_maximum(x: Array, o: Operations) -> Array:
    v = o.stack([x, x + 1, x - 2])
    m = o.max(v, 0)
    return m + o.log(o.sum(o.exp(v - m)))


def softmax_by_hand(x: Array, o: Operations) -> Array:
    v = o.stack([x, x + 1, x - 2])
    e = o.exp(v - o.max(v, 0))
    return (e / o.sum(e))[0]


def two_wheres(x: Array, o: Operations) -> Array:
    inside = x > 1
    s = o.where(inside, x, o.zeros_like(x) + 2)
    return o.where(inside, o.sqrt(s - 1), o.zeros_like(x))


def net(x: Array, o: Operations) -> Array:
    return o.sum(o.constant(W3) * o.tanh(o.matvec(o.constant(W2), o.tanh(o.constant(W1) * x))))


def lost_and_small(x: Array, o: Operations) -> Array:
    return o.exp(x) + 1e-9 * (1 - o.cos(x * 1e-7)) * 1e-3


def contraction(x: Array, o: Operations) -> Array:
    s = x
    for _ in range(20):
        s = s + (0.5 - s) * 0.1
    return s


def torch_dropout(x: Array, o: Operations) -> Array:
    ones = o.torch.ones(9, dtype=x.dtype)
    return o.torch.nn.functional.dropout(o.sin(x * ones), 0.5).sum() + o.torch.rand(()).double()


def torch_layer_norm(x: Array, o: Operations) -> Array:
    return o.torch.nn.functional.layer_norm(x * o.constant(FIVE), (5,))[1]


def torch_gelu(x: Array, o: Operations) -> Array:
    return o.torch.nn.functional.gelu(x)


def torch_log_softmax(x: Array, o: Operations) -> Array:
    return o.torch.log_softmax(o.stack([x, x * 2, x + 1]), 0)[0]


def torch_eigenvalue(x: Array, o: Operations) -> Array:
    rows = [o.stack([x, x * 0 + 1]), o.stack([x * 0 + 1, 3 - x])]
    return o.torch.linalg.eigvalsh(o.stack(rows))[0]


def jax_relu(x: Array, o: Operations) -> Array:
    return o.jax.nn.relu(x)


def jax_gelu(x: Array, o: Operations) -> Array:
    return o.jax.nn.gelu(x)


def jax_log_softmax(x: Array, o: Operations) -> Array:
    return o.jax.nn.log_softmax(o.stack([x, 2 * x, x + 1]))[0]


def jax_random(x: Array, o: Operations) -> Array:
    return o.sum(o.sin(x) * o.jax.random.normal(o.jax.random.key(0), (5,)))


def tensorflow_gelu(x: Array, o: Operations) -> Array:
    return o.tf.nn.gelu(x)


def tensorflow_log_softmax(x: Array, o: Operations) -> Array:
    return o.tf.nn.log_softmax(o.stack([x, 2 * x, x + 1]))[0]


def exponential(x: Array, o: Operations) -> Array:
    return o.exp(x)


WRONG = [
    Case("(x*x-4)/(x-2)", square_quotient, 2 + 1e-9, 1, "digits", _SUM),
    Case("(1-cos x)/x^2", versed, 1e-8, 0, "digits", "sub|Sub"),
    Case("(1-cos x)/x^2", versed, 0.0, 0, "not finite", "div|Div"),
    Case("norm(v)^2", norm_squared, 0.0, 2, "not finite", "div|Div"),
    Case("acos(cos x)^2", angle_squared, 1e-9, 1, "not finite", "sqrt|Reciprocal|Rsqrt|div|pow"),
    Case(
        "where(x<=1,0,sqrt(x-1))", root_behind_where, 0.5, 1, "not finite", "sqrt|div|pow", frameworks=("torch", "jax")
    ),
    Case("x/sqrt(x^2+4x^2)", cosine_of_angle, 1e-200, 0, "underflow", "pow|Pow|square|mul|Mul"),
    Case("log(1+exp x)", softplus_by_hand, 800.0, 0, "not finite", "exp|Exp"),
    Case("log(1+exp x)", softplus_by_hand, 800.0, 1, "not finite", "exp|Exp"),
    Case("log(1+exp x)", softplus_by_hand, -35.0, 0, "digits", "log|Log|add|Add"),
    Case("(exp x-1-x)/x^2", exponential_rest, 1e-6, 0, "digits", "sub|Sub"),
    Case("logsumexp by hand", logsumexp_by_hand, 800.0, 0, "not finite", "exp|Exp"),
    Case("logsumexp by hand", logsumexp_by_hand, -800.0, 0, "underflow", "exp|Exp"),
    Case("(2^x-1)/x", power_quotient, 1e-9, 1, "digits", _SUM),
    Case("(sin x-x)/x^3", sine_rest, 1e-6, 0, "digits", "sub|Sub"),
    Case("variance in one pass", variance_in_one_pass, 1e6, 0, "digits", "sub|Sub"),
    Case("where(x==0,1,sin x/x)", sinc_with_value, 0.0, 2, "branch", "eq|Equal"),
    Case("where(|x|<1e-2,1,..)", sinc_flat, 1e-3, 1, "branch", "lt|Less"),
    Case("sqrt(x*x)/x", sign_by_root, 1e-200, 0, "underflow", "mul|Mul"),
    Case("net, h/|h|*|h|", net_of_sizes, 0.0, 0, "not finite", "div|Div"),
    Case("net, h/norm(h)", net_of_directions, 0.0, 1, "not finite", "div|Div"),
    Case("net, Box-Cox", net_of_powers, 1e-9, 1, "digits", _SUM),
    Case("net, Box-Cox", net_of_powers, 1e-12, 0, "digits", "sub|Sub"),
    Case("net, 1-cos", net_of_cosines, 0.3, 0, "digits", "sub|Sub"),
    Case("sinc", torch_sinc, 1e-9, 2, "digits", "sub in SincBackward0", frameworks=("torch",)),
    Case("sinc", jax_sinc, 1e-9, 2, "digits", _SUM, frameworks=("jax",)),
    Case("sinc", tensorflow_sinc, 1e-9, 2, "digits", _SUM, frameworks=("tensorflow",)),
    Case("log_ndtr", torch_log_ndtr, -1000.0, 1, "digits", "add in SpecialLogNdtrBackward0", "float32", ("torch",)),
    Case("log_ndtr", jax_log_ndtr, -1000.0, 1, "digits", "sub", "float32", ("jax",)),
    Case("log(erfc)", log_ndtr_by_hand, -20.0, 1, "underflow", "Erfc", "float32", ("tensorflow",)),
    Case("1-cos in place", in_place, 1e-8, 0, "digits", "sub_", frameworks=("torch",)),
    Case("a branch of Python", python_branch, 1e-8, 0, "digits", "sub", frameworks=("torch",)),
    Case("a branch on the last bit", last_bit, 0.3, 0, "branch", "sin|add", frameworks=("torch",)),
    Case("i0e", torch_i0e, 0.0, 1, "rule", "i0e", frameworks=("torch",), beside=(0.05, 0.1)),
    Case("i0e", jax_i0e, 0.0, 1, "rule", "i0e", frameworks=("jax",), beside=(0.05, 0.1)),
    Case("i0e", tensorflow_i0e, 0.0, 1, "rule", "I0e", frameworks=("tensorflow",), beside=(0.05, 0.1)),
    Case("j0, which has no rule", torch_j0, 0.3, 1, "cut", "j0", frameworks=("torch",)),
    Case("xlogy", tensorflow_xlogy, 0.0, 1, "branch", "NotEqual", frameworks=("tensorflow",)),
    Case("cumprod", tensorflow_cumprod, 0.0, 1, "rule", "Cumprod", frameworks=("tensorflow",)),
    Case("boxcox", jax_boxcox, 0.0, 1, "branch", "eq", frameworks=("jax",)),
    Case("scan", jax_scan, 1e-8, 0, "digits", "sub", frameworks=("jax",)),
    Case("cond", jax_cond, 1e-8, 0, "digits", "sub", frameworks=("jax",)),
    Case("while", jax_while, 1e-8, 0, "digits", "sub", frameworks=("jax",)),
    Case("a wrong custom_jvp", jax_wrong_rule, 0.3, 1, "rule", "custom_jvp", frameworks=("jax",)),
    Case("cond", tensorflow_cond, 1e-8, 0, "digits", "Sub", frameworks=("tensorflow",)),
    Case("while", tensorflow_while, 1e-8, 0, "digits", "Sub", frameworks=("tensorflow",)),
]
"""Programs whose results are wrong."""

RIGHT = [
    Case("Kahan's log1p", kahan_log1p, 1e-12),
    Case("Kahan's expm1", kahan_expm1, 1e-12),
    *each_order("sin x exp x", sine_times_exponential, 0.3),
    *each_order("layer norm", layer_norm_by_hand, 0.7),
    *each_order("x^3", cube, 0.0),
    *each_order("Horner", horner, 0.3),
    *each_order("logsumexp", logsumexp, 0.4),
    *each_order("logsumexp with its maximum", logsumexp_with_maximum, 0.4),
    *each_order("softmax", softmax_by_hand, 0.4),
    *each_order("two wheres", two_wheres, 0.5),
    *each_order("net", net, 0.3),
    *each_order("net", net, 0.0),
    *each_order("lost digits that do not matter", lost_and_small, 0.3),
    *each_order("contraction", contraction, 3.0),
    Case("where(x<=1,0,sqrt(x-1)), whose 0 TensorFlow keeps", root_behind_where, 0.5, 1, frameworks=("tensorflow",)),
    Case("xlogy, whose comparisons do not matter", torch_xlogy, 0.0, 1, frameworks=("torch",)),
    Case("dropout", torch_dropout, 0.3, 0, frameworks=("torch",)),
    Case("dropout", torch_dropout, 0.3, 2, frameworks=("torch",)),
    Case("layer_norm", torch_layer_norm, 0.7, 2, frameworks=("torch",)),
    Case("gelu", torch_gelu, 0.3, 2, frameworks=("torch",)),
    Case("log_softmax", torch_log_softmax, 0.3, 2, frameworks=("torch",)),
    Case("eigvalsh", torch_eigenvalue, 0.3, 2, frameworks=("torch",)),
    Case("relu", jax_relu, 0.0, 1, frameworks=("jax",)),
    Case("gelu", jax_gelu, 0.3, 2, frameworks=("jax",)),
    Case("log_softmax", jax_log_softmax, 0.3, 2, frameworks=("jax",)),
    Case("random numbers", jax_random, 0.3, 2, frameworks=("jax",)),
    Case("gelu", tensorflow_gelu, 0.3, 2, frameworks=("tensorflow",)),
    Case("log_softmax", tensorflow_log_softmax, 0.3, 2, frameworks=("tensorflow",)),
    Case("exp in float32", exponential, 0.3, 2, dtype="float32"),
]
"""Programs whose results are right."""
