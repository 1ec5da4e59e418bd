"""What is held about somebody, and their leaving: whatever tells who they are goes, wherever it is stored."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Update, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.creators import ChatState
from giving.ids import token_of
from giving.payments import Payment
from giving.people import Visibility
from giving.tabs import OPEN, ChargeState
from giving.tips import TipState
from storage.creators import CreatorStore
from storage.held import dialogs_of, queries
from storage.held_pledges import end_pledges
from storage.inbox import CLOSED, scrub
from storage.outbox import OutboxState
from storage.payments import read_payment
from storage.tables import (
    broadcast_asks,
    broadcast_cards,
    broadcast_edits,
    certificates,
    chat_managers,
    chats,
    dialogs,
    giving_days,
    matches,
    methods,
    monthly_calls,
    organisation_links,
    organisation_members,
    outbox,
    payments,
    people,
    posts,
    provider_events,
    ranking_consents,
    recap_pages,
    roles,
    slots,
    subscriptions,
    tab_charges,
    tabs,
    thanks,
    thanks_posts,
    tip_keys,
    tips,
    told_lately,
    whys,
)

CREATOR_LEFT: Final = "creator_left"


@dataclass(frozen=True, slots=True)
class Traces:
    """Rows about somebody that no index leads to; looked for before the unit of work that erases them."""

    events: Sequence[UUID]
    keys: Sequence[str]
    payments: Sequence[UUID]
    looked_until: UUID | None


class PrivacyStore:
    """For those who ask or leave, all rows that are about them."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def held(self, person: UUID, telegram_id: int) -> AsyncGenerator[tuple[str, dict[str, Any] | None], None]:
        """Everything that is held about them, row by row, under its section, which begins with a None.

        Only in a read unit: some of it takes a look through whole tables.
        """
        for section, query in queries(person, telegram_id).items():
            yield section, None
            async with self._connection.stream(query) as rows:
                async for row in rows.mappings():
                    yield section, _told(row)

    async def left_since(self, at: datetime) -> list[tuple[UUID, datetime]]:
        """Who left from then on (opaque ids), the first to leave first."""
        gone = select(people.c.id, people.c.left_at).where(people.c.left_at >= at).order_by(people.c.left_at)
        return [(row.id, row.left_at) for row in await self._connection.execute(gone)]

    async def traces(self, person: UUID) -> Traces:
        """What takes a look through whole tables; only in a read unit, where it holds up nobody."""
        paid = select(payments.c.id).where(payments.c.donor_id == person)
        kept = select(methods.c.id).where(methods.c.donor_id == person)
        about = provider_events.c.reference
        events = select(provider_events.c.id).where(or_(about.in_(paid), about.in_(kept)))
        keys = select(tip_keys.c.key).where(tip_keys.c.tip_id.in_(select(tips.c.id).where(tips.c.donor_id == person)))
        newest = select(provider_events.c.id).order_by(provider_events.c.id.desc()).limit(1)
        return Traces(
            events=list((await self._connection.execute(events)).scalars()),
            keys=list((await self._connection.execute(keys)).scalars()),
            payments=list((await self._connection.execute(paid)).scalars()),
            looked_until=await self._connection.scalar(newest),
        )

    async def erase(
        self, person: UUID, telegram_id: int, traces: Traces, *, stale: Collection[UUID], now: datetime
    ) -> list[Payment]:
        """Forget who they are; the books stay. Gives the payments that were still open.

        `stale`: posts whose buttons show something that is so no longer.
        The order is that of promising and settling (tabs, payments, tips, …, people), so that nobody waits for ever.
        """
        open_pages = await self._close_money(person, traces.payments, now)
        await self._erase_traces(person, traces, now)
        await self._erase_belongings(person, telegram_id)
        await self._leave_chats(person, now)
        await CreatorStore(self._connection).counters_changed(stale, now)
        gone = {
            "telegram_id": None, "name": "", "username": None, "language_code": None, "chosen_language": None,
            "visibility": Visibility.ANONYMOUS, "thanked_by_name": False, "started_at": None, "unreachable_at": None,
            "rail": None, "settle_at_minor": None, "monthly_minor": None, "timezone": None, "asked_at": None,
            "left_at": now,
        }  # fmt: skip
        await self._connection.execute(update(people).where(people.c.id == person).values(gone))
        return open_pages

    async def _close_money(self, person: UUID, every: Sequence[UUID], now: datetime) -> list[Payment]:
        """Unpaid tips are cancelled, no gift names anybody; who hid an amount keeps it hidden."""
        their_tabs = select(tabs.c.id).where(tabs.c.donor_id == person).order_by(tabs.c.id)
        await self._connection.execute(their_tabs.with_for_update(key_share=True))
        await end_pledges(self._connection, person, now)
        of_theirs = select(payments).where(payments.c.id.in_(_payments_of(person))).order_by(payments.c.id)
        held = (await self._connection.execute(of_theirs.with_for_update(key_share=True))).all()
        mine = tips.c.donor_id == person
        unpaid = mine & tips.c.state.in_((TipState.OFFERED, TipState.ON_TAB))
        open_ones = select(tips.c.payment_id).where(unpaid).order_by(tips.c.id).with_for_update(key_share=True)
        waiting = set((await self._connection.execute(open_ones)).scalars())
        cancelled = {"state": TipState.CANCELLED, "cancelled_at": now, "open_key": None}
        theirs = tab_charges.c.tab_id.in_(select(tabs.c.id).where(tabs.c.donor_id == person))
        charges = theirs & tab_charges.c.state.in_([state.value for state in OPEN])
        # What a rail calls them is erased when the rail has deleted them (storage/methods.py, told).
        forgotten = {"forgotten_at": func.coalesce(methods.c.forgotten_at, now), "label": ""}
        unnamed = case((tips.c.visibility == Visibility.NAMED, Visibility.ANONYMOUS), else_=tips.c.visibility)
        for statement in (
            update(tips).where(unpaid).values(cancelled),
            update(tips).where(mine).values(visibility=unnamed, card_message_id=None),
            update(matches).where(matches.c.tip_id.in_(select(tips.c.id).where(mine))).values(payer=None),
            update(payments).where(payments.c.id.in_(_payments_of(person))).values(url=None, wish=None),
            update(tab_charges).where(charges).values(state=ChargeState.SKIPPED),
            update(methods).where(methods.c.donor_id == person).values(forgotten),
        ):
            await self._connection.execute(statement)
        for some in _parts(every):  # those too that no tip names any more
            await self._connection.execute(update(payments).where(payments.c.id.in_(some)).values(url=None, wish=None))
        return [read_payment(row) for row in held if row.id in waiting and row.their_id is not None]

    async def _erase_traces(self, person: UUID, traces: Traces, now: datetime) -> None:
        """Events that are not settled yet keep their bodies until they are (storage/inbox.py, mark)."""
        closed = scrub(now).where(provider_events.c.state.in_(CLOSED))
        for some in _parts(traces.events):
            await self._connection.execute(closed.where(provider_events.c.id.in_(some)))
        about = provider_events.c.reference
        kept = select(methods.c.id).where(methods.c.donor_id == person)
        later = closed
        if traces.looked_until is not None:
            later = later.where(provider_events.c.id > _a_minute_before(traces.looked_until))
        await self._connection.execute(later.where(or_(about.in_(_payments_of(person)), about.in_(kept))))
        for some in _parts(traces.payments):
            await self._connection.execute(later.where(about.in_(some)))
        for keys in _parts(traces.keys):
            await self._connection.execute(delete(tip_keys).where(tip_keys.c.key.in_(keys)))

    async def _erase_belongings(self, person: UUID, telegram_id: int) -> None:
        queued = (outbox.c.person_id == person) & (outbox.c.state == OutboxState.QUEUED)
        given_up = {"state": OutboxState.SKIPPED, "error": "the reader has left"}
        await self._connection.execute(update(outbox).where(queued).values(given_up))
        of_theirs = (
            roles,
            subscriptions,
            told_lately,
            chat_managers,
            ranking_consents,
            broadcast_asks,
            broadcast_cards,
            broadcast_edits,
            organisation_links,
            organisation_members,
            recap_pages,
        )
        for table in of_theirs:
            await self._connection.execute(delete(table).where(table.c.person_id == person))
        await self._connection.execute(delete(whys).where(whys.c.donor_id == person))
        # Whoever holds a certificate's picture may still check it; it names nobody any more.
        named = certificates.c.donor_id == person
        await self._connection.execute(update(certificates).where(named).values(name=None))
        await self._connection.execute(delete(dialogs).where(dialogs_of(telegram_id)))

    async def _leave_chats(self, person: UUID, now: datetime) -> None:
        """Tipping waits for another administrator where they had switched it on; their slot closes without a name."""
        running = chats.c.state.in_((ChatState.ON, ChatState.PAUSED))
        paused = {
            "state": case((running, ChatState.PAUSED), else_=chats.c.state),
            "paused_reason": case((running, CREATOR_LEFT), else_=chats.c.paused_reason),
            "creator_id": None,
        }
        unsent = outbox.c.subject_id.in_(select(thanks.c.id).where(thanks.c.creator_id == person))
        slot = await self._connection.scalar(select(slots.c.id).where(slots.c.creator_id == person))
        statements: list[Update] = [
            update(chats).where(chats.c.creator_id == person).values(paused),
            update(chats).where(chats.c.added_by == person).values(added_by=None),
            update(chats).where(chats.c.handover_to == person).values(handover_to=None),
            update(giving_days).where(giving_days.c.asked_by == person).values(asked_by=None, asked_act=None),
            update(posts).where(posts.c.author_id == person).values(author_id=None, excerpt=""),
            update(outbox).where(unsent, outbox.c.state == OutboxState.QUEUED).values(state=OutboxState.SKIPPED),
            update(thanks).where(thanks.c.creator_id == person).values(words=""),
            update(thanks_posts).where(thanks_posts.c.creator_id == person).values(words=""),
            update(monthly_calls).where(monthly_calls.c.creator_id == person).values(words=""),
        ]
        if slot is not None:
            closed = {"name": "", "slug": token_of(UUID(str(slot))), "closed_at": now}
            statements.append(update(slots).where(slots.c.id == slot).values(closed))
        for statement in statements:
            await self._connection.execute(statement)


def _told(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row without what is not set; of a project's words only its names."""
    told = {str(name): value for name, value in row.items() if value is not None}
    if texts := told.pop("project_texts", None):
        told["project_names"] = {language: words["title"] for language, words in texts.items()}
    return told


def _payments_of(person: UUID) -> Any:
    """By their tips, which have an index."""
    return select(tips.c.payment_id).where(tips.c.donor_id == person, tips.c.payment_id.is_not(None))


def _a_minute_before(newest: UUID) -> UUID:
    """The first 48 bits are milliseconds; an event gets its id a little before it can be read."""
    return UUID(int=max(0, (newest.int >> 80) - 60_000) << 80)


def _parts(found: Sequence[Any], most: int = 500) -> list[Collection[Any]]:
    return [found[i : i + most] for i in range(0, len(found), most)]
