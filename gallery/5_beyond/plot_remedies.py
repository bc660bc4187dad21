r"""
Remedies: what people do about 0/0, and what is left of three derivatives
=========================================================================

"There seems to be no good remedy for expression simplification in the popular software packages",
says :cite:t:`Johnson2023`. This page takes fifteen things that people do, and three remedies that
need no algebra: ``repair``, ``quotient`` and functions that are ready-made. Each is put on nine
quotients in PyTorch, TensorFlow and JAX, and is held against exact arithmetic up to the third
derivative.
"""

import inspect

from removable import plots
from removable.scoreboard import CASES, PATCHES, measure, prices, table
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The paper's :math:`h(x) = (x^2 - 4)/(x - 2)`, and the most common patch: ask for :math:`x = 2` and
# answer 4 there. In the code :term:`xp` is the module that computes.


def patched(x, xp):
    """Replace the value at the singular point."""
    return xp.where(x == 2, 4 * xp.ones_like(x), (x * x - 4) / (x - 2))


x = torch.tensor([2.0, 2 + 1e-9], dtype=torch.float64, requires_grad=True)
y = patched(x, torch)
(slope,) = torch.autograd.grad(y.sum(), x)
patch = {"PyTorch": ((y - (x + 2)).tolist(), slope.tolist())}

x = tf.constant([2.0, 2 + 1e-9], dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = patched(x, tf)
off = (y - (x + 2)).numpy().tolist()
patch["TensorFlow"] = (off, tape.gradient(y, x).numpy().tolist())
for title, ((at, beside), slopes) in patch.items():
    print(f"{title:<11}errors of the value {at}, {beside:.1g}  slopes {slopes}")

# %%
# The values are right to nine digits, and the slopes are not. At 2 it is NaN, since the branch that
# was not chosen is differentiated too, and its infinite slope is multiplied by 0. Next to 2 it is
# off by 1, as without a patch.
#
# What people do
# --------------
# Nine quotients, and eighteen rows for each. A row is a short function of the package: it takes the
# quotient and returns the program that somebody would type. *Epsilon*, *signed epsilon* and *clamp*
# change the denominator; the last two are the paper's :math:`h_1` and :math:`h_2`. *Where* fills in
# the limit, *double where* also keeps the other branch finite, and a *custom rule* does so for the
# derivative. *Sympy* is asked to simplify, *by hand* is what paper and pencil find. Here are three.

for name in ("clamp", "double where", "repair"):
    print(inspect.getsource(PATCHES[name].build))
print(*CASES, sep=", ")

# %%
# The scoreboard
# --------------
# Offsets from the point on all scales from 1e-20 to 1/2, on both sides, and the point itself. A
# pair is a quotient in a framework; it is right if value and derivatives are, to 1e4 times the
# rounding of the format: at the point, and next to it. Then come, for the value and each
# derivative, the largest finite error over all pairs, relative to the true one or to 1, and how
# many results are not finite. No patch is excused: where it is not offered, it has fewer pairs.

size = np.geomspace(1e-20, 0.5, 51)
gamma = np.concatenate([-size[::-1], [0.0], size])
score = {name: measure(patch, gamma=gamma) for name, patch in PATCHES.items()}
print(table(score))

# %%
# *Double where* is the textbook answer. Its value is right at the point, but the value that it
# fills in is a constant, and a constant has slope 0. Next to the point it is the :term:`naive`
# form. It has a NaN, too: in :math:`x/(e^x - 1)` the denominator is 0 long before :math:`x` is.
# *Divide no NaN* has none, and returns 0 where 4 is right. An epsilon trades the NaN for a wrong
# slope. More digits, in *float64 in float32*, move the zone inwards and leave the NaN. *Finite
# differences* have a few digits. The *complex step* takes no difference, but the program does, in
# :math:`x^2 - 4`, and so does complex division. *SymPy* finds the factor of the paper's function,
# and misses that of :math:`(\sqrt{1 + x} - 1)/x`, which takes the trick of multiplying by
# :math:`\sqrt{1 + x} + 1`; the other seven have none that an expression shows. :term:`XLA`
# contracts products and sums, which is no simplification.
#
# What it takes
# -------------
# The time for value and slope of a million points, as a ratio to the naive quotient in the same
# run, not compiled; the lines that somebody types; whether one has to know the singular point, and
# whether one has to work out a formula. The ratios are kept with the package, each with the stamp
# of its own measurement: a page that is to be the same whenever it is built cannot hold times.

print(prices(PATCHES))

# %%
# The second derivative of the paper's function, for some of the rows. An error of 0 is drawn at the
# bottom.

drawn = ("naive", "signed epsilon", "clamp", "repair")
case = CASES["(x*x - 4)/(x - 2)"]
forms = {form: PATCHES[form].build(case) for form in drawn}
run = compare(
    forms,
    meant=forms["naive"],
    base=case.at,
    gamma=gamma,
    names=("torch", "tensorflow", "jax"),
    order=2,
)
fig, axes = plots.errors(run, order=2, ylabel="error of the second derivative of $h$")
plots.describe(
    fig,
    "Remedies",
    f"""Error of the second derivative against the distance to the singular point.
    Naive: up to {run.worst("naive", "torch", 2):.1e}, and growing inwards. Clamp:
    {run.worst("clamp", "torch", 2):.1e} everywhere in its zone. Repair: at most
    {max(run.worst("repair", name, 2) for name in run.versions):.0e} in the three frameworks.""",
    run,
    word=f"{len(forms)} forms",
)
plt.show()

# %%
# Why the last three work
# -----------------------
# A quotient of two small numbers has lost its digits before it is divided: the rounding error of
# :math:`f` has the size of :math:`u = 2^{-53}`, and the division by :math:`x - r`, once more for
# each derivative, makes it :math:`u/|x - r|^{k+1}`. None of the patches brings these digits back.
# *Repair* does not use them: it evaluates the quotient on a circle around the point, where nothing
# is lost, and continues it inwards by its power series. *Quotient* has a mean of :math:`f'` instead
# of :math:`f`, and of :math:`g'` instead of :math:`g`, in which :math:`x - r` never was. The
# *primitives* are power series that somebody has worked out.
#
# .. code-block:: pycon
#
#    >>> [[f"{error:.1g}" for error in errors] + slopes for errors, slopes in patch.values()]
#    [['0', '-1e-09', nan, 2.0], ['0', '-1e-09', nan, 2.0]]
#    >>> beside = {name: score[name].right(at=False) for name in score}  # next to the point
#    >>> {name: beside[name] for name in ("where", "double where", "clamp")}
#    {'where': 0, 'double where': 0, 'clamp': 0}
#    >>> {name: beside[name] for name in ("by hand", "repair", "quotient", "primitives")}
#    {'by hand': 6, 'repair': 27, 'quotient': 27, 'primitives': 18}
#    >>> sum(score[name].lost(1) > 0 for name in score)  # rows with a NaN among their slopes
#    8
#
# .. admonition:: Take away
#    :class: note
#
#    - A patch at the point does not help next to it, and the derivatives are wrong further out than
#      the value.
#    - An epsilon hides the NaN. It does not make the slope right.
#    - Where algebra is at hand, cancel the factor on paper. Where it is not, ``repair(h, at=r)`` is
#      one line, for any h.
#
#    **Exercise.** Mend :math:`(1 - \cos x)/x^2`, whose denominator has a double zero. What has
#    ``repair`` to be told of it, and what ``quotient``?
#
# How to use it: :doc:`/beyond/remedies`. What the frameworks ship: :doc:`plot_sinc`.
