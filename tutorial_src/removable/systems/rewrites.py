"""Patterns that optimisers rewrite, so that a value or a slope becomes another.

No optimiser of PyTorch, TensorFlow or JAX cancels a common factor. Each of them knows other rules
of algebra. Grappler, which optimises the graphs of ``tf.function``, makes ``expm1(x)`` of ``exp(x)
- 1``. XLA makes ``x`` of ``log(exp(x))``. Some of these rules take an error away that a removable
singularity, or an overflow, has brought in. This module measures which, and how far it helps: the
value and the slope of each pattern in every mode of the three frameworks, against exact arithmetic.

The rules are written for speed. None of them asks whether the result is a better number, and none
is told of the slope.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from removable import frameworks, truth
from removable.arguments import checked_names, checked_order
from removable.errors import InputError
from removable.functions import Array, Namespace, Program, elementary
from removable.grid import gamma_grid
from removable.systems import jax, tensorflow, torch
from removable.systems.modes import Mode, Ran

__all__ = ["REWRITES", "Pattern", "Rewrites", "Row", "measure"]

_MODES: dict[str, dict[str, Mode]] = {"PyTorch": torch.MODES, "TensorFlow": tensorflow.MODES, "JAX": jax.MODES}
_NAMES = {"PyTorch": "torch", "TensorFlow": "tensorflow", "JAX": "jax"}

_NEGLIGIBLE = 1e-9
"""Errors below this, relative to the size of the truth, count as none.

Other bits are no other result.
"""

_MUCH = 10.0
"""The factor by which a larger error has to grow or to shrink."""


def _around(at: float, *, smallest: float = 1e-20) -> tuple[float, ...]:
    """Return 40 points on each side of a point, out to 1/2, and not the point itself.

    As many for every pattern: JAX compiles its operations anew for arrays of another length.
    """
    points = at + gamma_grid(40, smallest=smallest, largest=0.5)
    return tuple(points[points != at].tolist())


def _scaled(at: float) -> tuple[float, ...]:
    """Return 80 points from half of a point to its double."""
    return tuple((at * np.geomspace(0.5, 2.0, 80)).tolist())


@dataclass(frozen=True)
class Pattern:
    """An expression that some optimiser rewrites, or might.

    Attributes
    ----------
    title : str
        The expression as it is typed: ``"log(exp(x))"``.
    program : callable
        Called as ``program(x, xp)``.
    at : float
        The singular point, or one at which something overflows.
    beside : tuple of float
        Other points, at which errors are measured. ``at`` is not among them.
    meant : callable, optional
        The function meant, called as ``meant(x, xp)``, where exact arithmetic cannot run the
        program at all points.
    """

    title: str
    program: Program = field(repr=False)
    at: float
    beside: tuple[float, ...] = field(repr=False)
    meant: Program | None = field(default=None, repr=False)

    @property
    def points(self) -> np.ndarray:
        """The point ``at``, and after it the points beside it: shape ``(n,)``, float64."""
        return np.array([self.at, *self.beside])

    def truth(self) -> np.ndarray:
        """Return value and slope at :attr:`points`, rounded once: shape ``(2, n)``, float64.

        Examples
        --------
        >>> from removable.systems.rewrites import REWRITES
        >>> REWRITES[0].title, REWRITES[0].truth()[:, 0]
        ('(exp(x) - 1)/x', array([1. , 0.5]))
        """
        return truth.derivatives(self.meant or self.program, self.points, base=0.0)


def _expm1_by_kahan(x: Array, xp: Namespace) -> Array:
    u = xp.exp(x)
    return (u - 1) / elementary(xp).log(u)


def _log1p_by_kahan(x: Array, xp: Namespace) -> Array:
    u = x + 1
    return elementary(xp).log(u) / (u - 1)


_FROM_0, _FROM_1000, _FROM_300 = _around(0.0), _around(1000.0, smallest=2.0**-20), _around(300.0, smallest=2.0**-20)
_NOT_TOO_NEAR = _around(0.0, smallest=2.0**-50)

REWRITES: tuple[Pattern, ...] = (
    Pattern("(exp(x) - 1)/x", lambda x, xp: (xp.exp(x) - 1) / x, at=0.0, beside=_FROM_0),
    Pattern("log(1 + x)/x", lambda x, xp: elementary(xp).log(1 + x) / x, at=0.0, beside=_FROM_0),
    Pattern("((x + 1) - 1)/x", lambda x, xp: ((x + 1) - 1) / x, at=0.0, beside=_FROM_0),
    Pattern("0*(1/x)", lambda x, xp: 0 * (1 / x), at=0.0, beside=_FROM_0, meant=lambda x, xp: 0 * x),
    Pattern("log(exp(x))", lambda x, xp: elementary(xp).log(xp.exp(x)), at=1000.0, beside=_FROM_1000),
    Pattern("exp(x)*exp(-x)", lambda x, xp: xp.exp(x) * xp.exp(-x), at=1000.0, beside=_FROM_1000),
    Pattern("exp(x)/exp(x - 1)", lambda x, xp: xp.exp(x) / xp.exp(x - 1), at=1000.0, beside=_FROM_1000),
    Pattern("exp(x)**3 * exp(-3*x)", lambda x, xp: xp.exp(x) ** 3 * xp.exp(-3 * x), at=300.0, beside=_FROM_300),
    Pattern("sqrt(x*x)", lambda x, xp: xp.sqrt(x * x), at=1e200, beside=_scaled(1e200)),
    Pattern("log(x**2.5)", lambda x, xp: elementary(xp).log(x**2.5), at=1e-200, beside=_scaled(1e-200)),
    Pattern("u = exp(x); (u - 1)/log(u)", _expm1_by_kahan, at=0.0, beside=_NOT_TOO_NEAR),
    Pattern("u = x + 1; log(u)/(u - 1)", _log1p_by_kahan, at=0.0, beside=_NOT_TOO_NEAR),
    Pattern("x*(x - 2)/(x - 2)", lambda x, xp: x * (x - 2) / (x - 2), at=2.0, beside=_around(2.0, smallest=2.0**-20)),
)
"""Patterns that an optimiser rewrites, and last a common factor, which none cancels.

The two with a ``u`` are remedies for the first two: Kahan's forms, in which both parts of the
fraction have the same rounding error. They are right as long as each operation is carried out as it
is written.
"""


@dataclass(frozen=True)
class Row:
    """What one mode of one framework makes of a pattern.

    Attributes
    ----------
    title : str
        The pattern, as it is typed.
    system : str
        The framework.
    mode : str
        Its mode.
    at : tuple of float
        Value and slope at the point ``at``.
    error : tuple of float
        The largest error of the value and of the slope beside that point; infinite where a result
        is not finite.
    eager : tuple of float
        The same errors of the framework's eager mode.
    differs : tuple of bool
        Whether value and slope differ from those of the eager mode in any bit, at any of the
        points.
    effect : tuple of str
        What became of the largest error of the eager mode, for value and slope: ``"right"`` if it
        is gone, ``"finite"`` if a result was not finite and is now, and wrong, ``"nearer"`` or
        ``"worse"`` if the error is smaller or larger by a factor of ten or more, and otherwise
        ``"same"``. Where the errors beside the point are the same, the one at the point decides.
        Errors below a billionth of the size of the truth count as none.
    program : str
        What computed the value, after all that the optimiser did: ``"RealDiv(Expm1(x), x)"``. Empty
        where operation after operation is run.
    divisions : int or None
        How many divisions there are in it; None where there is no program.
    """

    title: str
    system: str
    mode: str
    at: tuple[float, float]
    error: tuple[float, float]
    eager: tuple[float, float]
    differs: tuple[bool, bool]
    effect: tuple[str, str]
    program: str
    divisions: int | None


@dataclass(frozen=True)
class Rewrites:
    """All patterns in all modes.

    Attributes
    ----------
    rows : tuple of Row
        One for each pattern, framework and mode.
    true : dict
        For each pattern its true value and slope at ``at``.
    ran : dict
        ``ran[system, mode][title]`` is what :mod:`removable.systems.modes` calls a
        :class:`~removable.systems.modes.Ran`, at ``points``.
    absent : dict
        For each ``(system, mode)`` that cannot run on this machine a sentence that says why.
    versions : dict of str to str
        For each framework its name with its version.
    """

    rows: tuple[Row, ...]
    true: dict[str, tuple[float, float]]
    ran: dict[tuple[str, str], dict[str, Ran]] = field(repr=False)
    absent: dict[tuple[str, str], str]
    versions: dict[str, str]

    def row(self, title: str, system: str, mode: str) -> Row:
        """Return the row of a pattern in a mode.

        Raises
        ------
        removable.errors.InputError
            If there is no such row.
        """
        for row in self.rows:
            if (row.title, row.system, row.mode) == (title, system, mode):
                return row
        raise InputError(
            f"there is no row for {title!r} in {system!r}, mode {mode!r}; there are {list(self.ran)} and {list(self.true)}."
        )

    def changed(self, system: str, order: int = 0) -> list[Row]:
        """Return the rows of optimised modes whose error is not that of the eager mode.

        Parameters
        ----------
        system : str
            The framework.
        order : int
            0 for the value, 1 for the slope.

        Raises
        ------
        removable.errors.InputError
            If the framework was not measured, or the order is neither 0 nor 1.
        """
        order = checked_order(order, most=1)
        if system not in self.versions:
            raise InputError(
                f"system is {system!r}; give one of those measured, {', '.join(map(repr, self.versions))}."
            )
        return [row for row in self.rows if row.system == system and row.program and row.effect[order] != "same"]

    def table(self) -> str:
        """Lay out the rows whose error is another than in the eager mode.

        Some lines of text for a page.

        Each pattern begins with what is true, and with what the eager mode of the first framework
        measured makes of it.
        """
        lines = [
            _line("", "at the point", "", "largest error beside it"),
            _line("", "value", "slope", "value", "slope"),
        ]
        first = next(iter(self.versions))
        for title, true in self.true.items():
            rows = [row for row in self.rows if row.title == title]
            changed = [row for row in rows if row.program and set(row.effect) != {"same"}]
            eager = [row for row in rows if (row.system, row.mode) == (first, "eager")]
            lines += ["", title, _line("  true", *map(_short, true))]
            lines += [
                _line(f"  {row.system}, {row.mode}", *map(_short, (*row.at, *row.error))) for row in eager + changed
            ]
            if not changed:
                lines.append("  the same in every mode")
        return "\n".join(lines)


def _line(name: str, *cells: str) -> str:
    return f"{name:<32}{''.join(f'{cell:<11}' for cell in cells)}".rstrip()


def _short(number: float) -> str:
    return f"{number:.1e}" if 0 < abs(number) < 1e-3 else f"{number:.4g}"


def measure(names: Sequence[str] = tuple(_MODES), patterns: Sequence[Pattern] = REWRITES) -> Rewrites:
    """Run patterns in every mode of some frameworks, and tell what became better and what worse.

    Parameters
    ----------
    names : list of str
        Some of ``"PyTorch"``, ``"TensorFlow"`` and ``"JAX"``.
    patterns : list of Pattern
        What to run.

    Returns
    -------
    Rewrites
        The rows, and the results that they were results from.

    Raises
    ------
    removable.errors.InputError
        If a name is not one of those, or there is nothing to do.
    removable.errors.MissingFrameworkError
        If a framework is not installed; the message holds the command that installs it.

    Examples
    --------
    >>> from removable.systems.rewrites import REWRITES, measure
    >>> results = measure(["TensorFlow"], [REWRITES[0], REWRITES[-1]])
    >>> graph = results.row("(exp(x) - 1)/x", "TensorFlow", "tf.function")
    >>> graph.program, graph.effect
    ('RealDiv(Expm1(x), x)', ('right', 'nearer'))
    >>> results.row("x*(x - 2)/(x - 2)", "TensorFlow", "tf.function").at
    (nan, nan)
    >>> measure(["Theano"])
    Traceback (most recent call last):
        ...
    removable.errors.InputError: there are no rewrites of 'Theano' here;
        give some of 'PyTorch', 'TensorFlow', 'JAX'.
    """
    if unknown := [name for name in checked_names(names) if name not in _MODES]:
        raise InputError(f"there are no rewrites of {unknown[0]!r} here; give some of {', '.join(map(repr, _MODES))}.")
    if not patterns:
        raise InputError("patterns is empty; give at least one expression.")
    adapters = {name: frameworks.get(_NAMES[name]) for name in names}
    true = {p.title: p.truth() for p in patterns}
    ran: dict[tuple[str, str], dict[str, Ran]] = {}
    absent: dict[tuple[str, str], str] = {}
    for name in names:
        for mode, run in _MODES[name].items():
            results = run([p.program for p in patterns], [p.points for p in patterns])
            if isinstance(results, str):
                absent[name, mode] = results
            else:
                ran[name, mode] = dict(zip(true, results, strict=True))
    return Rewrites(
        rows=tuple(
            _row(title, key, results[title], ran[key[0], "eager"][title], true[title])
            for title in true
            for key, results in ran.items()
        ),
        true={title: (float(rows[0, 0]), float(rows[1, 0])) for title, rows in true.items()},
        ran=ran,
        absent=absent,
        versions={name: f"{name} {adapter.version}" for name, adapter in adapters.items()},
    )


def _row(title: str, key: tuple[str, str], ran: Ran, eager: Ran, true: np.ndarray) -> Row:
    """Compare one result with that of the eager mode, and both with the truth."""
    now, before = ((r.value, r.slope) for r in (ran, eager))
    errors = [_error(r, t) for r, t in zip(now, true, strict=True)]
    former = [_error(r, t) for r, t in zip(before, true, strict=True)]
    sizes = [np.abs(t).max(initial=1.0) for t in true]
    return Row(
        title,
        *key,
        at=_pair(lambda k: float(now[k][0])),
        error=_pair(lambda k: errors[k][1]),
        eager=_pair(lambda k: former[k][1]),
        differs=_pair(lambda k: not np.array_equal(now[k], before[k], equal_nan=True)),
        effect=_pair(lambda k: _effect(errors[k], former[k], sizes[k])),
        program=_expression(ran.code[0]) if ran.code else "",
        divisions=ran.divisions[0] if ran.divisions else None,
    )


def _pair(of: Callable[[int], Any]) -> tuple[Any, Any]:
    return of(0), of(1)


def _error(row: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Return the error at the point, and the largest beside it.

    Infinite where a result is not finite.
    """
    with np.errstate(invalid="ignore"):
        error = np.abs(row - true)
    error = np.where(np.isfinite(error), error, np.inf)
    return float(error[0]), float(error[1:].max())


def _effect(now: tuple[float, float], before: tuple[float, float], size: float) -> str:
    """Compare errors beside the point, and those at it where these are the same."""
    least = _NEGLIGIBLE * size
    for new, old in zip(reversed(now), reversed(before), strict=True):
        if np.isfinite(new) and max(new, least) * _MUCH <= max(old, least):
            return "right" if new <= least else "finite" if np.isinf(old) else "nearer"
        if np.isfinite(old) and max(old, least) * _MUCH <= max(new, least):
            return "worse"
    return "same"


_ASSIGNED = re.compile(r"^(\S+) = ([\w.]+)\((.*)\)$")
_INPUT = re.compile(r"^(?:param_|x\.|arg)\S*$")


def _expression(code: str) -> str:
    r"""Write the lines of a program as one expression in x.

    Leave them as they are where a name stands for two things.

    Examples
    --------
    >>> _expression("sub = Expm1(x)\ntruediv = RealDiv(sub, x)")
    'RealDiv(Expm1(x), x)'
    >>> _expression("Neg = Neg(x)\nNeg = Neg(Neg)")
    'Neg = Neg(x); Neg = Neg(Neg)'
    """
    known: dict[str, str] = {}
    inputs = set()
    for line in code.splitlines():
        if line.endswith(" = input"):
            known[line.removesuffix(" = input")] = "x"
            continue
        match = _ASSIGNED.match(line)
        if match is None or match[1] in known:
            return "; ".join(code.splitlines())
        words = match[3].split(", ")
        inputs |= {word for word in words if _INPUT.match(word)}
        known[match[1]] = f"{match[2]}({', '.join('x' if w in inputs else known.get(w, w) for w in words)})"
    if len(inputs) > 1:
        return "; ".join(code.splitlines())
    return list(known.values())[-1] if known else ""
