"""The quotients that systems are given."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from removable.functions import Program
from removable.grid import gamma_grid

__all__ = ["Subject"]


@dataclass(frozen=True)
class Subject:
    """A quotient with a removable singularity.

    Attributes
    ----------
    title : str
        The quotient as it is typed: ``"(x*x - 4)/(x - 2)"``.
    program : callable
        Called as ``program(x, xp)``.
    at : float
        The singular point r.
    """

    title: str
    program: Program = field(repr=False)
    at: float

    def points(self, samples_per_side: int) -> np.ndarray:
        r"""Return r and points on both sides of it, each :math:`x - r` exact in binary.

        Parameters
        ----------
        samples_per_side : int
            Offsets on each side, from :math:`2^{-53}` to 1 in equal steps of their logarithm, at
            least 2. Those that round to the same point are one.

        Returns
        -------
        numpy.ndarray
            Shape ``(n,)``, float64, ascending.

        Examples
        --------
        >>> from removable.systems import Subject
        >>> Subject("x/x", lambda x, xp: x / x, at=2.0).points(2) - 2
        array([-1.,  0.,  1.])
        """
        return np.unique(self.at + gamma_grid(samples_per_side, smallest=2.0**-53))
