r"""
Powers, logarithms, roots, angles: a careful value and a careless slope
=======================================================================

The list in section 4 of :cite:t:`Johnson2023` ends with "many other operations". Here are four that people type every day,
each with a removable singularity. For all four there is a careful way to compute the value, and for none of them does it
save the slope.
"""

from removable import gamma_grid, plots
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The functions as typed. The first three are singular at :math:`x = 0`. The last is singular at :math:`x = 1`: it divides an
# angle by its sine, given the cosine, as programs do that read an axis and an angle off a rotation matrix.


def power(x, xp):
    """Compound interest; goes to e."""
    return (1 + x) ** (1 / x)


def logarithm(x, xp):
    """Take the mean slope of the logarithm; goes to 1."""
    return elementary(xp).log(1 + x) / x


def root(x, xp):
    """Take the mean slope of the root; goes to 1/2."""
    return (xp.sqrt(1 + x) - 1) / x


def angle(x, xp):
    """Divide the angle whose cosine is x by its sine; goes to 1."""
    return xp.acos(x) / xp.sqrt(1 - x * x)


def both_torch(program, at):
    """Return value and slope by backpropagation in PyTorch."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = program(x, torch)
    y.backward()
    return y.item(), x.grad.item()


def both_tensorflow(program, at):
    """Return value and slope by backpropagation in TensorFlow."""
    x = tf.constant(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = program(x, tf)
    return y.numpy().item(), tape.gradient(y, x).numpy().item()


singular = {power: 0.0, logarithm: 0.0, root: 0.0, angle: 1.0}
true_slope = {power: -np.e / 2, logarithm: -1 / 2, root: -1 / 8, angle: -1 / 3}
print("a billionth away  PyTorch: value, slope  TensorFlow: value, slope  true slope")
for f, base in singular.items():
    row = "{:<10.6g}{:<13.6g}".format(*both_torch(f, base - 1e-9))
    row += "{:<10.6g}{:<16.6g}".format(*both_tensorflow(f, base - 1e-9))
    print(f"{f.__name__:<18}{row}{true_slope[f]:.6g}")

# %%
# The values are right to six digits. At the singular points themselves three values are NaN; the power is 1 there instead of
# e, without any sign of trouble, since the standard says that 1 to the power of infinity is 1 :cite:p:`IEEE754`.
#
# Four forms of each
# ------------------
# *Epsilon* adds a small number to a denominator. *Careful* uses the functions made against cancellation, ``log1p`` and
# ``expm1``, and :math:`(1 - x)(1 + x)` for :math:`1 - x^2`. *Simplified* cancels before anything is evaluated. For the root
# that is school algebra. For the logarithm: a mean slope is the mean of the slopes,
#
# .. math::
#
#    \frac{\log(1 + x)}{x} = \int_0^1 \frac{\mathrm{d}t}{1 + t x} ,
#
# and twelve points of Gauss and Legendre give the integral to the last bits. For the angle :math:`\theta` it is a series in
# :math:`s = \sin^2(\theta/2) = (1 - x)/2`, since :math:`\theta/\sin\theta = \arcsin\sqrt{s}\,/\sqrt{s(1 - s)}`.

points, weights = np.polynomial.legendre.leggauss(12)
rule = np.column_stack([points / 2 + 0.5, weights / 2]).tolist()


def mean(x, xp):
    """Average the slope of the logarithm between 1 and 1 + x."""
    return sum(weight / (1 + t * x) for t, weight in rule)


def angle_series(x, xp):
    """Sum the series near 1; each branch sees safe arguments only."""
    near, one = x > 0.75, xp.ones_like(x)
    s, outer = (1 - xp.where(near, x, one)) / 2, xp.where(near, one / 2, x)
    y = one
    for k in range(22, 0, -1):
        y = 1 + s * y * (2 * k / (2 * k + 1))
    return xp.where(near, y, angle(outer, xp))


eps, m = 1e-8, elementary
epsilon = {
    power: lambda x, xp: (1 + x) ** (1 / (x + eps)),
    logarithm: lambda x, xp: m(xp).log(1 + x) / (x + eps),
    root: lambda x, xp: (xp.sqrt(1 + x) - 1) / (x + eps),
    angle: lambda x, xp: xp.acos(x) / (xp.sqrt(1 - x * x) + eps),
}
careful = {
    power: lambda x, xp: xp.exp(m(xp).log1p(x) / x),
    logarithm: lambda x, xp: m(xp).log1p(x) / x,
    root: lambda x, xp: m(xp).expm1(m(xp).log1p(x) / 2) / x,
    angle: lambda x, xp: xp.acos(x) / xp.sqrt((1 - x) * (1 + x)),
}
simplified = {
    power: lambda x, xp: xp.exp(mean(x, xp)),
    logarithm: mean,
    root: lambda x, xp: 1 / (xp.sqrt(1 + x) + 1),
    angle: angle_series,
}
others = {"epsilon": epsilon, "careful": careful, "simplified": simplified}
both_sides = gamma_grid(73, smallest=1e-18, largest=0.5)
one_side = both_sides[both_sides < -1e-15]  # a cosine is at most 1
names, runs, worst = ("torch", "tensorflow"), {}, {}
print("largest error          PyTorch: value, slope   TensorFlow: value, slope")
for f, base in singular.items():
    forms = {"naive": f} | {name: form[f] for name, form in others.items()}
    gamma = one_side if f is angle else both_sides
    # Without rounding the careful form is a quotient of two functions: the truth.
    runs[f] = run = compare(forms, meant=careful[f], gamma=gamma, base=base)
    for form in forms:
        worst[f, form] = [run.worst(form, n, k) for n in names for k in (0, 1)]
        row = "{:<12.2g}{:<12.2g}{:<12.2g}{:.2g}".format(*worst[f, form])
        print(f"{f.__name__:<11}{form:<12}{row}")

size = {"figsize": (8.4, 5.2), "layout": "constrained"}
fig, axes = plt.subplots(2, 4, sharex=True, sharey=True, **size)
for column, (f, run) in zip(axes.T, runs.items(), strict=True):
    column[0].set_title(f.__name__, size="medium")
    column[1].set_xlabel(r"$|\gamma|$")
    for ax, n in zip(column, names, strict=True):
        for form, (role, marker) in zip(forms, plots.FORM_STYLE, strict=False):
            points = np.array([abs(run.gamma), np.fmax(run.error(form, n, 1), 1e-18)])
            style = {"ls": "", "marker": marker, "color": plots.LIGHT[role]}
            ax.loglog(*points, ms=1.5, label=f"_{form}", rasterized=True, **style)
            style |= {"mec": plots.outline(role), "mew": 0.6}
            ax.loglog(*points[:, ::13], ms=4.5, label=form, rasterized=True, **style)
        ax.grid(color=plots.LIGHT["grid"])
        ax.set_yticks(10.0 ** np.arange(-16, 17, 8))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(plots.power_of_ten)
            axis.set_minor_locator(plt.NullLocator())
for ax, title in zip(axes[:, 0], run.versions.values(), strict=True):
    ax.set_ylabel(f"{title}\nerror of the slope")
handles, labels = ax.get_legend_handles_labels()
fig.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
most = {case: plots.at_most(max(found[1::2]), 2) for case, found in worst.items()}
right = max(max(worst[f, "simplified"][1::2]) for f in singular)
plots.describe(
    fig,
    "Section 4, other operations",
    f"""Error of the slope against the distance to the singular point, in both
    frameworks. Naive errors grow with the inverse square of the distance, for the
    logarithm up to {most[logarithm, "naive"]}. With an epsilon they start earlier.
    Those of the careful forms grow too, for the power up to {most[power, "careful"]};
    in PyTorch the careful angle is off by more than 0.001 out to
    {run.reach("careful", "torch", 1):.3g} left of 1, the naive one out to
    {run.reach("naive", "torch", 1):.3g}. Simplified: at most {plots.at_most(right, 2)}.""",
    run,
)
plt.show()

# %%
# Why careful is not enough
# -------------------------
# The naive numerator :math:`f` has an error of size :math:`u = 2^{-53}` from the addition to 1. Divided by :math:`x` that is
# :math:`u/|x|` in the value, and the slope divides by :math:`x` twice,
#
# .. math::
#
#    \left(\frac{f}{x}\right)' = \frac{f'}{x} - \frac{f}{x^2} , \qquad
#    \text{error} \approx \frac{u}{x^2} \text{ (naive)}, \quad \frac{u}{|x|} \text{ (careful)}.
#
# With ``log1p`` the numerator is as good as a double can be, and so is the value, except at 0. But both terms still have the
# size :math:`1/|x|` and have to cancel. Where 1 absorbs :math:`x`, the naive logarithm is 0 and its slope :math:`1/x`.
#
# .. code-block:: pycon
#
#    >>> all(max(worst[f, "careful"][::2]) < 5e-15 and min(worst[f, "careful"][1::2]) > 0.05 for f in singular)
#    True
#    >>> all(max(worst[f, "simplified"]) < 2e-14 for f in singular)
#    True
#    >>> min(worst[logarithm, "naive"][1::2]) > 1e16, max(worst[angle, "naive"][1::2]) < 1
#    (True, True)
#
# The error of the angle's slope is bounded, and flat next to 1. Let :math:`x = 1 - \gamma`. Then :math:`\gamma^2` is absorbed
# in ``1 - x * x``, as in :doc:`Figure 6 </auto_gallery/3_derivatives/plot_figure_6>`, and expanding the slope without it gives
# -11/24 instead of -1/3. The careful form avoids that, and gets -5/24: both frameworks differentiate ``acos`` by
# :math:`-1/\sqrt{1 - x^2}`, with ``x * x`` inside.

x = 1 - 1e-9
inside, outside = -1 / np.sqrt(1 - x * x), -1 / np.sqrt((1 - x) * (1 + x))
both = {"torch": both_torch, "tensorflow": both_tensorflow}
slopes = [both[n](lambda x, xp: xp.acos(x), x)[1] for n in names]
print(f"slope of acos: {slopes}\nwith x * x {inside}, without {outside}")

# %%
# .. code-block:: pycon
#
#    >>> all(abs(slope / inside - 1) < 1e-14 and abs(slope / outside - 1) > 1e-10 for slope in slopes)
#    True
#    >>> [round(24 * both[n](angle, x)[1], 3) for n in ("torch", "tensorflow")]
#    [-11.0, -11.0]
#    >>> [round(24 * both[n](careful[angle], x)[1], 3) for n in ("torch", "tensorflow")]
#    [-5.0, -5.0]
#    >>> both_torch(epsilon[angle], 1.0), both_tensorflow(epsilon[angle], 1.0)
#    ((0.0, nan), (0.0, -inf))
#    >>> both_torch(power, 0.0), both_tensorflow(power, 0.0)
#    ((1.0, nan), (1.0, nan))
#    >>> [round(both_torch(f, 0.5)[0], 4) for f in singular]  # far from 0, as typed
#    [2.25, 0.8109, 0.4495, 1.2092]
#
# The last lines are values and slopes at the singular points. The epsilon does not even keep the slope of the angle finite.
#
# .. note::
#
#    **Take away**
#
#    - ``log1p`` and ``expm1`` are for values. The slope of a quotient of them is still wrong near the singular point.
#    - The cancellation can sit in a derivative that the framework brings along, out of your reach.
#    - A mean of slopes, a conjugate, a series: three ways to cancel on paper. All give value and slope to the last few bits.
#
#    **Exercise.** Many clamp the cosine to at most :math:`1 - 10^{-7}`. How large is the error of the value, and of the slope?
#
# What a single slope of this kind does to an optimiser: :doc:`plot_inverse_problem`.
