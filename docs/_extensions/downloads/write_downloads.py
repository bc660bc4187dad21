"""Write every script and chapter into the site, as a script and as a notebook for readers.

They are written when the pages are, for they depend on the address of the site, and a script need
not be executed again when that changes. They are made only where something that they are made of
has changed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sphinx.application import Sphinx

from _extensions import files, folders, stages
from _extensions.content import download_links
from _extensions.execute import framework_versions, keys, trusted_files
from _extensions.whole_site import site_address


def sources(app: Sphinx) -> list[Path]:
    """Return what downloads are made of: scripts, notebooks of sphinx-gallery, chapters."""
    pages = sorted(Path(app.env.doc2path(name)) for name in app.env.found_docs)
    return [
        *sorted(folders.scripts().rglob("plot_*.py")),
        *sorted(Path(app.srcdir, "auto_gallery").rglob("*.ipynb")),
        *(path for path in pages if path.suffix == ".md"),
        folders.ROOT / "pyproject.toml",
        folders.ROOT / "docs" / "references.bib",
    ]


def key(app: Sphinx) -> str:
    """Digest of everything that downloads depend on."""
    titles = framework_versions.TITLES.items()
    words = [
        keys.writing_key(),
        app.config.release,
        site_address.address(),
        json.dumps(app.config.myst_substitutions, sort_keys=True),
        *(framework_versions.installed(module, title) for module, title in titles),
        *(f"{folders.below_root(path)} {trusted_files.digest(path)}" for path in sources(app)),
    ]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def contents(app: Sphinx) -> dict[str, str]:
    """Make every script and notebook, in the order in which they are written; name each."""
    # For speed, what makes notebooks is imported here: most builds make none.
    import nbformat

    from _extensions.downloads import notebooks, plain_markdown, scripts

    release, made = app.config.release, {}
    try:
        for script in sorted(folders.scripts().rglob("plot_*.py")):
            generated = Path(app.srcdir, "auto_gallery", script.parent.name, f"{script.stem}.ipynb")
            made[script.name] = scripts.script_of_script(script, release)
            made[generated.name] = nbformat.writes(notebooks.notebook_of_script(generated, release)) + "\n"
        for page in sorted(app.env.found_docs):
            path = Path(app.env.doc2path(page))
            if "auto_gallery" not in path.parts and download_links.is_chapter(path):
                notebook = notebooks.notebook_of_chapter(path, page, app)
                made[f"{path.stem}.ipynb"] = nbformat.writes(notebook) + "\n"
                made[f"{path.stem}.py"] = scripts.script_of_chapter(notebook, release)
    except plain_markdown.UnknownMarkupError as error:
        raise SystemExit(str(error)) from None
    return made


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write into the site what is new or has changed, and remove what is no longer offered."""
    if not stages.is_site(app, exception):
        return
    folder, stamp = Path(app.outdir, download_links.FOLDER), Path(app.doctreedir, "downloads-made.json")
    made_of, names = key(app), {path.name for path in folder.glob("*")}
    if names and trusted_files.load(stamp) == {"key": made_of, "names": sorted(names)}:
        return
    made = contents(app)
    for name, content in made.items():
        files.write_if_changed(folder / name, content)
    for name in names - made.keys():
        (folder / name).unlink()
    files.write_whole(stamp, json.dumps({"key": made_of, "names": sorted(made)}))


def setup(app: Sphinx) -> dict[str, bool]:
    """Write after the wheel and before the archive of everything."""
    stages.listen(app, stages.Stage.DOWNLOADS_WRITTEN, write)
    return stages.SAFE
