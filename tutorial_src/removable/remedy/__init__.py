"""Remedies: a program continued to the point at which it cannot be evaluated."""

from removable.remedy.even import even
from removable.remedy.quotient import Quotient, quotient
from removable.remedy.repair import Repaired, repair
from removable.remedy.report import Report

__all__ = ["Quotient", "Repaired", "Report", "even", "quotient", "repair"]
