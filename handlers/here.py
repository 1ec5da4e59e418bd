"""What nearly every handler needs, under one name: how to answer, in which words, and who acts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.replies import Replies
from giving.people import Person
from services.links import Links
from services.people import PeopleService
from services.projects import ProjectService
from services.tips import TipService
from texts import Html, Texts


@dataclass(frozen=True, slots=True)
class Place:
    """Where an update came from, whoever acts: how to answer there, and what several features share.

    A service that only one feature uses (`privacy`, `refunds`, …) its handlers ask for by name.
    """

    say: Replies
    texts: Texts
    links: Links
    language: str
    people: PeopleService
    projects: ProjectService
    tips: TipService

    def chat(self, key: str, **args: object) -> Html:
        """A message in the place's language."""
        return self.texts.chat(self.language, key, **args)

    def plain(self, key: str, **args: object) -> str:
        """The same without markup, for alerts."""
        return self.texts.plain(self.language, key, **args)


@dataclass(frozen=True, slots=True)
class Here(Place):
    """A place and the person who acts there; in private and behind a tap there is always one."""

    person: Person


_SHARED: Final = tuple(field.name for field in fields(Place))


class HereMiddleware(BaseMiddleware):
    """Hands handlers `place`, and `here`: None where nobody acts (a channel, an anonymous administrator)."""

    def __init__(self, kind: type[Here] = Here) -> None:
        """`kind`: what a feature makes of it, with more services of the dispatcher's by their names."""
        self._kind, self._names = kind, tuple(field.name for field in fields(kind))

    async def __call__(
        self, handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]], event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:  # fmt: skip
        """Gather, then handle; what only somebody can want (a tap, words in private) is not done for nobody."""
        if data.get("person") is not None:
            data["here"] = data["place"] = self._kind(**{name: data[name] for name in self._names})
        elif isinstance(event, CallbackQuery) or (isinstance(event, Message) and event.chat.type == "private"):
            return None
        else:
            data["here"], data["place"] = None, Place(**{name: data[name] for name in _SHARED})
        return await handler(event, data)
