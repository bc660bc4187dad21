"""What this build took: seconds, memory and doctests of each page, in ``guide/build.json``.

The page "How this build was made" loads them. That file alone differs between two builds of one
source.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions import stages
from _extensions.content.build_record import PAGE
from _extensions.content.executed_pages import rows
from _extensions.execute import doctests_aside, execution_record

_FILE = "build.json"
_start = time.perf_counter()


def measurements(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """Return for each page what the run that made it took."""
    agreed = doctests_aside.passed()
    docstrings = sum(count for source, count in agreed.items() if source.startswith("tutorial_src"))
    measured = {}
    for row in rows(env):
        measurement = execution_record.recorded(row.name) if row.name else None
        if measurement is not None and measurement.key != row.key:
            measurement = None
        entry: dict[str, Any] = {"page": row.page, "source": row.source, "engine": row.engine}
        if row.engine:
            in_prose = measurement.doctests if measurement and row.engine == "sphinx-gallery" else agreed[row.source]
            origin = "executed" if row.name in execution_record.executed else "from cache"
            entry |= {
                "run": origin if measurement else None,
                "key": row.key,
                "seconds": None if measurement is None else round(measurement.seconds, 2),
                "peak_memory_mib": None if measurement is None else measurement.peak_memory_mib,
                "doctests_passed": in_prose if row.page else docstrings,
            }
        measured[row.id] = entry
    return measured


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write the measurements beside the page."""
    if not stages.is_site(app, exception):
        return
    record = {"seconds": round(time.perf_counter() - _start, 1), "pages": measurements(app.env)}
    path = Path(app.outdir, PAGE).with_name(_FILE)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def load_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load on this page what fills in the measurements."""
    if pagename == PAGE:
        app.add_js_file("build.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run on the page, and when all pages are written."""
    stages.listen(app, stages.Stage.PAGE_PREPARED, load_script)
    stages.listen(app, stages.Stage.BUILD_RECORDED, publish)
    return stages.SAFE
