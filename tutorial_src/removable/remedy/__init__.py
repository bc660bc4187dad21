"""Remedies for a removable singularity.

A program is continued to its point, and a quotient has its common factor cancelled. :func:`repair`
takes any function as it is. It is evaluated around the point, where it is right, and continued to
the point by its power series. :func:`even` does this for a function of a length. :func:`quotient`
takes a numerator and a denominator and differentiates them.
"""

from removable.remedy.even import even
from removable.remedy.quotient import Quotient, quotient
from removable.remedy.repair import Repaired, repair
from removable.remedy.report import Report

__all__ = ["Quotient", "Repaired", "Report", "even", "quotient", "repair"]
