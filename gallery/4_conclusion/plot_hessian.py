r"""
Newton's method runs away from its own solution
===============================================

"(...) and (perhaps even more devastatingly) a corrupted Hessian for second order methods", says section 4 of
:cite:t:`Johnson2023`. Here are a Hessian of two parameters near a removable singularity, its eigenvalues, the step that
Newton's method takes from them, and where the method ends.
"""

from functools import partial

from removable import functions, plots, repair
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# A convex problem, :math:`L(x, y) = \frac12 (h(x) + y - 2 - s)^2 + e^{s - x} + e^{1 - y}` with the paper's :math:`h`. Its
# minimum is at :math:`x = s,\ y = 1`. The misfit :math:`h(x) + y - 2 - s` is 1 there, so the second derivative of :math:`h`
# matters; the true one is 0. *Epsilon* is :math:`h_1` at :math:`\epsilon = 10^{-8}` and :math:`\delta = 10^{-4}`.

repaired = repair(lambda x: (x * x - 4) / (x - 2), at=2.0)
forms = {
    "naive": functions.h,
    "epsilon": partial(functions.h1, epsilon=1e-8, delta=1e-4),
    "simplified": functions.h_hat,
    "repair": lambda x, xp: repaired(x),
}


def loss(theta, xp, form, s):
    """Evaluate L for each row of theta."""
    x, y = theta[..., 0], theta[..., 1]
    return (form(x, xp) + y - 2 - s) ** 2 / 2 + xp.exp(s - x) + xp.exp(1 - y)


def derivatives_torch(form, theta, s):
    """Return gradient and Hessian of L for each row of theta."""
    theta = torch.tensor(theta, requires_grad=True)
    grad = torch.autograd.grad  # no row depends on another, so that sums will do
    (gradient,) = grad(loss(theta, torch, form, s).sum(), theta, create_graph=True)
    rows = [grad(total, theta, retain_graph=True)[0] for total in gradient.sum(dim=0)]
    return gradient.detach().numpy(), torch.stack(rows, dim=1).numpy()


def derivatives_tensorflow(form, theta, s):
    """Return gradient and Hessian of L for each row of theta."""
    theta = tf.constant(theta)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(theta)
        with tf.GradientTape() as inner:
            inner.watch(theta)
            value = loss(theta, tf, form, s)  # a tape takes the sum of these
        gradient = inner.gradient(value, theta)
        totals = tf.unstack(tf.reduce_sum(gradient, axis=0))
    return gradient.numpy(), np.stack([outer.gradient(t, theta) for t in totals], 1)


derivatives = {"torch": derivatives_torch, "tensorflow": derivatives_tensorflow}
hessian = {}
for name, both in derivatives.items():
    hessian[name] = both(functions.h, np.array([[2 + 1e-9, 1.0]]), 2.5)[1][0]
    print(f"{name:<12}{hessian[name].tolist()}")

# %%
# At :math:`x = 2 + 10^{-9}`, :math:`y = 1`, with :math:`s = 2.5`. The true entries are :math:`1 + e^{s - x}`, 1, 1 and 2.
#
# .. code-block:: pycon
#
#    >>> [np.round(hessian[name][0] / [1e9, 1], 3).tolist() for name in ("torch", "tensorflow")]
#    [[-1.0, 2.0], [-1.0, 2.0]]
#
# How far out it is wrong
# -----------------------
# At the points :math:`(2 + \gamma, 1)`, with :math:`s = 2.5`. The truth of :math:`h`, :math:`h'` and :math:`h''` comes from
# exact arithmetic, and the true gradient and Hessian are put together from it.

gamma = np.logspace(-15, -1, 281)
run = compare(forms, meant=functions.h, gamma=gamma, base=2.0, order=2)
points = np.stack([run.x, np.ones(gamma.size)], axis=1)
value, slope, curvature = run.meant
misfit, pull = value + 1 - 4.5, np.exp(2.5 - run.x)
true_gradient = np.stack([misfit * slope - pull, misfit - 1], axis=1)
entries = [slope**2 + misfit * curvature + pull, slope, slope, np.full(gamma.size, 2.0)]
true_hessian = np.stack(entries, axis=1).reshape(-1, 2, 2)


def relative(found, true):
    """Return the relative error of each sample, at least 1e-17 for the axis."""
    found, true = found.reshape(gamma.size, -1), true.reshape(gamma.size, -1)
    error = np.linalg.norm(found - true, axis=1) / np.linalg.norm(true, axis=1)
    return np.maximum(error, 1e-17)


found, error, reach = {}, {}, {}
print("relative error           of the   sampled to       at most")
for form, program in forms.items():
    for name in derivatives:
        found[form, name] = derivatives[name](program, points, 2.5)
        pairs = zip(found[form, name], (true_gradient, true_hessian), strict=True)
        for what, pair in zip(("gradient", "Hessian"), pairs, strict=True):
            key = form, name, what
            error[key] = relative(*pair)
            reach[key] = gamma[error[key] > 1e-3].max(initial=0).item()
            print(f"{form:12}{name:13}{what:9}{reach[key]:<17.2g}{max(error[key]):.2g}")

drawn = (
    ("epsilon", "Hessian", "s", "yellow"),
    ("naive", "Hessian", "o", "red"),
    ("naive", "gradient", "v", "written"),
    ("simplified", "Hessian", "D", "meant"),
)
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, derivatives, strict=True):
    for form, what, marker, role in drawn:
        style = {"color": plots.LIGHT[role], "mec": plots.outline(role), "ms": 4}
        style |= {"label": f"{form}, {what}", "markevery": 3}
        ax.loglog(gamma, error[form, name, what], marker, **style)
    ends, ink = np.array([3e-8, 3e-3]), plots.LIGHT["ink"]
    ax.loglog(ends, 2.0**-51 / ends**3, "--", color=ink, label=r"$2^{-51}/\gamma^3$")
    ax.set_xticks([1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
    ax.set_yticks([1e-16, 1e-8, 1, 1e8, 1e16])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plots.power_of_ten)
    ax.set_xlabel(r"$\gamma$")
axes[0].set_ylabel("relative error")
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=3, frameon=False)
most = {(f, w): max(error[f, n, w].max() for n in derivatives) for f, _, w in error}
most = {key: plots.at_most(size, 2) for key, size in most.items()}
far = {what: reach["naive", "torch", what] for what in ("gradient", "Hessian")}
plots.describe(
    fig,
    "Section 4, the Hessian",
    f"""Relative error against the distance from the singularity. The naive gradient's is
    above 0.001 up to a largest sampled distance of {far["gradient"]:.2g} and at most
    {most["naive", "gradient"]}, the naive Hessian's up to one of {far["Hessian"]:.2g}
    and at most {most["naive", "Hessian"]}. With an epsilon it is at most
    {most["epsilon", "Hessian"]}. Simplified: rounding only, in both frameworks.""",
    run,
)
plt.show()

# %%
# .. code-block:: pycon
#
#    >>> [bool((error["epsilon", n, "Hessian"] >= error["naive", n, "Hessian"])[gamma < 9e-5].all()) for n in derivatives]
#    [True, True]
#    >>> [bool(20 < reach["naive", n, "Hessian"] / reach["naive", n, "gradient"] < 500) for n in ("torch", "tensorflow")]
#    [True, True]
#    >>> middle = (gamma > 1e-7) & (gamma < 1e-3)
#    >>> levels = np.log10([error["naive", n, what][middle] for n in derivatives for what in ("gradient", "Hessian")])
#    >>> np.polyfit(np.log10(gamma[middle]), levels.T, 1)[0].round()  # the p in: error ~ gamma ** p
#    array([-2., -3., -2., -3.])
#
# Why
# ---
# The quotient rule, applied twice, divides the numerator :math:`f` by :math:`\gamma^3`, and with it the rounding error of
# ``x * x``, which is up to :math:`2^{-51}` a little above 2:
#
# .. math::
#
#    h'' = \frac{2}{\gamma} - \frac{2 \cdot 2x}{\gamma^2} + \frac{2f}{\gamma^3} ,
#    \qquad \text{error} \approx \frac{2 \cdot 2^{-51}}{\gamma^3} .
#
# Where :math:`\gamma^2` is absorbed, :math:`f = 4\gamma`, and :math:`-2/\gamma` remains, without a bound, where 0 is true.
#
# Newton's method
# ---------------
# A step :math:`p` solves :math:`H p = -\nabla L`. Its length is given relative to that of the true step.


def newton_step(gradient, hessian):
    """Solve for the step of each row."""
    return -np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]


true = newton_step(true_gradient, true_hessian)
print("                         gamma   eigenvalues          step: length   turned by")
for (form, name), (g, h) in found.items():
    ratio = newton_step(g, h) @ [1, 1j] / (true @ [1, 1j])  # as complex numbers
    for i in (np.abs(gamma - near).argmin() for near in (1e-5, 1e-7, 1e-9)):
        low, high = np.linalg.eigvalsh(h[i])
        row = f"{form:12}{name:13}{gamma[i]:<8.0e}{low:<10.2g}{high:<17.2g}"
        turned = np.degrees(np.abs(np.angle(ratio[i])))
        print(f"{row}{np.abs(ratio[i]):<9.2f}{turned:.0f} degrees")

# %%
# Now let the method run until a step is below :math:`10^{-10}`, 20 steps at most: with the minimum or the start near 2.


def newton(name, form, start, s):
    """Return the distance from the minimum after each step."""
    theta, step, way = np.array([start]), 1.0, []
    while len(way) < 20 and np.linalg.norm(step) > 1e-10:
        step = newton_step(*derivatives[name](forms[form], theta, s))
        theta = theta + step
        way.append(np.abs(theta[0] - [s, 1]).max().item())
    return way


cases = {"minimum at 2": ((2.5, 1.5), 2.0), "start at 2 + 1e-9": ((2 + 1e-9, 1.0), 2.5)}
ways = {}
print(f"{'distance from the minimum':<44}steps    closest  last")
for case in cases:
    for form, name in found:
        way = ways[case, form, name] = newton(name, form, *cases[case])
        print(f"{case:19}{form:12}{name:13}{len(way):<9}{min(way):<9.0e}{way[-1]:.0e}")

# %%
# The naive form comes close to the minimum, and then runs away: with :math:`H_{xx} \approx -2/\gamma` and a slope of 1 the
# step is :math:`\gamma/2`, outwards. From the start beside the singularity it stops after 5 steps, as the simplified form
# does, but half a unit short of the minimum: the steps are short because the false curvature is huge.
#
# .. code-block:: pycon
#
#    >>> [len(ways["minimum at 2", form, n]) for form in ("naive", "epsilon") for n in derivatives]
#    [20, 20, 20, 20]
#    >>> [(len(way), round(way[-1], 2)) for (case, form, _), way in ways.items() if case[0] == "s" and form == "naive"]
#    [(5, 0.5), (5, 0.5)]
#    >>> {(len(way), way[-1] < 1e-14) for (_, form, _), way in ways.items() if form in ("simplified", "repair")}
#    {(5, True)}
#    >>> [bool(np.linalg.eigvalsh(found["naive", n][1][gamma < 1e-8])[:, 0].max() < 0) for n in ("torch", "tensorflow")]
#    [True, True]
#
# .. note::
#
#    **Take away**
#
#    - The sentence holds, in a zone about a hundred times as wide as the gradient's. A convex problem loses its convexity.
#    - A short Newton step is no sign of a minimum. Look at the gradient too, and at the sign of the eigenvalues.
#    - An :math:`\epsilon` makes the Hessian worse everywhere in its zone. The simplified form and ``repair`` take five steps.
#
#    **Exercise.** Gauss-Newton leaves out the term with :math:`h''`. How much of the trouble goes with it?
#
# The same question for first-order methods: :doc:`plot_clipping_and_adam`.
