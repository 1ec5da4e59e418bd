"""The process that draws: weights and glyphs are right, and whatever becomes of it, the next picture is drawn."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from giving.errors import PictureFailed
from pictures.drawing import Drawing
from tests.pictures.ink import dark, size_of

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="60">{body}</svg>'


def text(words: str, *, weight: int = 400) -> str:
    element = f'<text x="4" y="46" font-size="40" font-family="Noto Sans CJK SC" font-weight="{weight}">{words}</text>'
    return SVG.format(w=60 * max(len(words), 1), body=element)


async def test_weights_are_what_they_are_called(drawing):
    ink = {weight: dark(await drawing.draw(text("捐赠证书Ada", weight=weight)))[0] for weight in (100, 400, 700)}
    assert ink[100] * 1.5 < ink[400]
    assert ink[400] * 1.2 < ink[700]


async def test_rare_characters_are_no_boxes(drawing):
    box = await drawing.draw(text("\U0010fffd"))
    assert dark(box)[0] > 0
    for character in "喆堃镕珺玥昇":
        drawn = await drawing.draw(text(character))
        assert drawn != box
        assert dark(drawn)[0] > 0


async def test_a_process_that_was_killed_is_replaced(drawing):
    first = await drawing.draw(text("一"))
    os.kill(drawing._process.pid, signal.SIGKILL)
    assert await drawing.draw(text("一")) == first


async def test_a_process_that_dies_of_a_picture_is_not_tried_for_ever(tmp_path):
    died = tmp_path / "died"
    worker = tmp_path / "worker.py"
    worker.write_text(f"import os, sys\nopen({str(died)!r}, 'a').write('x')\nsys.stdin.buffer.read(4)\nos.abort()\n")
    drawing = Drawing(list, worker=worker)
    with pytest.raises(PictureFailed):
        await drawing.draw(text("一"))
    assert died.read_text() == "xx"
    await drawing.close()


async def test_one_that_takes_too_long_is_ended(tmp_path):
    worker = tmp_path / "worker.py"
    worker.write_text("import time\ntime.sleep(60)\n")
    drawing = Drawing(list, worker=worker, limit_s=0.3)
    with pytest.raises(PictureFailed):
        await drawing.draw(text("一"))
    assert drawing._process is None
    await drawing.close()


async def test_what_is_no_picture_is_refused_and_the_process_goes_on(drawing):
    await drawing.draw(text("一"))
    process = drawing._process.pid
    with pytest.raises(PictureFailed):
        await drawing.draw("<svg")
    assert size_of(await drawing.draw(text("一"))) == (60, 60)
    assert drawing._process.pid == process


async def test_whoever_stops_waiting_leaves_no_answer_for_the_next(drawing):
    await drawing.draw(text("一"))
    waiting = asyncio.create_task(drawing.draw(SVG.format(w=2000, body='<rect width="2000" height="60"/>')))
    await asyncio.sleep(0.001)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert size_of(await drawing.draw(text("二"))) == (60, 60)


async def test_it_needs_little_memory(drawing):
    sheet = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="1440"><rect width="1080" height="1440"/></svg>'
    )
    for _ in range(3):
        await drawing.draw(sheet)
        await drawing.draw(text("喆堃镕珺玥昇", weight=700))
    status = Path(f"/proc/{drawing._process.pid}/status").read_text()
    peak_kb = int(status.split("VmHWM:")[1].split()[0])
    assert peak_kb < 150_000


async def test_it_ends_with_whoever_asked(drawing):
    await drawing.draw(text("一"))
    process = drawing._process
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 5) == 0
    drawing._process = None
