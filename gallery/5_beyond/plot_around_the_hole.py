r"""
Look from outside: the value at a hole, from a circle around it
===============================================================

At a hole and next to it a program has lost its digits, in PyTorch and in TensorFlow. On a circle in
the complex plane it has them all, and the mean of 32 values there is the value in the middle. The
circle also knows how sure that is. No algebra is needed.
"""

from removable import frameworks, plots, repair, truth

import flint
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# :math:`(1/\cos x - 1)/x^2` is 1/2 at 0, with a slope of about :math:`5x/12`: 0/0 of second order.
# In the code :term:`xp` is the module that computes.


def h(x, xp):
    """Evaluate the quotient as one would type it."""
    return (1 / xp.cos(x) - 1) / (x * x)


near = np.array([0.0, 1e-9, 1e-7, 1e-5, 1e-3, 0.1])
x = torch.tensor(near, requires_grad=True)
y = h(x, torch)
y.sum().backward()
typed = {"torch": (y.detach().numpy(), x.grad.numpy())}
x = tf.constant(near)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = h(x, tf)
typed["tensorflow"] = (y.numpy(), tape.gradient(y, x).numpy())
print(f"{'x':<8}{'PyTorch: value, slope':<34}TensorFlow: value, slope")
for row in zip(near, *typed["torch"], *typed["tensorflow"], strict=True):
    print("{:<8g}{:<22.16g}{:<12.3g}{:<22.16g}{:.3g}".format(*row))

# %%
# The same program around the hole
# --------------------------------
# If :math:`h` is analytic inside a circle of radius :math:`\rho`, the mean of its values there is
# its value in the middle. Its other coefficients in :math:`h(z) = \sum_k c_k z^k` are the means of
# :math:`h(z)/z^k` (:cite:t:`LynessMoler1967`, :cite:t:`TrefethenWeideman2014`).

nodes = np.exp(1j * np.pi * (2 * np.arange(32) + 1) / 32)  # none is on an axis


def on_circle(name, z):
    """Evaluate the program in a framework at complex numbers, in complex128."""
    if name == "torch":
        return h(torch.tensor(z), torch).numpy()
    return h(tf.constant(z), tf).numpy()


def coefficients(name, radius):
    """Return the coefficients of index -4 to 27, from a circle of some radius."""
    z = radius * nodes
    values = on_circle(name, z)
    return {k: np.mean(values / z**k).real for k in range(-4, 28)}


coefficient = {name: coefficients(name, 0.5) for name in typed}
series = [float(ball) for ball in truth.expansion(h, at=0.0, terms=12)]
print(f"{'k':>2}{'PyTorch':>20}{'TensorFlow':>20}{'exact':>20}")
for k in range(0, 8, 2):
    in_torch = coefficient["torch"][k]
    in_tensorflow = coefficient["tensorflow"][k]
    print(f"{k:2}{in_torch:20.15f}{in_tensorflow:20.15f}{series[k]:20.15f}")

# %%
# A coefficient of negative index would belong to a pole. There is none: what comes out is noise, of
# rounding if the circle is small, of missing :term:`nodes <node>` if it is large. It is known
# without the truth, and is of the size of the error of :math:`c_0` or larger.

sure = {}
for name in typed:
    for radius in (1e-9, 1e-6, 1e-3, 0.5, 1.0):
        found = coefficients(name, radius)
        noise = max(abs(found[k] * radius**k) for k in (-4, -3, -2, -1))
        error = abs(found[0] - 0.5)
        sure[name, radius] = (noise, error)
        print(f"{name:<12}{radius:<8g}noise {noise:.0e}, error {error:.0e}")

# %%
# Left, the error of the program in the complex plane, against ball arithmetic of 200 bits; the
# circle of radius 1/2; the reach of ``repair``, which continues the function inwards. Sixth roots
# of the distances are drawn, to make the disc visible. Right, the errors of :math:`c_0`.

z = plots.plane_points()
with flint.ctx.workprec(200):
    exact = [complex(h(flint.acb(at), flint.acb)) for at in z.ravel().tolist()]
wrong = np.abs(on_circle("torch", z) / np.reshape(exact, z.shape) - 1)
rho = np.geomspace(1e-9, 3, 90)
off = {}
for name in typed:
    c_0 = np.array([coefficients(name, radius)[0] for radius in rho])
    off[name] = abs(2 * c_0 - 1)
reach = repair(lambda x: h(x, torch), at=0.0).report(torch.tensor(near)).reach
versions = frameworks.versions(typed)

titles = ("the program as typed", "value at 0 from 32 nodes")
fig, plane, curve = plots.plane(wrong, titles=titles)
ink, blue = plots.LIGHT["ink"], plots.LIGHT["meant"]
circle = plots.plane_places(0.5 * nodes)
poles = plots.plane_places([-np.pi / 2, np.pi / 2])
(rim,), _ = plots.plane_places([reach])
plane.scatter(*circle, s=10, color=blue, label="nodes")
plane.scatter(*poles, marker="x", color=ink, label="poles")
plane.add_patch(plt.Circle((0, 0), rim, fc="none", ec=ink, ls="--", label="reach"))
filled = plots.dots("red", ".", size=6)
hollow = plots.dots("meant", "D", size=6, hollow=True)
curve.loglog(rho, off["torch"], zorder=3, label=versions["torch"], **filled)
curve.loglog(rho, off["tensorflow"], label=versions["tensorflow"], **hollow)
curve.loglog(rho, 2.0**-53 / rho**2, "--", color=ink, label="rounding")
curve.loglog(rho[-20:], (2 * rho[-20:] / np.pi) ** 32, color=ink, label="too few nodes")
curve.set(ylim=(5e-18, 10), xlabel=r"radius $\rho$", ylabel="relative error")
fig.legend(loc="outside lower center", ncols=4, frameon=False, fontsize="small")
missed = rho[np.maximum(*off.values()) > 1e-9]
inner = missed[missed < 0.1].max()
outer = missed[missed > 0.1].min()
far = wrong[(abs(z) > 0.4) & (abs(z) < 1)].max()
close = wrong[abs(z) < 1e-7].max()
plots.describe(
    fig,
    "Look from outside",
    f"""Relative error of the program as typed: at most {plots.at_most(far, 1)} at distances
    from 0.4 to 1 from the hole, up to {plots.at_most(close, 2)} within 1e-7. The mean over 32
    nodes is the value at the hole to 1e-9 in PyTorch and TensorFlow for radii above
    {plots.at_most(inner, 2)} and below {plots.at_least(outer, 2)}: rounding limits smaller
    circles, too few nodes larger ones.""",
    versions,
    word="from outside",
)
plt.show()

# %%
# Why
# ---
# The rounding error of the numerator, about :math:`u = 2^{-53}`, is :math:`u/|x|^2` after the
# division: no digit is left within 1e-8. (On the diagonals :math:`x^2` is imaginary, and nothing
# cancels.) The mean over :math:`n` nodes is :math:`c_0 - c_n \rho^n + c_{2n} \rho^{2n} - \dots`.
# The next singularities are at :math:`\pm\pi/2`, so :math:`c_n` is about :math:`c_0\,(2/\pi)^n`.
# Drawn are :math:`u/\rho^2`, :math:`(2\rho/\pi)^{32}`.
#
# .. code-block:: pycon
#
#    >>> {name: f"{values[2]:.2f}" for name, (values, _) in typed.items()}  # at 1e-7; it is 0.50
#    {'torch': '0.51', 'tensorflow': '0.51'}
#    >>> [f"{c[0]:.12f}" for c in coefficient.values()]
#    ['0.500000000000', '0.500000000000']
#    >>> [f"{2 * c[2]:.12f}" for c in coefficient.values()]  # the second derivative, 5/12
#    ['0.416666666667', '0.416666666667']
#    >>> f"{inner:.1e}", f"{outer:.2f}"  # radii between which the mean is right to 1e-9
#    ('4.4e-04', '0.88')
#
# .. admonition:: Take away
#    :class: note
#
#    - What cannot be evaluated at a point can be evaluated around it, by a mean over a circle.
#    - The radius hardly matters, away from the noise and from the next singularity.
#    - The circle knows its own error, from coefficients that have to be 0.
#
#    **Exercise.** Take 128 nodes. Which branch of the right panel moves, and where does it end?
#
# Into the disc, with derivatives: :doc:`plot_into_the_disc`. Other ways: :doc:`plot_remedies`.
