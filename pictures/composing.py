"""From a template and a card to SVG: words in the reader's language, text that fits its place."""

from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined

from pictures.codes import code_of
from pictures.setting import fitted
from texts import Texts

FOLDER: Final = Path(__file__).with_name("templates")


class Composing:
    """Templates with the words and figures they share."""

    def __init__(self, texts: Texts) -> None:
        """Read every template now, so that an upgrade under a running process changes no picture of it."""
        self._texts = texts
        self._jinja = Environment(
            loader=DictLoader({path.name: path.read_text("utf-8") for path in FOLDER.glob("*.j2")}),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.globals.update(fitted=fitted, code=code_of)

    def svg(self, template: str, language: str, **values: object) -> str:
        """The picture as SVG; the same values give the same bytes."""
        texts = self._texts
        words = {"t": partial(texts.plain, language), "money": partial(texts.money, language)}
        return self._jinja.get_template(template).render(**words, **values, language=language)
