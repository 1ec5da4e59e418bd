"""What went back, or did not arrive, as its donors are told: each message has its own sum, as its entry moved it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from giving.money import Money
from giving.notices import NoticeKind
from giving.tips import TipState
from services.tips import TipCard
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Returned:
    """A gift of which something went back (or failed to): so much of it."""

    card: TipCard
    amount: Money

    @property
    def in_part(self) -> bool:
        """Whether it was not the whole gift at once."""
        return self.amount != self.card.tip.amount


class About(Protocol):
    """What names an entry and a tip (services/settlement/writing.py queues it)."""

    @property
    def kind(self) -> NoticeKind: ...
    @property
    def key(self) -> str: ...
    @property
    def subject(self) -> UUID: ...


async def returned(work: Work, about: Sequence[About], cards: Mapping[UUID, TipCard]) -> list[Returned]:
    """In this order; of tips that are not known nothing. Where no entry says how much: what is left, or all of it."""
    entries = [one.key.removeprefix(f"{one.kind}:").removesuffix(f":{one.subject}") for one in about]
    moved = await work.returns.of(entries)
    told = []
    for one, entry in zip(about, entries, strict=True):
        if (card := cards.get(one.subject)) is None:
            continue
        amount = moved.get(entry, {}).get(one.subject)
        whole = card.tip.kept if card.tip.state is TipState.PAID else card.tip.amount
        told.append(Returned(card, whole if amount is None else -amount if amount.minor < 0 else amount))
    return told
