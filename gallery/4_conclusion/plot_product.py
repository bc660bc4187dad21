r"""
A product: zero times infinity has the right value and the wrong slope
======================================================================

Section 4 of :cite:t:`Johnson2023` says that missing simplification "also causes problems with
multiplication (e.g. when :math:`0 \cdot \infty` should be finite)". It does. In the product below
the value is right to the last few bits all the way down to the singular point, and the slope is off
by thousands, without a warning.
"""

from removable import gamma_grid, plots
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The function :math:`b(x) = x/(e^x - 1)` stands in Planck's law of radiation. At 0 it is 1 and its
# slope is -1/2. Here it is typed as a product of :math:`x`, which goes to zero, and
# :math:`1/(e^x - 1)`, which goes to infinity. The typist knows about cancellation and has used
# ``expm1``, which computes :math:`e^x - 1` without it.

x = torch.tensor(3e-17, dtype=torch.float64, requires_grad=True)
y = x * (1 / torch.expm1(x))
y.backward()
print(f"PyTorch:    value {y.item()}, slope {x.grad.item()}")

x = tf.constant(3e-17, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x * (1 / tf.math.expm1(x))
print(f"TensorFlow: value {y.numpy()}, slope {tape.gradient(y, x).numpy()}")

# %%
# The value is right in every digit, and the slope should be -0.5. More points, by the same calls
# (:term:`xp` is the module that computes, ``elementary(xp)`` the one that has the
# :term:`elementary functions <elementary function>`):


def b(x, xp):
    """Evaluate the product as it is written."""
    return x * (1 / elementary(xp).expm1(x))


def quotient(x, xp):
    """Divide directly: in exact arithmetic this has no singularity at all."""
    return x / elementary(xp).expm1(x)


few = compare({"b": b}, meant=quotient, gamma=[1e-3, 1e-12, 1e-15, 3e-17, 3e-19, 0.0])
print("x        PyTorch: value, slope      TensorFlow: value, slope   true slope")
for i, at in enumerate(few.x):
    row = f"{at:<9g}"
    for name in few.versions:
        value, slope = few.results["b"][name][:, i]
        row += f"{value:<12.9g}{slope:<15.9g}"
    print(f"{row}{few.meant[1, i]:.9g}")

# %%
# At 0 itself the answer is NaN. Next to it the value is 1 and the slope is anything: not even its
# sign is agreed upon.
#
# All distances
# -------------
# At 401 distances on either side of 0, and at 0 itself, against exact arithmetic. The columns
# :term:`above 1e-3 to` and :term:`lost` say how far out a form is wrong, and how often it is not
# finite.

gamma = gamma_grid(401)
run = compare({"naive": b}, meant=quotient, gamma=gamma)
print(f"value\n{run.table(0)}\n\nslope\n{run.table(1)}\n")

fig, axes = plots.errors(run, order=1, ylabel="error of the slope of $b$")
ends = np.array([1e-20, 1.0])
beside = {"place": (1e-18, 1e4), "name": "u/|gamma|"}
for ax in axes:
    plots.law(ax, ends, 2.0**-53 / ends, r"$u/|\gamma|$", **beside)
worst = {name: run.worst("naive", name, 1) for name in run.versions}
value_off = plots.at_most(run.worst_of_all("naive", 0), 2)
plots.describe(
    fig,
    "Section 4, products",
    f"""The error of the slope of the product grows like 1e-16 over the distance to the
    singular point, up to {plots.at_most(worst["torch"])} in PyTorch and
    {plots.at_most(worst["tensorflow"])} in TensorFlow, while its value is right to
    {value_off}.""",
    run,
    word="0 · ∞",
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
# two terms of size :math:`1/|x|` that are meant to leave -1/2 behind. Each is rounded, to a
# relative :math:`u = 2^{-53}`, so what is left carries an error of a few :math:`u/|x|`, and that is
# unbounded. The signs differ because PyTorch squares the rounded :math:`1/g` while TensorFlow
# divides it by :math:`g`. The value is a product only: nothing cancels in it. How many
# :math:`u/|x|`, at most?

away = gamma != 0
for name in run.versions:
    in_units = run.error("naive", name, 1)[away] * np.abs(gamma[away]) / 2.0**-53
    print(f"{name}: at most {in_units.max():.2g} u/|x|")

# %%
# .. code-block:: pycon
#
#    >>> gamma.size, gamma.max().item()  # points of the sweep, and the furthest
#    (803, 1.0)
#    >>> [few.results["b"][name][0, 3].item() for name in ("torch", "tensorflow")]  # the value
#    [1.0, 1.0]
#
# .. admonition:: Take away
#    :class: note
#
#    - A value that is right to the last bits says nothing about its slope. The slope holds terms
#      that the value never had.
#    - In a product the error of the slope is about :math:`u/|x|`, without bound.
#
#    **Exercise.** How far out is :math:`x^2 \cdot 1/(1 - \cos x)` wrong, and how far its slope?
#
# What an epsilon does to it, and what cures it: :doc:`plot_product_epsilon`. Is it enough to test
# for zero? :doc:`plot_where`. Or to divide by :math:`e^x - 1` directly? :doc:`plot_quotient`. Two
# infinities can also be subtracted, and that is worse: :doc:`plot_difference`.
