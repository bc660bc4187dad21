r"""
Figure 6: backpropagation says 2 where the slope is 1
=====================================================

The function :math:`h(x) = (x^2 - 4)/(x - 2)` is a straight line of slope 1. Close to 2 both
frameworks report a slope of 2, closer still NaN, and on the way there anything between 0 and 4/3.
This page reproduces Figure 6 and equations (5) to (7), section 3 of :cite:t:`Johnson2023`.
"""

from removable import frameworks, functions, plots
from removable.sweeps import widths
from removable.sweeps.regions import Region
from removable.sweeps.sweep import sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The function as anybody would type it, and each framework's own way to differentiate it.


def h(x):
    """Evaluate the quotient as it is written."""
    return (x * x - 4) / (x - 2)


def slope_torch(gamma):
    """Differentiate h at 2 + gamma by backpropagation in PyTorch."""
    x = torch.tensor(2 + gamma, dtype=torch.float64, requires_grad=True)
    h(x).backward()
    return x.grad.item()


def slope_tensorflow(gamma):
    """Differentiate h at 2 + gamma by backpropagation in TensorFlow."""
    x = tf.constant(2 + gamma, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h(x)
    return tape.gradient(y, x).numpy().item()


print("gamma    PyTorch             TensorFlow          truth")
for gamma in (1e-3, 3e-8, 1e-9, 0.0):
    print(f"{gamma:<8g} {slope_torch(gamma):<19} {slope_tensorflow(gamma):<19} 1")

# %%
# A thousandth to the right of 2 the slope has lost a few digits; a billionth to the right it is 2,
# exactly 2, without a warning.
#
# .. code-block:: pycon
#
#    >>> slope_torch(1e-9), slope_tensorflow(1e-9)
#    (2.0, 2.0)
#    >>> slope_torch(0.0), slope_tensorflow(0.0)
#    (nan, nan)
#
# Is forward mode any better? It propagates the same partial derivatives in the other direction.

at = 2 + 1e-9
x = torch.tensor(at, dtype=torch.float64)
_, forward_torch = torch.func.jvp(h, (x,), (torch.ones_like(x),))

x = tf.constant(at, dtype=tf.float64)
with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
    y = h(x)
forward_tensorflow = accumulator.jvp(y)

# %%
#
# .. code-block:: pycon
#
#    >>> forward_torch.item(), forward_tensorflow.numpy().item()
#    (2.0, 2.0)
#
# The sweep
# ---------
# The same derivative at 40 001 offsets, each framework in one call: a :term:`sweep`. The NaN in
# the table is that of the number 2 itself.

run = sweep(functions.h, meant=functions.h_hat, order=1)
print(run.table(order=1))

fig, axes = plots.panels(
    run, order=1, ylabel=r"$h'(2 + \gamma)$", meant="true slope, 1"
)
axes[0].set_ylim(-0.25, 2.35)
slopes = run.results["torch"][1]
yellow, green = run.inside(Region.YELLOW), run.inside(Region.GREEN)
twos = np.count_nonzero(slopes[yellow & run.distinct] == 2)
tolerance = 1e-3
reach = {
    name: widths.edges(
        lambda x, name=name: frameworks.get(name).derivatives(functions.h, x)[1],
        np.ones_like,
        tolerance=tolerance,
    )
    for name in run.results
}
plots.describe(
    fig,
    "Figure 6",
    f"""The true slope is 1 everywhere. Backpropagation returns exactly 2 at {twos} of
    {run.count(Region.YELLOW)} yellow numbers, values between
    {plots.at_least(np.nanmin(slopes[green]))} and
    {plots.at_most(np.nanmax(slopes[green]))} at green ones, and NaN at
    {np.unique(run.x[np.isnan(slopes)]).size} number, 2 itself. Errors above
    {tolerance:g} reach out to {reach["torch"]} in PyTorch and to {reach["tensorflow"]}
    in TensorFlow. PyTorch and TensorFlow: {run.agreement(1)}.""",
    run,
    word=f"{np.nanmax(slopes[run.inside(Region.YELLOW)]):g} ≠ 1",
)
plt.show()

# %%
# Why 2
# -----
# Backpropagation adds up what reaches :math:`x` through the numerator :math:`f` and through the
# denominator :math:`g`, equation (5) of the paper:
#
# .. math::
#
#    h'(x) = \frac{1}{g}\,f' - \frac{f}{g^2}\,g'
#    \quad\text{at } x = 2 + \gamma: \quad
#    \frac{4 + 2\gamma}{\gamma} - \frac{(4 + 4\gamma + \gamma^2) - 4}{\gamma^2} .
#
# Both terms are near :math:`4/\gamma`; they are meant to leave 1 behind. The second contributes
# :math:`-4/\gamma - 1`. When :math:`\gamma^2` is absorbed by 4, that :math:`-1` is gone, and 2
# remains, equation (7). When only a part of it survives, :math:`\alpha\gamma^2`, the slope is
# :math:`2 - \alpha`. :doc:`Figure 2 </auto_gallery/2_trivial_example/plot_figure_2>` measures an
# :math:`\alpha` between 2/3 and 2 next to the yellow region; the slopes there are therefore between
# 4/3 and 0.

offset = run.x - 2
near = green & (np.abs(run.gamma) < 1e-6) & (offset != 0)
alpha = (run.x * run.x - 4 - 4 * offset)[near] / offset[near] ** 2
difference = np.abs(slopes[near] - (2 - alpha)).max()
print(f"largest |slope - (2 - alpha)| next to the yellow region: {difference:.1e}")

# %%
# There is one 1 among the yellow results, at the neighbour of 2 on the left. It is an accident of
# rounding, and depends on the order of two lines of the program: :doc:`plot_order_of_two_lines`.
#
# .. code-block:: pycon
#
#    >>> np.unique(slopes[yellow]), np.unique(run.results["tensorflow"][1][yellow])
#    (array([1., 2.]), array([1., 2.]))
#
# .. admonition:: Take away
#    :class: note
#
#    - The chain rule is right and the arithmetic does what the standard says. What is missing is
#      the simplification between the two: :math:`1/g` is never cancelled.
#    - The error is not small, and nothing marks it. 2 instead of 1 looks like a slope.
#    - Forward and reverse mode, PyTorch and TensorFlow: the same 2. The cure is
#      :math:`\hat h(x) = x + 2`, whose slope is 1 in both.
#
#    **Exercise.** Predict the slope that float32 returns at :math:`\gamma = 10^{-4}`, then change
#    the ``dtype``.
#
# People who meet the NaN add a small number to the denominator. :doc:`plot_figure_7` shows what
# that does to the slope.
