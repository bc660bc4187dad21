"""What a probe has found, in words, as JSON and in a notebook."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from removable.probing.verdict import Judged, Order, Verdict

__all__ = ["Found", "Report"]

_NAMES = ("value", "slope", "second derivative", "third derivative")

_WORST_FIRST: tuple[Verdict, ...] = ("unsound", "unsettled", "singular", "kink", "sound")


@dataclass(frozen=True)
class Found:
    """The verdict on one output along one line."""

    along: str
    output: str
    at: float | None
    dtype: str
    judged: Judged

    def __str__(self) -> str:
        place = self.along if self.at is None else f"{self.along} = {self.at!r}"
        head = f"{place}{', ' + self.output if self.output else ''}: {self.judged.verdict}"
        lines = [f"{head}; {self.judged.why}" if self.judged.why else head]
        for name, order in zip(_NAMES, self.judged.orders, strict=False):
            lines.append(f"  {name:<18} {_sentence(order)}")
        return "\n".join(lines)


def _sentence(order: Order) -> str:
    if order.one_sided:
        truth = f"{order.one_sided[0]:.7g} from the left, {order.one_sided[1]:.7g} from the right"
    elif math.isnan(order.true):
        truth = "not known"
    else:
        truth = f"{order.true:.7g}"
    said = f"{order.at:.7g} at the point, true: {truth}"
    if order.right_at is False:
        said += ", WRONG"
    if order.width:
        said += f"; wrong out to {'at least ' if order.at_least else ''}{order.width:.2g}"
    if order.nan:
        said += f"; not finite at {order.nan} of {order.samples} samples"
    return said


@dataclass(frozen=True)
class Report:
    """What a probe has found along each line."""

    function: str
    framework: str
    order: int
    found: tuple[Found, ...]

    @property
    def worst(self) -> Found:
        """The line and output with the worst verdict."""
        return min(self.found, key=lambda found: _WORST_FIRST.index(found.judged.verdict))

    @property
    def verdict(self) -> Verdict:
        """The worst verdict."""
        return self.worst.judged.verdict

    @property
    def why(self) -> str:
        """The sentence of that verdict."""
        return self.worst.judged.why

    @property
    def orders(self) -> tuple[Order, ...]:
        """Value and derivatives where the verdict is worst."""
        return self.worst.judged.orders

    def __str__(self) -> str:
        return "\n".join([f"{self.function} in {self.framework}", *map(str, self.found)])
