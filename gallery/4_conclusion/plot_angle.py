r"""
An angle: the cancellation is inside the framework's own derivative
===================================================================

"Many other operations" have removable singularities, says section 4 of :cite:t:`Johnson2023`. This
one divides an angle by its sine, given the cosine, as programs do that read an axis and an angle
off a rotation matrix. The careful way to type it avoids one cancellation and meets another, in the
rule by which both frameworks differentiate ``acos``.
"""

from removable import frameworks, gamma_grid, plots
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# At :math:`x = 1` the angle is 0, and so is its sine. Their quotient goes to 1 there, with slope
# -1/3.

at = 1 - 1e-9
x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
y = torch.acos(x) / torch.sqrt(1 - x * x)
y.backward()
print(f"PyTorch:    value {y.item():.6f}, slope {x.grad.item():.6f}")

x = tf.constant(at, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.acos(x) / tf.sqrt(1 - x * x)
print(f"TensorFlow: value {y.numpy():.6f}, slope {tape.gradient(y, x).numpy():.6f}")

# %%
# Four forms
# ----------
# :term:`Naive <naive>` is what is typed above. *Epsilon* adds a small number to the denominator.
# *Careful* has :math:`(1 - x)(1 + x)` in place of :math:`1 - x^2`, which avoids a cancellation.
# *Simplified* is a series in :math:`s = \sin^2(\theta/2) = (1 - x)/2`, where :math:`\theta` is the
# angle, since :math:`\theta/\sin\theta = \arcsin\sqrt{s}\,/\sqrt{s(1 - s)}`. In the code :term:`xp`
# is the module that computes.


def naive(x, xp):
    """Divide the angle whose cosine is x by its sine."""
    return xp.acos(x) / xp.sqrt(1 - x * x)


def epsilon(x, xp):
    """Add a small number to the denominator."""
    return xp.acos(x) / (xp.sqrt(1 - x * x) + 1e-8)


def careful(x, xp):
    """Compute the sine without cancellation."""
    return xp.acos(x) / xp.sqrt((1 - x) * (1 + x))


def simplified(x, xp):
    """Sum the series near 1; each branch sees safe arguments only."""
    near = x > 0.75
    one = xp.ones_like(x)
    s = (1 - xp.where(near, x, one)) / 2
    outer = xp.where(near, one / 2, x)
    y = one
    for k in range(22, 0, -1):
        y = 1 + s * y * (2 * k / (2 * k + 1))
    return xp.where(near, y, naive(outer, xp))


both_sides = gamma_grid(73, smallest=1e-18, largest=0.5)
gamma = both_sides[both_sides < -1e-15]  # a cosine is at most 1
forms = {"naive": naive, "epsilon": epsilon, "careful": careful}
forms["simplified"] = simplified
# Without rounding the careful form is a quotient of two functions: the truth.
run = compare(forms, meant=careful, gamma=gamma, base=1.0)
print("largest error          PyTorch: value, slope   TensorFlow: value, slope")
for form in forms:
    worst = [run.worst(form, name, k) for name in run.versions for k in (0, 1)]
    print("{:<23}{:<12.2g}{:<12.2g}{:<12.2g}{:.2g}".format(form, *worst))

fig, axes = plots.errors(run, order=1, ylabel="error of the slope")
right = max(run.worst("simplified", name, 1) for name in run.versions)
plots.describe(
    fig,
    "Section 4, an angle",
    f"""Error of the slope against the distance to the singular point, in both
    frameworks. Those of the naive and of the careful form grow to the same size and
    stay there. In PyTorch the careful angle is off by more than 0.001 out to
    {run.reach("careful", "torch", 1):.3g} left of 1, the naive one out to
    {run.reach("naive", "torch", 1):.3g}. With an epsilon the slope is off further out.
    Simplified: at most {plots.at_most(right, 2)}.""",
    run,
    word=f"off by {run.worst('careful', 'torch', 1):.1g}",
)
plt.show()

# %%
# Why careful is not enough
# -------------------------
# Let :math:`x = 1 - \gamma`. Near 1 the square of :math:`\gamma` is absorbed in ``1 - x * x``, as
# in :doc:`Figure 6 </auto_gallery/3_derivatives/plot_figure_6>`, and expanding the naive slope
# without it gives -11/24 in place of -1/3. The careful form avoids that, and gets -5/24. Both
# frameworks differentiate ``acos`` by
#
# .. math::
#
#    \arccos' x = -\frac{1}{\sqrt{1 - x^2}} ,
#
# with ``x * x`` inside. The last digits show it:

adapters = [frameworks.get(name) for name in ("torch", "tensorflow")]
slopes = [a.derivatives(lambda x, xp: xp.acos(x), [at])[1, 0].item() for a in adapters]
inside = -1 / np.sqrt(1 - at * at)
outside = -1 / np.sqrt((1 - at) * (1 + at))
print(f"slope of acos: {slopes}\nwith x * x {inside}, without {outside}")
# %%
# The slopes of both forms a billionth to the left of 1, in units of 1/24; and value and slope of
# the epsilon form at 1 itself, where it does not even keep the slope finite:
#
# .. code-block:: pycon
#
#    >>> [round(24 * each.derivatives(naive, [at])[1].item(), 3) for each in adapters]
#    [-11.0, -11.0]
#    >>> [round(24 * each.derivatives(careful, [at])[1].item(), 3) for each in adapters]
#    [-5.0, -5.0]
#    >>> [each.derivatives(epsilon, [1.0]).ravel().tolist() for each in adapters]
#    [[0.0, nan], [0.0, -inf]]
#    >>> round(run.results["naive"]["torch"][0, 0].item(), 4)  # far off, at a cosine of 0.5
#    1.2092
#
# .. admonition:: Take away
#    :class: note
#
#    - The cancellation can sit in a derivative that the framework brings along, out of your reach.
#    - An error that is bounded is still an error: the slope is off by a third of its size or more,
#      however near to 1.
#    - A series in the right variable has no cancellation at all, and gives value and slope to the
#      last few bits.
#
#    **Exercise.** Many clamp the cosine to at most :math:`1 - 10^{-7}`. How large is the error of
#    the value, and of the slope?
#
# Powers, logarithms and roots: :doc:`plot_other_operations`.
