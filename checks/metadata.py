"""Build the wheel and the source distribution, and check what an index would make of them.

``nox -s lint`` runs this: ``python checks/metadata.py``. With ``--release TAG FOLDER`` the two are
left in a folder, and what only a release needs is checked as well: the tag is that of the version,
``CHANGELOG.md`` tells of it, and the project names its source and its documentation.
"""

from __future__ import annotations

import email
import email.message
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
URLS = ("Documentation", "Source")
"""What a release has to name: the address of its site, and that of its repository."""


def built(root: Path, folder: Path) -> tuple[Path, Path]:
    """Build both into a folder; return the wheel and the source distribution."""
    builders = ((WheelBuilder, "standard"), (SdistBuilder, "standard"))
    wheel, sdist = (
        Path(next(build(str(root)).build(directory=str(folder), versions=[kind]))) for build, kind in builders
    )
    return wheel, sdist


def metadata_of(wheel: Path) -> email.message.Message:
    """Read what a wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def objections(wheel: Path, sdist: Path) -> Iterator[str]:
    """Yield a sentence for everything that is missing or that an index refuses."""
    found = metadata_of(wheel)
    classifiers = found.get_all("Classifier", [])
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    with tarfile.open(sdist) as archive:
        sources = [name.partition("/")[2] for name in archive.getnames()]
    if found["Description-Content-Type"] != "text/markdown" or not str(found.get_payload()).startswith("# removable"):
        yield "the description is not README.md; let readme in pyproject.toml name it."
    if found["License-Expression"] is None or [name for name in classifiers if name.startswith("License ::")]:
        yield "the licence is not an expression alone, and an index refuses a classifier beside it; see pyproject.toml."
    if not [name for name in names if name.endswith("/licenses/LICENSE")] or "LICENSE" not in sources:
        yield "LICENSE is not in both files; let license-files in pyproject.toml name it."
    if ("Typing :: Typed" in classifiers) != ("removable/py.typed" in names):
        yield "the classifier Typing :: Typed and the file py.typed go together; give both or neither."
    lowest = re.fullmatch(r">=(3\.\d+)", found["Requires-Python"] or "")
    if lowest is None or f"Programming Language :: Python :: {lowest[1]}" not in classifiers:
        yield "no classifier names the lowest Python allowed; add it, or raise requires-python."
    if not found.get_all("Project-URL"):
        yield "no address is named; give project.urls."


def objections_to_a_release(project: dict[str, Any], tag: str, changelog: str) -> Iterator[str]:
    """Yield a sentence for everything that a release needs and does not have."""
    version = project["version"]
    if tag != f"v{version}":
        yield f"the tag is {tag} and the version {version}; tag v{version}, or change the version."
    if not re.search(rf"^## {re.escape(version)}\b", changelog, re.MULTILINE):
        yield f"CHANGELOG.md has no heading for {version}; give what is unreleased this name."
    if missing := [name for name in URLS if name not in project.get("urls", {})]:
        yield f"project.urls does not name {' and '.join(missing)}; give the address of each."


def main(arguments: list[str]) -> int:
    """Print what is wrong; return 0 if nothing is."""
    release = arguments[:1] == ["--release"] and len(arguments) == 3
    if arguments and not release:
        print("give nothing, or --release TAG FOLDER.")
        return 2
    with tempfile.TemporaryDirectory(prefix="removable-") as temporary:
        wheel, sdist = built(ROOT, Path(arguments[2] if release else temporary))
        said = [*objections(wheel, sdist)]
        if release:
            project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
            said += objections_to_a_release(project, arguments[1], changelog)
        checked = subprocess.run(
            [sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist)],
            capture_output=True,
            text=True,
            check=False,
        )
    if checked.returncode:
        said.append((checked.stdout + checked.stderr).replace(str(wheel.parent), "").strip())
    print("\n".join(said or [f"{wheel.name} and {sdist.name}: nothing to object"]))
    return 1 if said else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
