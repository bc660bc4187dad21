"""Let the tests import what they share, the programs they test, and the build's own extensions."""

from __future__ import annotations

import sys
from pathlib import Path

import hypothesis

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "checks"), str(HERE.parent / "docs" / "_extensions")]

# A machine that is busy with something else is slow, not wrong: neither an example nor the making of examples has a deadline.
hypothesis.settings.register_profile(
    "removable", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("removable")
