"""Put the package's wheel and the pins into the site: a downloaded script finds the very code that drew its page."""

from __future__ import annotations

import shutil
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder
from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent.parent


def build_wheel(app: Sphinx, exception: Exception | None) -> None:
    """Write ``dist/removable-VERSION-py3-none-any.whl`` beside the pages; the same source gives the same bytes."""
    if exception is None and app.builder.format == "html":
        dist = Path(app.outdir, "dist")
        next(WheelBuilder(str(ROOT)).build(directory=str(dist), versions=["standard"]))
        shutil.copyfile(ROOT / "constraints.txt", dist / "constraints.txt")


def name_wheel(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the version of the wheel into the guide, where the page has VERSION."""
    if docname == "guide/run-a-script":
        source[0] = source[0].replace("removable-VERSION-", f"removable-{app.config.release}-")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when all pages are written, before the build counts as finished."""
    app.connect("source-read", name_wheel)
    app.connect("build-finished", build_wheel, priority=500)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
