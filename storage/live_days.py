"""Giving days while they go on: what was given where, their cards in chats, the marks they have passed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.creators import GROUPS, Carried, Chat, ChatState
from giving.giving_days import CreatorShare, GivingDay
from giving.matching import MatchState
from giving.money import Money
from giving.people import language_of
from storage.creators import chat_of
from storage.day_reports import moved, paid_on
from storage.tables import chats, day_cards, day_marks, matches, people, posts, slots, tips
from storage.upsert import insert_into

BEING_SENT: Final = 0
OUT_OF_REACH: Final = -1  # no amount: what was to show one could not be edited


class CardState(StrEnum):
    """OPEN: sent or to be sent, and edited. LOST: the bot may not any more. GONE: somebody removed it. DONE: final."""

    OPEN = "open"
    LOST = "lost"
    GONE = "gone"
    DONE = "done"


class Part(NamedTuple):
    """What was given on a day to a project, by way of one creator and chat (None: directly)."""

    project: UUID
    creator: UUID | None
    chat: UUID | None
    minor: int


@dataclass(frozen=True, slots=True)
class DayCard:
    """A day's card in a chat. `message_id` None: to be sent."""

    day: UUID
    chat: Chat
    message_id: int | None = None
    shown: str | None = None
    shown_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """A day's gifts, summed up."""

    parts: tuple[Part, ...] = field(default=())

    def by(self, what: str, currency: str) -> dict[UUID, Money]:
        """What was given, by `project`, `creator` or `chat`."""
        sums: dict[UUID, int] = {}
        for part in self.parts:
            subject = getattr(part, what)
            if subject is not None:
                sums[subject] = sums.get(subject, 0) + part.minor
        return {subject: Money(minor, currency) for subject, minor in sums.items()}


class LiveDayStore:
    """Rows of `day_cards` and `day_marks`, and tips of a day."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    # -- figures --

    async def parts(self, day: GivingDay) -> Parts:
        """What the day's gifts add up to, in its currency (what was turned into it too): one walk over all of them."""
        its = moved(day.id, tips.c.project_id, tips.c.creator_id, tips.c.chat_id).subquery()
        by = its.c.project_id, its.c.creator_id, its.c.chat_id
        sums = select(*by, func.sum(its.c.minor)).where(its.c.currency == day.currency).group_by(*by)
        rows = await self._connection.execute(sums)
        return Parts(tuple(Part(row[0], row[1], row[2], int(row[3])) for row in rows))

    async def matched(self, day: GivingDay) -> Money:
        """What pools added to the day's gifts, less what went back."""
        stands = func.sum(matches.c.amount_minor - matches.c.back_minor)
        its = (tips.c.day_id == day.id) & tips.c.paid_at.is_not(None) & (matches.c.state == MatchState.MATCHED)
        mine = select(stands).join(tips, tips.c.id == matches.c.tip_id).where(its, matches.c.currency == day.currency)
        return Money(int(await self._connection.scalar(mine) or 0), day.currency)

    async def public(self, day: GivingDay, given: Mapping[UUID, Money], limit: int) -> tuple[CreatorShare, ...]:
        """Those of these creators who have a name for everybody, the first by their donors, then by their gifts.

        Nobody with nothing. Whether they wish to be named is to be asked before.

        Who opened a page of their own is public by it; who runs a chat with a public name, by that chat's title.
        """
        place = await self._places(day.id)
        first = sorted((each for each in given if given[each].minor > 0), key=lambda each: (place[each], each))
        found: list[CreatorShare] = []
        for some in (first[i : i + 4 * limit] for i in range(0, len(first), 4 * limit)):
            named = await self._named(some)
            found += [
                CreatorShare(each, name, given[each], slug, chat, -place[each][0])
                for each in some
                for name, slug, chat in named.get(each, ())
            ]
            if len(found) >= limit:
                break
        return tuple(found[:limit])

    async def _places(self, day: UUID) -> dict[UUID, tuple[int, int]]:
        """By creator: what is less for more donors, and for more gifts."""
        counts = func.count(tips.c.donor_id.distinct()), func.count()
        its = select(tips.c.creator_id, *counts).where(paid_on(day)).group_by(tips.c.creator_id)
        return {row[0]: (-row[1], -row[2]) for row in await self._connection.execute(its)}

    async def public_names(self, creators: Collection[UUID]) -> dict[UUID, tuple[str, str | None, str | None]]:
        """What everybody may call these creators, with the address of their page or else the username of their chat.

        One rule for the day's page, its card and its report: see `public`.
        """
        return {creator: named for creator, (named,) in (await self._named(creators)).items()}

    async def _named(self, creators: Collection[UUID]) -> dict[UUID, list[tuple[str, str | None, str | None]]]:
        mine = select(slots).join(people, people.c.id == slots.c.creator_id)
        mine = mine.where(slots.c.creator_id.in_(creators), slots.c.closed_at.is_(None), people.c.left_at.is_(None))
        named: dict[UUID, list[tuple[str, str | None, str | None]]]
        named = {row.creator_id: [(row.name, row.slug, None)] for row in await self._connection.execute(mine)}
        run = select(chats).where(
            chats.c.creator_id.in_(creators), chats.c.username.is_not(None), chats.c.state != ChatState.OFF
        )
        for row in await self._connection.execute(run.order_by(chats.c.id)):
            named.setdefault(row.creator_id, [(row.title, None, row.username)])
        return named

    async def taking_part(self, projects: Collection[UUID]) -> list[UUID]:
        """The creators with a chat that is on, or an open page, for one of these projects; who can be written to."""
        tipping = select(chats.c.creator_id).where(
            chats.c.project_id.in_(projects), chats.c.state == ChatState.ON, chats.c.bot_present
        )
        paged = select(slots.c.creator_id).where(slots.c.project_id.in_(projects), slots.c.closed_at.is_(None))
        there = people.c.started_at.is_not(None) & people.c.unreachable_at.is_(None) & people.c.left_at.is_(None)
        theirs = people.c.id.in_(tipping.union(paged)) & there
        return list((await self._connection.execute(select(people.c.id).where(theirs).order_by(people.c.id))).scalars())

    async def languages(self, creators: Collection[UUID]) -> dict[UUID, str]:
        """What these creators chose, or their Telegram is set to, where we speak it."""
        theirs = select(people.c.id, people.c.chosen_language, people.c.language_code).where(people.c.id.in_(creators))
        rows = await self._connection.execute(theirs)
        spoken = {row.id: row.chosen_language or language_of(row.language_code) for row in rows}
        return {creator: language for creator, language in spoken.items() if language is not None}

    # -- marks --

    async def marks(self, day: UUID) -> frozenset[str]:
        """Those that were passed."""
        rows = await self._connection.execute(select(day_marks.c.mark).where(day_marks.c.day_id == day))
        return frozenset(rows.scalars())

    async def pass_mark(self, day: UUID, mark: str, *, now: datetime) -> bool:
        """Whether it is passed only now; two at a time, and one of them is told so."""
        row = {"day_id": day, "mark": mark, "passed_at": now}
        new = insert_into(self._connection, day_marks).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(new.returning(day_marks.c.mark))).first() is not None

    async def newest_of_mark(self, mark: str) -> UUID | None:
        """The day that passed a mark last."""
        days = select(day_marks.c.day_id).where(day_marks.c.mark == mark).order_by(day_marks.c.passed_at.desc())
        return (await self._connection.execute(days.limit(1))).scalar()

    # -- cards --

    async def want_cards(self, day: GivingDay) -> int:
        """Chats that are on for one of the day's projects, and have none, get a card to be sent; how many."""
        here = func.coalesce(chats.c.day_card, chats.c.kind.in_(GROUPS))
        mine = (day_cards.c.day_id == day.id) & (day_cards.c.chat_id == chats.c.id)
        there = select(chats.c.id).where(_taking_part(day.projects), here, ~select(day_cards).where(mine).exists())
        new = [
            {"day_id": day.id, "chat_id": chat, "state": CardState.OPEN.value}
            for chat in (await self._connection.execute(there)).scalars()
        ]
        if new:
            await self._connection.execute(insert_into(self._connection, day_cards).on_conflict_do_nothing(), new)
        return len(new)

    async def cards(self, day: UUID) -> list[DayCard]:
        """The cards of a day that are open: those to be sent first, then those that were edited longest ago."""
        theirs = select(
            chats, day_cards.c.sent_to, day_cards.c.message_id, day_cards.c.shown, day_cards.c.shown_at
        ).join(day_cards, day_cards.c.chat_id == chats.c.id)
        still = (day_cards.c.day_id == day) & (day_cards.c.state == CardState.OPEN)
        rows = await self._connection.execute(theirs.where(still).order_by(day_cards.c.shown_at, chats.c.id))
        found = [_card(day, row) for row in rows]
        return sorted(found, key=lambda card: card.shown_at is not None)

    async def open_days(self) -> list[UUID]:
        """Days with cards that are open."""
        still = select(day_cards.c.day_id).where(day_cards.c.state == CardState.OPEN).distinct()
        return list((await self._connection.execute(still)).scalars())

    async def begin_card(self, day: UUID, chat: UUID, to: int) -> bool:
        """Whether we are the one to send it, there; not twice, unless the chat has another number since."""
        unsent = or_(day_cards.c.message_id.is_(None), day_cards.c.sent_to != to)
        mine = and_(_at(day, chat), day_cards.c.state == CardState.OPEN, unsent)
        begun = update(day_cards).where(mine).values(sent_to=to, message_id=BEING_SENT).returning(day_cards.c.chat_id)
        return (await self._connection.execute(begun)).first() is not None

    async def set_card(self, day: UUID, chat: UUID, **values: object) -> None:
        """Change columns of a card."""
        await self._connection.execute(update(day_cards).where(_at(day, chat)).values(**values))

    async def close_cards(self, day: UUID) -> None:
        """Nothing more is sent: cards that were not, or of which nobody knows."""
        unsent = or_(day_cards.c.message_id.is_(None), day_cards.c.message_id == BEING_SENT)
        mine = (day_cards.c.day_id == day) & (day_cards.c.state == CardState.OPEN) & unsent
        await self._connection.execute(update(day_cards).where(mine).values(state=CardState.DONE))

    # -- buttons --

    async def buttons_due(
        self, day: GivingDay, minor: int, *, rested_since: datetime, now: datetime, limit: int
    ) -> int:  # fmt: skip
        """The newest post of each enabled chat is to show the day's amount: those that show another one; how many.

        Not those that are out of reach, or whose keyboard a reply carries; nor what was edited since `rested_since`, or
        is due anyway.
        """
        last = (
            select(posts.c.id)
            .where(posts.c.chat_id == chats.c.id, posts.c.counter_shown_at.is_not(None))
            .where(posts.c.carried == Carried.SELF, posts.c.day_minor.is_distinct_from(OUT_OF_REACH))
            .order_by(posts.c.message_id.desc())
            .limit(1)
            .correlate(chats)
            .scalar_subquery()
        )
        rested = posts.alias("rested")
        stale = (rested.c.counter_shown_at <= rested_since) & rested.c.counter_due_at.is_(None)
        theirs = (
            select(rested.c.id)
            .select_from(rested.join(chats, chats.c.id == rested.c.chat_id))
            .where(rested.c.id == last)
            .where(_taking_part(day.projects), rested.c.project_id.in_(day.projects), stale)
            .where(rested.c.day_minor.is_distinct_from(minor))
            .order_by(rested.c.counter_shown_at)
            .limit(limit)
        )
        return await self._due(list((await self._connection.execute(theirs)).scalars()), now)

    async def button_shows(self, post: UUID, minor: int | None) -> None:
        """Which amount of a giving day stands on a post's button now."""
        changed = posts.c.day_minor.is_distinct_from(minor)
        await self._connection.execute(update(posts).where(posts.c.id == post, changed).values(day_minor=minor))

    async def button_lost(self, post: UUID) -> None:
        """A post can't be edited any more: whatever stands there, no day is shown on it again unless it can be."""
        await self.button_shows(post, OUT_OF_REACH)

    async def buttons_over(self, on: Collection[UUID], *, now: datetime, limit: int) -> int:
        """Posts that show a day's amount though no day is on for their project (`on`: those it is); how many."""
        over = (posts.c.day_minor != OUT_OF_REACH) & posts.c.counter_due_at.is_(None)
        theirs = select(posts.c.id).where(over, posts.c.project_id.not_in(on)).order_by(posts.c.id).limit(limit)
        return await self._due(list((await self._connection.execute(theirs)).scalars()), now)

    async def _due(self, ids: list[UUID], now: datetime) -> int:
        if ids:
            same = posts.c.id.in_(ids) & posts.c.counter_due_at.is_(None)
            await self._connection.execute(update(posts).where(same).values(counter_due_at=now))
        return len(ids)


def _taking_part(projects: Iterable[UUID]) -> ColumnElement[bool]:
    """A chat with tipping on for one of them, and the bot in it."""
    return (chats.c.state == ChatState.ON) & chats.c.project_id.in_([*projects]) & chats.c.bot_present


def _at(day: UUID, chat: UUID) -> ColumnElement[bool]:
    return (day_cards.c.day_id == day) & (day_cards.c.chat_id == chat)


def _card(day: UUID, row: Row[Any]) -> DayCard:
    chat = chat_of(row)
    there = row.message_id if row.sent_to == chat.telegram_id else None  # a group that moved has no card yet
    return DayCard(day, chat, there, row.shown if there else None, row.shown_at if there else None)
