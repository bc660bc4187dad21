r"""
A better slope, and nothing simplified: fused multiply-add
==========================================================

On many processors, when XLA has compiled it, the quotient of :cite:t:`Johnson2023` has the right value next to 2, and a slope
that is almost right. Nothing has been simplified: where two roundings were, there is one. Here the two effects are taken apart,
and what the compiler did is replayed with exact rational numbers, bit for bit.
"""

import platform
from dataclasses import replace

from removable import functions, plots
from removable.sweeps import widths
from removable.sweeps.forms import compare
from removable.systems import SUBJECTS, contraction, xla

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# :math:`h(x) = (x^2 - 4)/(x - 2)` at :math:`2 + 10^{-9}`: operation by operation, and compiled. The slope is 1.


def h(x):
    """Evaluate the quotient as it is written."""
    return (x * x - 4) / (x - 2)


def slope_torch(at):
    """Differentiate in PyTorch."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    h(x).backward()
    return x.grad.item()


def slope(x):
    """Differentiate in TensorFlow."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h(x)
    return tape.gradient(y, x)


at = 2 + 1e-9
slopes = {"PyTorch": slope_torch(at)}
x = tf.constant(at, dtype=tf.float64)
slopes["TensorFlow"] = slope(x).numpy().item()
slopes["TensorFlow, XLA"] = tf.function(slope, jit_compile=True)(x).numpy().item()
with jax.enable_x64(True):
    compiled = jax.jit(jax.grad(h)).lower(jnp.float64(at)).compile()
    slopes["JAX"] = jax.grad(h)(jnp.float64(at)).item()
    slopes["JAX, XLA"] = compiled(jnp.float64(at)).item()
    slopes["JAX, XLA, at 2"] = compiled(jnp.float64(2)).item()
for name, found in slopes.items():
    print(f"{name:<18}{found}")

# %%
# If the two slopes next to 2 that XLA made are close to 1 for you, and not to 2, your processor has a fused multiply-add.
#
# Not simplification
# ------------------
# At 2 itself the compiled slope is still NaN, and here is the program that XLA made. It divides twice.

code = xla.operations(compiled.as_text())
print(code)

# %%
# Nor does this program show any sign of the better result: a product, then a sum. What follows happens below it. A
# processor with a *fused multiply-add* has one instruction for :math:`ab + c`, which rounds the result once, and the code
# generator takes it wherever a product is used in one sum only. Compilers call that *contraction*.
#
# The proof
# ---------
# Rational numbers know no rounding. Let every operation of this program be carried out by them, and be rounded to a double where
# the processor rounds; where a product meets a sum, either twice or once. Two of the places matter:
#
# .. math::
#
#    f = x \cdot x - 4, \qquad
#    h'(x) = \bigl(-q \cdot f + x k\bigr) + x k,
#    \quad q = \frac{1}{(x - 2)^2}, \quad k = \frac{1}{x - 2} .

paper, *_ = SUBJECTS
gamma = paper.points(400) - 2
gamma = gamma[gamma != 0]
steps = {"rounded twice": contraction.rounded, "rounded once": contraction.fused}
replays = {name: contraction.replay(2 + gamma, step) for name, step in steps.items()}
runs = {
    "this processor": contraction.compiled(2 + gamma),
    "without the instruction": contraction.compiled(2 + gamma, isa=contraction.WITHOUT),
}


def same_bits(run):
    """Name the replay that has the same bits everywhere, in value and slope."""
    same = [name for name, replay in replays.items() if np.array_equal(replay, run)]
    return same[0] if same else "neither"


told = {name: same_bits(run) for name, run in runs.items()}
x86 = platform.machine() in ("x86_64", "AMD64")
with jax.enable_x64(True):  # a * a - a * a, half of it rounded before
    probe = jax.jit(lambda a, b, c: a * b - c)(0.1, 0.1, 0.1 * 0.1).item()
contracts = bool(probe)
print(f"XLA contracts on this processor: {'yes' if contracts else 'no'}")
print(f"{'JAX, compiled for':<26}in all {2 * gamma.size} results the bits of")
for name, replay in told.items():
    print(f"{name:<26}{replay}")

# %%
# The second run tells XLA to use no instruction set beyond AVX, the last of Intel's and AMD's without a fused multiply-add:
# ``XLA_FLAGS=--xla_cpu_max_isa=AVX``. XLA reads it once, so that run has a process of its own. TensorFlow's XLA obeys the same
# flag. Arm processors always have the instruction; they were not measured here.
#
# So what XLA did is known to the last bit: on this processor the one replay, without the instruction the other. What stands for
# XLA below comes from the two replays, and is the same on every machine.
#
# How much it is worth
# --------------------

run = compare(
    {"simplified": functions.h_hat, "not compiled": functions.h},
    meant=functions.h_hat,
    gamma=gamma,
    base=2.0,
    names=("torch", "tensorflow", "jax"),
)
more = {f"XLA, {name}": {"jax": replay} for name, replay in replays.items()}
run = replace(run, results=run.results | more)


def sampled(form, order, off):
    """Return the largest sampled |x - 2| at which a form is off by more than that."""
    rows = run.results[form]["jax"], run.meant
    return widths.zone_width(run.x, *(row[order] for row in rows), tolerance=off)


print(f"{'':<26}{'value':<22}slope")
print(f"{'in JAX':<26}{'off to *':<11}{'at most':<11}{'off to *':<11}at most")
for form in run.results:
    cells = [
        f"{sampled(form, order, off):<11.2e}{run.worst(form, 'jax', order):<11.1e}"
        for order, off in ((0, 1e-12), (1, 1e-3))
    ]
    print(f"{form:<26}{''.join(cells)}".rstrip())
print("* the largest sampled distance")

curves = {
    f"{version}, not compiled": ("not compiled", name)
    for name, version in run.versions.items()
    if name != "jax"
}
curves |= {f"{run.versions['jax']}, {form}": (form, "jax") for form in more}
curves["simplified"] = "simplified", "jax"
fig, axes = plots.row(["error of the value", "error of the slope"])
for order, ax in enumerate(axes):
    for k, ((role, marker), label) in enumerate(
        zip(plots.FORM_STYLE, curves, strict=False)
    ):
        level = np.maximum(run.error(*curves[label], order), 1e-17)
        style = {"color": plots.LIGHT[role], "label": label, "mec": plots.outline(role)}
        ax.loglog(np.abs(gamma), level, marker, ms=4, markevery=(3 * k, 15), **style)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plots.power_of_ten)
    ax.set_xlabel(r"$|\gamma|$")
axes[0].set_ylabel("absolute error")
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=2, frameon=False)
once = {k: run.worst("XLA, rounded once", "jax", k) for k in (0, 1)}
reach = [sampled(f"XLA, {name}", 1, 1e-3) for name in replays]
plots.describe(
    fig,
    "Fused multiply-add",
    f"""Errors against the distance from 2. Rounded once, the value is right to
    {plots.at_most(once[0], 2)} everywhere, as that of the simplified form. The slope is
    off by more than 0.001 out to a largest sampled distance of {reach[1]:.2g} instead
    of {reach[0]:.2g}, but still by up to {plots.at_most(once[1])}, where that of the
    simplified form has no error at all.""",
    run,
)
plt.show()

# %%
# Why
# ---
# Rounded twice, the error of :math:`x^2` is :math:`2^{-51}` or so, whatever is left after the subtraction of 4. Rounded once,
# what is left has the relative error :math:`u = 2^{-53}`, and division adds one more: the zone in which the value is bad is gone.
# The slope, though, is a sum of terms of the size :math:`4/\gamma`. Each carries an error of :math:`4u/|\gamma|`, which is 0.001
# at :math:`|\gamma| \approx 4 \cdot 10^{-13}`. No arithmetic takes that away, and 1/0 is still there. Only algebra would.
#
# .. code-block:: pycon
#
#    >>> code.count("divide"), [slopes[n] for n in ("PyTorch", "TensorFlow", "JAX, XLA, at 2")]
#    (2, [2.0, 2.0, nan])
#    >>> told["this processor"] == ("rounded once" if contracts else "rounded twice") or not x86
#    True
#    >>> told["without the instruction"] == "rounded twice" or not x86
#    True
#    >>> probe in (0, contraction.fused(0.1, 0.1, -(0.1 * 0.1)))
#    True
#    >>> gamma.size, [round(contraction.replay([at], step)[1].item(), 9) for step in steps.values()]
#    (745, [1.999999523, 0.999999762])
#    >>> [f"{sampled(f'XLA, {name}', 0, 1e-12):.0e}" for name in replays]
#    ['3e-04', '0e+00']
#    >>> [f"{value:.0e}" for value in reach]
#    ['6e-07', '4e-13']
#    >>> contraction.rounded(0.1, 0.1, -(0.1 * 0.1)), contraction.fused(0.1, 0.1, -(0.1 * 0.1)) != 0
#    (0.0, True)
#    >>> once[0] < 1e-15, once[1] == 1.0
#    (True, True)
#    >>> [run.worst("simplified", n, 1) for n in ("torch", "tensorflow", "jax")]
#    [0.0, 0.0, 0.0]
#
# .. note::
#
#    **Take away**
#
#    - A better number is no sign of simplification. Read the program, and try the singular point itself.
#    - Contraction depends on the processor and on flags. A slope that was right on one machine is 2 on another.
#    - It can also make things worse: ``a*b - a*b`` contracted is not 0 :cite:p:`XLA41579,JAX18507`.
#
#    **Exercise.** Type :math:`h` as ``(x - 2) * (x + 2) / (x - 2)``. Is there anything left to contract in the value, and in the
#    slope?
#
# The same compilers beside others: :doc:`plot_who_simplifies`. This was not measured on a GPU.
