r"""
Three frameworks, three squares: identical, if typed alike
==========================================================

Of the slopes in its Figures 6 to 8 the paper says that "identical results were obtained using
Tensorflow" (:cite:t:`Johnson2023`, section 3). Whether they are depends on how the square is typed,
and on the order of the derivative. This page compares PyTorch, TensorFlow and JAX bit by bit.
"""

from itertools import combinations, product

from removable import frameworks, functions, gamma_grid, plots
from removable.sweeps.sweep import agreement

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The second derivative of :math:`h(x) = (x^2 - 4)/(x - 2)`, a little above 2. It is 0. Each line is
# one way to type the square. In the code :term:`xp` is the module that computes.

squares = {
    "x*x": lambda x, xp: x * x,
    "x**2": lambda x, xp: x**2,
    "square": lambda x, xp: xp.square(x),
}


def curvature_torch(square, at):
    """Differentiate h twice in PyTorch."""
    x = torch.tensor([at], dtype=torch.float64, requires_grad=True)
    y = (square(x, torch) - 4) / (x - 2)
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    return torch.autograd.grad(slope, x)[0].item()


def curvature_tensorflow(square, at):
    """Differentiate h twice in TensorFlow."""
    x = tf.constant([at], dtype=tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = (square(x, tf) - 4) / (x - 2)
        slope = inner.gradient(y, x)
    return outer.gradient(slope, x).numpy().item()


for title, square in squares.items():
    in_torch = curvature_torch(square, 2 + 9e-6)
    in_tensorflow = curvature_tensorflow(square, 2 + 9e-6)
    print(f"{title:<8}{in_torch:<22}{in_tensorflow}")

# %%
# All are wrong, and two that are meant to be the same differ.
#
# Count the bits
# --------------
# At the numbers :math:`2 + \gamma` of the other figures, each once, in reverse mode, not compiled:
# :math:`h` with each square, and the square alone. A cell tells at how many two frameworks differ,
# and by how many ulp at most: that is many where the true result is 0.

names = ("torch", "tensorflow", "jax")
grids = {t: np.unique((2 + gamma_grid()).astype(t)) for t in ("float64", "float32")}
programs = functions.h_typed()
found = {}
for title, dtype, name in product(programs, grids, names):
    differentiate = frameworks.get(name).derivatives
    rows = differentiate(programs[title], grids[dtype], order=2, dtype=dtype)
    found[title, dtype, name] = rows
pairs = {}
for title, dtype in product(programs, grids):
    for one, other in combinations(names, 2):
        both = zip(found[title, dtype, one], found[title, dtype, other], strict=True)
        pairs[title, dtype, one, other] = [agreement(*rows) for rows in both]


def cell(count):
    """Write at how many numbers two results differ, and by how much."""
    return f"{count.differing}, {count.largest:.0e}" if count.differing else ""


print(f"{'float64':<13}{'':<20}{'value':<15}{'first':<15}second derivative")
for (title, dtype, *two), counts in pairs.items():
    cells = [cell(count) for count in counts]
    if dtype == "float64" and any(cells):
        print(f"{title:<13}{', '.join(two):<20}", *(f"{text:<14}" for text in cells))

# %%
# What is not in the table is the same in all bits. There are three causes: the value of ``x**2`` in
# TensorFlow, which :doc:`is not rounded correctly <plot_power>`, the rule for the slope of a
# quotient, and the order of a sum.
#
# How much is that?
# -----------------
# The difference between two frameworks, beside the error of one.

versions = frameworks.versions(names)
curves = {
    "torch": (f"error of {versions['torch']}", plots.dots("red", "o", size=3)),
    "jax": (f"{versions['jax']} minus PyTorch", plots.dots("meant", "D", size=3)),
    "tensorflow": (
        f"{versions['tensorflow']} minus PyTorch",
        plots.dots("green", "^", size=3),
    ),
}
x = grids["float64"]
true = {1: 1.0, 2: 0.0}
shown = np.flatnonzero((x > 2 + 1e-8) & (x < 2.1))[::6]
of_torch = found["x*x", "float64", "torch"]
median = {}
fig, axes = plots.row(["first derivative", "second derivative"])
for order, ax in enumerate(axes, start=1):
    for name, (label, style) in curves.items():
        beside = true[order] if name == "torch" else of_torch[order]
        size = np.abs(found["x*x", "float64", name][order] - beside)[shown]
        seen = size > 0
        if seen.any():
            median[name, order] = np.median(size[seen])
            at = x[shown][seen] - 2
            ax.loglog(at, size[seen], label=label, rasterized=True, **style)
    plots.log_ticks(ax)
    ax.set_xlabel(r"$\gamma$")
axes[0].set_ylabel("absolute value")
plots.legend(fig)
plots.describe(
    fig,
    "Figure 6, bit by bit",
    f"""Error of the derivatives of h with x*x against the distance to 2, and the
    differences between frameworks. PyTorch and TensorFlow have the same first derivative
    and differ in the second, JAX differs from both. The median error of PyTorch's second
    derivative is {median["torch", 2]:.2g}, the median difference
    {median["tensorflow", 2]:.2g} where there is one: the frameworks agree with
    each other far better than with the truth.""",
    versions,
    word="last bits",
)
plt.show()

# %%
# They are wrong together. The rounding of ``x*x`` is the same in all of them, and it makes the
# error; what differs is the rounding of the terms, which is smaller by a factor of :math:`\gamma`
# (:doc:`plot_precision_and_order`).
#
# .. code-block:: pycon
#
#    >>> curvature_torch(squares["x*x"], 2 + 9e-6), curvature_tensorflow(squares["x*x"], 2 + 9e-6)
#    (0.2620697021484375, 0.26207733154296875)
#    >>> value_and_slope = pairs["x*x", "float64", "torch", "tensorflow"][:2]
#    >>> [count.differing for count in value_and_slope]
#    [0, 0]
#    >>> f"{median['torch', 2]:.1e}", f"{median['tensorflow', 2]:.1e}"  # error, difference
#    ('1.3e-02', '4.8e-07')
#
# .. admonition:: Take away
#    :class: note
#
#    - With ``x*x`` the paper is right. "Identical" depends on spelling, order and precision.
#    - Different bits are no second opinion. All three divide the same wrong numerator.
#
#    **Exercise.** ``torch.pow(x, 2.0)`` and ``tf.pow(x, 2.0)``: which line of the table is that?
#
# The other two causes, and all bits again in NumPy: :doc:`plot_every_bit`. The law behind the
# errors: :doc:`/beyond/precision-and-order`.
