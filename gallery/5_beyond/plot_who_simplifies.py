r"""
Who simplifies? Seven systems, eighteen modes, four quotients
=============================================================

"There seems to be no good remedy for expression simplification in the popular software packages", says section 1 of
:cite:t:`Johnson2023`, and names PyTorch, TensorFlow, Torch, Caffe, Theano and JAX. Some of them compile what they run. This page
asks every one of them, and SymPy beside them, whether it cancels the factor.
"""

import textwrap

from removable import plots, systems

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import pytensor
import pytensor.tensor as pt
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# Not the paper's quotient yet, but an easier one. It is :math:`x`, and the factor that makes it 0/0 at 2 is in plain sight. A
# compiler sees the whole expression before it runs anything.


def easy(x):
    """Evaluate x, with a factor that cancels."""
    return x * (x - 2) / (x - 2)


def in_pytorch(at):
    """Differentiate in PyTorch, operation by operation."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = easy(x)
    y.backward()
    return y.item(), x.grad.item()


@tf.function(jit_compile=True)
def both(x):
    """Differentiate in TensorFlow; XLA compiles it."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = easy(x)
    return y, tape.gradient(y, x)


def in_tensorflow(at):
    """Call the compiled function."""
    return tuple(result.numpy().item() for result in both(tf.constant(at, tf.float64)))


def in_jax(at):
    """Differentiate in JAX; XLA compiles it."""
    with jax.enable_x64(True):
        results = jax.jit(jax.value_and_grad(easy))(jnp.float64(at))
    return tuple(result.item() for result in results)


def in_pytensor(at):
    """Differentiate in PyTensor, which continues Theano; its graph is rewritten."""
    x = pt.dscalar("x")
    how = pytensor.compile.Mode(linker="py", optimizer="fast_run")
    compiled = pytensor.function([x], [easy(x), pytensor.grad(easy(x), x)], mode=how)
    with np.errstate(all="ignore"):
        return tuple(result.item() for result in compiled(at))


calls = {
    "PyTorch": in_pytorch,
    "TensorFlow, XLA": in_tensorflow,
    "JAX, XLA": in_jax,
    "PyTensor": in_pytensor,
}
easy_at = {name: call(2.0) for name, call in calls.items()}
for name, (value, slope) in easy_at.items():
    print(f"{name:<18}value {value:<6} slope {slope}")

# %%
# The value is 2 and the slope is 1. One system out of four finds the value, and none the slope.
#
# Every system, every mode, four quotients
# ----------------------------------------
# The paper's quotient, two whose factor is in plain sight, and :math:`\sin(x)/x`, in which no algebra finds one. *r* is the
# singular point. A slope is off where it differs from the true one by more than 0.001, or is not finite; *left* and *right* say how
# far out that happens on either side, to three digits. r itself has columns of its own, and the largest error is that of some 800
# points, all of whose distances are exact in binary. *Divisions left* are counted in the programs that remained after the
# optimiser: in the graph that Inductor makes code of, in TensorFlow's optimised graph, in XLA's optimised HLO, in PyTensor's
# ``dprint``, in SymPy's expression. A dash stands where operation after operation is run, and there is no program to optimise.
#
# Torch7 and Caffe are no longer developed, and not installed here. Their rows are *replayed*: NumPy carries out the rules that
# they published, in the order in which they stand there :cite:p:`Torch7nn,CaffeSource`. Neither has a sine, which is supplied.

made = systems.measure()
paper, easier, product, sine = made.subjects
print(made.table(paper))
for (system, mode), reason in made.absent.items():
    print(f"{system}, {mode}: {reason}")

# %%
# Two rows may stand apart here, those of XLA; :doc:`plot_fma` says on which processors and why. Nobody but SymPy, asked to
# simplify, has a value at 2.

print(made.table(easier))

# %%
# With the factor in plain sight the zones are a million times narrower. PyTensor has the value.

print(made.table(product))

# %%
# The same with the paper's factors, typed out. And the sine:

print(made.table(sine))

# %%
# What the optimisers did
# -----------------------
# The programs that remained of the value of :math:`x\,(x - 2)/(x - 2)`.

programs = {
    key: ran[easier].code[0] for key, ran in made.ran.items() if ran[easier].code
}
for (system, mode), program in programs.items():
    print(f"{system}, {mode}:")
    print(textwrap.indent(program, "    "))

# %%
# The optimisers are not idle. TensorFlow's graph and XLA have noticed that ``x - 2`` occurs twice, and compute it once: what is
# multiplied and divided by is one and the same node, and still it is not cancelled. PyTensor and SymPy cancel it.
#
# The figure shows the slopes, whose programs are longer: :doc:`/beyond/who-simplifies` prints some.

fig, axes = plots.zones(made)
right = [", ".join(key) for key in made.ran if not made.lost(key, paper)]
near = [k for k in made.ran if made.zone(k, paper) < 1e-9 and made.lost(k, paper)]
close = "".join(f"; {', '.join(key)}: {made.edges[key][paper]}" for key in near)
usual = made.edges["PyTorch", "eager"][paper]
plots.describe(
    fig,
    "Who simplifies",
    f"""How far from the singular point the slope is off by more than 0.001. On the
    paper's quotient all but {right[0]} give no finite slope at the point. Operation by
    operation the slope is off out to {usual}{close}. With the factor in plain sight
    only SymPy, and PyTensor when it rewrites before it differentiates, are right
    everywhere; the others are wrong at the point, and off around it out to
    {plots.at_most(max(made.zone(key, easier) for key in made.ran))} at most.""",
    made,
)
plt.show()

# %%
# Why
# ---
# *Eager* modes, Torch7 and Caffe have nothing to simplify. When a rule of differentiation is applied, only numbers are left.
# *Compilers* have the expression. To cancel would change a result: :math:`x\,(x-2)/(x-2)` is NaN at 2, and :math:`x` is not.
# (They do have rules that change results, and :doc:`plot_rewrites` measures those. None is for a common factor.)
# *PyTensor* takes that liberty. But it differentiates what was typed, and the slope of a quotient is a sum of fractions,
#
# .. math::
#
#    1 + \frac{x}{x - 2} - \frac{x}{x - 2},
#
# of which its rewriting cancels within each term and not between them. To rewrite first and to differentiate then is right, and
# has to be asked for. *The paper's quotient* is beyond it too: to find :math:`x - 2` in :math:`x^2 - 4`, one has to factorise.
#
# Two observations besides. Where the factor is in plain sight, the numerator is a small product and loses no digits: the
# zone of the slope is narrow without any simplification. And rewriting is not always for the better: XLA
# turns :math:`f/g/g` into :math:`f/g^2`. That is right in algebra, and one rounding of another kind; :math:`\sin(x)/x`, whose
# slope TensorFlow's eager mode has everywhere but at 0, is off out to 1e-13 when XLA has compiled it.
#
# .. code-block:: pycon
#
#    >>> [easy_at[name] for name in ("PyTorch", "TensorFlow, XLA", "JAX, XLA", "PyTensor")]
#    [(nan, nan), (nan, nan), (nan, nan), (2.0, nan)]
#    >>> len(systems.NAMES), len(made.ran) + len(made.absent), len(made.subjects)
#    (7, 18, 4)
#    >>> in_pytorch(3.0), in_tensorflow(3.0), in_jax(3.0), in_pytensor(3.0)
#    ((3.0, 1.0), (3.0, 1.0), (3.0, 1.0), (3.0, 1.0))
#    >>> [key for key in made.ran if not made.lost(key, paper)]  # finite at 2
#    [('SymPy', 'simplify')]
#    >>> [key for key in made.ran if not made.lost(key, easier) or not made.lost(key, product)]
#    [('PyTensor', 'rewritten, then grad'), ('SymPy', 'as typed'), ('SymPy', 'simplify')]
#    >>> {system for system, mode in made.ran if not made.lost((system, mode), easier, order=0)} == {"PyTensor", "SymPy"}
#    True
#    >>> [key for key in made.ran if not made.lost(key, sine)]
#    []
#    >>> compilers = [key for key, ran in made.ran.items() if ran[paper].divisions and key[0] not in ("PyTensor", "SymPy")]
#    >>> all(made.ran[key][title].divisions[0] == 1 for key in compilers for title in made.subjects)
#    True
#    >>> programs["SymPy", "as typed"], programs["TensorFlow", "tf.function"].splitlines()[-1]
#    ('x', 'truediv = RealDiv(mul, sub)')
#    >>> eager = [(name, "eager") for name in ("PyTorch", "TensorFlow", "JAX")]
#    >>> [str(made.edges[key][paper]) for key in eager]
#    ['4.71e-07 left, 6.66e-07 right', '4.71e-07 left, 6.66e-07 right', '4.71e-07 left, 6.66e-07 right']
#    >>> [made.zone(key, paper) > 1e6 * made.zone(key, title) for key in eager for title in (easier, product)]
#    [True, True, True, True, True, True]
#    >>> [1 <= made.largest(key, paper) < 4 / 3 for key in eager]
#    [True, True, True]
#    >>> [f"{made.zone(('TensorFlow', mode), sine):.0e}" for mode in ("eager", "jit_compile=True")]
#    ['0e+00', '1e-13']
#
# .. note::
#
#    **Take away**
#
#    - The sentence holds for PyTorch, TensorFlow, JAX, Torch7 and Caffe, in every mode: the division stays, and so does the NaN.
#    - It holds for Theano's successor in the paper's example. Where the factor is in plain sight the value is simplified; the
#      slope is, if you rewrite before you differentiate.
#    - A system for algebra simplifies all that algebra can. :math:`\sin(x)/x` needs analysis.
#
#    **Exercise.** Type :math:`((x - 2) + 4)\,(x - 2)/(x - 2)`. Which of the rows are right now?
#
# What to do instead of waiting for a compiler: :doc:`/beyond/remedies`. None of this was measured on a GPU.
