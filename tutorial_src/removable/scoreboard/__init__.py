"""What people do about a removable singularity, compared with exact arithmetic.

- :mod:`~removable.scoreboard.cases`: the quotients;
- :mod:`~removable.scoreboard.patches`: the remedies, each as one would type it;
- :mod:`~removable.scoreboard.score`: how good they are, and what they cost;
- :mod:`~removable.scoreboard.stored`: what they were measured to cost, when and where.
"""

from removable.scoreboard.cases import CASES, Case
from removable.scoreboard.patches import PATCHES, Patch
from removable.scoreboard.score import Score, costs, measure, prices, records, table

__all__ = ["CASES", "PATCHES", "Case", "Patch", "Score", "costs", "measure", "prices", "records", "table"]
