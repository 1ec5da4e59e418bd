"""An address as a code to be scanned, as a path in a picture."""

from dataclasses import dataclass

import segno


@dataclass(frozen=True, slots=True)
class Code:
    """Black modules as one path, of one unit each, without the white around it."""

    path: str
    side: int


def code_of(address: str) -> Code:
    """Its QR code, with a quarter of it to spare. Raises: ValueError for more than a code holds."""
    matrix = segno.make_qr(address, error="m").matrix
    path = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            long = next((n for n, module in enumerate(row[x:]) if not module), len(row) - x)
            path.append(f"M{x} {y}h{long}v1h-{long}z")
            x += long
    return Code("".join(path), len(matrix))
