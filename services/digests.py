"""What creators are told now and then: who gave in a chat of theirs, or on their slot, since they were told last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from giving.creators import Chat
from giving.notices import URGENCY, NoticeKind, tellable
from giving.projects import Tally
from giving.quiet import QuietHours
from giving.slots import Slot
from services.projects import LatestGift, as_chosen
from storage.digests import DigestStore, DueDigest
from storage.outbox import NewMessage
from storage.work import Work

NAMED_IN_DIGEST: Final = 10
AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Digest:
    """What came in on a chat or a slot since its creator was last told, and in all; `projects`: titles, by language."""

    about: Chat | Slot
    projects: tuple[Mapping[str, str], ...]
    since: datetime | None
    tally: Tally
    named: tuple[LatestGift, ...]
    ever: Tally


async def told(
    work: Work, subject: UUID, *, since: datetime | None, until: datetime | None, currency: str
) -> Digest | None:
    """What a digest tells; None if nothing is left to tell (all of it was taken back)."""
    about: Chat | Slot | None = (await work.creators.chats_by_ids([subject])).get(subject)
    about = about or (await work.slots.by_ids([subject])).get(subject)
    if about is None:
        return None
    on = {"slot": subject} if isinstance(about, Slot) else {"chat": subject}
    tally = await work.tips.tally_on(**on, since=since, until=until, currency=currency)
    if not tally.gifts:
        return None
    named = await work.tips.named_on(**on, since=since, until=until, limit=NAMED_IN_DIGEST)
    given_to = await work.projects.by_ids(await work.tips.projects_on(**on, since=since, until=until))
    return Digest(
        about=about,
        projects=tuple({code: text.title for code, text in p.texts.items()} for p in given_to.values()),
        since=since,
        tally=tally,
        named=tuple(as_chosen(tip, name) for tip, name in tellable(named, tally.donors)),
        ever=(await work.tallies.of([subject], currency))[subject],
    )


async def any_due(work: Work, now: datetime) -> bool:
    """Whether `queue` would find anything."""
    return await work.chat_digests.any_due(now) or await work.slot_digests.any_due(now)


async def queue(work: Work, now: datetime, quiet: QuietHours | None) -> int:
    """Queue the digests that are due; in quiet hours they wait for the morning. How many were queued."""
    morning = quiet.allowed_from(now) if quiet else now
    messages: list[NewMessage] = []
    for store in (work.chat_digests, work.slot_digests):
        messages += await _taken(store, now, morning)
    await work.outbox.add_many(messages, now=now)
    return len(messages)


async def _taken(store: DigestStore, now: datetime, morning: datetime) -> list[NewMessage]:
    messages = []
    for digest in await store.due(now, AT_ONCE):
        if morning > now:
            await store.put_off(digest.subject, morning)
            continue
        await store.told(digest.subject, now)
        if digest.creator is not None:
            messages.append(_message(digest, digest.creator, now))
    return messages


def _message(digest: DueDigest, creator: UUID, now: datetime) -> NewMessage:
    """Keyed on what it was due for: two replicas make the same message."""
    kind, subject = NoticeKind.DIGEST, digest.subject
    key = f"{kind}:{subject}:{digest.due_at.isoformat()}"
    return NewMessage(key, kind, URGENCY[kind], creator, subject, now, since_at=digest.told_until, until_at=now)
