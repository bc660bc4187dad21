"""How right a patch is, held against exact arithmetic."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from removable import frameworks, truth
from removable.arguments import checked_names, checked_order
from removable.errors import InputError
from removable.grid import checked_grid
from removable.scoreboard.cases import CASES, Case
from removable.scoreboard.patches import Patch, naive

__all__ = ["Score", "measure"]

NAMES = ("torch", "tensorflow", "jax")


@dataclass(frozen=True)
class Score:
    r"""The errors of one patch, relative to the true result, or to 1 where that is smaller.

    Attributes
    ----------
    gamma : numpy.ndarray
        Offsets :math:`\gamma` from the singular point, shape ``(n,)``.
    errors : dict
        ``errors[title, framework]``, shape ``(order + 1, n)``, for each pair of a quotient and a
        framework in which there is such a patch. An error is infinite where a result is not finite.
    tolerance : float
        Up to which an error counts as right.
    """

    gamma: np.ndarray
    errors: Mapping[tuple[str, str], np.ndarray]
    tolerance: float

    def worst(self, order: int) -> float | None:
        """Return the largest finite error over all pairs and offsets.

        None if that derivative was not measured.
        """
        errors = [rows[order] for rows in self.errors.values() if len(rows) > order]
        return float(max(row[np.isfinite(row)].max() for row in errors)) if errors else None

    def lost(self, order: int) -> int | None:
        """Count the results that are not finite, over all pairs and offsets.

        None if that derivative was not measured.
        """
        errors = [rows[order] for rows in self.errors.values() if len(rows) > order]
        return sum(int(np.isinf(row).sum()) for row in errors) if errors else None

    def right(self, *, at: bool) -> int:
        """Count the pairs that are right in all derivatives measured.

        With ``at`` they are counted at the point, without it next to the point.
        """
        return sum(bool((rows[:, (self.gamma == 0) == at] <= self.tolerance).all()) for rows in self.errors.values())


def measure(
    patch: Patch,
    *,
    gamma: ArrayLike,
    order: int = 3,
    cases: Mapping[str, Case] | None = None,
    names: Sequence[str] = NAMES,
) -> Score:
    r"""Hold one patch against exact arithmetic.

    Parameters
    ----------
    patch : Patch
        A row of :data:`~removable.scoreboard.patches.PATCHES`, or one of your own.
    gamma : array_like
        Offsets :math:`\gamma` from the singular point, shape ``(n,)``, 0 among them.
    order : int
        The highest derivative.
    cases : dict of str to Case, optional
        The quotients, by default all of :data:`~removable.scoreboard.cases.CASES`.
    names : list of str
        The frameworks.

    Returns
    -------
    Score
        The errors.

    Raises
    ------
    removable.errors.InputError
        If 0 is not among the offsets, or an argument has a value that cannot be used.
    removable.errors.MissingFrameworkError
        If a framework is not installed.

    Examples
    --------
    >>> from removable.scoreboard import CASES, PATCHES
    >>> from removable.scoreboard import measure
    >>> h = {"h": CASES["(x*x - 4)/(x - 2)"]}
    >>> few = {"gamma": [-1e-9, 0.0, 1e-9], "order": 1, "names": ["torch"]}
    >>> score = measure(PATCHES["where"], cases=h, **few)
    >>> score.lost(0), score.lost(1), round(score.worst(1))
    (0, 1, 1)
    """
    gamma, order = checked_grid(gamma), checked_order(order)
    if not (gamma == 0).any():
        raise InputError("gamma has no 0 in it; give offsets on both sides and the singular point itself.")
    errors, order = {}, min(order, patch.order)
    for title, case in (CASES if cases is None else cases).items():
        x = (case.at + gamma).astype(patch.dtype).astype(np.float64)
        true = _meant(case, x.tobytes(), order)
        for name in checked_names(names):
            if not patch.offered(case, name):
                continue
            program = patch.build(case)
            if patch.evaluate:
                computed = patch.evaluate(program, name, x, order)
            else:
                computed = frameworks.get(name).derivatives(program, x, order=order, dtype=patch.dtype)
            with np.errstate(invalid="ignore", over="ignore"):
                error = np.abs(computed - true) / np.maximum(1, np.abs(true))
            errors[title, name] = np.where(np.isfinite(error), error, np.inf)
    return Score(gamma, errors, float(1e4 * np.finfo(patch.dtype).eps))


@functools.cache
def _meant(case: Case, x: bytes, order: int) -> np.ndarray:
    """The truth, once for all patches."""
    return truth.derivatives(naive(case), np.frombuffer(x), base=0.0, order=order)
