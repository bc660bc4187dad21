"""Every subject in every mode of every system, held against the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from removable import truth
from removable.arguments import checked_order
from removable.errors import InputError
from removable.sweeps.widths import Edges, EdgeSearch
from removable.systems.modes import Mode, Ran, run_or_raise
from removable.systems.subject import Subject

__all__ = ["Board", "filled"]

TOLERANCE = 1e-3
"""A slope that is further than this from the true one counts as off."""


@dataclass(frozen=True)
class Board:
    """Every subject in every mode of every system, beside the truth.

    Attributes
    ----------
    subjects : dict of str to Subject
        The subjects, by title.
    x : dict of str to numpy.ndarray
        The points of each, shape ``(n,)``.
    true : dict of str to numpy.ndarray
        Value and slope of each there, rounded once, shape ``(2, n)``.
    ran : dict
        ``ran[system, mode][title]`` is a :class:`~removable.systems.modes.Ran`.
    edges : dict
        ``edges[system, mode][title]`` says how far out the slope is off by more than ``TOLERANCE``,
        or not finite: an :class:`removable.sweeps.widths.Edges`.
    absent : dict
        For each ``(system, mode)`` that cannot run on this machine a sentence that says why.
    versions : dict of str to str
        For each system its name with its version.
    """

    subjects: dict[str, Subject]
    x: dict[str, np.ndarray] = field(repr=False)
    true: dict[str, np.ndarray] = field(repr=False)
    ran: dict[tuple[str, str], dict[str, Ran]] = field(repr=False)
    edges: dict[tuple[str, str], dict[str, Edges]] = field(repr=False)
    absent: dict[tuple[str, str], str]
    versions: dict[str, str]

    def offset(self, title: str) -> np.ndarray:
        """Return the offsets :math:`x - r`, shape ``(n,)``."""
        return self.x[title] - self.subjects[title].at

    def error(self, key: tuple[str, str], title: str, order: int = 1) -> np.ndarray:
        """Return the absolute error of the value (0) or the slope (1), shape ``(n,)``.

        An error is infinite where the result is not finite.

        Raises
        ------
        removable.errors.InputError
            If the system, the mode, the subject or the order is not on the board.
        """
        row = self._row(key, title, order)
        with np.errstate(invalid="ignore"):
            error = np.abs(row - self.true[title][order])
        return np.where(np.isfinite(error), error, np.inf)

    def _row(self, key: tuple[str, str], title: str, order: int) -> np.ndarray:
        if key not in self.ran or title not in self.ran[key]:
            known = f"{list(self.ran)} and {list(self.subjects)}"
            raise InputError(f"key is {key!r} and title is {title!r}; this board holds {known}.")
        return (self.ran[key][title].value, self.ran[key][title].slope)[checked_order(order, most=1)]

    def lost(self, key: tuple[str, str], title: str, order: int = 1) -> bool:
        """Tell whether the result at the singular point itself is not finite."""
        return bool(np.isinf(self.error(key, title, order)[self.offset(title) == 0]).any())

    def zone(self, key: tuple[str, str], title: str) -> float:
        """Return the largest :math:`|x - r|` at which the slope is off, on either side.

        0 where it nowhere is.

        The point r itself does not count; :meth:`lost` tells of it.
        """
        return self.edges[key][title].outer

    def largest(self, key: tuple[str, str], title: str, order: int = 1) -> float:
        """Return the largest finite error."""
        error = self.error(key, title, order)
        return float(error[np.isfinite(error)].max(initial=0.0))

    def table(self, title: str) -> str:
        """Lay out what every mode of every system made of one subject.

        A few lines of text for a page.
        """
        at = f"at x = {self.subjects[title].at:g}"
        lines = [
            f"{title:<36}{at:<15}{'slope off out to':<20}{'largest':<9}divisions left",
            f"{'system':<13}{'mode':<23}{'value':<7}{'slope':<8}{'left':<10}{'right':<10}{'error':<9}value  slope",
        ]
        before = ""
        for (system, mode), ran in self.ran.items():
            there = self.offset(title) == 0
            value, slope = (f"{row[there].item():.4g}" for row in (ran[title].value, ran[title].slope))
            edges = self.edges[system, mode][title]
            reach = "".join(f"{f'{edge:.2e}' if edge else 'nowhere':<10}" for edge in (edges.left, edges.right))
            left = "{:<7}{}".format(*ran[title].divisions or "--")
            worst = self.largest((system, mode), title)
            name = "" if system == before else system
            lines.append(f"{name:<13}{mode:<23}{value:<7}{slope:<8}{reach}{worst:<9.2g}{left}")
            before = system
        return "\n".join(lines)


def _edges(run: Mode, subjects: Sequence[Subject]) -> dict[str, Edges]:
    """Find how far out the slope is off.

    All subjects and both sides in one call of the mode for each stage of the search.
    """
    searches = [[EdgeSearch(s.at, side) for side in (-1, 1)] for s in subjects]
    true = [_true_slope(s) for s in subjects]
    for _ in range(EdgeSearch.STAGES):
        points = [np.concatenate([search.points() for search in pair]) for pair in searches]
        results = run_or_raise(run, [s.program for s in subjects], points)
        for pair, x, ran, slope in zip(searches, points, results, true, strict=True):
            with np.errstate(invalid="ignore"):
                wrong = ~(np.abs(ran.slope - slope(x)) <= TOLERANCE)
            left, right = pair
            middle = left.points().size
            left.narrow(wrong[:middle])
            right.narrow(wrong[middle:])
    return {s.title: Edges(left.edge, right.edge) for s, (left, right) in zip(subjects, searches, strict=True)}


def _true_slope(subject: Subject) -> Callable[[np.ndarray], np.ndarray]:
    """Return the true slope as a function.

    Exact at some thousand points, linear in between, which is right to 1e-5.
    """
    nodes = subject.points(2000)
    exact = truth.derivatives(subject.program, nodes, base=0.0)[1]
    return lambda x: np.interp(x, nodes, exact)


def filled(
    systems: Mapping[str, tuple[str, Mapping[str, Mode]]], subjects: Sequence[Subject], *, samples_per_side: int
) -> Board:
    """Run subjects in systems; see :func:`removable.systems.measure`, which knows the systems.

    Parameters
    ----------
    systems : dict
        For each system its name with its version, and its modes.
    subjects : list of Subject
        The quotients.
    samples_per_side : int
        Points on each side of the singular one, at least 2.

    Returns
    -------
    Board
        The results, and the truth.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.systems import Ran, Subject
    >>> from removable.systems.board import filled
    >>> modes = {
    ...     "by hand": lambda programs, points: [Ran(x, np.ones_like(x)) for x in points],
    ...     "by machine": lambda programs, points: "There is no machine.",
    ... }
    >>> line = Subject("x", lambda x, xp: x, at=0.0)
    >>> results = filled({"paper": ("paper, A4", modes)}, [line], samples_per_side=2)
    >>> results.zone(("paper", "by hand"), "x"), results.absent
    (0.0, {('paper', 'by machine'): 'There is no machine.'})
    """
    x = {s.title: s.points(samples_per_side) for s in subjects}
    ran: dict[tuple[str, str], dict[str, Ran]] = {}
    edges: dict[tuple[str, str], dict[str, Edges]] = {}
    absent: dict[tuple[str, str], str] = {}
    for system, (_, modes) in systems.items():
        for mode, run in modes.items():
            results = run([s.program for s in subjects], list(x.values()))
            if isinstance(results, str):
                absent[system, mode] = results
            else:
                ran[system, mode] = dict(zip(x, results, strict=True))
                edges[system, mode] = _edges(run, subjects)
    return Board(
        subjects={s.title: s for s in subjects},
        x=x,
        true={s.title: truth.derivatives(s.program, x[s.title], base=0.0) for s in subjects},
        ran=ran,
        edges=edges,
        absent=absent,
        versions={system: version for system, (version, _) in systems.items()},
    )
