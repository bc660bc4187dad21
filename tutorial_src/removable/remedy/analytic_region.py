"""The circles on which a program is analytic, known by how little noise there is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from removable.remedy.noise import SHAKE, WORST

__all__ = ["ends_sharply", "region"]

_GOOD = 1e-9
"""Noise that is no mere chance."""

_RISES = 2.0**14
"""Where the noise is so many times what it was, it is something else."""

_STEEP, _OCTAVES, _LOUD = 2.0**6, 4, 1e-3
"""Where a power series ends the noise rises by this much in one of so many octaves, or to this
level."""

_FALLS = 18
"""Rounding noise falls from one circle to the next by no more bits than this: cancellation of order
8, and chance."""


def region(
    levels: np.ndarray, rounding: float, moved: np.ndarray, by: float = SHAKE, poles: np.ndarray | None = None
) -> np.ndarray:
    """Tell which circles carry a power series.

    They are the innermost run of quiet circles that is not a run of total cancellation. Where
    everything has cancelled, a program is smooth and wrong: 3 + (1 - cos x)/x^2 is 3 for small real
    x. Right outside of such a run values are rounding noise, which is seen as a change when the
    nodes are moved a little. Where it comes in steps that are too long for that, it is known by how
    it sets in at once, and falls from there to the next quiet run.

    Parameters
    ----------
    levels : numpy.ndarray
        The noise on each circle, relative to the largest value, shape (J,), float64, from the
        innermost circle on.
    rounding : float
        The unit roundoff of the precision in which the program computes.
    moved : numpy.ndarray
        The change of the values when the nodes move, as
        :func:`~removable.remedy.noise.shaken` gives it, shape (J,), float64.
    by : float
        The part of their distance by which they moved.
    poles : numpy.ndarray, optional
        Whether what is on a circle are poles inside of it, shape (J,), bool.

    Returns
    -------
    numpy.ndarray
        Shape (J,), bool; of a run the circles whose noise is at most 30 times the least. None is
        True if there is no run.

    Examples
    --------
    Two quiet runs. The noise behind the inner one sets in at once, and falls: all had cancelled
    there.

    >>> import numpy as np
    >>> from removable.remedy.analytic_region import region
    >>> levels = np.array([1e-16, 1e-16, 0.5, 0.1, 1e-5, 1e-10, 1e-10, 0.1])
    >>> np.flatnonzero(region(levels, 2.0**-53, np.zeros(8))).tolist()
    [5, 6]

    Behind this one it rises, as it does where a power series ends:

    >>> levels = np.array([1e-16, 1e-16, 1e-11, 1e-6, 0.1, 0.02, 1e-16, 1e-16])
    >>> np.flatnonzero(region(levels, 2.0**-53, np.zeros(8))).tolist()
    [0, 1]
    """
    number, runs = np.arange(len(levels)), []
    for first, last in _runs(levels, rounding):
        outside = slice(last, min(last + 2, len(levels)))
        noisy = moved[outside] > np.maximum(np.minimum(0.02 * levels[outside], 0.02), 64 * by)
        if last == len(levels) or not noisy.any():
            best = max(levels[first:last].min(), rounding / 2)
            runs.append((best, first, last))
    # In noise some circle may be quiet by chance, and barely so.
    runs = [run for run in runs if run[0] <= _GOOD] or runs
    while len(runs) > 1 and _has_cancelled(levels, runs[0][2], runs[1][1], rounding, poles):
        del runs[0]
    if not runs:
        return np.zeros(len(levels), bool)
    best, first, last = runs[0]
    return (number >= first) & (number < last) & (levels <= 30 * best)


def _runs(levels: np.ndarray, rounding: float) -> Iterator[tuple[int, int]]:
    """Yield the first circle of each quiet run, and the one after its last.

    A run ends where the noise exceeds what is quiet, or rises far and steeply: behind a small pole,
    or where a small part of the program has cancelled. The next one begins where it is as low
    again.
    """
    first, least, peak, steepest = None, np.inf, np.inf, 1.0
    padded = np.pad(levels, 1, mode="edge")
    smooth = np.median(
        [padded[:-2], padded[1:-1], padded[2:]], axis=0
    )  # in noise a single circle may be quiet by chance
    for i, level in enumerate(smooth):
        floor = _RISES * max(least, rounding / 2)
        steepest = max(steepest, level / max(smooth[i - 1], rounding / 2)) if i else 1.0
        if first is not None and (levels[i] > WORST or (level > floor and steepest > _STEEP)):
            yield first, i
            first, peak = None, level
        peak = max(peak, level)
        if first is None and max(level, levels[i]) <= min(WORST, max(floor, peak / _RISES)):
            first, least = i, level
        if first is not None and level <= least:
            least, steepest = level, 1.0
    if first is not None:
        yield first, len(levels)


def _has_cancelled(
    levels: np.ndarray, last: int, following: int, rounding: float, poles: np.ndarray | None = None
) -> bool:
    """Tell whether a run is followed by noise that sets in at once and then falls.

    The noise goes on up to another run. The noise of rounding falls with the distance, by no more
    than a high power of it. Where a power series ends, it is the higher coefficients that rise:
    with these numbers of nodes by no more than 2^16 an octave. Where the circles cross a region in
    which the program is something else, the noise ends as it sets in, at once. What poles leave is
    no noise.
    """
    gap = levels[last:following]
    return bool(
        np.isfinite(gap).all()
        and gap[0] > 2.0**24 * max(levels[last - 1], rounding / 4)
        and np.all(gap[1:] <= 4 * gap[:-1])
        and gap[-1] <= gap[0]
        and levels[following] > 2.0**-_FALLS * gap[-1]
        and not (poles is not None and poles[last:following].any())
    )


def ends_sharply(levels: np.ndarray, inside: np.ndarray, per_octave: int = 1) -> bool:
    """Tell whether the noise rises steeply outside of a region.

    It does so where a power series ends. Beside a kink or a branch point a program is also quiet,
    right at the point, where it is constant to rounding; but its noise rises slowly with the
    radius, like a low power.

    Parameters
    ----------
    levels : numpy.ndarray
        The noise on each circle, relative to the largest value, shape (J,), float64.
    inside : numpy.ndarray
        The region, shape (J,), bool; one at least is True.
    per_octave : int
        The number of radii to an octave.

    Returns
    -------
    bool
        True if within four octaves the noise rises 64-fold in one of them or reaches 1e-3, or if
        the circles end there.

    Examples
    --------
    With n nodes the noise of a power series rises like a high power of the radius, and that of
    1 + sqrt(z), a branch point, like its root:

    >>> import numpy as np
    >>> from removable.remedy.analytic_region import ends_sharply
    >>> radii, inside = 2.0 ** np.arange(8), np.arange(8) < 2
    >>> ends_sharply(1e-16 * radii**16, inside), ends_sharply(1e-16 * radii**0.5, inside)
    (True, False)
    """
    top = int(np.flatnonzero(inside).max())
    beyond = levels[top : top + 1 + _OCTAVES * per_octave]
    if len(beyond) <= per_octave or top + per_octave >= len(levels):
        return True
    with np.errstate(all="ignore"):
        steep = [np.any(beyond[step:] / beyond[:-step] >= _STEEP) for step in range(1, per_octave + 1)]
    return bool(np.any(~(beyond < _LOUD)) or any(steep))
