"""The versions of PyTorch and TensorFlow, in place of ``{{ versions }}`` in the text of pages."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.config import Config

from _extensions import stages
from _extensions.execute.framework_versions import TITLES, installed


def name_versions(app: Sphinx, config: Config) -> None:
    """Make ``{{ versions }}`` stand for what is installed."""
    named = (f"{title} {installed(module, title)}" for module, title in TITLES.items())
    config.myst_substitutions = {"versions": " and ".join(named)}


def setup(app: Sphinx) -> dict[str, bool]:
    """Run once the versions are known to fit."""
    stages.listen(app, stages.Stage.VERSIONS_NAMED, name_versions)
    return stages.SAFE
