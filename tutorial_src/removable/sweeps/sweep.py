r"""Run one program over the whole grid, in several frameworks and in exact arithmetic."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from removable import frameworks, truth
from removable.arguments import checked_dtype, checked_names, checked_order
from removable.errors import InputError
from removable.frameworks import Mode
from removable.functions import Program
from removable.grid import checked_grid, gamma_grid
from removable.sweeps import regions

__all__ = ["Agreement", "Sweep", "agreement", "sweep"]


@dataclass(frozen=True)
class Agreement:
    """How far two arrays of results are apart.

    Attributes
    ----------
    points : int
        Number of points compared.
    differing : int
        Number of points at which the bits differ. Two NaNs count as the same, whatever their
        payload.
    largest : float
        The largest distance, in units in the last place of the larger of the two numbers; infinite
        where one is NaN or infinite and the other is not.
    """

    points: int
    differing: int
    largest: float

    @property
    def identical(self) -> bool:
        """Whether the results agree bit for bit at every point."""
        return self.differing == 0

    def __str__(self) -> str:
        if self.identical:
            return f"identical bits at all {self.points} points"
        return f"{self.differing} of {self.points} points differ, by up to {self.largest:.3g} ulp"


def agreement(a: np.ndarray, b: np.ndarray) -> Agreement:
    """Compare two arrays of results bit for bit.

    Parameters
    ----------
    a, b : numpy.ndarray
        Results of the same shape and floating dtype.

    Returns
    -------
    Agreement
        The counts; ``str()`` of it is a phrase for a page.

    Raises
    ------
    removable.errors.InputError
        If shape or dtype differ, or the arrays are not of floating point numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.sweeps.sweep import agreement
    >>> print(agreement(np.array([1.0, np.nan]), np.array([1.0, np.nan])))
    identical bits at all 2 points
    >>> print(agreement(np.array([1.0, 3.0]), np.array([1.0, 3.0 + 2**-50])))
    1 of 2 points differ, by up to 2 ulp
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype or a.dtype.kind != "f":
        raise InputError(
            f"the results are {a.dtype}{list(a.shape)} and {b.dtype}{list(b.shape)}; "
            "give two floating point arrays of one shape and dtype."
        )
    bits = f"u{a.dtype.itemsize}"
    differ = (a.view(bits) != b.view(bits)) & ~(np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(a[differ].astype(np.longdouble) - b[differ])
        distance = distance / np.spacing(np.maximum(np.abs(a[differ]), np.abs(b[differ])))
    distance = np.where(np.isfinite(distance), distance, np.inf)
    return Agreement(a.size, int(differ.sum()), float(distance.max(initial=0.0)))


@dataclass(frozen=True)
class Sweep:
    r"""One program over one grid: what each framework returns, and what is true.

    Attributes
    ----------
    gamma : numpy.ndarray
        Offsets :math:`\gamma`, shape ``(n,)``, float64.
    x : numpy.ndarray
        The points :math:`\mathrm{fl}(2 + \gamma)` that the frameworks see, shape ``(n,)``, of the
        dtype in use.
    region : numpy.ndarray
        The colour of each sample, shape ``(n,)``: :class:`removable.sweeps.regions.Region`.
    results : dict
        For each framework name the value and derivatives it returns, shape ``(order + 1, n)``.
    written : numpy.ndarray
        Value and derivatives of *the program as written*, at the exact :math:`2 + \gamma`, rounded
        once, shape ``(order + 1, n)``, float64.
    meant : numpy.ndarray
        The same for *the function meant*.
    versions : dict
        For each framework name its title and version.
    """

    gamma: np.ndarray
    x: np.ndarray
    region: np.ndarray
    results: dict[str, np.ndarray] = field(repr=False)
    written: np.ndarray = field(repr=False)
    meant: np.ndarray = field(repr=False)
    versions: dict[str, str]

    @property
    def order(self) -> int:
        """The highest derivative that was computed."""
        return len(self.written) - 1

    @functools.cached_property
    def distinct(self) -> np.ndarray:
        r"""Mask that holds one sample of each distinct point, shape ``(n,)``.

        A grid of offsets has many samples near 2 that :math:`\mathrm{fl}(2 + \gamma)` rounds to one
        and the same number. What is counted is numbers, so every count on a page is taken over this
        mask. The point 2 itself is represented by a red sample where there is one.
        """
        mask = np.zeros(self.x.shape, dtype=bool)
        mask[np.unique(self.x, return_index=True)[1]] = True
        return mask

    def count(self, region: regions.Region) -> int:
        """Count the distinct points of one colour."""
        return int((self.inside(region) & self.distinct).sum())

    def agreement(self, order: int = 0) -> Agreement:
        """Compare the first two frameworks in one derivative, at the distinct points.

        Parameters
        ----------
        order : int
            Which derivative; 0 is the value.

        Returns
        -------
        Agreement
            At how many points they differ, and by how many ulp.

        Raises
        ------
        removable.errors.InputError
            If fewer than two frameworks were swept, or the order was not.
        """
        if len(self.results) < 2:
            raise InputError(f"the sweep holds {list(self.results)}; sweep two frameworks to compare them.")
        first, second, *_ = self.results.values()
        return agreement(first[self._checked(order)][self.distinct], second[order][self.distinct])

    def rounding_error(self, name: str, order: int = 0) -> np.ndarray:
        """Absolute error of one framework against the program as written, shape ``(n,)``.

        What rounding did. NaN where the framework returns NaN.
        """
        return self.results[name][self._checked(order)] - self.written[order]

    def total_error(self, name: str, order: int = 0) -> np.ndarray:
        """Absolute error of one framework against the function meant, shape ``(n,)``.

        The perturbation and the rounding together. NaN where the framework returns NaN.
        """
        return self.results[name][self._checked(order)] - self.meant[order]

    def ulp_error(self, name: str, order: int = 0) -> np.ndarray:
        """Error of one framework in units in the last place, shape ``(n,)``.

        The units are those of the function meant.
        """
        dtype = self.results[name].dtype
        return np.abs(self.total_error(name, order)) / np.spacing(np.abs(self.meant[order]).astype(dtype))

    def inside(self, region: regions.Region) -> np.ndarray:
        """Mask of the samples of one colour, shape ``(n,)``."""
        return self.region == region

    def table(self, order: int = 0) -> str:
        """Lay out, for each region, what the frameworks got wrong: a few lines of text for a page.

        The error is that against the function meant. Points are counted once, however many offsets
        are rounded to them. A last line says how far the first two frameworks are apart.
        """
        lines = [f"{'region':<8}{'points':>8}" + "".join(f"{self.versions[n]:>20}" for n in self.results)]
        for region in regions.Region:
            here = self.inside(region) & self.distinct
            if not here.any():
                continue
            cells = []
            for name in self.results:
                error = np.abs(self.total_error(name, order)[here])
                lost = int(np.isnan(error).sum())
                worst = f"{np.nanmax(error):.3g}" if lost < error.size else ""
                cells.append(", ".join(filter(None, (worst, f"{lost} NaN" if lost else ""))))
            lines.append(f"{region.name.lower():<8}{here.sum():>8}" + "".join(f"{cell:>20}" for cell in cells))
        lines[0] += "   (largest error)"
        if len(self.results) > 1:
            lines.append(f"between the two: {self.agreement(order)}")
        return "\n".join(lines)

    def _checked(self, order: int) -> int:
        return checked_order(order, most=self.order)


def sweep(
    program: Program,
    *,
    meant: Program,
    zone: regions.Zone | None = None,
    names: Sequence[str] = ("torch", "tensorflow"),
    gamma: ArrayLike | None = None,
    order: int = 1,
    mode: Mode = "reverse",
    dtype: str = "float64",
) -> Sweep:
    r"""Evaluate a program and its derivatives at :math:`2 + \gamma`, in frameworks and exactly.

    Parameters
    ----------
    program : callable
        The program as written, called as ``program(x, xp)``; constants are bound with
        :func:`functools.partial`.
    meant : callable
        The function meant, called the same way: :func:`removable.functions.h_hat` for the paper's
        example.
    zone : callable, optional
        Where the program perturbs its denominator, for the black region.
    names : list of str
        Frameworks to run, as :func:`removable.frameworks.get` names them.
    gamma : array_like, optional
        Offsets; by default :func:`removable.grid.gamma_grid`.
    order : int
        The highest derivative.
    mode : {"reverse", "forward", "forward-over-reverse"}
        How the frameworks propagate derivatives.
    dtype : {"float64", "float32"}
        The precision of the frameworks. The truth is always rounded to float64.

    Returns
    -------
    Sweep
        Everything that the figures are drawn from.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.
    removable.errors.MissingFrameworkError
        If a framework is not installed.

    Examples
    --------
    >>> from removable.functions import h, h_hat
    >>> from removable.sweeps.sweep import sweep
    >>> run = sweep(h, meant=h_hat, gamma=[-1e-9, 0.0, 1e-9])
    >>> run.results["torch"]
    array([[ 4., nan,  4.],
           [ 2., nan,  2.]])
    >>> run.meant[1]
    array([1., 1., 1.])
    >>> print(run.agreement(order=1))
    identical bits at all 3 points
    """
    adapters = [frameworks.get(name) for name in checked_names(names)]
    gamma = gamma_grid() if gamma is None else checked_grid(gamma)
    rounded = gamma.astype(checked_dtype(dtype))
    x = np.asarray(2, dtype=dtype) + rounded
    return Sweep(
        gamma=gamma,
        x=x,
        region=regions.colours(rounded, zone),
        results={a.name: a.derivatives(program, x, order=order, mode=mode, dtype=dtype) for a in adapters},
        written=truth.derivatives(program, gamma, order=order),
        meant=truth.derivatives(meant, gamma, order=order),
        versions=frameworks.versions(names),
    )
