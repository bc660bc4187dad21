"""The settings of all tests, with a plan of their folders.

- ``package/``: the package, a file of tests for each module, but for the remedy.
- ``remedy/``: continuation, ``repair`` and ``quotient``, and a corpus of functions for them.
- ``probing/``: ``probe``, the search for a cause, what both refuse, and corpora that judge them.
- ``build/``: the extensions of the build, without building the site.
- ``site/``: the built site, as files and in a browser. It needs ``nox -s docs``, and a part of it
  Chromium.
- ``gallery/``: what scripts and figures say, computed again by other means, each framework by its
  own.
- ``project/``: the programs in ``checks/``, and what the files of the project say of each other.

``site_under_test`` and ``in_a_browser`` are shared by the tests of the site and by the benchmarks.

No test depends on the speed of the machine: times are measured by ``nox -s bench``, and a wait is
for a condition.
"""

from __future__ import annotations

import sys
from pathlib import Path

import hypothesis

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "checks"), str(HERE.parent / "docs")]

# A machine that is busy with something else is slow, not wrong: neither an example nor the making
# of examples has a deadline.
hypothesis.settings.register_profile(
    "removable", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("removable")
