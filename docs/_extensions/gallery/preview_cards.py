"""The card of a figure, which is the picture in previews of links.

Those who show previews know no SVG and cut what has other proportions.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

SIZE = 1200, 630  # pixels: what link previews show without cutting


def card(light: Path) -> Path:
    """Return where the PNG of a figure is, which link previews show; they know no SVG."""
    return light.with_name(f"{light.stem}_card.png")


def save(fig: Any, light: Path) -> None:
    """Draw a figure in the middle of a card."""
    from PIL import Image

    drawn = io.BytesIO()
    dpi = min(size / inches for size, inches in zip(SIZE, fig.get_size_inches(), strict=True))
    fig.savefig(drawn, format="png", dpi=dpi, metadata={"Software": None})
    picture = Image.open(drawn).convert("RGB")
    whole = Image.new("RGB", SIZE, "white")
    whole.paste(picture, ((SIZE[0] - picture.width) // 2, (SIZE[1] - picture.height) // 2))
    whole.save(card(light), compress_level=1)  # :func:`describe` writes it again


def describe(path: Path, description: dict[str, Any], source: str, commit: str) -> None:
    """Write into a PNG what the metadata of the SVG says."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    texts = {"Title": description["item"], "Description": description["finding"], "Source": source}
    for name, text in {**texts, "Software": ", ".join(description["versions"]), "Comment": f"commit {commit}"}.items():
        info.add_itxt(name, text)
    with Image.open(path) as picture:
        picture.load()
    picture.save(path, optimize=True, pnginfo=info)
