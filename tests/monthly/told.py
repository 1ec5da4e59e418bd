"""What everybody was told: nothing twice, a receipt for each month, news once a month, in their own language."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from giving.notices import NoticeKind
from giving.pledges import Instalment, InstalmentState
from tests.monthly.acting import Player
from tests.monthly.script import HOME, zone_of
from tests.monthly.telegram import Told
from tests.monthly.years import Years

ONCE: Final = frozenset(
    {
        NoticeKind.PLEDGE_ANNOUNCED, NoticeKind.PLEDGE_PAUSED, NoticeKind.RECEIPT, NoticeKind.CERTIFICATE,
        NoticeKind.PROJECT_NEWS, NoticeKind.REFUNDED,
    }
)  # fmt: skip
ANEW: Final = frozenset({"amount", "move", "by_link", "by_card", "day", "resume"})  # then it may be asked for again
HAN: Final = re.compile(r"[\u4e00-\u9fff]")


def told_right(years: Years, months: Sequence[Instalment]) -> list[str]:
    """Where it is not so."""
    told = years.town.session.told
    return [*_twice(years, told, months), *_receipts(years, told, months), *_news(years, told), *_tongues(years, told)]


def _twice(years: Years, told: Sequence[Told], months: Sequence[Instalment]) -> Iterator[str]:
    """Each message about each thing once; a month that was changed may be asked for, and reminded of, anew."""
    by_id = {one.id: one for one in months}
    often = Counter((one.kind, subject, one.chat) for one in told for subject in one.subjects)
    for (kind, subject, chat), times in often.items():
        month, most = by_id.get(subject), 1
        if kind is NoticeKind.PLEDGE_DECLINED and month is not None:
            most = max(month.tries, 1)
        elif kind in (NoticeKind.PLEDGE_ASKED, NoticeKind.PLEDGE_REMINDED) and month is not None:
            player, number = years.whose[month.pledge]
            most += month.debits + _changes(years, player, number, month)
        elif kind not in ONCE:
            continue
        if times > most:
            yield f"{chat} was told {times} times: {kind} of {subject}"


def _changes(years: Years, player: Player, pledge: int, month: Instalment) -> int:
    """How often they did something after which this month may be asked for anew."""
    script, me = years.script, player.donor
    told = [(kind, nth) for kind in ("asked", "declined") for nth in range(month.tries + 1)]
    at_once = sum(script.changes(kind, me.number, pledge, str(month.month), nth) is not None for kind, nth in told)
    return at_once + sum(act.what in ANEW and act.pledge == pledge for act in me.acts)


def _receipts(years: Years, told: Sequence[Told], months: Sequence[Instalment]) -> Iterator[str]:
    """Of whoever can be reached: one for each month that was paid."""
    reached = {subject for one in told if one.kind is NoticeKind.RECEIPT for subject in one.subjects}
    for one in months:
        player, _ = years.whose[one.pledge]
        if one.state is InstalmentState.PAID and one.tip not in reached and _there(years, player):
            yield f"no receipt for {one.month} of {one.pledge}"


def _there(years: Years, player: Player) -> bool:
    """They never left, and can be written to in the end."""
    left = any(act.what == "leave" for act in player.donor.acts)
    return not left and player.chat not in years.town.session.blocked


def _news(years: Years, told: Sequence[Told]) -> Iterator[str]:
    """Of a project once a month at most, by the reader's calendar."""
    seen: Counter[tuple[int, str, str]] = Counter()
    for one in told:
        if one.kind is NoticeKind.PROJECT_NEWS:
            player = years.by_chat.get(one.chat)
            there = one.at.astimezone(zone_of(player.zone if player is not None else HOME))
            for subject in one.subjects:
                seen[one.chat, years.news_of[subject], f"{there:%Y-%m}"] += 1
    for (chat, name, month), times in seen.items():
        if times > 1:
            yield f"{chat} was told {times} news of {name} in {month}"


def _tongues(years: Years, told: Sequence[Told]) -> Iterator[str]:
    """In their own language; what projects say of themselves is left aside."""
    texts = [text for project in years.town.projects.values() for text in project.texts.values()]
    titles = {words for text in texts for words in (text.title, text.summary, text.use)}
    titles |= {title for of in years.town.organisations.values() for title in of.names.values()}
    longest = sorted(titles, key=len, reverse=True)
    for one in told:
        player = years.by_chat.get(one.chat)
        if player is None or one.kind is NoticeKind.PROJECT_NEWS:
            continue
        words = one.text
        for title in longest:
            words = words.replace(title, "")
        if bool(HAN.search(words)) != (player.donor.language == "zh-CN"):
            yield f"{one.kind} to {one.chat}, who reads {player.donor.language}: {one.text!r}"
