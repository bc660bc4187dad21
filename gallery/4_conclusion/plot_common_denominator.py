r"""
A common denominator does not cure a difference
===============================================

Section 4 of :cite:t:`Johnson2023` names differences in which :math:`\infty - \infty` should be
finite. Where two poles are subtracted, it is natural to write the terms over one denominator, or to
add an epsilon to both. Neither helps. What helps is to cancel :math:`x^2` on paper.
"""

from math import factorial

from removable import gamma_grid, plots
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The :doc:`difference <plot_difference>` :math:`d(x) = 1/(e^x - 1) - 1/x` goes to -1/2 at 0, with
# slope 1/12. Over one denominator it is a quotient of :math:`x - (e^x - 1)` and
# :math:`x\,(e^x - 1)`:

x = torch.tensor(3e-9, dtype=torch.float64, requires_grad=True)
g = torch.expm1(x)
y = (x - g) / (x * g)
y.backward()
print(f"PyTorch:    value {y.item()}, slope {x.grad.item()}")

x = tf.constant(3e-9, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    g = tf.math.expm1(x)
    y = (x - g) / (x * g)
print(f"TensorFlow: value {y.numpy()}, slope {tape.gradient(y, x).numpy()}")

# %%
# Four forms
# ----------
# In the code :term:`xp` is the module that computes, and ``elementary(xp)`` is the one that has the
# :term:`elementary functions <elementary function>`. The columns :term:`above 1e-3 to` and
# :term:`lost` say how far out a form is wrong, and how often it is not finite. *Epsilon* adds a
# small number to both denominators. *Simplified* divides two power series, from which :math:`x^2`
# has been cancelled on paper:
#
# .. math::
#
#    d(x) = \frac{x - (e^x - 1)}{x\,(e^x - 1)} = -\frac{\frac{1}{2!} + \frac{x}{3!}
#    + \frac{x^2}{4!} + \dots}{1 + \frac{x}{2!} + \frac{x^2}{3!} + \dots}


def d(x, xp):
    """Evaluate the difference as it is written."""
    return 1 / elementary(xp).expm1(x) - 1 / x


def common(x, xp):
    """Write the difference over one denominator, without cancelling anything."""
    g = elementary(xp).expm1(x)
    return (x - g) / (x * g)


def epsilon(x, xp):
    """Add a small number to both denominators."""
    return 1 / (elementary(xp).expm1(x) + 1e-8) - 1 / (x + 1e-8)


def series(x, xp, first):
    """Sum x**k over the factorial of first + k, by Horner's rule."""
    y = xp.ones_like(x) * (1 / factorial(first + 18))
    for k in range(17, -1, -1):
        y = y * x + 1 / factorial(first + k)
    return y


def simplified(x, xp):
    """Divide the two series within 1 of zero; each branch sees safe arguments only."""
    near = xp.abs(x) < 1
    one = xp.ones_like(x)
    inner = xp.where(near, x, one)
    outer = xp.where(near, one, x)
    return xp.where(near, -series(inner, xp, 2) / series(inner, xp, 1), d(outer, xp))


forms = {"naive": d, "common": common, "epsilon": epsilon, "simplified": simplified}
gamma = gamma_grid(201)
run = compare(forms, meant=common, gamma=gamma)
print(f"value\n{run.table(0)}\n\nslope\n{run.table(1)}")

fig, axes = plots.errors(run, order=1, ylabel="error of the slope of $d$")
naive = plots.at_most(run.worst_of_all("naive", 1), 2)
over_one = plots.at_most(run.worst_of_all("common", 1), 2)
right = plots.at_most(run.worst_of_all("simplified", 1), 2)
plots.describe(
    fig,
    "Section 4, a common denominator",
    f"""The error of the slope of the difference against the distance to the singular point.
    As typed it is up to {naive}, over a common denominator up to {over_one}. The epsilon
    form is worse further out, and infinite at its own pole. The simplified form is right
    to {right}.""",
    run,
    word=over_one,
)
plt.show()

# %%
# Why
# ---
# The numerator :math:`x - (e^x - 1)` still cancels: it has the size :math:`x^2/2`, and a rounding
# error of the size :math:`u\,|x|` with :math:`u = 2^{-53}`. Dividing by :math:`x\,(e^x - 1)`, which
# has the size :math:`x^2`, leaves an error of :math:`u/|x|` in the value, as in the difference.
# *Epsilon* has a pole near :math:`-\epsilon`, and at 0 the value 0 and the slope 0, without a NaN:
#
# .. code-block:: pycon
#
#    >>> at_0 = gamma == 0
#    >>> [run.results["epsilon"][n][:, at_0].tolist() for n in ("torch", "tensorflow")]
#    [[[0.0], [0.0]], [[0.0], [0.0]]]
#    >>> [round(run.results["simplified"][n][1, at_0].item(), 6) for n in ("torch", "tensorflow")]
#    [0.083333, 0.083333]
#
# .. admonition:: Take away
#    :class: note
#
#    - A common denominator satisfies exact arithmetic only: it is not yet computable.
#    - An :math:`\epsilon` puts a pole where there was none.
#    - The :math:`x^2` has to be cancelled, on paper or by ``repair`` (:doc:`plot_sines`).
#
#    **Exercise.** Write :math:`1/x - 1/\tan x` as a quotient of two series. What is its slope at 0?
#
# How far out the slope of a difference is wrong: :doc:`plot_difference`.
