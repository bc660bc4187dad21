"""The build against the bare scripts: how much the site costs beyond running what it shows.

Copies the working tree to a temporary folder, runs every gallery script and the cells of every
chapter in one plain Python process, then builds the site: from nothing with scripts in one process
and in two, without a change, and with one script touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent

PLAIN = """
import sys, warnings
sys.path[:0] = ["docs"]
warnings.simplefilter("ignore")
import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
from pathlib import Path
from _extensions.execute import script_doctests as s
for path in sorted(Path("gallery").rglob("plot_*.py")) + sorted(Path("docs").rglob("*.md")):
    cut = s.blocks_of_script if path.suffix == ".py" else s.blocks_of_chapter
    code = [b for b in cut(str(path)) if b.kind == "code"]
    s.run(code, {"__name__": "__main__"}, str(path))
    plt.close("all")
"""
SPHINX = ["-q", "-n", "-W", "-b", "html", "-d", "_build/doctrees", "docs", "_build/html"]


def seconds(*command: str, cwd: Path, **env: str) -> float:
    """Run a command and return how long it took."""
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **env})
    return time.perf_counter() - start


def copy(folder: Path) -> Path:
    """Return a copy of the tree in which nothing has been built."""
    left_out = shutil.ignore_patterns("_build", ".nox", ".git", "auto_gallery", "__pycache__")
    return Path(shutil.copytree(ROOT, folder / "tree", ignore=left_out))


def build(tree: Path, **env: str) -> float:
    """Build the site of a copy and return how long it took."""
    return seconds(sys.executable, "-m", "sphinx", *SPHINX, cwd=tree, PYTHONPATH=str(tree / "tutorial_src"), **env)


def bench_build(tmp_path, capsys):
    """Print the times of the build, and their ratio to the bare scripts."""
    trees = [copy(tmp_path / name) for name in ("one", "two")]
    plain = seconds(sys.executable, "-c", PLAIN, cwd=trees[0], PYTHONPATH=str(trees[0] / "tutorial_src"))
    rows = {
        f"from nothing, scripts in {n} process{'es' * (n > 1)}": build(tree, REMOVABLE_WORKERS=str(n))
        for n, tree in enumerate(trees, start=1)
    }
    tree = trees[-1]
    rows["nothing changed"] = build(tree)
    touched = tree / "gallery" / "3_derivatives" / "plot_figure_6.py"
    touched.write_text(touched.read_text(encoding="utf-8") + "\n# touched\n", encoding="utf-8")
    rows["one script touched"] = build(tree)
    with capsys.disabled():
        print(f"\nscripts and cells in plain Python, imports shared: {plain:.1f} s")
        for name, duration in rows.items():
            print(f"build, {name}: {duration:.1f} s, {duration / plain:.2f} of that")
