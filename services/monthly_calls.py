"""A creator invites their followers to give monthly: with a preview, by one tap, and never twice by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from giving.creators import Chat
from giving.errors import CallOver, NothingToCallFor
from giving.people import Person
from giving.projects import Project
from giving.thanks_posts import PostState, fitting, is_unknown
from services.published import Published
from storage.ids import new_id
from storage.monthly_calls import CallPost, MonthlyCallStore
from storage.work import Work

log = structlog.get_logger()
_PUBLISHED: Final = Counter(
    "monthly_calls_total", "Invitations that creators published, by what became of them", ["end"]
)


@dataclass(frozen=True, slots=True)
class CallDraft:
    """What will stand in the chat; nothing of it is published by being shown.

    `last`: when there was one there before; `unknown`: nobody knows whether that one arrived.
    """

    id: UUID
    chat: Chat
    project: Project
    words: str = ""
    last: datetime | None = None
    unknown: bool = False


class MonthlyCallService(Published):
    """For the chats somebody runs; whoever follows the link in it is counted for them."""

    async def chats(self, person: Person) -> tuple[Chat, ...]:
        """The chats they run in which one could stand."""
        mine = [card.chat for card in await self._creators.mine(person)]
        return tuple(chat for chat in mine if chat.creator == person.id and chat.tipping and chat.rights.present)

    async def draft(self, chat_id: UUID, person: Person, words: str = "") -> CallDraft:
        """What would be published, kept until it is; the one shown before is over.

        Raises: ChatUnknown, NotAdministrator, NotCreator, NothingToCallFor.
        """
        chat, now = await self._own(chat_id, person), self._now()
        async with self._unit() as work:
            project = await _open_project(work, chat)
            before = await work.monthly_calls.last(chat.id)
            post = CallPost(new_id(), chat.id, person.id, project.id, fitting(words), PostState.SHOWN, now)
            await work.monthly_calls.add(post)
        unknown = before is not None and is_unknown(before.state, before.sent_at, now)
        return CallDraft(post.id, chat, project, post.words, before.made_at if before else None, unknown)

    async def begin(self, call: UUID, person: Person) -> CallDraft:
        """What is to be sent now, once: whoever calls sends it, and tells what came of it.

        Raises: CallOver (also for somebody else's, and where the chat has another project by now), as `draft`,
        MayNotPost.
        """
        async with self._unit.read() as work:
            kept = await work.monthly_calls.post(call)
        post, chat = await self._ready(kept, person, CallOver)
        async with self._unit() as work:
            project = await _open_project(work, chat)
            if project.id != post.project or not await work.monthly_calls.begin(call, now=self._now()):
                raise CallOver
        log.info("monthly_call_begun", call_id=str(call), chat_id=str(chat.id), project_id=str(project.id))
        return CallDraft(call, chat, project, post.words)

    def _kept(self, work: Work) -> MonthlyCallStore:
        return work.monthly_calls

    def _ended(self, post_id: UUID, state: PostState) -> None:
        _PUBLISHED.labels(state.value).inc()
        log.info("monthly_call_ended", call_id=str(post_id), state=state.value)


async def _open_project(work: Work, chat: Chat) -> Project:
    project = (await work.projects.by_ids([chat.project])).get(chat.project) if chat.project is not None else None
    if project is None or not project.open or not chat.tipping:
        raise NothingToCallFor(chat=chat.title)
    return project
