"""The cases that judge the search for a cause; they were written before they were run.

What they showed has been mended since, in the search or, where a result is right after all, here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from probing.cause_case import Case, each_order

Array = Any
Operations = Any

_SUM = r"add|sub|AddN|Sub|RealDiv|div|mul|Mul"
_SUB = r"sub|Sub|add|Add"
_SINGULAR = r"div|Div|rsqrt|Rsqrt|sqrt|Sqrt|pow|Pow|Reciprocal|reciprocal|linalg|eigh|Eig|std|var"

MATRIX = np.random.default_rng(12).normal(size=(4, 4))
VECTOR = np.random.default_rng(13).normal(size=4)


# -------------------------------------------------------------------------------------- lost digits
def small_root(x: Array, o: Operations) -> Array:
    root = o.sqrt(x * x - 4)
    return (x - root) / 2  # here


def log_quotient(x: Array, o: Operations) -> Array:
    return o.log(x) / (x - 1)  # here


def tanh_quotient(x: Array, o: Operations) -> Array:
    return o.tanh(x) / x  # here


def law_of_cosines(x: Array, o: Operations) -> Array:
    a = x * x
    b = (x + 1e-9) * (x + 1e-9)
    return a + b - 2 * x * (x + 1e-9)  # here


def great_circle(x: Array, o: Operations) -> Array:
    c = 0.36 + 0.64 * o.cos(x)
    return o.acos(c)  # here


def sinh_by_hand(x: Array, o: Operations) -> Array:
    up = o.exp(x)
    down = o.exp(-x)
    return (up - down) / (2 * x)  # here


def difference_quotient(x: Array, o: Operations) -> Array:
    ahead = o.sin(x + 1e-12)
    behind = o.sin(x - 1e-12)
    return (ahead - behind) / 2e-12  # here


def exponential_series(x: Array, o: Operations) -> Array:
    total = x * 0 + 1
    term = total
    for k in range(1, 110):
        term = term * x / k
        total = total + term  # here
    return total


def bessel_upwards(x: Array, o: Operations) -> Array:
    low = 1 - x**2 / 4 + x**4 / 64
    high = x / 2 - x**3 / 16 + x**5 / 384
    for n in range(1, 6):
        low, high = high, 2 * n / x * high - low  # here
    return high


def determinant(x: Array, o: Operations) -> Array:
    a = (x + 1e-7) * (x - 1e-7)
    b = x * x
    return (a - b) * 1e14  # here


def nearly_singular(x: Array, o: Operations) -> Array:
    rows = [o.stack([o.ones_like(x), o.ones_like(x)]), o.stack([o.ones_like(x), 1 + x])]
    right = o.stack([o.stack([o.ones_like(x)]), o.stack([1 + 2 * x])])
    if hasattr(o, "torch"):
        return o.torch.linalg.solve(o.stack(rows), right)[1, 0]  # here
    if hasattr(o, "jax"):
        return o.jax.numpy.linalg.solve(o.stack(rows), right)[1, 0]  # here
    return o.tf.linalg.solve(o.stack(rows), right)[1, 0]  # here


def inverse_softplus(x: Array, o: Operations) -> Array:
    e = o.exp(x)
    return o.log(e - 1)  # here


def lgamma_ratio(x: Array, o: Operations) -> Array:
    a = o.lgamma(x + 0.5)
    b = o.lgamma(x)
    return a - b  # here


def kinetic_energy(x: Array, o: Operations) -> Array:
    gamma = 1 / o.sqrt(1 - x * x)
    return gamma - 1  # here


def lens(x: Array, o: Operations) -> Array:
    a = 1 / x
    power = a - 1  # here
    return 1 / power


def kepler(x: Array, o: Operations) -> Array:
    return x - (1 - 1e-13) * o.sin(x)  # here


def tangent_rest(x: Array, o: Operations) -> Array:
    return (o.tan(x) - x) / x**3  # here


def neighbours(x: Array, o: Operations) -> Array:
    a = x * x
    b = (x - 1) * (x + 1)
    return a - b  # here


# ------------------------------------------------------------------------------ numbers without end
def log_of_softmax(x: Array, o: Operations) -> Array:
    v = o.stack([x, x * 0])
    e = o.exp(v - o.max(v, 0))  # here
    return o.log(e[1] / o.sum(e))


def cross_entropy(x: Array, o: Operations) -> Array:
    p = 1 / (1 + o.exp(-x))
    return -o.log(1 - p)  # here


def cosine_of_size(x: Array, o: Operations) -> Array:
    size = o.sqrt(x * x)  # here
    return o.cos(size)


def cube_of_size(x: Array, o: Operations) -> Array:
    return (x * x) ** 1.5  # here


def inverse_distance(x: Array, o: Operations) -> Array:
    squares = x * x + (2 * x) * (2 * x)  # here
    return x / squares


def overflow_inside(x: Array, o: Operations) -> Array:
    fourth = x**4  # here
    return x**2 / o.sqrt(1 + fourth)


def chord(x: Array, o: Operations) -> Array:
    return o.sqrt(1 - o.cos(x))  # here


def softplus_behind_where(x: Array, o: Operations) -> Array:
    big = x > 100
    e = o.exp(x)  # here
    return o.where(big, x, o.log(1 + e))


def entropy(x: Array, o: Operations) -> Array:
    p = o.stack([x, 1 - x])
    return -o.sum(p * o.log(p))  # here


def slerp(x: Array, o: Operations) -> Array:
    theta = o.acos(o.cos(x))
    a = o.sin(0.3 * theta) / o.sin(theta)  # here
    return a + 1


def bessel_quotient(x: Array, o: Operations) -> Array:
    if hasattr(o, "torch"):
        i1 = o.torch.special.i1
    elif hasattr(o, "jax"):
        i1 = o.jax.scipy.special.i1
    else:
        i1 = o.tf.math.bessel_i1
    return i1(x) / x  # here


def unit_vector(x: Array, o: Operations) -> Array:
    v = o.stack([x, x * x])
    return o.sum(v / o.sqrt(o.sum(v * v)) * v)  # here


# ----------------------------------------------------------------------------------------- branches
def flat_log_quotient(x: Array, o: Operations) -> Array:
    near = o.abs(x - 1) < 1e-3  # here
    return o.where(near, o.ones_like(x), o.log(x) / o.where(near, o.ones_like(x), x - 1))


def clipped_angle(x: Array, o: Operations) -> Array:
    small = x * x < 1e-4  # here
    return o.where(small, 0.5 + 0 * x, (1 - o.cos(x)) / o.where(small, 1 + 0 * x, x * x))


def torch_python_value(x: Array, o: Operations) -> Array:
    if x.item() == 0:
        return 0 * x + 1  # here
    return o.sin(x) / x


def jax_cond_value(x: Array, o: Operations) -> Array:
    zero = x == 0  # here
    return o.jax.lax.cond(zero, lambda x: 1 + 0 * x, lambda x: o.sin(x) / x, x)


def tensorflow_cond_value(x: Array, o: Operations) -> Array:
    zero = x == 0  # here
    return o.tf.cond(zero, lambda: 1 + 0 * x, lambda: o.sin(x) / x)


def tensorflow_xdivy(x: Array, o: Operations) -> Array:
    return o.tf.math.xdivy(x, o.constant(2.0)) + o.sin(x)  # here


# -------------------------------------------------------------------------------------------- rules
def size_squared(x: Array, o: Operations) -> Array:
    size = o.abs(x)  # here
    return size * size


def torch_airy(x: Array, o: Operations) -> Array:
    return o.sin(x) + o.torch.special.airy_ai(x)  # here


def torch_y0(x: Array, o: Operations) -> Array:
    y = o.torch.special.bessel_y0(o.exp(x))  # here
    return x * y


def torch_own_function(x: Array, o: Operations) -> Array:
    class Cube(o.torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Array) -> Array:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx: Any, cotangent: Array) -> Array:
            return 2 * ctx.saved_tensors[0] ** 2 * cotangent

    return o.sin(Cube.apply(o.exp(x)))  # here


def jax_own_vjp(x: Array, o: Operations) -> Array:
    @o.jax.custom_vjp
    def cube(x: Array) -> Array:
        return x**3

    cube.defvjp(lambda x: (x**3, x), lambda x, cotangent: (2 * x**2 * cotangent,))
    return o.cos(cube(o.exp(x)))  # here


def tensorflow_own_gradient(x: Array, o: Operations) -> Array:
    @o.tf.custom_gradient
    def cube(x: Array) -> tuple[Array, Any]:
        return x**3, lambda cotangent: 2 * x**2 * cotangent

    return o.sin(cube(o.exp(x)))  # here


# ------------------------------------------------------------------------ loops and transformations
def torch_vmap(x: Array, o: Operations) -> Array:
    def versed(t: Array) -> Array:
        return (1 - o.cos(t)) / t**2  # here

    return o.torch.func.vmap(versed)(o.stack([x, 2 * x]))[0]


def jax_vmap(x: Array, o: Operations) -> Array:
    def versed(t: Array) -> Array:
        return (1 - o.cos(t)) / t**2  # here

    return o.jax.vmap(versed)(o.stack([x, 2 * x]))[0]


def torch_checkpoint(x: Array, o: Operations) -> Array:
    from torch.utils.checkpoint import checkpoint

    def block(x: Array) -> Array:
        return (o.exp(x) - 1) / x  # here

    return checkpoint(block, x, use_reentrant=False)


def torch_inner_derivative(x: Array, o: Operations) -> Array:
    def log_cosh_like(x: Array) -> Array:
        return (o.exp(x) - 1) / x  # here

    return o.torch.func.grad(log_cosh_like)(x)


def jax_jit(x: Array, o: Operations) -> Array:
    @o.jax.jit
    def rest(x: Array) -> Array:
        return (o.exp(x) - 1 - x) / x**2  # here

    return o.jax.jit(lambda x: 2 * rest(x))(x)


def jax_scan_derivative(x: Array, o: Operations) -> Array:
    def turn(carry: Array, k: Array) -> tuple[Array, Array]:
        carry = carry + k * (1 - o.cos(x))  # here
        return carry, carry

    rows = o.jax.lax.scan(turn, x * 0, o.constant([1.0, 2.0, 3.0]))[1]
    return rows[2] / x**2  # here


def tensorflow_while_derivative(x: Array, o: Operations) -> Array:
    def body(i: Array, s: Array) -> tuple[Array, Array]:
        return i + 1, s + (1 - o.cos(x))  # here

    total = o.tf.while_loop(lambda i, s: i < 3, body, (0, x * 0))[1]  # here
    return total / x**2  # here


def tensorflow_function(x: Array, o: Operations) -> Array:
    @o.tf.function(autograph=False)
    def rest(x: Array) -> Array:
        return (o.exp(x) - 1 - x) / x**2  # here

    return 2 * rest(x)


def torch_fourier(x: Array, o: Operations) -> Array:
    v = o.stack([x, x + 1, x + 2, x + 3.5])
    return o.torch.fft.fft(v)[1].real  # here


def jax_fourier(x: Array, o: Operations) -> Array:
    v = o.stack([x, x + 1, x + 2, x + 3.5])
    return o.jax.numpy.fft.fft(v)[1].real  # here


def tensorflow_fourier(x: Array, o: Operations) -> Array:
    v = o.stack([x, x + 1, x + 2, x + 3.5])
    return o.tf.math.real(o.tf.signal.fft(o.tf.cast(v, "complex128"))[1])  # here


def torch_layer_norm_of_equals(x: Array, o: Operations) -> Array:
    v = x * o.torch.ones(3, dtype=x.dtype)
    return o.torch.nn.functional.layer_norm(v, (3,), eps=0.0)[0]  # here


def deviation_of_equals(x: Array, o: Operations) -> Array:
    v = o.stack([x, x, x])
    if hasattr(o, "torch"):
        return o.torch.std(v)  # here
    if hasattr(o, "jax"):
        return o.jax.numpy.std(v)  # here
    return o.tf.math.reduce_std(v)  # here


def equal_eigenvalues(x: Array, o: Operations) -> Array:
    matrix = o.stack([o.stack([1 + x, 0 * x]), o.stack([0 * x, 1 + 0 * x])])
    linalg = o.torch.linalg if hasattr(o, "torch") else o.jax.numpy.linalg
    values, vectors = linalg.eigh(matrix)  # here
    return ((vectors * values) @ vectors.T)[0, 0]


# ----------------------------------------------------------------------------------------- harmless
def there_and_back(x: Array, o: Operations) -> Array:
    return o.log1p(o.expm1(x))


def logistic(x: Array, o: Operations) -> Array:
    return 0.5 * (1 + o.tanh(x / 2))


def fifth_power(x: Array, o: Operations) -> Array:
    total = x * 0 + 1
    for c in (-5, 10, -10, 5, -1):
        total = total * x + c
    return total


def kahan_sum(x: Array, o: Operations) -> Array:
    total = x * 0
    lost = x * 0
    for k in range(1, 12):
        term = x / k - lost
        new = total + term
        lost = (new - total) - term
        total = new
    return total


def masked_softmax(x: Array, o: Operations) -> Array:
    v = o.stack([x, x - np.inf, 2 * x])
    e = o.exp(v - o.max(v, 0))
    return (e / o.sum(e))[0]


def far_logits(x: Array, o: Operations) -> Array:
    return o.logsumexp(o.stack([x, x - 800]))


def smooth_size(x: Array, o: Operations) -> Array:
    return o.sqrt(x * x + 1e-12)


def pythagoras(x: Array, o: Operations) -> Array:
    return o.cos(x) ** 2 + o.sin(x) ** 2


def narrow(x: Array, o: Operations) -> Array:
    return o.exp(-((x / 1e-3) ** 2) / 2)


def steep(x: Array, o: Operations) -> Array:
    return o.tanh(1000 * x)


def newton_root(x: Array, o: Operations) -> Array:
    root = x
    for _ in range(8):
        root = 0.5 * (root + x / root)
    return root


def lgamma(x: Array, o: Operations) -> Array:
    return o.lgamma(x)


def x_log_x(x: Array, o: Operations) -> Array:
    return x * o.log(x)


def well_conditioned(x: Array, o: Operations) -> Array:
    matrix = o.constant(MATRIX @ MATRIX.T + np.eye(4)) + x * o.constant(np.eye(4))
    return o.sum(o.solve(matrix, o.constant(VECTOR)))


def stable_sinh(x: Array, o: Operations) -> Array:
    return (o.expm1(x) + 1 - o.exp(-x)) / 2


def expm1_quotient(x: Array, o: Operations) -> Array:
    return o.expm1(x) / x


def sine_quotient(x: Array, o: Operations) -> Array:
    return o.sin(x) / x


def constant(x: Array, o: Operations) -> Array:
    return 3 * o.ones_like(x)


def size(x: Array, o: Operations) -> Array:
    return o.abs(x)


def leaky(x: Array, o: Operations) -> Array:
    return o.where(x > 0, x, 0.01 * x)


def staircase(x: Array, o: Operations) -> Array:
    if hasattr(o, "tf"):
        return x + o.tf.floor(x)
    return x + (o.torch if hasattr(o, "torch") else o.jax.numpy).floor(x)


def piecewise(x: Array, o: Operations) -> Array:
    return o.where(o.abs(x) < 1, 0.5 * x * x, o.abs(x) - 0.5)


def damped(x: Array, o: Operations) -> Array:
    return o.exp(-x) * o.sin(50 * x)


def residual_net(x: Array, o: Operations) -> Array:
    h = o.constant(VECTOR) * x
    for _ in range(4):
        h = h + o.softplus(o.matvec(o.constant(MATRIX), h)) * 0.3
    return o.sum(h * h) / (1 + o.sum(h * h))


def small_sum(x: Array, o: Operations) -> Array:
    return 1e-30 * o.sin(x) + 1e-40


def complex_size(x: Array, o: Operations) -> Array:
    if hasattr(o, "torch"):
        return o.torch.exp(o.torch.complex(0 * x, x)).abs()
    return o.jax.numpy.abs(o.jax.numpy.exp(1j * x))


def sorted_sum(x: Array, o: Operations) -> Array:
    v = o.stack([x, 2 - x, x * x])
    if hasattr(o, "tf"):
        ordered = o.tf.sort(v)
    elif hasattr(o, "jax"):
        ordered = o.jax.numpy.sort(v)
    else:
        ordered = o.torch.sort(v)[0]
    return ordered[0] - 2 * ordered[2]


WRONG = [
    Case("(x-sqrt(x^2-4))/2", small_root, 1e8, 0, "digits", _SUB),
    Case("log x/(x-1)", log_quotient, 1 + 1e-13, 1, "digits", _SUM),
    Case("tanh x/x", tanh_quotient, 1e-7, 2, "digits", _SUM),
    Case("a^2+b^2-2ab", law_of_cosines, 3.0, 0, "digits", _SUB),
    Case("acos(.36+.64 cos x)", great_circle, 1e-7, 0, "digits", "acos|Acos"),
    Case("(exp x-exp -x)/2x", sinh_by_hand, 1e-10, 0, "digits", _SUB),
    Case("a difference quotient", difference_quotient, 0.7, 0, "digits", _SUB),
    Case("the series of exp", exponential_series, -25.0, 0, "digits", "add|Add"),
    Case("Bessel functions upwards", bessel_upwards, 1e-2, 0, "digits", _SUB),
    Case("(x+d)(x-d)-x^2", determinant, 1.0, 0, "digits", _SUB),
    Case("a nearly singular system", nearly_singular, 1e-13, 0, "digits", "solve|lu|Solve"),
    Case("log(exp x-1)", inverse_softplus, 1e-12, 0, "digits", _SUB),
    Case("lgamma(x+.5)-lgamma(x)", lgamma_ratio, 1e12, 0, "digits", _SUB),
    Case("1/sqrt(1-v^2)-1", kinetic_energy, 1e-6, 0, "digits", _SUB),
    Case("1/(1/x-1)", lens, 1 + 1e-13, 0, "digits", _SUB),
    Case("E-e sin E", kepler, 1e-6, 0, "digits", _SUB),
    Case("(tan x-x)/x^3", tangent_rest, 1e-3, 0, "digits", _SUB, "float32"),
    Case("x^2-(x-1)(x+1)", neighbours, 30000.0, 0, "digits", _SUB, "float32"),
    Case("log softmax", log_of_softmax, 800.0, 0, "underflow", "exp|Exp"),
    Case("-log(1-sigmoid x)", cross_entropy, 40.0, 0, "not finite", "log|Log|sub|Sub"),
    Case("cos sqrt(x^2)", cosine_of_size, 0.0, 1, "not finite", _SINGULAR + "|mul|Mul", frameworks=("torch", "jax")),
    Case("(x^2)^1.5", cube_of_size, 0.0, 2, "not finite", _SINGULAR + "|mul|Mul"),
    Case("x/(x^2+4x^2)", inverse_distance, 1e-170, 0, "underflow", "mul|Mul"),
    Case("x^2/sqrt(1+x^4)", overflow_inside, 1e100, 0, "not finite", "pow|Pow"),
    Case("sqrt(1-cos x)", chord, 1e-9, 1, "not finite", _SINGULAR),
    Case("where(x>100,x,log(1+exp x))", softplus_behind_where, 800.0, 1, "not finite", "exp|Exp"),
    Case("entropy", entropy, 0.0, 0, "not finite", "log|Log"),
    Case("slerp", slerp, 0.0, 0, "not finite", "div|Div"),
    Case("I1(x)/x", bessel_quotient, 0.0, 0, "not finite", "div|Div"),
    Case("v/|v| v", unit_vector, 0.0, 1, "not finite", _SINGULAR),
    Case("where(|x-1|<1e-3,1,log x/(x-1))", flat_log_quotient, 1.0005, 1, "branch", "lt|Less"),
    Case("where(x^2<1e-4,.5,(1-cos x)/x^2)", clipped_angle, 1e-3, 2, "branch", "lt|Less"),
    Case("if x.item() == 0", torch_python_value, 0.0, 2, "branch", "mul|add", frameworks=("torch",)),
    Case("lax.cond(x==0)", jax_cond_value, 0.0, 2, "branch", "eq", frameworks=("jax",)),
    Case("tf.cond(x==0)", tensorflow_cond_value, 0.0, 2, "branch", "Equal", frameworks=("tensorflow",)),
    Case("xdivy(x, 2)+sin x", tensorflow_xdivy, 0.0, 1, "branch", "NotEqual", frameworks=("tensorflow",)),
    Case("|x| |x|", size_squared, 0.0, 2, "rule", "abs|Abs|sign|Sign|sgn", frameworks=("torch", "tensorflow")),
    Case("|x| |x|, whose rule compares", size_squared, 0.0, 2, "branch", "ge", frameworks=("jax",)),
    Case("airy_ai, which has no rule", torch_airy, 0.4, 1, "cut", "airy", frameworks=("torch",)),
    Case("y0, which has no rule", torch_y0, 0.4, 1, "cut", "y0", frameworks=("torch",)),
    Case("a wrong autograd.Function", torch_own_function, 0.3, 1, "rule", "Cube", frameworks=("torch",)),
    Case("a wrong custom_vjp", jax_own_vjp, 0.3, 1, "rule", "custom_vjp", frameworks=("jax",)),
    Case(
        "a wrong custom_gradient", tensorflow_own_gradient, 0.3, 1, "rule", "Identity|Pow", frameworks=("tensorflow",)
    ),
    Case("vmap", torch_vmap, 1e-8, 0, "digits", "sub", frameworks=("torch",)),
    Case("vmap", jax_vmap, 1e-8, 0, "digits", "sub", frameworks=("jax",)),
    Case("checkpoint", torch_checkpoint, 1e-9, 1, "digits", _SUM, frameworks=("torch",)),
    Case("a derivative inside", torch_inner_derivative, 1e-9, 0, "digits", _SUM, frameworks=("torch",)),
    Case("jit", jax_jit, 1e-6, 0, "digits", "sub", frameworks=("jax",)),
    Case("scan", jax_scan_derivative, 1e-6, 1, "digits", _SUM, frameworks=("jax",)),
    Case("while", tensorflow_while_derivative, 1e-6, 1, "digits", _SUM, frameworks=("tensorflow",)),
    Case("function", tensorflow_function, 1e-6, 0, "digits", "Sub", frameworks=("tensorflow",)),
    Case("fft", torch_fourier, 1e12, 0, "digits", "fft", frameworks=("torch",)),
    Case("fft", jax_fourier, 1e12, 0, "digits", "fft", frameworks=("jax",)),
    Case("fft", tensorflow_fourier, 1e12, 0, "digits", "FFT", frameworks=("tensorflow",)),
    Case("layer_norm of equals", torch_layer_norm_of_equals, 0.4, 0, "not finite", "norm", frameworks=("torch",)),
    Case("std of equals", deviation_of_equals, 1.0, 1, "not finite", _SINGULAR, frameworks=("jax", "tensorflow")),
    Case("equal eigenvalues", equal_eigenvalues, 0.0, 1, "not finite", _SINGULAR, frameworks=("torch", "jax")),
]
"""Programs whose results are wrong."""

RIGHT = [
    *each_order("log1p(expm1 x)", there_and_back, 0.3),
    *each_order("logistic", logistic, 2.0),
    *each_order("(x-1)^5 by Horner", fifth_power, 3.0),
    *each_order("Kahan's sum", kahan_sum, 1.7),
    Case("softmax with a mask", masked_softmax, 0.4, 0),
    Case("softmax with a mask", masked_softmax, 0.4, 1),
    *each_order("logits that are far apart", far_logits, 0.4),
    *each_order("sqrt(x^2+1e-12)", smooth_size, 1.0),
    *each_order("cos^2+sin^2", pythagoras, 0.6),
    *each_order("a narrow gaussian", narrow, 5e-4),
    *each_order("tanh(1000x)", steep, 1e-3),
    *each_order("Newton's root", newton_root, 2.0),
    Case("lgamma, which is 0 at 2", lgamma, 2.0, 0),
    Case("lgamma", lgamma, 2.5, 2),
    Case("x log x, which is 0 at 1", x_log_x, 1.0, 0),
    *each_order("x log x", x_log_x, 0.4),
    *each_order("a well-conditioned system", well_conditioned, 0.3),
    *each_order("sinh by expm1", stable_sinh, 0.3),
    Case("expm1(x)/x", expm1_quotient, 1e-9, 0),
    Case("sin x/x", sine_quotient, 1e-9, 0),
    Case("a constant", constant, 0.3, 1),
    Case("|x|, a kink", size, 0.0, 1),
    Case("leaky relu, a kink", leaky, 0.0, 1),
    Case("x+floor x", staircase, 0.5, 1),
    *each_order("Huber", piecewise, 0.4),
    *each_order("exp -x sin 50x", damped, 0.3),
    *each_order("a residual net", residual_net, 0.3),
    Case("small numbers", small_sum, 0.3, 1),
    Case("|exp ix|", complex_size, 0.3, 0, frameworks=("torch", "jax")),
    Case("|exp ix|", complex_size, 0.3, 1, frameworks=("torch", "jax")),
    *each_order("sorted", sorted_sum, 0.3),
    Case("tanh x in bfloat16", logistic, 0.3, 1, dtype="bfloat16"),
    Case("tanh x in float32", logistic, 0.3, 2, dtype="float32"),
]
"""Programs whose results are right."""
