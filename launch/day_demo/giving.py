"""The day itself: followers come, tap, pay, and a few take it back; each keeps a note of what they did."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from giving.errors import GivingError
from giving.tips import TipState
from launch.day_demo.people import Json, Person, TownFailed, button, buttons, pay_url, plain
from launch.day_demo.town import Town
from launch.service.building import Services

AT_ONCE: Final = 64
TRIES: Final = 6
BACK_SHARE: Final = 0.02
BACK_S: Final = 120.0
AMOUNTS: Final = {"¥1": 100, "¥5": 500, "¥10": 1000}
_OFTEN: Final = ("¥1", "¥1", "¥1", "¥1", "¥1", "¥5", "¥5", "¥10")


@dataclass
class Notes:
    """What people did, as they would tell it; minor units by follower's number."""

    paid: dict[int, int] = field(default_factory=dict)
    returned: dict[int, int] = field(default_factory=dict)
    gave_up: list[int] = field(default_factory=list)

    @property
    def kept_minor(self) -> int:
        """What was given and not taken back."""
        return sum(self.paid.values()) - sum(self.returned.values())

    @property
    def donors(self) -> int:
        """How many people still give something."""
        return sum(1 for number, minor in self.paid.items() if self.returned.get(number, 0) < minor)


class Followers:
    """All who give that day."""

    def __init__(self, town: Town, http: aiohttp.ClientSession, base: str, services: Services) -> None:
        """By the sandbox at `base`; who takes a gift back does so through `services`."""
        self._town, self._http, self._base, self._services = town, http, base, services
        self.notes = Notes()

    async def give(self, posts: list[Json], seconds: float) -> None:
        """Everybody gives once, spread over so many seconds (or as fast as this machine is)."""
        chance = random.Random(self._town.seed)  # noqa: S311 - a played town
        comes = sorted((chance.uniform(0, seconds), number) for number in range(self._town.donors))
        loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)
        began = loop.time()

        async def one(number: int) -> None:
            try:
                await self._give(number, posts[self._town.follows(number)])
            finally:
                gate.release()

        async with asyncio.TaskGroup() as group:
            for at, number in comes:
                await asyncio.sleep(max(0.0, began + at - loop.time()))
                await gate.acquire()
                group.create_task(one(number))

    async def _give(self, number: int, post: Json) -> None:
        """Tap, and pay what the bot asks for; who gets no answer (the service is away) taps again, as people do."""
        chance = random.Random(f"{self._town.seed}:gives:{number}")  # noqa: S311
        wanted, back = chance.choice(_OFTEN), chance.random() < BACK_SHARE
        person = Person(self._http, self._base, self._town.donor(number))
        channel = self._town.channel(self._town.follows(number))
        for _ in range(TRIES):
            try:
                card = await self._asked(person, post, wanted, channel)
                if card is not None and await self._pays(card):
                    self.notes.paid[number] = AMOUNTS[wanted]
                    if back:
                        await self._takes_back(number, person.id)
                    return
            except (aiohttp.ClientError, TimeoutError, TownFailed):
                await asyncio.sleep(1)
        self.notes.gave_up.append(number)

    async def _asked(self, person: Person, post: Json, wanted: str, channel: int) -> Json | None:
        place = next(n for n, each in enumerate(buttons(post)) if plain(each["text"]) == wanted)
        answered = await person.tap(post, place, channel)
        if answered.get("url"):
            await person.say(f"/start {str(answered['url']).rpartition('=')[2]}")
        try:
            return await person.wait(lambda m: pay_url(m) is not None, what="the gift's card", seconds=20)
        except TownFailed:
            return None

    async def _pays(self, card: Json) -> bool:
        async with self._http.post(pay_url(card) or "", json={"action": "pay"}) as answer:
            return answer.status == 200

    async def _takes_back(self, number: int, telegram_id: int) -> None:
        """As soon as it is booked. The note is made only if the service took the wish."""
        async with self._services.unit.read() as work:
            person = await work.people.by_telegram_id(telegram_id)
        if person is None:
            return
        for _ in range(int(BACK_S)):
            tips = [card.tip for card in (await self._services.tips.gifts(person)).items]
            paid = next((tip for tip in tips if tip.state is TipState.PAID), None)
            if paid is not None:
                try:
                    await self._services.refunds.take_back(paid.id, person)
                except GivingError:
                    return
                self.notes.returned[number] = paid.amount.minor
                return
            await asyncio.sleep(1)


def first_amounts(post: Json) -> bool:
    """Whether the post offers what people give here."""
    return all(button(post, label) is not None for label in AMOUNTS)
