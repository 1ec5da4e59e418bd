"""A creator thanks their followers in the chat itself: with a preview, by one tap, and never twice by itself."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from giving.creators import Chat
from giving.errors import NobodyToThankHere, ThanksPostOver
from giving.people import Person
from giving.projects import Project
from giving.thanks_posts import (
    FURTHEST,
    PostState,
    Thanked,
    fitting,
    is_unknown,
    shown,
    thanked,
)
from services.published import Published
from storage.ids import new_id
from storage.thanks_posts import ThanksPost, ThanksPostStore
from storage.work import Work

log = structlog.get_logger()
_PUBLISHED: Final = Counter("thanks_posts_total", "Thank-yous that creators published, by what became of them", ["end"])


@dataclass(frozen=True, slots=True)
class ThanksPostDraft:
    """What will stand in the chat; nothing of it is published by being shown.

    `changed`: it is not what was shown before. `unknown`: nobody knows whether the last one there arrived.
    """

    id: UUID
    chat: Chat
    words: str
    thanked: Thanked
    projects: tuple[Project, ...]
    changed: bool = False
    unknown: bool = False


class ThanksPostService(Published):
    """For those who gave in a chat since its last published thank-you, a month back at most.

    Named is who showed their name with a gift there, and has not chosen otherwise since.
    """

    async def draft(self, chat_id: UUID, person: Person, words: str = "") -> ThanksPostDraft:
        """What would be published, kept until it is; the one shown before is over.

        Raises: ChatUnknown, NotAdministrator, NotCreator, NobodyToThankHere.
        """
        return await self._show(await self._own(chat_id, person), person, fitting(words))

    async def begin(self, post_id: UUID, person: Person) -> ThanksPostDraft:
        """What is to be sent now, once: whoever calls sends it, and tells what came of it.

        A draft that is `changed` is not to be sent: somebody took their name or their gift back since it was shown.
        Raises: ThanksPostOver (also for somebody else's), as `draft`, MayNotPost.
        """
        async with self._unit.read() as work:
            kept = await work.thanks_posts.by_id(post_id)
        post, chat = await self._ready(kept, person, ThanksPostOver)
        async with self._unit() as work:
            draft, digest = await _draft(work, chat, post)
            if digest == post.shown and not await work.thanks_posts.begin(post_id, now=self._now()):
                raise ThanksPostOver
        if digest != post.shown:
            log.info("thanks_post_changed", post_id=str(post_id), chat_id=str(chat.id))
            return replace(await self._show(chat, person, post.words), changed=True)
        log.info("thanks_post_begun", post_id=str(post_id), chat_id=str(chat.id), donors=draft.thanked.donors)
        return draft

    def _kept(self, work: Work) -> ThanksPostStore:
        return work.thanks_posts

    def _ended(self, post_id: UUID, state: PostState) -> None:
        _PUBLISHED.labels(state.value).inc()
        log.info("thanks_post_ended", post_id=str(post_id), state=state.value)

    async def _show(self, chat: Chat, person: Person, words: str) -> ThanksPostDraft:
        now = self._now()
        async with self._unit() as work:
            last = await work.thanks_posts.newest(chat.id, [PostState.SENT])
            since = max(last.until, now - FURTHEST) if last else now - FURTHEST
            post = ThanksPost(new_id(), chat.id, person.id, words, PostState.SHOWN, "", 0, since, now, now)
            draft, digest = await _draft(work, chat, post)
            if not draft.thanked.donors:
                raise NobodyToThankHere(chat=chat.title)
            await work.thanks_posts.add(replace(post, shown=digest, donors=draft.thanked.donors))
            return replace(draft, unknown=await _unknown(work, chat, last, now))


async def _draft(work: Work, chat: Chat, post: ThanksPost) -> tuple[ThanksPostDraft, str]:
    """What a post would say now, and its mark."""
    window = (chat.id, post.since, post.until)
    donors = await work.thanks_posts.donors(*window, but=post.creator)
    named = await work.thanks_posts.named(*window, but=post.creator)
    ids = await work.thanks_posts.projects(*window, but=post.creator)
    projects = await work.projects.by_ids(ids)
    every = tuple(projects[project] for project in ids)
    draft = ThanksPostDraft(post.id, chat, post.words, thanked(named, donors), every)
    return draft, shown(post.words, named, donors, ids)


async def _unknown(work: Work, chat: Chat, last: ThanksPost | None, now: datetime) -> bool:
    """Whether the newest that was to be sent there may or may not stand there: after a crash, or a lost network."""
    begun = await work.thanks_posts.newest(chat.id, [PostState.SENDING, PostState.UNKNOWN])
    if begun is None or (last is not None and last.id > begun.id):
        return False
    return is_unknown(begun.state, begun.sent_at, now)
