r"""
Testing for zero: the branch that was not taken
===============================================

Section 4 of :cite:t:`Johnson2023` warns of products in which zero meets infinity. Most people who
meet the NaN test for zero, and put the limit there. This page shows that the test mends one value
and no slope, why that is, and what the framework needs instead.
"""

import math
from functools import cache

from removable import gamma_grid, plots, repair
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The product :math:`x \cdot 1/(e^x - 1)` goes to 1 at :math:`x = 0`, and its slope to -1/2.

x = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
y = torch.where(x == 0, 1.0, x * (1 / torch.expm1(x)))
y.backward()
print(f"PyTorch:    value {y.item()}, slope {x.grad.item()}")

x = tf.constant(0.0, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.where(x == 0, tf.ones_like(x), x * (1 / tf.math.expm1(x)))
print(f"TensorFlow: value {y.numpy()}, slope {tape.gradient(y, x).numpy()}")

# %%
# The value is that of the branch that was taken. The slope is NaN, as if there were no test.
#
# Select the arguments, not the results
# -------------------------------------
# Both branches are always evaluated, and reverse mode visits both. It gives the branch that was not
# taken the weight 0, and there it meets a derivative that is infinite. The product of the two is
# NaN:
#
# .. math::
#
#    0 \cdot \frac{\mathrm{d}}{\mathrm{d}x}\,\frac{x}{e^x - 1} = 0 \cdot \infty .
#
# So the branch that is not taken has to be kept away from 0, by giving it another argument. The
# form *where* selects the results only. *Twice* selects the arguments too, and then the results;
# the branch that is not taken sees a 1. Its branch near 0 is the constant limit, 1. *Series* takes
# more of the limit: the series of :math:`(e^x - 1)/x` within 1 of zero. *Repair* leaves the product
# as it is typed, and continues it to 0 from a circle around it. The columns :term:`above 1e-3 to`
# and :term:`lost` say how far out a form is wrong, and how often it is not finite. In the code
# :term:`xp` is the module that computes, and ``elementary(xp)`` is the one that has the
# :term:`elementary functions <elementary function>`.


def product(x, xp):
    """Multiply zero by infinity."""
    return x * (1 / elementary(xp).expm1(x))


def where(x, xp):
    """Replace the one value that is NaN."""
    return xp.where(x == 0, xp.ones_like(x), product(x, xp))


def twice(x, xp):
    """Keep the argument of the product away from zero, too."""
    one = xp.ones_like(x)
    outer = xp.where(x == 0, one, x)
    return xp.where(x == 0, one, product(outer, xp))


def series(x, xp):
    """Divide 1 by the series of (exp(x) - 1) / x within 1 of zero."""
    near = xp.abs(x) < 1
    one = xp.ones_like(x)
    inner = xp.where(near, x, one)
    outer = xp.where(near, one, x)
    total = one / math.factorial(18)
    for k in range(17, 0, -1):
        total = total * inner + 1 / math.factorial(k)
    return xp.where(near, 1 / total, product(outer, xp))


@cache
def repaired(xp):
    """Continue the product to 0, once for each framework."""
    return repair(lambda x: product(x, xp), at=0.0)


forms = {"where": where, "twice": twice, "series": series}
forms["repair"] = lambda x, xp: repaired(xp)(x)
gamma = gamma_grid(401)
run = compare(forms, meant=lambda x, xp: x / elementary(xp).expm1(x), gamma=gamma)
print(f"value\n{run.table(0)}\n\nslope\n{run.table(1)}\n")

at_zero = {}
for form in forms:
    for name in run.versions:
        at_zero[form, name] = run.results[form][name][:, gamma == 0].ravel().tolist()

fig, axes = plots.errors(run, order=1, ylabel="error of the slope")


def worst(form):
    """Return the largest error of the slope in both frameworks, rounded up."""
    return plots.at_most(max(run.worst(form, name, 1) for name in run.versions), 2)


plots.describe(
    fig,
    "Section 4, testing for zero",
    f"""Error of the slope against the distance to the singular point, in both frameworks.
    The two forms that test for zero agree: their error grows like the inverse of the
    distance, up to {worst("twice")}. The series is right to {worst("series")}, the
    repaired product to {worst("repair")}.""",
    run,
    word=worst("twice"),
)
plt.show()

# %%
# What the test does not reach
# ----------------------------
# Value and slope at 0 itself:
#
# .. code-block:: pycon
#
#    >>> at_zero["where", "torch"], at_zero["where", "tensorflow"]
#    ([1.0, nan], [1.0, nan])
#    >>> at_zero["twice", "torch"], at_zero["twice", "tensorflow"]
#    ([1.0, 0.0], [1.0, 0.0])
#    >>> at_zero["series", "torch"], at_zero["series", "tensorflow"]
#    ([1.0, -0.5], [1.0, -0.5])
#    >>> at_zero["repair", "torch"], at_zero["repair", "tensorflow"]
#    ([1.0, -0.5], [1.0, -0.5])
#
# *Twice* has a slope at 0, and it is that of the constant 1. And 0 is one point. Next to it, both
# tests hand the product on as it is, and its slope is off by thousands: a test for zero cannot see
# that a number is too close to zero.
#
# .. admonition:: Take away
#    :class: note
#
#    - Reverse mode visits the branch that was not taken. Select the arguments of the branches
#      first, then the results.
#    - A constant in place of the limit has the slope 0. The branch near the singular point needs
#      the slope as well.
#    - Testing for zero repairs one point of a whole zone. A series, or ``repair``, covers the zone.
#
#    **Exercise.** Widen the test to :math:`|x| < 10^{-8}`, and put :math:`1 - x/2` there. How large
#    is the largest error of the slope now, and which width makes it smallest?
#
# Why the slope of a product is wrong at all: :doc:`plot_product`. A division in its place:
# :doc:`plot_quotient`.
