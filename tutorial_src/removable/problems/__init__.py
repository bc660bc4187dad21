"""Problems of section 4 that more than one gallery script solves.

:mod:`~removable.problems.ball` is an inverse problem, :mod:`~removable.problems.box_cox` the
training of a small network. Both have a formula with a removable singularity at the natural first
guess, and several forms of it. :mod:`~removable.problems.misfit` is a convex problem with the
paper's :math:`h`.
"""

from removable.problems import ball, box_cox, misfit

__all__ = ["ball", "box_cox", "misfit"]
