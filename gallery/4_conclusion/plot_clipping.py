r"""
Clipping keeps the wrong direction
==================================

"This leads to poor search directions in the optimization for first order methods", says section 4
of :cite:t:`Johnson2023` about a gradient with one huge entry. Many people clip their gradients, and
expect that to tame it. This page clips one spurious gradient, one with a NaN and one with an
infinity, and looks at the entries that were right.
"""

from functools import partial

from removable import functions, plots
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# A loss of ten parameters, all equal to 2: :math:`h(\theta_1) + \theta_2 + \dots + \theta_{10}`.
# Its true gradient is ten ones. Here :math:`h` is typed as :math:`h_1` with
# :math:`\epsilon = 10^{-8}`, and the gradient is clipped to length 1.

theta = torch.full([10], 2.0, dtype=torch.float64, requires_grad=True)
loss = functions.h1(theta[0], torch) + theta[1:].sum()
loss.backward()
print("gradient:", theta.grad[:3].tolist(), "...")
torch.nn.utils.clip_grad_norm_([theta], 1.0)
print("clipped: ", theta.grad[:3].tolist(), "...")

# %%
# Each of the nine other entries should be a third of the step. A few billionths are left.
#
# Both frameworks, three forms
# ----------------------------
# :term:`Naive <naive>` is the paper's :math:`h` as typed, *epsilon* is :math:`h_1`, *simplified* is
# :math:`x + 2`.

forms = {
    "naive": functions.h,
    "epsilon": partial(functions.h1, epsilon=1e-8, delta=1e-4),
    "simplified": functions.h_hat,
}


def gradient_torch(form):
    """Differentiate the loss at ten twos."""
    theta = torch.tensor(np.full(10, 2.0), requires_grad=True)
    loss = form(theta[0], torch) + theta[1:].sum()
    loss.backward()
    return theta.grad.numpy()


def gradient_tensorflow(form):
    """Differentiate the loss at ten twos."""
    theta = tf.constant(np.full(10, 2.0))
    with tf.GradientTape() as tape:
        tape.watch(theta)
        loss = form(theta[0], tf) + tf.reduce_sum(theta[1:])
    return tape.gradient(loss, theta).numpy()


run = compare(forms, meant=functions.h, gamma=[0.0], base=2.0)  # slopes, for the truth
gradients = {}
for form, program in forms.items():
    both = gradient_torch(program), gradient_tensorflow(program)
    first = [f"{row[0]:.2g}, {row[1]:.2g}, {row[2]:.2g}, ..." for row in both]
    print(f"{form:<12}PyTorch {first[0]:<20}TensorFlow {first[1]}")
    gradients[form, "torch"], gradients[form, "tensorflow"] = both

# %%
# Now clip them. A gradient with an infinite first entry is added.


def clip_torch(gradient):
    """Clip to norm 1."""
    theta = torch.zeros(gradient.size, dtype=torch.float64)
    theta.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_norm_([theta], 1.0)
    return theta.grad.numpy()


def clip_tensorflow(gradient):
    """Clip to norm 1."""
    (clipped,), _ = tf.clip_by_global_norm([tf.constant(gradient)], 1.0)
    return clipped.numpy()


clip = {"torch": clip_torch, "tensorflow": clip_tensorflow}
for name in clip:
    gradients["infinite", name] = np.append(np.inf, np.ones(9))
clipped = {}
print("gradient    framework   first entry  each other entry")
for (form, name), gradient in gradients.items():
    clipped[form, name] = clip[name](gradient)
    first, other = clipped[form, name][:2]
    print(f"{form:<12}{name:<12}{first:<13.3g}{other:.3g}")

left = [clipped["epsilon", name][1] / clipped["simplified", name][1] for name in clip]
print(f"left of the others: {left[0]:.2g} and {left[1]:.2g}")

# %%
# How large has the wrong entry to be?
# ------------------------------------
# The same with a first entry :math:`G` of any size, beside nine ones:

sizes = np.logspace(0, 9, 91)
share = {}
for name in clip:
    rows = [clip[name](np.append(size, np.ones(9))) for size in sizes]
    share[name] = np.array([row[1] for row in rows])

fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, clip, strict=True):
    law = 1 / np.sqrt(sizes**2 + 9)
    ax.loglog(sizes, law, color=plots.LIGHT["ink"], label=r"$1/\sqrt{G^2 + 9}$")
    style = {"color": plots.LIGHT["red"], "marker": "o", "ls": "", "markevery": 5}
    ax.loglog(sizes, share[name], label="clipped", **style)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plots.power_of_ten)
    ax.set_xlabel("$G$, the first entry before clipping")
axes[0].set_ylabel("each other entry after clipping")
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=2, frameon=False)
ends = share["torch"][[0, -1]]
plots.describe(
    fig,
    "Section 4, clipping",
    f"""What clipping to length 1 leaves of each of nine entries of 1, against the size of
    the tenth. It falls from {ends[0]:.3g} to {ends[1]:.2g}, in inverse proportion to that
    size. Both frameworks lie on the same curve.""",
    run,
    word=f"to {ends[1]:.0e}",
)
plt.show()

# %%
# Why
# ---
# Clipping multiplies the whole gradient by one factor, 1 over its length. The length is that of the
# largest entry, so the factor is about :math:`1/|G|`, and the direction stays what it was. A NaN
# has no length: all ten entries become NaN. On an infinite entry the frameworks disagree. PyTorch
# multiplies by a factor of zero, so that the others become 0 and the first :math:`0 \cdot \infty`;
# TensorFlow gives up the whole gradient.
#
# .. code-block:: pycon
#
#    >>> [gradients["epsilon", name][:2].tolist() for name in ("torch", "tensorflow")]
#    [[400000000.0, 1.0], [400000000.0, 1.0]]
#    >>> [gradients["naive", name][:2].tolist() for name in ("torch", "tensorflow")]
#    [[nan, 1.0], [nan, 1.0]]
#    >>> for form in ("naive", "infinite"):  # how many of ten entries are NaN after clipping
#    ...     form, [int(np.isnan(clipped[form, name]).sum()) for name in ("torch", "tensorflow")]
#    ('naive', [10, 10])
#    ('infinite', [1, 10])
#
# .. admonition:: Take away
#    :class: note
#
#    - Clipping by norm keeps the wrong direction: the sentence holds for it as it does for plain
#      gradient descent.
#    - What is left of the right entries is in inverse proportion to the wrong one.
#    - Clipping spreads a NaN to every entry.
#
#    **Exercise.** Clip each entry by itself, with ``clip_grad_value_``. What becomes of the
#    direction, and of a NaN?
#
# What Adam makes of the same gradient: :doc:`plot_clipping_and_adam`. Where it points:
# :doc:`plot_gradient_direction`.
