"""The small JSON file that describes a figure of the gallery.

It says what the figure shows, the script, its page, the number of the figure, the file of its data
and the commit of the script. Other modules read it and take no name apart.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from _extensions import files


def write(light: Path, description: dict[str, Any]) -> None:
    """Write the description of a figure beside its light version."""
    files.write_if_changed(light.with_suffix(".json"), json.dumps(description, indent=1, ensure_ascii=False) + "\n")


def figures(gallery: Path) -> list[Path]:
    """Return the light version of every figure of the gallery."""
    return sorted(path.with_suffix(".svg") for path in gallery.rglob("images/sphx_glr_*.json"))


def described(light: Path) -> dict[str, Any]:
    """Return the description of a figure, with its origin."""
    return json.loads(light.with_suffix(".json").read_text(encoding="utf-8"))
