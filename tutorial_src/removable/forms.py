r"""One function in several forms: as typed, with an epsilon, simplified; each in several frameworks, against the truth.

The figures of section 2 and 3 look at one program closely (:mod:`removable.sweep`). Here a few programs that are meant to be
the same function are held side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from removable import frameworks, truth
from removable.checks import checked_base, checked_dtype, checked_names, checked_order
from removable.errors import InputError
from removable.frameworks import Mode
from removable.functions import Program
from removable.grid import checked_grid

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    r"""Several forms of one function over one grid.

    Attributes
    ----------
    gamma : numpy.ndarray
        Offsets :math:`\gamma` from the singular point, shape ``(n,)``, float64.
    x : numpy.ndarray
        The points :math:`\mathrm{fl}(r + \gamma)`, shape ``(n,)``, of the dtype in use.
    results : dict
        ``results[form][framework]`` holds value and derivatives, shape ``(order + 1, n)``.
    meant : numpy.ndarray
        The truth of the function meant, at ``x`` itself, shape ``(order + 1, n)``, float64.
    versions : dict
        For each framework name its title and version.
    """

    gamma: np.ndarray
    x: np.ndarray
    results: dict[str, dict[str, np.ndarray]] = field(repr=False)
    meant: np.ndarray = field(repr=False)
    versions: dict[str, str]

    def error(self, form: str, name: str, order: int = 0) -> np.ndarray:
        """Absolute error of a form in a framework, shape ``(n,)``; infinite where the result is NaN or infinite.

        Raises
        ------
        removable.errors.InputError
            If the form, the framework or the order was not computed.
        """
        if form not in self.results or name not in self.results[form]:
            known = f"forms {list(self.results)} in {list(self.versions)}"
            raise InputError(f"form is {form!r} and name is {name!r}; this comparison holds {known}.")
        checked_order(order, most=len(self.meant) - 1)
        with np.errstate(invalid="ignore"):
            error = np.abs(self.results[form][name][order] - self.meant[order])
        return np.where(np.isfinite(error), error, np.inf)

    def lost(self, form: str, name: str, order: int = 0) -> int:
        """Count the samples at which a form has no finite result."""
        return int(np.isinf(self.error(form, name, order)).sum())

    def worst(self, form: str, name: str, order: int = 0) -> float:
        """Return the largest finite error of a form; NaN if it has no finite result at all."""
        error = self.error(form, name, order)
        return float(np.max(error[np.isfinite(error)])) if np.isfinite(error).any() else float("nan")

    def reach(self, form: str, name: str, order: int = 0, *, tolerance: float = 1e-3) -> float:
        r"""Return the largest :math:`|\gamma|` at which a form is off by more than ``tolerance``, or not finite."""
        return float(np.abs(self.gamma[self.error(form, name, order) > tolerance]).max(initial=0.0))

    def table(self, order: int = 0) -> str:
        """Lay out the worst error of each form in each framework, how far out it is wrong, and the samples lost."""
        lines = [f"{'':<14}" + "".join(f"{title:<34}" for title in self.versions.values()).rstrip()]
        head = f"{'largest error':<15}{'above 1e-3 to':<14}{'lost':<5}"
        lines.append(f"{'form':<14}" + (head * len(self.versions)).rstrip())
        for form in self.results:
            cells = (
                f"{self.worst(form, n, order):<15.2g}{self.reach(form, n, order):<14.2g}{self.lost(form, n, order):<5}"
                for n in self.versions
            )
            lines.append((f"{form:<14}" + "".join(cells)).rstrip())
        return "\n".join(lines)


def compare(
    forms: Mapping[str, Program],
    *,
    meant: Program,
    gamma: np.ndarray,
    base: float = 0.0,
    names: Sequence[str] = ("torch", "tensorflow"),
    order: int = 1,
    mode: Mode = "reverse",
    dtype: str = "float64",
) -> Comparison:
    r"""Evaluate several forms of one function, and their derivatives, near a singular point.

    Parameters
    ----------
    forms : dict of str to callable
        The forms, each called as ``form(x, xp)``: ``{"naive": ..., "epsilon": ..., "simplified": ...}``.
    meant : callable
        The function meant, called the same way with :data:`removable.truth.exact`. At the singular point itself it must
        be a quotient of two functions, not a difference or product of infinities.
    gamma : array_like
        Offsets :math:`\gamma`, shape ``(n,)``.
    base : float
        The singular point :math:`r`.
    names : list of str
        Frameworks to run, as :func:`removable.frameworks.get` names them.
    order : int
        The highest derivative.
    mode : {"reverse", "forward", "forward-over-reverse"}
        How the frameworks propagate derivatives.
    dtype : {"float64", "float32"}
        The precision of the frameworks. The truth is always rounded to float64.

    Returns
    -------
    Comparison
        Results and truth. The truth is that at the rounded point ``x``, which is the argument that the forms are given.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.
    removable.errors.MissingFrameworkError
        If a framework is not installed.

    Examples
    --------
    >>> naive = lambda x, xp: xp.sin(x) / x
    >>> pair = compare({"naive": naive}, meant=naive, gamma=[0.0, 1e-3], names=["torch"])
    >>> pair.results["naive"]["torch"][0]
    array([      nan, 0.99999983])
    >>> pair.meant[0]
    array([1.        , 0.99999983])
    >>> pair.lost("naive", "torch", order=0)
    1
    """
    if not forms:
        raise InputError("forms is empty; give at least one form of the function.")
    adapters = [frameworks.get(name) for name in checked_names(names)]
    gamma = checked_grid(gamma)
    x = (checked_base(base) + gamma).astype(checked_dtype(dtype))
    return Comparison(
        gamma=gamma,
        x=x,
        results={
            form: {a.name: a.derivatives(program, x, order=order, mode=mode, dtype=dtype) for a in adapters}
            for form, program in forms.items()
        },
        meant=truth.derivatives(meant, x.astype(np.float64), base=0.0, order=order),
        versions={a.name: f"{a.title} {a.version}" for a in adapters},
    )
