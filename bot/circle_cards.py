"""Monthly donors, as creators and organisations see them in chat. Pure: data in, text and keyboard out."""

from collections.abc import Sequence
from typing import Final

from bot import callbacks as cb
from bot.callbacks import SlotDeed
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, opens, tap
from bot.keyboards.basics import TITLE_ON_BUTTON
from giving.circles import Circle, MonthStand
from giving.names import clean
from giving.pledges import PledgeState, Why
from giving.projects import Organisation
from texts import Html, Texts, escaped

BAR: Final = 12
MOST: Final = 20
MONTHS_IN_CHAT: Final = 12


def of_creator(texts: Texts, language: str, circle: Circle, *, can_invite: bool) -> Rendered:
    """How many give monthly because of me, who allowed their name, and how it went; inviting is one tap away."""
    invite = [tap(texts.plain(language, "button-call"), cb.CallAsk())] if can_invite else []
    slot = [tap(texts.plain(language, "button-my-slot"), cb.SlotDo(deed=SlotDeed.CARD))]
    if not circle.standing.open and not _ever(circle):
        how = texts.chat(language, "circle-none" if can_invite else "circle-none-no-chat")
        return Rendered(how, keyboard([invite, slot]))
    standing = circle.standing
    text = paragraphs(
        texts.chat(language, "circle-title", donors=standing.donors, gifts=standing.open),
        _names(texts, language, circle),
        _months(texts, language, circle.trend),
        texts.chat(language, "circle-count-only"),
    )
    return Rendered(text, keyboard([invite, slot]))


def organisations(texts: Texts, language: str, found: Sequence[Organisation]) -> Rendered:
    """Whose monthly donors?"""
    names = [(one.id, clean(one.name(language), most=TITLE_ON_BUTTON)) for one in found[:MOST]]
    rows: Rows = [[tap(name, cb.OrgCircle(organisation=id_))] for id_, name in names]
    more = texts.chat(language, "circle-which-more") if len(found) > MOST else None
    return Rendered(paragraphs(texts.chat(language, "circle-which"), more), keyboard(rows))


def of_organisation(
    texts: Texts, language: str, organisation: Organisation, circle: Circle, *, url: str, several: bool = False
) -> Rendered:
    """How it stands; the charts and every figure are on a page only this reader can open."""
    standing, month = circle.standing, circle.this_month
    name = organisation.name(language)
    if not standing.open and not _ever(circle):
        text = texts.chat(language, "circle-organisation-none", organisation=name)
    else:
        lost = month.lost_percent
        text = paragraphs(
            texts.chat(
                language,
                "circle-organisation",
                organisation=name,
                donors=standing.donors,
                active=standing.count(PledgeState.ACTIVE),
                paused=standing.count(PledgeState.PAUSED),
                waiting=standing.count(PledgeState.WAITING),
            ),
            texts.chat(language, "circle-this-month", began=month.began, ended=month.ended, percent=lost or 0),
            _money(texts, language, circle),
            _reasons(texts, language, circle),
            texts.chat(language, "circle-page-yours"),
        )
    rows: Rows = [
        [opens(texts.plain(language, "button-circle-page"), url)] if url else [],
        [tap(texts.plain(language, "button-circle-renew"), cb.OrgRenew(organisation=organisation.id))],
    ]
    if several:
        rows.append([tap(texts.plain(language, "button-circle-others"), cb.OrgCircles())])
    return Rendered(text, keyboard(rows))


def _ever(circle: Circle) -> bool:
    return any(stand.before or stand.began for stand in circle.trend)


def _names(texts: Texts, language: str, circle: Circle) -> Html | None:
    if not circle.names:
        return texts.chat(language, "circle-nobody-named") if circle.standing.donors else None
    names = Html(" · ".join(escaped(name) for name in circle.names))
    lines = [texts.chat(language, "circle-named", names=names)]
    if circle.more:
        lines.append(texts.chat(language, "circle-named-more", count=circle.more))
    if circle.quiet > 0:
        lines.append(texts.chat(language, "circle-quiet", count=circle.quiet))
    return Html("\n".join(lines))


def _money(texts: Texts, language: str, circle: Circle) -> Html | None:
    lines = []
    if circle.expected:
        lines.append(texts.chat(language, "circle-expected", amount=circle.expected))
    if circle.shared:
        lines.append(texts.chat(language, "circle-shared", amount=circle.shared))
    if circle.came:
        lines.append(texts.chat(language, "circle-came", amount=circle.came))
    return Html("\n".join(lines)) if lines else None


def _months(texts: Texts, language: str, trend: Sequence[MonthStand]) -> Html | None:
    """A line for each month since there was one."""
    since = next((i for i, stand in enumerate(trend) if stand.before or stand.began), len(trend))
    shown = trend[max(since, len(trend) - MONTHS_IN_CHAT) :]
    most = max((stand.open for stand in shown), default=0)
    if not shown:
        return None
    lines = []
    for stand in shown:
        bar = "▇" * max(1, stand.open * BAR // most) if stand.open else "·"
        lines.append(texts.chat(language, "circle-month", month=str(stand.month), open=stand.open, bar=bar))
    return Html("\n".join([texts.chat(language, "circle-months"), *lines]))


def _reasons(texts: Texts, language: str, circle: Circle) -> Html | None:
    ended = circle.standing.ended
    if not ended:
        return None
    said = [reason(texts, language, why) + f" {ended[why]}" for why in (*Why, None) if ended.get(why)]
    return texts.chat(language, "circle-reasons", reasons=" · ".join(said))


def reason(texts: Texts, language: str, why: Why | None) -> str:
    """In words; None: nobody said."""
    return texts.plain(language, f"circle-reason-{why.value.replace('_', '-') if why else 'none'}")
