r"""
An epsilon in the exponent, too: the hole has only moved
========================================================

A formula that is 0/0 where its parameter is 0 is often mended by adding a small number to the
parameter wherever it stands. Numerator and denominator then agree, and at 0 all is well. The
singular point is still there, a little to the left, with the same wrong slopes around it.
"""

from removable import gamma_grid, plots
from removable.problems import box_cox
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The transform of :cite:t:`BoxCox1964`, :math:`(x^\lambda - 1)/\lambda`, of :math:`x = 3` with
# :math:`\epsilon = 10^{-3}`. Its slope with respect to :math:`\lambda` is about
# :math:`\frac12 \ln^2 3 = 0.6`. In single precision, near the new singular point:


def shifted(lam):
    """Evaluate the transform of 3 with 1e-3 added to its parameter."""
    moved = lam + 1e-3
    return (3.0**moved - 1) / moved


lam = torch.tensor(-0.001001, requires_grad=True)
shifted(lam).backward()
slope_torch = lam.grad.item()

lam = tf.constant(-0.001001)
with tf.GradientTape() as tape:
    tape.watch(lam)
    y = shifted(lam)
slope_tensorflow = tape.gradient(y, lam).numpy().item()
print(f"PyTorch {slope_torch}, TensorFlow {slope_tensorflow}")

# %%
# Around both points
# ------------------
# The slopes of all forms of :doc:`the network's first layer <plot_training>` around 0, and that of
# the shifted one around :math:`-0.001`, against exact arithmetic. The columns :term:`above 1e-3 to`
# and :term:`lost` say how far out a form is wrong, and how often it is not finite.

programs = box_cox.programs(3.0)
naive = programs["naive"]
shift = {"shifted 1e-3": programs["shifted 1e-3"]}
gamma = gamma_grid(101)
run = compare(programs, meant=naive, gamma=gamma, dtype="float32")
print("single precision\n" + run.table(1))
double = compare({"naive": naive}, meant=naive, gamma=gamma)
print("double precision\n" + double.table(1))
moved = compare(shift, meant=naive, gamma=gamma, base=-1e-3, dtype="float32")
print("and around -0.001\n" + moved.table(1))

drawn = {
    "naive, around 0": (run, "naive", plots.dots("red", "o", size=4)),
    "shifted, around 0": (run, "shifted 1e-3", plots.dots("meant", "D", size=4)),
    "shifted, around -0.001": (
        moved,
        "shifted 1e-3",
        plots.dots("yellow", "s", size=4),
    ),
}
shown = gamma > 0
largest = {}
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, run.versions, strict=True):
    for label, (comparison, form, style) in drawn.items():
        error = comparison.error(form, name, 1)[shown]
        finite = np.isfinite(error)
        largest[label, name] = error[finite].max()
        ax.loglog(gamma[shown][finite], error[finite], label=label, **style)
    plots.log_ticks(ax)
    ax.set_xlabel("distance to the right")
axes[0].set_ylabel("error of the slope")
plots.legend(fig)
in_tensorflow = plots.at_most(largest["shifted, around -0.001", "tensorflow"], 2)
in_torch = [plots.at_most(largest[label, "torch"], 2) for label in drawn]
plots.describe(
    fig,
    "Section 4, a shifted parameter",
    f"""The error of the slope in single precision against the distance, in PyTorch. Around
    0 that of the naive form is up to {in_torch[0]}, that of the shifted form at most
    {in_torch[1]}. Around -0.001 that of the shifted form is up to {in_torch[2]}, and grows
    towards that point; in TensorFlow it is up to {in_tensorflow}.""",
    run,
    word="moved",
)
plt.show()

# %%
# Why
# ---
# With :math:`\mu = \lambda + \epsilon` the shifted form is the :term:`naive` form of :math:`\mu`.
# Nothing has been cancelled. Whether it does harm depends on whether :math:`\lambda` ever comes
# near :math:`-\epsilon`. And it is another function everywhere: its slope is that of the transform
# at a parameter a thousandth further on.
#
# .. code-block:: pycon
#
#    >>> round(slope_torch), round(slope_tensorflow)
#    (-25736, -25736)
#    >>> [moved.lost("shifted 1e-3", name, 1) for name in moved.versions]  # of 203 samples
#    [98, 98]
#
# .. admonition:: Take away
#    :class: note
#
#    - Shifting the parameter makes 0 safe and another number dangerous.
#    - An :math:`\epsilon` of this kind changes the function everywhere, and its hole not at all.
#
#    **Exercise.** Shift by :math:`i\epsilon`, an imaginary number. Where is the singular point now?
#
# How each form trains: :doc:`plot_training_hacks`.
