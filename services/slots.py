"""公益爱心位: a creator opens a page with the project of their choice, and shares it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from giving.errors import NameNeeded, SlotUnknown
from giving.names import clean
from giving.people import Person
from giving.projects import ProjectCard, Tally
from giving.slots import NAME_GRAPHEMES, Slot, slug_of, untold
from giving.tips import OfferRequest
from services.clock import Clock, utc_now
from services.projects import LatestGift, as_chosen, cards, open_project
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
LATEST: Final = 20


@dataclass(frozen=True, slots=True)
class SlotCard:
    """A slot with its project and what its creator's followers gave: here, and in the chats they run."""

    slot: Slot
    project: ProjectCard
    raised: Tally


@dataclass(frozen=True, slots=True)
class SlotPage:
    """The same for anyone: the newest gifts as their donors chose to be seen, and the creator's own language."""

    card: SlotCard
    gifts: tuple[LatestGift, ...]
    language: str


class SlotService:
    """One slot per person; it may be closed and opened again, and keeps its address."""

    def __init__(self, unit: UnitOfWork, *, language: str, now: Clock = utc_now) -> None:
        """`language`: for creators whose language we don't have."""
        self._unit, self._language, self._now = unit, language, now

    async def mine(self, person: Person) -> SlotCard | None:
        """Their slot, open or closed; None if they never had one."""
        async with self._unit.read() as work:
            slot = await work.slots.of_creator(person.id)
            return await self._card(work, slot) if slot else None

    async def open(self, person: Person, project_id: UUID, name: str = "") -> SlotCard:
        """Open it for this project, or give the one they have another; `name` is what everybody sees.

        Without one it keeps its name. Raises: ProjectUnknown, ProjectClosed, NameNeeded.
        """
        shown = clean(name, most=NAME_GRAPHEMES)
        async with self._unit() as work:
            await open_project(work, project_id)
            slot = await work.slots.of_creator(person.id) or await self._add(work, person, project_id, shown)
            values = {"project_id": project_id, "name": shown or slot.name, "closed_at": None}
            slot = await work.slots.set(slot.id, **values)
            card = await self._card(work, slot)
        log.info("slot_opened", slot_id=str(slot.id), creator_id=str(person.id), project_id=str(project_id))
        return card

    async def _add(self, work: Work, person: Person, project_id: UUID, name: str) -> Slot:
        if not name:
            raise NameNeeded
        taken = await work.slots.taken(slug_of(name))
        while True:
            slot = Slot(new_id(), person.id, slug_of(name, taken), name, project_id, self._now())
            if await work.slots.add(slot):
                return slot
            if (mine := await work.slots.of_creator(person.id)) is not None:  # tapped twice
                return mine
            taken |= {slot.slug}  # by somebody else at this moment

    async def rename(self, person: Person, name: str) -> SlotCard:
        """Another public name; the address stays, so that links go on working. Raises: NameNeeded, SlotUnknown."""
        shown = clean(name, most=NAME_GRAPHEMES)
        if not shown:
            raise NameNeeded
        return await self._set(person, name=shown)

    async def close(self, person: Person) -> SlotCard:
        """Nobody sees it any more; what was given stays given. Raises: SlotUnknown."""
        return await self._set(person, closed_at=self._now())

    async def _set(self, person: Person, **values: object) -> SlotCard:
        async with self._unit() as work:
            slot = await work.slots.of_creator(person.id)
            if slot is None:
                raise SlotUnknown
            return await self._card(work, await work.slots.set(slot.id, **values))

    async def card(self, slot_id: UUID) -> SlotCard:
        """For whoever comes from its link. Raises: SlotUnknown (also when it is closed)."""
        async with self._unit.read() as work:
            return await self._card(work, _open((await work.slots.by_ids([slot_id])).get(slot_id)))

    async def page(self, slug: str) -> SlotPage:
        """For the web. Raises: SlotUnknown (also when it is closed)."""
        async with self._unit.read() as work:
            slot = _open(await work.slots.by_slug(slug))
            creator = (await work.people.by_ids([slot.creator])).get(slot.creator)
            if creator is None:  # they left the service
                raise SlotUnknown
            card = await self._card(work, slot)
            chats = await self._chats(work, slot)
            listed = await work.slots.latest(slot.id, chats, LATEST)
            nameless = untold([tip for tip, _ in listed], card.raised.gifts)
            gifts = (as_chosen(tip, "" if tip.id in nameless else name) for tip, name in listed)
            return SlotPage(card, tuple(gifts), creator.language(self._language))

    async def _card(self, work: Work, slot: Slot) -> SlotCard:
        project = (await work.projects.by_ids([slot.project]))[slot.project]
        subjects = [slot.id, *await self._chats(work, slot)]
        raised = await work.slots.given(subjects, project.target.currency)
        return SlotCard(slot, (await cards(work, [project]))[0], raised)

    @staticmethod
    async def _chats(work: Work, slot: Slot) -> list[UUID]:
        """The chats they run now."""
        return [chat.id for chat in await work.creators.chats_of(slot.creator) if chat.creator == slot.creator]


def _open(slot: Slot | None) -> Slot:
    if slot is None or not slot.open:
        raise SlotUnknown
    return slot


async def goal_project(work: Work, request: OfferRequest) -> UUID | None:
    """The project that a post, a slot or the request itself names."""
    if request.post:
        posts = await work.creators.posts_by_ids([request.post])
        return posts[request.post].project if request.post in posts else None
    if request.slot:
        slots = await work.slots.by_ids([request.slot])
        return slots[request.slot].project if request.slot in slots else None
    return request.project
