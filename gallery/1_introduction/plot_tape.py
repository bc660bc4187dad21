r"""
A tape of thirty lines makes the same mistake
=============================================

"Each implemented function is paired with code that computes its derivative", says the introduction
of :cite:t:`Johnson2023`. This page builds such a system, looks inside while it returns a slope of 2
where 1 is true, and compares it with PyTorch and TensorFlow bit by bit at all offsets.
"""

from removable import functions, plots
from removable.sweeps.sweep import agreement, sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The slope of :math:`h(x) = (x^2 - 4)/(x - 2)` a billionth to the right of 2. It should be 1.

at = 2 + 1e-9

x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
y = (x * x - 4) / (x - 2)
y.backward()
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
# A number remembers its operands. Each comes with a rule that turns the slope with respect to the
# result into one with respect to the operand. New numbers are put at the end of a list, the *tape*.

steps = []


class Number:
    """A number, the operation that made it, and its operands with their rules."""

    def __init__(self, value, operation="x", operands=()):
        self.value = value
        self.operation = operation
        self.operands = operands
        self.slope = 0.0
        steps.append(self)

    def __sub__(self, constant):
        to_self = (self, lambda slope: slope)
        return Number(self.value - constant, f"- {constant}", (to_self,))

    def __mul__(self, other):
        to_self = (self, lambda slope: slope * other.value)
        to_other = (other, lambda slope: slope * self.value)
        return Number(self.value * other.value, "product", (to_self, to_other))

    def __truediv__(self, other):
        ratio = self.value / other.value
        to_self = (self, lambda slope: slope / other.value)
        to_other = (other, lambda slope: -slope * (ratio / other.value))
        return Number(ratio, "quotient", (to_self, to_other))


# %%
# The forward pass is the program itself. The backward pass walks through the list from its end and
# hands each slope on by the rules. A number that was used more than once adds up what it is handed.


def backward(result):
    """Put the slope of the result with respect to each number into that number."""
    result.slope = 1.0
    for step in reversed(steps):
        for operand, rule in step.operands:
            operand.slope += rule(step.slope)


x = Number(at)
backward((x * x - 4) / (x - 2))
slope_tape = x.slope

print("operation  value                  slope of the result with respect to it")
for step in steps:
    print(f"{step.operation:<10} {step.value:<22} {step.slope}")

# %%
# That is the whole of it, and the slope is 2. The table shows why no better answer was possible.
# The rules are applied to *numbers*. That the numerator has the factor :math:`x - 2` could be seen
# in the program. It cannot be seen in the number in the third row, and there :math:`\gamma^2` is
# already gone, with :math:`\gamma = x - 2`: it is four times the number below it.
#
# .. code-block:: pycon
#
#    >>> slope_tape, slope_torch, slope_tensorflow
#    (2.0, 2.0, 2.0)
#
# The whole range
# ---------------
# A value may be an array: here the 40 001 offsets :math:`\gamma` of all figures, between :math:`-1`
# and 1. They are rounded to 26 598 different numbers :math:`x = 2 + \gamma`.

run = sweep(functions.h, meant=functions.h_hat)
steps.clear()
x = Number(run.x)
with np.errstate(all="ignore"):  # 0/0 is what the page is about
    backward((x * x - 4) / (x - 2))

same = {}
for name, (_, slopes) in run.results.items():
    same[name] = agreement(x.slope[run.distinct], slopes[run.distinct])
    print(f"slope by the tape, and by {run.versions[name]}: {same[name]}")

# %%
# Thirty lines of Python have every bit of both frameworks. The figure shows their slopes.

few = slice(None, None, 150)
ring = plots.dots("red", "o", size=6, hollow=True)
dot = plots.dots("ink", ".", size=4)
fig, axes = plots.side_by_side(run)
for ax, (_, slopes) in zip(axes, run.results.values(), strict=True):
    plots.gamma_axis(ax)
    ax.plot(run.gamma[few], slopes[few], label="framework", **ring)
    ax.plot(run.gamma[few], x.slope[few], label="tape", **dot)
    ax.plot(run.gamma, run.meant[1], "--", color=plots.LIGHT["meant"], label="truth")
axes[0].set_ylabel("slope of $h$")
plots.legend(fig)
twos = np.count_nonzero(x.slope[run.distinct] == 2)
plots.describe(
    fig,
    "Section 1, the tape",
    f"""The slope of h by thirty lines of Python, and by each framework. The true slope
    is 1. The dots of the tape lie in the rings of the framework. It has the slope
    2 at {twos} numbers and NaN at 2 itself. Tape and PyTorch: {same["torch"]}. Tape and
    TensorFlow: {same["tensorflow"]}.""",
    run,
    word=f"{slope_tape:g} ≠ 1",
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
# where a bar marks the slope of the result with respect to a number. Each object knows its own rule
# and two values. None sees that :math:`f` and :math:`g` share a factor. That is the strength of the
# design, since each operation can be written by itself, and what the paper objects to.
#
# .. code-block:: pycon
#
#    >>> same["torch"].points, same["torch"].differing, same["tensorflow"].differing
#    (26598, 0, 0)
#    >>> int(twos)
#    11093
#
# .. admonition:: Take away
#    :class: note
#
#    - Reverse mode is a list of numbers with rules, walked through backwards, in thirty lines.
#    - Once the rules are applied, only numbers are left, and nothing can be cancelled any more.
#    - There is nothing to blame on a framework. Whoever applies the rules to numbers gets this 2.
#
#    **Exercise.** Give ``Number`` a method for ``sin`` and differentiate :math:`\sin(x)/x` at 1e-5
#    and at 1e-9. Start each time with ``steps.clear()``.
#
# Where the order of additions matters: :doc:`plot_tape_in_two_orders`. The same slopes, region by
# region: :doc:`/auto_gallery/3_derivatives/plot_figure_6`.
