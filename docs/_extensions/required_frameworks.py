"""The frameworks that the pages run: stop before anything is executed if one is missing, and name their versions."""

from __future__ import annotations

from importlib.metadata import packages_distributions, version

from removable import frameworks
from removable.errors import MissingFrameworkError
from sphinx.application import Sphinx
from sphinx.config import Config

TITLES = {"torch": "PyTorch", "tensorflow": "TensorFlow"}


def check(app: Sphinx, config: Config) -> None:
    """Require every framework, and make ``{{ versions }}`` stand for what is installed."""
    try:
        frameworks.require(*TITLES)
    except MissingFrameworkError as error:
        # Sphinx surrounds its own exceptions with a report for its developers; this is a sentence for the reader.
        raise SystemExit(str(error)) from None
    # The distribution may have another name than the module: tensorflow-cpu.
    distributions = packages_distributions()
    named = (f"{title} {version(distributions[module][0]).partition('+')[0]}" for module, title in TITLES.items())
    config.myst_substitutions = {"versions": " and ".join(named)}


def setup(app: Sphinx) -> dict[str, bool]:
    """Run as early as an extension can."""
    app.connect("config-inited", check, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
