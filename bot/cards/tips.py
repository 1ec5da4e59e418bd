"""What a follower sees of their own gifts: the tip to be paid, receipts, everything given. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot import callbacks as cb
from bot import keyboards
from bot.cards.rendered import LONG_GRAPHEMES, Rendered, moved_on, paragraphs
from giving.errors import RailUnavailable
from giving.money import Money, sum_of
from giving.names import clean
from giving.rails import How
from giving.tips import TipState
from services.links import Links
from services.projects import Page
from services.refunds import Returned
from services.tips import TipCard
from texts import Html, Texts, link

TITLE_GRAPHEMES: Final = 40
MOST_NEEDING: Final = 3


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
            rows = keyboards.tip_card(texts, language, card, giver, pay_url)
            return Rendered(paragraphs(intro, *_offered(texts, language, card, pay_url)), rows)
        case TipState.CANCELLED | TipState.EXPIRED:
            return cancelled(texts, language, card)
        case TipState.ON_TAB:
            return on_tab(texts, language, card)
        case TipState.PAID:
            return receipts(texts, links, language, [card])
        case TipState.REFUNDED:
            return refunded(texts, links, language, [Returned(card, card.tip.amount)])


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
    yield _by_what(texts, language, card)
    yield _at_rate(texts, language, card)
    yield moved_on(texts, language, card, card.chat_title or "")
    down = pay_url is None and not (card.ways and card.ways[0].how is How.TAB)
    yield texts.chat(language, RailUnavailable.message_key) if down else None
    yield texts.chat(language, "tip-card-choose")


def _by_what(texts: Texts, language: str, card: TipCard) -> Html | None:
    """What is paid at once by the way that is chosen, and why another one goes on the tab."""
    lines = []
    for way in card.ways:
        rail = texts.named(language, "rail", way.rail)
        if way.how is How.TAB and way.settles_at is not None and way.least is not None:
            lines.append(texts.chat(language, "tip-card-tab", rail=rail, least=way.least, sum=way.settles_at))
        elif way is card.ways[0] and way.price is None:
            lines.append(texts.chat(language, "button-way-now", rail=rail))
    return Html("\n".join(lines)) if lines else None


def _at_rate(texts: Texts, language: str, card: TipCard) -> Html | None:
    """What is paid for it in another currency, and at which rate: said before it is paid."""
    way = card.ways[0] if card.ways else None
    if way is None or way.price is None:
        return None
    if way.rate is None:
        return texts.chat(language, "tip-card-price", price=way.price)
    stars, per = way.rate.price(way.rate.per), way.rate.per
    return texts.chat(language, "tip-card-price-rate", price=way.price, stars=stars, per=per)


def on_tab(texts: Texts, language: str, card: TipCard) -> Rendered:
    """A tip that is promised: it stands on the tab with others."""
    text = texts.chat(language, "tab-promised", amount=card.tip.amount, project=card.project.project.title(language))
    show = keyboards.tap(texts.plain(language, "button-tab"), cb.TabShow(fresh=True))
    return Rendered(text, keyboards.keyboard([[show]]))


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
    """Thanks for one gift or several at once: amounts, projects, codes, and what the money does.

    A month of a pledge is thanked for in two lines.
    """
    if all(card.monthly is not None for card in cards):
        months = paragraphs(*(_month(texts, language, card) for card in cards))
        return Rendered(months, keyboards.receipts(texts, links, language, cards, undo=True))
    if len(cards) == 1:
        thanks = texts.chat(language, "receipt-thanks")
    else:
        thanks = texts.chat(language, "receipt-thanks-many", count=len(cards))
    gifts = [_gift(texts, language, card) for card in cards]
    late = [card for card in cards if card.tip.returnable and card.tip.extra_of is None]
    after = "receipt-after-cancel" if all(card.gives_back for card in late) else "receipt-after-cancel-kept"
    text = paragraphs(
        thanks,
        *gifts,
        *_uses(texts, language, cards),
        _leads_on(texts, language, cards),
        texts.chat(language, after) if late else None,
    )
    return Rendered(text, keyboards.receipts(texts, links, language, cards, undo=True))


def _month(texts: Texts, language: str, card: TipCard) -> Html:
    """Which month in a row, and the receipt's number."""
    thanks = texts.chat(
        language,
        "receipt-month",
        amount=card.tip.amount,
        project=card.project.project.title(language),
        count=card.monthly.in_a_row if card.monthly is not None else 1,
        code=Html(card.tip.receipt_code),
    )
    return Html("\n".join([thanks, *_matched(texts, language, card)]))


def _gift(texts: Texts, language: str, card: TipCard) -> Html:
    gift = texts.chat(
        language,
        "receipt-gift",
        amount=card.tip.amount,
        project=card.project.project.title(language),
        code=Html(card.tip.receipt_code),
    )
    return Html("\n".join([gift, *_matched(texts, language, card)]))


def _matched(texts: Texts, language: str, card: TipCard) -> list[Html]:
    """What sponsors added to it."""
    return [
        texts.chat(language, "receipt-matched", amount=added.amount, sponsor=added.sponsor)
        if added.sponsor
        else texts.chat(language, "receipt-matched-unnamed", amount=added.amount)
        for added in card.matched
    ]


def _leads_on(texts: Texts, language: str, cards: Sequence[TipCard]) -> Html | None:
    """On a giving day, where a project has reached its target: which ones still need help."""
    card = next((card for card in cards if card.needing), None)
    if card is None:
        return None
    needing = ", ".join(clean(project.title(language), most=TITLE_GRAPHEMES) for project in card.needing[:MOST_NEEDING])
    return texts.chat(
        language, "tip-target-reached", project=card.project.project.title(language), projects=needing
    )  # fmt: skip


def _uses(texts: Texts, language: str, cards: Sequence[TipCard]) -> list[Html]:
    """What the money does, once per project; of many projects none, or the message would be too long."""
    uses = {card.project.project.id: card.project.project.text(language).use for card in cards}
    if len(uses) > 2:
        return []
    return [texts.chat(language, "receipt-use", use=clean(use, most=LONG_GRAPHEMES)) for use in uses.values() if use]


def paid_twice(texts: Texts, links: Links, language: str, again: Sequence[TipCard]) -> Rendered:
    """A second payment for one tip, or for those of a tab: on its way back, or with what can be done."""
    card, key = again[0], _paid_twice_key(again)
    text = texts.chat(
        language,
        key,
        amount=sum_of((one.tip.amount for one in again), card.tip.amount.currency),
        count=len(again),
        project=card.project.project.title(language),
        code=Html(card.tip.receipt_code),
    )
    if len(again) == 1:
        return Rendered(text, keyboards.receipts(texts, links, language, again))
    return Rendered(text, keyboards.several_again(texts, language, again))


def _paid_twice_key(again: Sequence[TipCard]) -> str:
    if all(card.returning for card in again):
        key = "extra-returning"
    else:
        key = "extra-told" if all(card.gives_back for card in again) else "extra-kept"
    return key if len(again) == 1 else f"{key}-many"


def take_back_asked(texts: Texts, language: str, card: TipCard) -> Rendered:
    """The refund is on its way; its arrival is told later."""
    text = texts.chat(language, "take-back-asked", amount=card.tip.kept)
    rows = keyboards.keyboard([[keyboards.my_gifts(texts, language)]])
    return Rendered(text, rows)


def refunded(texts: Texts, links: Links, language: str, back: Sequence[Returned]) -> Rendered:
    """Gifts that went back, in whole or in part; each once under them."""
    told = [
        texts.chat(
            language,
            "refund-told-part" if one.in_part else "refund-told",
            amount=one.amount,
            whole=one.card.tip.amount,
            project=one.card.project.project.title(language),
            code=Html(one.card.tip.receipt_code),
        )
        for one in back
    ]
    cards = {one.card.tip.id: one.card for one in back}
    return Rendered(paragraphs(*told), keyboards.receipts(texts, links, language, list(cards.values())))


def gifts(
    texts: Texts, links: Links, language: str, page: Page[TipCard], sums: tuple[tuple[Money, ...], Money] | None = None
) -> Rendered:
    """A page of my gifts, newest first; if there are none, how to make the first. `sums`: given, and promised."""
    if not page.total:
        rows = keyboards.keyboard([[keyboards.give(texts, language)]])
        return Rendered(texts.chat(language, "gifts-none"), rows)
    text = paragraphs(
        Html("\n".join([texts.chat(language, "gifts-title", total=page.total), *_sums(texts, language, sums)])),
        *(_gift_line(texts, links, language, card) for card in page.items),
    )
    return Rendered(text, keyboards.gifts(texts, language, page))


def _sums(texts: Texts, language: str, sums: tuple[tuple[Money, ...], Money] | None) -> list[Html]:
    """Given (each currency for itself) and promised, apart."""
    if sums is None:
        return []
    given, promised = sums
    key = "gifts-sums" if promised else "gifts-sum"
    return [texts.chat(language, key, given=given, promised=promised)]


def _gift_line(texts: Texts, links: Links, language: str, card: TipCard) -> Html:
    tip = card.tip
    key = "gifts-line-refunded" if tip.state is TipState.REFUNDED else "gifts-line"
    return texts.chat(
        language,
        "gifts-line-part" if tip.in_part else key,
        amount=tip.amount,
        kept=tip.kept,
        back=Money(tip.refunded_minor, tip.amount.currency),
        project=card.project.project.title(language),
        at=tip.paid_at or tip.offered_at,
        receipt=link(links.receipt(tip.receipt_code, language), Html(tip.receipt_code)),
    )
