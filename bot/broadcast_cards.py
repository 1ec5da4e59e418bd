"""Broadcasts as messages: as readers see them, as admins write and look at them, how far one is, what came of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot import keyboards
from bot.callbacks import CastDeed, CastStep, SegmentPart
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, opens, tap
from bot.privacy_cards import OFF, ON, kind_name
from bot.subscription_cards import way_out
from giving.broadcasts import PHOTO_UNREADABLE, Broadcast, BroadcastAct, Content, Segment, may
from giving.projects import ProjectCard
from giving.subscriptions import SubscriptionKind
from services.broadcasts import Look, Progress, Report
from services.broadcasts.desk import Asked
from services.projects import Page
from texts import Html, Texts, zones

_BAR: Final = 10
TITLE_ON_BUTTON: Final = 28
COUNTRIES_ON_A_PAGE: Final = 32


def message(texts: Texts, language: str, kind: SubscriptionKind, content: Content) -> Rendered:
    """Just as a reader of this language gets it: the words, the buttons, and under them fewer or none."""
    pages = [[opens(button.text(language), button.url)] for button in content.buttons]
    return Rendered(Html(content.text(language)), keyboards.keyboard([*pages, way_out(texts, language, kind)]))


# -- while it is written --


def listed(texts: Texts, language: str, newest: Sequence[Broadcast]) -> Rendered:
    """The newest, each a button, and a new one."""
    rows: Rows = [[_step(texts, language, "button-cast-new", CastStep.NEW)]]
    for each in newest:
        state = texts.plain(language, "cast-state", state=each.state)
        words = f"{texts.short_day(language, each.created_at)} · {kind_name(texts, language, each.kind)} · {state}"
        rows.append([tap(words, cb.CastDo(deed=CastDeed.SHOW, cast=each.id))])
    return Rendered(texts.chat(language, "cast-list" if newest else "cast-none"), keyboards.keyboard(rows))


def kinds(texts: Texts, language: str) -> Rendered:
    """What kind of message?"""
    buttons = [tap(kind_name(texts, language, kind), cb.CastKind(kind=kind)) for kind in SubscriptionKind]
    return Rendered(texts.chat(language, "cast-kind"), keyboards.keyboard([buttons[:2], buttons[2:]]))


def segment(
    texts: Texts, language: str, kind: SubscriptionKind, chosen: Segment, people: int, project: str | None
) -> Rendered:
    """Who it goes to, with how many they are; each part a tap."""
    said = segment_words(texts, language, chosen, project)
    text = texts.chat(language, "cast-segment", kind=kind_name(texts, language, kind), segment=said, people=people)
    parts = {
        SegmentPart.LAST_MONTH: chosen.last_month, SegmentPart.LAPSED: chosen.lapsed,
        SegmentPart.CREATORS: chosen.creators, SegmentPart.ZH: chosen.language == "zh-CN",
        SegmentPart.EN: chosen.language == "en",
    }  # fmt: skip
    switches = [
        tap((ON if on else OFF) + texts.plain(language, "cast-part", part=part), cb.CastSegment(part=part, on=not on))
        for part, on in parts.items()
    ]
    of_project = cb.CastSegment(part=SegmentPart.PROJECT, on=False) if chosen.project else cb.CastProjects()
    of_country = cb.CastSegment(part=SegmentPart.COUNTRY, on=False) if chosen.country else cb.CastCountries()
    lists = [
        tap((ON if on else OFF) + texts.plain(language, "cast-part", part=part), data)
        for part, on, data in (
            (SegmentPart.PROJECT, bool(chosen.project), of_project),
            (SegmentPart.COUNTRY, bool(chosen.country), of_country),
        )
    ]
    go_on = _step(texts, language, "button-cast-write", CastStep.WORDS)
    rows: Rows = [switches[:2], [switches[2]], switches[3:], lists, [go_on]]
    return Rendered(text, keyboards.keyboard(rows))


def segment_words(texts: Texts, language: str, chosen: Segment, project: str | None) -> str:
    """All that has to hold, in words."""
    parts = [
        *([SegmentPart.LAST_MONTH] if chosen.last_month else []), *([SegmentPart.LAPSED] if chosen.lapsed else []),
        *([SegmentPart.CREATORS] if chosen.creators else []), *([SegmentPart.ZH] if chosen.language == "zh-CN" else []),
        *([SegmentPart.EN] if chosen.language == "en" else []),
    ]  # fmt: skip
    words = [texts.plain(language, "cast-part", part=part) for part in parts]
    if chosen.project is not None:
        words.append(texts.plain(language, "cast-of-project", project=project or "?"))
    if chosen.country is not None:
        words.append(texts.plain(language, "cast-of-country", country=zones.country(language, chosen.country)))
    return " · ".join(words) or texts.plain(language, "cast-everybody")


def projects(texts: Texts, language: str, page: Page[ProjectCard]) -> Rendered:
    """Whose donors?"""
    rows: Rows = [
        [tap(card.project.title(language)[:TITLE_ON_BUTTON], cb.CastProject(project=card.project.id))]
        for card in page.items
    ]
    rows.append(keyboards.page_turns(texts, language, page, lambda number: cb.CastProjects(page=number)))
    rows.append([_step(texts, language, "button-back", CastStep.SEGMENT)])
    return Rendered(texts.chat(language, "cast-which-project"), keyboards.keyboard(rows))


def countries(texts: Texts, language: str, codes: Sequence[str], number: int = 0) -> Rendered:
    """Where do they live, by the clocks they chose? A page of it; beyond the last one, the last."""
    size = COUNTRIES_ON_A_PAGE
    number = min(number, max(0, len(codes) - 1) // size)
    page = Page.of(list(codes[number * size : (number + 1) * size]), number=number, size=size, total=len(codes))
    buttons = [tap(zones.country(language, code), cb.CastCountry(country=code)) for code in page.items]
    turns = keyboards.page_turns(texts, language, page, lambda to: cb.CastCountries(page=to))
    back = [_step(texts, language, "button-back", CastStep.SEGMENT)]
    rows: Rows = [*keyboards.wrapped(buttons), turns, back]
    return Rendered(texts.chat(language, "cast-which-country"), keyboards.keyboard(rows))


def ask_words(texts: Texts, language: str, of: str, *, skip: bool, edits: bool = False) -> Rendered:
    """The words in one language; a photo may come with them."""
    key = "cast-edit" if edits else "cast-words"
    rows: Rows = [[_step(texts, language, "button-cast-skip", CastStep.SKIP_WORDS)]] if skip else []
    leave = keyboards.leave(texts, language).inline_keyboard
    said = texts.chat(language, key, tongue=texts.plain(of, "language-name"))
    return Rendered(said, keyboards.keyboard([*rows, *leave]))


def ask_buttons(texts: Texts, language: str) -> Rendered:
    """Buttons that lead somewhere?"""
    leave = keyboards.leave(texts, language).inline_keyboard
    none = [_step(texts, language, "button-cast-no-buttons", CastStep.NO_BUTTONS)]
    return Rendered(texts.chat(language, "cast-buttons"), keyboards.keyboard([none, *leave]))


# -- before it goes --


def look(texts: Texts, language: str, seen: Look, project: str | None) -> Rendered:
    """To whom, how many, how long, at what price; and what can be done."""
    preview, cast = seen.preview, seen.broadcast
    text = paragraphs(
        head(texts, language, cast, project),
        texts.chat(language, "cast-reach", people=preview.audience, takes=_minutes(preview.takes)),
        _price(texts, language, seen),
        texts.chat(language, "cast-second", people=preview.audience) if seen.second and seen.asker is None else None,
        _waits(texts, language, seen),
    )
    rows: Rows = [
        *_starts(texts, language, seen),
        [_do(texts, language, "button-cast-test", CastDeed.TEST, cast)],
        edits(texts, language, cast),
        [
            _do(texts, language, "button-cast-drop", CastDeed.CANCEL, cast),
            _do(texts, language, "button-back", CastDeed.LIST, cast),
        ],
    ]
    return Rendered(text, keyboards.keyboard(rows))


def _price(texts: Texts, language: str, seen: Look) -> Html | None:
    preview = seen.preview
    if preview.paid_stars is None or preview.takes_paid is None:
        return None
    return texts.chat(language, "cast-price", stars=preview.paid_stars, takes=_minutes(preview.takes_paid))


def _waits(texts: Texts, language: str, seen: Look) -> Html | None:
    """Who waits for another admin's word, and what that would cost."""
    if seen.asker is None or seen.ask is None:
        return None
    if seen.ask.paid:
        return texts.chat(language, "cast-waits-paid", name=seen.asker.name, stars=seen.ask.stars)
    return texts.chat(language, "cast-waits", name=seen.asker.name)


def _starts(texts: Texts, language: str, seen: Look) -> Rows:
    """Free, and where it may be, paid; by oneself, or by a second admin's word."""
    cast = seen.broadcast
    shown = {"cast": cast.id, "version": cast.version, "people": seen.preview.audience}
    if seen.ask is not None and not seen.mine:
        key = "button-cast-confirm-paid" if seen.ask.paid else "button-cast-confirm"
        words = texts.plain(language, key, stars=seen.ask.stars)
        go = cb.CastStart(**shown, stars=seen.ask.offered, confirm=True)
        return [[tap(words, go)]]
    key = "button-cast-ask" if seen.second else "button-cast-start"
    free = cb.CastStart(**shown, ask=seen.second)
    rows: Rows = [[tap(texts.plain(language, key), free)]]
    if (stars := seen.preview.paid_stars) is not None:
        paid = cb.CastStart(**shown, stars=stars, ask=seen.second)
        rows.append([tap(texts.plain(language, f"{key}-paid", stars=stars), paid)])
    return rows


def asked(texts: Texts, language: str, told: Asked) -> Rendered:
    """To a second admin: one of them asks for your word."""
    name = told.asker.name if told.asker is not None and told.asker.name else texts.plain(language, "someone")
    kind = kind_name(texts, language, told.broadcast.kind)
    button = _do(texts, language, "button-cast-look", CastDeed.LOOK, told.broadcast)
    key = "cast-edit-asked" if told.rewritten else "cast-asked"
    return Rendered(texts.chat(language, key, name=name, kind=kind), keyboards.keyboard([[button]]))


# -- while it goes, and after --


def progress(texts: Texts, language: str, far: Progress, report: Report | None, project: str | None = None) -> Rendered:
    """How far it is; what came of it, once it is over."""
    cast = far.broadcast
    done = round(_BAR * far.done / cast.audience) if cast.audience else _BAR
    bar = f"{'█' * done}{'░' * (_BAR - done)}"
    counts = {"sent": far.sent, "blocked": far.blocked, "unknown": far.unknown, "failed": far.failed,
              "skipped": far.skipped}  # fmt: skip
    text = paragraphs(
        head(texts, language, cast, project),
        texts.chat(language, "cast-progress", bar=bar, audience=cast.audience, left=far.left, **counts),
        _pace(texts, language, far) if report is None else _outcome(texts, language, report),
        _stopped(texts, language, cast.stopped_by) if cast.stopped_by else None,
        texts.chat(language, "cast-rewritten") if far.rewritten else None,
    )
    return Rendered(text, keyboards.keyboard(_controls(texts, language, cast, far.rewritten)))


def _stopped(texts: Texts, language: str, by: str) -> Html:
    if by == PHOTO_UNREADABLE:
        return texts.chat(language, "cast-stopped-photo")
    return texts.chat(language, "cast-stopped", said=by)


def _pace(texts: Texts, language: str, far: Progress) -> Html | None:
    if far.time_left is not None:
        minutes = _minutes(far.time_left)
        return texts.chat(language, "cast-pace", per_minute=far.per_minute, takes=minutes)
    return texts.chat(language, "cast-morning", at=far.waits_until) if far.waits_until is not None else None


def _outcome(texts: Texts, language: str, report: Report) -> Html:
    skipped = [texts.plain(language, "cast-skip", reason=reason, count=n) for reason, n in report.skipped.items()]
    return paragraphs(
        texts.chat(language, "cast-took", takes=_minutes(report.took)) if report.took is not None else None,
        texts.chat(language, "cast-skips", skips=" · ".join(skipped)) if skipped else None,
        texts.chat(language, "cast-gifts", gifts=report.gifts, donors=report.donors),
        texts.chat(language, "cast-stars", stars=report.stars) if report.stars is not None else None,
    )


def _controls(texts: Texts, language: str, cast: Broadcast, rewritten: bool) -> Rows:
    rows: Rows = [[_do(texts, language, "button-cast-edit-look", CastDeed.LOOK, cast)]] if rewritten else []
    if may(cast.state, BroadcastAct.PAUSE):
        rows.append([_do(texts, language, "button-cast-pause", CastDeed.PAUSE, cast)])
    if may(cast.state, BroadcastAct.RESUME) and not rewritten:  # first it is decided with which words
        rows.append([_do(texts, language, "button-cast-resume", CastDeed.RESUME, cast)])
    if may(cast.state, BroadcastAct.EDIT):
        rows.append(edits(texts, language, cast))
    if may(cast.state, BroadcastAct.CANCEL):
        rows.append([_do(texts, language, "button-cast-cancel", CastDeed.ASK_CANCEL, cast)])
    return rows or [[_do(texts, language, "button-back", CastDeed.LIST, cast)]]


def ask_cancel(texts: Texts, language: str, cast: Broadcast) -> Rendered:
    """Really? Who was told stays told."""
    sure = _do(texts, language, "button-cast-cancel-really", CastDeed.CANCEL, cast)
    back = _do(texts, language, "button-back", CastDeed.SHOW, cast)
    return Rendered(texts.chat(language, "cast-cancel"), keyboards.keyboard([[sure], [back]]))


def head(texts: Texts, language: str, cast: Broadcast, project: str | None) -> Html:
    """What it is about, to whom it goes, and whether it goes."""
    said = segment_words(texts, language, cast.segment, project)
    kind = kind_name(texts, language, cast.kind)
    return texts.chat(language, "cast-head", kind=kind, segment=said, state=cast.state)


def edits(texts: Texts, language: str, cast: Broadcast) -> list[InlineKeyboardButton]:
    """Other words, in each language."""
    return [
        _do(texts, language, "button-cast-edit-zh", CastDeed.EDIT_ZH, cast),
        _do(texts, language, "button-cast-edit-en", CastDeed.EDIT_EN, cast),
    ]


def _minutes(span: timedelta) -> int:
    """Whole minutes, never none."""
    return max(1, -(-int(span.total_seconds()) // 60))


def _do(texts: Texts, language: str, key: str, deed: CastDeed, cast: Broadcast) -> InlineKeyboardButton:
    return tap(texts.plain(language, key), cb.CastDo(deed=deed, cast=cast.id))


def _step(texts: Texts, language: str, key: str, step: CastStep) -> InlineKeyboardButton:
    return tap(texts.plain(language, key), cb.CastGo(step=step))
