r"""
Remedies: six patches for a quotient, and what is left of three derivatives
===========================================================================

"There seems to be no good remedy for expression simplification in the popular software packages", says
:cite:t:`Johnson2023`. This page takes six patches that people use, and two remedies that cancel the common factor without any
algebra. Each is put on the same functions in PyTorch, TensorFlow and JAX, and is held against exact arithmetic up to the third
derivative.
"""

from dataclasses import replace

from removable import plots, quotient
from removable.forms import compare
from removable.functions import elementary

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The paper's :math:`h(x) = (x^2 - 4)/(x - 2)`, and the most common patch: ask for :math:`x = 2` and answer 4 there.


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
# The values are right to nine digits, and the slopes are not. At 2 it is NaN, since the branch that was not chosen is
# differentiated too, and its infinite slope is multiplied by 0. Next to 2 it is off by 1, as without a patch.
#
# The remedies
# ------------
# Each takes numerator :math:`f`, denominator :math:`g`, the point :math:`r` and the limit there, as far as it needs them. *Double
# where* keeps both branches finite. *Divide no NaN* is the function that TensorFlow has for this. *Epsilon*, *signed epsilon*
# and *clamp* change the denominator; the last two are the paper's :math:`h_1` and :math:`h_2`.


def naive(f, g, r, limit):
    """Divide."""
    return lambda x, xp: f(x, xp) / g(x, xp)


def where(f, g, r, limit):
    """Put the limit in the place of the quotient."""
    return lambda x, xp: xp.where(x == r, limit * xp.ones_like(x), f(x, xp) / g(x, xp))


def double_where(f, g, r, limit):
    """Divide by something harmless where the limit is put in."""

    def form(x, xp):
        safe = xp.where(x == r, xp.ones_like(x) * (r + 1), x)
        return xp.where(x == r, limit * xp.ones_like(x), f(safe, xp) / g(safe, xp))

    return form


def divide_no_nan(f, g, r, limit):
    """Divide, and return 0 where the denominator is 0."""

    def form(x, xp):
        top, bottom = f(x, xp), g(x, xp)
        if xp is tf:
            return tf.math.divide_no_nan(top, bottom)
        safe = xp.where(bottom == 0, xp.ones_like(x), bottom)
        return xp.where(bottom == 0, xp.zeros_like(x), top / safe)

    return form


def epsilon(f, g, r, limit):
    """Add a small number to the denominator."""
    return lambda x, xp: f(x, xp) / (g(x, xp) + 1e-8)


def signed_epsilon(f, g, r, limit):
    """Move the denominator away from 0, within 1e-4 of it."""

    def form(x, xp):
        bottom = g(x, xp)
        away = xp.where(bottom >= 0, bottom + 1e-8, bottom - 1e-8)
        return f(x, xp) / xp.where(xp.abs(bottom) < 1e-4, away, bottom)

    return form


def clamp(f, g, r, limit):
    """Keep the denominator at least 1e-4 from 0."""

    def form(x, xp):
        bottom, least = g(x, xp), 1e-4 * xp.ones_like(x)
        signed = xp.where(bottom >= 0, least, -least)
        return f(x, xp) / xp.where(xp.abs(bottom) < 1e-4, signed, bottom)

    return form


# %%
# The last two are the package's. By Hadamard's lemma :math:`f(x) = (x - r)\,F(x)` with
# :math:`F(x) = \int_0^1 f'(r + s\,(x - r))\,ds`, so that :math:`f/g = F/G`, and the common factor is gone before anything is
# evaluated. The framework differentiates :math:`f`, and eight nodes of Gauss take the mean. The engine *series* uses the
# Taylor polynomial of the quotient instead, whose coefficients exact arithmetic has computed.


def mended(engine):
    """Let the package divide."""

    def remedy(f, g, r, limit):
        removed = quotient(f, g, at=r, engine=engine)
        return lambda x, xp: removed(x)

    return remedy


plain = naive, where, double_where, divide_no_nan, epsilon, signed_epsilon, clamp
remedies = {remedy.__name__.replace("_", " "): remedy for remedy in plain}
remedies |= {engine: mended(engine) for engine in ("integral", "series")}
functions = {
    "(x*x - 4)/(x - 2)": (lambda x, xp: x * x - 4, lambda x, xp: x - 2, 2.0, 4.0),
    "sin(x)/x": (lambda x, xp: xp.sin(x), lambda x, xp: x, 0.0, 1.0),
    "expm1(x)/x": (lambda x, xp: elementary(xp).expm1(x), lambda x, xp: x, 0.0, 1.0),
    "x/(exp(x) - 1)": (lambda x, xp: x, lambda x, xp: xp.exp(x) - 1, 0.0, 1.0),
    "log1p(x)/x": (lambda x, xp: elementary(xp).log1p(x), lambda x, xp: x, 0.0, 1.0),
    "tanh(x)/x": (lambda x, xp: xp.tanh(x), lambda x, xp: x, 0.0, 1.0),
    "x/tanh(x)": (lambda x, xp: x, lambda x, xp: xp.tanh(x), 0.0, 1.0),
    "sin(x)/tanh(x)": (lambda x, xp: xp.sin(x), lambda x, xp: xp.tanh(x), 0.0, 1.0),
}

# %%
# The scoreboard
# --------------
# Offsets from the point on all scales from 1e-20 to 1/2, on both sides, and the point itself. A number is the worst error
# over them, of the value and of the first three derivatives, relative to the true one or to 1; "NaN" stands for any result that
# is not finite. Of all functions and all three frameworks, the worst counts.

names = ("torch", "tensorflow", "jax")
size = np.geomspace(1e-20, 0.5, 103)
gamma = np.concatenate([-size[::-1], [0.0], size])
runs = {}
for title, parts in functions.items():
    forms = {name: remedy(*parts) for name, remedy in remedies.items()}
    common = {"meant": naive(*parts), "base": parts[2], "gamma": gamma}
    runs[title] = compare(forms, names=names, order=3, **common)


def worst(title, form, order, n):
    """Return the largest relative error; infinite where a result is not finite."""
    true = np.maximum(1.0, np.abs(runs[title].meant[order]))
    return float((runs[title].error(form, n, order) / true).max())


score, row = {}, "{:<17}{:<10}{:<10}{:<10}{}"
print(row.format("", "value", "1st", "2nd", "3rd"))
for form in remedies:
    every = [[worst(t, form, k, n) for t in functions for n in names] for k in range(4)]
    score[form] = [max(errors) for errors in every]
    shown = ["NaN" if v == np.inf else f"{v:.1e}" for v in score[form]]
    print(row.format(form, *shown))

# %%
# *Double where* is the textbook answer, and it is right at the point. Next to the point it is the naive form. It has a NaN,
# too: in :math:`x/(e^x - 1)` the denominator is 0 long before :math:`x` is. *Divide no NaN* has none, and returns 0 where 4 is
# right. The forms with an epsilon trade the NaN for a wrong slope. The figure shows the second derivative of the paper's
# function for some of them. An error of 0 is drawn at the bottom.

drawn = ("naive", "signed epsilon", "clamp", "integral")
run = runs["(x*x - 4)/(x - 2)"]
part = replace(run, results={form: run.results[form] for form in drawn})
fig, axes = plots.errors(part, order=2, ylabel="error of the second derivative of $h$")
plots.describe(
    fig,
    "Remedies",
    f"""Error of the second derivative against the distance to the singular point.
    Naive: up to {run.worst("naive", "torch", 2):.1e}, and growing inwards. Clamp:
    {run.worst("clamp", "torch", 2):.1e} everywhere in its zone. The integral has no error at all in
    any of the three frameworks.""",
    run,
)
plt.show()

# %%
# Why the last two work
# ---------------------
# A quotient of two small numbers has lost its digits before it is divided: the rounding error of :math:`f` has the size of
# :math:`u = 2^{-53}`, and the division by :math:`x - r`, once more for each derivative, makes it :math:`u/|x - r|^{k+1}`.
# None of the patches brings these digits back. Hadamard's :math:`F` never had :math:`x - r` in it. It is a mean of
# :math:`f'` with positive weights, and its derivatives are means of :math:`f''`, :math:`f'''` and so on.
#
# .. code-block:: pycon
#
#    >>> [max(score[form]) < 1e-13 for form in ("integral", "series")]
#    [True, True]
#    >>> [max(score[form][1:]) > 1 for form in remedies if form not in ("integral", "series")]
#    [True, True, True, True, True, True, True]
#    >>> sum(not np.isfinite(score[form][1]) for form in remedies)
#    3
#    >>> [worst("(x*x - 4)/(x - 2)", "integral", k, n) for n in names for k in (1, 2, 3)]
#    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
#    >>> score["divide no nan"][0], round(score["clamp"][0], 6)
#    (1.0, 1.0)
#    >>> [[f"{error:.1g}" for error in errors] + slopes for errors, slopes in patch.values()]
#    [['0', '-1e-09', nan, 2.0], ['0', '-1e-09', nan, 2.0]]
#    >>> zone = (gamma != 0) & (np.abs(gamma) < 1e-4)
#    >>> all(np.allclose(run.error("clamp", n, 2)[zone], 2e4) for n in names)
#    True
#    >>> all(run.error("double where", n, 0)[gamma == 0] < 1e-15 for run in runs.values() for n in names)
#    True
#
# .. note::
#
#    **Take away**
#
#    - A patch at the point does not help next to it, and the derivatives are wrong further out than the value.
#    - An epsilon hides the NaN. It does not make the slope right.
#    - Cancel the factor first. Where algebra is at hand, do it on paper; where it is not, ``quotient(f, g, at=r)`` does it.
#
#    **Exercise.** Mend :math:`(1 - \cos x)/x^2`, whose denominator has a double zero. What does ``quotient`` say if you forget
#    ``order=2``?
#
# How to use it: :doc:`/beyond/remedies`.
