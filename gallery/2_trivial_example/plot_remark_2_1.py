r"""
Remark 2.1: what a higher power changes
=======================================

Remark 2.1 of :cite:t:`Johnson2023` says that :math:`x^3 - 8` "underflows" in a wider interval than :math:`x^2 - 4`, and higher
powers in a wider one still. That depends on what underflows. The highest power of :math:`\gamma` is lost in a much wider
interval. The interval in which the value is flat, which is what Figure 1 calls underflow, becomes narrower, and so does the one
in which the *slope* is wrong by a given share of itself.
"""

from functools import partial
from types import SimpleNamespace

from removable import frameworks, functions, plots
from removable.claims.rationals import power as rounded_power
from removable.sweeps import widths

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The quotient :math:`(x^n - 2^n)/(x - 2)` for the powers :math:`n = 2, 3, 8`, a millionth to the right of 2. Its slope there
# should be that of the simplified quotient, close to :math:`n(n-1)\,2^{n-3}`: 1, 6 and 1792.

print("power  PyTorch       TensorFlow    truth")
for n in (2, 3, 8):
    h_n = partial(functions.h_power, power=n)

    x = torch.tensor(2 + 1e-6, dtype=torch.float64, requires_grad=True)
    h_n(x, torch).backward()
    slope_torch = x.grad.item()

    x = tf.constant(2 + 1e-6, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h_n(x, tf)
    slope_tensorflow = tape.gradient(y, x).numpy().item()

    terms = (k * 2.0 ** (n - 1 - k) * (2 + 1e-6) ** (k - 1) for k in range(1, n))
    true = sum(terms)
    print(f"{n}      {slope_torch:<13.6f} {slope_tensorflow:<13.6f} {true:.6f}")

# %%
#
# .. code-block:: pycon
#
#    >>> slope_torch == slope_tensorflow
#    True
#    >>> f"{slope_torch:.4f} instead of {true:.4f}"
#    '1791.9598 instead of 1792.0036'
#
# Three intervals
# ---------------
# For each power, how far out from 2, on either side:
#
# - the highest power of :math:`\gamma` is absorbed: rounding :math:`x^n` and rounding :math:`x^n - \gamma^n` give the same double,
#   both from whole numbers without any other rounding;
# - the value is flat: :math:`x^n` evaluates to its tangent :math:`2^n + n\,2^{n-1}\gamma`, and the quotient to
#   :math:`n\,2^{n-1}`. That is Figure 1's yellow region. It is measured for a power that is rounded once, and in the frameworks,
#   where it is multiplied up;
# - the backpropagated slope is off by more than 0.1 % of its true size.
#
# One search, :func:`removable.sweeps.widths.edges`, finds all of them to three digits.

powers = range(2, 9)
names = ("torch", "tensorflow")
adapters = {name: frameworks.get(name) for name in names}


def outermost(holds):
    """Find how far out something holds, on either side of 2."""
    return widths.edges(lambda x: np.where(holds(x), np.nan, 0.0), np.zeros_like)


def absorbed(x, n):
    """Tell where the highest power leaves no trace."""
    return rounded_power(x, n) == rounded_power(x, n, without_last=True)


def on_tangent(x, n):
    """Tell where the power, rounded once, is its tangent."""
    return rounded_power(x, n) - 2.0**n == n * 2.0 ** (n - 1) * (x - 2)


def true_slope(x, n):
    """Sum the slope of the simplified quotient: its terms are positive."""
    return sum(k * 2.0 ** (n - 1 - k) * x ** (k - 1) for k in range(1, n))


columns = {
    "absorbed": [outermost(partial(absorbed, n=n)) for n in powers],
    "flat": [outermost(partial(on_tangent, n=n)) for n in powers],
}
for name, adapter in adapters.items():
    for n in powers:
        results = partial(adapter.derivatives, partial(functions.h_power, power=n))
        flat = outermost(lambda x, r=results, n=n: r(x)[0] == n * 2.0 ** (n - 1))
        columns.setdefault(f"flat, {name}", []).append(flat)
        wrong = widths.edges(
            lambda x, r=results: r(x)[1], partial(true_slope, n=n), relative=True
        )
        columns.setdefault(f"slope, {name}", []).append(wrong)

for side in ("left", "right"):
    print(f"out to |gamma|, {side} of 2")
    print(
        "       highest power  value flat:                        slope off by 0.1 %:"
    )
    print(
        "power  absorbed       rounded once  PyTorch  TensorFlow   PyTorch  TensorFlow"
    )
    order = ("absorbed", "flat", "flat, torch", "flat, tensorflow")
    for i, n in enumerate(powers):
        cells = [
            f"{getattr(columns[c][i], side):.3g}"
            for c in (*order, "slope, torch", "slope, tensorflow")
        ]
        print(f"{n:<7}" + "{:<15}{:<14}{:<9}{:<13}{:<9}{}".format(*cells))

# %%
# The first column grows by six orders of magnitude. All others shrink.

right = {title: [edge.right for edge in found] for title, found in columns.items()}
shown = SimpleNamespace(
    versions={name: f"{a.title} {a.version}" for name, a in adapters.items()}
)
fig, axes = plots.side_by_side(shown)
for ax, name in zip(axes, names, strict=True):
    for title, marker, role, label in (
        ("absorbed", "s", "meant", "highest power absorbed"),
        (f"slope, {name}", "X", "red", "slope off by 0.1 %"),
        (f"flat, {name}", "o", "yellow", "value flat"),
    ):
        ax.semilogy(powers, right[title], marker, color=plots.LIGHT[role], label=label)
    ax.set_xlabel("power $n$")
axes[0].set_ylabel(r"out to $\gamma$, right of 2")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
fig.legend(
    *axes[0].get_legend_handles_labels(),
    loc="outside lower center",
    ncols=3,
    frameon=False,
    fontsize="small",
)
ends = {title: f"{reach[0]:.3g} to {reach[-1]:.3g}" for title, reach in right.items()}
plots.describe(
    fig,
    "Remark 2.1",
    f"""Right of 2, from power 2 to power 8, the interval in which the highest power is
    absorbed grows from {ends["absorbed"]}. The interval in which the value is flat
    shrinks from {ends["flat, torch"]}, and the one in which the slope is off by more
    than 0.1 % shrinks from {ends["slope, torch"]}.""",
    shown,
)
plt.show()

# %%
# Why the laws differ
# -------------------
# The highest power :math:`\gamma^n` is absorbed by :math:`2^n` when it is below half a spacing of the doubles there, about
# :math:`|\gamma| < 2^{1 - 53/n}`. But neither the value nor the slope lives on :math:`\gamma^n`. What bends :math:`x^n` away from
# its tangent is the *second* power, :math:`\tfrac{1}{2} n (n-1)\, 2^{n-2} \gamma^2`, and its factor grows faster with :math:`n`
# than the spacing does. Rounded once, it is lost right of 2 for
#
# .. math::
#
#    \gamma \le \sqrt{\frac{2^{-50}}{n (n - 1)}} , \qquad\text{and multiplied up, for}\qquad
#    \gamma \le \sqrt{\frac{2^{-51}}{n - 1}} ,
#
# since each product loses its own part of it, and the last part is the largest. The interval of the slope is wider than
# the flat one, by the root of a thousand, and shrinks as it does.
#
# .. code-block:: pycon
#
#    >>> n = np.array(powers)
#    >>> def meets(title, law):
#    ...     return bool(np.all(np.abs(right[title] / law - 1) < 0.01))
#    >>> bool(np.all(np.abs(np.log2(right["absorbed"] / 2 ** (1 - 53 / n))) < 1))
#    True
#    >>> meets("flat", np.sqrt(2.0**-50 / n / (n - 1)))
#    True
#    >>> [meets(f"flat, {name}", np.sqrt(2.0**-51 / (n - 1))) for name in names]
#    [True, True]
#    >>> [meets(f"slope, {name}", np.sqrt(2.0**-51 / (n - 1) / 1e-3)) for name in names]
#    [True, True]
#    >>> from removable import truth
#    >>> points = np.array([1.5, 2 + 1e-7, 2.5])
#    >>> true = truth.derivatives(partial(functions.h_power_hat, power=8), points, base=0.0)[1]
#    >>> bool(np.all(np.abs(true_slope(points, 8) / true - 1) < 1e-15))
#    True
#
# More NaNs
# ---------
# "The width of the domain where the denominator leads to NaNs can likewise be increased." A zero of higher order does it,
# when it is written out: :math:`(x-2)^m` in powers of :math:`x`, over which the numerator :math:`(x-2)^{m+1}`, written out
# too, should leave :math:`x - 2`. With a simple zero there is one NaN, at 2 itself.

nan_zone = {}
for m in (1, 2, 3):
    above, below = (np.poly(np.full(k, 2.0)).tolist() for k in (m + 1, m))

    def quotient(x, xp, above=above, below=below):
        """Divide two polynomials, each by Horner's rule."""
        y, z = x * 0, x * 0
        for c in above:
            y = y * x + c
        for c in below:
            z = z * x + c
        return y / z

    for name, adapter in adapters.items():
        reach = outermost(
            lambda x, a=adapter: ~np.isfinite(a.derivatives(quotient, x, order=0)[0])
        )
        nan_zone.setdefault(name, []).append(reach)
    found = " and ".join(str(nan_zone[name][-1]) for name in names)
    print(f"zero of order {m}: no finite value out to {found}")

# %%
#
# .. code-block:: pycon
#
#    >>> nan_zone["torch"] == nan_zone["tensorflow"], quotient(5.0, np)  # the last is x - 2, too
#    (True, 3.0)
#    >>> simple, double, triple = nan_zone["torch"]
#    >>> simple.outer == 0 < min(double.left, double.right) < double.outer < min(triple.left, triple.right)
#    True
#
# .. note::
#
#    **Take away**
#
#    - The highest power is lost in a wider interval, and NaNs can be spread. The intervals of a flat value and of a relative
#      error of the slope shrink.
#    - Both are set by the *second* power: relative to the slope, the eighth power is better off than the second.
#
#    **Exercise.** Measure the interval for the *second* derivative. Which power carries it?
