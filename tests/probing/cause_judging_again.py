"""More cases that judge the search for a cause, written when it had been mended by the first ones.

They are formulas of fields: geometry, statistics, learning, physics. What they showed has been
mended since, in the search or, where a result is right after all, here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from probing.cause_case import Case, each_order

Array = Any
Operations = Any

_SUM = r"add|sub|AddN|Sub|RealDiv|div|mul|Mul"
_SUB = r"sub|Sub|add|Add"
_SINGULAR = r"div|Div|rsqrt|Rsqrt|sqrt|Sqrt|pow|Pow|Reciprocal|reciprocal|norm|mul|Mul"

WEIGHTS = np.random.default_rng(21).normal(size=(5, 5))
ROW = np.random.default_rng(22).normal(size=5)


# -------------------------------------------------------------------------------------------- wrong
def rodrigues(x: Array, o: Operations) -> Array:
    """A rotation by the vector (x, x/2, 0), one entry of its matrix."""
    squares = x * x + (0.5 * x) * (0.5 * x)
    theta = o.sqrt(squares)
    a = o.sin(theta) / theta  # here
    b = (1 - o.cos(theta)) / squares
    return a * x + b * x * x


def rodrigues_digits(x: Array, o: Operations) -> Array:
    squares = x * x + (0.5 * x) * (0.5 * x)
    theta = o.sqrt(squares)
    versed = 1 - o.cos(theta)  # here
    return versed / squares


def heron(x: Array, o: Operations) -> Array:
    """The area of a needle with sides 1, 1 and x."""
    s = (2 + x) / 2
    rest = s - 1
    third = s - x
    return o.sqrt(s * rest * rest * third)


def hyperbolic_distance(x: Array, o: Operations) -> Array:
    gap = x * x
    z = 1 + 2 * gap / (1 - gap)
    root = o.sqrt(z * z - 1)  # here
    return o.log(z + root) / x


def pairwise_distance(x: Array, o: Operations) -> Array:
    a = o.constant(ROW) + x
    b = o.constant(ROW) + x * (1 + 1e-9)
    squares = o.sum(a * a) + o.sum(b * b) - 2 * o.sum(a * b)  # here
    return squares * 1e18


def attention(x: Array, o: Operations) -> Array:
    scores = o.constant(ROW) * x
    weights = o.exp(scores)  # here
    weights = weights / o.sum(weights)
    return o.sum(weights * o.constant(ROW))


def rms_norm(x: Array, o: Operations) -> Array:
    v = o.constant(ROW) * x
    scale = o.sqrt(o.sum(v * v) / 5)  # here
    return o.sum(v / scale * o.constant(ROW))  # here


def kl_divergence(x: Array, o: Operations) -> Array:
    p = o.stack([x, 1 - x])
    q = o.stack([0.3 + 0 * x, 0.7 + 0 * x])
    return o.sum(p * (o.log(p) - o.log(q)))  # here


def elu_behind_where(x: Array, o: Operations) -> Array:
    e = o.exp(x) - 1  # here
    return o.where(x > 0, x, e) * 2


def log_mean(x: Array, o: Operations) -> Array:
    """The logarithmic mean of 1 and x."""
    width = x - 1  # here
    return width / o.log(x)  # here


def black_scholes(x: Array, o: Operations) -> Array:
    """The price of an option, in terms of its volatility."""
    d = (0.0 * x + x * x / 2) / x  # here
    return 0.5 * o.erfc(-d / 1.4142135623730951)


def seventh_power(x: Array, o: Operations) -> Array:
    total = x * 0 + 1
    for c in (-7, 21, -35, 35, -21, 7, -1):
        total = total * x + c  # here
    return total


def softplus_threshold(x: Array, o: Operations) -> Array:
    large = x > 2.0  # here
    return o.where(large, x, o.log(1 + o.exp(x)))


def cosine_similarity(x: Array, o: Operations) -> Array:
    u = o.constant(ROW) * x
    v = o.constant(ROW[::-1].copy())
    return o.sum(u * v) / o.sqrt(o.sum(u * u) * o.sum(v * v))


def capacitance(x: Array, o: Operations) -> Array:
    outer = 1 / (1 + x)
    return x / (1 - outer)  # here


def triangle_angle(x: Array, o: Operations) -> Array:
    """The angle between the sides 1 and 1 + x, if the third has the length x."""
    b = 1 + x
    c = (1 + b * b - 0.25 * x * x - x * x) / (2 * b)
    return o.acos(o.where(c > 1, 2 - c, c))  # here


def relativistic_speed(x: Array, o: Operations) -> Array:
    gamma = 1 + x
    inverse = 1 / (gamma * gamma)
    return o.sqrt(1 - inverse)  # here


def chain_of_layers(x: Array, o: Operations) -> Array:
    h = o.tanh(o.constant(ROW) * x)
    for _ in range(3):
        h = o.tanh(o.matvec(o.constant(WEIGHTS), h))
    s = 1e-9 * o.sum(h)
    ratio = (o.exp(s) - 1 - s) / (s * s)  # here
    return ratio * 2


def power_at_zero(x: Array, o: Operations) -> Array:
    size = x * x
    return o.sin(size**0.5)  # here


def jax_polar(x: Array, o: Operations) -> Array:
    radius = o.jax.numpy.hypot(x, 2 * x)  # here
    return radius * radius


def torch_normalize(x: Array, o: Operations) -> Array:
    v = o.torch.stack([x, 2 * x, -x])
    unit = v / o.torch.linalg.vector_norm(v)  # here
    return (unit * v).sum()


def torch_cosine_embedding(x: Array, o: Operations) -> Array:
    ones = o.torch.ones(2, dtype=x.dtype)
    similarity = o.torch.cosine_similarity(x * ones, ones, dim=0)
    angle = o.torch.acos(similarity)  # here
    return angle + x


def tensorflow_l2_normalize(x: Array, o: Operations) -> Array:
    v = o.stack([x, 2 * x])
    return o.sum(o.tf.math.l2_normalize(v, epsilon=0.0) * v)  # here


def tensorflow_atan2(x: Array, o: Operations) -> Array:
    angle = o.tf.atan2(x, x * x)  # here
    return angle * x


def torch_atan2(x: Array, o: Operations) -> Array:
    angle = o.torch.atan2(x, x * x)  # here
    return angle * x


# -------------------------------------------------------------------------------------------- right
def stable_cross_entropy(x: Array, o: Operations) -> Array:
    return o.log1p(o.exp(-o.abs(x))) + o.where(x > 0, 0 * x, -x)


def rotation(x: Array, o: Operations) -> Array:
    half = 0.5 * x
    return 2 * o.sin(half) ** 2 / (x * x)


def gaussian_mixture(x: Array, o: Operations) -> Array:
    return o.logsumexp(o.stack([-((x - 1) ** 2), -((x + 1) ** 2) / 2, -((x - 3) ** 2) / 5]))


def attention_with_maximum(x: Array, o: Operations) -> Array:
    scores = o.constant(ROW) * x
    weights = o.exp(scores - o.max(scores, 0))
    return o.sum(weights / o.sum(weights) * o.constant(ROW))


def batch_norm(x: Array, o: Operations) -> Array:
    v = o.constant(ROW) * x + 3
    mean = o.sum(v) / 5
    variance = o.sum((v - mean) ** 2) / 5
    return ((v - mean) / o.sqrt(variance + 1e-5))[2]


def pendulum(x: Array, o: Operations) -> Array:
    angle, speed = x, 0 * x
    for _ in range(10):
        speed = speed - 0.05 * o.sin(angle)
        angle = angle + 0.05 * speed
    return angle


def softsign(x: Array, o: Operations) -> Array:
    return x / (1 + o.abs(x))


WRONG = [
    Case("Rodrigues", rodrigues, 0.0, 0, "not finite", "div|Div"),
    Case("Rodrigues", rodrigues_digits, 1e-8, 0, "digits", _SUB),
    Case("hyperbolic distance", hyperbolic_distance, 1e-6, 0, "digits", _SUB + "|sqrt|Sqrt"),
    Case("distance by squares", pairwise_distance, 1.0, 0, "digits", _SUB),
    Case("attention", attention, 800.0, 0, "not finite", "exp|Exp"),
    Case("RMS norm", rms_norm, 0.0, 1, "not finite", _SINGULAR),
    Case("KL divergence", kl_divergence, 0.0, 0, "not finite", "log|Log"),
    Case("ELU behind where", elu_behind_where, 800.0, 1, "not finite", "exp|Exp"),
    Case("logarithmic mean", log_mean, 1.0, 0, "not finite", "div|Div"),
    Case("logarithmic mean", log_mean, 1 + 1e-9, 2, "digits", _SUM + "|pow|Pow|square|Square"),
    Case("Black-Scholes", black_scholes, 0.0, 0, "not finite", "div|Div"),
    Case("(x-1)^7 by Horner", seventh_power, 1.01, 0, "digits", _SUB),
    Case("softplus with a threshold", softplus_threshold, 2.02, 0, "branch", "gt|Greater", beside=(-0.05, -0.1)),
    Case("capacitance", capacitance, 1e-12, 0, "digits", _SUB),
    Case("acos of nearly 1", triangle_angle, 1e-8, 0, "digits", "acos|Acos"),
    Case("speed of gamma", relativistic_speed, 1e-13, 0, "digits", _SUB),
    Case("a chain of layers", chain_of_layers, 0.4, 0, "digits", _SUB),
    Case("sin (x^2)^.5", power_at_zero, 0.0, 1, "not finite", _SINGULAR),
    Case("hypot^2", jax_polar, 0.0, 2, "branch", "ge", frameworks=("jax",)),
    Case("v/|v| v", torch_normalize, 0.0, 1, "not finite", _SINGULAR, frameworks=("torch",)),
    Case("angle of equal vectors", torch_cosine_embedding, 0.3, 1, "digits", "AcosBackward0", frameworks=("torch",)),
    Case(
        "l2_normalize without epsilon",
        tensorflow_l2_normalize,
        0.0,
        1,
        "not finite",
        _SINGULAR,
        frameworks=("tensorflow",),
    ),
    Case("atan2(x,x^2) x", tensorflow_atan2, 0.0, 1, "not finite", "gradient of Atan2", frameworks=("tensorflow",)),
]
"""Programs whose results are wrong."""

RIGHT = [
    *each_order("cross entropy, stable", stable_cross_entropy, 0.7),
    Case("2 sin^2(x/2)/x^2", rotation, 1e-8, 0),
    *each_order("a mixture of gaussians", gaussian_mixture, 0.2),
    *each_order("attention with its maximum", attention_with_maximum, 0.6),
    *each_order("batch norm", batch_norm, 0.9),
    *each_order("a pendulum", pendulum, 0.8),
    *each_order("softsign", softsign, 0.5),
    *each_order("cosine similarity", cosine_similarity, 0.4),
    *each_order("the area of a needle", heron, 1e-3),
    Case("atan2(x,x^2) x, a kink", torch_atan2, 0.0, 1, frameworks=("torch",)),
]
"""Programs whose results are right."""
