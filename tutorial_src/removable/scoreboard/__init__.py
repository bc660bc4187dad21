"""What people do about a removable singularity, compared with exact arithmetic.

- :mod:`~removable.scoreboard.cases`: the quotients;
- :mod:`~removable.scoreboard.patches`: the remedies, each as one would type it;
- :mod:`~removable.scoreboard.score`: how right they are;
- :mod:`~removable.scoreboard.stored`: what they were measured to cost, when and where;
- :mod:`~removable.scoreboard.layout`: the tables of both;
- :mod:`~removable.scoreboard.peers`: what other tools than the probe find, and
  :mod:`~removable.scoreboard.peers_layout`, the tables of that.
"""

from removable.scoreboard.cases import CASES, Case
from removable.scoreboard.layout import costs, prices, records, table
from removable.scoreboard.patches import PATCHES, Patch
from removable.scoreboard.score import Score, measure

__all__ = ["CASES", "PATCHES", "Case", "Patch", "Score", "costs", "measure", "prices", "records", "table"]
