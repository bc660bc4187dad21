"""Run the doctests of chapters and docstrings while the site is built.

One that differs stops the build.

Those of the gallery run with its scripts. These need a run of their own, by pytest, in a process
beside the others. How many examples agreed goes into the record of the build. The result is kept
under a key that stands for every source with a doctest in it, so that a build in which nothing has
changed runs nothing.
"""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions import folders, stages
from _extensions.execute import keys, script_doctests
from _extensions.execute.aside import Aside
from _extensions.execute.execution_record import Execution


def key() -> str:
    """Digest of every file that the doctests depend on."""
    pages = [path for path in (folders.ROOT / "docs").rglob("*.md") if "auto_gallery" not in path.parts]
    pages = [path for path in pages if ">>> " in path.read_text(encoding="utf-8")]
    claims = folders.ROOT / "tutorial_src" / "removable" / "claims" / "claims.toml"
    sources = (*sorted(pages), claims, folders.ROOT / "conftest.py", folders.ROOT / "pyproject.toml")
    digest = hashlib.sha256(keys.executing_key().encode())
    for path in sources:
        digest.update(folders.below_root(path).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _is_whole(path: Path) -> bool:
    """Tell whether there is a result, and not a part of one."""
    try:
        return ET.parse(path).find("testsuite") is not None
    except (OSError, ET.ParseError):
        return False


run = Aside(
    name="doctests",
    ending=".xml",
    key=lambda: key(),
    command=lambda file: (
        *("pytest", "-q", "--doctest-modules", "-p", "no:cacheprovider"),
        f"--junit-xml={file}",
        *("docs", "tutorial_src"),
    ),
    is_whole=_is_whole,
)
"""The run of pytest."""


def wait(app: Sphinx, env: BuildEnvironment) -> None:
    """Let them finish before pages are written, and stop the build if one differs.

    ``env-updated`` comes in every build; ``env-check-consistency`` does not where no page was read.
    """
    if (streams := run.wait()) is not None:
        raise SystemExit("A published value is not what was computed.\n" + "".join(streams).strip())


def passed() -> Counter[str]:
    """Return how many examples agreed, for each page or module.

    The result is empty after a partial build, which runs none.
    """
    counts: Counter[str] = Counter()
    if _is_whole(run.file):
        for case in ET.parse(run.file).iter("testcase"):
            if case.find("failure") is None and case.find("error") is None and case.find("skipped") is None:
                properties = {p.get("name"): p.get("value") for p in case.iter("property")}
                counts[re.sub(r"::.*", "", properties["source"])] += int(properties["examples"])
    return counts


def executions(env: BuildEnvironment) -> Iterator[Execution]:
    """Name the pages with doctests and no cell, and the docstrings at the end."""
    for page in sorted(env.found_docs):
        path = Path(env.doc2path(page))
        if path.suffix == ".md":
            blocks = tuple(script_doctests.blocks_of_chapter(str(path)))
            count = script_doctests.examples(blocks)
            if count and not any(block.kind == "code" for block in blocks):
                yield Execution(page, folders.below_root(path), "pytest", count, run.name, key())
    sources = (folders.ROOT / "tutorial_src").rglob("*.py")
    docstrings = sum(path.read_text(encoding="utf-8").count(">>> ") for path in sources)
    yield Execution("", "tutorial_src", "pytest", docstrings, run.name, key())


def setup(app: Sphinx) -> dict[str, bool]:
    """Start early, and wait when all pages are read."""
    stages.listen(app, stages.Stage.DOCTESTS_STARTED, run.begin)
    stages.listen(app, stages.Stage.DOCTESTS_FINISHED, wait)
    return stages.SAFE
