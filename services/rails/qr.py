"""A payment address as a picture to be scanned."""

import io
from typing import Final

import segno

_SIDE_PX: Final = 600  # at least: a phone scans it from another screen
_QUIET: Final = 4  # modules of white around it, by ISO/IEC 18004


def qr_png(address: str) -> bytes:
    """A PNG, black on white and square. Raises: ValueError for more than a code holds (about 2,300 bytes)."""
    code = segno.make_qr(address, error="m")
    modules, _ = code.symbol_size(scale=1, border=_QUIET)
    png = io.BytesIO()
    code.save(png, kind="png", scale=-(-_SIDE_PX // modules), border=_QUIET)
    return png.getvalue()
