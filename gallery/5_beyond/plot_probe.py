r"""
Is my function affected: one call, and its picture
==================================================

The density of a generalised Pareto distribution has a removable singularity where its shape is 0.
The probe takes the function as a black box, in PyTorch and in TensorFlow, and a point. Its picture
is the error of the framework against the distance from the point.
"""

from removable import frameworks, plots, probe

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# :math:`\log(1+c\,x)/c` is :math:`x` at :math:`c = 0`. At the excess :math:`x = 2` its slope in the
# shape :math:`c` is -2 there, and next to it.


def in_torch(excess, shape):
    """Return log(1 + shape excess)/shape."""
    return torch.log(1 + shape * excess) / shape


def in_tensorflow(excess, shape):
    """Return the same in TensorFlow."""
    return tf.math.log(1 + shape * excess) / shape


c = torch.tensor(1e-9, dtype=torch.float64, requires_grad=True)
(slope_torch,) = torch.autograd.grad(in_torch(2.0, c), c)
c = tf.constant(1e-9, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(c)
    y = in_tensorflow(2.0, c)
slope_tensorflow = tape.gradient(y, c)
print(f"PyTorch {slope_torch.item():.6g}, TensorFlow {slope_tensorflow.numpy():.6g}")

# %%
# One call
# --------
# ``at`` has the arguments by name, ``along`` the one that moves. The verdict is about the value and
# two derivatives, at the point and near it.

at = {"excess": 2.0, "shape": 0.0}
programs = {"torch": in_torch, "tensorflow": in_tensorflow}
reports = {
    name: probe(function, at=at, along="shape", framework=name)
    for name, function in programs.items()
}
print(reports["torch"])

# %%
# The picture
# -----------
# Each panel has one order: what PyTorch and TensorFlow return, held against the truth from outside.
# Above the dashed line an error is more than rounding could explain, and the framework is wrong.
# ``plots.probed(report)`` draws the same for a function of yours.

names = ("value", "slope", "second derivative")
versions = frameworks.versions(programs)
looks = {"torch": ("red", "o", 6), "tensorflow": ("meant", "D", 3)}
ink = plots.LIGHT["ink"]


def thinned(offsets):
    """Return the indices of four samples a decade to the right of the point."""
    right = np.flatnonzero(offsets > 0)
    _, first = np.unique(np.floor(4 * np.log10(offsets[right])), return_index=True)
    return right[first]


fig, axes = plots.row(names, size=(8.4, 3.6))
for k, ax in enumerate(axes):
    for name, report in reports.items():
        judged = report.worst.judged
        some = thinned(judged.offsets)
        role, marker, size = looks[name]
        style = plots.dots(role, marker, size=size)
        error = np.maximum(judged.errors[k][some], 1e-17)
        ax.loglog(judged.offsets[some], error, label=versions[name], **style)
    ax.loglog(
        judged.offsets[some], judged.allowed[k][some], "--", color=ink, label="allowed"
    )
    ax.set_xlabel("distance from the point")
axes[0].set_ylabel("error")
handles, labels = axes[0].get_legend_handles_labels()
fig.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
widths = {
    name: [order.width for order in report.orders] for name, report in reports.items()
}
plots.describe(
    fig,
    "The picture of a probe",
    f"""Errors of the value, slope and second derivative to the right of the point in PyTorch and
    TensorFlow. They grow towards the point: the value is wrong out to
    {plots.at_most(max(w[0] for w in widths.values()), 1)}, the slope out to
    {plots.at_most(max(w[1] for w in widths.values()), 1)}, the second derivative out to
    {plots.at_most(max(w[2] for w in widths.values()), 1)}.""",
    versions,
    word=reports["torch"].verdict,
)
plt.show()

# %%
# Why
# ---
# ``1 + shape * excess`` is rounded. The error is divided by the shape once for the value, by its
# square for the slope, and by its cube for the second derivative. So each zone is wider than the
# one before. The report has named the operation at the point itself, the division of 0 by 0. Next
# to it the digits are lost in the sum; ``log1p`` keeps those of the value:

better = probe(
    lambda excess, shape: torch.log1p(shape * excess) / shape,
    at=at,
    along="shape",
    framework="torch",
)
for name, before, after in zip(
    names, reports["torch"].orders, better.orders, strict=True
):
    print(
        f"{name:<18} wrong out to {before.width:.0e}, with log1p to {after.width:.0e}"
    )

# %%
# .. code-block:: pycon
#
#    >>> {name: report.verdict for name, report in reports.items()}
#    {'torch': 'unsound', 'tensorflow': 'unsound'}
#    >>> [round(order.true, 6) for order in reports["torch"].orders]
#    [2.0, -2.0, 5.333333]
#    >>> better.orders[0].width, better.orders[1].is_wrong
#    (0.0, True)
#
# .. admonition:: Take away
#    :class: note
#
#    - You need the function and a point, and no mathematics.
#    - A value that is right says nothing of its derivatives: with ``log1p`` the slope is wrong.
#    - Zones grow with the order. Ask for as many orders as you use.
#
#    **Exercise.** Probe ``(excess, shape)`` along ``"excess"`` at shape 1e-9. Why is it sound?
#
# More of the probe, and what it cannot see: :doc:`/beyond/is-my-function-affected`.
