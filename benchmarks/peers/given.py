"""What a tool is given of a case: functions of the arguments that move, and the point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from probing.case import Case
from removable.probing.subject import subject

__all__ = ["Given", "given"]


@dataclass(frozen=True)
class Given:
    """A function of one tensor, and the point.

    Attributes
    ----------
    function : callable
        Returns one tensor of one dimension. What does not move has been filled in.
    point : object
        The tensor at the point, in the dtype of the case.
    dtype : str
        That dtype.
    """

    function: Callable[[Any], Any]
    point: Any
    dtype: str


def given(case: Case) -> list[Given]:
    """Take a case apart: a function for each argument that moves.

    A tool gets the whole argument, also where the case names one direction: no tool but the probe
    takes a direction or a side.
    """
    of_subject = {name: each for name, each in case.keywords.items() if name in ("along", "dtype")}
    taken = subject(case.function, case.at, framework=case.framework, **of_subject)
    by_argument = {id(line.start): line for line in taken.lines}
    found = []
    for line in by_argument.values():

        def function(x: Any, program: Callable[[Any], list[Any]] = line.program) -> Any:
            (output,) = program(x)
            return output

        found.append(Given(function, taken.evaluator.tensor(line.start, line.dtype), line.dtype))
    return found
