r"""
A Hessian is wrong a hundred times further out than its gradient
================================================================

"(...) and (perhaps even more devastatingly) a corrupted Hessian for second order methods", says
section 4 of :cite:t:`Johnson2023`. Here is the Hessian of two parameters near a removable
singularity: how wrong it is, and how far out.
"""

from removable import functions, plots, repair
from removable.problems import misfit
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# A convex problem, :math:`L(x, y) = \frac12 (h(x) + y - 4.5)^2 + e^{2.5 - x} + e^{1 - y}` with the
# paper's :math:`h`. Its minimum is at (2.5, 1). Next to :math:`x = 2` the misfit in brackets is
# about 0.5, so :math:`h''` matters; the true one is 0. In the code :term:`xp` is the module that
# computes.


def loss(theta, xp=torch, form=functions.h):
    """Evaluate L for each row of theta."""
    x, y = theta[..., 0], theta[..., 1]
    off = form(x, xp) + y - 2 - 2.5
    return off**2 / 2 + xp.exp(2.5 - x) + xp.exp(1 - y)


theta = torch.tensor([2 + 1e-9, 1.0], dtype=torch.float64)
hessian = torch.autograd.functional.hessian(loss, theta)
print(hessian.tolist())

# %%
# At :math:`x = 2 + 10^{-9}`, :math:`y = 1`. The true entries are :math:`1 + e^{2.5 - x}`, 1, 1 and
# 2. The same in both frameworks, for many points at once:


def derivatives_torch(form, theta):
    """Return gradient and Hessian of L for each row of theta."""
    theta = torch.tensor(theta, requires_grad=True)
    grad = torch.autograd.grad  # no row depends on another, so that sums will do
    (gradient,) = grad(loss(theta, torch, form).sum(), theta, create_graph=True)
    rows = [grad(total, theta, retain_graph=True)[0] for total in gradient.sum(dim=0)]
    return gradient.detach().numpy(), torch.stack(rows, dim=1).numpy()


def derivatives_tensorflow(form, theta):
    """Return gradient and Hessian of L for each row of theta."""
    theta = tf.constant(theta)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(theta)
        with tf.GradientTape() as inner:
            inner.watch(theta)
            value = loss(theta, tf, form)  # a tape takes the sum of these
        gradient = inner.gradient(value, theta)
        totals = tf.unstack(tf.reduce_sum(gradient, axis=0))
    return gradient.numpy(), np.stack([outer.gradient(t, theta) for t in totals], 1)


derivatives = {"torch": derivatives_torch, "tensorflow": derivatives_tensorflow}
# %%
# How far out it is wrong
# -----------------------
# At the points :math:`(2 + \gamma, 1)`, against exact arithmetic. *Epsilon* is :math:`h_1`.

repaired = repair(lambda x: (x * x - 4) / (x - 2), at=2.0)
forms = {"naive": functions.h, "epsilon": functions.h1, "simplified": functions.h_hat}
forms["repair"] = lambda x, xp: repaired(x)
gamma = np.logspace(-15, -1, 281)
run = compare(forms, meant=functions.h, gamma=gamma, base=2.0, order=2)
points = np.stack([run.x, np.ones(gamma.size)], axis=1)
true_gradient, true_hessian = misfit.exact(run.x, run.meant, s=2.5)


def relative(value, true):
    """Return the relative error of each sample, at least 1e-17 for the axis."""
    value = value.reshape(gamma.size, -1)
    true = true.reshape(gamma.size, -1)
    error = np.linalg.norm(value - true, axis=1) / np.linalg.norm(true, axis=1)
    return np.maximum(error, 1e-17)


error = {}
hessians = {}
for form, program in forms.items():
    for name in derivatives:
        gradient, hessians[form, name] = derivatives[name](program, points)
        error[form, name, "gradient"] = relative(gradient, true_gradient)
        error[form, name, "Hessian"] = relative(hessians[form, name], true_hessian)

reach = {}
print("relative error           of the   sampled to       at most")
for (form, name, what), each in error.items():
    reach[form, name, what] = gamma[each > 1e-3].max(initial=0).item()
    row = f"{form:12}{name:13}{what:9}{reach[form, name, what]:<17.2g}"
    print(f"{row}{max(each):.2g}")

drawn = {
    ("epsilon", "Hessian"): plots.dots("yellow", "s", size=4),
    ("naive", "Hessian"): plots.dots("red", "o", size=4),
    ("naive", "gradient"): plots.dots("written", "v", size=4),
    ("simplified", "Hessian"): plots.dots("meant", "D", size=4),
}
ends = np.array([3e-8, 3e-3])
law = {"color": plots.LIGHT["ink"], "ls": "--", "label": r"$2^{-51}/\gamma^3$"}
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, derivatives, strict=True):
    for (form, what), style in drawn.items():
        each = error[form, name, what]
        ax.loglog(gamma, each, label=f"{form}, {what}", markevery=3, **style)
    ax.loglog(ends, 2.0**-51 / ends**3, **law)
    ax.set_xticks([1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
    ax.set_yticks([1e-16, 1e-8, 1, 1e8, 1e16])
    ax.set_xlabel(r"$\gamma$")
    plots.log_ticks(ax)
axes[0].set_ylabel("relative error")
plots.legend(fig)

most = {}  # in both frameworks, rounded up
for form, what in drawn:
    worst = max(error[form, name, what].max() for name in derivatives)
    most[form, what] = plots.at_most(worst, 2)
plots.describe(
    fig,
    "Section 4, the Hessian",
    f"""Relative error against the distance from the singularity. The naive gradient's is
    above 0.001 up to a largest sampled distance of {reach["naive", "torch", "gradient"]:.2g} and at most
    {most["naive", "gradient"]}, the naive Hessian's up to one of {reach["naive", "torch", "Hessian"]:.2g}
    and at most {most["naive", "Hessian"]}. With an epsilon it is at most
    {most["epsilon", "Hessian"]}. Simplified: rounding only, in both frameworks.""",
    run,
    word=f"{reach['naive', 'torch', 'Hessian'] / reach['naive', 'torch', 'gradient']:.0f} times",
)
plt.show()

# %%
# Why
# ---
# The quotient rule, applied twice, divides the numerator :math:`f` by :math:`\gamma^3`, and with it
# the rounding error of ``x * x``, which is up to :math:`2^{-51}` a little above 2:
#
# .. math::
#
#    h'' = \frac{2}{\gamma} - \frac{2 \cdot 2x}{\gamma^2} + \frac{2f}{\gamma^3} ,
#    \qquad \text{error} \approx \frac{2 \cdot 2^{-51}}{\gamma^3} .
#
# Where :math:`\gamma^2` is absorbed, :math:`f = 4\gamma`, and :math:`-2/\gamma` remains where 0 is
# true. The powers of :math:`\gamma` that the errors of gradient and Hessian follow:
#
# .. code-block:: pycon
#
#    >>> middle = (gamma > 1e-7) & (gamma < 1e-3)
#    >>> for name in ("torch", "tensorflow"):
#    ...     for what in ("gradient", "Hessian"):
#    ...         level = np.log(error["naive", name, what][middle])
#    ...         power, _ = np.polyfit(np.log(gamma[middle]), level, 1)
#    ...         print(name, what, power.round())
#    torch gradient -2.0
#    torch Hessian -3.0
#    tensorflow gradient -2.0
#    tensorflow Hessian -3.0
#
# .. admonition:: Take away
#    :class: note
#
#    - The sentence holds, in a zone about a hundred times as wide as the gradient's.
#    - A convex problem loses its convexity: the smaller eigenvalue is negative near 2.
#    - An :math:`\epsilon` makes it worse in its whole zone.
#
#    **Exercise.** Gauss-Newton leaves out the term with :math:`h''`. How much trouble goes with it?
#
# What Newton's method makes of it: :doc:`plot_newton`.
