"""Alerts as their readers see them: what is so, a few of the details, and what to do. Pure: data in, text out."""

from bot.cards import Rendered, paragraphs
from giving.alerts import Alert
from texts import Html, Texts


def alert(texts: Texts, language: str, told: Alert) -> Rendered:
    """The head, and a line for each detail."""
    head = texts.chat(language, f"alert-{told.kind}", **told.said)
    lines = [texts.chat(language, f"alert-line-{line.name}", **line.said) for line in told.lines]
    return Rendered(paragraphs(head, Html("\n".join(lines)) if lines else None))
