r"""
Figure 3: a small epsilon in the denominator
============================================

The usual cure for 0/0 is to keep the denominator away from zero. The NaN goes; in its place stands
a plain, finite, wrong 0, and its neighbours are pulled towards it. This page reproduces Figure 3
and equation (1), section 2 of :cite:t:`Johnson2023`.
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
# The recipe
# ----------
# Within :math:`\delta` of 2 the denominator :math:`g(x) = x - 2` is moved away from zero by
# :math:`\epsilon`, in the direction of its sign :math:`S(g)`; at zero the sign has to be chosen,
# and the paper chooses :math:`S(0) = 1`:
#
# .. math::
#
#    h_1(x; \epsilon, \delta) = \frac{x^2 - 4}{g_1(x)}, \qquad
#    g_1(x) = g(x) + S(g(x))\,\epsilon \ \text{ where } 2 - \delta < x < 2 + \delta,
#    \quad g(x) \text{ elsewhere.}
#
# The condition is the same as :math:`|g(x)| < \delta`, which needs no rounded :math:`2 + \delta`.
# In the code :term:`xp` is the module that computes.

epsilon, delta = 1e-8, 1e-4


def h1(x, xp):
    """Evaluate the quotient with its denominator bounded away from zero.

    ``xp`` is ``torch`` or ``tf``.
    """
    g = x - 2
    sign = xp.where(g >= 0, xp.ones_like(g), -xp.ones_like(g))
    g1 = xp.where(xp.abs(g) < delta, g + sign * epsilon, g)
    return (x * x - 4) / g1


print("gamma    PyTorch     TensorFlow  meant")
for gamma in (1e-3, 1e-6, 1e-8, 1e-10, 0.0):
    in_torch = h1(torch.tensor(2 + gamma, dtype=torch.float64), torch).item()
    in_tensorflow = h1(tf.constant(2 + gamma, dtype=tf.float64), tf).numpy().item()
    print(f"{gamma:<8g} {in_torch:<11.6g} {in_tensorflow:<11.6g} {4 + gamma:.6g}")

# %%
# No NaN, and no 4 either. At :math:`\gamma = \epsilon` the denominator has doubled and the value is
# 2; at zero it is 0.
#
# .. code-block:: pycon
#
#    >>> h1(torch.tensor(2.0, dtype=torch.float64), torch).item()
#    0.0
#    >>> h1(tf.constant(2.0, dtype=tf.float64), tf).numpy().item()
#    0.0
#    >>> f"{h1(torch.tensor(2 + 1e-8, dtype=torch.float64), torch).item():.6f}"
#    '2.000000'
#
# The sweep
# ---------
# The :term:`sweep` runs ``functions.h1``, the function above. Black are the samples outside the
# zone, where :math:`h_1` is :math:`h`. The exact truth is now drawn twice: the function that was
# *meant*, :math:`x + 2`, and the program *as written*, with its :math:`\epsilon`, without rounding.

run = sweep(
    partial(functions.h1, epsilon=epsilon, delta=delta),
    meant=functions.h_hat,
    zone=partial(functions.h1_zone, delta=delta),
    order=0,
)
print(run.table())

# %%
# The table gives the whole error. It has two parts, and the sweep can tell them apart: what the
# *perturbation* did on purpose, and what *rounding* added.

perturbation = np.abs(run.written[0] - run.meant[0])
rounding = np.abs(run.rounding_error("torch"))
for region in Region:
    parts = [part[run.inside(region)].max() for part in (perturbation, rounding)]
    print(
        "{:<8} perturbation {:<10.3g} rounding {:.3g}".format(
            region.name.lower(), *parts
        )
    )

fig, axes = plots.panels(
    run,
    ylabel=r"$h_1(2 + \gamma)$",
    meant=r"function meant, $4 + \gamma$",
    written=r"$h_1$ as written, exact",
)
axes[0].set_ylim(-0.3, 5.2)
plots.describe(
    fig,
    "Figure 3",
    f"""With epsilon = {epsilon:g} the NaNs are gone; instead the values sink from 4 to
    {run.results["torch"][0].min():g} as gamma falls below epsilon, in both frameworks,
    an error of {plots.at_most(np.abs(run.total_error("torch")).max())}. The exact
    values of the perturbed program lie under the samples, to within
    {plots.at_most(rounding.max())}: the error is the perturbation's. PyTorch and
    TensorFlow: {run.agreement()}.""",
    run,
    word=f"{run.results['torch'][0].min():g} ≠ 4",
)
plt.show()

# %%
# Why it sinks
# ------------
# Where :math:`\gamma^2` is absorbed, the numerator is :math:`4\gamma`, and
#
# .. math::
#
#    h_1(2 + \gamma) = \frac{4\gamma}{\gamma + S(\gamma)\,\epsilon}
#    = \frac{4}{1 + \epsilon/|\gamma|} .
#
# That is 4 only where :math:`|\gamma| \gg \epsilon`. Rounding has little to do with it: the program
# is faithful to a wrong formula. A smaller :math:`\epsilon` narrows the dip and never fills it.
#
# .. code-block:: pycon
#
#    >>> np.unique(run.results["torch"][0][run.inside(Region.RED)])
#    array([0.])
#    >>> np.unique(run.results["tensorflow"][0][run.inside(Region.RED)])
#    array([0.])
#    >>> float(perturbation.max())
#    4.0
#    >>> print(run.agreement())
#    identical bits at all 26598 points
#
# .. admonition:: Take away
#    :class: note
#
#    - Adding :math:`\epsilon` replaces "no answer" by "wrong answer": an error of 4 at the
#      singularity, whatever :math:`\epsilon` is.
#    - The error is the formula's, not the arithmetic's. Higher precision does not help.
#    - Refactoring, :math:`\hat h(x) = x + 2`, has none of it.
#
#    **Exercise.** Write ``h1`` with two finished quotients,
#    ``where(zone, f / (g + sign * epsilon), f / g)``. The values are the same. Now call
#    ``backward()`` at 2.
#
# The jump at the rim of the zone is too small to see here; :doc:`plot_figure_4` makes it visible.
# What the derivative makes of the dip is :doc:`/auto_gallery/3_derivatives/plot_figure_7`.
