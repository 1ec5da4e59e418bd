"""What is held of matching funds, for those who decide: codes and opaque ids, no donor's name. Pure."""

from collections.abc import Sequence

from bot import callbacks as cb
from bot.cards.rendered import Rendered, paragraphs
from bot.keyboards import keyboard, tap
from giving.money import Money
from services.matching import Held
from texts import Html, Texts


def waiting(texts: Texts, language: str, found: Sequence[Held], total: int, said: Html | None = None) -> Rendered:
    """Each with two buttons. `said`: what became of the one before."""
    again = tap(texts.plain(language, "button-match-next"), cb.MatchesHeld())
    if not found:
        return Rendered(paragraphs(said, texts.chat(language, "matching-none")), keyboard([[again]]))
    lines = [_line(texts, language, held, number) for number, held in enumerate(found, 1)]
    more = texts.chat(language, "matching-more", count=total - len(found)) if total > len(found) else None
    rows = [
        [
            tap(texts.plain(language, key, which=str(number)), cb.MatchDecide(match=held.match.id, yes=yes))
            for key, yes in (("button-match-release", True), ("button-match-refuse", False))
        ]
        for number, held in enumerate(found, 1)
    ]
    title = texts.chat(language, "matching-title", total=total)
    return Rendered(paragraphs(said, title, *lines, more), keyboard([*rows, [again]]))


def released(texts: Texts, language: str, amount: Money) -> Html:
    """It was added."""
    return texts.chat(language, "matching-released", amount=amount)


def refused(texts: Texts, language: str) -> Html:
    """It never will be."""
    return texts.chat(language, "matching-refused")


def _line(texts: Texts, language: str, held: Held, number: int) -> Html:
    match, reason = held.match, held.match.reason
    why = texts.chat(language, f"matching-why-{reason.replace('_', '-')}") if reason is not None else Html("")
    return texts.chat(
        language, "matching-line", which=Html(str(number)), gift=held.gift.kept,
        project=held.project.title(language), at=match.paid_at, code=Html(held.receipt_code),
        pool=held.pool.title(language), amount=Money(match.amount_minor, match.currency), why=why,
    )  # fmt: skip
