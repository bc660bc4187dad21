"""The build against the bare scripts: how much the site costs beyond running what it shows.

Copies the working tree to a temporary folder, runs every gallery script and the cells of every
chapter in one plain Python process, then builds the site: from nothing, without a change, and with
one script touched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PLAIN = """
import sys, warnings
sys.path[:0] = ["docs"]
warnings.simplefilter("ignore")
import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
from pathlib import Path
from _extensions.execute import script_doctests as s
for path in sorted(Path("gallery").rglob("plot_*.py")) + sorted(Path("docs/paper").glob("*.md")):
    cut = s.blocks_of_script if path.suffix == ".py" else s.blocks_of_chapter
    code = [b for b in cut(str(path)) if b.kind == "code"]
    s.run(code, {"__name__": "__main__"}, str(path))
    plt.close("all")
"""


def seconds(*command: str, cwd: Path) -> float:
    """Run a command and return how long it took."""
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which nothing has been built."""
    copy = tmp_path_factory.mktemp("build") / "tree"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("_build", ".nox", ".git", "auto_gallery", "__pycache__"))
    return copy


def bench_build(tree, capsys):
    """Print the times of the build, and their ratio to the bare scripts."""
    sphinx = (
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-n",
        "-W",
        "-b",
        "html",
        "-d",
        "_build/doctrees",
        "docs",
        "_build/html",
    )
    plain = seconds(sys.executable, "-c", PLAIN, cwd=tree)
    rows = {"from nothing": seconds(*sphinx, cwd=tree), "nothing changed": seconds(*sphinx, cwd=tree)}
    touched = tree / "gallery" / "3_derivatives" / "plot_figure_6.py"
    touched.write_text(touched.read_text(encoding="utf-8") + "\n# touched\n", encoding="utf-8")
    rows["one script touched"] = seconds(*sphinx, cwd=tree)
    with capsys.disabled():
        print(f"\nscripts and cells in plain Python, imports shared: {plain:.1f} s")
        for name, duration in rows.items():
            print(f"build, {name}: {duration:.1f} s, {duration / plain:.2f} of that")
