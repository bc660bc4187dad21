"""How to run what the gallery offers for download: on every page, and in the guide."""

from __future__ import annotations

from sphinx.application import Sphinx

_HOW_TO_RUN = """

.. rst-class:: how-to-run

**To run it:** download the script or the notebook below, install what it needs as
:doc:`/guide/run-a-script` shows, and start it with ``python {script}.py``.

"""

_DOWNLOADS = ".. _sphx_glr_download_"


def explain_downloads(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the explanation in front of the download links of a script's page."""
    head, marker, tail = source[0].partition(_DOWNLOADS)
    if docname.startswith("auto_gallery/") and marker:
        source[0] = head + _HOW_TO_RUN.format(script=docname.rpartition("/")[2]) + marker + tail


def name_wheel(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the version of the wheel that this site serves into the guide."""
    if docname == "guide/run-a-script":
        source[0] = source[0].replace("removable-VERSION-", f"removable-{app.config.release}-")


def setup(app: Sphinx) -> dict[str, bool]:
    """Change the source of a page as it is read."""
    app.connect("source-read", explain_downloads)
    app.connect("source-read", name_wheel)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
