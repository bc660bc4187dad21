r"""
What does get rewritten? Twelve patterns, a factor, and a remedy undone
=======================================================================

No optimiser cancels a common factor (:doc:`plot_who_simplifies`). They know other rules of algebra.
Some of these mend a value that rounding, or an overflow, has spoiled; few mend its slope; and they
take a careful formula apart, too.
"""

from removable import frameworks, plots
from removable.systems import rewrites

import matplotlib.pyplot as plt
import tensorflow as tf

# %%
# The wrong number first
# ----------------------
# :math:`(e^x - 1)/x` is 1 at 0, with slope 1/2. As typed it loses all digits next to 0. The second
# form below is Kahan's: what is divided has the same rounding error as what it is divided by, and
# the two cancel. Both in TensorFlow: :term:`operation by operation`, as a graph, and compiled by
# :term:`XLA`.


def typed(x):
    """Evaluate the quotient as one would type it."""
    return (tf.exp(x) - 1) / x


def careful(x):
    """Evaluate Kahan's form of it."""
    u = tf.exp(x)
    return (u - 1) / tf.math.log(u)


def both(f):
    """Return a function that returns value and slope."""

    def value_and_slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return y, tape.gradient(y, x)

    return value_and_slope


ways = {
    "eager": lambda f: f,
    "tf.function": tf.function,
    "XLA": lambda f: tf.function(f, jit_compile=True),
}
near_0 = {}
for f in (typed, careful):
    for name, way in ways.items():
        y, dy = way(both(f))(tf.constant(1e-15, tf.float64))
        value = y.numpy().item()
        slope = dy.numpy().item()
        near_0[f.__name__, name] = value
        print(f"{f.__name__:<9}{name:<13} value {value:<20} slope {slope}")

# %%
# The graph mends the value of the first form, and breaks both numbers of the second. XLA mends
# nothing, and the careful form comes out as wrong as the careless one.
#
# All patterns, all modes
# -----------------------
# *At the point* is 0 for the quotients, and a point of overflow for the others. *Beside it* are 40
# points on each side; a result that is not finite counts as an infinite error. Only modes whose
# error is another than in the :term:`eager` mode have a line. In the code :term:`xp` is the module
# that computes.

made = rewrites.measure()
print(made.table())
for (system, mode), reason in made.absent.items():
    print(f"{system}, {mode}: {reason}")


def factor(x, xp):
    """Evaluate x, with a factor that cancels: the last line of the table."""
    return x * (x - 2) / (x - 2)


at_2 = {}
for name in ("torch", "tensorflow"):
    at_2[name] = frameworks.get(name).derivatives(factor, [2.0])[:, 0].tolist()

# %%
# What they were rewritten to
# ---------------------------
# The optimised programs of these values, as one expression each.

for system in made.versions:
    for row in made.changed(system):
        where = f"{system}, {row.mode}"
        print(f"{row.title:<28}{where:<30}{row.program}")

# %%
# The lines in the figure are the patterns. A result that is not finite stands on the right edge, an
# error of 0 on the left one.

fig, axes = plots.patterns(made)
mended = set()
with_slope = set()
worse = set()
for system in made.versions:
    for row in made.changed(system):
        value, slope = row.effect
        if value == "right":
            mended.add(row.title)
        if value == slope == "right":
            with_slope.add(row.title)
        if value == "worse":
            worse.add(row.title)
plots.describe(
    fig,
    "What does get rewritten",
    f"""Largest errors of value and slope of {len(made.true) - 1} patterns and a common factor,
    operation by operation and in four optimised modes. {len(mended)} values are right in some mode
    and not in the eager one, and {len(with_slope)} of these slopes. {len(worse)} values
    are worse, those of the careful forms. The common factor, the last line, is
    the same everywhere.""",
    made,
    word=f"{len(mended)} of {len(made.true) - 1}",
)
plt.show()

# %%
# Why
# ---
# The rules match *patterns*, of two or three operations, and are there for speed. ``log(exp(x))``
# is one of them in XLA, and ``exp(x) - 1`` in TensorFlow's graphs. PyTorch's compiler has one, too:
# what is multiplied by the integer 0 is 0. *A slope is another program.* Its operations are others,
# and the pattern may not be among them. *A rule sees one part of a fraction*, and Kahan's two
# roundings no longer cancel. ``((x + 1) - 1)/x`` shows best what is missing: the constants are
# gone, ``x/x`` is left, and that is where it ends.
#
# .. code-block:: pycon
#
#    >>> [f"{near_0['careful', name]:.3f}" for name in ways]
#    ['1.000', '0.901', '1.110']
#    >>> made.row("((x + 1) - 1)/x", "TensorFlow", "tf.function").program
#    'RealDiv(x, x)'
#    >>> at_2["torch"], at_2["tensorflow"]
#    ([nan, nan], [nan, nan])
#    >>> sorted(mended - with_slope)  # right in value only
#    ['(exp(x) - 1)/x', '0*(1/x)', 'exp(x)**3 * exp(-3*x)', 'exp(x)/exp(x - 1)',
#     'log(1 + x)/x', 'log(x**2.5)']
#    >>> made.row("exp(x)**3 * exp(-3*x)", "JAX", "jit").at  # the function is 1
#    (1.0, -3.0)
#
# .. admonition:: Take away
#    :class: note
#
#    - What is cancelled is a pattern that somebody has written down, never a factor.
#    - A better value says nothing about its slope, and a slope that is no longer NaN can be wrong.
#    - A formula that relies on its roundings has to be kept from optimisers. Test it compiled.
#
#    **Exercise.** Which forms stay right with ``tf.math.expm1(x)/x``? What is its slope at 1e-15?
#
# What does not depend on any rule: :doc:`/beyond/remedies`. None of this was measured on a GPU.
