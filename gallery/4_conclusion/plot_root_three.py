r"""
Lucky at two: the same quotient with its hole at three
======================================================

The paper's example :math:`h(x) = (x^2 - 4)/(x - 2)` is kind to those who differentiate it as it is
typed: its slope is off by 1 at most, until it is NaN. Section 4 of :cite:t:`Johnson2023` speaks of
derivatives that blow up. Move the removable singularity from 2 to 3, and they do, without any
:math:`\epsilon`.
"""

from removable import plots
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The quotient :math:`(x^2 - 9)/(x - 3)` is :math:`x + 3` away from 3, and its slope is 1.

at = 3 + 2.0**-51
x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
y = (x * x - 9) / (x - 3)
y.backward()
print(f"PyTorch:    value {y.item()}, slope {x.grad.item():.2g}")

x = tf.constant(at, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = (x * x - 9) / (x - 3)
print(f"TensorFlow: value {y.numpy()}, slope {tape.gradient(y, x).numpy():.2g}")

# %%
# The value should be 6, the slope 1.
#
# A thousand neighbours
# ---------------------
# Doubles above 2, and above 3, have the distance :math:`2^{-51}`. Take the first thousand that
# follow on each. In the code :term:`xp` is the module that computes.


def quotient(root):
    """Make the program whose removable singularity is at a root."""
    return lambda x, xp: (x * x - root * root) / (x - root)


steps = np.arange(1, 1001)
gamma = steps * 2.0**-51
runs = {}
largest = {}
for root in (2, 3):
    program = quotient(root)
    runs[root] = compare({"naive": program}, meant=program, gamma=gamma, base=root)
    for name in runs[root].versions:
        slopes = runs[root].results["naive"][name][1]
        largest[root, name] = np.abs(slopes).max()
        print(f"at {root}, {name:<11} largest slope {largest[root, name]:.2g}")

fig, axes = plots.side_by_side(runs[3])
styles = {2: ("meant", "s"), 3: ("red", "o")}
for ax, name in zip(axes, runs[3].versions, strict=True):
    for root, (role, marker) in styles.items():
        slope = np.abs(runs[root].results["naive"][name][1])
        style = {"color": plots.LIGHT[role], "marker": marker, "ls": "", "ms": 3}
        style["rasterized"] = True  # smaller than the outlines of the markers
        ax.loglog(steps, slope, label=f"singular at {root}", **style)
    ax.axhline(1, ls="--", color=plots.LIGHT["ink"], label="true slope")
    ax.set_xlabel("steps from the singular point")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plots.power_of_ten)
    ax.minorticks_off()
axes[0].set_ylabel("size of the slope")
handles, labels = axes[0].get_legend_handles_labels()
fig.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
at_two = max(largest[2, name] for name in runs[2].versions)
at_three = max(largest[3, name] for name in runs[3].versions)
even = runs[3].results["naive"]["torch"][1, steps % 2 == 0].max()
plots.describe(
    fig,
    "Section 4, a derivative that blows up",
    f"""Size of the slope at the thousand doubles next above the singular point, in both
    frameworks. With the singular point at 2 it is {at_two:.2g} throughout. With the
    singular point at 3 it is up to {plots.at_most(at_three, 2)} next to it, and falls
    with the square of the distance, at every odd number of steps. At every even number
    it is at most {plots.at_most(even, 2)}.""",
    runs[3],
    word=f"up to {plots.at_most(at_three, 1)}",
)
plt.show()

# %%
# Why
# ---
# Put :math:`x = r + \gamma`. The square is :math:`r^2 + 2 r \gamma + \gamma^2`, and it is rounded.
# The slope divides what rounding has changed by :math:`\gamma` twice.
#
# - At :math:`r = 2` the square is :math:`4 + 4\gamma + \gamma^2`. Above 4 doubles are twice as far
#   apart as above 2, and :math:`4\gamma` is a whole number of their steps. So rounding takes away
#   :math:`\gamma^2` and no more. The slope is then
#   :math:`(4 + 2\gamma)/\gamma - 4\gamma/\gamma^2 = 2`.
# - At :math:`r = 3` it is :math:`9 + 6\gamma + \gamma^2`. Above 8 doubles are four times as far
#   apart, and :math:`6\gamma` lies between two of them at every odd step. Rounding changes it by
#   half a step, which is :math:`2^{-50}`, and the slope is off by :math:`2^{-50}/\gamma^2`.
#
# .. code-block:: pycon
#
#    >>> [np.unique(runs[2].results["naive"][name][1]).tolist() for name in ("torch", "tensorflow")]
#    [[2.0], [2.0]]
#    >>> [f"{largest[3, name]:.2g}" for name in ("torch", "tensorflow")]
#    ['4.5e+15', '4.5e+15']
#    >>> f"{2.0**-50 / gamma[0] ** 2:.2g}"
#    '4.5e+15'
#    >>> [runs[root].meant[1, 0].item() for root in (2, 3)]
#    [1.0, 1.0]
#
# .. admonition:: Take away
#    :class: note
#
#    - An example that behaves may be lucky in its numbers. Move the singular point before you trust
#      it.
#    - A :term:`naive` slope needs no :math:`\epsilon` to be huge: one rounded square is enough.
#    - Cancelling on paper does not depend on where the hole is.
#
#    **Exercise.** Try the roots 1, 4, 5 and 8. At which of them is the slope bounded, and what do
#    they have in common?
#
# What a huge entry does to a gradient: :doc:`plot_gradient_direction`.
