"""Run the chapters' kernels with settings of our own, whatever those of the person who builds."""

from __future__ import annotations

import os
from pathlib import Path

_CONFIG = """\
c.IPKernelApp.log_level = "ERROR"  # it warns of unencrypted loopback traffic, at every start
c.HistoryManager.enabled = False
"""


def isolate_kernels(folder: Path) -> None:
    """Point IPython at a folder with only our configuration in it.

    Kernels inherit the environment.
    """
    profile = folder / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(_CONFIG, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(folder)
    # With a backend in the environment, executed chapters silently lose their figures.
    os.environ.pop("MPLBACKEND", None)
