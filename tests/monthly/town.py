"""The real services on one database and one clock that is moved: everything that monthly giving takes part in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from aiogram import Bot

from bot.outbox import OutboxSender
from giving.money import Money
from giving.people import Person, Visitor
from giving.pledges import Pledge
from giving.projects import Organisation, Project, ProjectState
from giving.quiet import QuietHours
from giving.subscriptions import Often, SubscriptionKind
from giving.tabs import Terms
from giving.tips import Limits, OfferRequest
from services.certificates import CertificateService, after_paid
from services.links import Links
from services.members import MemberService
from services.payments import PaymentService
from services.pledges import Means, PledgeChanges, PledgeService, PledgeSteps
from services.privacy import PrivacyService
from services.project_updates import NewsService
from services.rails import Rails
from services.settlement import Settler
from services.subscriptions import SubscriptionService
from services.tabs import TabCharges, TabService
from services.tips import TipService
from storage.ids import new_id
from storage.work import UnitOfWork, Work
from tests.bot.telegram import TOKEN
from tests.monthly.bank import Bank
from tests.monthly.script import BEGINS, HOME, PROJECTS, TARGETS, Script, Turn, zone_of
from tests.monthly.telegram import Session, Watched, rendered
from tests.world import TEXTS, World, at_once, make_world, project

QUIET: Final = QuietHours(time(22), time(8), zone_of(HOME))
FAR: Final = 10**12  # a target that nobody reaches, in fen
PER_WEEK: Final = 2
PROVEN: Final = 60  # every so-many-th donor gets certificates: each is a picture
MOST: Final = 10**10


@dataclass
class Town:
    """The house, and who stands outside of it."""

    script: Script
    world: World
    bank: Bank
    session: Session
    tips: TipService
    tabs: TabService
    charges: TabCharges
    payments: PaymentService
    outbox: Watched
    pledges: PledgeService
    changes: PledgeChanges
    steps: PledgeSteps
    others: PledgeSteps  # a second scheduler
    subscriptions: SubscriptionService
    privacy: PrivacyService
    news: NewsService
    links: Links
    projects: dict[str, Project] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    proven: set[UUID] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        """The one clock of it all."""
        return self.world.time.now

    @property
    def unit(self) -> UnitOfWork:
        """The database."""
        return self.world.unit

    # -- what the operator and the organisations do --

    async def found(self) -> None:
        """Organisations, and projects that are open."""
        self.world.time.now = datetime(BEGINS.year, BEGINS.month, BEGINS.day, tzinfo=zone_of("UTC"))
        sunshine = self.world.library.organisation
        for name in sorted(set(PROJECTS.values())):
            titles = {"zh-CN": f"{name} 基金会", "en": f"{name} foundation"}
            there = sunshine if name == "sunshine" else Organisation(new_id(), name, titles, None, self.now)
            self.organisations[name] = there
        known = {"library": self.world.library, "meals": self.world.meals}
        async with self.unit() as work:
            for organisation in self.organisations.values():
                await work.projects.put_organisation(organisation)
            for slug, of in PROJECTS.items():
                target = TARGETS[slug] * len(self.script.donors) if slug in TARGETS else FAR
                new = known.get(slug) or project(slug, self.organisations[of], f"{slug} 计划")
                self.projects[slug] = replace(new, target=Money(target, "CNY"))
                await work.projects.put(self.projects[slug], self.now)
        self.world.creator = await self.world.people.meet(Visitor(1003, "Owner", "owner", "en"), started=True)

    async def turn(self, turn: Turn) -> None:
        """Something of the operator's diary."""
        if turn.what in ("close", "open"):
            state = ProjectState.CLOSED if turn.what == "close" else ProjectState.OPEN
            self.projects[turn.name] = replace(self.projects[turn.name], state=state)
            async with self.unit() as work:
                await work.projects.put(self.projects[turn.name], self.now)
        elif turn.what in ("verify", "unverify"):
            at = self.now if turn.what == "verify" else None
            self.organisations[turn.name] = replace(self.organisations[turn.name], verified_at=at)
            async with self.unit() as work:
                await work.projects.put_organisation(self.organisations[turn.name])
        else:
            await self._reach(turn.name)

    async def _reach(self, name: str) -> None:
        """A large gift: its goal is reached."""
        its, bob = self.projects[name], self.world.bob
        tip = await self.tips.offer(OfferRequest(f"reach-{name}", bob.id, its.target, project=its.id, rail="card"))
        await self.tips.payment_link(tip.id, bob)
        fresh = await self.world.fresh(tip)
        assert fresh.payment is not None
        self.bank.pay(fresh.payment)

    async def tell_news(self, name: str, nth: int) -> tuple[UUID, int]:
        """A project tells what it did last month; which news that is, and of how many readers."""
        identity, words = new_id(), f"{name}: what month {nth} did"
        return identity, (await self.news.publish(self.world.creator, name, identity, words, "en")).readers

    # -- people --

    async def meet(self, number: int, *, chat: int, language: str, zone: str | None, reads_news: bool) -> Person:
        """Somebody writes to the bot for the first time (or again, after they left)."""
        person = await self.world.people.meet(Visitor(chat, f"Donor {number}", None, language), started=True)
        if zone is not None:
            await self.subscriptions.choose_timezone(person, zone)
        if reads_news:
            kind = SubscriptionKind.MONTHLY if number % 2 else SubscriptionKind.PROJECT_NEWS
            await self.subscriptions.choose(person, kind, Often.ALL if number % 4 < 2 else Often.FEWER)
        if number % PROVEN == 0:
            self.proven.add(person.id)
        return person

    async def settle(self, *, late: bool = False) -> int:
        """What the bank tells arrives, and is booked; `late`: also what is on its way."""
        arrived = self.bank.due(late=late)
        for body in arrived:
            await self.payments.receive("card", body, {"Signature": "paper"})
        if arrived:
            await self.payments.settle_pending()
        return len(arrived)


@asynccontextmanager
async def town_of(unit: UnitOfWork, script: Script) -> AsyncIterator[Town]:
    """The house with its sender running."""
    world = await make_world(unit)
    now, wakes, zone = world.time, world.wakes, zone_of(HOME)
    bank, session = Bank(now), Session(now)
    bank.capabilities = replace(bank.capabilities, limits={"CNY": (Money(400, "CNY"), Money(MOST, "CNY"))})
    rails, links = Rails([bank]), Links("http://127.0.0.1:8081", "yizan_bot")
    limits, terms = Limits(Money(100, "CNY"), Money(MOST, "CNY")), Terms(Money(3_000, "CNY"), Money(10_000, "CNY"))
    tabs = TabService(unit, rails, wakes=wakes, zone=zone, terms=terms, now=now)
    tips = TipService(unit, rails, links, limits=limits, presets=(), language="zh-CN", tabs=tabs, now=now)
    settler = Settler(unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), now=now)
    pledges = PledgeService(unit, rails, limits=limits, presets=(), zone=zone, wakes=wakes, now=now)
    proofs = CertificateService(unit, world.pictures, links, now=now)
    outbox = Watched(
        unit, tips, wakes=wakes, quiet=QUIET, language="zh-CN", currency="CNY", per_week=PER_WEEK,
        certificates=proofs, now=now,
    )  # fmt: skip
    proven: set[UUID] = set()

    async def prove(work: Work, pledge: Pledge) -> None:
        if pledge.donor in proven:
            await after_paid(work, pledge, now=now(), quiet=QUIET)

    means = Means(unit, unit, rails, links, wakes, zone, QUIET, "zh-CN", now)
    members = MemberService(unit, world.people, now=now)
    town = Town(
        script=script, world=world, bank=bank, session=session, tips=tips, tabs=tabs,
        charges=TabCharges(unit, rails, tabs, tips.pay, wakes=wakes, quiet=QUIET, now=now),
        payments=PaymentService(unit, rails.values(), settler), outbox=outbox, pledges=pledges,
        changes=PledgeChanges(unit, rails, pledges.views, tabs, limits=limits, wakes=wakes, now=now),
        steps=PledgeSteps(means, tips.pay, tabs, debits_per_s=10**6, after_paid=prove, sleep=at_once),
        others=PledgeSteps(means, tips.pay, tabs, debits_per_s=10**6, after_paid=prove, sleep=at_once),
        proven=proven,
        subscriptions=SubscriptionService(unit, zone=zone, now=now),
        privacy=PrivacyService(unit, rails, wakes=wakes, now=now),
        news=NewsService(unit, members, zone=zone, wakes=wakes, quiet=QUIET, now=now),
        links=links,
    )  # fmt: skip
    await town.found()
    stop = asyncio.Event()
    sender = OutboxSender(Bot(TOKEN, session), outbox, TEXTS, links, rendered)
    sending = asyncio.create_task(sender.run(stop))
    try:
        yield town
    finally:
        stop.set()
        await sending
