r"""
A tape of thirty lines makes the same mistake
=============================================

"Each implemented function is paired with code that computes its derivative", says the introduction of
:cite:t:`Johnson2023`. This page builds such a system from nothing, looks inside while it returns a slope of 2 where 1 is
true, and then compares it with PyTorch and TensorFlow bit by bit.
"""

from functools import partial

from removable import frameworks, functions, plots, tape
from removable.sweeps.sweep import agreement, sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The slope of :math:`h(x) = (x^2 - 4)/(x - 2)`, a billionth away from 2. It should be 1.

at = 2 + 1e-9

x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
((x * x - 4) / (x - 2)).backward()
slope_torch = x.grad.item()

x = tf.constant(at, dtype=tf.float64)
with tf.GradientTape() as recorded:
    recorded.watch(x)
    y = (x * x - 4) / (x - 2)
slope_tensorflow = recorded.gradient(y, x).numpy().item()
print(f"PyTorch {slope_torch}, TensorFlow {slope_tensorflow}")

# %%
# Build one
# ---------
# A number that remembers what it was computed from. With each operand goes the rule of calculus that turns the slope with
# respect to the result into a slope with respect to that operand. Every new number is put at the end of a list, the *tape*.

steps = []


class Number:
    """A number, the operation that made it, and its operands with their rules."""

    def __init__(self, value, operation="x", operands=()):
        self.value, self.operation, self.operands = value, operation, operands
        self.slope = 0.0
        steps.append(self)

    def __sub__(self, constant):
        rule = ((self, lambda slope: slope),)
        return Number(self.value - constant, f"- {constant}", rule)

    def __mul__(self, other):
        a, b = self.value, other.value
        rules = (self, lambda slope: slope * b), (other, lambda slope: slope * a)
        return Number(a * b, "product", rules)

    def __truediv__(self, other):
        a, b = self.value, other.value
        rules = (self, lambda slope: slope / b), (other, lambda s: -s * (a / b / b))
        return Number(a / b, "quotient", rules)


# %%
# The forward pass is the program itself. The backward pass walks through the list from its end, and at every step hands the
# slope on, multiplied by the rule. A number that was used more than once adds up what it is handed.

x = Number(at)
y = (x * x - 4) / (x - 2)

y.slope = 1.0
for step in reversed(steps):
    for operand, rule in step.operands:
        operand.slope += rule(step.slope)

print("operation  value                  slope of the result with respect to it")
for step in steps:
    print(f"{step.operation:<10} {step.value:<22} {step.slope}")

# %%
# That is the whole of it, and the slope is 2. The table shows why no better answer was possible. The rules are applied to
# *numbers*. That the numerator has the factor :math:`x - 2` could be seen in the program. It cannot be seen in the number in
# the third row, and there :math:`\gamma^2` is already gone: it is four times the number below it.
#
# .. code-block:: pycon
#
#    >>> x.slope, slope_torch, slope_tensorflow
#    (2.0, 2.0, 2.0)
#    >>> len(steps), steps[2].value == 4 * steps[3].value
#    (5, True)
#
# The whole sweep
# ---------------
# The module :mod:`removable.tape` holds the same thing for arrays, with the few operations more that :math:`h_1` and
# :math:`h_2` need. Where several slopes meet, floating-point addition makes their order matter. The tape knows two orders:
# back through what was computed last (*newest first*), and back through what has been complete for longest (*ready
# first*).

constants = {"epsilon": 1e-8, "delta": 1e-4}
programs = {
    "h": functions.h,
    "h1": partial(functions.h1, **constants),
    "h2": partial(functions.h2, epsilon=1e-4),
}
run = sweep(programs["h1"], meant=functions.h_hat)
points = run.x[run.distinct]
x = tape.Var(points)
orders = ("newest first", "ready first")
same, slopes = {}, {}
for title, program in programs.items():
    with np.errstate(all="ignore"):  # 0/0 is what the page is about
        y = program(x, tape.tape)
        slopes[title] = {order: tape.gradient(y, x, walk=order) for order in orders}
    for name in run.results:
        value, slope = frameworks.get(name).derivatives(program, points)
        same[title, name, "value"] = agreement(y.value, value)
        for order in orders:
            same[title, name, order] = agreement(slopes[title][order], slope)

print(f"numbers, of {points.size}, whose bits differ from the tape's")
print(f"{'':<5}{'':<12}{'value':<8}{'slope, newest first':<21}slope, ready first")
for title in programs:
    for name in ("torch", "tensorflow"):
        counts = [same[title, name, what].differing for what in ("value", *orders)]
        print(f"{title:<5}{name:<12}" + "{:<8}{:<21}{}".format(*counts))

# %%
# PyTorch goes newest first, TensorFlow ready first: with that, no bit differs in any of the three functions. For :math:`h` and
# :math:`h_2` the two orders happen to give the same sums.
#
# .. code-block:: pycon
#
#    >>> all(same[title, "torch", "newest first"].identical for title in programs)
#    True
#    >>> all(same[title, "tensorflow", "ready first"].identical for title in programs)
#    True
#    >>> all(same[title, name, "value"].identical for title in programs for name in run.results)
#    True
#    >>> str(same["h1", "torch", "ready first"]) == str(same["h1", "tensorflow", "newest first"])
#    True
#
# Where the order shows
# ---------------------
# The slope of :math:`h_1`, against the tape in both orders, in units in the last place.

fig, axes = plots.side_by_side(run)
styles = {"newest first": ("o", "red", -0.08), "ready first": ("^", "meant", 0.08)}
apart, furthest = {}, 0.0
for ax, (name, rows) in zip(axes, run.results.items(), strict=True):
    plots.gamma_axis(ax)
    for order, (marker, role, shift) in styles.items():
        slope = rows[1][run.distinct]
        ulp = (slopes["h1"][order] - slope) / np.spacing(np.abs(slope))
        apart[name, order] = int(np.count_nonzero(ulp))
        furthest = max(furthest, np.abs(ulp).max())
        style = {"linestyle": "none", "color": plots.LIGHT[role], "marker": marker}
        style["rasterized"] = (
            True  # a picture of the markers: smaller than their outlines
        )
        few = slice(None, None, 150)
        gamma = run.gamma[run.distinct][few]
        ax.plot(gamma, ulp[few] + shift, markersize=4, label=order, **style)
axes[0].set_ylim(-1.6, 1.6)
axes[0].set_yticks([-1, 0, 1])
axes[0].set_ylabel("tape minus framework, in ulp")
fig.legend(
    *axes[0].get_legend_handles_labels(),
    loc="outside lower center",
    ncols=2,
    frameon=False,
)
plots.describe(
    fig,
    "Section 1, the tape",
    f"""The slope of h1 by the tape less that of each framework, in units in the last
    place, at {points.size} numbers. Against PyTorch the order newest first differs at
    {apart["torch", "newest first"]} of them and the order ready first at
    {apart["torch", "ready first"]}; against TensorFlow it is
    {apart["tensorflow", "newest first"]} and {apart["tensorflow", "ready first"]}. No
    difference exceeds {plots.at_most(furthest)} unit.""",
    run,
)
plt.show()

# %%
# Why nobody simplifies
# ---------------------
# Written as objects, the chain rule for :math:`y = f/g` is
#
# .. math::
#
#    \bar f = \bar y\,\frac{1}{g}, \qquad \bar g = -\bar y\,\frac{f/g}{g}, \qquad
#    \bar x = \bar f\,f'(x) + \bar g\,g'(x),
#
# where a bar marks the slope of the result with respect to a number. Each object knows its own rule and two values. None of
# them sees that :math:`f` and :math:`g` share a factor: that knowledge is in no object. It is the strength of the design,
# since every operation can be written by itself, and it is what the paper objects to.
#
# .. code-block:: pycon
#
#    >>> apart["torch", "newest first"], apart["tensorflow", "ready first"]
#    (0, 0)
#    >>> bool(apart["torch", "ready first"] > 1000)
#    True
#    >>> [float(slopes[title]["ready first"][points == 2].item()) for title in ("h1", "h2")]  # 4 / epsilon
#    [400000000.0, 40000.0]
#    >>> beyond = np.abs(points - 2) > 1.01e-4  # outside both zones all slopes are 1
#    >>> [bool(np.abs(slopes[title]["ready first"][beyond] - 1).max() < 1e-6) for title in programs]
#    [True, True, True]
#
# .. note::
#
#    **Take away**
#
#    - Reverse mode is a list of numbers with rules, walked through backwards. Thirty lines are enough.
#    - Once the rules are applied, the formula is gone and only numbers are left. Nothing can be cancelled any more.
#    - PyTorch and TensorFlow differ from each other, here, in nothing but the order of additions.
#
#    **Exercise.** Give ``Number`` a method for ``sin`` and differentiate :math:`\sin(x)/x` at 1e-5 and at 1e-9. Start each
#    time with ``steps.clear()``.
#
# What the mistake does over the whole range of offsets: :doc:`/auto_gallery/3_derivatives/plot_figure_6`.
