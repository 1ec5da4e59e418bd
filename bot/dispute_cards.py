"""A dispute in words, for the donor whose bank it is and for the creator in whose chat it was given. Pure."""

from bot import keyboards
from bot.cards.rendered import Rendered, paragraphs
from bot.keyboards import keyboard
from services.outbox import DisputeTold
from texts import Html, Texts


def donor(texts: Texts, language: str, told: DisputeTold) -> Rendered:
    """What their bank says, and that there is nothing to do if they asked it to."""
    tip = told.card.tip
    text = texts.chat(
        language, f"gift-{told.step.kind}", amount=told.step.said["amount"], count=told.step.said["count"],
        project=told.card.project.project.title(language), code=Html(tip.receipt_code),
        at=texts.short_day(language, tip.paid_at or tip.offered_at),
    )  # fmt: skip
    return Rendered(text, keyboard([[keyboards.my_gifts(texts, language)]]))


def creator(texts: Texts, language: str, told: DisputeTold) -> Rendered:
    """How much, where it was given, and what it means; never whose it is."""
    text = texts.chat(
        language, f"chat-{told.step.kind}", amount=told.step.said["amount"], count=told.step.said["count"],
        project=told.card.project.project.title(language),
    )  # fmt: skip
    where = texts.chat(language, "tip-card-from", chat=told.card.chat_title) if told.card.chat_title else None
    return Rendered(paragraphs(text, where))
