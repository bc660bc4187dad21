"""Let pytest find what is measured here; none of it is a test."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What the tests share: a browser, for one.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "docs")]


def pytest_configure(config):
    """Collect ``bench_*`` functions in ``bench_*`` files."""
    config.addinivalue_line("python_files", "bench_*.py")
    config.addinivalue_line("python_functions", "bench_*")
