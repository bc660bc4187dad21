r"""
Into the disc: value and slope where the program has lost its digits
====================================================================

On a circle around a hole a program has all its digits, and their mean is the value in the middle
(:doc:`plot_around_the_hole`). This page goes on from there. The other coefficients make a
polynomial, which continues the function inwards and can be differentiated. ``repair`` does so in
one line, with circles of all sizes.
"""

from removable import frameworks, plots, repair, truth
from removable.sweeps.forms import compare
from removable.sweeps.sweep import agreement

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The function :math:`(1/\cos x - 1)/x^2` has a slope of about :math:`5x/12`. At 1e-7 that is 4e-8.
# In the code :term:`xp` is the module that computes.


def h(x, xp):
    """Evaluate the quotient as one would type it."""
    return (1 / xp.cos(x) - 1) / (x * x)


x = torch.tensor(1e-7, dtype=torch.float64, requires_grad=True)
h(x, torch).backward()
slope_torch = x.grad.item()

x = tf.constant(1e-7, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = h(x, tf)
slope_tensorflow = tape.gradient(y, x).numpy().item()
print(f"PyTorch {slope_torch:.3g}, TensorFlow {slope_tensorflow:.3g}")

# %%
# By hand
# -------
# The coefficients of :math:`h(z) = \sum_k c_k z^k` are the means of :math:`h(z)/z^k` on a circle
# (:cite:t:`LynessMoler1967`). The polynomial of the first 28 is a program that never divides by
# :math:`x`.

nodes = np.exp(1j * np.pi * (2 * np.arange(32) + 1) / 32)  # none is on an axis
z = 0.5 * nodes
values = {"torch": h(torch.tensor(z), torch), "tensorflow": h(tf.constant(z), tf)}
coefficients = {}
for name, on_circle in values.items():
    means = [np.mean(on_circle.numpy() / z**k).real for k in range(28)]
    coefficients[name] = [mean.item() for mean in means]


def by_hand(x, xp=None):
    """Evaluate the polynomial of the framework that x belongs to, by Horner's rule."""
    y = 0 * x
    for coefficient in reversed(coefficients[frameworks.of(x).name]):
        y = y * x + coefficient
    return y


# %%
# In one line
# -----------
# ``repair`` takes each coefficient from the circles on which it is most certain, and says how far
# its polynomial holds.

mended = {
    "torch": repair(lambda x: h(x, torch), at=0.0),
    "tensorflow": repair(lambda x: h(x, tf), at=0.0),
}


def repaired(x, xp=None):
    """Evaluate the repaired quotient of the framework that x belongs to."""
    return mended[frameworks.of(x).name](x)


near = np.array([0.0, 1e-9, 1e-7, 1e-5, 1e-3, 0.1])
true = truth.derivatives(h, near, base=0.0)
result = {}
worst = {}
for name in mended:
    adapter = frameworks.get(name)
    value = adapter.derivatives(by_hand, near, order=0)[0]
    result[name] = adapter.derivatives(repaired, near)
    worst[name] = (np.abs(value - true[0]).max(), np.abs(result[name] - true).max())
    print("{:<12}errors: by hand {:.0e}, repair {:.0e}".format(name, *worst[name]))
same = agreement(result["torch"], result["tensorflow"])
print("repair in the two frameworks:", same)
report = mended["torch"].report(torch.tensor(near))
print(report)

# %%
# The error of the slope, at all distances out to 1. On the upper edge stands what is not finite, on
# the lower edge what has no error.

size = np.geomspace(1e-12, 1, 200)
run = compare(
    {"as typed": h, "by hand": by_hand, "repair": repaired},
    meant=h,
    base=0.0,
    gamma=np.concatenate([-size[::-1], [0.0], size]),
    names=("torch", "tensorflow"),
)
fig, axes = plots.errors(run, order=1, ylabel="error of the slope")
at_most = {}
for form in ("as typed", "by hand", "repair"):
    at_most[form] = max(run.worst(form, name, 1) for name in run.versions)
plots.describe(
    fig,
    "Into the disc",
    f"""Error of the slope against the distance to the hole. As typed it grows inwards, up to
    {plots.at_most(at_most["as typed"], 1)}, and there is no slope at 0. The polynomial of one circle is
    right inside and fails outside of it, by up to {plots.at_most(at_most["by hand"], 1)}. Repair
    is off by at most {plots.at_most(at_most["repair"], 1)} everywhere, in both frameworks.""",
    run,
    word="repair",
)
plt.show()

# %%
# Why
# ---
# The polynomial has no division by :math:`x`, and so no cancellation to divide. Its rules of
# differentiation are those of sums and products. Its limit is the radius of convergence: the next
# singularities are at :math:`\pm\pi/2`. Beyond its polynomial, ``repair`` calls the function as it
# was typed, which has its digits there.
#
# .. code-block:: pycon
#
#    >>> f"{slope_torch:.2e}", f"{slope_tensorflow:.2e}", f"{true[1, 2]:.2e}"
#    ('-2.14e+05', '-2.14e+05', '4.17e-08')
#    >>> [f"{mended['torch'](torch.tensor(0.0, dtype=torch.float64)).item():.12f}"]
#    ['0.500000000000']
#    >>> f"{report.reach:.3f}"
#    '0.688'
#
# .. admonition:: Take away
#    :class: note
#
#    - What a circle gives is not only a value. It is a program, which a framework can
#      differentiate.
#    - One circle needs a radius. ``repair(h, at=0.0)`` takes many circles, keeps what is best, and
#      says how sure it is.
#    - Inside, the result is that of the polynomial; outside, that of the program as it was typed.
#
#    **Exercise.** Take the circle of radius 1 by hand. Which errors become larger, and which
#    smaller?
#
# How to use it: :doc:`/beyond/remedies`.
