r"""
A product: zero times infinity has the right value and the wrong slope
======================================================================

Section 4 of :cite:t:`Johnson2023` says that missing simplification "also causes problems with multiplication (e.g. when
:math:`0 \cdot \infty` should be finite)". It does. In the product below the value is right to the last few bits all the way
down to the singular point, and the slope is off by thousands, without a warning.
"""

import math
from functools import cache

from removable import gamma_grid, plots, repair, truth
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The function :math:`b(x) = x/(e^x - 1)` stands in Planck's law of radiation. At 0 it is 1 and its slope is -1/2. Here it is
# typed as a product of :math:`x`, which goes to zero, and :math:`1/(e^x - 1)`, which goes to infinity. The typist knows
# about cancellation and has used ``expm1``, which computes :math:`e^x - 1` without it.


def b(x, xp):
    """Evaluate the product as it is written."""
    return x * (1 / elementary(xp).expm1(x))


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


def quotient(x, xp):
    """Divide directly: in exact arithmetic this has no singularity at all."""
    return x / elementary(xp).expm1(x)


print("x        PyTorch: value, slope      TensorFlow: value, slope   true slope")
for at in (1e-3, 1e-12, 1e-15, 3e-17, 3e-19, 0.0):
    pair = "{:<12.9g}{:<15.9g}{:<12.9g}{:<15.9g}".format(
        *both_torch(b, at), *both_tensorflow(b, at)
    )
    true_slope = truth.derivatives(quotient, [at], base=0.0)[1, 0]
    print(f"{at:<9g}{pair}{true_slope:.9g}")

# %%
# At 0 itself the answer is NaN. Next to it the value is 1 and the slope is anything: not even its sign is agreed upon.
#
# .. code-block:: pycon
#
#    >>> abs(both_torch(b, 3e-19)[1]) > 100, abs(both_tensorflow(b, 3e-19)[1]) > 100
#    (True, True)
#    >>> both_torch(b, 3e-19)[1] * both_tensorflow(b, 3e-19)[1] < 0
#    True
#
# The other forms
# ---------------
# *Epsilon* adds a small number to the denominator. *Where* asks whether ``x`` is zero and puts the limit there, which is what
# most people do next. *Simplified* carries out the cancellation: the series of :math:`e^x - 1` is divided by :math:`x`
# term by term, on paper, and what is left has no singularity.
#
# .. math::
#
#    b(x) = \frac{1}{\varphi(x)}, \qquad
#    \varphi(x) = \frac{e^x - 1}{x} = 1 + \frac{x}{2!} + \frac{x^2}{3!} + \dots


def epsilon(x, xp):
    """Add a small number to the denominator."""
    return x * (1 / (elementary(xp).expm1(x) + 1e-8))


def where(x, xp):
    """Replace the one value that is NaN."""
    return xp.where(x == 0, xp.ones_like(x), b(x, xp))


def simplified(x, xp):
    """Divide the series by x within 1 of zero; each branch sees safe arguments only."""
    near, one = xp.abs(x) < 1, xp.ones_like(x)
    inner, outer = xp.where(near, x, one), xp.where(near, one, x)
    phi = one / math.factorial(18)
    for k in range(17, 0, -1):
        phi = phi * inner + 1 / math.factorial(k)
    return xp.where(near, 1 / phi, b(outer, xp))


forms = {"naive": b, "epsilon": epsilon, "simplified": simplified}
gamma = gamma_grid(401)
run = compare(forms, meant=quotient, gamma=gamma)
for order, name in enumerate(("value", "slope")):
    print(f"{name}\n{run.table(order)}\n")

fig, axes = plots.errors(run, order=1, ylabel="error of the slope of $b$")
names, u = ("torch", "tensorflow"), 2.0**-53
for ax in axes:
    line = np.array([1e-20, 1.0])
    ax.plot(line, u / line, "--", lw=1, color=plots.LIGHT["ink"], label="_u/|gamma|")
    ax.annotate(r"$u/|\gamma|$", (1e-18, 1e4), color=plots.LIGHT["ink"])
worst = {(f, n, k): run.worst(f, n, k) for f in forms for n in names for k in (0, 1)}


def most(form, order):
    """Return the worst of both frameworks, rounded up."""
    return plots.at_most(max(worst[form, n, order] for n in names), 2)


there = run.error("epsilon", "torch", 1)[gamma == 0]
plots.describe(
    fig,
    "Section 4, products",
    f"""The error of the slope of the product grows like 1e-16 over the distance to the
    singular point, up to {plots.at_most(worst["naive", "torch", 1])} in PyTorch and
    {plots.at_most(worst["naive", "tensorflow", 1])} in TensorFlow, while its value is
    right to {most("naive", 0)}. The slope of the epsilon form is off by
    {there.item():.1g} at zero and by up to {most("epsilon", 1)} at its new pole. That of
    the simplified form is right to {most("simplified", 1)} everywhere.""",
    run,
)
plt.show()

# %%
# Why the slope and not the value
# -------------------------------
# Write :math:`g = e^x - 1`. Reverse mode adds up
#
# .. math::
#
#    b'(x) = \frac{1}{g} - x\,\frac{1}{g^2}\,e^x ,
#
# two terms of size :math:`1/|x|` that are meant to leave -1/2 behind. Each is rounded, to a relative :math:`u = 2^{-53}`,
# so what is left carries an error of a few :math:`u/|x|`, and that is unbounded. The signs differ because PyTorch squares
# the rounded :math:`1/g` while TensorFlow divides it by :math:`g`. The value is a product only: nothing cancels in it.

away = gamma != 0
scaled = {
    n: (run.error("naive", n, 1)[away] * np.abs(gamma[away]) / u).max() for n in names
}
print(", ".join(f"{n}: at most {scaled[n]:.2g} u/|x|" for n in names))

# %%
#
# .. code-block:: pycon
#
#    >>> gamma.size, float(gamma.max())
#    (803, 1.0)
#    >>> all(1 < scaled[n] < 10 for n in names), all(worst["naive", n, 1] > 100 for n in names)
#    (True, True)
#    >>> all(worst["naive", n, 0] < 2e-15 for n in names)
#    True
#    >>> both_torch(where, 0.0), both_tensorflow(where, 0.0)
#    ((1.0, nan), (1.0, nan))
#    >>> all(worst["simplified", n, order] < 2e-15 for n in names for order in (0, 1))
#    True
#    >>> both_torch(simplified, 0.0), both_tensorflow(simplified, 0.0)
#    ((1.0, -0.5), (1.0, -0.5))
#
# The *where* form has the right value and no slope: reverse mode still visits the branch that was not taken, and multiplies
# its infinity by zero. For that reason the simplified form selects the *arguments* of its branches first, then the results.
#
# The *epsilon* form has a slope, :math:`1/\epsilon`, at 0. And because :math:`\epsilon` was added without a sign, the
# denominator is now zero near :math:`-\epsilon`: a removable singularity has been traded for one that is not.
#
# .. code-block:: pycon
#
#    >>> f"{both_torch(epsilon, 0.0)[1]:.3g}", f"{both_tensorflow(epsilon, 0.0)[1]:.3g}"
#    ('1e+08', '1e+08')
#    >>> both_torch(epsilon, -1e-8)[0] < -1e7, both_tensorflow(epsilon, -1e-8)[0] < -1e7
#    (True, True)
#
# Bounded by accident
# -------------------
# Is it enough to divide directly, ``x / expm1(x)``? The slope is wrong again, but only by about 1: for :math:`|x|` below
# :math:`u` both of its terms are the same double, and 0 is left instead of -1/2. That is luck. With a factor of 3 behind
# the quotient, one term is 3 divided by :math:`g`, the other 3 times a rounded :math:`1/g`, and they are no longer the same.

error = {}
for factor in (1, 3):
    form = {f"{factor} * quotient": lambda x, xp, k=factor: k * quotient(x, xp)}
    (program,) = form.values()
    divided = compare(form, meant=program, gamma=gamma)
    for n in names:
        error[factor, n] = divided.worst(f"{factor} * quotient", n, order=1)
        print(f"{factor} * quotient, {n:<11} slope off by {error[factor, n]:.2g}")

# %%
#
# .. code-block:: pycon
#
#    >>> both_torch(quotient, 1e-20)[1], both_tensorflow(quotient, 1e-20)[1]
#    (0.0, 0.0)
#    >>> all(0.4 < error[1, n] < 10 for n in names), all(error[3, n] > 100 for n in names)
#    (True, True)
#
# In one line
# -----------
# The package continues the product as it is typed from a circle around 0, on which nothing is lost, to 0.

repaired = cache(lambda xp: repair(lambda x: b(x, xp), at=0.0))
cure = compare({"repair": lambda x, xp: repaired(xp)(x)}, meant=quotient, gamma=gamma)

# %%
#
# .. code-block:: pycon
#
#    >>> all(cure.worst("repair", n, order) < 2e-15 for n in names for order in (0, 1))
#    True
#
# .. note::
#
#    **Take away**
#
#    - A value that is right to the last bits says nothing about its slope. The slope holds terms that the value never had.
#    - In a product the error of the slope is :math:`u/|x|`, without bound. Testing for zero repairs one point of it.
#    - Cancel the :math:`x` on paper, or let ``repair`` do it. What is left needs no :math:`\epsilon`, and has value and slope.
#
#    **Exercise.** Far away, at :math:`x = 710`, the slope is NaN again, also in the simplified form: zero times infinity once
#    more. Multiply above and below by :math:`e^{-x}`. Then try :math:`x^2 \cdot 1/(1 - \cos x)` with the half-angle formula.
#
# Two infinities can also be subtracted, and that is worse: :doc:`plot_difference`.
