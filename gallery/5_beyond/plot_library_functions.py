r"""
Functions that the frameworks ship: which are wrong, and how far out
====================================================================

A hole need not be in code of your own. Twelve functions of PyTorch, TensorFlow and JAX are probed
where their formulas divide by zero, take the root of zero, or meet a tie. Two are right. Of the
others this page says which derivative is wrong, and how far from the point.
"""

from removable import frameworks, plots, probe

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The second derivative of :math:`\operatorname{sinc} x = \sin(\pi x)/(\pi x)` is
# :math:`-\pi^2/3`, about -3.29, at 0 and next to it.

x = torch.tensor(1e-9, dtype=torch.float64, requires_grad=True)
(slope,) = torch.autograd.grad(torch.sinc(x), x, create_graph=True)
(second_torch,) = torch.autograd.grad(slope, x)

x = tf.constant(1e-9, dtype=tf.float64)
with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = tf.experimental.numpy.sinc(x)
    slope = inner.gradient(y, x)
second_tensorflow = outer.gradient(slope, x)
print(f"PyTorch {second_torch.item()}, TensorFlow {second_tensorflow.numpy()}")

# %%
# One call
# --------
# :func:`removable.probe <removable.probing.probe.probe>` takes a function and a point. It takes the
# values of the function from further out, where they are right, and continues them to the point.

print(probe(torch.sinc, at=0.0))

# %%
# Twelve functions
# ----------------
# A length is squared, so that it is smooth. Bessel functions are judged on the right of 0. The
# point of a vector is a vector, of which one element moves.


def squared_length(norm):
    """Return the square of a length, which is a polynomial."""
    return lambda v: norm(v) ** 2


def tie(logaddexp):
    """Return log(exp(x) + exp(-x)), whose arguments are equal at 0."""
    return lambda x: logaddexp(x, -x)


def product(v):
    """Return the product of all elements, as the last of the cumulative ones."""
    return tf.math.cumprod(v)[-1]


one = {"torch": {"framework": "torch"}, "tensorflow": {"framework": "tensorflow"}}
one["jax"] = {"framework": "jax"}
cases = [
    ("torch", "sinc", torch.sinc, 0.0, {}),
    ("torch", "special.i0e", torch.special.i0e, 0.0, {"side": "right"}),
    (
        "torch",
        "linalg.norm, squared",
        squared_length(torch.linalg.norm),
        [0.0, 0.0],
        {"along": 0},
    ),
    ("torch", "logaddexp, a tie", tie(torch.logaddexp), 0.0, {}),
    ("tensorflow", "experimental.numpy.sinc", tf.experimental.numpy.sinc, 0.0, {}),
    ("tensorflow", "math.bessel_i1e", tf.math.bessel_i1e, 0.0, {"side": "right"}),
    ("tensorflow", "norm, squared", squared_length(tf.norm), [0.0, 0.0], {"along": 0}),
    ("tensorflow", "math.cumprod", product, [3.0, 0.0, 2.0], {"along": 1}),
    ("jax", "numpy.sinc", jnp.sinc, 0.0, {}),
    ("jax", "scipy.special.i0", jax.scipy.special.i0, 0.0, {"side": "right"}),
    ("jax", "scipy.special.spence", jax.scipy.special.spence, 1.0, {}),
    ("jax", "numpy.logaddexp, a tie", tie(jnp.logaddexp), 0.0, {}),
]
versions = frameworks.versions(["torch", "tensorflow", "jax"])
reports = {}
print(f"{'':<42}{'verdict':<10}{'value':<13}{'slope':<13}second derivative")
for framework, name, function, at, options in cases:
    report = probe(function, at=at, framework=framework, **options)
    reports[framework, name] = report
    cells = ""
    for order in report.orders:
        where = "at it" if order.right_at is False else ""
        where += f" {order.width:.0e}" if order.width else ""
        cells += f"{where.strip() or '-':<13}"
    print(f"{versions[framework] + ' ' + name:<42}{report.verdict:<10}{cells.rstrip()}")

# %%
# *At it* means wrong at the point itself; a number is the distance out to which the framework is
# wrong. Here are those distances; what is wrong at the point alone is at the far left.

looks = {
    1: ("slope", "meant", "o", 12),
    2: ("second derivative", "red", "D", 6),
}  # no value is wrong
fig, (ax,) = plots.row(["where a derivative is wrong"])
places = np.arange(len(reports))[::-1]
nearest = 1e-16
handles = {}
for k, (label, role, marker, size) in looks.items():
    style = plots.dots(role, marker, size=size)
    for framework, version in versions.items():
        width, place = [], []
        for (where, _), report, height in zip(
            reports, reports.values(), places, strict=True
        ):
            if where == framework and report.orders[k].is_wrong:
                width.append(max(report.orders[k].width, nearest))
                place.append(height)
        (markers,) = ax.semilogx(width, place, label=f"_{version}, {label}", **style)
    handles[label] = markers
ax.set_yticks(places, [f"{versions[key].split()[0]} {name}" for key, name in reports])
ax.set_xlabel("wrong out to this distance")
below = {"loc": "outside lower center", "ncols": 2, "frameon": False}
fig.legend(handles.values(), handles, **below)
unsound = [key for key, report in reports.items() if report.verdict == "unsound"]
widest = max(order.width for report in reports.values() for order in report.orders)
plots.describe(
    fig,
    "Functions of the frameworks",
    f"""Of {len(reports)} functions of PyTorch, TensorFlow and JAX {len(unsound)} have a wrong derivative at a
    delicate point. For each its distance from that point is drawn: from the point alone to
    {widest:.0e}, the outermost distance looked at, where JAX returns NaN for slopes of the dilogarithm.""",
    versions,
    word=f"{len(unsound)} of {len(reports)}",
)
plt.show()

# %%
# Why
# ---
# Each rule is right as mathematics and divides by what is 0. The slope of :math:`\|v\|` is
# :math:`v/\|v\|`. That of a product is the product over the element. ``i0`` of JAX multiplies
# :math:`e^{|x|}` by ``i0e``, and the kinks of both have to cancel. Which operation it is, with the
# line where it stands, is in ``report.cause``:

print(reports["torch", "linalg.norm, squared"].cause)
print(reports["jax", "scipy.special.i0"].cause)

# %%
# .. code-block:: pycon
#
#    >>> second_torch.item(), second_tensorflow.numpy().item()
#    (0.0, 0.0)
#    >>> slope_of_i0 = reports["jax", "scipy.special.i0"].orders[1]
#    >>> slope_of_i0.at, slope_of_i0.true
#    (1.0, 0.0)
#    >>> len(unsound), len(reports)
#    (10, 12)
#
# .. admonition:: Take away
#    :class: note
#
#    - A function of a library is right in its value at a hole, and often in its slope. The second
#      derivative is where patches end.
#    - A width is a sample: with other samples it is a little larger or smaller.
#
#    **Exercise.** Probe ``torch.cumprod`` at the same vector. Which order is right there?
#
# What to write instead: :doc:`/beyond/remedies`.
