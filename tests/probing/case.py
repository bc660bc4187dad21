"""A function as a user writes it, with what a probe should say of it.

What is expected comes from mathematics: ``true`` is the function that is meant, in mpmath, in terms
of the offset t along the line; kinks and singular points are known by hand. "Wrong" is what the
probe's report calls wrong: an error above 1e-3 of the largest derivative of that order in the
window, plus a hundred roundings of what the function could have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["FAMILIES", "HARMLESS", "Case"]

FAMILIES = (
    "quotient",
    "where",
    "norm inside",
    "normalise",
    "sinc",
    "rotation",
    "angle",
    "rule that cancels",
    "parameter",
    "power",
    "x log x",
    "logaddexp",
    "equal eigenvalues",
    "deviation",
    "polar",
    "Bessel",
    "end point",
    "field",
)
"""The kinds of failures."""

HARMLESS = ("kink", "steep", "noisy", "remedy", "library", "branch outside", "arguments", "singular")
"""The kinds of functions that a probe should not accuse."""


@dataclass(frozen=True, eq=False)
class Case:
    """A function, a point and what is expected.

    Attributes
    ----------
    name : str
        As a formula.
    framework : {"torch", "tensorflow", "jax"}
        The framework.
    kind : str
        One of :data:`FAMILIES` or :data:`HARMLESS`.
    function : callable
        The user's function.
    at : object
        The point, as ``probe`` takes it.
    verdict : str
        The verdict that is expected.
    wrong : frozenset of int
        The orders that are wrong at the point or near it.
    keywords : mapping
        Further arguments of ``probe``.
    widths : mapping
        By order, the outermost distance at which the framework is wrong, where it can be derived.
    why : str
        Where the expectation comes from.
    true : callable, optional
        The function that is meant, in mpmath, of the offset; it may be 0/0 at 0 itself.
    """

    name: str
    framework: Literal["torch", "tensorflow", "jax"]
    kind: str
    function: Callable[..., Any]
    at: Any
    verdict: str
    wrong: frozenset[int] = frozenset()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    widths: Mapping[int, float] = field(default_factory=dict)
    why: str = ""
    true: Callable[[Any], Any] | None = None

    def __str__(self) -> str:
        return f"{self.framework}: {self.name}"
