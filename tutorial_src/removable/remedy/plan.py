"""How a program is continued to a point.

The plan is found by looking at values around the point, or is refused with a reason.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from removable.errors import InputError, NotRemovableError, PoleError
from removable.remedy import annulus, circles, expansion, poles
from removable.remedy.backends import Table
from removable.remedy.circles import EPS, Values
from removable.remedy.noise import WORST
from removable.remedy.one_sided import explanation
from removable.remedy.radius import factor_to_small_coefficients, inner_circle
from removable.remedy.reach import reach_and_terms

__all__ = ["Kind", "NotTakenError", "Plan", "of_squares", "search"]

Kind = Literal["circle", "real line"]
"""Where the program is evaluated, around the point in the complex plane or on both sides of it."""

_NODES = 352
"""Nodes on each circle of a program that is evaluated anew at each call; half of them are computed.

For the coefficients 128 are enough. Their rounding errors are those of single values over the root
of the number of nodes.
"""

_LOOKED_AT = 64
"""How many coefficients on each side of index 0 tell whether a plan still holds."""


_FAR = 100.0
"""A power series that is found at this distance only, in units of max(1, |at|), is compared with
both sides of the point."""


_OFF = 1e4
"""Noise on the real axis, closer to the point, over that on the circle."""

_HIGHEST = 8
"""The order of cancellation: rounding noise grows like this power of one over the distance, at
most."""

_PATCH = 2.0**-10
"""A program that is something else within this part of the reach, or of max(1, |at|), has been
patched; the patch is replaced."""

_PATCHED = 1e-3
"""So has one that differs by this much only, further out: by an approximation."""


_CALLS = 8
"""How often a program is called again before its elements are said to be mixed."""

_GOLDEN, _MANY = 0.6180339887, 100
"""At how many points, none of them round, a program is called again: chance that leaves most
elements alone is to be seen, too."""


class NotTakenError(Exception):
    """The program takes no numbers of this kind; the message is what it said."""


class _BranchError(NotRemovableError):
    """The program is something else at some distance from the point than it is further out."""

    def __init__(self, at: float, distance: float) -> None:
        super().__init__(
            f"the program is not the same function around {at!r} as further out, from a distance of {distance:.4g} on: it has a "
            "branch there, or is not analytic on complex numbers, as abs, conj and real are not"
        )
        self.distance = distance


@dataclass(frozen=True)
class Plan:
    """How a program is continued.

    Attributes
    ----------
    kind : {"circle", "real line"}
        Where the program is evaluated.
    radius : float
        The radius of the circle, or the outer one on the line: the unit of the coefficients.
    reach : float
        The distance up to which the polynomial is used.
    terms : int
        Its number of terms.
    coefficients : numpy.ndarray
        What they were when the plan was made, in units of the radius, shape (terms, E).
    numbers : tuple of float
        The same for a program of one variable.
    error : float
        The error of the value at the point, relative to the first coefficient that is not zero.
    level : float
        The noise in the values, relative to the largest.
    size : numpy.ndarray
        The largest value, shape (E,).
    note : str
        Why the program was not evaluated on complex numbers, if it was not.
    evaluations : int
        At how many points the program was evaluated to find this.
    dtype : str
        The dtype in which the program is evaluated at the nodes.
    dims : int
        The number of dimensions of the values.
    fill : float
        An offset at which the program is finite: it is evaluated there in place of the points near
        ``at``.
    tests : tuple of float
        Offsets on the real axis at which a program that is evaluated again is compared with the
        polynomial; see :meth:`holds`.
    at : float
        The point.
    inner : float
        The radius of a smaller circle, for a program that is evaluated again; 0 if there is none.
    inner_noise : float
        The noise there, over that on the larger one.
    squares : bool
        Whether the nodes are the squares of lengths, for a program that has values on one side of
        the point only.
    """

    kind: Kind
    radius: float
    reach: float
    terms: int
    coefficients: np.ndarray
    numbers: tuple[float, ...]
    error: float
    level: float
    size: np.ndarray
    note: str
    evaluations: int
    fill: float
    dtype: str = ""
    dims: int = 0
    tests: tuple[float, ...] = ()
    at: float = 0.0
    inner: float = 0.0
    inner_noise: float = 1.0
    squares: bool = False

    @functools.cached_property
    def nodes(self) -> np.ndarray:
        """Rounded points at which the program is evaluated, shape (n,).

        Those on both circles come first, those of the tests last.
        """
        if self.kind == "circle":
            units = circles.unit_nodes(_NODES)
            return np.concatenate([self.at + r * units for r in self._radii] + [self.at + np.array(self.tests)])
        units = annulus.rule().nodes
        return self.at + self.radius * (units[: len(units) // 2] ** 2 if self.squares else units)

    @functools.cached_property
    def steps(self) -> tuple[Table, ...]:
        """Matrices that turn values at the nodes into coefficients, one after the other."""
        if self.kind == "circle":
            return (self._from_circles(),)
        if self.squares:
            return tuple(map(Table, annulus.even_half()[:2]))
        on = annulus.rule_at((self.nodes - self.at) / self.radius)
        return Table(on.to_chebyshev), Table(on.to_powers)

    def _from_circles(self) -> Table:
        """Return the matrix that takes each coefficient from both circles.

        The circles are weighted by how well they determine the coefficient. The error of a
        coefficient is the noise over the radius to its power, and weights are the inverse squares
        of errors.
        """
        half, k = _NODES // 2, np.arange(self.terms)
        parts, weights = [], []
        for r, noise, nodes in zip(
            self._radii,
            (1.0, self.inner_noise),
            np.split(self.nodes[: half * len(self._radii)], len(self._radii)),
            strict=False,
        ):
            rule = circles.matrices((nodes - self.at) / r)[half : half + self.terms] * (self.radius / r) ** k[:, None]
            parts.append(np.stack(np.split(rule, 2, axis=1), 1))
            weights.append((noise * (self.radius / r) ** k) ** -2.0)
        both = [part * (weight / sum(weights))[:, None, None] for part, weight in zip(parts, weights, strict=True)]
        # The test points have no weight.
        rule = np.concatenate([*both, np.zeros((self.terms, 2, len(self.tests)))], 2)
        return Table(rule.reshape(self.terms, -1))

    @property
    def _radii(self) -> tuple[float, ...]:
        return (self.radius, self.inner) if self.inner else (self.radius,)

    @functools.cached_property
    def _laurent(self) -> np.ndarray:
        """The matrix from values on the larger circle to coefficients of index -64 to 63."""
        half = _NODES // 2
        return circles.matrices(circles.unit_nodes(_NODES))[half - _LOOKED_AT : half + _LOOKED_AT]

    def holds(self, values: np.ndarray) -> bool:
        """Tell whether the plan is good for values at its nodes, too, as they are now.

        Parameters
        ----------
        values : numpy.ndarray
            Shape (nodes, ...).
        """
        results = values.reshape(len(values), -1)
        if results.shape[1] != len(self.size) or not np.isfinite(results).all():
            return False
        if self.kind == "circle":
            tests = results[len(results) - len(self.tests) :].real
            results = results[: _NODES // 2]
        largest = np.max(np.abs(results), 0)
        if np.any(largest > 16 * self.size) or np.any((16 * largest < self.size) & (largest > 0)):
            return False
        if self.kind == "real line":
            on = annulus.rule()
            rest = annulus.even_half()[2] if self.squares else on.rest
            noise = on.amplified * np.max(np.abs(rest @ results.real), 0)
            return bool(np.all(noise <= max(10 * self.level, 8 * EPS) * largest))
        noise, series = np.split(self._laurent @ np.concatenate([results.real, results.imag]), 2)
        noise, k = np.max(np.abs(noise), 0), np.arange(len(series))
        here = np.power.outer(np.array(self.tests) / self.radius, k) @ series
        # |z|^2 is constant on the circle, and only the real axis tells.
        if np.any(np.abs(tests - here) > _OFF * (noise + EPS * largest)):
            return False
        terms = np.abs(_without_noise(series, noise)) * (self.reach / self.radius) ** k[:, None]
        left_out = np.sum(terms[self.terms :], 0)
        return bool(
            np.all(noise <= max(10 * self.level, 8 * EPS) * largest)
            and np.all(left_out <= 2 * max(self.level, EPS) * np.max(terms, 0))
        )


def search(on_circles: Values | None, on_line: Values, at: float, rounding: float, *, again: bool) -> Plan:
    """Look at a program around a point, and find how to continue it.

    Parameters
    ----------
    on_circles : Values or None
        The program on complex numbers: offsets, shape (N,), complex128, to values, shape (N, E). It
        raises :class:`NotTakenError` where it takes none. None if only real numbers are tried.
    on_line : Values
        The program on real numbers, float64, likewise.
    at : float
        The point.
    rounding : float
        The unit roundoff of the precision in which the program computes.
    again : bool
        Whether the program is evaluated again at each call, on two circles, because it reads what
        can change.

    Returns
    -------
    Plan
        How to continue it.

    Raises
    ------
    removable.errors.PoleError
        If there is a pole.
    removable.errors.NotRemovableError
        If the program has no power series there.
    removable.errors.InputError
        If it takes neither complex nor real numbers, or if it gives different values for the same
        x.

    Examples
    --------
    (1 - cos x)/x^2 is continued by 1/2 - x^2/24 and higher terms, from a circle and from the real
    line:

    >>> import numpy as np
    >>> from removable.remedy.plan import search
    >>> def h(t):
    ...     return ((1 - np.cos(t)) / t**2)[:, None]
    >>> for on_circles in (h, None):
    ...     with np.errstate(all="ignore"):
    ...         plan = search(on_circles, h, 0.0, 2.0**-53, again=False)
    ...     series = plan.coefficients[:3, 0] / plan.radius ** np.arange(3)
    ...     print(plan.kind, series.round(10).tolist(), plan.reach > 1)
    circle [0.5, 0.0, -0.0416666667] True
    real line [0.5, 0.0, -0.0416666667] True
    """
    # whatever the caller has asked NumPy to say of overflow and underflow
    with np.errstate(all="ignore"):
        return _searched(on_circles, on_line, at, rounding, again=again)


def _searched(on_circles: Values | None, on_line: Values, at: float, rounding: float, *, again: bool) -> Plan:
    _check_elements(on_line, at)
    note = ""
    if on_circles is not None:
        try:
            return _on_a_circle(on_circles, on_line, at, rounding, again=again)
        except PoleError:
            raise
        except poles.EssentialSingularityError as refusal:
            with contextlib.suppress(NotTakenError):  # from afar a jump can look like one
                reason = explanation(on_line, at)
                raise reason if "a jump" in str(reason) else refusal from None
            raise
        except (NotRemovableError, NotTakenError) as refusal:
            note = str(refusal)
    most = np.inf
    while True:
        try:
            fit = annulus.fit(on_line, at, rounding, most=most)
            _check_afar(annulus.INNER * fit.innermost, 0.5, on_line, at)
            plan = _on_the_line(fit, fit.radius, fit.coefficients, note)
            return _checked(plan, on_line, at, annulus.INNER * fit.innermost)
        except NotTakenError as refusal:
            raise InputError(f"the program cannot be evaluated around {at!r}: {refusal}") from refusal
        except _BranchError as refusal:
            most = refusal.distance  # no more than half of what it was
            if most < _PATCH * max(1.0, abs(at)) * 2.0**-10:
                raise


def of_squares(on_line: Values, rounding: float, note: str = "") -> Plan:
    """Look at a program of the square of a length, for squares greater than 0.

    The program takes no complex numbers.

    Parameters
    ----------
    on_line : Values
        The program on real numbers: it takes squares, shape (N,), float64, to values, shape (N, E).
    rounding : float
        The unit roundoff of the precision in which the program computes.
    note : str
        Why it was not evaluated on complex numbers.

    Returns
    -------
    Plan
        How to continue it to 0, and to negative squares.

    Raises
    ------
    removable.errors.NotRemovableError
        If as a function of the length it is not even.

    Examples
    --------
    The cosine of a length is 1 - s/2 + s^2/24:

    >>> import numpy as np
    >>> from removable.remedy.plan import of_squares
    >>> plan = of_squares(lambda s: np.cos(np.sqrt(s))[:, None], 2.0**-53)
    >>> np.round(plan.coefficients[:3, 0] / plan.radius ** np.arange(3), 10).tolist()
    [1.0, -0.5, 0.0416666667]
    """
    with np.errstate(all="ignore"):
        fit = annulus.fit(lambda t: on_line(t * t), 0.0, rounding)
        _check_afar(annulus.INNER * fit.innermost, 0.5, lambda t: on_line(t * t), 0.0)
        plan = _on_the_line(fit, fit.radius**2, fit.coefficients[::2], note)
        plan = dataclasses.replace(plan, reach=0.25 * plan.radius, fill=0.25 * plan.radius, squares=True)
        return _checked(plan, on_line, 0.0, (annulus.INNER * fit.innermost) ** 2)


def _on_the_line(fit: annulus.Fit, radius: float, coefficients: np.ndarray, note: str) -> Plan:
    return Plan(
        kind="real line",
        radius=radius,
        reach=0.5 * radius,
        terms=len(coefficients),
        coefficients=coefficients,
        numbers=_numbers(coefficients),
        error=fit.error,
        level=max(fit.level, EPS),
        size=fit.size,
        note=note,
        evaluations=fit.evaluations,
        fill=0.5 * radius,
    )


def _check_afar(innermost: float, far: float, on_line: Values, at: float) -> None:
    """Raise if there is a power series far from the point only, and both sides differ.

    For instance, round(x) is like x far out.
    """
    if innermost > far * max(1.0, abs(at)):
        reason = explanation(on_line, at)
        if "tends to" in str(reason) or _in_steps(on_line, at):
            raise reason


def _in_steps(on_line: Values, at: float) -> bool:
    """Tell whether a program stays the same when its argument moves a little.

    Steps do so, and noise does not.
    """
    t = max(1.0, abs(at)) * 0.83 * 2.0 ** -np.arange(0, 8.0)
    there, moved = (on_line(t * by) for by in (1.0, 1 + 2.0**-20))
    return bool(np.all(there == moved) and np.ptp(there.real) > 0)


def _check_elements(on_line: Values, at: float) -> None:
    """Raise if the program gives another value at the same point when it is called again.

    It is called a second time alike, and then with other points beside it.
    """
    scale = max(1.0, abs(at))
    t = scale * np.concatenate([[0.113, -0.237, 0.371, -0.049], 0.4 * np.modf(_GOLDEN * np.arange(1, _MANY))[0]])

    def called(other: float) -> np.ndarray:
        return on_line(np.concatenate([other * t[:3], t, other * t, other * t[:2]]))[3 : 3 + len(t)]

    with contextlib.suppress(NotTakenError):  # a program of other numbers is looked at with those
        first, beside = called(0.7), called(1.3)
        chance, mixed = _difference(first, called(0.7)), _difference(first, beside)
        if mixed and not chance:  # chance that leaves most elements alone may leave all alone in two calls
            again = (_difference(beside, called(1.3)) for _ in range(_CALLS))
            chance = next(filter(None, again), "")
        if chance:
            raise InputError(
                f"the function gives {chance} for the same x: it depends on chance, or on what changes from call to call; "
                "give one that always returns the same."
            )
        if mixed:
            raise InputError(
                f"the function gives {mixed} for the same x: it depends on the other elements of the array; "
                "give one that treats the elements independently."
            )


def _difference(first: np.ndarray, other: np.ndarray) -> str:
    """Write the two values that differ most, or nothing."""
    with np.errstate(all="ignore"):
        apart = np.abs(other - first)
        if np.nanmax(apart, initial=0.0) <= 1e-8 * np.nanmax(np.abs(first[np.isfinite(first)]), initial=0.0):
            return ""
    worst = np.nanargmax(apart)
    return _both(first.ravel()[worst], other.ravel()[worst])


def _both(one: float, other: float) -> str:
    """Write two numbers that differ."""
    digits = next((d for d in range(6, 17) if f"{one.real:.{d}g}" != f"{other.real:.{d}g}"), 17)
    return f"{one.real:.{digits}g} and {other.real:.{digits}g}"


def _on_a_circle(on_circles: Values, on_line: Values, at: float, rounding: float, *, again: bool) -> Plan:
    power_series = expansion.expand(on_circles, at, rounding)
    _check_afar(power_series.innermost, _FAR, on_line, at)
    if again:
        unit, errors, error = power_series.circle, power_series.noise_on_circle, power_series.error_on_circle
        series = _without_noise(power_series.on_circle, errors)
    else:
        unit, series, errors, error = (
            power_series.unit,
            power_series.coefficients,
            power_series.errors,
            power_series.error,
        )
    if error > WORST:
        raise NotRemovableError(f"the value at {at!r} could be found to {error:.0e} of its size only")
    good = reach_and_terms(
        series, errors, unit, 2 * power_series.circle, power_series.radii, power_series.noise, rounding
    )
    if good is None:
        raise NotRemovableError(f"the power series at {at!r} keeps its digits at no distance")
    reach, terms = good
    scale = 1.0 if again else factor_to_small_coefficients(unit, power_series.circle)
    series = series * scale ** np.arange(len(series))[:, None]
    plan = Plan(
        kind="circle",
        radius=unit * scale,
        reach=reach,
        terms=terms,
        coefficients=series[:terms],
        numbers=_numbers(series[:terms]),
        error=error,
        level=power_series.level,
        size=power_series.size,
        note="",
        evaluations=power_series.evaluations,
        fill=reach,
    )
    plan = _checked(plan, on_line, at, power_series.innermost)
    if not again:
        return plan
    tests = (at + plan.reach * np.array([1.0, -1.0, 0.75, -0.75])) - at
    with np.errstate(all="ignore"):
        finite = np.isfinite(on_circles(tests.astype(complex))).all(1)
    plan = dataclasses.replace(plan, tests=tuple(tests[finite].tolist()))
    inner, inner_noise = inner_circle(power_series.radii, power_series.noise, power_series.circle)
    return dataclasses.replace(plan, inner=inner, inner_noise=inner_noise)


def _without_noise(series: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return coefficients, 0 for those that are noise."""
    return np.where(np.abs(series) <= 4 * noise, 0.0, series)


def _numbers(series: np.ndarray) -> tuple[float, ...]:
    return tuple(series[:, 0].tolist()) if series.shape[1] == 1 else ()


def _checked(plan: Plan, on_line: Values, at: float, innermost: float) -> Plan:
    """Compare the polynomial with the program on the real line.

    Return the plan, with a point at which the program is finite. A program such as abs(z)^2 is
    constant on every circle around 0, and floor(x) is like x far out: only this comparison reveals
    them.
    """
    lowest = max(_PATCH * min(plan.reach, max(1.0, abs(at))), 2**12 * EPS * abs(at))
    lowest = min(lowest, plan.reach)
    octaves = np.log2(plan.reach / lowest)
    # No round numbers: there the program may have other holes.
    t = plan.reach * np.concatenate(
        [0.9973 * 2.0 ** -np.arange(0, octaves + 0.25, 0.25), (np.arange(1, 100) - 0.37) / 100]
    )
    t = t[t >= 0.99 * lowest]
    t = (at + np.concatenate([t, -t])) - at
    with np.errstate(all="ignore"):
        try:
            results = np.real(on_line(t))
        except NotTakenError as refusal:
            raise NotRemovableError(f"the program takes no real numbers around {at!r}: {refusal}") from refusal
        powers = (t / plan.radius)[:, None] ** np.arange(plan.terms)
        mine, size = powers @ plan.coefficients, np.abs(powers) @ np.abs(plan.coefficients)
        # Closer to the point than the circles are, rounding noise grows, though not at once.
        grown = 1e5 * max(plan.error, EPS) * (innermost / np.abs(t)) ** _HIGHEST
        worst = np.where(np.abs(t) < innermost, np.maximum(grown, _PATCHED), max(WORST, 1e3 * plan.error))
        apart = np.abs(results - mine) > worst[:, None] * size
    finite = np.isfinite(results)
    apart &= finite
    if apart.any() or not finite.any():
        reason = explanation(on_line, at)
        if "tends to" in str(reason):
            raise reason
        if not apart.any():
            raise NotRemovableError(f"on the real line around {at!r} the program is not finite anywhere")
        raise _BranchError(at, float(np.max(np.where(apart.any(1), np.abs(t), 0.0))))
    fill = t[np.flatnonzero(finite.all(1))[0]] if finite.all(1).any() else plan.fill
    return dataclasses.replace(plan, fill=float(fill))
