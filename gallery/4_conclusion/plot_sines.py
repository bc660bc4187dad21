r"""
Another difference: less bad, because the terms become equal early
==================================================================

Section 4 of :cite:t:`Johnson2023` warns of differences in which infinity is subtracted from
infinity. How bad it gets depends on more than the two poles. Here the two terms become the same
double at a distance of a hundred-millionth, and the error stops growing there. One line repairs
this difference, and the one that is worse.
"""

from functools import cache

from removable import gamma_grid, plots, repair, truth
from removable.errors import PoleError
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# Both :math:`1/x` and :math:`1/\sin x` go to infinity at 0. Their difference :math:`s(x)` goes to
# 0, with slope -1/6.

x = torch.tensor(1e-8, dtype=torch.float64, requires_grad=True)
y = 1 / x - 1 / torch.sin(x)
y.backward()
print(f"PyTorch:    value {y.item()}, slope {x.grad.item()}")

x = tf.constant(1e-8, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = 1 / x - 1 / tf.sin(x)
print(f"TensorFlow: value {y.numpy()}, slope {tape.gradient(y, x).numpy()}")

# %%
# The other difference
# --------------------
# On :doc:`the page on differences <plot_difference>`, :math:`1/x` is subtracted from
# :math:`1/(e^x - 1)`. Here are both, closer and closer to 0. In the code :term:`xp` is the module
# that computes, and ``elementary(xp)`` is the one that has the
# :term:`elementary functions <elementary function>`.


def s(x, xp):
    """Subtract the inverse of the sine."""
    return 1 / x - 1 / xp.sin(x)


def s_common(x, xp):
    """Write s over one denominator, for exact arithmetic."""
    return (xp.sin(x) - x) / (x * xp.sin(x))


def d(x, xp):
    """Subtract the inverse of x from that of exp(x) - 1."""
    return 1 / elementary(xp).expm1(x) - 1 / x


def d_common(x, xp):
    """Write d over one denominator, for exact arithmetic."""
    g = elementary(xp).expm1(x)
    return (x - g) / (x * g)


try:
    truth.derivatives(s, [0.0], base=0.0)
except PoleError as error:
    refusal = str(error)
    print("exact arithmetic:", refusal)

few = [1e-2, 1e-5, 1e-7, 1e-8, 1e-9, 1e-12, 2e-16]
of_s = compare({"naive": s}, meant=s_common, gamma=few)
of_d = compare({"naive": d}, meant=d_common, gamma=few)
print("error of the slope, PyTorch")
print("x        1/x - 1/sin(x)   1/expm1(x) - 1/x")
for i, at in enumerate(few):
    errors = [each.error("naive", "torch", order=1)[i] for each in (of_s, of_d)]
    print("{:<9g}{:<17.2g}{:.2g}".format(at, *errors))

# %%
# Repair
# ------
# The package continues a program as it is typed, from a circle around 0 on which nothing is lost,
# to 0. The columns :term:`above 1e-3 to` and :term:`lost` say how far out a form is wrong, and how
# often it is not finite.


@cache
def repaired(program, xp):
    """Continue a program to 0, once for each framework."""
    return repair(lambda x: program(x, xp), at=0.0)


gamma = gamma_grid(201)
forms = {"naive": s, "repair": lambda x, xp: repaired(s, xp)(x)}
run = compare(forms, meant=s_common, gamma=gamma)
print(f"value\n{run.table(0)}\n\nslope\n{run.table(1)}")

cure = {"repair": lambda x, xp: repaired(d, xp)(x)}
other = compare(cure, meant=d_common, gamma=gamma)
print(f"\nslope of the other difference\n{other.table(1)}")

fig, axes = plots.errors(run, order=1, ylabel="error of the slope of $s$")
u = 2.0**-53
for ax in axes:
    ends = np.array([np.sqrt(u), 1.0])
    ax.plot(ends, u / ends**2, "--", lw=1, color=plots.LIGHT["ink"], label="_u/gamma^2")
    ax.annotate(r"$u/\gamma^2$", (1e-5, 1e-2), color=plots.LIGHT["ink"])
naive = max(run.worst("naive", name, 1) for name in run.versions)
right = max(run.worst("repair", name, 1) for name in run.versions)
plots.describe(
    fig,
    "Section 4, a second difference",
    f"""Error of the slope against the distance to the singular point, in both frameworks.
    It grows like 1e-16 over the square of the distance, down to a distance of about
    1e-8, and is at most {plots.at_most(naive, 2)}. Nearer to the singular point it does
    not grow. That of the repaired difference is at most {plots.at_most(right, 2)}.""",
    run,
    word=f"up to {plots.at_most(naive, 1)}",
)
plt.show()

# %%
# Why it stops
# ------------
# Each term is rounded, to a relative :math:`u = 2^{-53}`. As in any difference of two simple poles,
# that costs :math:`u/|x|` in the value and :math:`u/x^2` in the slope. But
#
# .. math::
#
#    \sin x = x \Bigl( 1 - \frac{x^2}{6} + \dots \Bigr) ,
#
# and 1 absorbs :math:`x^2/6` where :math:`|x|` is below about :math:`\sqrt{u}`, a
# hundred-millionth. There :math:`\sin x` and :math:`x` are the same double, both terms are equal,
# and what is left of them is 0. The two laws stop at that distance: the value is off by about
# :math:`\sqrt{u}` at most, and the slope by about 1. For :math:`e^x - 1 = x\,(1 + x/2 + \dots)` the
# second term is only absorbed where :math:`|x|` is below :math:`u`, and by then :math:`u/x^2` is as
# large as :math:`1/u`.
#
# .. code-block:: pycon
#
#    >>> f"{np.sqrt(u):.1e}", f"{1 / u:.1e}"
#    ('1.1e-08', '9.0e+15')
#    >>> tiny = (gamma > 0) & (gamma < 1e-9)
#    >>> naive = run.results["naive"]
#    >>> [np.unique(naive[name][1, tiny]).tolist() for name in ("torch", "tensorflow")]
#    [[0.0], [0.0]]
#    >>> [f"{result[1, gamma == 0].item():.6f}" for result in run.results["repair"].values()]
#    ['-0.166667', '-0.166667']
#
# .. admonition:: Take away
#    :class: note
#
#    - How bad a difference gets depends on where its two terms become the same double.
#    - An error of the slope that stays near 1 is no better than none: the slope is 0 in place of
#      -1/6.
#    - ``repair`` takes either difference as it is typed, without algebra.
#
#    **Exercise.** Where do the terms of :math:`1/x - 1/\tan x` become the same double? How large is
#    the largest error of the slope?
#
# Powers, logarithms and roots: :doc:`plot_other_operations`.
