"""Stars between a real bot (aiogram, polling) and the Bot API of sandbox/, over HTTP, into a world's books."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiogram import Bot
from aiogram.fsm.storage.memory import DisabledEventIsolation, MemoryStorage

from bot.build import build_bot, build_dispatcher
from bot.checkouts import Checkouts
from bot.intake import Intake
from bot.polling import Polling
from bot.sending import Limiter
from bot.stars import connect
from giving.budgets import PaymentRules
from giving.errors import GivingError
from giving.money import Money
from giving.people import Person
from giving.projects import Project
from giving.stars import LEAST, MOST, STARS, StarRate
from giving.tips import Limits, OfferRequest, Tip
from handlers import routers
from payments.provider import PaymentRef, Rail, Record
from payments.stars_rail import StarsRail, TokenRail
from sandbox.__main__ import SEED
from sandbox.app import Options, Sandbox
from sandbox.seed import sow
from sandbox.state import State
from services.guard_payments import PaymentGuard
from services.links import Links
from services.payments import PaymentService
from services.pledges import Means, Renewed
from services.rails import Rails
from services.rails.checkouts import CheckoutService
from services.settlement import Settler
from services.tips import TipService
from services.updates import UpdateService
from services.wake import Wakes
from tests.texts.words import TEXTS
from tests.world import SHANGHAI, World, project

TOKEN = "100000001:sandbox"
ALICE, CREATOR = 1002, 1001
RATE = StarRate(8, Money(100, "CNY"))


def xtr(stars: int) -> Money:
    return Money(stars, STARS)


@asynccontextmanager
async def open_box(folder: Path, seed: Path = SEED) -> AsyncIterator[Sandbox]:
    """A Telegram of its own, over HTTP."""
    state = State(folder / "telegram.db")
    sow(state, seed)
    with state.change():
        state.run("DELETE FROM updates")  # of what people did before, which is not about payments
    box = Sandbox(state, Options())
    await box.start(0)
    yield box
    await box.stop()


@asynccontextmanager
async def open_bot(box: Sandbox) -> AsyncIterator[Bot]:
    """A bot of it."""
    bot = build_bot(TOKEN, box.url, Limiter())
    yield bot
    await bot.session.close()


@dataclass
class Buyer:
    """People who open invoice links and pay them."""

    box: Sandbox
    http: aiohttp.ClientSession

    async def buys(self, link: str, person: int = ALICE) -> dict[str, Any]:
        """Press Pay, and wait for what the bot says: {paid, answered, error, charge}."""
        url = f"{self.box.url}/api/users/{person}/purchases"
        async with self.http.post(url, json={"invoice": link}) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
        return found

    async def acts(self, charge: str, what: str, person: int = ALICE) -> str | None:
        """What Telegram or they do with a subscription: renew, cancel, resume, fail; the charge of a renewal."""
        url = f"{self.box.url}/api/users/{person}/subscriptions"
        async with self.http.post(url, json={"charge": charge, "act": what}) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
        charged: str | None = found["charge"]
        return charged

    async def subscriptions(self, person: int = ALICE) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.box.url}/api/users/{person}/subscriptions") as answer:
            found: list[dict[str, Any]] = (await answer.json())["subscriptions"]
        return found

    async def sees(self, link: str, person: int = ALICE) -> dict[str, Any]:
        """Open the link, and don't pay."""
        slug = link.rpartition("$")[2]
        async with self.http.get(f"{self.box.url}/api/users/{person}/invoices/{slug}") as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = (await answer.json())["invoice"]
        return found


@dataclass
class StarTown:
    """A project in Stars, a rail, and what a running bot does about payments."""

    world: World
    buyer: Buyer
    bot: Bot
    rail: StarsRail | TokenRail
    project: Project
    tips: TipService
    payments: PaymentService
    guard: PaymentGuard
    intake: Intake
    means: Means

    async def tip(self, stars: int, *, key: str = "q1", donor: Person | None = None) -> Tip:
        """Somebody (Alice) wants to give so many Stars to the project."""
        who = donor or self.world.alice
        return await self.tips.offer(OfferRequest(key, who.id, self.money(stars), project=self.project.id))

    def money(self, minor: int) -> Money:
        return Money(minor, self.project.target.currency)

    async def link(self, tip: Tip, donor: Person | None = None) -> str:
        """Where they pay it."""
        return await self.tips.payment_link(tip.id, donor or self.world.alice)

    async def gives(self, stars: int, *, key: str = "q1") -> tuple[Tip, str]:
        """Alice offers and pays, and it is booked; the tip as it is then, and Telegram's id of the charge."""
        tip = await self.tip(stars, key=key)
        bought = await self.buyer.buys(await self.link(tip))
        assert bought["paid"], bought
        return await self.until_charged(tip), bought["charge"]

    async def until_charged(self, tip: Tip) -> Tip:
        return await self.until(tip, lambda found: found.charge is not None)

    async def until(self, tip: Tip, fits: Callable[[Tip], bool]) -> Tip:
        """The tip as soon as it fits."""
        for _ in range(400):
            if fits(found := await self.world.fresh(tip)):
                return found
            await asyncio.sleep(0.025)
        raise AssertionError(f"not so within 10 s: {found}")

    async def balance(self, account: str) -> Money:
        async with self.world.unit.read() as work:
            return await work.ledger.balance(account, self.project.target.currency)

    async def entries(self) -> list[str]:
        """The keys of all entries."""
        async with self.world.unit.read() as work:
            rows = await work.connection.exec_driver_sql("SELECT key FROM entries ORDER BY key")
            return [row[0] for row in rows]

    def ref(self, tip: Tip) -> PaymentRef:
        assert tip.payment is not None
        return PaymentRef(tip.payment, None)


async def answer_of(town: StarTown, refusal: type[GivingError], link: str, person: int = ALICE) -> None:
    """Paying is refused with these words, and nothing moves."""
    before = await town.entries()
    bought = await town.buyer.buys(link, person)
    assert (bought["paid"], bought["answered"]) == (False, True)
    assert bought["error"] in [TEXTS.plain(language, refusal.message_key) for language in TEXTS.languages]
    assert await town.entries() == before


async def records(rail: Rail, since: Any, until: Any) -> list[Record]:
    return [record async for record in rail.records(since, until)]


@asynccontextmanager
async def open_town(
    world: World,
    folder: Path,
    rail: StarsRail | TokenRail | None = None,
    *,
    money: Limits | None = None,
    seed: Path = SEED,
    rules: PaymentRules | None = None,
    beside: Sequence[Rail] = (),
    presets: Sequence[Money] = (),
) -> AsyncIterator[StarTown]:
    """The bot polls until the end; `money`: the least and the most of a tip, if not in Stars; `beside`: more rails."""
    rail = rail or StarsRail()
    limits = money or Limits(LEAST, MOST)
    unit, rails, wakes = world.unit, Rails([*beside, rail]), Wakes()
    guard = PaymentGuard(unit, rails, rules=rules)
    settler = Settler(unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), guard=guard)
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    means = Means(unit, unit, rails, links, wakes, SHANGHAI, None, "zh-CN", world.time)
    renewed = Renewed(means)
    payments = PaymentService(unit, rails.values(), settler, renewed.write_down)
    tips = TipService(unit, rails, links, limits=limits, presets=presets, language="zh-CN", guard=guard)
    in_stars = replace(
        project("stars", world.library.organisation, "星星图书馆"), target=Money(1_000_000, limits.least.currency)
    )
    async with unit() as work:
        await work.projects.put(in_stars, world.time())
    async with open_box(folder, seed) as box, open_bot(box) as bot, aiohttp.ClientSession() as http:
        connect(rails.values(), bot, TEXTS, RATE, payments.found)
        dispatcher = build_dispatcher(
            people=world.people, tips=tips, creators=world.creators, projects=world.projects, refunds=world.refunds,
            texts=TEXTS, links=links, routers=routers(renews=True), storage=MemoryStorage(),
            isolation=DisabledEventIsolation(),
            default_language="zh-CN", payments=payments, tabs=world.tabs, renewed=renewed,
            checkouts=Checkouts(CheckoutService(unit, rails, guard), TEXTS, "zh-CN"),
        )  # fmt: skip
        intake = Intake(bot, dispatcher, UpdateService(unit))
        stop = asyncio.Event()
        polling = asyncio.create_task(Polling(bot, dispatcher, intake, timeout_s=1).run(stop))
        yield StarTown(world, Buyer(box, http), bot, rail, in_stars, tips, payments, guard, intake, means)
        stop.set()
        await polling
        await guard.idle()
