"""HTML as Telegram reads it: what came from people is escaped and can't disturb the line it stands in."""

import html
from typing import Final

# Explicit direction controls would reach beyond the argument that holds them; names are clean, other texts may not be.
_CONTROLS: Final = dict.fromkeys(
    map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\x00")
)


class Html(str):
    """Text that is HTML already; put into another message it is not escaped again."""

    __slots__ = ()


def uncontrolled(text: str) -> str:
    """The text without direction controls."""
    return text.translate(_CONTROLS)


def escaped(text: str) -> Html:
    """Text from people for a place between tags, isolated so that its direction stays its own."""
    return Html(f"\u2068{html.escape(uncontrolled(text), quote=False)}\u2069")


def link(url: str, text: str) -> Html:
    """A link; `text` is escaped unless it is Html."""
    words = text if isinstance(text, Html) else escaped(text)
    return Html(f'<a href="{html.escape(url)}">{words}</a>')
