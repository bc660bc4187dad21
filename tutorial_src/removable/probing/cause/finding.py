"""What a search for the cause of a wrong result comes to."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import Literal

from removable.probing.cause.lines import SourceLine

__all__ = ["Cause", "Kind"]

Kind = Literal["not finite", "underflow", "digits", "branch", "rule", "cut", "none"]
"""What an operation does to a result."""

_BY_DESIGN = "if that is by design, so is the result"

_LONGEST = 60
"""Characters of a line of source that are shown."""


@dataclass(frozen=True)
class Cause:
    """The operation that makes a result wrong.

    What ``inputs`` and ``outputs`` hold depends on the kind:

    ============  ====================================  ========================================
    kind          inputs                                outputs
    ============  ====================================  ========================================
    not finite    the numbers that went in              the number that came out
    underflow     the numbers that went in              0
    digits        the relative spread of what went in   the relative spread of what came out
    branch        the outcome beside the point          the outcome at the point
    rule          the slope on each side, as the        the slope that the operation's own rule
                  values have it                        gives
    cut           the slope on each side, as the        the derivative that the framework returns
                  values have it
    ============  ====================================  ========================================

    Attributes
    ----------
    kind : {"not finite", "underflow", "digits", "branch", "rule", "cut", "none"}
        What the operation does: makes a number that is not finite; makes 0 of numbers that are not;
        loses the digits; decides otherwise than beside the point; has a wrong derivative rule; is
        not differentiated at all, because it has no rule or because the program says so.
    operation : str
        Its name as the framework spells it; empty for ``"none"``.
    where : str
        The place of the line of the user, ``"file.py:12"``; empty if the framework does not tell.
    position : int
        Which operation it is, from 1; 0 if that is not known. For a rule and a cut they are
        counted in the program of one derivative less, whose operations are differentiated.
    count : int
        How many operations there are.
    inputs : tuple of float
        What went in; see above. Of an array it is the element that tells most.
    outputs : tuple of float
        What came out.
    together : tuple of int
        The positions of the operations that lose the digits together, if it takes several.
    note : str
        What else there is to say.
    runs : int
        How often the program was run.

    Examples
    --------
    >>> from removable.probing.cause import Cause
    >>> from removable.probing.cause.lines import SourceLine
    >>> print(Cause("digits", "sub", "user.py:2", 2, 4, inputs=(2e-16,), outputs=(2.0,)))
    operation 2 of 4, sub, user.py:2: all digits are lost here (inputs good to 16)
    >>> print(Cause("rule", "i0e", "user.py:9", 1, 1, inputs=(-1.0,), outputs=(0.0,)))
    operation 1 of 1, i0e, user.py:9: its own derivative rule gives 0, its values have the slope -1
    >>> line = SourceLine("user.py:3", "r = x * x")
    >>> print(Cause("underflow", "mul", line, 1, 5, inputs=(1e-200,)))
    operation 1 of 5, mul, in "r = x * x" (user.py:3): underflows, to 0 from 1e-200
    >>> print(Cause("cut", "detach", "user.py:4", 2, 3, inputs=(1.0,), outputs=(0.5,)))
    the graph is cut at operation 2 of 3, detach, user.py:4: nothing behind it is differentiated; if
        that is by design, so is the result
    >>> print(Cause("none"))
    no operation was found that explains the result
    """

    kind: Kind
    operation: str = ""
    where: str = ""
    position: int = 0
    count: int = 0
    inputs: tuple[float, ...] = ()
    outputs: tuple[float, ...] = ()
    together: tuple[int, ...] = ()
    note: str = ""
    runs: int = 0

    @property
    def source(self) -> str:
        """The text of the line of the user; empty if its source is not at hand."""
        return self.where.text if isinstance(self.where, SourceLine) else ""

    def __str__(self) -> str:
        note = f"; {self.note}" if self.note else ""
        if self.kind == "none":
            return f"no operation was found that explains the result{note}"
        place = f"operation {self.position} of {self.count}" if self.position else ""
        if len(self.together) > 1:
            numbers = [str(position) for position in self.together]
            place = f"operations {', '.join(numbers[:-1])} and {numbers[-1]} of {self.count}"
        line = f'in "{textwrap.shorten(self.source, _LONGEST)}" ({self.where})' if self.source else self.where
        subject = ", ".join(part for part in (place, self.operation, line) if part)
        if self.kind == "cut":
            why = f": {self.note}" if self.note else ""
            return f"the graph is cut at {subject}: nothing behind it is differentiated{why}; {_BY_DESIGN}"
        return f"{subject}: {self._deed()}{note}"

    def _deed(self) -> str:
        came = _numbers(self.outputs)
        went = _numbers(self.inputs)
        if self.kind == "digits":
            return _digits(self.inputs, self.outputs)
        if self.kind == "not finite":
            return f"makes {came} of {went}" if self.inputs else f"makes {came}"
        if self.kind == "underflow":
            return f"underflows, to 0 from {went}"
        if self.kind == "branch":
            return f"comes out as {came} here, as {went} beside the point" if self.inputs else "takes another branch"
        return f"its own derivative rule gives {came}, its values have the slope {went}"


def _numbers(values: tuple[float, ...]) -> str:
    return " and ".join(f"{value:.6g}" for value in values)


def _digits(inputs: tuple[float, ...], outputs: tuple[float, ...]) -> str:
    left = _good(max(outputs, default=1.0))
    lost = "all digits are lost here" if left < 1 else f"{left} {'digit is' if left == 1 else 'digits are'} left here"
    return f"{lost} (inputs good to {_good(max(inputs, default=0.0))})"


def _good(spread: float) -> int:
    """Return the number of decimal digits that a relative spread leaves."""
    if not spread < 1:
        return 0
    return round(-math.log10(max(spread, 2.0**-52)))
