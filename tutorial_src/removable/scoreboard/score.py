"""How right each patch is at the singular point and next to it, and what it costs."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from removable import frameworks, truth
from removable.checks import checked_names, checked_order
from removable.errors import InputError
from removable.grid import checked_grid
from removable.scoreboard.cases import CASES, Case
from removable.scoreboard.patches import Patch, naive

__all__ = ["Score", "measure", "measured", "prices", "records", "table"]

NAMES = ("torch", "tensorflow", "jax")


@dataclass(frozen=True)
class Score:
    r"""The errors of one patch, relative to the true value or derivative, or to 1 where that is smaller.

    Attributes
    ----------
    gamma : numpy.ndarray
        Offsets :math:`\gamma` from the singular point, shape ``(n,)``.
    errors : dict
        ``errors[title, framework]``, shape ``(order + 1, n)``, for each pair of a quotient and a framework in which there is
        such a patch. An error is infinite where a result is not finite.
    tolerance : float
        Up to which an error counts as right.
    """

    gamma: np.ndarray
    errors: Mapping[tuple[str, str], np.ndarray]
    tolerance: float

    def worst(self, order: int) -> float | None:
        """Return the largest finite error over all pairs and offsets; None if that derivative was not measured."""
        found = [rows[order] for rows in self.errors.values() if len(rows) > order]
        return float(max(row[np.isfinite(row)].max() for row in found)) if found else None

    def lost(self, order: int) -> int | None:
        """Count the results that are not finite, over all pairs and offsets; None if that derivative was not measured."""
        found = [rows[order] for rows in self.errors.values() if len(rows) > order]
        return sum(int(np.isinf(row).sum()) for row in found) if found else None

    def right(self, *, at: bool) -> int:
        """Count the pairs that are right at the point, or next to it, in the value and in all derivatives measured."""
        return sum(bool((rows[:, (self.gamma == 0) == at] <= self.tolerance).all()) for rows in self.errors.values())


def measure(
    patch: Patch,
    *,
    gamma: np.ndarray,
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
    >>> h = {"h": CASES["(x*x - 4)/(x - 2)"]}
    >>> score = measure(PATCHES["where"], gamma=[-1e-9, 0.0, 1e-9], order=1, cases=h, names=["torch"])
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
                found = patch.evaluate(program, name, x, order)
            else:
                found = frameworks.get(name).derivatives(program, x, order=order, dtype=patch.dtype)
            with np.errstate(invalid="ignore", over="ignore"):
                error = np.abs(found - true) / np.maximum(1, np.abs(true))
            errors[title, name] = np.where(np.isfinite(error), error, np.inf)
    return Score(gamma, errors, float(1e4 * np.finfo(patch.dtype).eps))


@functools.cache
def _meant(case: Case, x: bytes, order: int) -> np.ndarray:
    """The truth, once for all patches."""
    return truth.derivatives(naive(case), np.frombuffer(x), base=0.0, order=order)


def measured() -> dict[str, Any]:
    """Return what patches and engines were measured to cost, how right the ready-made functions are, and where and when.

    Returns
    -------
    dict
        ``measured()["patches"][patch][framework]`` is the time for value and slope at a million points, as a ratio to the
        naive quotient in the same run, and ``measured()["engines"][engine][quotient]`` holds such ratios;
        ``measured()["accuracy"][quotient][dtype]`` is the worst error of the value, in ulp, and of three derivatives; ``"on"``
        tells the day, the processor and the versions.

    Examples
    --------
    >>> measured()["patches"]["naive"]["torch"]
    1.0
    """
    return json.loads(resources.files(__package__).joinpath("measured.json").read_text("utf-8"))


def table(scores: Mapping[str, Score]) -> str:
    """Lay out scores: pairs that are right at the point and near it, then the worst error and the results lost, by order.

    Parameters
    ----------
    scores : dict of str to Score
        For each name of a patch what :func:`measure` returned.

    Returns
    -------
    str
        One line for each patch.

    Examples
    --------
    >>> from removable.scoreboard import CASES, PATCHES
    >>> h = {"h": CASES["(x*x - 4)/(x - 2)"]}
    >>> print(table({"clamp": measure(PATCHES["clamp"], gamma=[0.0, 1.0], order=1, cases=h, names=["torch"])}))
                               right        value         1st           2nd           3rd
                        pairs  at    near   worst    NaN  worst    NaN  worst    NaN  worst    NaN
    clamp               1      0     1      1e+00    0    4e+04    0    -        -    -        -
    """
    titles = ("value", "1st", "2nd", "3rd")
    lines = [
        f"{'':<20}{'':<7}{'right':<13}" + "".join(f"{title:<14}" for title in titles),
        f"{'':<20}{'pairs':<7}{'at':<6}{'near':<7}" + f"{'worst':<9}{'NaN':<5}" * len(titles),
    ]
    for name, score in scores.items():
        cells = [f"{_number(score.worst(k)):<9}{_number(score.lost(k)):<5}" for k in range(len(titles))]
        counts = f"{len(score.errors):<7}{score.right(at=True):<6}{score.right(at=False):<7}"
        lines.append(f"{name:<20}{counts}" + "".join(cells))
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) or value == 0 else f"{value:.0e}"


def prices(patches: Mapping[str, Patch]) -> str:
    """Lay out what patches cost, the lines that they take, and what somebody has to know.

    Parameters
    ----------
    patches : dict of str to Patch
        Rows of :data:`~removable.scoreboard.patches.PATCHES`.

    Returns
    -------
    str
        One line for each patch.

    Examples
    --------
    >>> from removable.scoreboard import PATCHES
    >>> print(prices({"naive": PATCHES["naive"]}))
                        PyTorch     TensorFlow  JAX         lines  root  algebra
    naive               1.0         1.0         1.0         1      no    no
    """
    found = measured()["patches"]
    titles = {name: frameworks.get(name).title for name in NAMES}
    lines = [f"{'':<20}" + "".join(f"{title:<12}" for title in titles.values()) + f"{'lines':<7}{'root':<6}algebra"]
    for title, patch in patches.items():
        ratios = [f"{found[title][n]:.1f}" if n in found[title] else "-" for n in NAMES]
        needs = f"{'yes' if patch.root else 'no':<6}{'yes' if patch.algebra else 'no'}"
        lines.append(f"{title:<20}" + "".join(f"{r:<12}" for r in ratios) + f"{patch.lines:<7}{needs}")
    return "\n".join(lines)


def records() -> str:
    """Lay out how right the ready-made functions are, and what they and both engines cost.

    Returns
    -------
    str
        One line for each quotient and way to compute it. Errors are those of float64, the worst of three frameworks.

    Examples
    --------
    >>> len(records().splitlines())  # a heading of two lines, and seven quotients in three ways
    23
    """
    found = measured()
    columns = [f"{name}, {how}" for how in ("eager", "compiled") for name in NAMES]
    titles = {name: frameworks.get(name).title for name in NAMES}
    lines = [
        f"{'':<30}{'error':<36}{'cost, eager':<36}cost, compiled",
        f"{'':<19}{'':<11}{'ulp':<9}{'1st':<9}{'2nd':<9}{'3rd':<9}" + "".join(f"{t:<12}" for t in titles.values()) * 2,
    ]
    for quotient in found["accuracy"]:
        for engine in ("ready-made", "series", "integral"):
            errors = found["accuracy"][quotient]["float64"] if engine == "ready-made" else []
            cells = [f"{error:.2g}" for error in errors] + [""] * (4 - len(errors))
            costs = [f"{found['engines'][engine][quotient][column]:.1f}" for column in columns]
            lines.append(
                f"{quotient:<19}{engine:<11}" + "".join(f"{c:<9}" for c in cells) + "".join(f"{c:<12}" for c in costs)
            )
    return "\n".join(line.rstrip() for line in lines)
