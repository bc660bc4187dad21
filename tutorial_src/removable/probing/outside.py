"""What a program means near a point: its values from where they are right, continued inwards.

Rings of many sizes are fitted (:mod:`removable.probing.fits`). Those that agree with each other are
one function (:mod:`removable.probing.grouping`). Further in the program may be another one. If the
values leave the outer function at once or as noise (:mod:`removable.probing.departures`), what is
further out is meant; if they do so smoothly, the function is narrower than the rings, and it is
looked at by smaller ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from removable.probing.departures import SIGNS, branch, is_smooth_between, leaves, rough_octaves
from removable.probing.fits import INNER, Side, nodes
from removable.probing.grouping import grouped
from removable.probing.piece import Piece
from removable.probing.sampler import Sampler

__all__ = ["Kind", "Outside", "look", "trimmed"]

Kind = Literal["smooth", "kink", "jump", "left only", "right only", "none"]
"""What a program is at the point, seen from both sides."""

LARGEST, RINGS, _RATIO = 0.64, 10, 4.0
"""The outer radius of the largest ring, in units of the scale; the number of rings; the ratio of
their radii."""

_FURTHER = 8.0
"""Two functions that are seen from so much further out are preferred to one."""

_SHARPER = 0.01
"""So are two that differ, if their error bars are less than this part of those of the one."""

_BEYOND = 256
"""At how many distances it is looked how values leave a plateau."""

_STEPS = 1
"""Octaves around a plateau in which values may jump, as at a step; more of them are noise."""

_WIDER = 8
"""Rings further out, for a function that loses its digits on all others."""

_DEEPER = 16.0
"""The ratio of the radii of the rings further in, where a function is narrower than all others."""

_BARS = 10.0
"""Differences of more error bars than this are taken for differences."""


@dataclass(frozen=True)
class Outside:
    """What a program means on both sides of a point.

    Attributes
    ----------
    kind : {"smooth", "kink", "jump", "left only", "right only", "none"}
        One function on both sides; two that differ in a derivative, or in the value; a function on
        one side only, beyond which the program has no values; or nothing that a polynomial fits.
    order : int
        The lowest derivative in which the two sides differ, of a kink.
    pieces : dict
        The functions by the sign of the offset, -1 and 1.
    finite : dict
        Which part of the values on the rings is finite, by the sign of the offset.
    """

    kind: Kind
    order: int = 0
    pieces: dict[int, Piece] = field(default_factory=dict)
    finite: dict[int, float] = field(default_factory=dict)

    def at(self, offsets: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a derivative and its error bars at offsets other than 0, shape (n,) each."""
        offsets = np.asarray(offsets, dtype=np.float64)
        best, bars = np.full(offsets.shape, np.nan), np.full(offsets.shape, np.inf)
        for sign, piece in self.pieces.items():
            there = np.sign(offsets) == sign
            best[there], bars[there] = piece.at(offsets[there], order)
        return best, bars

    def beside(self, order: int) -> dict[int, tuple[float, float]]:
        """Return a derivative at the point, and its error bar, as it is seen from each side."""
        seen = {}
        for sign, piece in self.pieces.items():
            value, bar = piece.at(np.zeros(1), order)
            seen[sign] = float(value[0]), float(bar[0])
        return seen


def look(values: Sampler, order: int, side: int = 0) -> Outside:
    """Look at a program from outside, and say what it means at a point.

    Parameters
    ----------
    values : Sampler
        The program.
    order : int
        The highest derivative that is asked for.
    side : {-1, 0, 1}
        The side that is looked at, left or right; 0 for both.

    Returns
    -------
    Outside
        The function on either side.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.outside import look
    >>> from removable.probing.sampler import Sampler
    >>> round(look(Sampler(lambda t: (1 - np.cos(t)) / t**2), 2).beside(2)[1][0], 6)
    -0.083333
    >>> corner = look(Sampler(np.abs), 2)
    >>> corner.kind, corner.order, [round(corner.beside(1)[sign][0], 6) for sign in (-1, 1)]
    ('kink', 1, [-1.0, 1.0])

    A bend that no ring sees:

    >>> look(Sampler(lambda t: np.sqrt(t**2 + 1e-16)), 2).kind
    'smooth'
    """
    radii = values.scale * LARGEST * _RATIO ** -np.arange(RINGS)
    rings = _Rings(values, radii, side)
    pieces = rings.pieces(order)
    pieces = _without_plateaus(pieces, radii[0], values)
    if not pieces:
        wider = _Rings(values, values.scale * LARGEST * _RATIO ** np.arange(_WIDER, 0, -1), side).pieces(order)
        # what is smoothly another function further in has not lost its digits there
        pieces = {sign: piece for sign, piece in wider.items() if _stays(piece, _SIDES[sign], values)}
    staying = {sign: pieces[sign] for sign in rings.signs if _stays(pieces.get(sign), _SIDES[sign], values)}
    if len(staying) < len(rings.signs):  # a side that stays is known further out than from within
        pieces = _without_plateaus(_narrow(values, radii[-1], order, side, pieces), radii[0], values) | staying
    if pieces and pieces.get(1) is pieces.get(-1):
        return Outside("smooth", 0, pieces, rings.finite)
    if len(pieces) == 2:
        return _compared(pieces, rings.finite, order)
    if len(pieces) == 1 and (side or rings.finite[-next(iter(pieces))] == 0.0):
        return Outside("right only" if 1 in pieces else "left only", 0, pieces, rings.finite)
    return Outside("none", 0, {}, rings.finite)


class _Rings:
    """The values on rings, on the sides that are looked at."""

    def __init__(self, values: Sampler, radii: np.ndarray, side: int) -> None:
        self.values, self.radii, self.side = values, radii, side
        self.signs = (1, -1) if not side else (side,)
        right = radii[:, None] * nodes("right")
        results = values(np.concatenate([sign * right.ravel() for sign in self.signs])).reshape(-1, *right.shape)
        self.results = dict(zip(self.signs, results, strict=True))
        self.finite = {sign: float(np.isfinite(rows).mean()) for sign, rows in self.results.items()}

    def piece(self, side: Side, order: int) -> Piece | None:
        """Return the function on both sides, or on one; None if it is not asked for."""
        if side != "both":
            return grouped(side, self.radii, self.results[1 if side == "right" else -1], self.values, order)
        if self.side:
            return None
        rows = np.concatenate([self.results[1], self.results[-1]], 1)
        return grouped("both", self.radii, rows, self.values, order)

    def pieces(self, order: int) -> dict[int, Piece]:
        """Return the function on each side; the same one if it is one function on both.

        On small rings a kink is as nothing beside the slope, and a small one passes for noise. If
        each side is seen from further out, or with far smaller error bars, these two are compared.
        """
        both = self.piece("both", order)
        found = {sign: self.piece(_SIDES[sign], order) for sign in self.signs}
        sides = {sign: piece for sign, piece in found.items() if piece}
        if both and not (len(sides) == 2 and self._are_better(sides, both, order)):
            return {1: both, -1: both}
        return sides

    def _are_better(self, sides: dict[int, Piece], both: Piece, order: int) -> bool:
        """Tell whether two functions, one on each side, say more than one on both."""
        further = all(piece.widest > _FURTHER * both.widest for piece in sides.values())
        if not (further or _differ(sides, both, order)):
            return False
        return all(self._holds(piece, sign, both.widest) for sign, piece in sides.items())

    def _holds(self, piece: Piece, sign: int, radius: float) -> bool:
        """Tell whether the values within a radius are those of one side."""
        offsets = sign * radius * nodes("right")
        meant, bars = piece.at(offsets, 0)
        return bool(np.all(np.abs(self.values(offsets) - meant) - _BARS * bars <= 0))


_SIDES: dict[int, Side] = {1: "right", -1: "left"}


def _differ(sides: dict[int, Piece], both: Piece, order: int) -> bool:
    """Tell whether the sides differ at the point in what each knows far better than both do."""
    for k in range(order + 1):
        (right, right_bar), (left, left_bar), (_, bar) = (
            piece.at(np.zeros(1), k) for piece in (sides[1], sides[-1], both)
        )
        known = right_bar[0] + left_bar[0]
        if known < _SHARPER * bar[0] and abs(right[0] - left[0]) > _BARS * known:
            return True
    return False


def _without_plateaus(pieces: dict[int, Piece], largest: float, values: Sampler) -> dict[int, Piece]:
    return {sign: piece for sign, piece in pieces.items() if not _is_plateau(piece, largest, _SIDES[sign], values)}


def _is_plateau(piece: Piece, largest: float, side: Side, values: Sampler) -> bool:
    """Tell whether values are all the same because further out they have lost their digits."""
    if piece.widest >= largest or any(np.ptp(fit.values) for fit in piece.fits):
        return False
    if _fades(piece, largest, side, values):
        return False
    return rough_octaves(largest, piece.widest, side, values) > _STEPS


def _fades(piece: Piece, largest: float, side: Side, values: Sampler) -> bool:
    """Tell whether values come to a plateau by underflow: the first that differ hardly do so.

    Lost digits differ by a rounding of something larger than the values.
    """
    level = piece.fits[0].values.flat[0]
    for sign in SIGNS[side]:
        beyond = np.geomspace(piece.widest, largest, _BEYOND)
        off = np.abs(values(sign * beyond) - level)
        differs = np.flatnonzero(~(off == 0))
        if differs.size and not off[differs[0]] <= values.rounding**2 * np.max(off[np.isfinite(off)], initial=0.0):
            return False
    return True


def _stays(piece: Piece | None, side: Side, values: Sampler) -> bool:
    """Tell whether there is nothing more to see further in."""
    return piece is not None and (piece.branch > 0 or not leaves(piece, side, values))


def _narrow(values: Sampler, radius: float, order: int, side: int, pieces: dict[int, Piece]) -> dict[int, Piece]:
    """Return the functions on both sides, where they are seen from within a ring alone."""
    if not radius * INNER > values.finest:
        return pieces
    count = int(np.log(radius * INNER / values.finest) / np.log(_DEEPER))
    if not count:
        return pieces
    narrow = _Rings(values, radius * _DEEPER ** -np.arange(1.0, count + 1), side).pieces(order)
    if not pieces:  # there is no function further out from which values could be told to leave
        unseen = [is_smooth_between(radius, piece.widest, _SIDES[sign], values) for sign, piece in narrow.items()]
        return narrow if any(unseen) else {}
    return pieces | narrow


def trimmed(outside: Outside, values: Sampler, away: np.ndarray) -> Outside:
    """Leave out rings around a feature that lies between their nodes.

    Parameters
    ----------
    outside : Outside
        What the rings say.
    values : Sampler
        The program.
    away : numpy.ndarray
        Offsets at which its values are not what the rings say, shape (n,).

    Returns
    -------
    Outside
        With rings alone that are closer to the point than the feature. Where values leave abruptly
        they have a branch, and stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.outside import look, trimmed
    >>> from removable.probing.sampler import Sampler
    >>> spiked = Sampler(lambda t: t + np.exp(-(((t - 0.01) / 1e-5) ** 2)))
    >>> trimmed(look(spiked, 1), spiked, np.array([0.01])).pieces[1].widest.item()
    0.0025
    """
    pieces = dict(outside.pieces)
    for sign, piece in outside.pieces.items():
        distances = np.abs(away[np.sign(away) == sign])
        between = np.sort(distances[distances > piece.narrowest])
        if between.size and not branch(piece, between[0] / INNER, _SIDES[sign], values, piece.widest):
            closer = tuple(fit for fit in piece.fits if fit.radius < between[0])
            pieces[sign] = replace(piece, fits=closer)
    return replace(outside, pieces=pieces)


def _compared(pieces: dict[int, Piece], finite: dict[int, float], order: int) -> Outside:
    """Find the lowest derivative in which two sides differ."""
    for k in range(order + 1):
        (right, right_bar), (left, left_bar) = (pieces[sign].at(np.zeros(1), k) for sign in (1, -1))
        if abs(right[0] - left[0]) > _BARS * (right_bar[0] + left_bar[0]):
            return Outside("kink" if k else "jump", k, pieces, finite)
    return Outside("smooth", 0, pieces, finite)  # a kink beyond the orders that are asked for
