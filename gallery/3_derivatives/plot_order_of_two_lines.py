r"""
Identical results? The order of two lines decides
=================================================

"Identical results were obtained using Tensorflow", says section 3 of :cite:t:`Johnson2023` of its
slopes. They are identical for one way to type the function. Exchange two lines, and PyTorch has
another slope for :math:`h` at one number. This page adds the three terms by hand and has every bit.
"""

from removable import frameworks, functions, plots
from removable.sweeps.sweep import agreement, sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The slope of :math:`h(x) = (x^2 - 4)/(x - 2)` at the double left of 2. It should be 1. In the code
# :term:`xp` is the module that computes.


def f_first(x, xp=None):
    """Evaluate the quotient, the numerator first."""
    f = x * x - 4
    g = x - 2
    return f / g


def g_first(x, xp=None):
    """Evaluate the same quotient, the denominator first."""
    g = x - 2
    f = x * x - 4
    return f / g


at = np.nextafter(2.0, 1.0).item()
programs = {"f first": f_first, "g first": g_first}
nearest = {}
for order, h in programs.items():
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    h(x).backward()
    slope_torch = x.grad.item()

    x = tf.constant(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h(x)
    slope_tensorflow = tape.gradient(y, x).numpy().item()
    nearest[order] = [slope_torch, slope_tensorflow]
    print(f"{order}: PyTorch {slope_torch}, TensorFlow {slope_tensorflow}")

# %%
# Its neighbours further left have a slope of 2 in both (:doc:`plot_figure_6`).
#
# The right answer by accident
# ----------------------------
# Three contributions are added: :math:`2^{54}` through the denominator, and :math:`-2^{53} + 1` for
# each factor of ``x * x``. The first sum is :math:`2^{53} + 1`. Doubles are 2 apart there, so a 1
# is lost. In another order of addition nothing is:

through_f = 1 / (at - 2) * at  # reaches x twice, once for each factor of x * x
through_g = -((at * at - 4) / (at - 2) / (at - 2))
g_then_f = (through_g + through_f) + through_f
f_then_g = (through_f + through_f) + through_g
print(g_then_f, f_then_g)

# %%
# PyTorch goes back through its newest operation first (:cite:t:`PyTorchEngine`). With the lines
# exchanged that is the numerator, the sum is the second of the two, and the slope is 2.
# TensorFlow's tape goes back through what has been complete for longest (:cite:t:`TensorFlowTape`):
# in either order that is the denominator, since it is fewer operations away, and the slope is 1.
#
# All numbers of the figures
# --------------------------
# At each number :math:`2 + \gamma` once, for the offsets :math:`\gamma` of all figures.

run = sweep(functions.h, meant=functions.h_hat, order=1)
points = run.x[run.distinct]
slopes = {}
between = {}
for order, h in programs.items():
    slopes[order] = [frameworks.get(n).derivatives(h, points)[1] for n in run.results]
    between[order] = agreement(*slopes[order])
    print(f"{order}, PyTorch and TensorFlow: {between[order]}")

# %%
# The doubles next to 2: only one of them has another slope, and in PyTorch only.

close = 2 + np.arange(-8, 9) * 2.0**-52
styles = {
    "f first": plots.dots("red", "o", size=10, hollow=True),
    "g first": plots.dots("meant", "D", size=5, hollow=True),
}
edge = {"markeredgewidth": 1.5}
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, run.results, strict=True):
    for order, style in styles.items():
        slope = frameworks.get(name).derivatives(programs[order], close)[1]
        ax.plot(close - 2, slope, label=order, **edge, **style)
    ax.plot(close - 2, 0 * close + 1, "--", color=plots.LIGHT["ink"], label="truth")
    ax.set_ylim(0, 2.5)
    ax.set_xticks([-(2.0**-49), 0, 2.0**-49], ["$-2^{-49}$", "0", "$2^{-49}$"])
    ax.set_xlabel("$x - 2$")
axes[0].set_ylabel("slope of $h$")
plots.legend(fig)
plots.describe(
    fig,
    "Section 3, the order of two lines",
    f"""The slope of h at the doubles next to 2. The true slope is 1, and almost all are 2. At
    the left neighbour of 2 it is {nearest["f first"][0]:g} in PyTorch and
    {nearest["f first"][1]:g} in TensorFlow where the numerator comes first,
    {nearest["g first"][0]:g} and {nearest["g first"][1]:g} where the denominator does.
    At 2 itself there is NaN.""",
    run,
    word=f"{nearest['f first'][0]:g} or {nearest['g first'][0]:g}",
)
plt.show()

# %%
# .. code-block:: pycon
#
#    >>> dict(zip(("torch", "tensorflow"), nearest["g first"], strict=True))
#    {'torch': 2.0, 'tensorflow': 1.0}
#    >>> g_then_f, f_then_g
#    (1.0, 2.0)
#    >>> between["f first"].differing, between["g first"].differing
#    (0, 1)
#
# .. admonition:: Take away
#    :class: note
#
#    - "Identical results" depends on how a function is typed: exchange two lines, and one differs.
#    - The right slope at one number is an accident of rounding, not a better method.
#
#    **Exercise.** Type the square as ``x**2`` in both. In which framework does the order still
#    matter?
#
# The same for :math:`h_1`, where last bits differ: :doc:`plot_order_for_h1`. Both orders for any
# program: :doc:`/auto_gallery/1_introduction/plot_tape_in_two_orders`. Other
# ways to type the square, and second derivatives: :doc:`/auto_gallery/5_beyond/plot_squares`.
