"""Alerts as their readers see them: what is so, a few of the details, and what to do. Pure: data in, text out."""

from collections.abc import Mapping
from enum import StrEnum

from bot.cards import Rendered, paragraphs
from giving.alerts import Alert, AlertKind, Said
from giving.broadcasts import PHOTO_UNREADABLE
from services.outbox import AccountTold
from texts import Html, Texts


class _Code(StrEnum):
    """Refusals that a message has words of its own for: it chooses by these, and by no other text."""

    AMOUNT_TOO_SMALL = "amount_too_small"
    ACCOUNT_INVALID = "account_invalid"
    NO_RAIL = "no_rail"


def alert(texts: Texts, language: str, told: Alert) -> Rendered:
    """The head, and a line for each detail."""
    return _told(texts, language, told, _said(texts, language, told.said))


def account(texts: Texts, language: str, told: AccountTold) -> Rendered:
    """An organisation's account takes payments, or no more."""
    said = _said(texts, language, told.step.said) | {"organisation": told.organisation.name(language)}
    return _told(texts, language, told.step, said)


def _told(texts: Texts, language: str, told: Alert, said: Mapping[str, Said]) -> Rendered:
    head = texts.chat(language, _key(told), **said)
    lines = [
        texts.chat(language, f"alert-line-{line.name}", **_said(texts, language, line.said)) for line in told.lines
    ]
    return Rendered(paragraphs(head, Html("\n".join(lines)) if lines else None))


def _key(told: Alert) -> str:
    if told.kind is AlertKind.BROADCAST_STOPPED and told.said.get("said") == PHOTO_UNREADABLE:
        return "alert-broadcast-stopped-photo"
    return f"alert-{told.kind}"


def _said(texts: Texts, language: str, said: Mapping[str, Said]) -> dict[str, Said]:
    """A rail by the name that people know its service by; of one that has no words of ours its own."""
    named: dict[str, Said] = {}
    if "rail" in said:
        named["rail"] = texts.named(language, "service", str(said["rail"]))
    if (code := said.get("code")) in set(_Code):
        named["code"] = _Code(str(code))
    return {**said, **named}
