"""What a system is given, and what came of it: numbers, and the program that computed them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from removable import frameworks, truth
from removable.arguments import checked_order
from removable.errors import InputError, UnsupportedError
from removable.functions import Program
from removable.grid import gamma_grid
from removable.sweeps.widths import Edges, EdgeSearch

__all__ = ["Board", "Mode", "Ran", "Subject", "board", "differentiated"]


TOLERANCE = 1e-3
"""A slope that is further than this from the true one counts as off."""


@dataclass(frozen=True)
class Subject:
    """A quotient with a removable singularity.

    Attributes
    ----------
    title : str
        The quotient as it is typed: ``"(x*x - 4)/(x - 2)"``.
    program : callable
        Called as ``program(x, xp)``.
    at : float
        The singular point r.
    """

    title: str
    program: Program = field(repr=False)
    at: float

    def points(self, samples_per_side: int) -> np.ndarray:
        r"""Return r and points on both sides of it, each :math:`x - r` exact in binary.

        Parameters
        ----------
        samples_per_side : int
            Offsets on each side, from :math:`2^{-53}` to 1 in equal steps of their logarithm, at
            least 2. Those that round to the same point are one.

        Returns
        -------
        numpy.ndarray
            Shape ``(n,)``, float64, ascending.

        Examples
        --------
        >>> Subject("x/x", lambda x, xp: x / x, at=2.0).points(2) - 2
        array([-1.,  0.,  1.])
        """
        return np.unique(self.at + gamma_grid(samples_per_side, smallest=2.0**-53))


@dataclass(frozen=True)
class Ran:
    """What one way of running a subject has made of it.

    Attributes
    ----------
    value : numpy.ndarray
        Shape ``(n,)``, float64.
    slope : numpy.ndarray
        Shape ``(n,)``, float64.
    code : tuple of str
        The programs that computed the value and the slope, after all that the optimiser did; empty
        where operation after operation is run, and nothing could be optimised.
    divisions : tuple of int
        How many divisions there are in these two programs; empty like ``code``.
    """

    value: np.ndarray = field(repr=False)
    slope: np.ndarray = field(repr=False)
    code: tuple[str, ...] = field(default=(), repr=False)
    divisions: tuple[int, ...] = ()


Mode = Callable[[list[Program], list[np.ndarray]], list[Ran] | str]
"""Runs programs, each at points of its own, in one mode of a system.

Returns what came of each, or a sentence why it cannot.
"""


def differentiated(name: str, *, mode: frameworks.Mode = "reverse") -> Mode:
    """Return the mode in which a framework runs and differentiates operation by operation.

    Parameters
    ----------
    name : str
        The framework, as :func:`removable.frameworks.get` names it.
    mode : {"reverse", "forward"}
        How derivatives are propagated.

    Examples
    --------
    >>> (ran,) = differentiated("torch")([lambda x, xp: x * x], [np.array([3.0])])
    >>> ran.value, ran.slope, ran.code
    (array([9.]), array([6.]), ())
    """
    return lambda programs, points: [
        Ran(*frameworks.get(name).derivatives(p, x, mode=mode)) for p, x in zip(programs, points, strict=True)
    ]


def run_or_raise(mode: Mode, programs: list[Program], points: list[np.ndarray]) -> list[Ran]:
    """Run programs in a mode that is known to be there.

    Parameters
    ----------
    mode : callable
        The mode.
    programs : list of callable
        Called as ``program(x, xp)``.
    points : list of numpy.ndarray
        Where each is run, shape ``(n,)``, float64.

    Returns
    -------
    list of Ran
        What came of each.

    Raises
    ------
    removable.errors.UnsupportedError
        If the mode cannot run, with the sentence that it gives as the reason.

    Examples
    --------
    >>> (ran,) = run_or_raise(differentiated("numpy"), [lambda x, xp: x * x], [np.array([3.0])])
    >>> ran.slope
    array([6.])
    >>> run_or_raise(lambda programs, points: "no compiler is installed.", [], [])
    Traceback (most recent call last):
        ...
    removable.errors.UnsupportedError: no compiler is installed.
    """
    results = mode(programs, points)
    if isinstance(results, str):
        raise UnsupportedError(results)
    return results


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
        ``ran[system, mode][title]`` is a :class:`Ran`.
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


def board(
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
    >>> modes = {
    ...     "by hand": lambda programs, points: [Ran(x, np.ones_like(x)) for x in points],
    ...     "by machine": lambda programs, points: "There is no machine.",
    ... }
    >>> line = Subject("x", lambda x, xp: x, at=0.0)
    >>> results = board({"paper": ("paper, A4", modes)}, [line], samples_per_side=2)
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
