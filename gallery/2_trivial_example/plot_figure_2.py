r"""
Figure 2: what is left when the leading 4 is taken away
=======================================================

Figure 1 shows a line with a flat piece. On a scale where the offset :math:`\gamma` itself is
visible, the flat piece is a 100 % error, and the digits around it are partly lost too. This page
reproduces Figure 2, section 2 of :cite:t:`Johnson2023`, and measures the :math:`\alpha` of its
caption.
"""

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
# Three offsets, :math:`h(2 + \gamma) - 4`, which ought to be :math:`\gamma`. Subtracting 4 is exact
# here: it adds no error of its own.


def h_minus_4(x):
    """Evaluate the quotient and remove its leading digit."""
    return (x * x - 4) / (x - 2) - 4


print("gamma    PyTorch     TensorFlow")
for gamma in (1e-3, 3e-8, 1e-9):
    in_torch = h_minus_4(torch.tensor(2 + gamma, dtype=torch.float64)).item()
    in_tensorflow = h_minus_4(tf.constant(2 + gamma, dtype=tf.float64)).numpy().item()
    print(f"{gamma:<8g} {in_torch:<11.4g} {in_tensorflow:.4g}")

# %%
# At :math:`3 \cdot 10^{-8}` a wrong digit, at :math:`10^{-9}` nothing left.
#
# .. code-block:: pycon
#
#    >>> h_minus_4(torch.tensor(2 + 1e-9, dtype=torch.float64)).item()
#    0.0
#    >>> f"{h_minus_4(torch.tensor(2 + 3e-8, dtype=torch.float64)).item():.3g}"
#    '2.96e-08'
#
# The sweep
# ---------
# The same :term:`sweep` as in :doc:`Figure 1 <plot_figure_1>`.

run = sweep(functions.h, meant=functions.h_hat, order=0)
print(run.table())

fig, axes = plots.panels(
    run, minus=4, ylabel=r"$h(2 + \gamma) - 4$", meant=r"function meant, $\gamma$"
)
axes[0].set_yscale("symlog", linthresh=1e-12)
axes[0].set_yticks([-1, -1e-4, -1e-8, 0, 1e-8, 1e-4, 1])
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
# The fraying, on straight axes.
near = 1e-7
part = {"place": (0.1, 0.58, 0.42, 0.4), "across": (near / 10, near), "up": (0, 1.2e-7)}
for panel, (value,) in zip(axes, run.results.values(), strict=True):
    ax = plots.inset(panel, run, value - 4, **part)
    style = {"lw": 0.8, "ls": "--", "color": plots.LIGHT["ink"], "zorder": 1}
    ax.plot(part["across"], np.outer(part["across"], [2 / 3, 1, 2]), **style)
    ax.text(3.4e-8, 1e-7, r"$2\gamma$", size="small", color=plots.LIGHT["ink"])
    ax.text(7.6e-8, 3e-8, r"$2\gamma/3$", size="small", color=plots.LIGHT["ink"])
    ax.set_xticks([1e-8, 1e-7], ["$10^{-8}$", "$10^{-7}$"])
    ax.set_yticks([0, 1e-7], ["0", "$10^{-7}$"])

left = run.results["torch"][0] - 4
yellow = run.inside(Region.YELLOW)
worst = np.abs(run.total_error("torch")[yellow]).max()
zero = yellow & run.distinct & (left == 0)
frayed = run.inside(Region.GREEN) & (np.abs(run.gamma) < near) & (run.gamma != 0)
share = left[frayed] / (run.x[frayed] - 2)
plots.describe(
    fig,
    "Figure 2",
    f"""With 4 removed and both axes logarithmic, the green samples follow the diagonal
    and fray near the yellow region: where |gamma| is below {near:g} they lie between
    {plots.at_least(share.min())} and {plots.at_most(share.max())} times gamma, which an
    inset shows. {zero.sum()} of the {run.count(Region.YELLOW)} yellow numbers give
    exactly 0, an error of up to {plots.at_most(worst)}. PyTorch and TensorFlow:
    {run.agreement()}.""",
    run,
    word=f"{zero.sum()} zeros",
)
plt.show()

# %%
# How much of the square survives
# -------------------------------
# Next to the yellow region the square is not lost but damaged: the numerator holds
#
# .. math::
#
#    \mathrm{fl}(x^2) - 4 = 4\gamma + \alpha\gamma^2
#
# with some :math:`\alpha` where 1 should be, and therefore :math:`h - 4 \approx \alpha\gamma`. The
# caption expects :math:`0 < \alpha < 1` where :math:`\gamma^2` is rounded down and :math:`1 <
# \alpha < 2` where it is rounded up. In the lines below, the numerator of :math:`\alpha` is exact
# in floating point; only :math:`\gamma^2` and the quotient are rounded, by an ulp or so. So
# :math:`\alpha` can simply be computed.

offset = run.x - 2
outside = run.inside(Region.GREEN) & (np.abs(run.gamma) < 1e-3) & (offset != 0)
alpha = (run.x * run.x - 4 - 4 * offset)[outside] / offset[outside] ** 2
print(f"alpha in {alpha.size} samples: {alpha.min():.6f} to {alpha.max():.6f}")
for distance in (3e-8, 1e-7, 1e-6, 1e-5):
    near = np.abs(np.abs(run.gamma[outside]) / distance - 1) < 0.1
    low, high = alpha[near].min(), alpha[near].max()
    print(f"|gamma| near {distance:.0e}: alpha from {low:.4f} to {high:.4f}")

# %%
# Rounding is to a whole number of spacings. Just above half a spacing :math:`\gamma^2` is rounded
# up to one, which doubles it: :math:`\alpha \approx 2`. Just below one and a half it is rounded
# down to one: :math:`\alpha \approx 2/3`. Less than half a spacing becomes nothing. So
# :math:`\alpha` is 0 in the yellow region and between 2/3 and 2 outside: the values between 0 and
# 2/3, which the caption allows for, belong to machines that cut digits off instead of rounding. A
# factor of ten further out the scatter around 1 is a hundred times smaller, since the rounding
# error is divided by :math:`\gamma^2`.
#
# .. code-block:: pycon
#
#    >>> f"{low:.6f} to {high:.6f}"  # near 1e-5
#    '0.999995 to 1.000004'
#    >>> f"{alpha.min():.2f}", f"{alpha.max():.2f}"
#    ('0.67', '2.00')
#    >>> int(frayed.sum()), [f"{bound:.3f}" for bound in (share.min(), share.max())]
#    (1503, ['0.667', '1.996'])
#    >>> np.unique(run.results["tensorflow"][0][run.inside(Region.YELLOW)] - 4)
#    array([0.])
#    >>> [f"{np.nanmax(np.abs(run.total_error(name))):.1e}" for name in run.results]
#    ['2.1e-08', '2.1e-08']
#
# .. admonition:: Take away
#    :class: note
#
#    - The value is right to 8 digits everywhere it exists. Whether 8 digits are enough depends on
#      what is subtracted next.
#    - Rounding scales the square by an :math:`\alpha` between 2/3 and 2, or by 0: that is the
#      yellow region.
#    - The error of the value is at most a few :math:`10^{-8}`. That of the *derivative*, in the
#      same region, is as large as the derivative itself.
#
#    **Exercise.** Predict from the formula how far out :math:`|\alpha - 1|` stays below
#    :math:`10^{-3}`, then read it off ``alpha``.
#
# The derivative in the same region is :math:`2 - \alpha`:
# :doc:`/auto_gallery/3_derivatives/plot_figure_6`.
