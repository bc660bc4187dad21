r"""
The order of a sum tells PyTorch from TensorFlow
================================================

:doc:`A tape of thirty lines <plot_tape>` has every bit of the slopes of :math:`h`, in both
frameworks. For the perturbed function :math:`h_1` of :cite:t:`Johnson2023` the frameworks
themselves differ in the last place. This page finds the one thing that decides which bits come out:
the order in which slopes are added.
"""

from functools import partial

from removable import frameworks, functions, plots, tape
from removable.sweeps.sweep import agreement, sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# Two wrong numbers first
# -----------------------
# :math:`h_1` is :math:`h(x) = (x^2 - 4)/(x - 2)` with :math:`\epsilon` added to its denominator,
# within :math:`\delta` of 2. Its slope should be 1.

h1 = partial(functions.h1, epsilon=1e-8, delta=1e-4)
at = 2 + 5e-13

x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
y = h1(x, torch)
y.backward()
slope_torch = x.grad.item()

x = tf.constant(at, dtype=tf.float64)
with tf.GradientTape() as recorded:
    recorded.watch(x)
    y = h1(x, tf)
slope_tensorflow = recorded.gradient(y, x).numpy().item()
print(f"PyTorch    {slope_torch}\nTensorFlow {slope_tensorflow}")

# %%
# Both are wrong by 400 million, which is the subject of
# :doc:`/auto_gallery/3_derivatives/plot_figure_7`. Here it is the last digits that matter: they are
# neighbouring numbers, and not the same.
#
# The whole sweep
# ---------------
# The module :mod:`removable.tape` holds the tape of the last page for arrays, with the few
# operations more that :math:`h_1` and :math:`h_2` need. Where several slopes meet, floating-point
# addition makes their order matter. The tape knows two orders: back through what was computed last
# (*newest first*), and back through what has been complete for longest (*ready first*).

run = sweep(h1, meant=functions.h_hat)
points = run.x[run.distinct]
programs = {
    "h": functions.h,
    "h1": h1,
    "h2": partial(functions.h2, epsilon=1e-4),
}
orders = ("newest first", "ready first")
x = tape.Var(points)
same = {}
slopes = {}
for title, program in programs.items():
    with np.errstate(all="ignore"):  # 0/0 is what the page is about
        y = program(x, tape.tape)
        for order in orders:
            slopes[title, order] = tape.gradient(y, x, walk=order)
    for name in run.results:
        value, slope = frameworks.get(name).derivatives(program, points)
        same[title, name, "value"] = agreement(y.value, value)
        for order in orders:
            same[title, name, order] = agreement(slopes[title, order], slope)

print(f"numbers, of {points.size}, whose bits differ from the tape's")
print(f"{'':<5}{'':<12}{'value':<8}{'slope, newest first':<21}slope, ready first")
for title in programs:
    for name in run.results:
        counts = [same[title, name, what].differing for what in ("value", *orders)]
        print(f"{title:<5}{name:<12}" + "{:<8}{:<21}{}".format(*counts))

# %%
# PyTorch goes newest first (:cite:t:`PyTorchEngine`), TensorFlow ready first
# (:cite:t:`TensorFlowTape`): with that, no bit differs in any of the three functions. For :math:`h`
# and :math:`h_2` the two orders happen to give the same sums.
#
# Where the order shows
# ---------------------
# The slope of :math:`h_1`, against the tape in both orders, in units in the last place.

ulp = {}
for name, (_, slope) in run.results.items():
    slope = slope[run.distinct]
    for order in orders:
        difference = slopes["h1", order] - slope
        ulp[name, order] = difference / np.spacing(np.abs(slope))
apart = {key: int(np.count_nonzero(units)) for key, units in ulp.items()}
furthest = max(np.abs(units).max() for units in ulp.values())

few = slice(None, None, 150)
gamma = run.gamma[run.distinct]
red, blue = plots.LIGHT["red"], plots.LIGHT["meant"]
# Rasterized, since a picture is smaller than so many outlines.
style = {"linestyle": "none", "markersize": 4, "rasterized": True}
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, run.results, strict=True):
    plots.gamma_axis(ax)
    ulp_newest = ulp[name, "newest first"][few]
    ulp_ready = ulp[name, "ready first"][few]
    ax.plot(
        gamma[few], ulp_newest - 0.08, "o", color=red, label="newest first", **style
    )
    ax.plot(gamma[few], ulp_ready + 0.08, "^", color=blue, label="ready first", **style)
axes[0].set_ylim(-1.6, 1.6)
axes[0].set_yticks([-1, 0, 1])
axes[0].set_ylabel("tape minus framework, in ulp")
legend = axes[0].get_legend_handles_labels()
fig.legend(*legend, loc="outside lower center", ncols=2, frameon=False)
plots.describe(
    fig,
    "Section 1, the tape in two orders",
    f"""The slope of h1 by the tape less that of each framework, in units in the last
    place, at {points.size} numbers. Against PyTorch the order newest first differs at
    {apart["torch", "newest first"]} of them and the order ready first at
    {apart["torch", "ready first"]}; against TensorFlow it is
    {apart["tensorflow", "newest first"]} and {apart["tensorflow", "ready first"]}. No
    difference exceeds {plots.at_most(furthest)} unit.""",
    run,
    word=f"{plots.at_most(furthest)} ulp",
)
plt.show()

# %%
# Why it matters here and not in h
# --------------------------------
# Three slopes meet at :math:`x`: two come from the product :math:`x \cdot x`, one from the
# denominator. Floating-point addition is not associative: :math:`(a + b) + c` may end in another
# bit than :math:`a + (b + c)`. In :math:`h` the denominator is one operation away from :math:`x`
# and was computed last, so that it comes first in both orders. In :math:`h_1` it is still computed
# last, but has several operations more. *Ready first* has reached :math:`x` through the product by
# then.
#
# .. code-block:: pycon
#
#    >>> slope_torch, slope_tensorflow
#    (399959999.4444101, 399959999.44441015)
#    >>> apart["torch", "newest first"], apart["tensorflow", "ready first"]
#    (0, 0)
#    >>> [  # 4 / epsilon
#    ...     float(slopes[title, "ready first"][points == 2].item()) for title in ("h1", "h2")
#    ... ]
#    [400000000.0, 40000.0]
#
# .. admonition:: Take away
#    :class: note
#
#    - PyTorch and TensorFlow differ from each other, here, in nothing but the order of additions.
#    - A difference in the last place between two frameworks says nothing about the error of either.
#    - A tape that adds in the order of a framework has all of its bits, right or wrong.
#
#    **Exercise.** Exchange two lines of :math:`h_1`, so that the denominator is computed first.
#    Which of the two orders gives the bits of PyTorch now, and which those of TensorFlow?
#
# What the order of two lines does: :doc:`/auto_gallery/3_derivatives/plot_order_of_two_lines`.
