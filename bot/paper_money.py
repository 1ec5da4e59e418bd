"""Where no real money moves, whatever the bot says carries that: added here, in one place, to messages and answers."""

from typing import Final

from texts import Html, Texts

ALERT_UNITS: Final = 200


def on_text(texts: Texts, language: str, text: str, test_money: bool) -> Html:
    """The message with its last line."""
    return Html(f"{text}\n\n<i>{texts.chat(language, 'test-money')}</i>" if test_money else text)


def on_toast(texts: Texts, language: str, text: str, test_money: bool) -> str:
    """The answer to a tap, short enough for Telegram, with its last words."""
    last = texts.plain(language, "test-money-short") if test_money else ""
    return clipped(text, ALERT_UNITS - _units(last)) + last


def clipped(text: str, most: int = ALERT_UNITS) -> str:
    """At most 200 UTF-16 units, as Telegram counts the text of an alert."""
    if _units(text) <= most:
        return text
    kept = text.encode("utf-16-le")[: 2 * (most - 1)]
    return kept.decode("utf-16-le", errors="ignore") + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
