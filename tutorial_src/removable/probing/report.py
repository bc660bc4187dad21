"""What a probe has found."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from removable.errors import InputError
from removable.probing.cause import Cause
from removable.probing.cure import Cure
from removable.probing.modes import Disagreement
from removable.probing.report_html import as_html
from removable.probing.report_text import as_text, remarks, wrapped
from removable.probing.verdict import Judged, Order, Verdict

__all__ = ["Found", "Report"]

_WORST_FIRST: tuple[Verdict, ...] = ("unsound", "unsettled", "singular", "kink", "sound")


@dataclass(frozen=True)
class Found:
    """The verdict on one output along one line, and what else is known.

    Attributes
    ----------
    along : str
        What moves: ``"x"``, ``"v[2]"``, ``"conc"``.
    output : str
        The output; empty if there is one.
    at : float or None
        The coordinate of the point, if one element moves.
    dtype : str
        The dtype of the argument.
    judged : Judged
        The verdict.
    modes : tuple of Disagreement
        Derivatives that are right in reverse mode and wrong in another.
    single : Judged or None
        The verdict on the same in single precision.
    passed_over : tuple of str
        Modes and precisions that the program does not take, each with the reason.
    cure : Cure or None
        What to write instead.
    explain : callable or None
        Looks for the cause; it takes longer than the verdict, and is called when it is asked for.
    """

    along: str
    output: str
    at: float | None
    dtype: str
    judged: Judged
    modes: tuple[Disagreement, ...] = ()
    single: Judged | None = None
    passed_over: tuple[str, ...] = ()
    cure: Cure | None = None
    explain: Callable[[], Cause | None] | None = field(default=None, repr=False, compare=False)

    @functools.cached_property
    def cause(self) -> Cause | None:
        """The operation that makes the first wrong derivative wrong; None if nothing is."""
        return self.explain() if self.explain is not None else None

    @property
    def place(self) -> str:
        """What moves, where, and which output: ``"x = 0.0, output 1"``."""
        moved = self.along if self.at is None else f"{self.along} = {self.at!r}"
        return f"{moved}, {self.output}" if self.output else moved

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """What there is to say beside the verdict: pairs of a title and a sentence."""
        return remarks(self.judged, self.single, self.modes, self.passed_over, self.cause, self.cure)

    def __str__(self) -> str:
        return as_text(self.place, self.judged, self.remarks)

    def as_dict(self) -> dict[str, Any]:
        """Return numbers and sentences that JSON can hold."""
        return {
            "along": self.along,
            "output": self.output,
            "at": self.at,
            "dtype": self.dtype,
            "verdict": self.judged.verdict,
            "why": self.judged.why,
            "orders": [_plain(asdict(order) | {"wrong": order.is_wrong}) for order in self.judged.orders],
            "modes": [_plain(asdict(one)) for one in self.modes],
            "single_precision": [_plain(asdict(order)) for order in self.single.orders] if self.single else None,
            "passed_over": list(self.passed_over),
            "cause": str(self.cause) if self.cause else None,
            "cure": _plain(asdict(self.cure)) if self.cure else None,
        }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return numbers that are not finite as words, which JSON has no numbers for."""
    return {
        key: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in values.items()
    }


@dataclass(frozen=True)
class Report:
    """What a probe has found along each line.

    Attributes
    ----------
    function : str
        The name of the function.
    framework : str
        The framework.
    order : int
        The highest derivative that was judged.
    found : tuple of Found
        One for each line and output.
    between : tuple of float or None
        The interval in which points were looked for.
    beside : tuple of Found
        The same where there was no sign of anything wrong: at some points of the interval.
    more : int
        How many points with a sign were too many to be judged.
    not_followed : int
        How many places that may have one were too many to be followed.
    spacing : float
        The distance between two samples of the interval.
    """

    function: str
    framework: str
    order: int
    found: tuple[Found, ...]
    between: tuple[float, float] | None = None
    beside: tuple[Found, ...] = ()
    more: int = 0
    not_followed: int = 0
    spacing: float = 0.0

    @property
    def worst(self) -> Found:
        """The line and output with the worst verdict.

        Raises
        ------
        removable.errors.InputError
            If no point of an interval could be judged.
        """
        if not self._judged:
            raise InputError(f"between {self.between} no point could be judged; there is no line to tell of.")
        return min(self._judged, key=lambda found: _WORST_FIRST.index(found.judged.verdict))

    @property
    def _judged(self) -> tuple[Found, ...]:
        return self.found + self.beside

    @property
    def head(self) -> str:
        """Function, framework and verdict, in a line; of an interval also what that rests on."""
        head = f"{self.function} in {self.framework}: {self.verdict}"
        return f"{head}; {self.searched}" if self.between else head

    @property
    def searched(self) -> str:
        """What was looked at in an interval, and what was not; empty without one."""
        if not self.between:
            return ""
        points, others = len(self.points) + self.more, len({found.at for found in self.beside})
        low, high = self.between
        said = f"{_counted(points, 'candidate')} between {low!r} and {high!r}"
        said += (
            f", of which {len(self.points)} {'was' if len(self.points) == 1 else 'were'} judged" if self.more else ""
        )
        said += f"; judged at {_counted(others, 'point')} without a sign" if others else ""
        said += f"; {_counted(self.not_followed, 'place')} more not followed" if self.not_followed else ""
        return f"{said}; what is narrower than {self.spacing:.2g}, the distance of samples, may not be seen"

    @property
    def verdict(self) -> Verdict:
        """The worst verdict; "unsettled" if no point of an interval could be judged."""
        return self.worst.judged.verdict if self._judged else "unsettled"

    @property
    def why(self) -> str:
        """The sentence of that verdict."""
        return self.worst.judged.why if self._judged else "no point of the interval could be judged"

    @property
    def cause(self) -> Cause | None:
        """The operation that makes the first wrong derivative wrong; None if nothing is."""
        return self.worst.cause if self._judged else None

    @property
    def points(self) -> list[float]:
        """The points that were judged, if one element moves; of an interval those with a sign."""
        return sorted({found.at for found in self.found if found.at is not None})

    @property
    def orders(self) -> tuple[Order, ...]:
        """Value and derivatives where the verdict is worst."""
        return self.worst.judged.orders

    def __str__(self) -> str:
        return "\n".join([*wrapped(self.head), *map(str, self._shown)])

    @property
    def _shown(self) -> tuple[Found, ...]:
        """What is shown: not what is sound beside the signs."""
        return self.found + tuple(found for found in self.beside if found.judged.verdict != "sound")

    def as_dict(self) -> dict[str, Any]:
        """Return everything as numbers and sentences that JSON can hold."""
        return {
            "function": self.function,
            "framework": self.framework,
            "verdict": self.verdict,
            "found": [found.as_dict() for found in self.found],
        } | (self._of_interval() if self.between else {})

    def _of_interval(self) -> dict[str, Any]:
        """Return the same of what was searched."""
        return {
            "between": list(self.between or ()),
            "searched": self.searched,
            "beside": [found.as_dict() for found in self.beside],
        }

    def to_json(self) -> str:
        """Return everything as JSON; numbers that are not finite are words."""
        return json.dumps(self.as_dict(), indent=1)

    def _repr_html_(self) -> str:
        """Return the report as notebooks show it."""
        return as_html(self.head, [(found.place, found.judged, found.remarks) for found in self._shown])


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
