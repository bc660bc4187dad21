r"""
Figure 8: a clamped denominator blows up at once
================================================

:math:`h_2` is continuous, which :math:`h_1` is not. Its derivative is worse behaved: it jumps from
1 to :math:`4/\epsilon` at the rim of the clamp instead of climbing there. This page reproduces
Figure 8 and equations (11) and (12), section 3 of :cite:t:`Johnson2023`.
"""

from functools import partial

from removable import functions, plots
from removable.sweeps.regions import Region
from removable.sweeps.sweep import sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# :math:`h_2` replaces a denominator smaller than :math:`\epsilon` by :math:`\pm\epsilon`, as in
# :doc:`Figure 5 </auto_gallery/2_trivial_example/plot_figure_5>`.

epsilon = 1e-4
h2 = partial(functions.h2, epsilon=epsilon)


def slope_torch(gamma):
    """Differentiate h2 at 2 + gamma by backpropagation in PyTorch."""
    x = torch.tensor(2 + gamma, dtype=torch.float64, requires_grad=True)
    h2(x, torch).backward()
    return x.grad.item()


def slope_tensorflow(gamma):
    """Differentiate h2 at 2 + gamma by backpropagation in TensorFlow."""
    x = tf.constant(2 + gamma, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h2(x, tf)
    return tape.gradient(y, x).numpy().item()


print("gamma     PyTorch             TensorFlow          meant")
for gamma in (1e-3, 1.01e-4, 0.99e-4, 1e-12, 0.0, -1e-17, -1e-12):
    print(f"{gamma:<9g} {slope_torch(gamma):<19} {slope_tensorflow(gamma):<19} 1")

# %%
# Just outside the clamp 1, just inside forty thousand.
#
# .. code-block:: pycon
#
#    >>> slope_torch(0.0), slope_tensorflow(0.0)
#    (40000.0, 40000.0)
#    >>> f"{slope_torch(1e-12):.1f}", f"{slope_torch(-1e-12):.1f}"
#    ('40000.0', '-40000.0')
#    >>> f"{slope_torch(1.01e-4):.6f}", f"{slope_tensorflow(1.01e-4):.6f}"
#    ('1.000000', '1.000000')
#
# The sweep
# ---------
# A :term:`sweep` of the slope of :math:`h_2`; black are the samples outside the clamp.

run = sweep(
    h2, meant=functions.h_hat, zone=partial(functions.h2_zone, epsilon=epsilon), order=1
)
print(run.table(order=1))

fig, axes = plots.panels(
    run,
    order=1,
    ylabel=r"$h_2'(2 + \gamma)$",
    meant="true slope, 1",
    written=r"$h_2'$ as written, exact",
)
axes[0].set_yscale("symlog", linthresh=1, linscale=0.5)
axes[0].set_yticks([-1e4, -1e2, -1, 0, 1, 1e2, 1e4])
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
slopes = run.results["torch"][1]
inside = ~run.inside(Region.BLACK)
size = np.abs(slopes[inside])
left, *_, right = slopes[inside]
plots.describe(
    fig,
    "Figure 8",
    f"""The true slope is 1. At |gamma| = epsilon = {epsilon:g} the returned slope
    jumps to {right:.5g} on the right and to {left:.5g} on the left and stays like that:
    at every sample inside the clamp its size is at least
    {plots.at_least(size.min(), 5)} and at most {plots.at_most(size.max(), 5)}. PyTorch
    and TensorFlow: {run.agreement(1)}.""",
    run,
    word=f"{right:,.0f} ≠ 1",
)
plt.show()

# %%
# Why at once
# -----------
# Inside the clamp the denominator is a constant, so nothing reaches :math:`x` through it. What is
# left is equation (12),
#
# .. math::
#
#    h_2'(2 + \gamma) = \frac{4 + 2\gamma}{S(\gamma)\,\epsilon} ,
#
# the slope of a program that falls from 4 to 0 over a width of :math:`\epsilon`. Whether
# :math:`\gamma^2` was absorbed no longer matters: the numerator is not part of the formula. In
# :math:`h_1'` the second term cancels part of the first while :math:`|\gamma| > \epsilon`; here
# there is no second term.

formula = (4 + 2 * (run.x - 2)) / (functions.S(run.x - 2, np) * epsilon)
distance = np.abs(slopes - formula)[inside] / np.abs(formula[inside])
print(f"largest relative distance from equation (12): {distance.max():.1e}")

# %%
#
# .. code-block:: pycon
#
#    >>> np.unique(slopes[run.inside(Region.RED)])
#    array([40000.])
#    >>> np.unique(run.results["tensorflow"][1][run.inside(Region.RED)])
#    array([40000.])
#    >>> print(run.agreement(1))
#    identical bits at all 26598 points
#
# .. admonition:: Take away
#    :class: note
#
#    - Continuity of the value says nothing about the derivative.
#    - Every sample inside the clamp, not only those near the singularity, has a slope of size
#      :math:`4/\epsilon`.
#    - A clamp that is wide enough to be kind to the derivative is wide enough to ruin the value.
#
#    **Exercise.** Replace the clamp by ``torch.clamp`` on :math:`|g|`. What is the slope inside,
#    and where does the sign of :math:`g` go?
#
# How the spurious slope depends on :math:`\epsilon`: :doc:`plot_remark_3_1`.
