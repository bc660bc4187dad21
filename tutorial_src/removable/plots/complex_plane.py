"""An error in the complex plane, with the surroundings of its middle enlarged.

Points are drawn at the sixth root of their distance from the middle, in their own direction: a disc
whose radius is a millionth is then a tenth of the picture.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from removable.plots.charts import power_of_ten, row
from removable.plots.palette import DARK, LIGHT

__all__ = ["plane", "plane_places", "plane_points"]

_ROOT = 6
_HALF = 1.2
"""Half the side of the square that is drawn."""


def plane_points(size: int = 200) -> np.ndarray:
    """Return the points of the picture, shape ``(size, size)``, the upper left one first.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.plots import plane_points
    >>> z = plane_points(3)
    >>> complex(z[1, 1]), bool(np.isclose(z[1, 2], 1.2**6))
    (0j, True)
    """
    across = np.linspace(-_HALF, _HALF, size)
    drawn = across + 1j * across[::-1, None]
    return drawn * np.abs(drawn) ** (_ROOT - 1)


def plane_places(z: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return where points of the complex plane, other than 0, are drawn: across, and up.

    Examples
    --------
    >>> from removable.plots import plane_places
    >>> across, up = plane_places([1e-6, 1j])
    >>> across.round(9).tolist(), up.tolist()
    ([0.1, 0.0], [0.0, 1.0])
    """
    z = np.asarray(z, dtype=np.complex128)
    drawn = z / np.abs(z) ** (1 - 1 / _ROOT)
    return drawn.real, drawn.imag


def plane(error: np.ndarray, *, titles: tuple[str, str]) -> tuple[Figure, Axes, Axes]:
    """Draw an error in the complex plane, with circles at some distances, beside an empty panel.

    Parameters
    ----------
    error : numpy.ndarray
        The errors at :func:`plane_points`, of the same shape.
    titles : tuple of str
        The titles of the two panels.

    Returns
    -------
    fig : matplotlib.figure.Figure
        The figure.
    left, right : matplotlib.axes.Axes
        The plane, and the empty panel.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from removable.plots import plane, plane_points
    >>> fig, left, right = plane(np.abs(plane_points(3)), titles=("error", "something else"))
    >>> [text.get_text() for text in left.texts]
    ['|x| = 10⁻⁴', '|x| = 10⁻²', '|x| = 1']
    >>> plt.close(fig)
    """
    fig, (right,) = row([titles[1]], size=(8.4, 4.6))
    left = fig.add_subplot(1, 2, 1, title=titles[0])
    right.set_subplotspec(left.get_gridspec()[1])
    left.set_axis_off()
    glow = DARK["red"]  # seen on light and dark pages
    shades = LinearSegmentedColormap.from_list("lost", [f"{glow}00", glow], N=8)
    image = left.imshow(error, shades, LogNorm(1e-16, 1), extent=[-_HALF, _HALF, -_HALF, _HALF], interpolation="none")
    fig.colorbar(image, location="left", shrink=0.75, aspect=30, label="relative error")
    for at in (1e-4, 1e-2, 1.0):
        (radius,), _ = plane_places([at])
        left.add_patch(plt.Circle((0, 0), radius, lw=0.5, fill=False, color=LIGHT["ink"]))
        left.text(0, radius + 0.02, f"|x| = {power_of_ten(at)}", ha="center", color=LIGHT["ink"])
    return fig, left, right
