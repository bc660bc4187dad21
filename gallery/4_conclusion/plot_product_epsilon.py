r"""
An epsilon in a product: a slope of a hundred million, and a pole
=================================================================

Section 4 of :cite:t:`Johnson2023` warns of products in which zero meets infinity. The first thing
that many try is a small number in the denominator. It replaces a NaN by a slope of :math:`10^8`,
and puts a pole where there was none. Cancelling on paper does neither.
"""

import math

from removable import gamma_grid, plots
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The :doc:`product <plot_product>` :math:`b(x) = x \cdot 1/(e^x - 1)` is 1 at 0, and its slope is
# -1/2. With :math:`\epsilon = 10^{-8}` in the denominator:

x = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
y = x * (1 / (torch.expm1(x) + 1e-8))
y.backward()
slope_torch = x.grad.item()
print(f"PyTorch:    value {y.item()}, slope {slope_torch}")

x = tf.constant(0.0, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x * (1 / (tf.math.expm1(x) + 1e-8))
slope_tensorflow = tape.gradient(y, x).numpy().item()
print(f"TensorFlow: value {y.numpy()}, slope {slope_tensorflow}")

# %%
# Three forms
# -----------
# *Epsilon* adds a small number to the denominator. *Simplified* carries out the cancellation: the
# series of :math:`e^x - 1` is divided by :math:`x` term by term, on paper, and what is left has no
# singularity. In the code :term:`xp` is the module that computes, and ``elementary(xp)`` is the one
# that has the :term:`elementary functions <elementary function>`. The columns :term:`above 1e-3 to`
# and :term:`lost` say how far out a form is wrong, and how often it is not finite.
#
# .. math::
#
#    b(x) = \frac{1}{\varphi(x)}, \qquad
#    \varphi(x) = \frac{e^x - 1}{x} = 1 + \frac{x}{2!} + \frac{x^2}{3!} + \dots


def b(x, xp):
    """Evaluate the product as it is written."""
    return x * (1 / elementary(xp).expm1(x))


def quotient(x, xp):
    """Divide directly: in exact arithmetic this has no singularity at all."""
    return x / elementary(xp).expm1(x)


def epsilon(x, xp):
    """Add a small number to the denominator."""
    return x * (1 / (elementary(xp).expm1(x) + 1e-8))


def simplified(x, xp):
    """Divide the series by x within 1 of zero; each branch sees safe arguments only."""
    near = xp.abs(x) < 1
    one = xp.ones_like(x)
    inner = xp.where(near, x, one)
    outer = xp.where(near, one, x)
    phi = one / math.factorial(18)
    for k in range(17, 0, -1):
        phi = phi * inner + 1 / math.factorial(k)
    return xp.where(near, 1 / phi, b(outer, xp))


gamma = gamma_grid(401)
forms = {"naive": b, "epsilon": epsilon, "simplified": simplified}
run = compare(forms, meant=quotient, gamma=gamma)
print(f"value\n{run.table(0)}\n\nslope\n{run.table(1)}")

fig, axes = plots.errors(run, order=1, ylabel="error of the slope of $b$")
epsilon_at_zero = run.error("epsilon", "torch", 1)[gamma == 0].item()
at_pole = plots.at_most(run.worst_of_all("epsilon", 1), 2)
right = plots.at_most(run.worst_of_all("simplified", 1), 2)
plots.describe(
    fig,
    "Section 4, products with an epsilon",
    f"""The error of the slope of the product against the distance to the singular point.
    That of the epsilon form is {epsilon_at_zero:.1g} at zero and up to {at_pole} at its new
    pole. That of the simplified form is right to {right} everywhere.""",
    run,
    word=plots.power_of_ten(epsilon_at_zero),
)
plt.show()

# %%
# Why
# ---
# At 0 the denominator is :math:`\epsilon`, and the first factor is 0: the value is 0, and the
# slope :math:`1/\epsilon`. And because :math:`\epsilon` was added without a sign, the denominator
# is now zero near :math:`-\epsilon`: a removable singularity has been traded for one that is not.
# Value and slope at 0 itself, with the epsilon and simplified:
#
# .. code-block:: pycon
#
#    >>> [run.results["epsilon"][n][:, gamma == 0].tolist() for n in ("torch", "tensorflow")]
#    [[[0.0], [100000000.0]], [[0.0], [100000000.0]]]
#    >>> [run.results["simplified"][n][:, gamma == 0].tolist() for n in ("torch", "tensorflow")]
#    [[[1.0], [-0.5]], [[1.0], [-0.5]]]
#
# .. admonition:: Take away
#    :class: note
#
#    - Cancel the :math:`x` on paper. What is left needs no :math:`\epsilon`, and has value and
#      slope.
#    - An :math:`\epsilon` without a sign moves a hole, and makes a pole of it.
#
#    **Exercise.** Far away, at :math:`x = 710`, the slope is NaN again, also in the simplified
#    form: zero times infinity once more. Multiply above and below by :math:`e^{-x}`. Then try
#    :math:`x^2 \cdot 1/(1 - \cos x)` with the half-angle formula.
#
# The same for a difference: :doc:`plot_common_denominator`.
