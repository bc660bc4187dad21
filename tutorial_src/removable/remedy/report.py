"""The report on a repaired function."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Report"]


@dataclass(frozen=True)
class Report:
    """How a function is continued to its point, and what that is worth.

    Attributes
    ----------
    at : float
        The point.
    kind : {"circle", "real line"}
        Where the function is evaluated: around the point in the complex plane, or on both sides of
        it.
    radius : float
        The radius of the circle, or the outer one on the line.
    reach : float
        The distance up to which the polynomial is used; from there on it is the function as it was
        given.
    terms : int
        The number of terms of the polynomial.
    coefficients : tuple of float
        The Taylor coefficients, in powers of x - at; empty for a function of several elements.
    error : float
        The error of the value at the point, relative to the first coefficient that is not zero.
    evaluations : int
        At how many points the function was evaluated to find this.
    note : str
        Why it was not evaluated on complex numbers, if it was not.
    """

    at: float
    kind: str
    radius: float
    reach: float
    terms: int
    coefficients: tuple[float, ...]
    error: float
    evaluations: int
    note: str

    def __str__(self) -> str:
        sentence = (
            f"at {self.at!r}, from the {self.kind}: {self.terms} terms up to a distance of {self.reach:.3g}, "
            f"value certified to {self.error:.0e} of its size, {self.evaluations} evaluations"
        )
        return f"{sentence}; not from a circle: {self.note}" if self.note else sentence
