"""What a creator publishes in a chat they run, by one tap: never twice by itself, and what came of it is kept."""

from abc import ABC, abstractmethod
from typing import TypeVar
from uuid import UUID

from giving.creators import Chat
from giving.errors import GivingError, MayNotPost, NotCreator
from giving.people import Person
from giving.thanks_posts import PostState
from services.clock import Clock, utc_now
from services.creator_watch import ChatRights
from services.creators import CreatorService
from storage.monthly_calls import CallPost, MonthlyCallStore
from storage.thanks_posts import ThanksPost, ThanksPostStore
from storage.work import UnitOfWork, Work

_Post = TypeVar("_Post", ThanksPost, CallPost)


class Published(ABC):
    """One kind of it."""

    def __init__(
        self, unit: UnitOfWork, creators: CreatorService, rights: ChatRights, *, now: Clock = utc_now
    ) -> None:  # fmt: skip
        """`rights` asks Telegram who may do what in a chat."""
        self._unit, self._creators, self._rights, self._now = unit, creators, rights, now

    async def sent(self, post_id: UUID, message_id: int) -> None:
        """It stands there."""
        await self._became(post_id, PostState.SENT, message_id)

    async def refused(self, post_id: UUID) -> None:
        """Telegram did not take it: nothing was published."""
        await self._became(post_id, PostState.REFUSED)

    async def unanswered(self, post_id: UUID) -> None:
        """Nobody knows: it is not sent again by itself."""
        await self._became(post_id, PostState.UNKNOWN)

    async def _became(self, post_id: UUID, state: PostState, message_id: int | None = None) -> None:
        async with self._unit() as work:
            await self._kept(work).became(post_id, state, message_id)
        self._ended(post_id, state)

    @abstractmethod
    def _kept(self, work: Work) -> ThanksPostStore | MonthlyCallStore:
        """Where they are kept."""

    @abstractmethod
    def _ended(self, post_id: UUID, state: PostState) -> None:
        """It is over: counted, and logged."""

    async def _own(self, chat_id: UUID, person: Person) -> Chat:
        chat = await self._creators.controlled(chat_id, person)
        if chat.creator != person.id:
            raise NotCreator(chat=chat.title)
        return chat

    async def _ready(self, post: _Post | None, person: Person, over: type[GivingError]) -> tuple[_Post, Chat]:
        """What was shown, and the chat in which it may be published now.

        Raises: `over` (also for somebody else's), ChatUnknown, NotAdministrator, NotCreator, MayNotPost.
        """
        if post is None or post.creator != person.id or post.state is not PostState.SHOWN:
            raise over
        chat = await self._own(post.chat, person)
        if not (await self._rights.of_bot(chat.telegram_id)).can_post:
            raise MayNotPost(chat=chat.title)
        return post, chat
