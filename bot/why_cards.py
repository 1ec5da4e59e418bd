"""Why somebody gives every month: writing it, what became of it, and reading what waits. Pure."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardMarkup

from bot import callbacks as cb
from bot import keyboards
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, opens, page_turns, tap, wrapped
from giving.names import clean, fitting
from giving.whys import WORDS_GRAPHEMES, Refusal, Sentence, WhyState
from services.links import Links
from services.projects import Page
from services.whys import MyWhy, WhyRead
from texts import Html, Texts

MOST: Final = 7
TITLE: Final = 40
# In a list: what an ordinary sentence needs, and no more of one that is all signs of many units.
IN_LIST_UNITS: Final = 250


def mine(texts: Texts, language: str, whys: Sequence[MyWhy]) -> Rendered:
    """The projects I give to monthly, with what I wrote for each."""
    if not whys:
        return Rendered(texts.chat(language, "why-none"), keyboard([[keyboards.give(texts, language)]]))
    rows: Rows = []
    for why in whys[:MOST]:
        write = tap(_label(texts, language, why), cb.WhyAsk(project=why.project.id))
        rows.append([write])
        if why.sentence is not None:
            back = texts.plain(language, "button-why-back", project=clean(why.project.title(language), most=16))
            rows.append([tap(back, cb.WhyBack(project=why.project.id))])
    more = texts.chat(language, "why-more", count=len(whys) - MOST) if len(whys) > MOST else None
    text = paragraphs(texts.chat(language, "why-mine"), *(_line(texts, language, why) for why in whys[:MOST]), more)
    return Rendered(text, keyboard(rows))


def _label(texts: Texts, language: str, why: MyWhy) -> str:
    key = "button-why-write" if why.sentence is None else "button-why-again"
    return texts.plain(language, key, project=clean(why.project.title(language), most=20))


def _line(texts: Texts, language: str, why: MyWhy) -> Html:
    """Months are counted, never held against anybody: one that was left out is no break."""
    project = clean(why.project.title(language), most=TITLE)
    head = texts.chat(language, "why-months" if why.months else "why-begun", project=project, months=why.months)
    if why.sentence is None:
        return head
    return Html(f"{head}\n{_stands(texts, language, why.sentence)}")


def _stands(texts: Texts, language: str, sentence: Sentence) -> Html:
    words = fitting(sentence.words, most=WORDS_GRAPHEMES, most_units=IN_LIST_UNITS)
    said = texts.chat(language, f"why-is-{sentence.state}", words=words)
    if sentence.state is not WhyState.REFUSED or sentence.reason is None:
        return said
    return Html(f"{said}\n{texts.chat(language, _reason_key(sentence.reason))}")


def ask(texts: Texts, language: str, why: MyWhy) -> Rendered:
    """Which sentence?"""
    project = why.project.title(language)
    text = paragraphs(
        texts.chat(language, "why-ask", project=project, most=WORDS_GRAPHEMES),
        texts.chat(language, "why-ask-seen"),
    )
    return Rendered(text, keyboards.leave(texts, language))


def written(texts: Texts, language: str, why: MyWhy) -> Rendered:
    """It waits to be read."""
    words = why.sentence.words if why.sentence else ""
    text = texts.chat(language, "why-written", project=why.project.title(language), words=words)
    back = tap(texts.plain(language, "button-why-back-this"), cb.WhyBack(project=why.project.id))
    return Rendered(text, keyboard([[back]]))


def decided(texts: Texts, links: Links, language: str, read: WhyRead) -> Rendered:
    """What became of it: where it stands, or why it doesn't and what would do."""
    sentence, project = read.sentence, read.project.title(language)
    back = tap(texts.plain(language, "button-why-back-this"), cb.WhyBack(project=read.project.id))
    again = tap(texts.plain(language, "button-why-again-this"), cb.WhyAsk(project=read.project.id))
    if sentence.state is WhyState.SHOWN:
        page = opens(texts.plain(language, "button-project-page"), links.project(read.project.slug, language))
        said = texts.chat(language, "why-now-shown", project=project, words=sentence.words)
        return Rendered(said, keyboard([[page], [again, back]]))
    reason = texts.chat(language, _reason_key(sentence.reason or Refusal.OTHER))
    text = paragraphs(texts.chat(language, "why-now-refused", project=project, words=sentence.words), reason)
    return Rendered(text, keyboard([[again]]))


# -- reading what waits --


def queue(texts: Texts, language: str, found: Sequence[WhyRead], total: int, said: Html | None = None) -> Rendered:
    """The one that waits longest, and what may be done with it; those that are shown are a tap away."""
    on = tap(texts.plain(language, "button-whys-on"), cb.WhysOn())
    if not found:
        return Rendered(paragraphs(said, texts.chat(language, "whys-none")), keyboard([[on]]))
    read = found[0]
    text = paragraphs(said, texts.chat(language, "whys-title", count=total), _one(texts, language, read))
    show = tap(texts.plain(language, "button-why-show"), cb.WhyShow(why=read.sentence.id))
    refuse = tap(texts.plain(language, "button-why-refuse"), cb.WhyReasons(why=read.sentence.id))
    return Rendered(text, keyboard([[show, refuse], [on]]))


def on_pages(texts: Texts, language: str, page: Page[WhyRead], reader: UUID, said: Html | None = None) -> Rendered:
    """What stands on projects' pages, each with a button that takes it down; one's own is for others to judge."""
    back = [tap(texts.plain(language, "button-back"), cb.WhyQueue())]
    if not page.items:
        return Rendered(paragraphs(said, texts.chat(language, "whys-on-none")), keyboard([back]))
    lines = [_numbered(texts, language, number, read) for number, read in enumerate(page.items, 1)]
    downs = [
        tap(texts.plain(language, "button-why-down", number=number), cb.WhyDown(why=read.sentence.id))
        for number, read in enumerate(page.items, 1)
        if read.sentence.donor != reader
    ]
    turns = page_turns(texts, language, page, lambda number: cb.WhysOn(page=number))
    text = paragraphs(said, texts.chat(language, "whys-on", count=page.total), *lines)
    return Rendered(text, keyboard([*wrapped(downs), turns, back]))


def _numbered(texts: Texts, language: str, number: int, read: WhyRead) -> Html:
    project = clean(read.project.title(language), most=TITLE)
    words = fitting(read.sentence.words, most=WORDS_GRAPHEMES, most_units=IN_LIST_UNITS)
    return texts.chat(language, "whys-on-one", number=number, project=project, words=words)


def down(texts: Texts, language: str, read: WhyRead) -> Rendered:
    """Why shall it be taken down?"""
    text = paragraphs(_one(texts, language, read), texts.chat(language, "whys-why-down"))
    return Rendered(text, _which(texts, language, lambda one: cb.WhyDownFor(why=read.sentence.id, reason=one), True))


def _one(texts: Texts, language: str, read: WhyRead) -> Html:
    """As it would stand on the page: with the name beside it, which is read too."""
    sentence = read.sentence
    words = texts.chat(language, "whys-one", project=read.project.title(language), words=sentence.words)
    if sentence.name is None:
        return Html(f"{words}\n{texts.chat(language, 'whys-nameless')}")
    return Html(f"{words}\n{texts.chat(language, 'whys-named', name=sentence.name)}")


def reasons(texts: Texts, language: str, read: WhyRead) -> Rendered:
    """Why not?"""
    text = paragraphs(_one(texts, language, read), texts.chat(language, "whys-why-not"))
    return Rendered(text, _which(texts, language, lambda one: cb.WhyRefuse(why=read.sentence.id, reason=one)))


def _which(
    texts: Texts, language: str, to: Callable[[Refusal], CallbackData], on: bool = False
) -> InlineKeyboardMarkup:  # fmt: skip
    rows: Rows = [[tap(texts.plain(language, f"button-why-{one}"), to(one))] for one in Refusal]
    return keyboard([*rows, [tap(texts.plain(language, "button-back"), cb.WhysOn() if on else cb.WhyQueue())]])


def some_wait(texts: Texts, language: str, count: int) -> Rendered:
    """To reviewers: so many wait."""
    look = tap(texts.plain(language, "button-whys-look"), cb.WhyQueue())
    return Rendered(texts.chat(language, "whys-wait", count=count), keyboard([[look]]))


def _reason_key(reason: Refusal) -> str:
    return f"why-refused-{reason}"
