"""Parts that figures of many pages share: a legend, ticks, the line of a law."""

from __future__ import annotations

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from removable.plots.charts import power_of_ten
from removable.plots.palette import LIGHT

__all__ = ["law", "legend", "log_ticks"]


def legend(fig: Figure, *, columns: int = 3) -> None:
    """Put one legend below all panels of a figure, with each label once.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure. Labels that begin with an underscore are left out.
    columns : int
        How many labels stand side by side.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.plots import legend
    >>> fig, (left, right) = plt.subplots(1, 2)
    >>> for ax in (left, right):
    ...     lines = ax.plot([0, 1], label="computed"), ax.plot([1, 0], label="_hidden")
    >>> legend(fig)
    >>> [text.get_text() for text in fig.legends[0].get_texts()]
    ['computed']
    >>> plt.close(fig)
    """
    first: dict[str, Artist] = {}
    for ax in fig.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            first.setdefault(label, handle)
    fig.legend(first.values(), first.keys(), loc="outside lower center", ncols=columns, frameon=False)


def log_ticks(ax: Axes) -> None:
    """Label the ticks of the logarithmic axes of a panel with powers of ten, and draw no others.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.plots import log_ticks
    >>> fig, ax = plt.subplots()
    >>> line = ax.semilogx([1e-9, 1.0], [3.0, 4.0])
    >>> log_ticks(ax)
    >>> ax.xaxis.get_major_formatter()(1e-9), ax.xaxis.get_minor_locator()()
    ('10⁻⁹', [])
    >>> plt.close(fig)
    """
    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_formatter(power_of_ten)
    ax.minorticks_off()


def law(ax: Axes, x: ArrayLike, y: ArrayLike, formula: str, *, place: tuple[float, float], name: str) -> None:
    r"""Draw a predicted line, broken, with its formula beside it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The panel.
    x, y : array_like
        The line, shape ``(n,)``.
    formula : str
        What is written beside it.
    place : tuple of float
        Where that begins.
    name : str
        The name of the line in the data of the figure; the legend does not have it.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from removable.plots import law
    >>> fig, ax = plt.subplots()
    >>> law(ax, [1, 2], [1, 4], "$x^2$", place=(1, 3), name="x^2")
    >>> ax.lines[0].get_label(), ax.texts[0].get_text()
    ('_x^2', '$x^2$')
    >>> plt.close(fig)
    """
    ax.plot(x, y, "--", lw=1, color=LIGHT["ink"], label=f"_{name}")
    ax.annotate(formula, place, color=LIGHT["ink"])
