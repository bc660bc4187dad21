r"""
A difference: infinity minus infinity is wrong a million times further out
==========================================================================

Section 4 of :cite:t:`Johnson2023` names "addition/subtraction (e.g. when :math:`\infty - \infty`
should be finite)" next after products. Here two poles are subtracted from each other. The value is
lost near the singular point, and the slope in a zone a million times wider than that of a quotient.
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
# Both :math:`1/(e^x - 1)` and :math:`1/x` go to infinity at 0. Their difference :math:`d(x)` goes
# to -1/2, with slope 1/12.

x = torch.tensor(3e-9, dtype=torch.float64, requires_grad=True)
y = 1 / torch.expm1(x) - 1 / x
y.backward()
print(f"PyTorch:    value {y.item()}, slope {x.grad.item()}")

x = tf.constant(3e-9, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = 1 / tf.math.expm1(x) - 1 / x
print(f"TensorFlow: value {y.numpy()}, slope {tape.gradient(y, x).numpy()}")

# %%
# The slope should be 0.0833. To be compared with exact arithmetic, the difference has to be written
# over a common denominator: as typed, neither of its terms is a number at 0. In the code :term:`xp`
# is the module that computes, and ``elementary(xp)`` is the one that has the
# :term:`elementary functions <elementary function>`.


def d(x, xp):
    """Evaluate the difference as it is written."""
    return 1 / elementary(xp).expm1(x) - 1 / x


def common(x, xp):
    """Write the difference over one denominator, without cancelling anything."""
    g = elementary(xp).expm1(x)
    return (x - g) / (x * g)


print("x        PyTorch: value, slope      TensorFlow: value, slope")
for at in (1e-2, 1e-5, 1e-7, 3e-9, 1e-12, 2e-16, 1e-17, 0.0):
    both = compare({"d": d}, meant=common, gamma=[at]).results["d"]
    row = f"{at:<9g}"
    for name in ("torch", "tensorflow"):
        value, slope = both[name][:, 0]
        row += f"{value:<13.9g}{slope:<14.6g}"
    print(row.rstrip())

# %%
# At a ten-millionth the slope is wrong in its leading digits, and from there on it grows. At 201
# distances on either side, and at 0 itself (the columns :term:`above 1e-3 to` and :term:`lost` say
# how far out a form is wrong, and how often it is not finite):

gamma = gamma_grid(201)
run = compare({"naive": d}, meant=common, gamma=gamma)
print(f"value\n{run.table(0)}\n\nslope\n{run.table(1)}\n")

fig, axes = plots.errors(run, order=1, ylabel="error of the slope of $d$")
u = 2.0**-53
ends = np.array([u, 1.0])
beside = {"place": (1e-14, 1e13), "name": "u/gamma^2"}
for ax in axes:
    plots.law(ax, ends, u / ends**2, r"$u/\gamma^2$", **beside)
out_to = {name: run.edges("naive", name, 1) for name in run.versions}
most = plots.at_most(run.worst_of_all("naive", 1))
plots.describe(
    fig,
    "Section 4, differences",
    f"""The error of the slope of the difference follows 1e-16 over the square of the
    distance to the singular point, up to {most}, and exceeds 0.001 out to
    {out_to["torch"]} in PyTorch and {out_to["tensorflow"]} in TensorFlow.""",
    run,
    word="∞ − ∞",
)
plt.show()

# %%
# Why so far out
# --------------
# The terms have the size :math:`1/|x|`, and each is rounded, to a relative :math:`u = 2^{-53}`.
# Their difference keeps the absolute error, :math:`u/|x|`. Differentiating makes the poles double:
#
# .. math::
#
#    d'(x) = -\frac{e^x}{(e^x - 1)^2} + \frac{1}{x^2} , \qquad \text{error} \approx \frac{u}{x^2} .
#
# So the slope is off by more than a tolerance :math:`\tau` out to about :math:`\sqrt{u/\tau}`,
# where that of a quotient is off to about :math:`u/\tau` only. Often, and always where
# :math:`e^x - 1` and :math:`x` are the same double, the terms cancel completely. The slope is then
# 0, with an error of 1/12: the flat line in the figure.

away = (gamma != 0) & (np.abs(gamma) < 0.1)
distance = np.abs(gamma[away])
for name in run.versions:
    value = (run.error("naive", name, 0)[away] * distance / u).max()
    slope = (run.error("naive", name, 1)[away] * distance**2 / u).max()
    print(f"{name:<11} at most {value:.2g} u/|x| and {slope:.2g} u/x^2")


def quotient(x, xp):
    """Divide directly, for comparison."""
    return x / elementary(xp).expm1(x)


others = {
    "naive": run,
    "quotient": compare({"naive": quotient}, meant=quotient, gamma=gamma),
    "float32": compare({"naive": d}, meant=common, gamma=gamma, dtype="float32"),
}
print("slope off by 0.001 up to |x| =")
for other, result in others.items():
    reaches = [f"{name} {result.reach('naive', name, 1):.3g}" for name in run.versions]
    print(f"{other:<10}", ", ".join(reaches))

# %%
# In single precision the zone reaches to a hundredth:
#
# .. code-block:: pycon
#
#    >>> [f"{others['float32'].reach('naive', name, 1):.1g}" for name in run.versions]
#    ['0.02', '0.02']
#
# .. admonition:: Take away
#    :class: note
#
#    - Subtracting poles costs :math:`u/|x|` in the value and :math:`u/x^2` in the slope.
#    - A slope off by :math:`\tau` reaches to :math:`\sqrt{u/\tau}`, that of a quotient to
#      :math:`u/\tau`.
#
#    **Exercise.** Subtract two double poles, :math:`1/x^2 - 1/\sin^2 x`. Which power of :math:`x`
#    does the slope's error follow, and how far does a wrong slope reach in single precision?
#
# How to write it: :doc:`plot_common_denominator`. A difference that is less bad: :doc:`plot_sines`.
# Powers, logarithms and roots: :doc:`plot_other_operations`.
