"""Let pytest find what is measured here; none of it is a test."""

from __future__ import annotations


def pytest_configure(config):
    """Collect ``bench_*`` functions in ``bench_*`` files."""
    config.addinivalue_line("python_files", "bench_*.py")
    config.addinivalue_line("python_functions", "bench_*")
