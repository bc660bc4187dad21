r"""
A function that a framework ships is no safer: sinc
===================================================

PyTorch, TensorFlow and JAX each ship a function ``sinc``, with the value at its singular point
filled in. This page differentiates it, at 0 and next to 0.
"""

from removable import plots
from removable.scoreboard import CASES, PATCHES, measure
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The second derivative of :math:`\mathrm{sinc}(x) = \sin(\pi x)/(\pi x)` at 0 is :math:`-\pi^2/3`,
# and the first is 0. In reverse mode the first derivative of TensorFlow's function is not a number
# there, and neither is the second of PyTorch's.

x = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
(slope,) = torch.autograd.grad(torch.sinc(x), x, create_graph=True)
(curvature,) = torch.autograd.grad(slope, x)
shipped = {"PyTorch": curvature.item()}

x = tf.constant(0.0, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.experimental.numpy.sinc(x)
shipped["TensorFlow"] = tape.gradient(y, x).numpy().item()
print(shipped, "true:", -(np.pi**2) / 3, "and 0")

# %%
# Next to 0
# ---------
# Value and three derivatives of :math:`\sin(x)/x`, by the function that each framework ships, at
# offsets from 0 on all scales from 1e-20 to 1/2. JAX's is right at 0 and not next to it. The last
# line is another function of JAX, the Box-Cox transform.

size = np.geomspace(1e-20, 0.5, 51)
gamma = np.concatenate([-size[::-1], [0.0], size])
score = measure(PATCHES["own function"], gamma=gamma)
for (title, name), errors in score.errors.items():
    largest = [f"{row[np.isfinite(row)].max():.0e}" for row in errors]
    print(f"{title:<14}{name:<12}largest errors", *largest)

# %%
# The second derivative, beside that of the quotient as one would type it, and of the same quotient
# with its singularity removed by ``repair``.

case = CASES["sin(x)/x"]
forms = {
    form: PATCHES[form].build(case) for form in ("naive", "own function", "repair")
}
run = compare(
    forms,
    meant=forms["naive"],
    base=case.at,
    gamma=gamma,
    names=("torch", "tensorflow", "jax"),
    order=2,
)
fig, axes = plots.errors(run, order=2, ylabel="error of the second derivative")
own = {name: run.worst("own function", name, 2) for name in run.versions}
plots.describe(
    fig,
    "What frameworks ship",
    f"""Error of the second derivative of sin(x)/x against the distance to 0. The function
    that a framework ships is off by up to {plots.at_most(own["torch"], 1)} in PyTorch,
    {plots.at_most(own["tensorflow"], 1)} in TensorFlow and {plots.at_most(own["jax"], 1)} in JAX. Repair is off by at
    most {plots.at_most(max(run.worst("repair", name, 2) for name in run.versions), 1)} in all of them.""",
    run,
    word="sinc",
)
plt.show()

# %%
# Why
# ---
# A ready-made function replaces the *value* at 0, as a patch does. Its derivative is again a
# quotient, with a larger zero in its denominator:
#
# .. math::
#
#    \Bigl(\frac{\sin x}{x}\Bigr)' = \frac{x \cos x - \sin x}{x^2} .
#
# Next to 0 its numerator cancels, and at 0 it is 0/0, unless somebody has taken care of each
# derivative.
#
# .. code-block:: pycon
#
#    >>> shipped
#    {'PyTorch': nan, 'TensorFlow': nan}
#    >>> len(score.errors), score.right(at=True), score.right(at=False)  # pairs; at 0, next to it
#    (4, 1, 0)
#    >>> [f"{own[name]:.0e}" for name in ("torch", "tensorflow", "jax")]
#    ['8e-01', '1e+20', '1e+24']
#
# .. admonition:: Take away
#    :class: note
#
#    - A function that a framework ships may be as fragile as one that you type. Look at its second
#      derivative.
#    - A value that is right says nothing about its derivatives.
#    - ``repair(h, at=0.0)`` is right in value and derivatives, at the point and next to it.
#
#    **Exercise.** Differentiate ``torch.special.sinc`` and ``torch.special.bessel_j1(x)/x`` at
#    1e-5. Which has the better slope?
#
# Fifteen other things that people do: :doc:`plot_remedies`.
