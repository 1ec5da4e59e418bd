"""Pictures are drawn by the real process."""

from pathlib import Path

import pytest

from pictures import Pictures
from pictures.drawing import Drawing
from pictures.faces import files
from texts import Texts

LOCALES = Path(__file__).parents[2] / "locales"


@pytest.fixture(scope="session")
def texts():
    return Texts.load(LOCALES, strict=True)


@pytest.fixture
async def drawing():
    made = Drawing(files)
    yield made
    await made.close()


@pytest.fixture
async def pictures(texts, drawing):
    made = Pictures(texts, drawing=drawing)
    yield made
    await made.close()
