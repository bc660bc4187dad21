r"""
Figure 4: the jump that was to be hidden
========================================

With :math:`\epsilon` small against :math:`\delta`, the perturbed function :math:`h_1` looks
continuous. Take the leading 4 away and it jumps, across zero, by more than the quantity it is meant
to represent. This page reproduces Figure 4, section 2 of :cite:t:`Johnson2023`.
"""

from functools import partial

from removable import frameworks, functions, plots
from removable.sweeps.regions import Region
from removable.sweeps.sweep import agreement, sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# On either side of the rim
# -------------------------
# The zone in which :math:`h_1` perturbs its denominator ends at :math:`2 + \delta`. One point just
# inside, one just outside:

epsilon, delta = 1e-8, 1e-4
h1 = partial(functions.h1, epsilon=epsilon, delta=delta)

inside, outside = 2 + delta * 0.999, 2 + delta * 1.001
in_torch = [
    h1(torch.tensor(x, dtype=torch.float64), torch).item() - 4
    for x in (inside, outside)
]
in_tensorflow = [
    h1(tf.constant(x, dtype=tf.float64), tf).numpy().item() - 4
    for x in (inside, outside)
]
print(f"PyTorch    inside {in_torch[0]:+.4e}   outside {in_torch[1]:+.4e}")
print(f"TensorFlow inside {in_tensorflow[0]:+.4e}   outside {in_tensorflow[1]:+.4e}")

# %%
# Outside, :math:`h_1 - 4` is :math:`10^{-4}`, as it should be. Inside it is three times as large,
# *with the other sign*.
#
# .. code-block:: pycon
#
#    >>> [f"{value:+.2e}" for value in in_torch], [f"{value:+.2e}" for value in in_tensorflow]
#    (['-3.00e-04', '+1.00e-04'], ['-3.00e-04', '+1.00e-04'])
#
# The sweep
# ---------
# The same :term:`sweep` as in :doc:`Figure 3 <plot_figure_3>`.

run = sweep(
    h1, meant=functions.h_hat, zone=partial(functions.h1_zone, delta=delta), order=0
)
print(run.table())

fig, axes = plots.panels(
    run,
    minus=4,
    ylabel=r"$h_1(2 + \gamma) - 4$",
    meant=r"function meant, $\gamma$",
    written=r"$h_1$ as written, exact",
)
axes[0].set_yscale("symlog", linthresh=1e-8)
axes[0].set_yticks([-1, -1e-4, 0, 1e-4, 1])
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
axes[0].set_ylim(-30, 10)

values = run.results["torch"][0]
right = run.gamma > 0
first_black = np.flatnonzero(right & run.inside(Region.BLACK))[0]
jump = values[first_black] - values[first_black - 1]
plots.describe(
    fig,
    "Figure 4",
    f"""With 4 removed and both axes logarithmic, the black samples follow the diagonal
    down to gamma = delta = {delta:g}; there the function jumps by {jump:.3g}, from
    below zero to above, and inside the zone it tends to
    {values.min() - 4:g}. PyTorch and TensorFlow:
    {run.agreement()}.""",
    run,
    word=f"jump {jump:.0e}",
)
plt.show()

# %%
# *Black* is meant literally: at those samples :math:`h_1` is :math:`h`, bit for bit.

black = run.inside(Region.BLACK)
black &= run.distinct
h_torch = frameworks.get("torch").derivatives(functions.h, run.x[black], order=0)[0]
outside_is_h = agreement(h_torch, values[black])
print(f"h1 and h in PyTorch, black: {outside_is_h}")

# %%
# Why it jumps
# ------------
# At the rim the denominator changes from :math:`\delta + \epsilon` to :math:`\delta`, so the value
# changes by
#
# .. math::
#
#    (4 + \delta)\left(1 - \frac{\delta}{\delta + \epsilon}\right)
#    \approx \frac{4\,\epsilon}{\delta} .
#
# "Small enough" therefore means :math:`\epsilon/\delta` small against whatever :math:`h - 4` is
# used for. Here :math:`4\epsilon/\delta = 4\cdot 10^{-4}`, four times the :math:`\delta = 10^{-4}`
# that the function should return.
#
# .. code-block:: pycon
#
#    >>> f"{4 * epsilon / delta:.1e}", f"{jump:.1e}"
#    ('4.0e-04', '4.0e-04')
#    >>> print(run.agreement())
#    identical bits at all 26598 points
#
# .. admonition:: Take away
#    :class: note
#
#    - :math:`h_1` is discontinuous for every choice of :math:`\epsilon` and :math:`\delta`; the
#      jump is :math:`4\epsilon/\delta`.
#    - It hides under the leading digit, and comes out as soon as something subtracts that digit.
#    - Wherever the zone is placed, its rim is a place where an optimiser sees a cliff.
#
#    **Exercise.** Choose :math:`\delta` so that the jump is below :math:`10^{-12}` with this
#    :math:`\epsilon`. How wide is the zone then?
#
# A clamp instead of a shift has no jump: :doc:`plot_figure_5`.
