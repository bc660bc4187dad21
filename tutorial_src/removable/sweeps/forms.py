r"""One function in several forms, each in several frameworks, against the truth.

The forms are the function as typed, with an epsilon, and simplified. The figures of section 2 and 3
look at one program closely (:mod:`removable.sweeps.sweep`). Here a few programs that are meant to
be the same function are held side by side.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from removable import frameworks, truth
from removable.arguments import PRECISIONS, checked_base, checked_dtype, checked_names, checked_order, checked_whole
from removable.errors import InputError
from removable.frameworks import Mode
from removable.functions import Program
from removable.grid import checked_grid
from removable.sweeps.widths import Edges, EdgeSearch

__all__ = ["Comparison", "compare", "derivative_edges"]


@dataclass(frozen=True)
class Comparison:
    r"""Several forms of one function over one grid.

    Attributes
    ----------
    gamma : numpy.ndarray
        Offsets :math:`\gamma` from the singular point, shape ``(n,)``, float64.
    x : numpy.ndarray
        The points :math:`\mathrm{fl}(r + \gamma)`, shape ``(n,)``, of the dtype in use.
    results : dict
        ``results[form][framework]`` holds value and derivatives, shape ``(order + 1, n)``.
    meant : numpy.ndarray
        The truth of the function meant, at ``x`` itself, shape ``(order + 1, n)``, float64.
    versions : dict
        For each framework name its title and version.
    base : float
        The singular point :math:`r`.
    rerun : dict
        ``rerun[form][framework]`` computes the same as ``results`` at other points: called with
        ``x``, shape ``(m,)``, float64, it returns shape ``(order + 1, m)``.
    true : callable
        The same for the truth. Like ``rerun`` it serves :meth:`edges` alone.
    """

    gamma: np.ndarray
    x: np.ndarray
    results: dict[str, dict[str, np.ndarray]] = field(repr=False)
    meant: np.ndarray = field(repr=False)
    versions: dict[str, str]
    base: float
    rerun: Mapping[str, Mapping[str, Callable[[np.ndarray], np.ndarray]]] = field(repr=False)
    true: Callable[[np.ndarray], np.ndarray] = field(repr=False)

    def error(self, form: str, name: str, order: int = 0) -> np.ndarray:
        """Absolute error of a form in a framework, shape ``(n,)``.

        It is infinite where the result is NaN or infinite.

        Raises
        ------
        removable.errors.InputError
            If the form, the framework or the order was not computed.
        """
        if form not in self.results or name not in self.results[form]:
            known = f"forms {list(self.results)} in {list(self.versions)}"
            raise InputError(f"form is {form!r} and name is {name!r}; this comparison holds {known}.")
        checked_order(order, most=len(self.meant) - 1)
        with np.errstate(invalid="ignore"):
            error = np.abs(self.results[form][name][order] - self.meant[order])
        return np.where(np.isfinite(error), error, np.inf)

    def lost(self, form: str, name: str, order: int = 0) -> int:
        """Count the samples at which a form has no finite result."""
        return int(np.isinf(self.error(form, name, order)).sum())

    def worst(self, form: str, name: str, order: int = 0) -> float:
        """Return the largest finite error of a form; NaN if it has no finite result at all."""
        error = self.error(form, name, order)
        return float(np.max(error[np.isfinite(error)])) if np.isfinite(error).any() else float("nan")

    def worst_of_all(self, form: str, order: int = 0) -> float:
        """Return the largest finite error of a form in all frameworks together."""
        return max(self.worst(form, name, order) for name in self.versions)

    def edges(self, form: str, name: str, order: int = 0, *, tolerance: float = 1e-3) -> Edges:
        r"""Find how far out a form is wrong, on either side of the singular point.

        It is wrong where it is off by more than ``tolerance``, or not finite. The edges are looked
        for between the samples nearest to the singular point and furthest from it, by
        :class:`removable.sweeps.widths.EdgeSearch`. A side without samples has the edge 0.

        Raises
        ------
        removable.errors.InputError
            If the form, the framework or the order was not computed, the tolerance is not positive,
            or the form is off at the last sample of a side: the edge is then further out.
        """
        edges = self._edges(form, name, order, tolerance)
        if np.isinf(edges.outer):
            side = self.gamma[self.gamma < 0] if np.isinf(edges.left) else self.gamma[self.gamma > 0]
            raise InputError(
                f"{form!r} is still off at the last sample, {np.abs(side).max():g} from {self.base:g}; give a larger gamma."
            )
        return edges

    def _edges(self, form: str, name: str, order: int, tolerance: float) -> Edges:
        """Return the edges, infinite where a form is off at the last sample of a side."""
        self.error(form, name, order)  # says what is missing
        if form not in self.rerun or name not in self.rerun[form]:
            raise InputError(
                f"form is {form!r}, whose results were put in by hand; edges are found by running it again."
            )
        if not 0.0 < tolerance < np.inf:
            raise InputError(f"tolerance is {tolerance!r}; give a positive, finite number.")
        return Edges(*(self._edge(self.rerun[form][name], order, tolerance, side) for side in (-1, 1)))

    def _edge(self, run: Callable[[np.ndarray], np.ndarray], order: int, tolerance: float, side: int) -> float:
        offsets = side * self.gamma[side * self.gamma > 0]
        if offsets.size < 2:
            return 0.0
        search = EdgeSearch(self.base, side, smallest=float(offsets.min()), largest=float(offsets.max()))
        for _ in range(EdgeSearch.STAGES):
            x = search.points().astype(self.x.dtype).astype(np.float64)
            with np.errstate(invalid="ignore"):
                error = np.abs(run(x)[order] - self.true(x)[order])
            search.narrow(~(error <= tolerance))
            if search.edge >= offsets.max() * (1 - 1e-9):
                return np.inf
        return search.edge

    def reach(self, form: str, name: str, order: int = 0, *, tolerance: float = 1e-3) -> float:
        r"""Return the largest :math:`|x - r|` at which a form is off by more than ``tolerance``.

        It is the outer of :meth:`edges`.
        """
        return self.edges(form, name, order, tolerance=tolerance).outer

    def table(self, order: int = 0) -> str:
        """Lay out how wrong each form is in each framework.

        The table has the worst error, how far out the form is wrong, and the samples lost.
        """
        lines = [f"{'':<14}" + "".join(f"{title:<34}" for title in self.versions.values()).rstrip()]
        head = f"{'largest error':<15}{'above 1e-3 to':<14}{'lost':<5}"
        lines.append(f"{'form':<14}" + (head * len(self.versions)).rstrip())
        last = np.abs(self.gamma).max(initial=0.0)
        for form in self.results:
            cells = ""
            for name in self.versions:
                edge = self._edges(form, name, order, 1e-3).outer
                reach = f"{edge:.3g}" if np.isfinite(edge) else f"over {last:.3g}"
                cells += f"{self.worst(form, name, order):<15.2g}{reach:<14}{self.lost(form, name, order):<5}"
            lines.append((f"{form:<14}" + cells).rstrip())
        return "\n".join(lines)


def compare(
    forms: Mapping[str, Program],
    *,
    meant: Program,
    gamma: ArrayLike,
    base: float = 0.0,
    names: Sequence[str] = ("torch", "tensorflow"),
    order: int = 1,
    mode: Mode = "reverse",
    dtype: str = "float64",
) -> Comparison:
    r"""Evaluate several forms of one function, and their derivatives, near a singular point.

    Parameters
    ----------
    forms : dict of str to callable
        The forms, each called as ``form(x, xp)``: ``{"naive": ..., "epsilon": ..., "simplified":
        ...}``.
    meant : callable
        The function meant, called the same way with :data:`removable.truth.exact`. At the singular
        point itself it must be a quotient of two functions, not a difference or product of
        infinities.
    gamma : array_like
        Offsets :math:`\gamma`, shape ``(n,)``.
    base : float
        The singular point :math:`r`.
    names : list of str
        Frameworks to run, as :func:`removable.frameworks.get` names them.
    order : int
        The highest derivative.
    mode : {"reverse", "forward", "forward-over-reverse"}
        How the frameworks propagate derivatives.
    dtype : {"float64", "float32"}
        The precision of the frameworks. The truth is always rounded to float64.

    Returns
    -------
    Comparison
        Results and truth. The truth is that at the rounded point ``x``, which is the argument that
        the forms are given.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.
    removable.errors.MissingFrameworkError
        If a framework is not installed.

    Examples
    --------
    >>> from removable.sweeps.forms import compare
    >>> naive = lambda x, xp: xp.sin(x) / x
    >>> pair = compare({"naive": naive}, meant=naive, gamma=[0.0, 1e-3], names=["torch"])
    >>> pair.results["naive"]["torch"][0]
    array([      nan, 0.99999983])
    >>> pair.meant[0]
    array([1.        , 0.99999983])
    >>> pair.lost("naive", "torch", order=0)
    1
    """
    if not forms:
        raise InputError("forms is empty; give at least one form of the function.")
    adapters = [frameworks.get(name) for name in checked_names(names)]
    gamma = checked_grid(gamma)
    x = (checked_base(base) + gamma).astype(checked_dtype(dtype))
    rerun = {
        form: {a.name: functools.partial(a.derivatives, program, order=order, mode=mode, dtype=dtype) for a in adapters}
        for form, program in forms.items()
    }
    return Comparison(
        gamma=gamma,
        x=x,
        results={form: {name: run(x) for name, run in row.items()} for form, row in rerun.items()},
        meant=truth.derivatives(meant, x.astype(np.float64), base=0.0, order=order),
        versions=frameworks.versions(names),
        base=float(base),
        rerun=rerun,
        true=_truth_between(meant, gamma, float(base), order),
    )


_NODES = 1500
"""Exact points on each side of the singular one, at distances that grow by 1.4 % or so, around
which :meth:`Comparison.edges` takes the truth from its Taylor polynomial."""

_MORE = 3
"""Derivatives in that polynomial beyond the one looked for. Half way to the next point, 0.7 % off,
what it leaves out is 1e-10 of a function that changes over its distance from the singular point."""


def _truth_between(meant: Program, gamma: np.ndarray, base: float, order: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the truth as a function, by exact derivatives at some thousand points.

    They are computed when they are first asked for.
    """

    @functools.cache
    def nodes() -> tuple[np.ndarray, np.ndarray]:
        away = [side * gamma[side * gamma > 0] for side in (-1, 1)]
        at = [
            base + side * np.geomspace(a.min(), a.max(), _NODES)
            for side, a in zip((-1, 1), away, strict=True)
            if a.size
        ]
        x = np.unique(np.concatenate(at))
        return x, truth.derivatives(meant, x, base=0.0, order=order + _MORE)

    def true(x: np.ndarray) -> np.ndarray:
        at, exact = nodes()
        right = np.searchsorted(at, x).clip(1, at.size - 1)
        nearest = np.where(x - at[right - 1] < at[right] - x, right - 1, right)
        distance, around = x - at[nearest], exact[:, nearest]
        powers = [distance**n / math.factorial(n) for n in range(_MORE + 1)]
        return np.stack([sum(around[k + n] * power for n, power in enumerate(powers)) for k in range(order + 1)])

    return true


def derivative_edges(
    name: str,
    program: Program,
    true: Sequence[float],
    *,
    tolerances: Sequence[float] = (1e-3,),
    at: float = 2.0,
    smallest: float | None = None,
    largest: float = 1.0,
    mode: Mode = "reverse",
    dtype: str = "float64",
) -> dict[tuple[int, float], Edges]:
    r"""Find how far out each derivative of a program is off, in any precision.

    The searches share the runs of the framework.

    Parameters
    ----------
    name : str
        The framework, as :func:`removable.frameworks.get` names it.
    program : callable
        Called as ``program(x, xp)``.
    true : list of float
        The true first, second, ... derivative, each the same at every ``x``; the last one is the
        highest that is computed.
    tolerances : list of float
        The absolute errors that are accepted, positive.
    at : float
        The singular point, a number of the precision. It is not looked at itself.
    smallest, largest : float
        The distances between which the edges are looked for; by default from the unit roundoff of
        the precision on.
    mode : {"reverse", "forward", "forward-over-reverse"}
        How derivatives are propagated.
    dtype : {"float64", "float32", "float16", "bfloat16"}
        The precision. Only its numbers are looked at.

    Returns
    -------
    dict
        ``found[order, tolerance]`` is an :class:`removable.sweeps.widths.Edges`; the orders count
        from 1.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.

    Examples
    --------
    >>> from removable.functions import h
    >>> from removable.sweeps.forms import derivative_edges
    >>> for (order, _), edges in derivative_edges("torch", h, true=[1.0, 0.0]).items():
    ...     print(order, edges)
    1 4.71e-07 left, 6.66e-07 right
    2 7.63e-05 left, 9.61e-05 right
    """
    adapter, at = frameworks.get(name), checked_base(at)
    order = checked_whole("the number of true derivatives", len(true), least=1)
    bits = PRECISIONS[checked_dtype(dtype, known=PRECISIONS)]
    if not all(0.0 < t < np.inf for t in tolerances):
        raise InputError(f"tolerances are {list(tolerances)!r}; give positive, finite numbers.")
    keys = [(n, t, side) for n in range(1, order + 1) for t in tolerances for side in (-1, 1)]
    smallest = 2.0**-bits if smallest is None else smallest
    searches = [EdgeSearch(at, side, smallest=smallest, largest=largest) for _, _, side in keys]
    for _ in range(EdgeSearch.STAGES):
        points = [search.points() for search in searches]
        x, back = np.unique(_rounded(np.concatenate(points), bits), return_inverse=True)
        # A compiler of single operations, as JAX is, meets few sizes that way.
        padded = np.append(x, np.full(-x.size % 2**13, x[-1]))
        rows = adapter.derivatives(program, padded, order=order, mode=mode, dtype=dtype).astype(np.float64)
        ends = np.cumsum([p.size for p in points])[:-1]
        for (n, tolerance, _), search, where in zip(keys, searches, np.split(back, ends), strict=True):
            with np.errstate(invalid="ignore"):
                off = ~(np.abs(rows[n][where] - true[n - 1]) <= tolerance)
            search.narrow(off & (x[where] != at))
    # A search knows what was asked for; what was looked at is the number next to it.
    distances = [abs(_rounded(np.array([at + s.side * s.edge]), bits).item() - at) for s in searches]
    return {(n, t): Edges(*distances[2 * i : 2 * i + 2]) for i, (n, t, _) in enumerate(keys[::2])}


def _rounded(x: np.ndarray, bits: int) -> np.ndarray:
    """Round to numbers of a precision of so many bits."""
    significand, exponent = np.frexp(x)
    return np.ldexp(np.rint(np.ldexp(significand, bits)), exponent - bits)
