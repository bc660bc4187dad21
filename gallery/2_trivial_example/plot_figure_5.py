r"""
Figure 5: a clamp is continuous, and no better
==============================================

Replace a denominator that is too small by :math:`\pm\epsilon`, and the jump of :math:`h_1` is gone.
The values still fall to 0, and they fall faster. This page reproduces Figure 5 and equations (2) to
(4), section 2 of :cite:t:`Johnson2023`.
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
# The recipe
# ----------
#
# .. math::
#
#    h_2(x; \epsilon) = \frac{x^2 - 4}{g_2(x)}, \qquad
#    g_2(x) = S(g(x))\,\epsilon \ \text{ where } |g(x)| < \epsilon, \quad g(x) \text{ elsewhere.}
#
# The two cases meet at :math:`|g| = \epsilon`, so the function is continuous there. As in the
# paper, :math:`\epsilon = 10^{-4}`: with :math:`10^{-8}` the rim would lie inside the yellow
# region. In the code :term:`xp` is the module that computes.

epsilon = 1e-4


def h2(x, xp):
    """Evaluate the quotient with its denominator clamped; ``xp`` is ``torch`` or ``tf``."""
    g = x - 2
    sign = xp.where(g >= 0, xp.ones_like(g), -xp.ones_like(g))
    return (x * x - 4) / xp.where(xp.abs(g) < epsilon, sign * epsilon, g)


print("gamma    PyTorch     TensorFlow  meant")
for gamma in (1e-3, 1e-4, 5e-5, 1e-6, 0.0):
    in_torch = h2(torch.tensor(2 + gamma, dtype=torch.float64), torch).item()
    in_tensorflow = h2(tf.constant(2 + gamma, dtype=tf.float64), tf).numpy().item()
    print(f"{gamma:<8g} {in_torch:<11.6g} {in_tensorflow:<11.6g} {4 + gamma:.6g}")

# %%
# Half-way to the rim the value has halved: inside, :math:`h_2 = 4|\gamma|/\epsilon`, a straight
# descent to zero.
#
# .. code-block:: pycon
#
#    >>> h2(torch.tensor(2.0, dtype=torch.float64), torch).item()
#    0.0
#    >>> h2(tf.constant(2.0, dtype=tf.float64), tf).numpy().item()
#    0.0
#    >>> f"{h2(torch.tensor(2 + 5e-5, dtype=torch.float64), torch).item():.4f}"
#    '2.0000'
#
# The sweep
# ---------
# A :term:`sweep` of :math:`h_2`; black are the samples outside the clamp.

run = sweep(
    partial(functions.h2, epsilon=epsilon),
    meant=functions.h_hat,
    zone=partial(functions.h2_zone, epsilon=epsilon),
    order=0,
)
print(run.table())

fig, axes = plots.panels(
    run,
    ylabel=r"$h_2(2 + \gamma)$",
    meant=r"function meant, $4 + \gamma$",
    written=r"$h_2$ as written, exact",
)
axes[0].set_ylim(-0.3, 5.2)
values = run.results["torch"][0]
low = np.abs(run.gamma[(values < 0.4) & ~run.inside(Region.BLACK)]).max()
plots.describe(
    fig,
    "Figure 5",
    f"""The clamped quotient is continuous at |gamma| = epsilon = {epsilon:g} and drops
    abruptly to {values.min():g} inside: below |gamma| = {plots.at_least(low)} less than
    a tenth of the true value 4 is left. PyTorch and TensorFlow: {run.agreement()}.""",
    run,
    word=f"{values.min():g} ≠ 4",
)
plt.show()

# %%
# Three ways to write it
# ----------------------
# Equation (2), with :math:`\delta = \epsilon`, and equation (4), case by case without a sign
# function, are the same function as equation (3), provided that (4) takes :math:`g = 0` into its
# upper case. In the frameworks they are the same to the bit, in the value and in the first
# derivative.

three = {
    "(2)": partial(functions.h1_hat, epsilon=epsilon, delta=epsilon),
    "(3)": partial(functions.h2, epsilon=epsilon),
    "(4)": partial(functions.h2_hat, epsilon=epsilon),
}
same = {}
for name in ("torch", "tensorflow"):
    adapter = frameworks.get(name)
    x = run.x[run.distinct]
    results = {n: adapter.derivatives(program, x) for n, program in three.items()}
    for number in ("(2)", "(4)"):
        for order, what in enumerate(("value", "derivative")):
            compared = agreement(results["(3)"][order], results[number][order])
            same[number, name, what] = compared.identical
            print(f"(3) and {number}, {name:<10} {what:<10} {compared}")

# %%
# On the way out from the red region the values never fall again: there is no jump, whatever the
# colour.
#
# .. code-block:: pycon
#
#    >>> np.unique(run.results["tensorflow"][0][run.inside(Region.RED)])
#    array([0.])
#    >>> print(run.agreement())
#    identical bits at all 26598 points
#
# .. admonition:: Take away
#    :class: note
#
#    - Continuity is repaired. The error of 4 at the singularity is not.
#    - Inside the clamp the function is :math:`4|\gamma|/\epsilon`, with a slope of
#      :math:`4/\epsilon`. Remember it.
#    - Three spellings of one function need not agree in floating point. These three do, because
#      they divide the same numerator by the same denominator.
#
#    **Exercise.** Set :math:`\epsilon = 10^{-8}`, the fairer comparison with Figure 3. Which
#    samples turn black, and what has become of the green ones next to the rim?
#
# That slope is what backpropagation returns: :doc:`/auto_gallery/3_derivatives/plot_figure_8`.
