r"""
Every bit explained: a rule and the order of a sum
==================================================

PyTorch, TensorFlow and JAX have different last bits in the derivatives of the quotient of
:cite:t:`Johnson2023` (:doc:`plot_squares`). This page computes all these bits again in NumPy, from
nothing but the derivative rules of each.
"""

from itertools import product

from removable import frameworks, functions, gamma_grid, plots, replay
from removable.sweeps.sweep import agreement

import jax
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# Three wrong numbers first
# -------------------------
# The second derivative of :math:`h(x) = (x^2 - 4)/(x - 2)`, a little above 2. It should be 0. In
# the code :term:`xp` is the module that computes.


def h(x, xp=None):
    """Evaluate the quotient as it is written."""
    return (x * x - 4) / (x - 2)


at = 2 + 9e-6
curvature = {}

x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
(slope,) = torch.autograd.grad(h(x), x, create_graph=True)
(again,) = torch.autograd.grad(slope, x)
curvature["torch"] = again.item()

x = tf.constant(at, dtype=tf.float64)
with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = h(x)
    slope = inner.gradient(y, x)
curvature["tensorflow"] = outer.gradient(slope, x).numpy().item()

with jax.enable_x64(True):
    curvature["jax"] = jax.grad(jax.grad(h))(at).item()
print(curvature)

# %%
# The slope: how a quotient is differentiated
# -------------------------------------------
# Slopes reach :math:`x` through the numerator and through the denominator. PyTorch and TensorFlow
# compute the latter as :math:`-(f/g)/g` (:cite:t:`PyTorchManual`, :cite:t:`TensorFlowMathGrad`),
# JAX as :math:`-(g^{-2} f)` (:cite:t:`JaxLax`). By hand, in NumPy, at all numbers of the figures:

names = ("torch", "tensorflow", "jax")
adapters = {name: frameworks.get(name) for name in names}
grids = {t: np.unique((2 + gamma_grid()).astype(t)) for t in ("float64", "float32")}
x = grids["float64"]
with np.errstate(all="ignore"):
    f = x * x - 4
    g = x - 2
    through_f = 1 / g * x  # reaches x twice, once for each factor of x * x
    by_division = (-(f / g / g) + through_f) + through_f
    by_power = (-(1 / (g * g) * f) + through_f) + through_f
by_hand = {"torch": by_division, "tensorflow": by_division, "jax": by_power}
slope = {}
for name in names:
    of_framework = adapters[name].derivatives(h, x)[1]
    slope[name] = agreement(by_hand[name], of_framework)
    print(f"{name:<12}{slope[name]}")

# %%
# The second derivative: the order of a sum
# -----------------------------------------
# With ``x*x`` five slopes meet in :math:`x` when the slope is differentiated, and their sum depends
# on their order. PyTorch goes back through what was computed last (:cite:t:`PyTorchEngine`),
# TensorFlow through what has been complete for longest (:cite:t:`TensorFlowTape`). The module
# :mod:`removable.replay` follows the rules of each and has all bits of all three: in three ways to
# type the square, in the quotient and alone. (It is given TensorFlow's values of ``x**2``.)


def tensorflow_power(x):
    """Return x**2 as TensorFlow computes it."""
    return (tf.constant(x) ** 2).numpy()


programs = functions.h_typed()
power = {"values_of_power": tensorflow_power}
replayed = {}
for title, dtype, name in product(programs, grids, names):
    x = grids[dtype]
    computed = adapters[name].derivatives(programs[title], x, order=2, dtype=dtype)
    again = replay.derivatives(name, programs[title], x, **power)
    replayed[title, dtype, name] = agreement(again, computed)
total = sum(compared.points for compared in replayed.values())
different = sum(compared.differing for compared in replayed.values())
print(f"{different} of {total} numbers differ")

# %%
# Two details decide it, and neither is mathematics. In PyTorch the operands of an operation are
# called *self* and *other*, and their slopes are computed in alphabetical order
# (:cite:t:`PyTorchLoad`). TensorFlow's rule for a product ends with a sum over axes that may have
# been broadcast. Here there are none, but these steps take their turns, and others come first. In
# float32 a shortcut leaves them out. With that shortcut in float64, too, the replay of TensorFlow
# is PyTorch. (With ``x**2`` it is not: the rule for a power takes its steps in another order.)

x = grids["float64"]
shortcut = replay.derivatives("tensorflow", h, x, shortcut=True)
as_torch = agreement(shortcut, adapters["torch"].derivatives(h, x, order=2))
print(as_torch)

# %%
# The second derivative of JAX has the second cause and the third. Its :math:`g^{-2}` has the slope
# :math:`-2\,g^{-3}`, where the others go on dividing; and it goes back through the newest first,
# but with the two factors of a product exchanged.
#
# The figure: second derivatives at 40 neighbouring numbers, less PyTorch's. Hollow: the replays.

close = at + np.arange(40) * 2.0**-51
of_torch = adapters["torch"].derivatives(h, close, order=2)[2]
versions = frameworks.versions(names)
fig, (ax,) = plots.row(["second derivative of h, minus that of PyTorch"])
styles = {"torch": ("red", "o"), "tensorflow": ("green", "^"), "jax": ("meant", "D")}
furthest = {}
for name, style in styles.items():
    computed = adapters[name].derivatives(h, close, order=2)[2] - of_torch
    again = replay.derivatives(name, h, close)[2] - of_torch
    furthest[name] = np.abs(computed).max()
    hollow = plots.dots(*style, size=9, hollow=True)
    ax.plot(close - at, again, label=f"_{name}, replayed", **hollow)
    ax.plot(close - at, computed, label=versions[name], **plots.dots(*style, size=4))
ax.set_xlabel(r"$x - (2 + 9 \cdot 10^{-6})$")
plots.legend(fig)
plots.describe(
    fig,
    "Every bit explained",
    f"""The second derivative of h at {close.size} neighbouring numbers, less that of
    PyTorch. TensorFlow is off PyTorch by up to {plots.at_most(furthest["tensorflow"])},
    JAX by up to {plots.at_most(furthest["jax"])}. A replay in NumPy lies on every dot:
    {different} of {total} numbers on the whole grid differ from it.""",
    versions,
    word=f"{different} of {total}",
)
plt.show()

# %%
# .. code-block:: pycon
#
#    >>> curvature["torch"], curvature["tensorflow"], curvature["jax"]
#    (0.2620697021484375, 0.26207733154296875, 0.26206207275390625)
#    >>> len(replayed), different
#    (36, 0)
#    >>> print(as_torch)
#    identical bits at all 79794 points
#
# .. admonition:: Take away
#    :class: note
#
#    - Three causes make all differences: a power, a rule for quotients, and the order of a sum.
#    - None of the three is an error. Each is right in the arithmetic of real numbers.
#    - Who knows the rules and their order can predict a framework to the last bit.
#
#    **Exercise.** Type the quotient as :math:`f \cdot (1/g)`. Which of the three causes is gone?
#
# This was arithmetic :term:`op by op`. What a compiler may change: :doc:`plot_who_simplifies`.
