"""The remedy."""

from removable.remedy.quotient import Quotient, quotient
from removable.remedy.repair import Repaired, repair

__all__ = ["Quotient", "Repaired", "quotient", "repair"]
