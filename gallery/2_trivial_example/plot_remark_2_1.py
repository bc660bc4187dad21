r"""
Remark 2.1: what a higher power changes
=======================================

Remark 2.1 of :cite:t:`Johnson2023` says that :math:`x^3 - 8` "underflows" in a wider interval than
:math:`x^2 - 4`, and higher powers in a wider one still. That depends on what underflows. The
highest power of :math:`\gamma` is lost in a much wider interval. Those in which the value is flat,
as in Figure 1, or the *slope* wrong by a given share of itself, become narrower.
"""

from functools import partial

from removable import frameworks, functions, plots
from removable.claims.rationals import power as rounded_power
from removable.sweeps import widths

import matplotlib.pyplot as plt
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The quotient :math:`(x^n - 2^n)/(x - 2)` for :math:`n = 2, 3, 8`, a millionth to the right of 2.
# Its slope there should be close to :math:`n(n-1)\,2^{n-3}`: 1, 6 and 1792.


def true_slope(x, power):
    """Sum the slope of the simplified quotient: its terms are positive."""
    return sum(k * 2.0 ** (power - 1 - k) * x ** (k - 1) for k in range(1, power))


print("power  PyTorch       TensorFlow    truth")
for power in (2, 3, 8):
    h_n = partial(functions.h_power, power=power)

    x = torch.tensor(2 + 1e-6, dtype=torch.float64, requires_grad=True)
    h_n(x, torch).backward()
    slope_torch = x.grad.item()

    x = tf.constant(2 + 1e-6, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h_n(x, tf)
    slope_tensorflow = tape.gradient(y, x).numpy().item()

    true = true_slope(2 + 1e-6, power)
    print(f"{power}      {slope_torch:<13.6f} {slope_tensorflow:<13.6f} {true:.6f}")

# %%
# Three intervals
# ---------------
# For each power, how far out from 2, on either side, to three digits:
#
# - the highest power is absorbed: :math:`x^n` and :math:`x^n - \gamma^n`, rounded once, are equal;
# - the value is flat, as in Figure 1's yellow region: :math:`x^n` is its tangent
#   :math:`2^n + n\,2^{n-1}\gamma`, rounded once or multiplied up by a framework;
# - the backpropagated slope is off by more than 0.1 % of its true size.

powers = range(2, 9)
adapters = {name: frameworks.get(name) for name in ("torch", "tensorflow")}


def absorbed(x, power):
    """Tell where the highest power leaves no trace."""
    return rounded_power(x, power) == rounded_power(x, power, without_last=True)


def on_tangent(x, power):
    """Tell where the power, rounded once, is its tangent."""
    tangent = power * 2.0 ** (power - 1) * (x - 2)
    return rounded_power(x, power) - 2.0**power == tangent


def flat_in(adapter, power):
    """Find how far out the value of a framework is that at 2."""
    h_n = partial(functions.h_power, power=power)
    at_2 = power * 2.0 ** (power - 1)
    return widths.extent(lambda x: adapter.derivatives(h_n, x, order=0)[0] == at_2)


def slope_off_in(adapter, power):
    """Find how far out the slope of a framework is off by 0.1 %."""
    h_n = partial(functions.h_power, power=power)
    true = partial(true_slope, power=power)
    return widths.edges(lambda x: adapter.derivatives(h_n, x)[1], true, relative=True)


columns = {
    "absorbed": [widths.extent(partial(absorbed, power=power)) for power in powers],
    "flat": [widths.extent(partial(on_tangent, power=power)) for power in powers],
}
for name, adapter in adapters.items():
    columns[f"flat, {name}"] = [flat_in(adapter, power) for power in powers]
for name, adapter in adapters.items():
    columns[f"slope, {name}"] = [slope_off_in(adapter, power) for power in powers]
left = {title: [edge.left for edge in edges] for title, edges in columns.items()}
right = {title: [edge.right for edge in edges] for title, edges in columns.items()}

heads = (
    "       highest power  value flat:                         slope off by 0.1 %:",
    "power  absorbed       rounded once  PyTorch  TensorFlow   PyTorch  TensorFlow",
)
for side, reaches in (("left", left), ("right", right)):
    print(f"out to |gamma|, {side} of 2")
    print(*heads, sep="\n")
    for row, power in enumerate(powers):
        cells = [f"{reach[row]:.3g}" for reach in reaches.values()]
        print("{:<7}{:<15}{:<14}{:<9}{:<13}{:<9}{}".format(power, *cells))

# %%
# The first column grows by six orders of magnitude. All others shrink.

versions = frameworks.versions(adapters)
square = plots.dots("meant", "s", size=6)
cross = plots.dots("red", "X", size=6)
ring = plots.dots("yellow", "o", size=6)
fig, axes = plots.row(list(versions.values()))
for ax, name in zip(axes, adapters, strict=True):
    ax.semilogy(powers, right["absorbed"], label="highest power absorbed", **square)
    ax.semilogy(powers, right[f"slope, {name}"], label="slope off by 0.1 %", **cross)
    ax.semilogy(powers, right[f"flat, {name}"], label="value flat", **ring)
    ax.set_xlabel("power $n$")
axes[0].set_ylabel(r"out to $\gamma$, right of 2")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
plots.legend(fig)
ends = {title: f"{reach[0]:.3g} to {reach[-1]:.3g}" for title, reach in right.items()}
plots.describe(
    fig,
    "Remark 2.1",
    f"""Right of 2, from power 2 to power 8, the interval in which the highest power is
    absorbed grows from {ends["absorbed"]}. The interval in which the value is flat
    shrinks from {ends["flat, torch"]}, and the one in which the slope is off by more
    than 0.1 % shrinks from {ends["slope, torch"]}.""",
    versions,
    word=f"n = {powers[0]} to {powers[-1]}",
)
plt.show()

# %%
# Why the laws differ
# -------------------
# The highest power :math:`\gamma^n` is absorbed by :math:`2^n` when it is below half a spacing of
# the doubles there, about :math:`|\gamma| < 2^{1 - 53/n}`. But what bends :math:`x^n` away from its
# tangent is the *second* power, :math:`\tfrac{1}{2} n (n-1)\, 2^{n-2} \gamma^2`, and its factor
# grows faster with :math:`n` than the spacing does. Rounded once, it is lost right of 2 for
#
# .. math::
#
#    \gamma \le \sqrt{\frac{2^{-50}}{n (n - 1)}} , \qquad\text{and multiplied up, for}\qquad
#    \gamma \le \sqrt{\frac{2^{-51}}{n - 1}} ,
#
# since each product loses its own part of it, and the last part is the largest. The interval of the
# slope is wider than the flat one, by the root of a thousand, and shrinks as it does.
#
# .. code-block:: pycon
#
#    >>> f"{slope_torch:.4f} instead of {true_slope(2 + 1e-6, power=8):.4f}"
#    '1791.9598 instead of 1792.0036'
#    >>> [f"{reach:.1e}" for reach in right["absorbed"][::3]]  # powers 2, 5 and 8
#    ['2.1e-08', '1.5e-03', '2.2e-02']
#    >>> [f"{reach:.1e}" for reach in right["flat, torch"][::3]]
#    ['2.1e-08', '1.1e-08', '8.0e-09']
#    >>> [f"{reach:.1e}" for reach in right["slope, tensorflow"][::3]]
#    ['6.7e-07', '3.3e-07', '2.5e-07']
#
# .. admonition:: Take away
#    :class: note
#
#    - The interval of the lost power grows; those of flat value and relative slope error shrink.
#    - Both are set by the *second* power. Relative to its slope, power 8 is better off than 2.
#
#    **Exercise.** Measure the interval for the *second* derivative. Which power carries it?
#
# What the remark says of NaNs: :doc:`plot_more_nans`.
