"""What a download asks pip for: the wheel that this site serves, with the extras it needs."""

from __future__ import annotations

import re

from _extensions.whole_site import site_address

_EXTRAS = {"torch": "torch", "tensorflow": "tensorflow-cpu", "jax": "jax", "pytensor": "pytensor"}


def wheel_address(release: str) -> str:
    """Return where the wheel of this site will be."""
    return f"{site_address.address()}dist/removable-{release}-py3-none-any.whl"


def frameworks_of(text: str) -> dict[str, str]:
    """Return the frameworks that a text names, each module with the extra that installs it."""
    return {module: extra for module, extra in _EXTRAS.items() if re.search(rf"\b{module}\b", text)}
