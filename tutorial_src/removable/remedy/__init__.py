"""The remedy."""
from removable.remedy.repair import Repaired, repair
__all__=["Repaired","repair"]
