"""Links into the documentation of other projects, without fetching their inventories.

``_inventories/NAME.txt`` lists the few objects that our pages name, in the format that Sphinx's own
inventories have before they are compressed: ``name domain:role priority address label``.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from _extensions import folders

SOURCES = folders.ROOT / "docs" / "_inventories"


def mapping(addresses: dict[str, str], compiled: Path) -> dict[str, tuple[str, str]]:
    """Compress each list and return addresses and files, as ``intersphinx_mapping`` has them."""
    compiled.mkdir(parents=True, exist_ok=True)
    result = {}
    for name, address in addresses.items():
        lines = (SOURCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        body = "".join(f"{line}\n" for line in lines if line and not line.startswith("#"))
        head = (
            f"# Sphinx inventory version 2\n# Project: {name}\n# Version: \n"
            "# The remainder of this file is compressed using zlib.\n"
        )
        target = compiled / f"{name}.inv"
        target.write_bytes(head.encode() + zlib.compress(body.encode(), 9))
        result[name] = (address, str(target))
    return result
