"""Put into the site what downloads install: the wheel of the package, with the pins."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sphinx.application import Sphinx

from _extensions import files, folders, stages
from _extensions.execute import trusted_files


def _key() -> str:
    """Digest of what the wheel is made of."""
    package = (path for path in (folders.ROOT / "tutorial_src").rglob("*") if path.suffix != ".pyc" and path.is_file())
    sources = [*package, *(folders.ROOT / name for name in ("pyproject.toml", "README.md", "LICENSE"))]
    digests = (f"{folders.below_root(path)} {trusted_files.digest(path)}\n" for path in sorted(sources))
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def build_wheel(app: Sphinx, exception: Exception | None) -> None:
    """Write the wheel and the pins into ``dist/``; the same source gives the same bytes."""
    if not stages.is_site(app, exception):
        return
    dist, stamp, key = Path(app.outdir, "dist"), Path(app.doctreedir, "wheel-built"), _key()
    files.write_if_changed(dist / "constraints.txt", (folders.ROOT / "constraints.txt").read_text(encoding="utf-8"))
    if files.read(stamp) == key and [*dist.glob("*.whl")] == [dist / name(app.config.release)]:
        return
    from hatchling.builders.wheel import WheelBuilder  # for speed: most builds make no wheel

    next(WheelBuilder(str(folders.ROOT)).build(directory=str(dist), versions=["standard"]))
    files.write_whole(stamp, key)


def name(release: str) -> str:
    """Return the name of the wheel."""
    return f"removable-{release}-py3-none-any.whl"


def name_wheel(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the version of the wheel into the guide, where the page has VERSION."""
    if docname == "guide/run-a-script":
        source[0] = source[0].replace("removable-VERSION-", f"removable-{app.config.release}-")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when all pages are written, before the build counts as finished."""
    stages.listen(app, stages.Stage.SOURCE_READ, name_wheel)
    stages.listen(app, stages.Stage.FILES_WRITTEN, build_wheel)
    return stages.SAFE
