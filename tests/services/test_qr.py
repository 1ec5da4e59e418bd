"""A code that another phone reads: read here by a program that others wrote."""

import struct
import zlib

import pytest
import zxingcpp

from services.rails.qr import qr_png


class Picture:
    """Grey pixels, as the reader takes them, of a PNG of one bit a pixel."""

    def __init__(self, png: bytes) -> None:
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        self.width, self.height, depth, kind = struct.unpack(">IIBB", png[16:26])
        assert (depth, kind) == (1, 0)
        data, at = b"", 8
        while at < len(png):
            length, name = struct.unpack(">I4s", png[at : at + 8])
            data += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
            at += 12 + length
        rows, step = zlib.decompress(data), (self.width + 7) // 8 + 1
        line, self.grey = bytes(step - 1), b""
        for y in range(self.height):
            line = unfiltered(rows[y * step], rows[y * step + 1 : (y + 1) * step], line)
            self.grey += bytes(255 * (line[x // 8] >> (7 - x % 8) & 1) for x in range(self.width))


def unfiltered(how: int, row: bytes, above: bytes) -> bytes:
    assert how in (0, 2)  # as it is, or what it differs from the row above
    return bytes((a + b) % 256 for a, b in zip(row, above, strict=True)) if how else row


@pytest.mark.parametrize("address", [
    "weixin://wxpay/bizpayurl?pr=abcdefgh", "https://qr.alipay.com/bax03431ljhokirwl38f00a7",
    "https://x.example/?" + "&a=1" * 400,
])  # fmt: skip
def test_a_code_says_what_is_to_be_paid(address: str):
    picture = Picture(qr_png(address))
    assert picture.width == picture.height >= 600
    pixels = memoryview(picture.grey).cast("B", (picture.height, picture.width))
    (code,) = zxingcpp.read_barcodes(pixels)
    assert (code.format, code.text) == (zxingcpp.BarcodeFormat.QRCode, address)


def test_more_than_a_code_holds_is_refused():
    with pytest.raises(ValueError):
        qr_png("x" * 3000)
