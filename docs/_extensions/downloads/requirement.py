"""What a download asks pip for: the wheel that this site serves, with the extras it needs."""

from __future__ import annotations

import re

from _extensions.whole_site import site_address

_EXTRAS = {"torch": "torch", "tensorflow": "tensorflow-cpu", "jax": "jax", "pytensor": "pytensor"}

TUTORIAL = "tutorial"
"""The extra with what every script and notebook needs besides the frameworks."""

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
"""PyTorch's own index of builds for processors; on Linux the default one brings CUDA."""


def wheel_name(release: str) -> str:
    """Return the name of the wheel.

    >>> wheel_name("1.2")
    'removable-1.2-py3-none-any.whl'
    """
    return f"removable-{release}-py3-none-any.whl"


def wheel_address(release: str) -> str:
    """Return where the wheel of this site will be."""
    return f"{site_address.address()}dist/{wheel_name(release)}"


def frameworks_of(text: str) -> dict[str, str]:
    """Return the frameworks that a text names, each module with the extra that installs it."""
    return {module: extra for module, extra in _EXTRAS.items() if re.search(rf"\b{module}\b", text)}
