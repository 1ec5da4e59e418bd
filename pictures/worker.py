"""The process that draws: SVG in, PNG or PDF out, one after the other, until standard input ends.

A file of its own, run by its path: resvg holds the interpreter's lock while it draws and panics across threads, so it
is kept away from everything else. Nothing of ours is imported here. Arguments: the font files.

A request is its length (four bytes, big-endian) and the SVG in UTF-8; or, for a PDF, a line `%PDF 300` with the dots
per inch and its pages, each an SVG, with a NUL between them. An answer is one byte (0 drawn, 1 refused), a length, and
the PNG or PDF, or what was wrong.
"""

import io
import os
import resource
import signal
import struct
import sys
from typing import BinaryIO, Final

import resvg_py

LENGTH: Final = struct.Struct(">I")
MOST_MEMORY: Final = 1 << 30  # of addresses, the mapped fonts among them: a picture takes some 30 MB
NICE: Final = 5  # taps come before pictures
PDF: Final = "%PDF "
A4_WIDTH_MM: Final = 210
QUALITY: Final = 92  # of JPEG: letters stay clean at 300 dots an inch


def draw(svg: str, fonts: list[str]) -> bytes:
    """The PNG. Raises: what resvg says of it."""
    return resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=fonts)


def draw_pdf(request: str, fonts: list[str]) -> bytes:
    """Pages of A4, each a picture: what is drawn looks the same wherever it is printed. Raises: as `draw`."""
    from PIL import Image  # 12 MB that pictures need not have

    head, _, pages = request.partition("\n")
    dpi, whole = int(head.removeprefix(PDF)), io.BytesIO()
    width = round(A4_WIDTH_MM / 25.4 * dpi)
    for number, svg in enumerate(pages.split("\0")):
        png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=fonts, width=width)
        with Image.open(io.BytesIO(png)) as drawn:
            page = drawn.convert("RGB")
        page.save(whole, "PDF", resolution=dpi, append=number > 0, quality=QUALITY, subsampling=0)
    return whole.getvalue()


def answer(requests: BinaryIO, answers: BinaryIO, fonts: list[str]) -> bool:
    """Draw the next one; False when there is none any more."""
    head = requests.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return False
    asked = requests.read(LENGTH.unpack(head)[0]).decode()
    try:
        refused, body = b"\0", draw_pdf(asked, fonts) if asked.startswith(PDF) else draw(asked, fonts)
    except ValueError as error:
        refused, body = b"\1", str(error).encode()
    answers.write(refused + LENGTH.pack(len(body)) + body)
    answers.flush()
    return True


def main() -> None:
    """Draw until whoever asks is gone. Interrupts are for whoever asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    while answer(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1:]):
        pass


if __name__ == "__main__":
    main()
