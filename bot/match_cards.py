"""What is held of matching funds, for those who decide: codes and opaque ids, no donor's name. Pure."""

from collections.abc import Mapping, Sequence

from bot import callbacks as cb
from bot.cards.rendered import Rendered, paragraphs
from bot.keyboards import keyboard, tap
from giving.matching import HeldReason
from giving.money import Money
from services.matching import Asked, Held, Reviewed
from texts import Html, Texts


def waiting(
    texts: Texts, language: str, found: Sequence[Held], total: int, by_reason: Mapping[HeldReason, int],
    said: Html | None = None,
) -> Rendered:  # fmt: skip
    """Each with two buttons, and one for all of a reason that several wait for. `said`: what became of those before."""
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
    several = [
        [tap(texts.plain(language, f"button-match-all-{_word(reason)}", count=count), cb.MatchAll(reason=reason))]
        for reason in HeldReason
        if (count := by_reason.get(reason, 0)) > 1
    ]
    title = texts.chat(language, "matching-title", total=total)
    return Rendered(paragraphs(said, title, *lines, more), keyboard([*rows, *several, [again]]))


def sure(texts: Texts, language: str, asked: Asked) -> Rendered:
    """Before all of one reason is released: how many, for what reason, what it comes to, and what is left for it."""
    question = texts.chat(language, "matching-all-sure", count=asked.count)
    funds = [
        texts.chat(
            language, "matching-all-fund", pool=pool.title(language), count=count, amount=amount, left=pool.left
        )
        for pool, count, amount in asked.pools
    ]  # fmt: skip
    why = texts.chat(language, f"matching-why-{_word(asked.reason)}")
    rows = [
        [
            tap(
                texts.plain(language, "button-match-all-sure", count=asked.count),
                cb.MatchAllSure.of(asked.reason, asked.at),
            )
        ],
        [tap(texts.plain(language, "button-match-all-back"), cb.MatchesHeld())],
    ]
    return Rendered(
        paragraphs(question, why, Html("\n").join(funds), texts.chat(language, "matching-all-order")), keyboard(rows)
    )


def reviewed(texts: Texts, language: str, done: Reviewed) -> Html:
    """What became of all of them: added, or nothing was left."""
    if not done.released:
        return texts.chat(language, "matching-all-none")
    amounts = Html(" + ".join(texts.money(language, amount) for amount in done.amounts))
    said = texts.chat(language, "matching-all-done", count=done.released, amounts=amounts)
    empty = texts.chat(language, "matching-all-empty", count=done.empty) if done.empty else None
    return paragraphs(said, empty)


def released(texts: Texts, language: str, amount: Money) -> Html:
    """It was added."""
    return texts.chat(language, "matching-released", amount=amount)


def refused(texts: Texts, language: str) -> Html:
    """It never will be."""
    return texts.chat(language, "matching-refused")


def _word(reason: HeldReason) -> str:
    return reason.replace("_", "-")


def _line(texts: Texts, language: str, held: Held, number: int) -> Html:
    match, reason = held.match, held.match.reason
    why = texts.chat(language, f"matching-why-{_word(reason)}") if reason is not None else Html("")
    key = "matching-line" if held.would else "matching-line-empty"
    return texts.chat(
        language, key, which=Html(str(number)), gift=held.gift.kept,
        project=held.project.title(language), at=match.paid_at, code=Html(held.receipt_code),
        pool=held.pool.title(language), amount=held.would, why=why,
    )  # fmt: skip
