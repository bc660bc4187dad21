r"""
Newton's method runs away from its own solution
===============================================

A corrupted Hessian is perhaps "even more devastating" for second order methods than a corrupted
gradient is for others, says section 4 of :cite:t:`Johnson2023`. Here Newton's method comes within a
hair of a minimum that lies at a removable singularity, and leaves again. From a start next to the
singularity it stops short.
"""

from removable import functions, plots, repair
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# A convex problem, :math:`L(x, y) = \frac12 (h(x) + y - 2 - s)^2 + e^{s - x} + e^{1 - y}` with the
# paper's :math:`h`. Its minimum is at :math:`x = s,\ y = 1`. Let :math:`s = 2`, where :math:`h` has
# its removable singularity, and start at (2.5, 1.5). In the code :term:`xp` is the module that
# computes.


def loss(theta, xp=torch, form=functions.h, s=2.0):
    """Evaluate L."""
    x, y = theta[0], theta[1]
    return (form(x, xp) + y - 2 - s) ** 2 / 2 + xp.exp(s - x) + xp.exp(1 - y)


theta = torch.tensor([2.5, 1.5], dtype=torch.float64)
for step in range(1, 21):
    gradient = torch.autograd.functional.jacobian(loss, theta)
    hessian = torch.autograd.functional.hessian(loss, theta)
    theta = theta - torch.linalg.solve(hessian, gradient)
    distance = (theta - torch.tensor([2.0, 1.0])).abs().max()
    if step in (4, 5, 10, 20):
        print(f"after {step:>2} steps at a distance of {distance:.0e} from the minimum")

# %%
# Both frameworks, four forms
# ---------------------------
# *Epsilon* is :math:`h_1`; *simplified*: :math:`x + 2`; *repair* continues the quotient to 2.

repaired = repair(lambda x: (x * x - 4) / (x - 2), at=2.0)
forms = {"naive": functions.h, "epsilon": functions.h1, "simplified": functions.h_hat}
forms["repair"] = lambda x, xp: repaired(x)


def derivatives_torch(form, theta, s):
    """Return gradient and Hessian of L."""
    theta = torch.tensor(theta, requires_grad=True)
    grad = torch.autograd.grad
    (gradient,) = grad(loss(theta, torch, form, s), theta, create_graph=True)
    rows = [grad(entry, theta, retain_graph=True)[0] for entry in gradient]
    return gradient.detach().numpy(), torch.stack(rows).numpy()


def derivatives_tensorflow(form, theta, s):
    """Return gradient and Hessian of L."""
    theta = tf.constant(theta)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(theta)
        with tf.GradientTape() as inner:
            inner.watch(theta)
            value = loss(theta, tf, form, s)
        gradient = inner.gradient(value, theta)
        entries = tf.unstack(gradient)
    return gradient.numpy(), np.stack([outer.gradient(e, theta) for e in entries])


derivatives = {"torch": derivatives_torch, "tensorflow": derivatives_tensorflow}

# %%
# A step :math:`p` solves :math:`H p = -\nabla L`. Let the method run until a step is below
# :math:`10^{-10}`, 20 steps at most.


def newton(name, form, start, s):
    """Return the distance from the minimum after each step."""
    theta = np.array(start)
    length = 1.0
    distances = []
    while len(distances) < 20 and length > 1e-10:
        gradient, hessian = derivatives[name](forms[form], theta, s)
        step = -np.linalg.solve(hessian, gradient)
        theta = theta + step
        length = np.linalg.norm(step)
        distances.append(np.abs(theta - [s, 1]).max().item())
    return distances


cases = {"minimum at 2": ((2.5, 1.5), 2.0), "start at 2 + 1e-9": ((2 + 1e-9, 1.0), 2.5)}
ways = {}
print(f"{'distance from the minimum':<44}steps    closest  last")
for case, (start, s) in cases.items():
    for form in forms:
        for name in derivatives:
            ways[case, form, name] = way = newton(name, form, start, s)
            row = f"{case:19}{form:12}{name:13}{len(way):<9}"
            print(f"{row}{min(way):<9.0e}{way[-1]:.0e}")

run = compare(forms, meant=functions.h, gamma=[1e-9], base=2.0)
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, derivatives, strict=True):
    for (role, marker), form in zip(plots.FORM_STYLE, forms, strict=False):
        way = np.maximum(ways["minimum at 2", form, name], 1e-17)
        style = {"color": plots.LIGHT[role], "marker": marker, "lw": 1, "label": form}
        style["ms"] = 9 if form == "simplified" else 5  # seen behind the repaired form
        ax.semilogy(np.arange(1, way.size + 1), way, mec=plots.outline(role), **style)
    ax.set_xlabel("step of Newton's method")
    ax.yaxis.set_major_formatter(plots.power_of_ten)
    ax.set_xticks([1, 5, 10, 15, 20])
axes[0].set_ylabel("distance from the minimum")
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=4, frameon=False)
naive = ways["minimum at 2", "naive", "torch"]
plots.describe(
    fig,
    "Section 4, Newton's method",
    f"""Distance from the minimum after each step of Newton's method, with the minimum at the
    singular point. Simplified and repaired: at the minimum after
    {len(ways["minimum at 2", "simplified", "torch"])} steps. Naive: down to
    {min(naive):.0e}, and back to {naive[-1]:.0e} after {len(naive)} steps in PyTorch. With
    an epsilon it does not arrive either.""",
    run,
    word="runs away",
)
plt.show()

# %%
# Why
# ---
# The step and the eigenvalues at :math:`(2 + \gamma, 1)` with :math:`s = 2.5`, next to the
# simplified step:

print("                         gamma   eigenvalues          step: length   turned by")
steps = {}
for form in ("simplified", "naive", "epsilon"):
    for name in derivatives:
        for gamma in (1e-5, 1e-7, 1e-9):
            gradient, hessian = derivatives[name](
                forms[form], np.array([2 + gamma, 1]), 2.5
            )
            steps[form, name, gamma] = -np.linalg.solve(hessian, gradient) @ [1, 1j]
            ratio = steps[form, name, gamma] / steps["simplified", name, gamma]
            low, high = np.linalg.eigvalsh(hessian)
            row = f"{form:12}{name:13}{gamma:<8.0e}{low:<10.2g}{high:<17.2g}"
            turned = np.degrees(np.abs(np.angle(ratio)))
            print(f"{row}{np.abs(ratio):<9.2f}{turned:.0f} degrees")

# %%
# Near 2 the :term:`naive` form has :math:`H_{xx} \approx -2/\gamma` (:doc:`plot_hessian` explains).
# With the minimum at 2 and a slope of 1 the step is :math:`\gamma/2`, outwards. From the start
# beside 2 the method stops after 5 steps, as with the simplified form, but half a unit short of the
# minimum: the steps are short because the false curvature is huge.
#
# .. code-block:: pycon
#
#    >>> [len(ways["minimum at 2", form, "torch"]) for form in forms]
#    [20, 20, 5, 5]
#    >>> [len(ways["minimum at 2", form, "tensorflow"]) for form in forms]
#    [20, 20, 5, 5]
#    >>> [round(ways["start at 2 + 1e-9", "naive", name][-1], 2) for name in derivatives]
#    [0.5, 0.5]
#
# .. admonition:: Take away
#    :class: note
#
#    - A method that converges fast is thrown out where its Hessian is wrong.
#    - A short Newton step is no sign of a minimum. Look at the gradient too, and at the
#      eigenvalues.
#    - The simplified form and ``repair`` take five steps.
#
#    **Exercise.** Halve each step until the loss falls. Which of the two cases does that save?
#
# First-order methods: :doc:`plot_clipping_and_adam`.
