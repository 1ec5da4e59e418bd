"""/privacy as a message: what one has chosen, each choice one tap away; and what leaving means."""

from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import callbacks as cb
from bot import keyboards
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows
from giving.money import Money
from giving.people import Person
from giving.subscriptions import Often, PrivacySettings, SubscriptionKind
from services.links import Links
from services.operator import Operator
from texts import Texts, zones

ON: Final = "✓ "
OFF: Final = "○ "


def privacy(
    texts: Texts, links: Links, language: str, person: Person, chosen: PrivacySettings, example: Money
) -> Rendered:
    """Everything at a glance; `example` is the amount the three ways to be seen are shown with."""
    text = paragraphs(
        texts.chat(language, "privacy"),
        texts.chat(language, "privacy-told"),
        texts.chat(language, "privacy-data"),
    )
    seen = keyboards.visibilities(
        texts, language, person.name, example, chosen.visibility, lambda v: cb.PrivacyShown(visibility=v)
    )
    named = _switch(texts.plain(language, "button-named-in-groups"), chosen.thanked_by_name, cb.PrivacyNamed)
    place = zones.place(language, chosen.timezone or texts.zone.key)
    rows: Rows = [
        *seen,
        [named],
        *(_kind(texts, language, kind, chosen.often.get(kind, Often.NONE)) for kind in SubscriptionKind),
        [_deed(texts, language, "button-clock", cb.PrivacyDeed.CLOCK, place=place)],
        [
            _deed(texts, language, "button-export", cb.PrivacyDeed.EXPORT),
            _deed(texts, language, "button-leave-service", cb.PrivacyDeed.ASK_LEAVE),
        ],
        [keyboards.opens(texts.plain(language, "button-privacy-page"), links.page("privacy", language))],
    ]
    return Rendered(text, keyboards.keyboard(rows))


def _kind(texts: Texts, language: str, kind: SubscriptionKind, often: Often) -> list[InlineKeyboardButton]:
    """On or off; and beside what is on, whether at most one a week."""
    on = _switch(kind_name(texts, language, kind), often is not Often.NONE, cb.PrivacyTold, kind=kind)
    if often is Often.NONE:
        return [on]
    return [on, _switch(texts.plain(language, "button-fewer"), often is Often.FEWER, cb.PrivacyFewer, kind=kind)]


def kind_name(texts: Texts, language: str, kind: SubscriptionKind) -> str:
    """As it stands on buttons."""
    return texts.plain(language, f"button-kind-{kind.replace('_', '-')}")


def _switch(
    words: str, on: bool, data: type[cb.PrivacyNamed | cb.PrivacyTold | cb.PrivacyFewer], **more: object
) -> InlineKeyboardButton:
    """The button says how it is and carries how it is to be: pressed twice it changes once."""
    return keyboards.tap((ON if on else OFF) + words, data(on=not on, **more))


def _deed(texts: Texts, language: str, key: str, deed: cb.PrivacyDeed, **said: str) -> InlineKeyboardButton:
    return keyboards.tap(texts.plain(language, key, **said), cb.PrivacyDo(deed=deed))


def ask_leave(texts: Texts, language: str, person: Person) -> Rendered:
    """What goes and what stays, before the second tap."""
    text = paragraphs(
        texts.chat(language, "leave-ask"),
        texts.chat(language, "leave-goes"),
        texts.chat(language, "leave-stays"),
        texts.chat(language, "leave-before"),
    )
    sure = keyboards.tap(texts.plain(language, "button-leave-really"), cb.LeaveForGood(person=person.id))
    export = _deed(texts, language, "button-export", cb.PrivacyDeed.EXPORT)
    back = _deed(texts, language, "button-back", cb.PrivacyDeed.SHOW)
    return Rendered(text, InlineKeyboardMarkup(inline_keyboard=[[sure], [export, back]]))


def left(texts: Texts, language: str) -> Rendered:
    """The last message; nothing hangs on it."""
    return Rendered(texts.chat(language, "leave-done"))


def paysupport(texts: Texts, language: str, operator: Operator) -> Rendered:
    """What to do when a payment went wrong, and who answers."""
    text = paragraphs(texts.chat(language, "paysupport"), contact(texts, language, operator))
    return Rendered(text, keyboards.keyboard([[keyboards.my_gifts(texts, language)]]))


def terms(texts: Texts, links: Links, language: str, operator: Operator) -> Rendered:
    """The rules in a few lines; all of them stand on the page."""
    name = texts.chat(language, "terms-operator", name=operator.name) if operator.name else None
    basis = texts.chat(language, "terms-basis", basis=operator.basis) if operator.basis else None
    text = paragraphs(texts.chat(language, "terms"), name, basis, contact(texts, language, operator))
    pages = [
        keyboards.opens(texts.plain(language, "button-terms-page"), links.page("terms", language)),
        keyboards.opens(texts.plain(language, "button-privacy-page"), links.page("privacy", language)),
    ]
    return Rendered(text, keyboards.keyboard([pages]))


def contact(texts: Texts, language: str, operator: Operator) -> str | None:
    """The line with a human's address; None if the operator named nobody."""
    return texts.chat(language, "contact", contact=operator.contact) if operator.contact else None
