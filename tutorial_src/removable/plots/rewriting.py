"""The errors of patterns of algebra, in every mode of some frameworks, as one picture."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from removable.plots.charts import row
from removable.plots.palette import dots
from removable.plots.parts import legend
from removable.systems.rewrites import Rewrites

__all__ = ["patterns"]

_STYLE = {
    ("PyTorch", "eager"): ("red", "o"),
    ("PyTorch", "torch.compile"): ("yellow", "s"),
    ("TensorFlow", "tf.function"): ("meant", "D"),
    ("TensorFlow", "jit_compile=True"): ("written", "v"),
    ("JAX", "jit"): ("green", "^"),
}
"""Role and marker of each mode. The eager modes of the others make what PyTorch's makes."""

_LOW, _HIGH = 1e-17, 1e24


def patterns(made: Rewrites) -> tuple[Figure, np.ndarray]:
    """Draw the largest errors of each pattern beside its point, value and slope, in five modes.

    There is a line for each pattern. A result that is not finite stands on the right edge, an error
    of 0 on the left one.

    Parameters
    ----------
    made : Rewrites
        What to draw.

    Returns
    -------
    fig : matplotlib.figure.Figure
        The figure.
    axes : numpy.ndarray
        Its axes, for value and slope.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.systems import rewrites
    >>> from removable.plots import patterns
    >>> fig, axes = patterns(rewrites.measure(["TensorFlow"], rewrites.REWRITES[:2]))
    >>> [text.get_text() for text in axes[0].get_yticklabels()]
    ['(exp(x) - 1)/x', 'log(1 + x)/x']
    >>> plt.close(fig)
    """
    fig, axes = row(["value", "slope"], size=(8.4, 5.6))
    titles = list(made.true)
    for order, ax in enumerate(axes):
        for place, (key, (role, marker)) in enumerate(_STYLE.items()):
            if key not in made.ran:
                continue
            worst = [made.row(title, *key).error[order] for title in titles]
            lines = np.arange(len(titles)) + 0.15 * (place - 2)
            label = f"{made.versions[key[0]]}, {key[1]}"
            ax.plot(np.clip(worst, _LOW, _HIGH), lines, label=label, **dots(role, marker))
    for ax in axes:
        ax.set_xscale("log")
        ax.set_xticks([_LOW, 1e-9, 1, 1e12, _HIGH], ["0", "10⁻⁹", "1", "10¹²", "∞"])
        ax.minorticks_off()
        ax.set_xlabel("largest error beside the point")
    axes[0].set_yticks(range(len(titles)), titles, fontsize="small")
    axes[0].invert_yaxis()
    legend(fig)
    return fig, axes
