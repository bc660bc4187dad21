r"""
Remark 3.1: the smaller the epsilon, the larger the error
=========================================================

"Unfortunately, practitioners typically choose :math:`\epsilon` to be as small as possible", says
Remark 3.1 of :cite:t:`Johnson2023`. This page measures what they get: the error of the value and of
the derivative for :math:`\epsilon` from :math:`10^{-1}` to :math:`10^{-16}`.
"""

from functools import partial

from removable import functions, gamma_grid, plots
from removable.sweeps.sweep import sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# At 2 itself, with the smallest :math:`\epsilon` that still changes 1 + :math:`\epsilon` in double
# precision.

tiny = 2.0**-52

x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
functions.h1(x, torch, epsilon=tiny).backward()
slope_torch = x.grad.item()

x = tf.constant(2.0, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = functions.h1(x, tf, epsilon=tiny)
slope_tensorflow = tape.gradient(y, x).numpy().item()
print(
    f"epsilon {tiny:.3g}: PyTorch {slope_torch:.3g}, TensorFlow {slope_tensorflow:.3g}"
)

# %%
# Both are exactly :math:`2^{54}`: four, divided by that :math:`\epsilon`.
#
# Sixteen choices of epsilon
# --------------------------
# For each, the largest error of value and derivative anywhere on the grid. The zone of :math:`h_1`
# has the half-width :math:`\delta = 1/2`, large enough for every :math:`\epsilon`. A coarser grid
# than that of the figures is enough.

epsilons = 10.0 ** -np.arange(1, 17)
gamma = gamma_grid(1000)
programs = {
    "h1": lambda epsilon: partial(functions.h1, epsilon=epsilon, delta=0.5),
    "h2": lambda epsilon: partial(functions.h2, epsilon=epsilon),
}
names = ("torch", "tensorflow")
value_error = {(p, n): np.empty(epsilons.size) for p in programs for n in names}
slope_error = {(p, n): np.empty(epsilons.size) for p in programs for n in names}
for p, program in programs.items():
    for i, epsilon in enumerate(epsilons.tolist()):
        run = sweep(
            program(epsilon), meant=functions.h_hat, gamma=gamma, order=1, names=names
        )
        for n in names:
            value_error[p, n][i] = np.abs(run.total_error(n, 0)).max()
            slope_error[p, n][i] = np.abs(run.total_error(n, 1)).max()

print("epsilon  h1, value  PyTorch    TensorFlow  h2, value  PyTorch    TensorFlow")
for i, epsilon in enumerate(epsilons):
    row = [
        error[i]
        for p in programs
        for error in (
            value_error[p, "torch"],
            slope_error[p, "torch"],
            slope_error[p, "tensorflow"],
        )
    ]
    print(
        f"{epsilon:<9.0e}"
        + "{:<11.3g}{:<11.3g}{:<12.3g}{:<11.3g}{:<11.3g}{:.3g}".format(*row)
    )

# %%
# The law
# -------
# The error of the value is 4 in every row. That of the derivative grows like a power of
# :math:`\epsilon`; a straight line through the logarithms gives the power and the factor.

fits = {}
for p in programs:
    for n in names:
        power, logarithm = np.polyfit(
            np.log10(epsilons), np.log10(slope_error[p, n]), 1
        )
        fits[p, n] = power, 10**logarithm
        print(f"{p}', {n:<11} error = {10**logarithm:.3f} * epsilon ** {power:.4f}")

colour = plots.LIGHT
fig, axes = plots.side_by_side(run)
for ax, n in zip(axes, names, strict=True):
    ax.loglog(
        epsilons, 4 / epsilons, "--", color=colour["meant"], label=r"$4/\epsilon$"
    )
    ax.loglog(
        epsilons,
        slope_error["h1", n],
        "o",
        color=colour["red"],
        label="error of $h_1'$",
    )
    ax.loglog(
        epsilons,
        slope_error["h2", n],
        "s",
        ms=10,
        mfc="none",
        color=colour["green"],
        label="error of $h_2'$",
    )
    ax.loglog(
        epsilons,
        value_error["h1", n],
        "^",
        color=colour["ink"],
        label="error of $h_1$ and $h_2$",
    )
    ax.set_xlabel(r"$\epsilon$")
    ax.xaxis.set_major_formatter(plots.power_of_ten)
axes[0].set_ylabel("largest error on the grid")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
axes[0].legend(frameon=False)
values, slopes = (
    np.array(list(error.values())) for error in (value_error, slope_error)
)
powers, factors = np.array(list(fits.values())).T
plots.describe(
    fig,
    "Remark 3.1",
    f"""For epsilon from {epsilons.max():g} down to {epsilons.min():g} the error of the
    value is at least {plots.at_least(values.min())} and at most
    {plots.at_most(values.max())}, while that of the derivative grows as epsilon to a
    power between {plots.at_least(powers.min(), 4)} and {plots.at_most(powers.max(), 4)},
    times {plots.at_least(factors.min())} to {plots.at_most(factors.max())}, up to
    {plots.at_most(slopes.max())}, for both ways of perturbing and in both
    frameworks.""",
    run,
    word=f"to {slopes.max():.0e}",
)
plt.show()

# %%
#
# .. code-block:: pycon
#
#    >>> slope_torch, slope_tensorflow
#    (1.8014398509481984e+16, 1.8014398509481984e+16)
#    >>> [f"{power:.2f}" for power, _ in fits.values()]
#    ['-1.00', '-1.00', '-1.00', '-1.00']
#    >>> f"{slope_error['h1', 'torch'][-1]:.2e}", f"{slope_error['h2', 'tensorflow'][-1]:.2e}"
#    ('4.00e+16', '4.00e+16')
#
# .. admonition:: Take away
#    :class: note
#
#    - Value: an error of 4, for every :math:`\epsilon`. Derivative: :math:`4/\epsilon`. The remark
#      holds, in both frameworks and for both functions.
#    - A smaller :math:`\epsilon` narrows the zone and raises the wall around it by the same factor.
#    - No :math:`\epsilon` is right. The simplified function needs none.
#
#    **Exercise.** An optimiser takes steps of length ``lr * slope``. For which :math:`\epsilon`
#    does a single bad sample move a parameter by more than 1 when ``lr = 1e-3``?
