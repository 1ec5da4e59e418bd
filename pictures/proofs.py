"""What stands on certificates, looks back and statements: cards turned into the words and figures of templates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from giving.money import Money
from giving.names import clean
from pictures.cards import CertificateCard, RecapCard, StatementCard, StatementRow
from pictures.setting import settable, width
from texts import Texts

NAME_GRAPHEMES: Final = 60
TITLE_GRAPHEMES: Final = 120
WORDS_GRAPHEMES: Final = 200
NAME_SIZES, NAME_ROOM = (68, 32), 860  # of a certificate: pixels
FIRST_PAGE: Final = 24  # rows on the first page of a statement, which has its head
PAGE: Final = 34
SUMS: Final = 20  # organisations whose sums are said; the whole has all of them
BESIDE_SUMS: Final = 5  # rows that stand around them


@dataclass(frozen=True, slots=True)
class Line:
    """A project in a look back; `share`: of what the first one got."""

    title: str
    sums: str
    share: float


def certificate_values(texts: Texts, card: CertificateCard) -> dict[str, Any]:
    """For certificate.svg.j2. A name of which no face has a letter is not said at all."""
    language = card.language
    name = clean(card.name, most=NAME_GRAPHEMES)
    months, row = texts.number(language, card.months), texts.number(language, card.in_a_row)
    figures = [] if card.in_a_row == card.months else [(months, texts.plain(language, "certificate-months"))]
    if card.in_a_row > 1 or card.in_a_row == card.months:
        figures.append((row, texts.plain(language, "certificate-in-a-row", months=card.in_a_row)))
    if card.total is not None:
        figures.append((texts.money(language, card.total), texts.plain(language, "certificate-total")))
    by = clean(card.organisation, most=TITLE_GRAPHEMES)
    shown = name if settable(name) else texts.plain(language, "certificate-nobody")
    return {
        "card": card,
        "name": shown,
        "name_size": _unbroken(shown, NAME_SIZES, NAME_ROOM),
        "project": clean(card.project, most=TITLE_GRAPHEMES),
        "by": texts.plain(language, "certificate-others", organisation=by, others=card.others) if card.others else by,
        "figures": figures,
        "made": texts.day(language, card.made_at),
    }


def _unbroken(text: str, sizes: tuple[int, int], room: int) -> int:
    """The largest of these sizes at which none of its words is wider than the room, else the least."""
    widest = max((width(word, 500) for word in text.split()), default=0.0)
    most, least = sizes
    return max(least, min(most, int(room * 0.98 / widest))) if widest else most


def recap_values(texts: Texts, card: RecapCard) -> dict[str, Any]:
    """For recap.svg.j2."""
    language = card.language
    most = max(card.months, default=0)
    currency = card.given[0].currency if card.given else ""
    minors = [_in(currency, given) for _, given in card.projects]
    largest = max(minors, default=0)
    return {
        "card": card,
        "name": clean(card.name, most=NAME_GRAPHEMES),
        "sums": _sums(texts, language, card.given),
        "figures": list(_recap_figures(texts, card)),
        "months": [max(0, minor) / most if most > 0 else 0.0 for minor in card.months],
        "projects": [
            Line(clean(title, most=TITLE_GRAPHEMES), _sums(texts, language, given), minor / largest if largest else 0.0)
            for (title, given), minor in zip(card.projects, minors, strict=True)
        ],
        "did": clean(card.did, most=WORDS_GRAPHEMES),
        "did_by": texts.plain(
            language, "recap-did" if card.told else "recap-does", project=clean(card.did_by, most=TITLE_GRAPHEMES)
        ),
        "extras": _extras(texts, card),
    }


def _extras(texts: Texts, card: RecapCard) -> list[str]:
    """Giving days, and what sponsors added: where there was any."""
    said = []
    if card.days:
        said.append(texts.plain(card.language, "recap-days", of=card.of, days=card.days, given=card.given_on_days))
    if card.matched:
        said.append(texts.plain(card.language, "recap-matched", matched=card.matched))
    return said


def _recap_figures(texts: Texts, card: RecapCard) -> Iterator[tuple[str, str]]:
    """The three that say most: how often, how many months, and what others are told of it."""
    language = card.language
    yield texts.number(language, card.gifts), texts.plain(language, "recap-gifts", gifts=card.gifts)
    if card.of != "donor":
        yield texts.number(language, card.donors), texts.plain(language, "recap-donors", donors=card.donors)
    else:
        yield texts.number(language, card.given_in), texts.plain(language, "recap-months", months=card.given_in)
    if card.of != "project":
        number = card.projects_in_all
        yield texts.number(language, number), texts.plain(language, "recap-projects", projects=number)
    else:
        yield texts.number(language, card.given_in), texts.plain(language, "recap-months", months=card.given_in)


def statement_pages(texts: Texts, card: StatementCard) -> list[dict[str, Any]]:
    """For statement.svg.j2, one after the other: rows as many as fit, the sums behind the last."""
    parts: list[tuple[StatementRow, ...]] = [card.rows[:FIRST_PAGE]]
    parts += [card.rows[i : i + PAGE] for i in range(FIRST_PAGE, len(card.rows), PAGE)]
    room = (FIRST_PAGE if len(parts) == 1 else PAGE) - len(parts[-1])
    sums = card.sums[:SUMS] if len(card.sums) > 1 else ()
    if (more := len(card.sums) - SUMS) > 0:
        sums = (*sums, (texts.plain(card.language, "statement-sums-left-out", count=more), ""))
    made = texts.plain(card.language, "statement-made", at=card.made)
    said = {"name": clean(card.name, most=NAME_GRAPHEMES), "made": f"{card.operator} · {made}".removeprefix(" · ")}
    if room < len(sums) + BESIDE_SUMS:
        parts.append(())
    return [
        {"card": card, "rows": rows, "number": number, "pages": len(parts), "sums": sums, **said}
        for number, rows in enumerate(parts, 1)
    ]  # fmt: skip


def _sums(texts: Texts, language: str, amounts: Sequence[Money]) -> str:
    return " · ".join(texts.money(language, amount) for amount in amounts) or "–"


def _in(currency: str, amounts: Sequence[Money]) -> int:
    return sum(amount.minor for amount in amounts if amount.currency == currency)
