r"""
An inverse problem: a ball thrown faster than light
===================================================

An optimiser looks for the launch velocity and the air drag of a ball, from the track that a camera
saw. It starts at no drag, a removable singularity of the textbook's formula, and ends at a ball
that outruns light. Section 4 of :cite:t:`Johnson2023` asks what a derivative that blows up does
"when solving inverse/control problems".
"""

from functools import partial

from removable import plots
from removable.problems import ball
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The ball leaves at :math:`(u, v)`, in m/s, and drag :math:`k`, in 1/s, slows it; the formula, the
# track and the first guess are those of :doc:`plot_inverse_gradient`. An optimiser needs the
# Jacobian, the slopes of all misfits with respect to :math:`u`, :math:`v` and :math:`k`.


def model_torch(form):
    """Make a function of (u, v, k) that returns all misfits and their Jacobian."""
    at, seen = torch.tensor(ball.TIMES), torch.tensor(ball.track())

    def misfits(p):
        return (torch.stack([*form(*p, at, torch)]) - seen).flatten()

    jacobian = partial(torch.autograd.functional.jacobian, misfits, vectorize=True)
    return lambda p: [f(torch.tensor(p)).numpy() for f in (misfits, jacobian)]


def fit(model, p):
    """Return the fitted parameters, and the misfit (root mean square) at each step."""
    r, jacobian = model(p)
    damping = 1e-3
    misfit = [np.sqrt(np.mean(r * r))]
    while len(misfit) <= 100 and np.isfinite(jacobian).all():
        scale = np.linalg.norm(jacobian, axis=0).clip(1e-300)
        matrix = np.vstack([jacobian / scale, np.sqrt(damping) * np.eye(3)])
        step = np.linalg.lstsq(matrix, np.r_[-r, 0, 0, 0], rcond=None)[0] / scale
        tried = model(p + step)
        size = np.sqrt(np.mean(tried[0] ** 2))
        last = misfit[-1]
        if size < last:
            p = p + step
            r, jacobian = tried
        damping = damping / 10 if size < last else damping * 10
        misfit.append(min(size, last))
        if abs(size - last) < 1e-9 * last:
            break
    return p, misfit


forms = ball.forms()
first_guess = np.array([13.0, 12.0, 0.0])
(_, speed, _), _ = fit(model_torch(forms["epsilon 1e-8"]), first_guess)
print(f"the ball leaves upwards at {speed:.2g} m/s; light has 3e+08 m/s")

# %%
# The method is that of Levenberg and Marquardt: least squares on the Jacobian, damped more when a
# step does not help; at most 100 steps.
#
# Both frameworks, six forms
# --------------------------
# *Epsilon* is added to each denominator; *clamped* keeps :math:`k` at 1e-4 or more; *simplified*
# averages the velocity, with no division by :math:`k`; the *remedy* continues the textbook's
# formula to :math:`k = 0`. In the code :term:`xp` is the module that computes.


def model_tensorflow(form):
    """Make a function of (u, v, k) that returns all misfits and their Jacobian."""
    at, seen = tf.constant(ball.TIMES), tf.constant(ball.track())

    @tf.function(input_signature=[tf.TensorSpec([3], tf.float64)], autograph=False)
    def model(p):
        with tf.GradientTape() as tape:
            tape.watch(p)
            misfits = tf.reshape(tf.stack(form(*tf.unstack(p), at, tf)) - seen, [-1])
        return misfits, tape.jacobian(misfits, p)

    graph = model.get_concrete_function()  # a graph, made once; not XLA
    return lambda p: [v.numpy() for v in graph(tf.constant(p))]


names = {"torch": model_torch, "tensorflow": model_tensorflow}
fits = {}
print("start  form          framework   u        v           k           misfit  steps")
for drag in (0.0, 0.1):
    for form, program in forms.items():
        for name, make in names.items():
            p, misfit = fit(make(program), np.array([13.0, 12.0, drag]))
            fits[form, name, drag] = p, misfit
            row = "{:<7g}{:<14}{:<12}{:<9.5g}{:<12.5g}{:<12.4g}{:<8.4g}{}"
            print(row.format(drag, form, name, *p, misfit[-1], len(misfit) - 1))

height = {"naive": lambda k, xp: ball.textbook(13, 12, k, 2.5, xp)[1]}
run = compare(height, meant=height["naive"], gamma=[0.1])
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, names, strict=True):
    for (role, marker), form in zip(plots.FORM_STYLE, forms, strict=True):
        misfit = np.nan_to_num(fits[form, name, 0.0][1], nan=1e10)
        style = {"color": plots.LIGHT[role], "marker": marker, "label": form, "lw": 1}
        style["ms"] = 9 if form == "simplified" else 4  # seen behind the remedy
        ax.loglog(np.arange(misfit.size) + 1, misfit, mec=plots.outline(role), **style)
    ax.annotate("NaN", (1.15, 6e9), color=plots.LIGHT["ink"])
    ax.axhline(0.02, ls="--", color=plots.LIGHT["ink"], label="error of the camera")
    ax.set_xlabel("evaluation of the model")
    ax.xaxis.set_major_formatter(plots.power_of_ten)
axes[0].set_ylabel("misfit (root mean square, m)")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
legend = {"loc": "outside lower center", "ncols": 3, "frameon": False}
fig.legend(*axes[0].get_legend_handles_labels(), **legend)
last = {form: f"{fits[form, 'torch', 0.0][1][-1]:.2g} m" for form in forms}
(_, speed, _), path = fits["epsilon 1e-8", "torch", 0.0]
plots.describe(
    fig,
    "Section 4, inverse problems",
    f"""Fits without drag at first. Naive: NaN at once. Epsilon 1e-8: from a misfit of
    {path[0]:.2g} m to {last["epsilon 1e-8"]}, upwards at {speed:.2g} m/s. Simplified: to {last["simplified"]};
    remedy: to {last["remedy"]}. Epsilon 1e-3: at {last["epsilon 1e-3"]} after 100 steps. Clamped: {last["clamped 1e-4"]}.""",
    run,
    word=f"{speed:.1g} m/s",
)
plt.show()

# %%
# Why the ball outruns light
# --------------------------
# With :math:`\epsilon` in the denominators only, the textbook's formula returns, for a small drag,
#
# .. math::
#
#    y \approx \Bigl( v - \frac{g\,\epsilon}{k\,(k + \epsilon)} \Bigr) \frac{k\,t}{k + \epsilon} .
#
# It has a false pole. The optimiser moves :math:`k` to the size of :math:`\epsilon`, since the
# gradient shows it nothing else; then :math:`v`, which alone can do it, cancels the pole: the part
# of :math:`v` that does is 1.00 of it.
#
# .. code-block:: pycon
#
#    >>> for name in ("torch", "tensorflow"):
#    ...     (_, v, k), misfit = fits["epsilon 1e-8", name, 0.0]
#    ...     part = f"{v * k * (k + 1e-8) / (ball.GRAVITY * 1e-8):.2f}"
#    ...     f"misfit at first {misfit[0]:.1e} m", part
#    ('misfit at first 1.0e+09 m', '1.00')
#    ('misfit at first 1.0e+09 m', '1.00')
#    >>> for form in ("epsilon 1e-8", "simplified", "remedy"):  # from a drag of 0.1
#    ...     fits[form, "torch", 0.1][0].round(3).tolist()
#    [13.979, 13.998, 0.148]
#    [13.979, 13.998, 0.148]
#    [13.979, 13.998, 0.148]
#
# The last lines are the good news: from a drag of 0.1 an :math:`\epsilon` of 1e-8 does no harm, nor
# does clamping.
#
# .. admonition:: Take away
#    :class: note
#
#    - A wrong derivative of one parameter ruins the others: they bend to make up for it.
#    - Whether a hack does harm depends on the first guess. The simplified form has nothing to
#      depend on.
#
#    **Exercise.** Let *epsilon 1e-3* take 2000 steps. Does it arrive, and where?
#
# Networks are trained from first guesses, too: :doc:`plot_training`.
