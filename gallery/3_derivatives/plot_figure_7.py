r"""
Figure 7: with an epsilon in the denominator, the slope is 400 million
======================================================================

A small :math:`\epsilon` in the denominator removed the NaN from the value, at the price of an error
of 4. The price for the derivative is :math:`4/\epsilon`. This page reproduces Figure 7 and
equations (8) to (10), section 3 of :cite:t:`Johnson2023`.
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
# :math:`h_1` moves the denominator away from zero by :math:`\epsilon` within :math:`\delta` of 2,
# as in :doc:`Figure 3 </auto_gallery/2_trivial_example/plot_figure_3>`.

epsilon, delta = 1e-8, 1e-4
h1 = partial(functions.h1, epsilon=epsilon, delta=delta)


def slope_torch(gamma):
    """Differentiate h1 at 2 + gamma by backpropagation in PyTorch."""
    x = torch.tensor(2 + gamma, dtype=torch.float64, requires_grad=True)
    h1(x, torch).backward()
    return x.grad.item()


def slope_tensorflow(gamma):
    """Differentiate h1 at 2 + gamma by backpropagation in TensorFlow."""
    x = tf.constant(2 + gamma, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h1(x, tf)
    return tape.gradient(y, x).numpy().item()


print("gamma    PyTorch                 TensorFlow              meant")
for gamma in (1e-3, 1e-5, 1e-7, 1e-10, 0.0, -1e-17, -1e-10):
    print(f"{gamma:<8g} {slope_torch(gamma):<23} {slope_tensorflow(gamma):<23} 1")

# %%
# Four hundred million, and minus four hundred million a little to the left. A tiny negative offset
# is absorbed before :math:`S` sees it: the framework then takes :math:`S(0) = 1`, and the sign is
# wrong as well.
#
# .. code-block:: pycon
#
#    >>> slope_torch(0.0), slope_tensorflow(0.0)
#    (400000000.0, 400000000.0)
#    >>> f"{slope_torch(-1e-10):.3e}", f"{slope_tensorflow(-1e-10):.3e}"
#    ('-3.921e+08', '-3.921e+08')
#    >>> f"{slope_torch(1.5e-4):.6f}", f"{slope_tensorflow(1.5e-4):.6f}"  # outside the zone
#    ('1.000000', '1.000000')
#
# The sweep
# ---------
# The :term:`sweep` has also the exact slope of :math:`h_1`, the program as it is written.

run = sweep(
    h1, meant=functions.h_hat, zone=partial(functions.h1_zone, delta=delta), order=1
)
print(run.table(order=1))

fig, axes = plots.panels(
    run,
    order=1,
    ylabel=r"$h_1'(2 + \gamma)$",
    meant="true slope, 1",
    written=r"$h_1'$ as written, exact",
)
axes[0].set_yscale("symlog", linthresh=1, linscale=0.5)
axes[0].set_yticks([-1e8, -1e4, -1, 0, 1, 1e4, 1e8])
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
slopes = run.results["torch"][1]
black = run.inside(Region.BLACK)
plots.describe(
    fig,
    "Figure 7",
    f"""The true slope is 1. Inside the perturbed zone the returned slope climbs to
    {plots.at_most(slopes.max())} on the right and falls to
    {plots.at_least(slopes.min())} on the left,
    following the exact slope of the perturbed program; the red samples left of zero
    carry the sign of the right side. Outside it is off 1 by at most
    {plots.at_most(np.abs(slopes[black] - 1).max())}. PyTorch and TensorFlow:
    {run.agreement(1)}.""",
    run,
    word=f"{slopes.max() / 1e6:.0f} million",
)
plt.show()

# %%
# Why it grows
# ------------
# With :math:`g_1 = g + S\epsilon` and :math:`\gamma^2` absorbed, equation (10) of the paper,
#
# .. math::
#
#    h_1'(2 + \gamma) \approx \frac{4 + 2\gamma}{\gamma + S\epsilon}
#    - \frac{4\gamma}{(\gamma + S\epsilon)^2}
#    = \frac{2\gamma^2 + (4 + 2\gamma)\,S\epsilon}{(\gamma + S\epsilon)^2}
#    \;\longrightarrow\; \frac{4}{S\epsilon} \quad\text{as } \gamma \to 0 .
#
# The two terms no longer cancel: the first is held at :math:`4/\epsilon`, the second goes to zero
# with the numerator. The backpropagated slope is a good approximation of the slope of :math:`h_1`.
# It is :math:`h_1` that has a cliff. Only the red samples are off by more than rounding: those left
# of zero have the wrong sign.

relative = np.abs(run.rounding_error("torch", 1)) / np.maximum(
    1, np.abs(run.written[1])
)
print("distance from the exact slope of h1, relative, worst and median:")
for region in Region:
    here = relative[run.inside(region)]
    print(f"{region.name.lower():<8} {here.max():<10.2g} {np.median(here):.2g}")

# %%
# The frameworks differ in the last place, which :doc:`plot_order_of_two_lines` explains. No error
# of this page comes from there.
#
# .. code-block:: pycon
#
#    >>> np.unique(slopes[run.inside(Region.RED)])
#    array([4.e+08])
#    >>> np.unique(run.results["tensorflow"][1][run.inside(Region.RED)])
#    array([4.e+08])
#    >>> run.agreement(1).largest  # in ulp
#    1.0
#
# .. admonition:: Take away
#    :class: note
#
#    - The derivative's error is :math:`4/\epsilon`: the more careful the choice of
#      :math:`\epsilon`, the worse.
#    - It is not a rounding error. Backpropagation differentiates the program that it is given, and
#      that program has a cliff.
#    - Both frameworks say so, to one unit in the last place.
#
#    **Exercise.** Divide by :math:`g + \epsilon` without the sign, as most code does. The NaN is
#    gone. Where is the pole? What are value and slope there, for :math:`\epsilon = 2^{-27}`?
#
# *Solution.* The denominator is 0 at :math:`2 - \epsilon`, and the numerator is not. For
# :math:`\epsilon = 2^{-27}` this point is a double. Value and slope are infinite there:
#
# .. code-block:: pycon
#
#    >>> x = torch.tensor(2 - 2.0**-27, dtype=torch.float64, requires_grad=True)
#    >>> y = (x * x - 4) / (x - 2 + 2.0**-27)
#    >>> y.backward()
#    >>> y.item(), x.grad.item()
#    (-inf, inf)
#    >>> x = tf.constant(2 - 2.0**-27, dtype=tf.float64)
#    >>> with tf.GradientTape() as tape:
#    ...     tape.watch(x)
#    ...     y = (x * x - 4) / (x - 2 + 2.0**-27)
#    >>> y.numpy().item(), tape.gradient(y, x).numpy().item()
#    (-inf, inf)
#
# Clamping instead of shifting: :doc:`plot_figure_8`. The law :math:`4/\epsilon` over 16 decades:
# :doc:`plot_remark_3_1`.
