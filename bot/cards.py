"""What a follower sees in the private chat: tips, receipts, gifts, projects. Pure: data in, text and keyboard out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from aiogram.types import InlineKeyboardMarkup

from bot import keyboards
from giving.money import Money
from giving.names import clean
from giving.projects import ProjectCard
from giving.tips import Limits, TipState
from services.links import Links
from services.projects import Page
from services.tips import PostCard, TipCard
from texts import Html, Texts, link

SUMMARY_GRAPHEMES: Final = 90
LONG_GRAPHEMES: Final = 700


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message, ready for Telegram."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


def paragraphs(*parts: str | None) -> Html:
    """Parts that exist, a blank line between them."""
    return Html("\n\n".join(part for part in parts if part))


# --- Tips ------------------------------------------------------------------------------------------------------------


def tip(
    texts: Texts,
    links: Links,
    language: str,
    card: TipCard,
    giver: str,
    pay_url: str | None,
    *,
    intro: str | None = None,
) -> Rendered:
    """One's own tip as it is now: to be paid, cancelled, or its receipt. Without `pay_url`, "try again"."""
    match card.tip.state:
        case TipState.OFFERED:
            rows = keyboards.tip_card(texts, language, card.tip, giver, pay_url)
            return Rendered(paragraphs(intro, *_offered(texts, language, card, pay_url)), rows)
        case TipState.CANCELLED:
            return cancelled(texts, language, card)
        case TipState.PAID:
            return receipts(texts, links, language, [card])
        case TipState.REFUNDED:
            return refunded(texts, links, language, [card])


def _offered(texts: Texts, language: str, card: TipCard, pay_url: str | None) -> Iterable[str | None]:
    project = card.project.project
    head = texts.chat(
        language,
        "tip-card",
        amount=card.tip.amount,
        project=project.title(language),
        organisation=project.organisation.name(language),
    )
    if card.chat_title:
        head = Html(f"{head}\n{texts.chat(language, 'tip-card-from', chat=card.chat_title)}")
    yield head
    yield _changed(texts, language, card, card.chat_title or "")
    yield texts.chat(language, "tip-card-rail-down") if pay_url is None else None
    yield texts.chat(language, "tip-card-choose")


def _changed(texts: Texts, language: str, card: TipCard | PostCard, chat: str) -> Html | None:
    """The chat supports another project by now; this gift goes where its post said."""
    if card.project_now is None:
        return None
    here, now = card.project.project.title(language), card.project_now.title(language)
    return texts.chat(language, "project-changed", chat=chat, project=here, now=now)


def cancelled(texts: Texts, language: str, card: TipCard) -> Rendered:
    """A tip that was not paid."""
    text = texts.chat(language, "tip-cancelled", amount=card.tip.amount, project=card.project.project.title(language))
    rows = keyboards.keyboard([[keyboards.give(texts, language)]])
    return Rendered(text, rows)


def paid(texts: Texts, links: Links, language: str, card: TipCard) -> Rendered:
    """What becomes of the card once the tip is paid; the receipt is a message of its own."""
    text = texts.chat(language, "tip-paid", amount=card.tip.amount, project=card.project.project.title(language))
    receipt = keyboards.opens(texts.plain(language, "button-receipt"), links.receipt(card.tip.receipt_code, language))
    return Rendered(text, keyboards.keyboard([[receipt]]))


def receipts(texts: Texts, links: Links, language: str, cards: Sequence[TipCard]) -> Rendered:
    """Thanks for one gift or several at once: amounts, projects, codes, and what the money does."""
    if len(cards) == 1:
        thanks = texts.chat(language, "receipt-thanks")
    else:
        thanks = texts.chat(language, "receipt-thanks-many", count=len(cards))
    gifts = [_gift(texts, language, card) for card in cards]
    late = any(card.tip.returnable and card.tip.extra_of is None for card in cards)
    text = paragraphs(
        thanks,
        *gifts,
        *_uses(texts, language, cards),
        texts.chat(language, "receipt-after-cancel") if late else None,
    )
    return Rendered(text, keyboards.receipts(texts, links, language, cards))


def _gift(texts: Texts, language: str, card: TipCard) -> Html:
    return texts.chat(
        language,
        "receipt-gift",
        amount=card.tip.amount,
        project=card.project.project.title(language),
        code=Html(card.tip.receipt_code),
    )


def _uses(texts: Texts, language: str, cards: Sequence[TipCard]) -> list[Html]:
    """What the money does, once per project; of many projects none, or the message would be too long."""
    uses = {card.project.project.id: card.project.project.text(language).use for card in cards}
    if len(uses) > 2:
        return []
    return [texts.chat(language, "receipt-use", use=clean(use, most=LONG_GRAPHEMES)) for use in uses.values() if use]


def paid_twice(texts: Texts, links: Links, language: str, card: TipCard) -> Rendered:
    """A second payment for one tip, with the offer to take it back."""
    text = texts.chat(
        language,
        "extra-told",
        amount=card.tip.amount,
        project=card.project.project.title(language),
        code=Html(card.tip.receipt_code),
    )
    return Rendered(
        text,
        keyboards.receipts(texts, links, language, [card]),
    )


def take_back_asked(texts: Texts, language: str, card: TipCard) -> Rendered:
    """The refund is on its way; its arrival is told later."""
    text = texts.chat(language, "take-back-asked", amount=card.tip.amount)
    rows = keyboards.keyboard([[keyboards.my_gifts(texts, language)]])
    return Rendered(text, rows)


def refunded(texts: Texts, links: Links, language: str, cards: Sequence[TipCard]) -> Rendered:
    """Gifts that went back."""
    told = [
        texts.chat(
            language,
            "refund-told",
            amount=card.tip.amount,
            project=card.project.project.title(language),
            code=Html(card.tip.receipt_code),
        )
        for card in cards
    ]
    text = paragraphs(*told)
    return Rendered(text, keyboards.receipts(texts, links, language, cards))


def gifts(texts: Texts, links: Links, language: str, page: Page[TipCard]) -> Rendered:
    """A page of my gifts, newest first; if there are none, how to make the first."""
    if not page.total:
        rows = keyboards.keyboard([[keyboards.give(texts, language)]])
        return Rendered(texts.chat(language, "gifts-none"), rows)
    text = paragraphs(
        texts.chat(language, "gifts-title", total=page.total),
        *(_gift_line(texts, links, language, card) for card in page.items),
    )
    return Rendered(text, keyboards.gifts(texts, language, page))


def _gift_line(texts: Texts, links: Links, language: str, card: TipCard) -> Html:
    tip = card.tip
    key = "gifts-line-refunded" if tip.state is TipState.REFUNDED else "gifts-line"
    return texts.chat(
        language,
        key,
        amount=tip.amount,
        project=card.project.project.title(language),
        at=tip.paid_at or tip.offered_at,
        receipt=link(links.receipt(tip.receipt_code, language), Html(tip.receipt_code)),
    )


# --- Projects --------------------------------------------------------------------------------------------------------


def project_items(texts: Texts, language: str, page: Page[ProjectCard], *, query: str, head: str | None = None) -> Html:
    """The projects of one page under `head`, or what to do if there are none."""
    if not page.total:
        return (
            texts.chat(language, "project-found-none", query=query) if query else texts.chat(language, "project-none")
        )
    found = texts.chat(language, "project-found", query=query, total=page.total) if query else None
    return paragraphs(
        head,
        found,
        *(_item(texts, language, card) for card in page.items),
    )


def _item(texts: Texts, language: str, card: ProjectCard) -> Html:
    words = card.project.text(language)
    return texts.chat(
        language,
        "project-item",
        project=words.title,
        organisation=card.project.organisation.name(language),
        summary=clean(words.summary, most=SUMMARY_GRAPHEMES),
        given=card.raised.given,
        target=card.project.target,
        percent=card.percent,
    )


def project_list(texts: Texts, language: str, page: Page[ProjectCard], *, query: str) -> Rendered:
    """Projects to give to."""
    head = None if query else texts.chat(language, "project-list")
    text = project_items(texts, language, page, query=query, head=head)
    return Rendered(text, keyboards.project_list(texts, language, page, found=bool(query)))


def project_text(texts: Texts, language: str, card: ProjectCard) -> Html:
    """A project: who runs it, what it does, target and raised."""
    words = card.project.text(language)
    text = texts.chat(
        language,
        "project-card",
        project=words.title,
        organisation=card.project.organisation.name(language),
        summary=clean(words.summary, most=LONG_GRAPHEMES),
        given=card.raised.given,
        target=card.project.target,
        percent=card.percent,
        donors=card.raised.donors,
    )
    use = texts.chat(language, "project-use", use=clean(words.use, most=LONG_GRAPHEMES)) if words.use else None
    return paragraphs(text, use)


def project(
    texts: Texts, links: Links, language: str, card: ProjectCard, presets: Sequence[Money], *, takes_money: bool
) -> Rendered:
    """A project with amounts to give, or the way to its designated page where nothing can be paid here."""
    amounts = (
        keyboards.project_amounts(texts, language, card.project, presets)
        if takes_money
        else keyboards.designated(texts, links, language, card.project)
    )
    return Rendered(
        project_text(texts, language, card), keyboards.project_card(texts, links, language, card.project, amounts)
    )


def post(
    texts: Texts,
    links: Links,
    language: str,
    card: PostCard,
    presets: Sequence[Money],
    *,
    takes_money: bool,
    intro: str | None = None,
) -> Rendered:
    """A post's project with amounts that count for the post, or as `project`."""
    project = card.project.project
    amounts = (
        keyboards.post_amounts(texts, language, card.post, presets)
        if takes_money
        else keyboards.designated(texts, links, language, project)
    )
    text = paragraphs(
        intro,
        texts.chat(language, "project-from-post", chat=card.chat_title),
        _changed(texts, language, card, card.chat_title),
        project_text(texts, language, card.project),
    )
    return Rendered(text, keyboards.project_card(texts, links, language, project, amounts, back=False))


def ask_amount(
    texts: Texts, language: str, project_title: str, limits: Limits, *, intro: str | None = None
) -> Rendered:
    """The question that begins the dialog for another amount."""
    text = paragraphs(
        intro,
        texts.chat(language, "ask-amount", project=project_title, least=limits.least, most=limits.most),
    )
    return Rendered(text, keyboards.leave(texts, language))
