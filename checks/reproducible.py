"""Tell whether two builds of the site, in two folders, are the same byte by byte.

``nox -s reproducible`` runs it: ``python checks/reproducible.py [NAME ...]``, where names of
scripts restrict the two builds to those, for a quick look. The two copies of the tree lie in
folders of different name and depth and are built from nothing with different hash seeds. With
``--built`` the site that ``nox -s docs`` has made takes the place of one of them. With ``--cached``
too, the other executes nothing: what scripts and chapters gave is in the caches, and every page is
written anew. One of the two executes its scripts in one process, the other in two. The first
difference is printed, and the program returns 1.

One file is not compared, :data:`MEASURED`: the seconds and the memory of one run. Everything else
of the site is.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs"))

from _extensions import folders  # noqa: E402  # once docs/ is on the path

MEASURED = frozenset({"guide/build.json"})
HASH_SEEDS = (77, 1)
WORKERS = (1, 2)
"""Processes that execute scripts, in each of the two copies."""
CACHES = tuple(folders.below_root(path) for path in folders.results())
"""What scripts, chapters and checks have given, and what that took."""
_ARCHIVES = (".zip", ".whl")


def files(site: Path) -> list[str]:
    """Names of all files that are compared, sorted."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    return sorted(set(found) - MEASURED)


def difference_of_bytes(a: bytes, b: bytes, name: str) -> str:
    """Describe where two files begin to differ.

    The place is a line where both are text, a member where both are archives, and else an offset.

    Returns
    -------
    str
        Empty if they are the same.
    """
    if a == b:
        return ""
    if name.endswith(_ARCHIVES):
        return _difference_of_archives(a, b, name)
    try:
        lines_a, lines_b = (data.decode("utf-8").splitlines(keepends=True) for data in (a, b))
    except UnicodeDecodeError:
        offset = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        here = slice(max(0, offset - 4), offset + 12)
        return f"{name}: byte {offset} of {len(a)} and {len(b)}\n  {a[here].hex(' ')}\n  {b[here].hex(' ')}"
    number = next(
        (i for i, (x, y) in enumerate(zip(lines_a, lines_b, strict=False)) if x != y), min(len(lines_a), len(lines_b))
    )
    shown = [_around(lines, number, other) for lines, other in ((lines_a, lines_b), (lines_b, lines_a))]
    return f"{name}: line {number + 1}\n  {shown[0]}\n  {shown[1]}"


def _around(lines: list[str], number: int, others: list[str]) -> str:
    """Return the part of a line where it begins to differ: lines of HTML can be long."""
    if number >= len(lines):
        return "(the file ends here)"
    other = others[number] if number < len(others) else ""
    column = next((i for i, (x, y) in enumerate(zip(lines[number], other, strict=False)) if x != y), len(other))
    return repr(lines[number][max(0, column - 40) : column + 80])


def _difference_of_archives(a: bytes, b: bytes, name: str) -> str:
    try:
        archives = [zipfile.ZipFile(io.BytesIO(data)) for data in (a, b)]
    except zipfile.BadZipFile:
        return f"{name}: one of them is not an archive"
    names = [archive.namelist() for archive in archives]
    if names[0] != names[1]:
        only = sorted(set(names[0]) ^ set(names[1]))
        return f"{name}: " + (f"{only[0]} is in one of them only" if only else "the members come in another order")
    for member in names[0]:
        if found := difference_of_bytes(archives[0].read(member), archives[1].read(member), f"{name}/{member}"):
            return found
    for info_a, info_b in zip(*(archive.infolist() for archive in archives), strict=True):
        if info_a.date_time != info_b.date_time:
            return f"{name}/{info_a.filename}: dated {info_a.date_time} and {info_b.date_time}"
    return f"{name}: the same members, packed differently"


def first_difference(a: Path, b: Path) -> str:
    """Compare two sites; return the first difference, or an empty text."""
    names = files(a), files(b)
    if alone := sorted(set(names[0]) ^ set(names[1])):
        where = a if alone[0] in names[0] else b
        return f"{alone[0]}: only in {where}"
    for name in names[0]:
        if found := difference_of_bytes((a / name).read_bytes(), (b / name).read_bytes(), name):
            return found
    return ""


def naming(site: Path, path: str) -> list[str]:
    """Return the files, members of archives included, that contain a path of the build machine."""
    wanted, found = path.encode(), []
    for name in files(site):
        data = (site / name).read_bytes()
        if name.endswith(_ARCHIVES):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                found += [f"{name}/{member}" for member in archive.namelist() if wanted in archive.read(member)]
        elif wanted in data:
            found.append(name)
    return found


def copy_tree(target: Path) -> None:
    """Copy what git tracks or would track, and the history, which pages may name."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    subprocess.run(["git", "clone", "--quiet", "--bare", "--no-hardlinks", ROOT, target / ".git"], check=True)
    subprocess.run(["git", "config", "core.bare", "false"], cwd=target, check=True)
    subprocess.run(["git", "reset", "--quiet"], cwd=target, check=True)


def copy_caches(target: Path) -> None:
    """Copy what the build of this tree has executed."""
    for name in CACHES:
        shutil.copytree(ROOT / name, target / name)


def executed(tree: Path) -> list[str]:
    """Name the sources that a build has executed and not taken from a cache."""
    rows = json.loads((tree / "_build" / "html" / "guide" / "build.json").read_text(encoding="utf-8"))["pages"]
    return [row["source"] for row in rows.values() if row.get("run") == "executed"]


def build(tree: Path, seed: int, workers: int, scripts: list[str]) -> subprocess.Popen:
    """Start to build the site of a copy, from nothing."""
    environment = {
        **os.environ,
        # The installed package is that of the original tree.
        "PYTHONPATH": str(tree / "tutorial_src"),
        "PYTHONNOUSERSITE": "1",
        "PYTHONHASHSEED": str(seed),
        "REMOVABLE_WORKERS": str(workers),
    }
    if scripts:
        environment["REMOVABLE_ONLY"] = rf"/(?:{'|'.join(map(re.escape, scripts))})\.py$"
    options = ("-q", "-n", "-W", "--keep-going", "-b", "html", "-d", "_build/doctrees", "docs", "_build/html")
    return subprocess.Popen([sys.executable, "-m", "sphinx", *options], cwd=tree, env=environment)


def main(arguments: list[str]) -> int:
    """Build twice, or once with ``--built``, and compare.

    Return 0 when the two sites are the same.
    """
    started = time.perf_counter()
    scripts = [name for name in arguments if name not in ("--built", "--cached")]
    built = [ROOT / "_build" / "html"] if "--built" in arguments else []
    cached = "--cached" in arguments
    if built and (scripts or not (built[0] / "index.html").is_file()):
        print("--built compares the whole site with what nox -s docs has made; run that first, and give no names.")
        return 2
    if cached and not built:
        print("--cached takes the caches of the site that is compared; give --built too.")
        return 2
    with tempfile.TemporaryDirectory(prefix="removable-") as folder:
        trees = [Path(folder, "deeper", "down", "another-one"), Path(folder, "one")][: 2 - len(built)]
        for tree in trees:
            tree.mkdir(parents=True)
            copy_tree(tree)
            if cached:
                copy_caches(tree)
        running = [build(*each, scripts) for each in zip(trees, HASH_SEEDS, WORKERS, strict=False)]
        ended = [process.wait() for process in running]
        if any(ended):
            print("a build failed; see above.")
            return 1
        if cached and (again := executed(trees[0])):
            print(f"{again[0]} was executed, though the caches were there; build the site again, then compare.")
            return 1
        sites = [*(tree / "_build" / "html" for tree in trees), *built]
        difference = first_difference(*sites)
        # The environment's path could get into a page by way of a warning or a traceback.
        paths = [folder, *([str(ROOT)] if built else []), *([sys.prefix] if sys.prefix != sys.base_prefix else [])]
        named = [name for site in sites for path in paths for name in naming(site, path)]
        seconds = time.perf_counter() - started
        seeds = [str(seed) for seed in HASH_SEEDS[: len(trees)]] + ["that of the built site"] * len(built)
        print(f"{len(files(sites[0]))} files compared, hash seeds {' and '.join(seeds)}, {seconds:.0f} s")
        if difference:
            print(f"the first difference:\n{difference}")
        if named:
            print(
                f"the path of the building machine stands in {named[0]}"
                + f" and {len(named) - 1} more" * (len(named) > 1)
            )
        if not difference and not named:
            print("the two sites are the same, byte for byte")
        return 1 if difference or named else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
