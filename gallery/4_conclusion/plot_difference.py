r"""
A difference: infinity minus infinity is wrong a million times further out
==========================================================================

Section 4 of :cite:t:`Johnson2023` names "addition/subtraction (e.g. when :math:`\infty - \infty` should be finite)" next
after products. This page subtracts two poles from each other. The value is lost near the singular point, and the slope is
wrong in a zone a million times wider than that of a quotient; in single precision it reaches out to a hundredth.
"""

from functools import cache
from math import factorial

from removable import gamma_grid, plots, repair, truth
from removable.errors import PoleError
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# Both :math:`1/(e^x - 1)` and :math:`1/x` go to infinity at 0. Their difference :math:`d(x)` goes to -1/2, with slope 1/12.


def d(x, xp):
    """Evaluate the difference as it is written."""
    return 1 / elementary(xp).expm1(x) - 1 / x


def both_torch(program, at):
    """Return value and slope by backpropagation in PyTorch."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = program(x, torch)
    y.backward()
    return y.item(), x.grad.item()


def both_tensorflow(program, at):
    """Return value and slope by backpropagation in TensorFlow."""
    x = tf.constant(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = program(x, tf)
    return y.numpy().item(), tape.gradient(y, x).numpy().item()


print("x        PyTorch: value, slope      TensorFlow: value, slope")
for at in (1e-2, 1e-5, 1e-7, 3e-9, 1e-12, 2e-16, 1e-17, 0.0):
    row = *both_torch(d, at), *both_tensorflow(d, at)
    print("{:<9g}{:<13.9g}{:<14.6g}{:<13.9g}{:.6g}".format(at, *row))

# %%
# At a ten-millionth the slope is wrong in its leading digits, and from there on it grows. Exact arithmetic refuses: as
# typed, the program is a difference of two poles, and at 0 neither of them is a number.

try:
    truth.derivatives(d, [0.0], base=0.0)
except PoleError as error:
    print("exact arithmetic:", error)

# %%
# The function meant has to be written over a common denominator first; a quotient of power series can be divided.
#
# .. math::
#
#    d(x) = \frac{x - (e^x - 1)}{x\,(e^x - 1)}
#    = -\frac{\frac{1}{2!} + \frac{x}{3!} + \frac{x^2}{4!} + \dots}{1 + \frac{x}{2!} + \frac{x^2}{3!} + \dots}
#
# The middle expression is the form *common* below. The right one, in which :math:`x^2` has been cancelled on paper, is the
# *simplified* form. *Epsilon* adds a small number to both denominators.


def common(x, xp):
    """Write the difference over one denominator, without cancelling anything."""
    g = elementary(xp).expm1(x)
    return (x - g) / (x * g)


def epsilon(x, xp):
    """Add a small number to both denominators."""
    return 1 / (elementary(xp).expm1(x) + 1e-8) - 1 / (x + 1e-8)


def series(x, xp, first, step=1, terms=18):
    """Sum x**k over the factorial of first + step * k, by Horner's rule."""
    y = xp.ones_like(x) * (1 / factorial(first + step * terms))
    for k in range(terms - 1, -1, -1):
        y = y * x + 1 / factorial(first + step * k)
    return y


def split(x, xp, inside, outside):
    """Choose by whether x is within 1 of zero; each branch sees safe arguments only."""
    near, one = xp.abs(x) < 1, xp.ones_like(x)
    inner, outer = xp.where(near, x, one), xp.where(near, one, x)
    return xp.where(near, inside(inner, xp), outside(outer, xp))


def simplified(x, xp):
    """Divide the two series, from which x squared has been cancelled."""
    return split(x, xp, lambda x, xp: -series(x, xp, 2) / series(x, xp, 1), d)


forms = {"naive": d, "epsilon": epsilon, "simplified": simplified}
names, u = ("torch", "tensorflow"), 2.0**-53
gamma = gamma_grid(201)
run = compare(forms, meant=common, gamma=gamma)
for order, name in enumerate(("value", "slope")):
    print(f"{name}\n{run.table(order)}\n")

fig, axes = plots.errors(run, order=1, ylabel="error of the slope of $d$")
for ax in axes:
    line = np.array([u, 1.0])
    ax.plot(line, u / line**2, "--", lw=1, color=plots.LIGHT["ink"], label="_u/gamma^2")
    ax.annotate(r"$u/\gamma^2$", (1e-14, 1e13), color=plots.LIGHT["ink"])
worst = {(f, n, k): run.worst(f, n, k) for f in forms for n in names for k in (0, 1)}
edges = {n: run.edges("naive", n, 1) for n in names}
reach = {n: edges[n].outer for n in names}
top, right = (max(worst[f, n, 1] for n in names) for f in ("naive", "simplified"))
plots.describe(
    fig,
    "Section 4, differences",
    f"""The error of the slope of the difference follows 1e-16 over the square of the
    distance to the singular point, up to {plots.at_most(top)}, and exceeds 0.001 out to
    {edges["torch"]} in PyTorch and {edges["tensorflow"]} in TensorFlow. The epsilon
    form is worse further out, and infinite at its own pole. The simplified form is
    right to {plots.at_most(right, 2)}.""",
    run,
)
plt.show()

# %%
# Why so far out
# --------------
# The two terms have the size :math:`1/|x|`, and each is rounded, to a relative :math:`u = 2^{-53}`. Their difference is of
# size 1 and keeps the absolute error, :math:`u/|x|`. Differentiating makes the poles double:
#
# .. math::
#
#    d'(x) = -\frac{e^x}{(e^x - 1)^2} + \frac{1}{x^2} , \qquad \text{error} \approx \frac{u}{x^2} .
#
# So the slope is off by more than a tolerance :math:`\tau` out to about :math:`\sqrt{u/\tau}`, where that of a quotient is
# off to about :math:`u/\tau` only. Often, and always where :math:`e^x - 1` and :math:`x` are the same double, the terms
# cancel completely. The slope is then 0, with an error of 1/12: the flat line in the figure.

away = (gamma != 0) & (np.abs(gamma) < 0.1)
size = np.abs(gamma[away])
scaled = {}
for n in names:
    for k in (0, 1):
        scaled[n, k] = (run.error("naive", n, k)[away] * size ** (k + 1) / u).max()
    print(f"{n:<11} at most {scaled[n, 0]:.2g} u/|x| and {scaled[n, 1]:.2g} u/x^2")


quotient = {"naive": lambda x, xp: x / elementary(xp).expm1(x)}
others = {
    "common": compare({"naive": common}, meant=common, gamma=gamma),
    "quotient": compare(quotient, meant=quotient["naive"], gamma=gamma),
    "float32": compare({"naive": d}, meant=common, gamma=gamma, dtype="float32"),
}
print("slope off by 0.001 up to |x| =")
for other, result in {"naive": run, **others}.items():
    reaches = [f"{n} {result.reach('naive', n, 1):.3g}" for n in names]
    print(f"{other:<10}", ", ".join(reaches))

# %%
#
# .. code-block:: pycon
#
#    >>> bool(u == np.finfo(np.float64).eps / 2), all(0.5 < bound < 20 for bound in scaled.values())
#    (True, True)
#    >>> all(worst["naive", n, 1] > 1e15 for n in names), all(0.4 < worst["naive", n, 0] < 10 for n in names)
#    (True, True)
#    >>> all(worst["simplified", n, k] < 1e-15 for n in names for k in (0, 1))
#    True
#    >>> all(reach[n] > 1e6 * others["quotient"].reach("naive", n, 1) for n in names)
#    True
#    >>> all(5e-3 < others["float32"].reach("naive", n, 1) < 5e-2 for n in names)
#    True
#    >>> all(others["common"].worst("naive", n, 1) > 1e15 for n in names)
#    True
#    >>> both_torch(epsilon, 0.0), both_tensorflow(epsilon, 0.0)
#    ((0.0, 0.0), (0.0, 0.0))
#
# The *common* form satisfies exact arithmetic only: in floating point its numerator still cancels. The *epsilon* form has
# the value 0 and the slope 0 at 0, no NaN, and a pole of its own near :math:`-\epsilon`.
#
# Less bad, by absorption
# -----------------------
# :math:`s(x) = 1/x - 1/\sin x` goes to 0, with slope -1/6. Its two terms become the same double much earlier, where
# :math:`x^2/6` is absorbed by 1, at :math:`|x|` near :math:`\sqrt{u}`. The same two laws, stopped there, leave a value off
# by :math:`\sqrt{u}` and a slope off by about 1. *Repair* is one line for both differences, without algebra.


def s(x, xp):
    """Evaluate the second difference as it is written."""
    return 1 / x - 1 / xp.sin(x)


@cache
def repaired(program, xp):
    """Continue a program to 0 from a circle around it, where nothing is lost."""
    return repair(lambda x: program(x, xp), at=0.0)


sine = compare(
    {"naive": s, "repair": lambda x, xp: repaired(s, xp)(x)},
    meant=lambda x, xp: (xp.sin(x) - x) / (x * xp.sin(x)),
    gamma=gamma,
)
print(f"value\n{sine.table(0)}\n\nslope\n{sine.table(1)}")
cure = compare({"d": lambda x, xp: repaired(d, xp)(x)}, meant=common, gamma=gamma)

# %%
#
# .. code-block:: pycon
#
#    >>> all(sine.worst("naive", n, 0) < 10 * np.sqrt(u) for n in names)
#    True
#    >>> all(0.1 < sine.worst("naive", n, 1) < 10 for n in names)
#    True
#    >>> [all(c.worst(f, n, k) < 2e-15 for n in names for k in (0, 1)) for c, f in ((sine, "repair"), (cure, "d"))]
#    [True, True]
#
# .. note::
#
#    **Take away**
#
#    - Subtracting poles costs :math:`u/|x|` in the value and :math:`u/x^2` in the slope. The zone of wrong slopes is the wide one.
#    - A common denominator makes the expression meaningful, and not yet computable. The :math:`x^2` has to be cancelled too.
#    - How bad it gets depends on where the two terms become the same double, and no form announces it.
#
#    **Exercise.** Subtract two double poles, :math:`1/x^2 - 1/\sin^2 x`. Which power of :math:`x` does the slope's error follow,
#    and how far does a wrong slope reach in single precision?
#
# Powers, logarithms, roots and angles do it too: :doc:`plot_other_operations`.
