"""Rings around a point that agree with each other: one function, as it is seen from there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from removable.probing.fits import Fit

__all__ = ["Piece"]


@dataclass(frozen=True)
class Piece:
    """One function, as the rings on one side, or on both, agree that it is.

    Attributes
    ----------
    fits : tuple of removable.probing.fits.Fit
        The rings, the largest first.
    branch : float
        The distance from the point at which the program becomes another function; 0 if it does not.
    """

    fits: tuple[Fit, ...]
    branch: float = 0.0

    def at(self, offsets: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a derivative and its error bars at offsets, shape (n,); NaN outside all rings."""
        offsets = np.asarray(offsets, dtype=np.float64)
        best, bars = np.full(offsets.shape, np.nan), np.full(offsets.shape, np.inf)
        for fit in self.fits:
            value, bar = fit.at(offsets, order)
            better = (np.abs(offsets) <= fit.radius) & (bar < bars)
            best[better], bars[better] = value[better], bar[better]
        return best, bars

    @property
    def widest(self) -> float:
        """The radius of the largest ring."""
        return self.fits[0].radius

    @property
    def narrowest(self) -> float:
        """The radius of the smallest ring."""
        return self.fits[-1].radius
