"""The description of a figure in words, for readers who cannot see it, and for its thumbnail.

It holds the alt text, and rounds numbers in the direction that keeps its sentences true.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure

from removable.arguments import checked_whole
from removable.errors import InputError
from removable.sweeps.forms import Comparison
from removable.sweeps.sweep import Sweep
from removable.systems import Board

__all__ = ["Description", "at_least", "at_most", "describe", "description"]

_LONGEST_WORD = 12
"""Characters that a thumbnail has room for."""


@dataclass(frozen=True)
class Description:
    """What a figure is, and what it shows.

    Attributes
    ----------
    item : str
        The item of the paper that the figure reproduces: ``"Figure 6"``.
    finding : str
        One or two sentences that say what a reader who cannot see the figure would learn from it:
        its alt text.
    versions : tuple of str
        The frameworks that computed it, each with its version.
    word : str
        What its thumbnail says, in a few characters; empty if nothing.
    panel : int
        Which of its panels the thumbnail shows, counted from 0.
    """

    item: str
    finding: str
    versions: tuple[str, ...]
    word: str = ""
    panel: int = 0


def describe(
    fig: Figure,
    item: str,
    finding: str,
    run: Sweep | Comparison | Board | Mapping[str, str],
    *,
    word: str = "",
    panel: int = 0,
) -> None:
    """Attach to a figure what it reproduces, what it shows and what computed it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure.
    item : str
        What it reproduces.
    finding : str
        What it shows: its alt text.
    run : Sweep, Comparison, Board or dict of str to str
        What the figure was computed from, for its ``versions``; or these themselves, as
        :func:`removable.frameworks.versions` returns them.
    word : str
        What the thumbnail of the figure says, at most 12 characters: ``"2 ≠ 1"``, ``"NaN"``.
    panel : int
        Which panel of the figure the thumbnail shows, counted from 0.

    Raises
    ------
    removable.errors.InputError
        If ``item`` or ``finding`` is empty: a figure without alt text is not published. Also if
        ``word`` is too long, or ``panel`` is not the number of a panel.

    Examples
    --------
    >>> from removable.functions import h, h_hat
    >>> from removable.sweeps.sweep import sweep
    >>> from removable.plots import describe, description
    >>> run = sweep(h, meant=h_hat, gamma=[1e-9], names=["numpy"], order=0)
    >>> import matplotlib.pyplot as plt
    >>> fig, ax = plt.subplots()
    >>> describe(fig, "Figure 1", "One point lies on the line.", run, word="4")
    >>> description(fig).item, description(fig).word
    ('Figure 1', '4')
    >>> plt.close(fig)
    """
    if not item.strip() or not finding.strip():
        raise InputError(f"item is {item!r} and finding is {finding!r}; say both, readers who cannot see need them.")
    if len(word) > _LONGEST_WORD:
        raise InputError(f"word is {word!r}; give at most {_LONGEST_WORD} characters, a thumbnail has room for those.")
    panel = checked_whole("panel", panel, least=0, most=max(0, len(fig.axes) - 1))
    versions = run if isinstance(run, Mapping) else run.versions
    fig._removable_description = Description(
        item, " ".join(finding.split()), tuple(versions.values()), " ".join(word.split()), panel
    )


def description(fig: Figure) -> Description | None:
    """Return what :func:`describe` attached, or None."""
    return getattr(fig, "_removable_description", None)


def at_most(value: float, digits: int = 3) -> str:
    """Write a number rounded up, for a sentence that says "at most", "up to" or "out to".

    Parameters
    ----------
    value : float
        The number, finite.
    digits : int
        How many significant digits to keep, from 1 to 17.

    Returns
    -------
    str
        The smallest number of so many digits that is not below ``value``.

    Raises
    ------
    removable.errors.InputError
        If ``value`` is not finite or ``digits`` is not a whole number from 1 to 17.

    Examples
    --------
    >>> from removable.plots import at_most
    >>> at_most(4.7053e-07), at_most(-0.123456), at_most(39998.0009, 2), at_most(2.0)
    ('4.71e-07', '-0.123', '40000', '2')
    """
    return _directed(value, digits, decimal.ROUND_CEILING)


def at_least(value: float, digits: int = 3) -> str:
    """Write a number rounded down, for a sentence that says "at least" or "none below".

    Parameters
    ----------
    value : float
        The number, finite.
    digits : int
        How many significant digits to keep, from 1 to 17.

    Returns
    -------
    str
        The largest number of so many digits that is not above ``value``.

    Raises
    ------
    removable.errors.InputError
        If ``value`` is not finite or ``digits`` is not a whole number from 1 to 17.

    Examples
    --------
    >>> from removable.plots import at_least
    >>> at_least(39998.0009), at_least(39998.0009, 5), at_least(-0.123456), at_least(1e-9)
    ('39900', '39998', '-0.124', '1e-09')
    """
    return _directed(value, digits, decimal.ROUND_FLOOR)


def _directed(value: float, digits: int, rounding: str) -> str:
    if not math.isfinite(value):
        raise InputError(f"value is {value!r}; give a finite number.")
    digits = checked_whole("digits", digits, least=1, most=17)
    # A double is a decimal number exactly; all that is rounded is rounded here.
    rounded = decimal.Context(prec=digits, rounding=rounding).create_decimal(decimal.Decimal(float(value))).normalize()
    if not rounded:
        return "0"
    if -5 < rounded.adjusted() < 7:
        return f"{rounded:f}"
    fraction = f"{rounded:e}".lower()
    mantissa, _, exponent = fraction.partition("e")
    return f"{mantissa}e{int(exponent):+03d}"
