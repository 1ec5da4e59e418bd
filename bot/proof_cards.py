"""Certificates, looks back and statements as messages. Pure: data in, text out."""

from typing import Final

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot.callbacks import CertificateDeed
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, leads_to_page, opens, page_turns, tap
from giving.names import fitting
from giving.recaps import FIRST_YEAR, RecapOf
from services.certificates import Proof
from services.links import Links
from services.projects import Page
from services.recaps import ProjectYear, Recap
from services.statements import Statement
from texts import Texts

TITLE, TITLE_UNITS = 60, 90
SHORT, SHORT_UNITS = 40, 60  # a picture's words are 1,024 units at most, and these are three projects
DID, DID_UNITS = 120, 130
DOES, DOES_UNITS = 80, 90
SAID: Final = 3  # projects that are named
ON_BUTTON, ON_BUTTON_UNITS = 24, 36


def certificate(texts: Texts, links: Links, language: str, proof: Proof, photo: bytes | None) -> Rendered:
    """A few words under the picture, and what can be done with it."""
    its = proof.certificate
    key = "certificate-told-first" if its.months == 1 else "certificate-told"
    title = fitting(proof.project.title(language), most=TITLE, most_units=TITLE_UNITS)
    text = paragraphs(
        texts.chat(language, key, months=its.months, project=title),
        None if photo is not None else texts.chat(language, "certificate-no-picture"),
        texts.chat(language, "certificate-where", number=its.number),
    )
    return Rendered(text, keyboard(_ways(texts, links, language, proof, photo is None)), photo)


def _ways(texts: Texts, links: Links, language: str, proof: Proof, again: bool) -> Rows:
    def deed(key: str, what: CertificateDeed) -> InlineKeyboardButton:
        return tap(texts.plain(language, key), cb.CertificateDo(certificate=proof.certificate.id, deed=what))

    address = links.certificate(proof.certificate.number, language)
    check = [opens(texts.plain(language, "button-certificate-check"), address)] if leads_to_page(address) else []
    first = [deed("button-certificate-again", CertificateDeed.SHOW)] if again else []
    return [
        [*first, deed("button-certificate-pdf", CertificateDeed.PDF), *check],
        [deed("button-certificate-name", CertificateDeed.NAME)],
    ]


def naming(texts: Texts, language: str, proof: Proof, name: str) -> Rendered:
    """How it names its owner, and what else it could say; another name is typed."""
    its = proof.certificate
    shown = its.name or texts.plain(language, "certificate-nobody")
    mine = texts.plain(language, "button-certificate-chat-name", name=fitting(name, most=ON_BUTTON, most_units=36))
    rows = [
        [tap(mine, cb.CertificateDo(certificate=its.id, deed=CertificateDeed.CHAT_NAME))] if name else [],
        [
            tap(
                texts.plain(language, "button-certificate-nobody"),
                cb.CertificateDo(certificate=its.id, deed=CertificateDeed.NOBODY),
            )
        ],
        [tap(texts.plain(language, "button-leave"), cb.Home(deed=cb.HomeDeed.LEAVE))],
    ]
    return Rendered(texts.chat(language, "certificate-name-ask", name=shown), keyboard(rows))


def certificates(texts: Texts, language: str, page: Page[Proof]) -> Rendered:
    """All of somebody's, each a button that brings the picture."""
    if not page.items:
        return Rendered(texts.chat(language, "certificates-none"))
    rows = [
        [
            tap(
                texts.plain(
                    language,
                    "button-certificate-line",
                    months=proof.certificate.months,
                    project=fitting(proof.project.title(language), most=ON_BUTTON, most_units=ON_BUTTON_UNITS),
                ),
                cb.CertificateDo(certificate=proof.certificate.id, deed=CertificateDeed.SHOW),
            )
        ]
        for proof in page.items
    ]
    turns = page_turns(texts, language, page, lambda number: cb.CertificateList(page=number))
    return Rendered(texts.chat(language, "certificates-all", number=page.total), keyboard([*rows, turns]))


def recap(
    texts: Texts, links: Links, language: str, found: Recap, photo: bytes | None, *, this_year: int,
    called: bool = False,
) -> Rendered:  # fmt: skip
    """A year in words, its picture above them. `called`: whether there is one of what they called for, too."""
    looked, own = found.looked, found.of is RecapOf.DONOR
    parts = [
        texts.chat(language, "recap-told", of=found.of, year=str(found.year), given=looked.given, gifts=looked.gifts,
                   months=looked.given_in, projects=len(looked.projects)),
        texts.chat(language, "recap-told-days", days=looked.days, given=looked.on_days) if looked.days else None,
        texts.chat(language, "recap-told-matched", of=found.of, matched=looked.matched) if looked.matched else None,
        *[_project(texts, language, each) for each in found.projects[:SAID]],
        texts.chat(language, "recap-told-public" if found.shown else "recap-told-private") if own else None,
    ]  # fmt: skip
    return Rendered(paragraphs(*parts), keyboard(_years(texts, links, language, found, this_year, called)), photo)


def recap_ask(texts: Texts, language: str, found: Recap, name: str) -> Rendered:
    """What a page to share would show to whoever has its link; `name`: "" where it can't bear one."""
    asked = texts.chat(language, "recap-ask-named", name=name) if name else texts.chat(language, "recap-ask-nameless")
    without = texts.plain(language, "button-recap-nameless" if name else "button-recap-open")
    named = tap(texts.plain(language, "button-recap-named"), cb.RecapOpen(year=found.year, named=True))
    rows: Rows = [
        [named] if name else [],
        [tap(without, cb.RecapOpen(year=found.year, named=False))],
        [tap(texts.plain(language, "button-leave"), cb.Home(deed=cb.HomeDeed.LEAVE))],
    ]
    return Rendered(paragraphs(texts.chat(language, "recap-ask", year=str(found.year)), asked), keyboard(rows))


def _project(texts: Texts, language: str, each: ProjectYear) -> str:
    """What it was given, and what it told of it; else that it told nothing, and what a gift can do."""
    title = fitting(each.project.title(language), most=SHORT, most_units=SHORT_UNITS)
    if each.did:
        did = fitting(each.did, most=DID, most_units=DID_UNITS)
        return texts.chat(language, "recap-told-project", project=title, given=each.given, did=did)
    does = fitting(each.project.text(language).use, most=DOES, most_units=DOES_UNITS)
    return texts.chat(language, "recap-told-project-does", project=title, given=each.given, does=does)


def _years(
    texts: Texts, links: Links, language: str, found: Recap, this_year: int, called: bool
) -> Rows:  # fmt: skip
    page = links.recap(found.year, found.at, language) if found.shown else ""
    own = found.of is RecapOf.DONOR
    public = texts.plain(language, "button-recap-hide" if found.shown else "button-recap-public")
    around = [year for year in (found.year - 1, found.year + 1) if FIRST_YEAR <= year <= this_year]
    return [
        [opens(texts.plain(language, "button-recap-page"), page)] if page and leads_to_page(page) else [],
        [tap(public, cb.RecapPublic(year=found.year, on=not found.shown))] if own else [],
        [tap(texts.plain(language, "button-recap-called"), cb.RecapShow(year=found.year, called=True))]
        if called and own
        else [],
        [tap(texts.plain(language, "button-statement"), cb.StatementFor(year=found.year))] if own else [],
        [tap(f"{year}", cb.RecapShow(year=year, called=not own)) for year in around],
    ]


def statement(texts: Texts, language: str, found: Statement, *, left_out: int) -> str:
    """Under the table: what it is, and what it is not."""
    words = "statement-told-cut" if left_out else "statement-told"
    said = {"first": found.dates.first, "last": found.dates.last, "gifts": len(found.lines)}
    return paragraphs(
        texts.chat(language, words, **said, **({"left": left_out} if left_out else {})),
        texts.chat(language, "statement-no-tax"),
    )
