"""The other modes of differentiation, and single precision, beside what was judged.

Each is held against the same truth. It changes no verdict: it is told in a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from removable.errors import first_line
from removable.frameworks import Mode
from removable.probing.line import Line
from removable.probing.sampler import Sampler
from removable.probing.verdict import WINDOW, Judged, judge, offsets_of

__all__ = ["Derivatives", "Disagreement", "Picked", "in_single_precision", "modes_that_disagree"]

Picked = Callable[[np.ndarray], np.ndarray]
"""Takes an array whose last axis has the outputs to the one that is judged."""

Derivatives = Callable[[np.ndarray, str, Mode], np.ndarray]
"""Takes offsets, a dtype and a mode to value and derivatives, shape (orders, n, m)."""

_MODES: tuple[Mode, ...] = ("forward", "forward-over-reverse")

_LOOKED_AT = (0.0, 0.31, -0.31, 1e-2, -1e-2, 1e-5, -1e-5)
"""Offsets, in units of the window, at which modes are compared."""


@dataclass(frozen=True)
class Disagreement:
    """A derivative that is right in reverse mode and wrong in another.

    Attributes
    ----------
    mode : str
        The other mode.
    order : int
        The order of the derivative.
    offset : float
        The distance from the point, with sign.
    reverse : float
        What reverse mode returns there.
    other : float
        What the other mode returns.
    """

    mode: str
    order: int
    offset: float
    reverse: float
    other: float


def modes_that_disagree(
    derivatives: Derivatives, line: Line, picked: Picked, judged: Judged, computed: np.ndarray
) -> tuple[tuple[Disagreement, ...], tuple[str, ...]]:
    """Compare forward mode, and forward over reverse mode, with reverse mode where that is right.

    Parameters
    ----------
    derivatives : callable
        Takes offsets, a dtype and a mode to value and derivatives, shape (orders, n, m).
    line : Line
        The line.
    picked : callable
        Takes arrays whose last axis has the outputs to the one that is judged.
    judged : Judged
        The verdict on reverse mode.
    computed : numpy.ndarray
        What reverse mode returns at ``judged.offsets``, shape (orders, n).

    Returns
    -------
    tuple of tuple of Disagreement and tuple of str
        At most one disagreement for each mode and order: the one furthest from the point. Then the
        modes that a program does not take, with the reasons.

    Examples
    --------
    PyTorch 2.13 is wrong in the second derivative of a layer normalisation by forward mode:

    >>> import torch
    >>> from removable import probe
    >>> def normalised(v):
    ...     return torch.nn.functional.layer_norm(v, (4,))[1]
    >>> report = probe(normalised, at=[0.4, 0.3, -0.7, 1.1], along=0, framework="torch")
    >>> report.verdict, [(one.mode, one.order) for one in report.worst.modes]
    ('sound', [('forward', 2)])
    """
    if len(computed) < 2:
        return (), ()
    wanted = WINDOW * line.scale * np.array(_LOOKED_AT)
    nearest = np.unique([int(np.argmin(np.abs(judged.offsets - offset))) for offset in wanted])
    right = judged.errors <= judged.allowed  # where nothing is known this is false
    found: dict[tuple[str, int], Disagreement] = {}
    passed_over = []
    for mode in _MODES:
        try:
            rows = derivatives(judged.offsets[nearest], line.dtype, mode)
        except Exception as error:  # not every program can be differentiated in every mode
            passed_over.append(f"{mode} mode, {first_line(error)}")
            continue
        other = picked(rows)
        for column, sample in enumerate(nearest):
            for k in range(1, len(computed)):
                reverse, there = float(computed[k, sample]), float(other[k, column])
                if right[k, sample] and not abs(there - reverse) <= 2 * judged.allowed[k, sample]:
                    one = Disagreement(mode, k, float(judged.offsets[sample]), reverse, there)
                    last = found.get((mode, k))
                    if last is None or abs(one.offset) > abs(last.offset):
                        found[mode, k] = one
    return tuple(found.values()), tuple(passed_over)


def in_single_precision(
    derivatives: Derivatives, line: Line, picked: Picked, judged: Judged, values: Sampler, side: int
) -> tuple[Judged | None, tuple[str, ...]]:
    """Judge the same program in float32.

    Returns
    -------
    tuple of Judged or None, and tuple of str
        None if the program does not take it, for the reason that follows, or was judged in it
        already.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> found = probe(torch.sinc, at=0.0).worst
    >>> found.judged.orders[2].width < 1e-6 < 1e-3 < found.single.orders[2].width
    True
    """
    if line.dtype != "float64":
        return None, ()
    fastest = line.moving_index
    rounded = float(np.float32(line.start[fastest]))
    here = (rounded - float(line.start[fastest])) / float(line.direction[fastest])
    offsets = np.unique(np.append(offsets_of(line, "float32"), here))
    offsets = offsets[offsets * side >= 0] if side else offsets
    try:
        computed = picked(derivatives(offsets, "float32", "reverse"))
    except Exception as error:  # a program with constants in double precision
        return None, (f"float32, {first_line(error)}",)
    return judge(values, line, offsets, computed, side, "float32", judged.outside), ()
