r"""
Three terms in two orders: the last bits of a slope
===================================================

For :math:`h_1`, too, section 3 of :cite:t:`Johnson2023` says that PyTorch and TensorFlow have
"identical results". Some slopes differ in the last place if the numerator is typed first, and none
if the denominator is. This page adds the three terms by hand, in both orders, and has every bit of
both frameworks.
"""

from functools import partial

from removable import frameworks, functions, plots
from removable.sweeps.sweep import agreement, sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# :math:`h_1` is :math:`(x^2 - 4)/(x - 2)` with :math:`\epsilon` added to the denominator within
# :math:`\delta` of 2 (:doc:`plot_figure_7`). Its slope in both frameworks; it should be 1.

epsilon, delta = 1e-8, 1e-4
h1 = partial(functions.h1, epsilon=epsilon, delta=delta)
at = 2 + 3e-10

x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
h1(x, torch).backward()
slope_torch = x.grad.item()

x = tf.constant(at, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = h1(x, tf)
slope_tensorflow = tape.gradient(y, x).numpy().item()
print(f"PyTorch    {slope_torch}\nTensorFlow {slope_tensorflow}")

# %%
# Both are off by hundreds of millions, and by one unit in the last place from each other.
#
# Exchange two lines
# ------------------
# ``functions.h1`` computes the numerator first. Here is the same function with the denominator
# first, and both at all numbers :math:`2 + \gamma` of the figures. In the code :term:`xp` is the
# module that computes.


def g1_first(x, xp):
    """Evaluate h1, the denominator first."""
    g1 = functions.g1(x, xp, epsilon=epsilon, delta=delta)
    f = x * x - 4
    return f / g1


run = sweep(functions.h, meant=functions.h_hat, order=1)
points = run.x[run.distinct]
numerator_first = [frameworks.get(n).derivatives(h1, points)[1] for n in run.results]
exchanged = [frameworks.get(n).derivatives(g1_first, points)[1] for n in run.results]
print(f"numerator first, PyTorch and TensorFlow: {agreement(*numerator_first)}")
print(f"denominator typed first, PyTorch and TensorFlow: {agreement(*exchanged)}")

# %%
# Adding in both orders in NumPy gives every bit of both. With the denominator typed first, as in
# chapter 2 and in equation (9), both frameworks add in one order.

g1 = functions.g1(points, np, epsilon=epsilon, delta=delta)
with np.errstate(over="ignore"):
    through_f1 = 1 / g1 * points  # reaches x twice, once for each factor of x * x
    through_g1 = -((points * points - 4) / g1 / g1)
replay_torch = agreement((through_g1 + through_f1) + through_f1, numerator_first[0])
replay_tensorflow = agreement(through_f1 + through_f1 + through_g1, numerator_first[1])
print(f"denominator first, against PyTorch: {replay_torch}")
print(f"denominator last, against TensorFlow: {replay_tensorflow}")

# %%
# Where the slopes differ, in units of the last place:

titles = {
    "numerator typed first": numerator_first,
    "denominator typed first": exchanged,
}
close = np.abs(points - 2) < 4e-9
fig, axes = plots.row(list(titles))
compared = f"{run.versions['tensorflow']} minus {run.versions['torch']}"
for ax, (title, slopes) in zip(axes, titles.items(), strict=True):
    of_torch, of_tensorflow = slopes
    difference = (of_tensorflow - of_torch) / np.spacing(np.abs(of_torch))
    style = plots.dots("red", size=3)
    label = f"_{compared}, {title}"
    ax.plot(points[close] - 2, difference[close], label=label, rasterized=True, **style)
    ax.set_xlabel("$x - 2$")
axes[0].set_ylabel("TensorFlow minus PyTorch, in ulp")
axes[0].set_yticks([-1, 0, 1])
differing = agreement(*numerator_first).differing
plots.describe(
    fig,
    "Section 3, the order of two lines of h1",
    f"""The difference between the slopes of h1 in TensorFlow and in PyTorch at the numbers
    next to 2. With the numerator typed first it is 0 or one unit in the last place, which
    it is at {differing} numbers. With the denominator typed first it is 0 everywhere.""",
    run,
    word=f"{agreement(*numerator_first).largest:g} ulp",
)
plt.show()

# %%
# Why
# ---
# Three contributions are added: one through the denominator, and one for each factor of ``x * x``.
# PyTorch goes back through its newest operation first (:cite:t:`PyTorchEngine`), which is the
# denominator if that was typed last. TensorFlow's tape goes back through what has been complete for
# longest (:cite:t:`TensorFlowTape`); the denominator of :math:`h_1` takes several operations, and
# the numerator is complete before it. Floating-point addition is not associative.
#
# .. code-block:: pycon
#
#    >>> slope_torch, slope_tensorflow
#    (377038361.8944943, 377038361.89449435)
#    >>> agreement(*numerator_first).largest, agreement(*exchanged).largest  # in ulp
#    (1.0, 0.0)
#    >>> differing
#    2211
#
# .. admonition:: Take away
#    :class: note
#
#    - "Identical results" holds to one ulp, and to the bit if two lines are exchanged.
#    - Whoever knows the order of a sum can compute its last bit.
#
#    **Exercise.** Type the square as ``x**2`` in both. In which framework does the order still
#    matter?
#
# Where the same order decides between 1 and 2: :doc:`plot_order_of_two_lines`. Both orders for any
# program: :doc:`/auto_gallery/1_introduction/plot_tape_in_two_orders`.
