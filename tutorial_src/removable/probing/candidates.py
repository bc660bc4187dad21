"""Points in an interval at which a program may be wrong, for people who do not know the point.

Four signs are looked for between samples of the interval: results that cease to be finite; a value
or derivative that jumps; and, in a record of the program, a number that an operation is given and
that changes its sign or vanishes, and a comparison that turns over. Each is followed to its point,
and the last two are taken for signs only if results lose digits there, differ on both sides, or are
not finite. A program that cannot be recorded is searched for lost digits alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from removable.probing.evaluation import Evaluator
from removable.probing.line import Line
from removable.probing.narrowing import narrowed, simplest_between
from removable.probing.recorded import Key, Numbers, Recorder, recorder
from removable.probing.rows import Rows
from removable.probing.signs import PLAIN, lost, plainness, residuals, scatter

__all__ = ["MOST", "Search", "candidates"]

MOST = 24
"""How many points are judged at most, those with the plainest sign first."""

_FIRST = 0.6180339887498949
"""The part of the interval at which a program is tried first: no simple number."""

_WINDOW = 0.1
"""The largest distance at which signs of a point are measured, in units of its size, or of 1."""

_SAME = 1e-3
"""Signs nearer to each other than this, in these units, have one point, unless both are exact."""

_EXACT = 1e-13
"""So near to each other are two exact signs of the same point."""

_PEAK, _REMAINS = 5.0, 0.2
"""A jump is this much larger than changes around, and this part of it remains at its point."""

_PLAINER = 30.0
"""A jump is so many times larger than rounding errors beside it."""

_AROUND = 4
"""Changes on either side with which a jump is compared."""

_TOUCHES = 1e-6
"""What is left of a number that vanishes and keeps its sign, as a part of its size beside."""

_SNAPPED = 2e-8
"""A point that is not exact is moved so far to a simple number at which the sign is as plain."""

_SHAKEN = (-3, -2, -1, 1, 2, 3)
"""Roundings of the argument by which lost digits are looked for, without a record."""

_HUGE = 1e300
"""What rounding errors are taken for that are not finite."""

_DIGITS = 12
"""Where a number is nowhere exactly 0, an argument of so few characters is preferred."""

_MARGIN = 0.2
"""The distance of these from the ends of the interval and from signs, in units of their size."""


@dataclass(frozen=True)
class _Effort:
    """How much is computed.

    Attributes
    ----------
    samples : int
        Samples of the interval.
    parts : int
        Into how many parts an interval is divided, time after time.
    distances : int
        Distances at which a point is looked at.
    followed : int
        Places of each sign that are followed.
    peaks : int
        Places with large rounding errors that are followed, of a program without a record.
    beside : int
        Points without a sign that are judged.
    """

    samples: int
    parts: int
    distances: int
    followed: int
    peaks: int
    beside: int


_MANY_AT_ONCE = _Effort(samples=601, parts=16, distances=7, followed=400, peaks=16, beside=5)
_ONE_BY_ONE = _Effort(samples=61, parts=2, distances=3, followed=12, peaks=3, beside=2)


@dataclass(frozen=True)
class Search:
    """What a search of an interval has found.

    Attributes
    ----------
    points : tuple of float
        The points with a sign, ascending; at most :data:`MOST`.
    beside : tuple of float
        Points without a sign, away from those, at which the program is to be judged as well.
    more : int
        How many points with a sign there are beyond these.
    not_followed : int
        How many places were too many to be followed.
    spacing : float
        The largest distance between two samples.
    """

    points: tuple[float, ...]
    beside: tuple[float, ...]
    more: int
    not_followed: int
    spacing: float


@dataclass(frozen=True)
class _Sign:
    """A point, how plain its sign is, and whether the point is exact."""

    point: float
    plain: float
    exact: bool


def candidates(evaluator: Evaluator, line: Line, low: float, high: float) -> Search:
    """Search an interval for points at which a program may be wrong.

    Parameters
    ----------
    evaluator, line
        The framework, and the line along the coordinate that is searched.
    low, high : float
        The ends of the interval.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> from removable.probing.candidates import candidates
    >>> taken = subject(lambda x: (x**2 - 4) / (x - 2), 0.5)
    >>> candidates(taken.evaluator, taken.lines[0], -3.0, 3.0).points
    (2.0,)
    """
    return _Interval(evaluator, line, low, high).search()


class _Interval:
    """An interval that is searched."""

    def __init__(self, evaluator: Evaluator, line: Line, low: float, high: float) -> None:
        start, direction = line.start.copy(), np.zeros(line.start.shape)
        start[line.moving_index], direction[line.moving_index] = 0.0, 1.0
        line = replace(line, start=start, direction=direction)  # its offset is the argument itself
        first = low + _FIRST * (high - low)
        self.low, self.high = low, high
        self.rows = Rows(evaluator, line, first)
        self.recorder = recorder(evaluator, line, np.linspace(first, high, 3))
        many = (line.name == "jax" and self.recorder is not None) or evaluator.takes_many(line, line.dtype)
        self.effort = _MANY_AT_ONCE if many else _ONE_BY_ONE
        even = np.linspace(low, high, self.effort.samples)
        self.x = np.unique(self.rows.rounded(np.concatenate([even, _simple_numbers(low, high, len(even))])))
        self.x = self.x[(self.x >= low) & (self.x <= high)]
        self.not_followed = 0

    def search(self) -> Search:
        """Look for all signs."""
        sampled = self.rows(self.x)
        finite = np.isfinite(sampled).all(0)
        signs = [*self._ends(sampled), *self._jumps(sampled, finite)]
        signs += self._recorded(self.recorder) if self.recorder else self._lost()
        points = _apart(signs)
        kept = sorted(float(sign.point) for sign in points[:MOST])
        beside = self._beside(self.x[np.isfinite(sampled[0])], np.array([sign.point for sign in points]))
        spacing = float(np.max(np.diff(self.x), initial=0.0))
        return Search(tuple(kept), beside, len(points) - len(kept), self.not_followed, spacing)

    def _first(self, places: np.ndarray, most: int = 0) -> np.ndarray:
        """Return as many places as are followed, and note that there are more."""
        most = most or self.effort.followed
        self.not_followed += max(0, len(places) - most)
        return places[:most]

    def _narrowed(
        self, score: Callable[[np.ndarray], np.ndarray], places: np.ndarray, wider: int = 0, least: float = 1e-18
    ) -> tuple[np.ndarray, np.ndarray]:
        """Narrow the intervals from samples to the next ones."""
        least *= max(1.0, abs(self.low), abs(self.high))
        low, high = self.x[np.maximum(places - wider, 0)], self.x[np.minimum(places + 1, len(self.x) - 1)]
        parts = max(self.effort.parts, 8 * wider)

        def rounded(x: np.ndarray) -> np.ndarray:
            return score(self.rows.rounded(x))

        low, high = narrowed(rounded, low, high, self.rows.apart, parts=parts, wider=wider, least=least)
        return self.rows.rounded(low), self.rows.rounded(high)

    def _ends(self, sampled: np.ndarray) -> Iterator[_Sign]:
        """Find points that are not finite, and the ends of intervals on which a result is not."""
        finite = np.isfinite(sampled)
        padded = np.pad(finite.all(0), 1, constant_values=True)
        alone = ~padded[1:-1] & padded[:-2] & padded[2:]
        yield from (_Sign(float(x), np.inf, exact=True) for x in self.x[alone])
        changes = (finite[:, 1:] != finite[:, :-1]).any(0)
        places = self._first(np.flatnonzero(changes & ~alone[1:] & ~alone[:-1]))

        def turns(x: np.ndarray) -> np.ndarray:
            good = np.isfinite(self.rows(x))
            return (good[..., 1:] != good[..., :-1]).any(0)

        for low, high in zip(*self._narrowed(turns, places), strict=True):
            yield _Sign(simplest_between(low, high), np.inf, exact=True)

    def _jumps(self, sampled: np.ndarray, finite: np.ndarray) -> Iterator[_Sign]:
        """Find jumps of the value and of derivatives, and poles."""
        with np.errstate(all="ignore"):
            change = residuals(sampled, self.x)
        change = np.where(finite[1:] & finite[:-1], change, 0.0)
        for k in range(3):
            size = np.abs(np.where(np.isfinite(sampled[k]), sampled[k], 0.0))
            least = np.sqrt(self.rows.rounding) * np.maximum(_around(size, np.max)[1:], _around(size, np.max)[:-1])
            jumps = (change[k] > _PEAK * _around(change[k], np.median)) & (change[k] > least)
            places = np.flatnonzero(jumps)
            places = self._first(places[np.argsort(-change[k][places], kind="stable")])

            def height(x: np.ndarray, k: int = k) -> np.ndarray:
                with np.errstate(all="ignore"):
                    return residuals(self.rows(x), x)[k]

            low, high = self._narrowed(height, places)
            if not len(places):
                continue
            left = height(np.stack([low, high], 1))[:, 0]
            noise = scatter(self.rows, low, high)[k]
            for place, a, b, jump, rounding in zip(places, low, high, left, noise, strict=True):
                if not jump < max(_REMAINS * change[k][place], _PLAINER * rounding):  # one that is NaN remains
                    yield _Sign(simplest_between(a, b), 1.0, exact=False)

    def _recorded(self, record: Recorder) -> Iterator[_Sign]:
        """Find where numbers vanish that operations are given, and where comparisons turn over."""
        inputs, compared = record(self.x)
        turned = [(key, np.flatnonzero(row[1:] != row[:-1])) for key, row in _different(compared)]
        crossed = [(key, np.flatnonzero(_crosses(row))) for key, row in _different(inputs)]
        touched = [(key, np.flatnonzero(_dips(row)) + 1) for key, row in _different(inputs)]
        followed = [
            *self._turned(record, self._some(turned)),
            *self._crossed(record, self._some(crossed)),
            *self._touched(record, inputs, self._some(touched)),
        ]
        points = np.array([point for point, _ in followed])
        plain = self._plainness(points)
        for (point, exact), strength in zip(followed, plain, strict=True):
            if strength:
                yield _Sign(point, float(strength), exact) if exact else self._snapped(point, float(strength))

    def _some(self, found: list[tuple[Key, np.ndarray]]) -> list[tuple[Key, int]]:
        """Return as many places as are followed, the rarest first, and note that there are more."""
        places = [(key, int(i)) for key, some in sorted(found, key=lambda one: len(one[1])) for i in some]
        self.not_followed += max(0, len(places) - self.effort.followed)
        return places[: self.effort.followed]

    def _turned(self, record: Recorder, places: list[tuple[Key, int]]) -> Iterator[tuple[float, bool]]:
        """Follow comparisons that turn over."""

        def turns(x: np.ndarray) -> np.ndarray:
            results = _of_each(record(x.ravel())[1], places, x)
            return results[:, 1:] != results[:, :-1]

        low, high = self._narrowed(turns, np.array([i for _, i in places], dtype=int))
        for a, b in zip(low, high, strict=True):
            yield simplest_between(a, b), True

    def _crossed(self, record: Recorder, places: list[tuple[Key, int]]) -> Iterator[tuple[float, bool]]:
        """Follow numbers that change their sign to where they are smallest."""

        def crosses(x: np.ndarray) -> np.ndarray:
            return np.apply_along_axis(_crosses, 1, _of_each(record(x.ravel())[0], places, x))

        if not places:
            return
        low, high = self._narrowed(crosses, np.array([i for _, i in places], dtype=int))
        more = 4 * self.rows.apart(np.maximum(np.abs(low), np.abs(high)))
        simple = [simplest_between(a, b) for a, b in zip(low - more, high + more, strict=True)]
        x = self.rows.rounded(np.column_stack([simple, np.linspace(low, high, 5).T]))
        sizes = np.nan_to_num(np.abs(_of_each(record(x.ravel())[0], places, x)), nan=np.inf)
        plain = np.array([len(repr(number)) <= _DIGITS for number in x[:, 0].tolist()])
        as_small = (sizes.min(1) > 0) & (sizes[:, 0] <= np.maximum(sizes[:, 1], sizes[:, -1]))
        best = np.where(plain & as_small, 0, np.argmin(sizes, axis=1))
        points = x[np.arange(len(x)), best]
        around = self.rows.rounded(points[:, None] + np.array([-8.0, 8.0]) * self.rows.apart(points)[:, None])
        alone = (_of_each(record(around.ravel())[0], places, around) != 0).all(1)
        yield from zip(points.tolist(), alone.tolist(), strict=True)

    def _touched(
        self, record: Recorder, inputs: Numbers, places: list[tuple[Key, int]]
    ) -> Iterator[tuple[float, bool]]:
        """Follow numbers that come near to 0 and do not change their sign."""

        def nearness(x: np.ndarray) -> np.ndarray:
            sizes = np.abs(_of_each(record(x.ravel())[0], places, x))
            return -np.fmin(sizes[:, 1:], sizes[:, :-1])

        if not places:
            return
        low, high = self._narrowed(nearness, np.array([i for _, i in places], dtype=int), wider=1)
        left = -nearness(np.stack([low, high], 1))[:, 0]
        for (key, i), a, b, size in zip(places, low, high, left, strict=True):
            if size <= _TOUCHES * max(abs(inputs[key][i - 1]), abs(inputs[key][i + 1])):
                yield float(self.rows.rounded((a + b) / 2)), False

    def _plainness(self, points: np.ndarray) -> np.ndarray:
        if not len(points):
            return np.zeros(0)
        width = np.minimum((self.high - self.low) / self.effort.samples, _WINDOW * np.maximum(1.0, np.abs(points)))
        return plainness(self.rows, points, width, self.effort.distances)

    def _snapped(self, point: float, strength: float) -> _Sign:
        """Move a point to a simple number near by, if the sign is at least as plain there."""
        reach = max(_SNAPPED, 8 * self.rows.rounding) * max(1.0, abs(point))
        simple = float(self.rows.rounded(np.array(simplest_between(point - reach, point + reach))))
        if (again := float(self._plainness(np.array([simple]))[0])) >= strength:
            return _Sign(simple, again, exact=False)
        return _Sign(point, strength, exact=False)

    def _lost(self) -> Iterator[_Sign]:
        """Find points towards which rounding errors grow, of a program that cannot be recorded."""

        def errors(x: np.ndarray) -> np.ndarray:
            seen = lost(self.rows, x.ravel(), _SHAKEN)[0][1:].max(0).reshape(x.shape)
            return np.where(np.isfinite(seen), seen, np.inf)

        here = errors(self.x)
        known = np.where(np.isfinite(self.rows(self.x)).all(0), np.minimum(here, _HUGE), 0.0)
        padded = np.concatenate([[0.0], known, [0.0]])
        peaks = np.flatnonzero((known >= padded[:-2]) & (known > padded[2:]))
        peaks = self._first(peaks[np.argsort(-known[peaks], kind="stable")], self.effort.peaks)

        def largest(x: np.ndarray) -> np.ndarray:
            there = errors(x)
            return np.maximum(there[:, 1:], there[:, :-1])

        low, high = self._narrowed(largest, peaks, wider=1, least=_SNAPPED / 2)
        points = self.rows.rounded((low + high) / 2)
        for point, strength in zip(points, self._plainness(points), strict=True):
            if strength > PLAIN:
                yield self._snapped(float(point), float(strength))

    def _beside(self, x: np.ndarray, points: np.ndarray) -> tuple[float, ...]:
        """Return samples that are spread over the interval, away from points and from its ends."""
        margin = _MARGIN * np.maximum(1.0, np.abs(x))
        near = np.abs(x[:, None] - points).min(1, initial=np.inf) < margin
        inside = (x - self.low >= margin) & (self.high - x >= margin) & ~near
        if not inside.any():  # of a short interval the middle
            inside = ~near & (np.abs(x - (self.low + self.high) / 2) <= (self.high - self.low) / 8)
        free = x[inside]
        if not len(free):
            return ()
        targets = np.linspace(free[0], free[-1], self.effort.beside)
        return tuple(sorted({float(free[np.argmin(np.abs(free - target))]) for target in targets}))


def _different(rows: Numbers) -> list[tuple[Key, np.ndarray]]:
    """Return rows without those that are the same as another one, or its negative."""
    return list({min(row.tobytes(), (-row).tobytes()): (key, row) for key, row in rows.items()}.values())


def _of_each(rows: Numbers, places: list[tuple[Key, int]], x: np.ndarray) -> np.ndarray:
    """Return of each place the number that is followed there, at its own arguments."""
    nothing = np.full(x.size, np.nan)  # where the program has no such operation
    return np.array([rows.get(key, nothing).reshape(x.shape)[i] for i, (key, _) in enumerate(places)]).reshape(x.shape)


def _crosses(row: np.ndarray) -> np.ndarray:
    """Return whether the sign changes from each number to the next, or either is 0."""
    return (np.sign(row[1:]) * np.sign(row[:-1]) <= 0) & ((row[1:] != 0) | (row[:-1] != 0))


def _dips(row: np.ndarray) -> np.ndarray:
    """Return at which inner numbers a parabola through three comes near to 0 and keeps its sign."""
    size = np.abs(row)
    left, here, right = size[:-2], size[1:-1], size[2:]
    with np.errstate(all="ignore"):
        bottom = here - (right - left) ** 2 / (8 * (left - 2 * here + right))
        same = (np.sign(row[:-2]) == np.sign(row[1:-1])) & (np.sign(row[2:]) == np.sign(row[1:-1]))
        return same & (here < left) & (here <= right) & (bottom <= np.maximum(left, right) / 4)


def _apart(signs: list[_Sign]) -> list[_Sign]:
    """Return one sign of each point, the plainest first."""
    kept: list[_Sign] = []
    for sign in sorted(signs, key=lambda sign: (not sign.exact, -sign.plain, len(repr(sign.point)), sign.point)):
        size = max(1.0, abs(sign.point))
        if all(abs(sign.point - k.point) > (_EXACT if sign.exact and k.exact else _SAME) * size for k in kept):
            kept.append(sign)
    return sorted(kept, key=lambda sign: -sign.plain)


def _around(values: np.ndarray, measure: Callable[..., np.ndarray]) -> np.ndarray:
    """Return a measure of the values on either side of each, without the value itself."""
    padded = np.pad(values, _AROUND, "reflect" if len(values) > _AROUND else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1)
    return measure(np.delete(windows, _AROUND, axis=1), axis=1)


def _simple_numbers(low: float, high: float, most: int) -> np.ndarray:
    """Return whole and half numbers in an interval, if there are not too many, and 0."""
    first, last = np.ceil(2 * low), np.floor(2 * high)
    return np.arange(first, last + 1) / 2 if last - first < most else np.zeros(1)
