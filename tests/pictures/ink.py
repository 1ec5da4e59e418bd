"""What a PNG has where: enough of a decoder to count ink. Our pictures are 8-bit RGBA, not interlaced."""

import struct
import zlib


def rows_of(png: bytes) -> list[bytes]:
    """Each row of pixels, four bytes a pixel."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks: dict[bytes, bytes] = {}
    place = 8
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        chunks[kind] = chunks.get(kind, b"") + png[place + 8 : place + 8 + length]
        place += 12 + length
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, colours, interlaced) == (8, 6, 0)
    raw, stride = zlib.decompress(chunks[b"IDAT"]), 4 * width
    rows, above = [], bytes(stride)
    for number in range(height):
        start = number * (stride + 1)
        above = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above)
        rows.append(above)
    return rows


def _unfiltered(kind: int, row: bytearray, above: bytes) -> bytes:
    for place in range(len(row)):
        left = row[place - 4] if place >= 4 else 0
        corner = above[place - 4] if place >= 4 else 0
        row[place] = (row[place] + (0, left, above[place], (left + above[place]) // 2, _paeth(left, above[place], corner))[kind]) % 256  # noqa: E501  # fmt: skip
    return bytes(row)


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda near: abs(guess - near))


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    width, height = struct.unpack_from(">II", png, 16)
    return width, height


def dark(png: bytes) -> tuple[int, int, int]:
    """Of a picture on transparent ground: how much ink there is, and the first and last column that has any."""
    columns: dict[int, int] = {}
    for row in rows_of(png):
        for x, alpha in enumerate(row[3::4]):
            if alpha > 40:
                columns[x] = columns.get(x, 0) + alpha
    return sum(columns.values()), min(columns, default=-1), max(columns, default=-1)
